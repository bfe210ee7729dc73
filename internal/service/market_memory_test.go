package service

import (
	"context"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// seriesRead counts which series are read from a store.
type seriesRead struct {
	store.Store
	symbols map[string]int
}

type seriesReadView struct {
	store.View
	symbols map[string]int
}

func (s *seriesRead) Read(ctx context.Context, id store.Identity, fn func(context.Context, store.View) error) error {
	return s.Store.Read(ctx, id, func(ctx context.Context, v store.View) error { return fn(ctx, seriesReadView{v, s.symbols}) })
}

func (v seriesReadView) Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error) {
	if q.Kind == store.Prices && !q.Full {
		for _, symbol := range q.Symbols {
			v.symbols[symbol]++
		}
	}
	return v.View.Series(ctx, q)
}

// Prices that all share are read once for all who hold them, and held once; a new price
// is seen at once, and one that a tenant entered itself stands over them.
func TestSharedPricesAreReadOnce(t *testing.T) {
	w := newWorld(t)
	put := func(day string, closes ...float64) {
		t.Helper()
		first := date.MustParse(day)
		days := make([]date.Date, len(closes))
		for i := range closes {
			days[i] = first + date.Date(i)
		}
		w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.WriteMarket(ctx, store.Batch{Source: "wire", Reason: "test", Series: []store.Series{{Kind: store.Prices, Symbol: "ACME", Currency: "EUR", Dates: days, Close: closes}}})
			return err
		}))
	}
	put("2024-01-02", 10, 11)
	bob := w.another("bob@example.org")
	bobs, err := w.s.CreatePortfolio(ctx, bob, NewPortfolio{Name: "Bob's"})
	w.must(err)
	asking := &seriesRead{Store: w.store, symbols: map[string]int{}}
	here := New(Options{Store: asking, Now: w.s.now})
	for who, portfolio := range map[*Caller]string{&w.owner: w.portfolio, &bob: bobs.ID} {
		_, err := here.Book(ctx, *who, portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-02 buy 2 ACME @ 10")})
		w.must(err)
	}
	clear(asking.symbols)
	value := func(c Caller, portfolio, want string) *analysis.Analysis {
		t.Helper()
		a, err := here.Analysis(ctx, c, Question{Portfolios: []string{portfolio}})
		w.must(err)
		if got := a.Summary.Holdings.Amount.Decimal.String(); got != want {
			t.Errorf("holdings are worth %s, want %s", got, want)
		}
		return a
	}
	value(w.owner, w.portfolio, "22")
	value(bob, bobs.ID, "22")
	if asking.symbols["ACME"] != 1 {
		t.Errorf("the prices were read %d times for two people", asking.symbols["ACME"])
	}
	put("2024-01-04", 12)
	value(w.owner, w.portfolio, "24")
	value(bob, bobs.ID, "24")
	if asking.symbols["ACME"] != 2 {
		t.Errorf("after a new price they were read %d times in all, want 2", asking.symbols["ACME"])
	}
	w.must(here.SetOwnPrices(ctx, bob, []store.OwnPrice{{Symbol: "ACME", Date: date.MustParse("2024-01-04"), Price: money.MustParse("20"), Currency: "EUR"}}))
	value(bob, bobs.ID, "40") // of the tenant they share
	value(w.owner, w.portfolio, "40")
}
