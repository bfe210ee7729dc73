package postgres_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// TestHoldingBackWaitsInOneOrder: who holds values back and then writes what the audit
// trail hears of, and who decides on one of those values, do not wait for each other; nor
// does who wrote market data before.
func TestHoldingBackWaitsInOneOrder(t *testing.T) {
	s, d := pgtest.Open(t)
	pgtest.Empty(t, d)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	operator := func(name string) store.Identity {
		id := store.Identity{Tenant: store.NewID(), User: store.NewID()}
		must(s.Found(t.Context(), store.Tenant{ID: id.Tenant, Name: name}, store.User{ID: id.User, Email: name + "@example.org", Name: name, Role: store.Owner, BaseCurrency: "EUR", Locale: "en", TimeZone: "UTC"}, false))
		id.Operator = true
		return id
	}
	ada, bob := operator("ada"), operator("bob")
	n := math.NaN()
	spike := func(v float64) []store.HeldValue {
		return []store.HeldValue{{Kind: store.Prices, Symbol: "ACME", Source: "yahoo", Day: date.MustParse("2026-01-02"),
			Bar: store.Bar{Open: n, High: n, Low: n, Close: v, Volume: n, Adjusted: n}, Finding: "spike", Expected: n}}
	}
	var held []store.HeldValue
	must(s.As(t.Context(), ada, func(ctx context.Context, tx store.Tx) (err error) {
		held, err = tx.HoldValues(ctx, spike(1000))
		return err
	}))
	for what, c := range map[string]struct {
		decides       store.Identity
		before, after func(context.Context, store.Tx) error
	}{
		"the same tenant": {ada, func(ctx context.Context, tx store.Tx) error { _, err := tx.HoldValues(ctx, spike(1001)); return err },
			func(ctx context.Context, tx store.Tx) error {
				return tx.Note(ctx, store.Event{Action: "test", Object: "test"})
			}},
		"after market data": {bob, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.WriteMarket(ctx, store.Batch{Source: "yahoo", Reason: "test", Series: []store.Series{{Kind: store.Prices, Symbol: "ACME", Source: "yahoo", Currency: "USD", Dates: []date.Date{date.MustParse("2026-01-01")}, Close: []float64{10}}}})
			return err
		}, func(ctx context.Context, tx store.Tx) error { _, err := tx.HoldValues(ctx, spike(1002)); return err }},
	} {
		decided := make(chan error, 1)
		err := s.As(t.Context(), ada, func(ctx context.Context, tx store.Tx) error {
			if err := c.before(ctx, tx); err != nil {
				return err
			}
			go func() {
				decided <- s.As(t.Context(), c.decides, func(ctx context.Context, tx store.Tx) error {
					_, err := tx.DecideHeld(ctx, held[0].ID, store.Verdict{Decision: store.HeldAccepted})
					return err
				})
			}()
			waiting(t, d, 1)
			return c.after(ctx, tx)
		})
		if err := errors.Join(err, <-decided); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		must(s.As(t.Context(), ada, func(ctx context.Context, tx store.Tx) error {
			h, err := tx.HeldValue(ctx, held[0].ID)
			if err == nil && h.Decision != store.HeldOpen {
				_, err = tx.DecideHeld(ctx, h.ID, store.Verdict{Decision: store.HeldOpen})
			}
			return err
		}))
	}
}
