package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// tags are kept with a row, found whole and in any case, and corrected like the rest of
// what it says.
func tags(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	var all []ledger.Transaction
	for i, tags := range [][]string{{"core"}, {"core satellite", "tax_2025"}, {"taxi2025"}, {}, {"Größe", "core"}, {"core"}} {
		b := buy(fmt.Sprintf("2025-01-%02d", i+1), "S", fmt.Sprint(i+1), "1")
		b.Tags, b.LotLabel = ledger.NewTags(tags...), `"tags":["label"]`
		all = append(all, b)
	}
	book(t, s, h.owner, h.portfolio, all...)
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		corrected := all[5]
		corrected.ID, corrected.Tags = store.NewID(), ledger.NewTags("later")
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 1, Kind: store.Edited, Enter: []store.Entry{{Transaction: corrected, Replaces: all[5].ID}}})
		check(t, err)
	})
	for _, c := range []struct {
		name   string
		filter store.Filter
		want   string
	}{
		{"a tag", store.Filter{Tags: []string{"core"}}, "[1 5]"},
		{"a tag that is a part of others", store.Filter{Tags: []string{"tax"}}, "[]"},
		{"a tag with a sign that SQL takes for any", store.Filter{Tags: []string{"tax_2025"}}, "[2]"},
		{"in any case and spacing", store.Filter{Tags: []string{" GRÖSSE ", " Core  Satellite"}}, "[2]"},
		{"one of several", store.Filter{Tags: []string{"größe", "taxi2025"}}, "[3 5]"},
		{"any tag", store.Filter{Tagged: true}, "[1 2 3 5 6]"},
		{"with text", store.Filter{Tags: []string{"core"}, Text: "s", Limit: 1}, "[1 5]"},
		{"in pages", store.Filter{Tagged: true, Limit: 2}, "[1 2 3 5 6]"},
		{"of another field", store.Filter{Tags: []string{"label"}}, "[]"},
		{"two tags read as one", store.Filter{Tags: []string{`core","größe`}}, "[]"},
		{"also what is no longer in force", store.Filter{Tags: []string{"core"}, All: true}, "[1 5 6]"},
	} {
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			c.filter.Oldest = true
			got := []string{}
			for {
				p, err := v.Find(ctx, h.portfolio, c.filter)
				check(t, err)
				for _, r := range p.Rows {
					got = append(got, r.Quantity.Decimal.String())
				}
				if c.filter.After = p.Next; p.Next == "" {
					wantEqual(t, p.Total, len(got), "total of "+c.name)
					break
				}
			}
			wantEqual(t, fmt.Sprint(got), c.want, c.name)
		})
	}
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		history, err := v.Booking(ctx, h.portfolio, all[5].ID)
		check(t, err)
		wantEqual(t, history[0].Tags, ledger.NewTags("core"), "tags before the correction")
		wantEqual(t, history[1].Tags, ledger.NewTags("later"), "tags after it")
	})
}
