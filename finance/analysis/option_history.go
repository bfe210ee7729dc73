package analysis

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/scenario"
)

// optionHistory is what an option of today would have gained or lost on each step of the
// axis: its price anew with the underlying's spot moved by what that returned, and its
// volatility by what the volatility index did, less today's; NaN where the
// underlying's return is not known. known counts the others.
//
// The right to exercise early is worth at the moved spot what it is worth there at
// today's volatility.
func (r *runner) optionHistory(p *pricedOption, inst instrument.Instrument, axis []date.Date) (profits []float64, known int) {
	profits, known = r.localHistory(inst.Underlying, axis)
	fx := r.exchangeHistory(inst.Currency, axis)
	index := r.indexHistory(axis)
	early := func(float64) float64 { return 0 }
	if p.American {
		early = premium(p, profits)
	}
	elasticity := scenario.Elasticity(p.Years)
	for i, x := range profits {
		if math.IsNaN(x) {
			continue
		}
		t := p.Terms
		t.Spot *= 1 + x
		if index != nil && !math.IsNaN(index[i]) {
			t.Volatility *= math.Max(1+float64(elasticity*index[i]), 0)
		}
		price := option.European(t).Price + early(t.Spot)
		switch {
		case fx == nil:
		case math.IsNaN(fx[i]): // the price's move is better than none
			known--
		default:
			price *= 1 + fx[i]
		}
		if profits[i] = p.Units * (price - p.Value.Price); math.IsNaN(profits[i]) {
			known--
		}
	}
	return profits, known
}

// premiumNodes is at how many spots the right to exercise early is priced; between them
// it is read off a line, which is exact to about a thousandth of it.
const premiumNodes = 65

// premium is what exercising early adds, by the spot, over the spots that moves lead to.
func premium(p *pricedOption, moves []float64) func(spot float64) float64 {
	low, high := p.Spot, p.Spot
	for _, x := range moves {
		if !math.IsNaN(x) {
			low, high = math.Min(low, p.Spot*(1+x)), math.Max(high, p.Spot*(1+x))
		}
	}
	exercise, t := option.NewExercise(p.Terms), p.Terms
	at := func(spot float64) float64 {
		t.Spot = spot
		return math.Max(exercise.Price(spot)-option.European(t).Price, 0)
	}
	step := (high - low) / (premiumNodes - 1)
	if !(step > 0) {
		return at
	}
	var nodes [premiumNodes]float64
	for i := range nodes {
		nodes[i] = at(low + float64(step*float64(i)))
	}
	return func(spot float64) float64 {
		x := (spot - low) / step
		i := max(0, min(int(x), premiumNodes-2))
		u := x - float64(i)
		return float64(nodes[i]*(1-u)) + float64(nodes[i+1]*u)
	}
}

// indexHistory is the relative change of the volatility index on each step of the axis,
// nil where there is none.
func (r *runner) indexHistory(axis []date.Date) []float64 {
	for _, symbol := range exante.VolatilityIndices() {
		if s := r.Panel.Prices(symbol); s != nil {
			filled := s.Filled(axis)
			out := make([]float64, len(axis)-1)
			for i := range out {
				out[i] = filled[i+1]/filled[i] - 1
			}
			return out
		}
	}
	return nil
}

// revaluedReason says what a figure rests on that prices options anew on each day.
func (r *runner) revaluedReason() string {
	said := "options are priced anew on each day's moves, from the volatility their own price implies"
	if r.indexHistory([]date.Date{r.AsOf, r.AsOf}) == nil {
		said += ", which is held as no volatility index is known"
	}
	if _, known := r.rateNow(); !known {
		said += ", without interest, as no risk-free rate is known"
	}
	return said
}
