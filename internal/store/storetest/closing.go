package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

func closings(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	old, late := buy("2024-03-01", "A", "10", "5"), buy("2025-02-01", "A", "1", "6")
	book(t, s, h.owner, h.portfolio, old, late)
	put := func(through date.Date, reason string) error {
		return s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PutClosing(ctx, store.Closing{Portfolio: h.portfolio, Through: through, Reason: reason})
			return err
		})
	}
	end := date.MustParse("2024-12-31")
	check(t, put(end, "year end"))
	wantError(t, put(end, "again"), store.ErrExists, "closing the same day twice")

	change := func(c store.Change) error {
		c.Portfolio, c.Expected, c.Kind = h.portfolio, store.AnyVersion, store.Edited
		return s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, c)
			return err
		})
	}
	moved := late
	moved.ID, moved.Date = store.NewID(), end
	changes := map[string]store.Change{
		"a booking on the closed day":       {Enter: entries(buy("2024-12-31", "A", "1", "1"))},
		"a booking long before":             {Enter: entries(buy("2020-01-02", "A", "1", "1"))},
		"a deletion":                        {Remove: []string{old.ID}},
		"an edit of a closed booking":       {Enter: []store.Entry{{Transaction: buy("2025-03-01", "A", "1", "1"), Replaces: old.ID}}},
		"an edit that moves a booking back": {Enter: []store.Entry{{Transaction: moved, Replaces: late.ID}}},
	}
	for what, c := range changes {
		err := change(c)
		wantError(t, err, store.ErrClosed, what)
		var faults ledger.Faults
		if !errors.As(err, &faults) || faults[0].Field != "date" || faults[0].Cure == "" {
			t.Errorf("%s: it does not name its place: %v", what, err)
		}
	}
	check(t, change(store.Change{Enter: entries(buy("2025-01-01", "A", "1", "1"))}))
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Portfolio(ctx, h.portfolio)
		check(t, err)
		p.Policy.Method = ledger.LIFO
		_, err = tx.UpdatePortfolio(ctx, p)
		return err
	})
	wantError(t, err, store.ErrClosed, "other rules for lots")
	wantError(t, s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.DeletePortfolio(ctx, h.portfolio) }), store.ErrClosed, "deleting a closed portfolio")

	check(t, put(date.None, "a statement came late"))
	check(t, change(store.Change{Remove: []string{old.ID}}))
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Closings(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(all), 2, "closings kept")
		wantEqual(t, all[0].Through, end, "the first")
		wantEqual(t, all[1].Through, date.None, "the reopening")
		through, err := v.ClosedThrough(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, through, date.None, "closed through")
		events, err := v.Events(ctx, 0, 100)
		check(t, err)
		said := map[string]int{}
		for _, e := range events {
			said[e.Action]++
		}
		wantEqual(t, said["books.close"], 1, "closings in the audit trail")
		wantEqual(t, said["books.reopen"], 1, "reopenings in the audit trail")
	})
}
