package simulated

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Tenors of the simulated government curve, shortest first.
var tenors = []struct {
	name  string
	years float64
}{{"3M", 0.25}, {"2Y", 2}, {"5Y", 5}, {"10Y", 10}, {"30Y", 30}}

const (
	tenor3M = iota
	tenor2Y
	tenor5Y
	tenor10Y
	tenor30Y
)

// anchor is a level at an age, between which a path is drawn straight.
type anchor struct{ yearsAgo, level float64 }

// The policy rate's and the ten-year yield's own stories: near zero, the steep
// rise that ended the long rally, the plateau, slow cuts.
var (
	billAnchors = []anchor{{6.1, 0.0012}, {4.9, 0.0020}, {4.3, 0.0120}, {3.4, 0.0510}, {2.2, 0.0525}, {1.2, 0.0435}, {0, 0.0370}}
	noteAnchors = []anchor{{6.1, 0.0100}, {5.0, 0.0165}, {4.25, 0.0330}, {4.0, 0.0265}, {3.1, 0.0455}, {2.2, 0.0405}, {1.3, 0.0435}, {0, 0.0410}}
)

// yields are the curve's paths on the axis, as fractions a year, rounded to a
// basis point.
type yields struct {
	of [tenor30Y + 1][]float64
}

func newYields(seed uint64, w *world) yields {
	n := len(w.axis.days)
	var y yields
	for t := range y.of {
		y.of[t] = make([]float64, n)
	}
	s := newStream(seed, "yields")
	level, slope := 0.0, 0.0 // wandering about the anchors, pulled back to them
	for i := range n {
		level = float64(0.985*level) + float64(0.00048*s.normal())
		slope = float64(0.985*slope) + float64(0.00020*s.normal())
		age := w.axis.yearsAgo(i)
		bill := max(between(billAnchors, age), 0.0002)
		note := max(between(noteAnchors, age)+level, 0.004)
		at := func(tenor int, x float64) { y.of[tenor][i] = round(max(x, 0.0001), 4) }
		at(tenor3M, bill)
		at(tenor2Y, float64(0.55*bill)+float64(0.45*note)+slope)
		at(tenor5Y, float64(0.25*bill)+float64(0.75*note)+float64(slope/2))
		at(tenor10Y, note)
		at(tenor30Y, note+0.0035-float64(slope/2))
	}
	return y
}

// between draws a path straight from anchor to anchor.
func between(anchors []anchor, yearsAgo float64) float64 {
	for k := 1; k < len(anchors); k++ {
		a, b := anchors[k-1], anchors[k]
		if yearsAgo >= b.yearsAgo {
			part := (a.yearsAgo - yearsAgo) / (a.yearsAgo - b.yearsAgo)
			return a.level + float64(part*(b.level-a.level))
		}
	}
	return anchors[len(anchors)-1].level
}

// zero is the yield for a time in years on the i-th day, straight between tenors.
func (y yields) zero(i int, time float64) float64 {
	if time <= tenors[0].years {
		return y.of[0][i]
	}
	for t := 1; t < len(tenors); t++ {
		if time <= tenors[t].years {
			part := (time - tenors[t-1].years) / (tenors[t].years - tenors[t-1].years)
			return y.of[t-1][i] + float64(part*(y.of[t][i]-y.of[t-1][i]))
		}
	}
	return y.of[tenor30Y][i]
}

// pair is an exchange rate: 1 base = rate quote, its last level, its change over
// the six years (log), volatility and how it follows the market.
type pair struct {
	base, quote  money.Currency
	last, growth float64
	volatility   float64
	onMarket     float64
}

var pairs = []pair{
	{"EUR", "USD", 1.14, -0.04, 0.070, 0.08},
	{"GBP", "USD", 1.32, 0.00, 0.080, 0.12},
	{"USD", "CHF", 0.82, -0.10, 0.070, -0.02},
	{"USD", "JPY", 150.5, 0.36, 0.085, 0.06},
	{"USD", "CAD", 1.39, 0.07, 0.060, -0.14},
}

func newFX(seed uint64, w *world) []FX {
	all := make([]FX, len(pairs))
	for k, p := range pairs {
		s := newStream(seed, "fx "+string(p.base+p.quote))
		own := w.ordinary(s, p.volatility, 0)
		n := len(own)
		total := 0.0
		for i := 1; i < n; i++ {
			own[i] += float64(p.onMarket * w.moves[market][i])
			total += own[i]
		}
		drift := (p.growth - total) / float64(n-1)
		fx := FX{Base: p.base, Quote: p.quote, Dates: w.axis.days, Rates: make([]float64, n)}
		x := p.last * exp(-p.growth)
		for i := range n {
			if i > 0 {
				x *= exp(own[i] + drift)
			}
			fx.Rates[i] = round(x, 5)
		}
		all[k] = fx
	}
	return all
}

// Curve is one tenor of the simulated government curve: yields as fractions a
// year (0.0425 is 4.25 %), one for each day.
type Curve struct {
	Tenor  string // 3M is the bill, the risk-free rate
	Years  float64
	Dates  []date.Date
	Yields []float64
}

// FX is a rate of exchange: 1 Base = Rates[i] Quote at the close of Dates[i].
type FX struct {
	Base, Quote money.Currency
	Dates       []date.Date
	Rates       []float64
}

// On returns the last rate known on a day; ok is false before the first.
func (f FX) On(d date.Date) (rate float64, ok bool) {
	i := lastOn(f.Dates, d)
	if i < 0 {
		return math.NaN(), false
	}
	return f.Rates[i], true
}
