package analysis

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// sideBySide is a panel of 300 weekdays to 29 May 2026: TWICE moves by twice what INDEX
// does, AGAINST by as much the other way, PAYS stands still and pays a dividend, YOUNG
// has the last 30 days alone, and FLAT stands still.
func sideBySide() (*market.Panel, []date.Date) {
	var days []date.Date
	for d := date.MustParse("2026-05-29"); len(days) < 300; d-- {
		if !d.IsWeekend() {
			days = append([]date.Date{d}, days...)
		}
	}
	p := market.NewPanel()
	set := func(symbol string, from int, currency money.Currency, next func(i int, last float64) float64) {
		values := []float64{100}
		for i := from + 1; i < len(days); i++ {
			values = append(values, next(i, values[len(values)-1]))
		}
		p.SetInstrument(instrument.Instrument{Symbol: symbol, Currency: currency})
		p.SetPrices(symbol, market.NewSeries(days[from:], values, "test"))
	}
	move := func(i int) float64 { return 0.01 * math.Sin(float64(i)*1.7) }
	set("INDEX", 0, "EUR", func(i int, last float64) float64 { return last * (1 + move(i)) })
	set("TWICE", 0, "EUR", func(i int, last float64) float64 { return last * (1 + 2*move(i)) })
	set("AGAINST", 0, "EUR", func(i int, last float64) float64 { return last * (1 - move(i)) })
	set("PAYS", 0, "EUR", func(i int, last float64) float64 { return 100 })
	set("YOUNG", 270, "EUR", func(i int, last float64) float64 { return last * (1 + move(i)) })
	set("FLAT", 0, "EUR", func(i int, last float64) float64 { return 100 })
	set("FAR", 0, "JPY", func(i int, last float64) float64 { return last * (1 + move(i)) })
	set("DOLLAR", 0, "USD", func(i int, last float64) float64 { return 100 })
	p.SetActions("PAYS", &market.Actions{Dividends: []market.DividendEvent{{ExDate: days[290], Amount: money.Int(5), Currency: "EUR"}}})
	rates := make([]float64, len(days))
	for i := range rates {
		rates[i] = 0.8
		if i >= 295 {
			rates[i] = 0.88
		}
	}
	p.SetFX(market.Pair{Base: "USD", Quote: "EUR"}, market.NewSeries(days, rates, "test"))
	return p, days
}

func compareAll(symbols ...string) *Comparison {
	p, days := sideBySide()
	end := days[len(days)-1]
	grown := make([]float64, len(days))
	copy(grown, p.Prices("INDEX").Values)
	return Compare(ComparisonInput{Symbols: symbols, Panel: p, Currency: "EUR", Window: Period{"1Y", end.AddYears(-1), end}, Benchmark: "INDEX",
		Portfolio: &Growth{days, grown}, Sessions: func(string, date.Date, date.Date) int { return 0 }})
}

func TestCompare(t *testing.T) {
	c := compareAll("INDEX", "TWICE", "AGAINST", "PAYS", "YOUNG", "DOLLAR")
	near := func(f Figure, want float64, what string) {
		t.Helper()
		if !f.Known() || math.Abs(f.Float64()-want) > 1e-9 {
			t.Errorf("%s is %v (%v), want %v", what, f.Float64(), f.Reasons, want)
		}
	}
	near(c.Items[0].Beta, 1, "beta of the index to itself")
	near(c.Items[1].Beta, 2, "beta of what moves twice as much")
	near(c.Items[2].Beta, -1, "beta of what moves the other way")
	near(c.Items[1].ToPortfolio, 1, "correlation with a portfolio that is the index")
	near(c.Correlation[1][2], -1, "correlation of opposites")
	near(c.Correlation[2][1], -1, "the same the other way round")
	near(c.Correlation[3][3], 1, "correlation with itself")
	near(c.Items[1].Volatility, 2*c.Items[0].Volatility.Float64(), "volatility of what moves twice as much")
	near(c.Items[3].Returns[0].Return, 0.05, "a month with a dividend of 5 reinvested at 100")
	near(c.Items[5].Returns[0].Return, 0.1, "a month in which the dollar rose by a tenth")
	if !c.Items[3].Dividends || c.Items[0].Dividends {
		t.Error("which returns have dividends in them is not said")
	}
	for _, r := range c.Items[4].Returns[1:] {
		if r.Return.Known() || len(r.Return.Reasons) == 0 {
			t.Errorf("%s of something 30 days old: %v %v", r.Period.Label, r.Return.Float64(), r.Return.Reasons)
		}
	}
	if y := c.Items[4]; y.Volatility.Status != Partial || !y.Volatility.Known() {
		t.Errorf("volatility of something young is %s, want partial", y.Volatility.Status)
	}
	for _, r := range c.Items[0].Returns {
		if r.Annual.Known() != (r.Period.Label == "1Y") {
			t.Errorf("a year of %s: %v", r.Period.Label, r.Annual)
		}
	}
	if len(c.Days) != len(c.Items[0].Growth) || c.Items[0].Growth[0] != 1 {
		t.Errorf("%d days, growth %v…", len(c.Days), c.Items[0].Growth[:2])
	}
}

func TestCompareSaysWhatItDoesNotKnow(t *testing.T) {
	c := compareAll("NOWHERE", "FAR", "FLAT", "INDEX")
	for i, what := range []string{"what has no price", "what has no exchange rate"} {
		item := c.Items[i]
		for _, f := range []Figure{item.Volatility, item.Drawdown, item.Beta, item.ToPortfolio, item.Returns[0].Return, c.Correlation[i][3], c.Correlation[3][i]} {
			if f.Known() || len(f.Reasons) == 0 {
				t.Errorf("%s has %s %v", what, f.Method, f.Float64())
			}
		}
	}
	if f := c.Items[2].ToPortfolio; f.Known() || len(f.Reasons) == 0 {
		t.Errorf("the correlation of what never moves is %v", f.Float64())
	}
	if f := c.Items[3].Beta; !f.Known() {
		t.Errorf("what is not known of the others takes away the index's: %v", f.Reasons)
	}
}

// Correlations are symmetric and within bounds, and the deepest fall is not above zero.
func TestCompareKeepsItsBounds(t *testing.T) {
	c := compareAll("INDEX", "TWICE", "AGAINST", "YOUNG", "DOLLAR", "PAYS")
	for i := range c.Correlation {
		if d := c.Items[i].Drawdown; d.Known() && (d.Float64() > 0 || d.Float64() < -1) {
			t.Errorf("deepest fall of %s is %v", c.Items[i].Instrument.Symbol, d.Float64())
		}
		for j := range c.Correlation {
			a, b := c.Correlation[i][j], c.Correlation[j][i]
			if a.Known() != b.Known() || a.Known() && (math.Abs(a.Float64()-b.Float64()) > 1e-12 || math.Abs(a.Float64()) > 1+1e-12) {
				t.Errorf("correlation %d, %d: %v and %v", i, j, a.Float64(), b.Float64())
			}
		}
	}
}
