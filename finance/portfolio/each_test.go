package portfolio_test

import (
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

// What EachHolding tells of a symbol is the timeline of that holding, and what EachCash
// tells of the currencies is the cash of the whole.
func TestEachHoldingIsItsTimeline(t *testing.T) {
	compared := 0
	for seed := range uint64(40) {
		r := workload.NewRandom(seed, 80)
		b, panel := mustFold(t, r.Input("FIFO")), r.Panel()
		v := portfolio.NewView(b, panel, b.Axis(panel, r.First, r.Last))
		for _, accounts := range [][]string{nil, b.Accounts[:1]} {
			for _, from := range []date.Date{r.First, r.First + (r.Last-r.First)/2} {
				start, _ := slices.BinarySearch(v.Days, from)
				v.EachHolding(portfolio.Node{Accounts: accounts}, from, func(symbol string, got *portfolio.Timeline) {
					want := v.Timeline(portfolio.Node{Accounts: accounts, Symbols: []string{symbol}})
					for k, pair := range [][2][]float64{{got.Value, want.Value}, {got.Inflow, want.Inflow}, {got.Outflow, want.Outflow},
						{got.Income, want.Income}, {got.Fees, want.Fees}, {got.Taxes, want.Taxes}} {
						// On the first day what was left out before enters the whole timeline only.
						if !slices.Equal(pair[0][start+1:], pair[1][start+1:]) {
							t.Errorf("seed %d, %v, %s from %s, column %d: got %v, want %v", seed, accounts, symbol, from, k, pair[0][start:], pair[1][start:])
						}
						compared++
					}
				})
				whole, sum := v.Timeline(portfolio.Node{Accounts: accounts}), make([]float64, len(v.Days))
				v.EachCash(portfolio.Node{Accounts: accounts}, from, func(_ money.Currency, value []float64) {
					for i, x := range value {
						sum[i] += x
					}
				})
				for i := start; i < len(sum); i++ {
					if d := sum[i] - whole.Cash[i]; d > 1e-6 || d < -1e-6 {
						t.Errorf("seed %d, %v, %s: cash %v, want %v", seed, accounts, v.Days[i], sum[i], whole.Cash[i])
					}
				}
			}
		}
	}
	if compared < 1000 {
		t.Fatalf("only %d compared", compared)
	}
}
