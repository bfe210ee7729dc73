package analysis

import (
	"math"

	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/option"
)

// pricedOption is an option holding at the volatility that its own price implies, and
// why that is not known where it is not.
type pricedOption struct {
	exante.Option
	expired bool
	why     string
}

// exposure is delta × underlying price × contract size × contracts in the base currency.
func (p *pricedOption) exposure() float64 {
	return p.Units * p.Value.Delta * p.Spot
}

// optionDelta is an option's delta-adjusted exposure in the base currency, on which
// underlying, and why it is not known where it is not.
func (r *runner) optionDelta(h *Holding) (exposure float64, underlying, why string) {
	p := r.options[h.Symbol]
	return p.exposure(), h.Instrument.Underlying, p.why
}

// priceOptions prices every option that is held, once.
func (r *runner) priceOptions() {
	r.options = map[string]*pricedOption{}
	for i := range r.out.Holdings {
		if h := &r.out.Holdings[i]; h.Instrument.Class == instrument.Option {
			r.options[h.Symbol] = r.priceOption(h)
		}
	}
}

// priceOption prices with the risk-free rate of the day (0 where none is known) and no
// dividend yield; a future as underlying carries no cost, so that its yield is the
// rate. Options on indices and futures are European, on everything else American. A
// price without time value has no volatility: the option is worth exercising surely,
// or nothing.
func (r *runner) priceOption(h *Holding) *pricedOption {
	p, o := &pricedOption{}, h.Instrument
	if !o.IsOption() {
		p.why = "its terms are not known"
		return p
	}
	if o.Expiry <= r.AsOf {
		p.expired = true
		return p
	}
	price, _, priced := r.Panel.Price(h.Symbol, r.AsOf)
	spot, _, known := r.Panel.Price(o.Underlying, r.AsOf)
	switch {
	case !priced:
		p.why = "no price is known"
		return p
	case !known:
		p.why = "no price of " + o.Underlying + " is known"
		return p
	}
	w := r.valuer.Cash(h.Quantity.Mul(o.ContractSize()), o.Currency, r.AsOf)
	if !w.Known {
		p.why = w.Reason
		return p
	}
	rate, _ := r.rateNow()
	p.Units, p.American = w.Amount.Float64(), true
	p.Terms = option.Terms{Kind: option.Kind(o.Right == instrument.Put), Spot: spot.Float64(), Strike: o.Strike.Decimal.Float64(),
		Years: float64(o.Expiry-r.AsOf) / 365, Rate: rate}
	if u, ok := r.Panel.Instrument(o.Underlying); ok && (u.Class == instrument.Future || u.Class == instrument.Index) {
		p.American = false
		if u.Class == instrument.Future {
			p.DividendYield = rate
		}
	}
	if p.Kind == option.Call && p.DividendYield <= 0 && p.Rate >= 0 {
		p.American = false // never exercised early
	}
	if volatility, err := option.Implied(price.Float64(), p.Terms, p.American, nil); err == nil {
		p.Volatility = volatility
	}
	if p.American {
		p.Value = option.American(p.Terms)
	} else {
		p.Value = option.European(p.Terms)
	}
	return p
}

// rateNow is the risk-free rate of the as-of day, continuously compounded; where none is
// known options are priced without interest, and deltaReason says so.
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
