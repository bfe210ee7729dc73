package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Fill puts two tenants with something of nearly everything into a store, for tests of
// what looks after whole databases, and returns one owner.
func Fill(t *testing.T, s store.Store) (owner store.Identity, portfolio string) {
	t.Helper()
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	furnish(t, s, ada)
	furnish(t, s, bob)
	full := everything()
	book(t, s, ada.owner, ada.portfolio, full, buy("2025-01-15", "B", "2.5", "1e-18"))
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: ada.portfolio, Expected: store.AnyVersion, Kind: store.Deleted, Remove: []string{full.ID}})
		check(t, err)
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: bob.owner.User, Role: store.CanTrade}))
	})
	as(t, s, operator(ada.owner), func(ctx context.Context, tx store.Tx) {
		for _, price := range []float64{1.25, 1.0 / 3} {
			_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Series: []store.Series{{Kind: store.Prices, Symbol: "ÄCME", Currency: "EUR",
				Dates: []date.Date{date.MustParse("2024-12-31"), date.MustParse("2025-01-02")}, Close: []float64{1, price}}}})
			check(t, err)
		}
	})
	for _, day := range []string{"2025-01-06", "2025-01-07"} {
		b := store.Batch{Source: "file"}
		for k := range 80 {
			b.Series = append(b.Series, closes(fmt.Sprintf("M%02d", k), "file", day, float64(k)))
		}
		write(t, s, operator(ada.owner), b)
	}
	as(t, s, bob.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{{Symbol: "HOUSE", Date: date.MustParse("2025-01-02"), Price: money.MustParse("450000.10"), Currency: "EUR", Valuation: true}})
		check(t, err)
	})
	return ada.owner, ada.portfolio
}
