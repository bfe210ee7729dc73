package analysis

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/date"
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
	priced  date.Date // of the price that implies the volatility, where it is older than the underlying's
	still   string    // why no volatility is implied
	marked  string    // what the volatility of an option without a price of its own rests on
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
// or nothing. A price older than the underlying's implies the volatility of its own
// day; what the option is worth today follows from it. A price that no volatility gives
// leaves the option unknown.
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
	price, observed, priced := r.Panel.Price(h.Symbol, r.AsOf)
	spot, of, why := r.spot(o, r.AsOf)
	mark := r.marks[h.Symbol]
	switch {
	case mark != nil && mark.why != "":
		p.why = mark.why
		return p
	case !priced:
		p.why = "no price is known"
		return p
	case why != "":
		p.why = why
		return p
	}
	w := r.valuer.Cash(h.Quantity.Mul(o.ContractSize()), o.Currency, r.AsOf)
	if !w.Known {
		p.why = w.Reason
		return p
	}
	rate, _ := r.rateNow()
	p.Units, p.American = w.Amount.Float64(), true
	if mark != nil {
		p.Terms, p.American, p.marked = mark.terms, mark.american, mark.said
		p.OnForward = mark.forward
		r.value(p)
		return p
	}
	p.Terms = option.Terms{Kind: option.Kind(o.Right == instrument.Put), Spot: spot, Strike: o.Strike.Decimal.Float64(),
		Years: float64(o.Expiry-r.AsOf) / 365, Rate: rate}
	if u, ok := r.Panel.Instrument(o.Underlying); ok && (u.Class == instrument.Future || u.Class == instrument.Index) {
		p.American = false
		if u.Class == instrument.Future {
			p.DividendYield, p.OnForward = rate, true
		}
	}
	if p.Kind == option.Call && p.DividendYield <= 0 && p.Rate >= 0 {
		p.American = false // never exercised early
	}
	r.imply(p, o, price.Float64(), observed, of)
	if p.why == "" {
		r.value(p)
	}
	return p
}

// value prices an option of known volatility.
func (r *runner) value(p *pricedOption) {
	if p.American {
		p.Value = option.American(p.Terms)
	} else {
		p.Value = option.European(p.Terms)
	}
	if p.OnForward { // the yield follows the rate, so that only discounting is left
		p.Value.Rho = -float64(p.Years * p.Value.Price)
	}
}

// imply finds the volatility that a price of a day implies; of is the day of the
// underlying's price.
func (r *runner) imply(p *pricedOption, o instrument.Instrument, price float64, observed, of date.Date) {
	terms := p.Terms
	if observed < of {
		if spot, _, why := r.spot(o, observed); why == "" {
			p.priced, terms.Spot, terms.Years = observed, spot, float64(o.Expiry-observed)/365
		}
	}
	volatility, err := option.Implied(price, terms, p.American, nil)
	switch {
	case err == nil:
		p.Volatility = volatility
	case errors.Is(err, option.ErrNoTimeValue):
		p.still = "the price has no time value"
	case errors.Is(err, option.ErrBelowBound):
		p.still = "the price is below what exercising is worth"
	case errors.Is(err, option.ErrAboveBound):
		p.why = "its price is higher than any volatility makes it"
	default:
		p.why = "its terms and the price of " + o.Underlying + " make no sense together"
	}
}

// spot is what an option's underlying costs on a day, in the option's currency, and of
// when that is; or why it is not known.
func (r *runner) spot(o instrument.Instrument, day date.Date) (spot float64, of date.Date, why string) {
	price, of, known := r.Panel.Price(o.Underlying, day)
	if !known {
		return 0, of, "no price of " + o.Underlying + " is known"
	}
	u, ok := r.Panel.Instrument(o.Underlying)
	if !ok || u.Currency == "" || u.Currency == o.Currency {
		return price.Float64(), of, ""
	}
	conversion, err := r.Panel.Conversion(u.Currency, o.Currency)
	if err == nil {
		price, err = conversion.Convert(price, day)
	}
	if err != nil {
		return 0, of, "no exchange rate from " + string(u.Currency) + " to " + string(o.Currency) + " is known"
	}
	return price.Float64(), of, ""
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
