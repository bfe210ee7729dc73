package analysis

import (
	"math"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/option"
)

// optionDelta is an option's delta-adjusted exposure in the base currency, delta ×
// underlying price × contract size × contracts, and why it is not known where it is not.
//
// The delta is Black–Scholes–Merton's at the volatility that the option's own price
// implies, with the risk-free rate of the day (0 where none is known) and no dividend
// yield; a future as underlying carries no cost, so that its yield is the rate. A price
// without time value has the delta of exercising surely, or of worthlessness.
func (r *runner) optionDelta(h *Holding) (exposure float64, underlying, why string) {
	o := h.Instrument
	if !o.IsOption() {
		return 0, "", "its terms are not known"
	}
	if o.Expiry <= r.AsOf {
		return 0, o.Underlying, ""
	}
	price, _, priced := r.Panel.Price(h.Symbol, r.AsOf)
	spot, _, known := r.Panel.Price(o.Underlying, r.AsOf)
	switch {
	case !priced:
		return 0, "", "no price is known"
	case !known:
		return 0, "", "no price of " + o.Underlying + " is known"
	}
	rate, _ := r.rateNow()
	t := option.Terms{Kind: option.Kind(o.Right == instrument.Put), Spot: spot.Float64(), Strike: o.Strike.Decimal.Float64(),
		Years: float64(o.Expiry-r.AsOf) / 365, Rate: rate}
	if u, ok := r.Panel.Instrument(o.Underlying); ok && u.Class == instrument.Future {
		t.DividendYield = t.Rate
	}
	w := r.valuer.Cash(h.Quantity.Mul(o.ContractSize()).Mul(spot), o.Currency, r.AsOf)
	if !w.Known {
		return 0, "", w.Reason
	}
	return delta(price.Float64(), t) * w.Amount.Float64(), o.Underlying, ""
}

// delta at the implied volatility; at the limits where a price implies none.
func delta(price float64, t option.Terms) float64 {
	volatility, err := option.ImpliedVolatility(price, t)
	if err == nil {
		t.Volatility = volatility
		return option.European(t).Delta
	}
	low, high := t.Bounds()
	sure := math.Exp(-t.DividendYield * t.Years)
	if t.Kind == option.Put {
		sure = -math.Exp(-t.Rate * t.Years)
	}
	if price > (low+high)/2 || low > 0 { // at or below the value of exercising surely
		return sure
	}
	return 0
}

// rateNow is the risk-free rate of the as-of day, continuously compounded; where none is
// known the deltas are taken without interest, and deltaReason says so.
func (r *runner) rateNow() (rate float64, known bool) {
	annual, _, ok := r.Panel.Rate(r.RiskFree).At(r.AsOf)
	if !ok || annual <= -1 {
		return 0, false
	}
	return math.Log1p(annual), true
}

// deltaReason says what a figure that counts options with their delta rests on.
func (r *runner) deltaReason() string {
	said := "options count with their delta at the volatility their own price implies"
	if _, known := r.rateNow(); !known {
		said += ", without interest, as no risk-free rate is known"
	}
	return said
}
