package market_test

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// TestBars joins ten days of two weeks and two months, split 2:1 on the second Monday.
// Figures by hand.
func TestBars(t *testing.T) {
	nan := math.NaN()
	// Mon 27 Jan to Fri 7 Feb 2025.
	b := market.Bars{
		Dates:  []date.Date{date.Must(2025, 1, 27), date.Must(2025, 1, 28), date.Must(2025, 1, 31), date.Must(2025, 2, 3), date.Must(2025, 2, 7)},
		Open:   []float64{100, 104, nan, 51, 52},
		High:   []float64{106, 110, nan, 55, 53},
		Low:    []float64{98, 103, nan, 50, 47},
		Close:  []float64{104, 108, 112, 54, 48},
		Volume: []float64{10, nan, 30, 40, nan},
	}
	actions := &market.Actions{Splits: []market.SplitEvent{{Date: date.Must(2025, 2, 3), Ratio: ledger.Ratio{New: money.Int(2), Old: money.One}}}}
	a := b.Adjusted(actions, date.Must(2025, 2, 28))
	if a.Close[0] != 52 || a.High[1] != 55 || a.Volume[0] != 10 || a.Close[3] != 54 || a.Volume[3] != 40 || !math.IsNaN(a.Open[2]) {
		t.Errorf("adjusted: %+v", a)
	}
	if before := b.Adjusted(actions, date.Must(2025, 1, 31)); before.Close[0] != 104 {
		t.Errorf("a split to come counted: %+v", before)
	}
	for _, c := range []struct {
		name                           string
		got                            market.Bars
		n                              int
		last                           date.Date
		open, high, low, close, volume float64 // of the first
	}{
		{"weeks", a.Weeks(), 2, date.Must(2025, 1, 31), 50, 56, 49, 56, 40},
		{"months", a.Months(), 2, date.Must(2025, 1, 31), 50, 56, 49, 56, 40},
	} {
		g := c.got
		if len(g.Dates) != c.n || g.Dates[0] != c.last || g.Open[0] != c.open || g.High[0] != c.high || g.Low[0] != c.low || g.Close[0] != c.close || g.Volume[0] != c.volume {
			t.Errorf("%s: %+v", c.name, g)
		}
		if g.Volume[1] != 40 || g.Close[1] != 48 || g.Low[1] != 47 {
			t.Errorf("%s, the second: %+v", c.name, g)
		}
	}
	if !b.Whole() || (market.Bars{Dates: b.Dates[:1], Open: []float64{nan}, High: []float64{1}, Low: []float64{1}}).Whole() {
		t.Error("whole is not told")
	}
}
