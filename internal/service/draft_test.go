package service

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/workload"
)

// Trying what a change touches finds a fault exactly where trying everything does.
func TestTryingAPartIsTryingAll(t *testing.T) {
	refused, accepted := 0, 0
	for seed := range uint64(40) {
		random := workload.NewRandom(seed, 120)
		r := rand.New(rand.NewPCG(seed, 9))
		d := &draft{portfolio: store.Portfolio{Base: random.Document.BaseCurrency}, instruments: random.Document.Symbols, actions: random.Actions, bookings: slices.Clone(random.Document.Transactions)}
		for i := range d.bookings {
			d.bookings[i].ID = store.NewID()
		}
		if _, err := d.fold(); err != nil {
			t.Fatalf("seed %d: the ledger itself: %v", seed, err)
		}
		whole := d.bookings
		for range 12 {
			gone := map[string]bool{whole[r.IntN(len(whole))].ID: true}
			d.bookings = slices.Clone(whole)
			removed := d.remove(gone)
			_, all := d.fold()
			part := d.try(nil, removed)
			if (all == nil) != (part == nil) {
				t.Fatalf("seed %d without %+v: all %v, part %v", seed, removed, all, part)
			}
			if part != nil {
				refused++
			} else {
				accepted++
			}
		}
	}
	if refused == 0 || accepted == 0 {
		t.Errorf("%d refused, %d accepted: the test shows nothing", refused, accepted)
	}
}
