package service

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// A clean-up puts new days of many series where the others are, those that all share and
// a tenant's own; without time for it they wait for the next one.
func TestCleanUpFoldsDays(t *testing.T) {
	w := newWorld(t)
	id := w.owner.Identity
	id.Operator = true
	as := func(fn func(context.Context, store.Tx) error) {
		t.Helper()
		w.must(w.store.As(ctx, id, fn))
	}
	first := date.Must(2026, 4, 1)
	const days = 14
	for _, own := range []bool{false, true} {
		for n := range days {
			b := store.Batch{Own: own, Source: "file"}
			for k := range 70 {
				b.Series = append(b.Series, store.Series{Kind: store.Prices, Symbol: fmt.Sprintf("FOLD%02d", k), Currency: "EUR",
					Dates: []date.Date{first + date.Date(n)}, Close: []float64{float64(k + n)}})
			}
			as(func(ctx context.Context, tx store.Tx) error { _, err := tx.WriteMarket(ctx, b); return err })
		}
	}
	waits := func(own bool) (left bool) {
		t.Helper()
		as(func(ctx context.Context, tx store.Tx) (err error) {
			left, err = tx.FoldDays(ctx, own, daysKept, 1)
			return err
		})
		return left
	}
	if !waits(false) || !waits(true) {
		t.Fatal("nothing waits to be folded")
	}
	if _, _, err := w.s.CleanUp(ctx, "", w.s.now().Add(-time.Second)); err != nil || !waits(false) || !waits(true) {
		t.Fatalf("without time for it: %v", err)
	}
	if _, next, err := w.s.CleanUp(ctx, "", w.s.now().Add(time.Minute)); err != nil || next != "" || waits(false) || waits(true) {
		t.Errorf("after a clean-up days still wait: next %q, %v", next, err)
	}
	w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
		all, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: []string{"FOLD07"}, From: date.None, To: lastDay, Version: store.LatestMarket})
		for _, s := range all {
			if len(s.Dates) != days || s.Close[days-1] != float64(7+days-1) {
				t.Errorf("the series has %d days, the last of %v", len(s.Dates), s.Close)
			}
		}
		if len(all) != 2 {
			t.Errorf("%d series of one symbol, want the shared one and their own", len(all))
		}
		return err
	}))
}
