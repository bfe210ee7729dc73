package service

import (
	"context"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// counted is a store that counts what is read of a tenant.
type counted struct {
	store.Store
	reads int
}

func (c *counted) Read(ctx context.Context, id store.Identity, fn func(context.Context, store.View) error) error {
	c.reads++
	return c.Store.Read(ctx, id, fn)
}

// A question that was answered is answered again without asking the store for more than
// who is signed in, until something changes, in this process or in another.
func TestAnswersByPulse(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 100")
	in, err := w.s.SignIn(ctx, "ada@example.org", "correct horse battery", "test")
	w.must(err)
	asking := &counted{Store: w.store}
	here, there := New(Options{Store: asking, Now: w.s.now}), New(Options{Store: w.store, Now: w.s.now})
	ask := func(q Question) (*analysis.Analysis, int) {
		t.Helper()
		c, err := here.Authenticate(ctx, in.Token)
		w.must(err)
		before := asking.reads
		a, err := here.Analysis(ctx, c, q)
		w.must(err)
		return a, asking.reads - before
	}
	for _, q := range []Question{{}, {Portfolios: []string{w.portfolio}}, {Portfolios: []string{w.portfolio}, Period: "1M"}} {
		first, _ := ask(q)
		again, reads := ask(q)
		if again != first || reads != 0 {
			t.Errorf("%+v is answered anew (%d reads) although nothing changed", q, reads)
		}
	}
	for _, change := range []struct {
		what string
		want string
		do   func() error
	}{
		{"a booking", "200", func() error {
			_, err := there.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-02 deposit 100")})
			return err
		}},
		{"another portfolio with money in it", "1200", func() error {
			p, err := there.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: "Second"})
			if err != nil {
				return err
			}
			_, err = there.Book(ctx, w.owner, p.ID, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-02 deposit 1000")})
			return err
		}},
	} {
		w.must(change.do())
		if a, reads := ask(Question{}); reads == 0 || a.Summary.Value.Amount.Decimal.String() != change.want {
			t.Errorf("after %s: %s with %d reads, want %s", change.what, a.Summary.Value.Amount.Decimal, reads, change.want)
		}
	}
	// Who is signed out is told so, whatever was answered before.
	w.must(there.SignOut(ctx, in.Caller))
	_, err = here.Authenticate(ctx, in.Token)
	wantError(t, err, ErrSignedOut, "a session that was ended elsewhere")
}

// A portfolio of somebody else is never answered from memory alone: that it was looked at
// is noted, and that a grant ended is seen.
func TestOthersPortfoliosAreAskedFor(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 100")
	bob := w.another("bob@example.org")
	grant := func(r store.Role) {
		w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
			return tx.PutGrant(ctx, store.Grant{Portfolio: w.portfolio, User: bob.User, Role: r})
		}))
	}
	grant(store.CanView)
	in, err := w.s.begin(ctx, bob.Identity, Visit{})
	w.must(err)
	asking := &counted{Store: w.store}
	here := New(Options{Store: asking, Now: w.s.now})
	for range 3 {
		c, err := here.Authenticate(ctx, in.Token)
		w.must(err)
		before := asking.reads
		_, err = here.Analysis(ctx, c, Question{Portfolios: []string{w.portfolio}})
		w.must(err)
		if asking.reads == before {
			t.Fatal("another's portfolio was shown without asking the store")
		}
	}
}
