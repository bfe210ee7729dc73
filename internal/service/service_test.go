package service

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

var ctx = context.Background()

// world is a service over an empty store with an owner and a portfolio in euro.
type world struct {
	t         *testing.T
	s         *Service
	store     store.Store
	clock     time.Time
	owner     Caller
	portfolio string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.clock }
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: now})
	w.must(err)
	t.Cleanup(func() { st.Close() })
	w.store, w.s = st, New(Options{Store: st, Now: now})
	in, err := w.s.SetUp(ctx, NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "EUR"})
	w.must(err)
	w.owner = in.Caller
	w.portfolio = w.create("Main")
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) create(name string) string {
	w.t.Helper()
	p, err := w.s.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: name})
	w.must(err)
	return p.ID
}

// another makes a second user of the tenant and returns them as a caller.
func (w *world) another(email string) Caller {
	w.t.Helper()
	u := store.User{ID: store.NewID(), Email: email, Name: "Another", Role: store.Member, BaseCurrency: "EUR", Locale: "en", TimeZone: "UTC"}
	w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) }))
	return Caller{Identity: store.Identity{Tenant: w.owner.Tenant, User: u.ID}}
}

// booking reads "2024-01-02 buy 10 ACME @ 100" or "2024-01-02 deposit 1000".
func booking(t *testing.T, line string) ledger.Transaction {
	t.Helper()
	f := strings.Fields(line)
	tx := ledger.Transaction{Date: date.MustParse(f[0]), Type: ledger.Type(f[1]), Account: "depot", Currency: "EUR"}
	switch {
	case len(f) == 3:
		tx.Amount = money.Some(money.MustParse(f[2]))
	case len(f) == 6 && f[4] == "@":
		tx.Quantity, tx.Symbol, tx.Price = money.Some(money.MustParse(f[2])), f[3], money.Some(money.MustParse(f[5]))
	default:
		t.Fatalf("booking %q", line)
	}
	return tx
}

func (w *world) book(lines ...string) Booked {
	w.t.Helper()
	var all []ledger.Transaction
	for _, l := range lines {
		all = append(all, booking(w.t, l))
	}
	b, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, all)
	w.must(err)
	return b
}

// lines is the ledger as it stands, oldest first.
func (w *world) lines() string {
	w.t.Helper()
	p, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Oldest: true})
	w.must(err)
	var all []string
	for _, r := range p.Rows {
		words := []string{r.Date.String(), string(r.Type)}
		if r.Symbol != "" {
			words = append(words, r.Quantity.Decimal.String(), r.Symbol, "@", r.Price.Decimal.String())
		} else {
			words = append(words, r.Amount.Decimal.String())
		}
		all = append(all, strings.Join(words, " "))
	}
	return strings.Join(all, "\n")
}

func (w *world) wantLedger(want ...string) {
	w.t.Helper()
	if got := w.lines(); got != strings.Join(want, "\n") {
		w.t.Errorf("ledger:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func wantError(t *testing.T, got, want error, what string) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// wantFault asks for a fault of a row and field.
func wantFault(t *testing.T, err error, row int, field, what string) *ledger.Fault {
	t.Helper()
	var faults ledger.Faults
	var fault *ledger.Fault
	if errors.As(err, &faults) && len(faults) > 0 {
		fault = faults[0]
	} else if !errors.As(err, &fault) {
		t.Fatalf("%s: got %v, want a fault", what, err)
	}
	if fault.Row != row || fault.Field != field || fault.Problem == "" || fault.Cure == "" {
		t.Errorf("%s: got fault %+v, want one of row %d, field %s, with problem and cure", what, *fault, row, field)
	}
	return fault
}
