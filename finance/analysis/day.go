package analysis

import (
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// dayChange is what the last day with prices did to a holding.
type dayChange struct {
	amount float64 // NaN unknown
}

// dayBefore is the position of the session before the last day with prices, −1 where
// there is none.
func (r *runner) dayBefore() int {
	from := r.valued - 1
	for from > 0 && !r.session[from] {
		from--
	}
	return from
}

// findDayChanges measures every holding over the last day.
func (r *runner) findDayChanges(v *portfolio.View) {
	r.moved = map[string]dayChange{}
	from := r.dayBefore()
	if from < 0 {
		return
	}
	for _, c := range v.Changes(r.Node, from, r.valued) {
		r.moved[c.Symbol] = dayChange{c.Amount}
	}
}

// day fills in what the last session did to a holding: the change of its value less what
// was traded since the session before, and the price's own return.
func (r *runner) day(h *Holding) {
	on := r.out.ValuedOn
	h.DayChange = Unknown(r.unit(), on, "day_change", "no price of the day before")
	h.DayReturn = Unknown(Fraction, on, "price_return", "no price of the day before")
	h.Spark = r.spark(h.Symbol)
	s := r.Panel.Prices(h.Symbol)
	i := s.Index(on)
	if i < 0 || h.Instrument.Class == instrument.Private {
		return
	}
	if x, ok := r.moved[h.Symbol]; ok && !math.IsNaN(x.amount) {
		h.DayChange = r.measured(x.amount, "day_change")
		h.DayChange.AsOf = on
	}
	if s.Dates[i] != on {
		h.DayReturn = Measure(0, Fraction, on, "price_return").With(Stale, "no price on "+on.String())
		if h.DayChange.Known() {
			h.DayChange = h.DayChange.With(Stale, "no price on "+on.String())
		} else {
			h.DayChange = r.money(money.Zero, "day_change").With(Stale, "no price on "+on.String())
		}
		return
	}
	if i > 0 && s.Values[i-1] > 0 {
		ret := s.Values[i]/s.Values[i-1]*r.actions(h.Symbol).SplitFactor(s.Dates[i-1], on) - 1
		h.DayReturn = Measure(ret, Fraction, on, "price_return")
	}
}

// doubtDay weakens what the last session did to a holding where the data of either end do.
func (r *runner) doubtDay(h *Holding) {
	from := r.dayBefore()
	if r.Doubts.none() || from < 0 {
		return
	}
	reasons := r.doubtsOf(h.Symbol, r.out.ValuedOn)
	for _, why := range r.doubtsOf(h.Symbol, r.days[from]) {
		reasons = addOnce(reasons, why)
	}
	h.DayChange, h.DayReturn = doubted(h.DayChange, reasons...), doubted(h.DayReturn, reasons...)
}

// spark is the last thirty closes in today's pieces.
func (r *runner) spark(symbol string) []float64 {
	s := r.Panel.Prices(symbol)
	i := s.Index(r.AsOf)
	if i < 1 {
		return nil
	}
	from := max(0, i-29)
	if a := r.actions(symbol); a != nil && len(a.Splits) > 0 {
		out := slices.Clone(s.Values[from : i+1])
		for k := range out {
			out[k] /= a.SplitFactor(s.Dates[from+k], r.AsOf)
		}
		return out
	}
	return s.Values[from : i+1 : i+1]
}
