package analysis

import (
	"math"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/risk"
)

// exposure adds up both sides of today's book, exactly, and how concentrated it is.
func (r *runner) exposure() {
	out := &r.out.Risk.Exposure
	long, short := money.Zero, money.Zero
	status, reasons := Complete, []string(nil)
	var book []risk.Position
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if !h.Value.Known() {
			status = Worse(status, Partial)
			reasons = append(reasons, "without "+h.Symbol+": "+first(h.Value.Reasons))
			continue
		}
		if v := h.Value.Amount.Decimal; v.Sign() < 0 {
			short = short.Add(v)
		} else {
			long = long.Add(v)
		}
		if more := named(h.Symbol, h.doubts); len(more) > 0 {
			status, reasons = Worse(status, Estimated), append(reasons, more...)
		}
		value := h.Value.Float64()
		book = append(book, risk.Position{ID: h.Symbol, MarketValue: &value})
	}
	put := func(amount money.Decimal, method string) (Figure, Figure) {
		f := r.held(r.money(amount, method).With(status, reasons...))
		total := r.out.Summary.Value
		if !f.Known() {
			return f, Unknown(Fraction, r.AsOf, method+"_share", reasons...)
		}
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
	r.atNotional()
	r.concentration(book, status, reasons)
}

// deltaAdjusted is the net exposure with options at delta × underlying × contract size ×
// contracts, and their notional apart.
func (r *runner) deltaAdjusted(status Status, reasons []string) {
	out := &r.out.Risk.Exposure
	net, options, notional, any, counted := 0.0, 0.0, 0.0, false, 0
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if h.Instrument.Class != instrument.Option {
			if h.Value.Known() {
				net += h.Value.Float64()
			}
			continue
		}
		any = true
		exposure, _, why := r.optionDelta(h)
		if why != "" {
			status = Worse(status, Partial)
			reasons = append(reasons, "without "+h.Symbol+": "+why)
			continue
		}
		options += exposure
		counted++
		if price, _, known := r.Panel.Price(h.Instrument.Underlying, r.AsOf); known {
			if w := r.valuer.Cash(h.Quantity.Abs().Mul(h.Instrument.ContractSize()).Mul(price), h.Instrument.Currency, r.AsOf); w.Known {
				notional += w.Amount.Float64()
			}
		}
	}
	out.DeltaAdjusted = r.held(r.measured(net+options, "delta_adjusted_exposure").With(status, reasons...))
	if any && out.DeltaAdjusted.Known() {
		out.DeltaAdjusted = out.DeltaAdjusted.With(Estimated, r.deltaReason())
	}
	out.DeltaShare = r.ofValue(out.DeltaAdjusted, "delta_adjusted_exposure_share")
	if !any {
		out.OptionsDelta, out.Notional = r.money(money.Zero, "options_delta"), r.money(money.Zero, "options_notional")
		return
	}
	if counted == 0 {
		out.OptionsDelta, out.Notional = Unknown(r.unit(), r.AsOf, "options_delta", reasons...), Unknown(r.unit(), r.AsOf, "options_notional", reasons...)
		return
	}
	out.OptionsDelta = r.measured(options, "options_delta").With(status, reasons...)
	out.Notional = r.measured(notional, "options_notional").With(status, reasons...)
}

// ofValue is an amount as a share of the total value, as reliable as the amount.
func (r *runner) ofValue(amount Figure, method string) Figure {
	total := r.out.Summary.Value
	switch {
	case !amount.Known():
		return Unknown(Fraction, r.AsOf, method, amount.Reasons...)
	case !total.Known() || total.Float64() <= 0:
		return Unknown(Fraction, r.AsOf, method, "the total value is not positive")
	}
	return Measure(amount.Float64()/total.Float64(), Fraction, r.AsOf, method).With(amount.Status, amount.Reasons...)
}

// atNotional is the exposure with each option at underlying price × contract size ×
// contracts, on the side it gains on.
func (r *runner) atNotional() {
	long, short := 0.0, 0.0
	status, reasons := Complete, []string(nil)
	var doubts []string
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		doubts = append(doubts, named(h.Symbol, h.doubts)...)
		amount, why := h.Value.Float64(), first(h.Value.Reasons)
		if h.Instrument.IsOption() {
			amount, why = r.optionNotional(h)
		}
		switch {
		case math.IsNaN(amount):
			status = Partial
			reasons = append(reasons, "without "+h.Symbol+": "+why)
		case amount < 0:
			short += amount
		default:
			long += amount
		}
	}
	put := func(amount float64, method string) (Figure, Figure) {
		f := r.measured(amount, method).With(status, reasons...)
		if len(reasons) > 0 && len(reasons) == len(r.out.Holdings) {
			f = Unknown(f.Unit, f.AsOf, method, reasons...)
		}
		f = doubted(f, doubts...)
		return f, r.ofValue(f, method+"_share")
	}
	out := &r.out.Risk.Exposure.AtNotional
	out.Long, out.LongShare = put(long, "long_notional")
	out.Short, out.ShortShare = put(short, "short_notional")
	out.Gross, out.GrossShare = put(long-short, "gross_notional")
	out.Net, out.NetShare = put(long+short, "net_notional")
}

// optionNotional is what the underlyings of an option are worth, negative where it gains
// on their fall; NaN with the reason where that is not known.
func (r *runner) optionNotional(h *Holding) (amount float64, why string) {
	o := h.Instrument
	if o.Expiry <= r.AsOf {
		return 0, ""
	}
	price, _, known := r.Panel.Price(o.Underlying, r.AsOf)
	if !known {
		return math.NaN(), "no price of " + o.Underlying + " is known"
	}
	w := r.valuer.Cash(h.Quantity.Mul(o.ContractSize()).Mul(price), o.Currency, r.AsOf)
	switch {
	case !w.Known:
		return math.NaN(), w.Reason
	case o.Right == instrument.Put:
		return -w.Amount.Float64(), ""
	}
	return w.Amount.Float64(), ""
}
