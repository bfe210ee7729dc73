package service

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// What cannot have happened is refused before it is written, naming the row.
func TestImpossibleBookingsAreRefused(t *testing.T) {
	w := newWorld(t)
	first := w.book("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100")
	try := func(lines ...string) error {
		var all []ledger.Transaction
		for _, l := range lines {
			all = append(all, booking(t, l))
		}
		_, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, all)
		return err
	}
	err := try("2024-02-01 buy 1 ACME @ 100", "2024-02-02 sell 12 ACME @ 100")
	wantFault(t, err, 2, "quantity", "selling more than is held")
	wantError(t, err, lot.ErrInsufficient, "selling more than is held")
	wantFault(t, try("2024-01-02 sell 1 ACME @ 100"), 1, "quantity", "selling before buying")
	wantFault(t, try("2026-06-09 deposit 1"), 1, "date", "a day in the future")
	wantFault(t, try("2024-02-01 buy 0 ACME @ 100"), 1, "quantity", "buying nothing")
	wantFault(t, try("2024-02-01 steal 1 ACME @ 100"), 1, "type", "a type that is none")
	wantFault(t, try(), 0, "transactions", "no booking at all")
	long := booking(t, "2024-02-01 deposit 1")
	long.Amount = money.Some(money.MustParse("0.1234567890123456789"))
	_, err = w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{long})
	wantFault(t, err, 1, "amount", "nineteen decimals")

	// A change that makes a later booking impossible names that one.
	sold := w.book("2024-03-01 sell 10 ACME @ 120")
	_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, []string{first.IDs[1]})
	if f := wantFault(t, err, 0, "quantity", "deleting what was sold later"); f.ID != sold.IDs[0] {
		t.Errorf("the fault names %s, not the sale %s", f.ID, sold.IDs[0])
	}
	_, err = w.s.Edit(ctx, w.owner, w.portfolio, first.IDs[1], store.AnyVersion, booking(t, "2024-01-03 buy 9 ACME @ 100"))
	if f := wantFault(t, err, 0, "quantity", "buying less than was sold later"); f.ID != sold.IDs[0] {
		t.Errorf("the fault names %s, not the sale %s", f.ID, sold.IDs[0])
	}
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100", "2024-03-01 sell 10 ACME @ 120")
}

func TestEditDeleteRestore(t *testing.T) {
	w := newWorld(t)
	b := w.book("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100")
	edited, err := w.s.Edit(ctx, w.owner, w.portfolio, b.IDs[1], 1, booking(t, "2024-01-03 buy 11 ACME @ 99"))
	w.must(err)
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 11 ACME @ 99")
	_, err = w.s.Edit(ctx, w.owner, w.portfolio, b.IDs[1], store.AnyVersion, booking(t, "2024-01-03 buy 12 ACME @ 99"))
	wantError(t, err, ErrStale, "editing the row of before")
	_, err = w.s.Edit(ctx, w.owner, w.portfolio, edited.IDs[0], 1, booking(t, "2024-01-03 buy 12 ACME @ 99"))
	wantError(t, err, ErrStale, "editing on the version of before")

	_, err = w.s.Delete(ctx, w.owner, w.portfolio, 2, edited.IDs)
	w.must(err)
	w.wantLedger("2024-01-02 deposit 10000")
	_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, edited.IDs)
	wantError(t, err, ErrStale, "deleting twice")

	one, err := w.s.Transaction(ctx, w.owner, w.portfolio, b.IDs[1])
	w.must(err)
	if len(one.History) != 2 || one.Current.Superseded != 3 {
		t.Errorf("history of the deleted booking: %+v", one)
	}
	// Restored in the words of before the edit, then in those of the edit.
	_, err = w.s.Restore(ctx, w.owner, w.portfolio, b.IDs[1], store.AnyVersion)
	w.must(err)
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100")
	again, err := w.s.Restore(ctx, w.owner, w.portfolio, edited.IDs[0], store.AnyVersion)
	w.must(err)
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 11 ACME @ 99")
	_, err = w.s.Restore(ctx, w.owner, w.portfolio, again.IDs[0], store.AnyVersion)
	wantError(t, err, ErrExists, "restoring what is in force")
}

// Each version can be undone, and the undo too.
func TestUndoVersion(t *testing.T) {
	w := newWorld(t)
	b := w.book("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100") // 1
	edited, err := w.s.Edit(ctx, w.owner, w.portfolio, b.IDs[1], store.AnyVersion, booking(t, "2024-01-03 buy 7 ACME @ 50"))
	w.must(err) // 2
	undo := func(version int64) error {
		_, err := w.s.UndoVersion(ctx, w.owner, w.portfolio, version, store.AnyVersion)
		return err
	}
	wantError(t, undo(1), ErrStale, "undoing what was changed since")
	w.must(undo(2)) // 3
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100")
	w.must(undo(3)) // 4
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 7 ACME @ 50")
	wantError(t, undo(2), ErrStale, "undoing what was undone")
	wantError(t, undo(99), ErrNotFound, "undoing a version that is not")
	_ = edited
	page, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Symbols: []string{"ACME"}})
	w.must(err)
	_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, []string{page.Rows[0].ID}) // 5
	w.must(err)
	w.must(undo(5)) // 6
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 7 ACME @ 50")
	w.must(undo(6)) // 7: the restored row goes out again
	w.wantLedger("2024-01-02 deposit 10000")
}

// The ledger kept in memory, brought forward by versions, is the ledger in the store.
func TestKeptLedgerFollows(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 1000000")
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 5))
		for step := range 40 {
			w.must(w.randomChange(r))
			var kept *ledgerState
			var stored []store.Row
			w.must(w.s.read(ctx, w.owner, func(ctx context.Context, v store.View) (err error) {
				if r.IntN(3) == 0 { // not after each change: several versions at once
					return nil
				}
				if kept, err = w.s.analyses.ledgerOf(ctx, v, w.portfolio); err != nil {
					return err
				}
				stored, err = v.Rows(ctx, w.portfolio, store.Latest)
				return err
			}))
			if kept == nil {
				continue
			}
			if len(kept.bookings) != len(stored) {
				t.Fatalf("seed %d, step %d: %d bookings kept, %d stored", seed, step, len(kept.bookings), len(stored))
			}
			for i := range stored {
				if kept.bookings[i].ID != stored[i].ID || kept.sequences[i] != stored[i].Sequence {
					t.Fatalf("seed %d, step %d: booking %d is %s, stored %s", seed, step, i, kept.bookings[i].ID, stored[i].ID)
				}
			}
		}
	}
}

func (w *world) randomChange(r *rand.Rand) error {
	page, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Types: []ledger.Type{ledger.Buy}})
	if err != nil {
		return err
	}
	fresh := booking(w.t, "2024-01-02 buy 1 ACME @ 100")
	fresh.Quantity = money.Some(money.Int(int64(1 + r.IntN(9))))
	switch at := r.IntN(max(len(page.Rows), 1)); {
	case len(page.Rows) == 0 || r.IntN(3) == 0:
		_, err = w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{fresh, fresh})
	case r.IntN(2) == 0:
		_, err = w.s.Edit(ctx, w.owner, w.portfolio, page.Rows[at].ID, store.AnyVersion, fresh)
	default:
		_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, []string{page.Rows[at].ID})
		if err == nil && r.IntN(2) == 0 {
			_, err = w.s.Restore(ctx, w.owner, w.portfolio, page.Rows[at].ID, store.AnyVersion)
		}
	}
	return err
}

func TestPolicyThatCannotHoldIsRefused(t *testing.T) {
	w := newWorld(t)
	short := ledger.Policy{OnOversold: ledger.GoShort}
	_, err := w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Revision: 1, Policy: &short})
	w.must(err)
	w.book("2024-01-02 deposit 1000", "2024-01-03 sell 5 ACME @ 100")
	strict := ledger.Policy{}
	_, err = w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Revision: store.AnyVersion, Policy: &strict})
	if err == nil || !strings.Contains(err.Error(), "ACME") {
		t.Errorf("forbidding what was booked: %v", err)
	}
	_, err = w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Revision: 1, Policy: &short})
	wantError(t, err, ErrStale, "an older revision")
	wrong := ledger.Policy{Method: "GUESS"}
	_, err = w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Revision: store.AnyVersion, Policy: &wrong})
	wantFault(t, err, 0, "method", "a method that is none")
}

func TestOnce(t *testing.T) {
	w := newWorld(t)
	runs := 0
	book := func(key, path, body string) (Response, error) {
		return w.s.Once(ctx, w.owner, Request{Key: key, Method: "POST", Path: path, Body: []byte(body)}, func(ctx context.Context) (Response, error) {
			runs++
			_, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-02 deposit 1")})
			return Response{Status: 201, Header: map[string]string{"ETag": "7"}, Body: []byte("made")}, err
		})
	}
	for i := range 3 {
		r, err := book("k", "/a", "x")
		w.must(err)
		if r.Status != 201 || string(r.Body) != "made" || r.Header["ETag"] != "7" || r.Repeated != (i > 0) {
			t.Errorf("answer %d: %+v", i, r)
		}
	}
	_, err := book("k", "/b", "x")
	wantError(t, err, ErrReused, "the key for another address")
	_, err = book("k", "/a", "y")
	wantError(t, err, ErrReused, "the key for another body")
	w.wantLedger("2024-01-02 deposit 1")
	w.clock = w.clock.Add(25 * time.Hour)
	_, err = book("k", "/a", "x")
	w.must(err)
	if runs != 2 {
		t.Errorf("ran %d times, want 2: the answer is kept for a day", runs)
	}

	// What fails is not kept and leaves nothing.
	stop := errors.New("stop")
	for range 2 {
		_, err = w.s.Once(ctx, w.owner, Request{Key: "f", Method: "POST", Path: "/a"}, func(ctx context.Context) (Response, error) {
			_, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-02 deposit 9")})
			w.must(err)
			return Response{}, stop
		})
		wantError(t, err, stop, "a write that fails")
	}
	w.wantLedger("2024-01-02 deposit 1", "2024-01-02 deposit 1")
}

// TestOnceKeepsSecrets: a repetition gets the answer that lay sealed; without a key to
// seal with the fact alone is kept of what has a secret, and nothing is done twice.
func TestOnceKeepsSecrets(t *testing.T) {
	sealing, _ := accounts(t)
	bare := newWorld(t)
	for what, w := range map[string]*world{"with a key": sealing, "without": bare} {
		for _, secretive := range []bool{false, true} {
			runs := 0
			r := Request{Key: fmt.Sprint("k", secretive), Method: "POST", Path: "/", Secret: secretive}
			ask := func() (Response, error) {
				return w.s.Once(ctx, w.owner, r, func(context.Context) (Response, error) {
					runs++
					return Response{Status: 201, Header: map[string]string{"Location": "/x"}, Body: []byte("shown once")}, nil
				})
			}
			first, err := ask()
			w.must(err)
			if string(first.Body) != "shown once" {
				t.Errorf("%s: %+v", what, first)
			}
			again, err := ask()
			if secretive && w == bare {
				wantError(t, err, ErrWithheld, what)
			} else if err != nil || !again.Repeated || string(again.Body) != "shown once" || again.Status != 201 || again.Header["Location"] != "/x" {
				t.Errorf("%s: %+v, %v", what, again, err)
			}
			if runs != 1 {
				t.Errorf("%s: done %d times", what, runs)
			}
			err = w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
				kept, err := v.Answered(ctx, r.Key, w.clock)
				if open := strings.Contains(string(kept.Body)+string(kept.Sealed), "shown once"); open != (!secretive && w == bare) {
					t.Errorf("%s, secret %v: kept as %q %q", what, secretive, kept.Body, kept.Sealed)
				}
				return err
			})
			w.must(err)
		}
	}
}
