package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// exposure adds up both sides of today's book, exactly, and how concentrated it is.
func (r *runner) exposure() {
	out := &r.out.Risk.Exposure
	long, short := money.Zero, money.Zero
	status, reasons := Complete, []string(nil)
	var sizes []sized
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if !h.Value.Known() {
			status = Partial
			reasons = append(reasons, "without "+h.Symbol+": "+first(h.Value.Reasons))
			continue
		}
		if v := h.Value.Amount.Decimal; v.Sign() < 0 {
			short = short.Add(v)
		} else {
			long = long.Add(v)
		}
		sizes = append(sizes, sized{h.Symbol, math.Abs(h.Value.Float64())})
	}
	put := func(amount money.Decimal, method string) (Figure, Figure) {
		f := r.money(amount, method).With(status, reasons...)
		total := r.out.Summary.Value
		if !total.Known() || total.Amount.Decimal.Sign() <= 0 {
			return f, Unknown(Fraction, r.AsOf, method+"_share", "the total value is not positive")
		}
		return f, Measure(amount.Float64()/total.Float64(), Fraction, r.AsOf, method+"_share").With(status, reasons...)
	}
	out.Long, out.LongShare = put(long, "long_exposure")
	out.Short, out.ShortShare = put(short, "short_exposure")
	out.Gross, out.GrossShare = put(long.Sub(short), "gross_exposure")
	out.Net, out.NetShare = put(long.Add(short), "net_exposure")
	r.deltaAdjusted(status, reasons)
	r.concentration(sizes, status, reasons)
}

// deltaAdjusted is the net exposure with options at delta × underlying × contract size ×
// contracts, and their notional apart.
func (r *runner) deltaAdjusted(status Status, reasons []string) {
	out := &r.out.Risk.Exposure
	net, options, notional, any := 0.0, 0.0, 0.0, false
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if h.Instrument.Class != instrument.Option {
			if h.Value.Known() {
				net += h.Value.Float64()
			}
			continue
		}
		any = true
		delta, _, ok := r.optionDelta(h)
		if !ok {
			status = Partial
			reasons = append(reasons, "without "+h.Symbol+": it is not priced")
			continue
		}
		options += delta
		if price, _, known := r.Panel.Price(h.Instrument.Underlying, r.AsOf); known {
			if w := r.valuer.Cash(h.Quantity.Abs().Mul(h.Instrument.ContractSize()).Mul(price), h.Instrument.Currency, r.AsOf); w.Known {
				notional += w.Amount.Float64()
			}
		}
	}
	out.DeltaAdjusted = r.measured(net+options, "delta_adjusted_exposure").With(status, reasons...)
	if !any {
		out.OptionsDelta, out.Notional = r.money(money.Zero, "options_delta"), r.money(money.Zero, "options_notional")
		return
	}
	out.OptionsDelta = r.measured(options, "options_delta").With(status, reasons...)
	out.Notional = r.measured(notional, "options_notional").With(status, reasons...)
}

// sized is a holding and the size of its value.
type sized struct {
	symbol string
	size   float64
}

func (r *runner) concentration(sizes []sized, status Status, reasons []string) {
	out := &r.out.Risk.Concentration
	slices.SortStableFunc(sizes, func(a, b sized) int { return cmp.Compare(b.size, a.size) })
	gross := 0.0
	for _, s := range sizes {
		gross += s.size
	}
	if gross == 0 {
		for _, f := range []*Figure{&out.HHI, &out.Effective, &out.Top3, &out.Top10, &out.LargestShare} {
			*f = Unknown(Ratio, r.AsOf, "concentration", "nothing is held")
		}
		return
	}
	hhi, top3, top10 := 0.0, 0.0, 0.0
	for i, s := range sizes {
		w := s.size / gross
		hhi += float64(w * w)
		if i < 3 {
			top3 += w
		}
		if i < 10 {
			top10 += w
		}
	}
	take := func(x float64, unit Unit, method string) Figure {
		return Measure(x, unit, r.AsOf, method).With(status, reasons...)
	}
	out.HHI, out.Effective = take(hhi, Ratio, "hhi"), take(1/hhi, Count, "effective_number")
	out.Top3, out.Top10 = take(top3, Fraction, "top3"), take(top10, Fraction, "top10")
	out.Largest, out.LargestShare = sizes[0].symbol, take(sizes[0].size/gross, Fraction, "largest")
}
