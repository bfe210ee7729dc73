package portfolio_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

const seeds = 100

func mustFold(t testing.TB, in portfolio.Input) *portfolio.Book {
	t.Helper()
	b, err := portfolio.Fold(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The ledger's own count, the Book's quantities and the Keeper's lots are one.
func TestQuantitiesAgree(t *testing.T) {
	for seed := range uint64(seeds) {
		r := workload.NewRandom(seed, 80)
		for _, m := range r.Methods() {
			b, err := portfolio.Fold(r.Input(m))
			if err != nil {
				t.Errorf("seed %d, %s: %v", seed, m, err)
				break
			}
			for _, a := range b.Accounts {
				for _, s := range b.Symbols {
					got := b.Quantity(portfolio.Node{Accounts: []string{a}}, s, r.Last)
					if want := r.Quantity(a, s); !got.Equal(want) {
						t.Errorf("seed %d, %s: %s in %s: %s held, %s booked", seed, m, s, a, got, want)
					}
					if lots := b.Lots.Position(a, s); !got.Equal(lots) {
						t.Errorf("seed %d, %s: %s in %s: %s held, %s in lots", seed, m, s, a, got, lots)
					}
				}
			}
		}
	}
}
