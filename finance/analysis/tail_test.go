package analysis_test

import (
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// The history reaches back as far as everything that is held, but for what is younger
// than a year; plain history takes a year of it, filtered history all.
func TestHistoryOfTheTail(t *testing.T) {
	d, whole := demoMarket()
	for _, c := range []struct {
		name       string
		first      int // closes that MSFT keeps, 0 for all
		days       int
		incomplete bool
	}{
		{"everything is older", 0, 1000, false},
		{"one is younger", 601, 600, false},
		{"one is younger than a year", 101, 252, true},
	} {
		panel := whole.Clone()
		if c.first > 0 {
			s := panel.Prices("MSFT")
			to := s.Index(d.AsOf) + 1
			panel.SetPrices("MSFT", market.NewSeries(s.Dates[to-c.first:to], s.Values[to-c.first:to], "test"))
		}
		a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{"AAPL", "100"}, piece{"MSFT", "100"}))
		sound(t, a)
		w := a.Risk.Window
		if w.Days != c.days || slices.Contains(w.Partial, "MSFT") != c.incomplete {
			t.Errorf("%s: %d days, %v partly missing", c.name, w.Days, w.Partial)
		}
		for i := range a.Risk.Tail {
			row := &a.Risk.Tail[i]
			want := min(252, c.days)
			if row.Method == "filtered" {
				want = c.days - 49 // of warming up
			}
			if row.Days != want || !(row.From >= w.From) || row.ES.Float64() < row.VaR.Float64() {
				t.Errorf("%s, %s: %d days from %s, VaR %v, ES %v", c.name, row.Method, row.Days, row.From, row.VaR.Float64(), row.ES.Float64())
			}
			if rough := row.VaR.Status == analysis.Estimated || row.VaR.Status == analysis.Partial; rough != (c.incomplete || row.Days < 252) {
				t.Errorf("%s, %s of %d days: %s %v", c.name, row.Method, row.Days, row.VaR.Status, row.VaR.Reasons)
			}
		}
	}
}

// Filtered history answers to the volatility of today: after a calm month it says less
// than after a stormy one of the same year.
func TestFilteredTailAnswers(t *testing.T) {
	d, whole := demoMarket()
	value := map[bool]map[string]float64{}
	for _, stormy := range []bool{false, true} {
		panel := whole.Clone()
		s := panel.Prices("AAPL")
		to := s.Index(d.AsOf) + 1
		dates, values := slices.Clone(s.Dates[to-700:to]), make([]float64, 700)
		price := 100.0
		for i := range values {
			move := 0.01
			if i >= 340 && i < 370 && !stormy || i >= 670 && stormy {
				move = 0.05
			}
			if i%2 == 1 {
				move = -move
			}
			price *= 1 + move
			values[i] = price
		}
		panel.SetPrices("AAPL", market.NewSeries(dates, values, "test"))
		a := mustRun(t, made(t, "USD", panel, nil, piece{"AAPL", "100"}))
		value[stormy] = map[string]float64{}
		for _, row := range a.Risk.Tail {
			if row.Confidence == 0.95 {
				value[stormy][row.Method] = row.VaRShare.Float64()
			}
		}
	}
	if f, g := value[false]["filtered"], value[true]["filtered"]; !(g > 3*f) {
		t.Errorf("filtered: %v of the value after calm, %v after storm", f, g)
	}
}
