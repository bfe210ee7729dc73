package service

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/workload"
)

// Trying what a change touches finds a fault exactly where trying everything does.
func TestTryingAPartIsTryingAll(t *testing.T) {
	refused, accepted := 0, 0
	for seed := range uint64(40) {
		random := workload.NewRandom(seed, 120)
		r := rand.New(rand.NewPCG(seed, 9))
		whole := slices.Clone(random.Document.Transactions)
		for i := range whole {
			whole[i].ID = store.NewID()
		}
		for try := range 13 {
			d := newDraft(store.Portfolio{Base: random.Document.BaseCurrency}, whole)
			d.instruments, d.actions = random.Document.Symbols, random.Actions
			var removed []ledger.Transaction
			if try > 0 { // the first time as it is: it can be folded
				removed = d.remove(map[string]bool{whole[r.IntN(len(whole))].ID: true})
			}
			_, all := d.fold()
			part := d.try(nil, removed)
			if (all == nil) != (part == nil) || try == 0 && all != nil {
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
