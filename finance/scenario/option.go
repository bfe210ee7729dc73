package scenario

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/option"
)

// pricedOption is an option with today's price and greeks. American ones are priced
// by option.Exercise, then and now: what its error is, it states.
type pricedOption struct {
	terms            option.Terms
	units            float64
	american         bool
	forward          bool
	exercise         option.Exercise // today's
	now              float64
	delta, vega, rho float64
}

func newPricedOption(t *OptionTerms) (*pricedOption, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if !finite(t.Units) || !finite(t.Units*t.Spot) || !finite(t.Units*t.Strike) || t.Volatility > 100 || math.Abs(t.Rate*t.Years) > 100 || math.Abs(t.DividendYield*t.Years) > 100 {
		return nil, fmt.Errorf("%+v, %v units: %w", t.Terms, t.Units, option.ErrTerms)
	}
	o := &pricedOption{terms: t.Terms, units: t.Units, american: t.American, forward: t.OnForward}
	if !t.American {
		v := option.European(t.Terms)
		o.now, o.delta, o.vega, o.rho = v.Price, v.Delta, v.Vega, v.Rho
		if o.forward {
			o.rho = -float64(t.Years * v.Price)
		}
		return o, nil
	}
	o.exercise = option.NewExercise(t.Terms)
	o.now = o.price(t.Terms)
	// central differences
	slope := func(at *float64, step float64, terms *option.Terms) float64 {
		middle := *at
		*at = middle + step
		up := o.price(*terms)
		*at = middle - step
		down := o.price(*terms)
		*at = middle
		return (up - down) / (2 * step)
	}
	terms := t.Terms
	o.delta = slope(&terms.Spot, 1e-4*terms.Spot+1e-12, &terms)
	o.rho = slope(&terms.Rate, 1e-4, &terms)
	if terms.Volatility > 1e-3 {
		o.vega = slope(&terms.Volatility, 1e-4, &terms)
	}
	return o, nil
}

// price is what one option is worth on other terms.
func (o *pricedOption) price(t option.Terms) float64 {
	if !o.american {
		return option.European(t).Price
	}
	if t.Volatility == o.terms.Volatility && t.Rate == o.terms.Rate && t.Years == o.terms.Years {
		return o.exercise.Price(t.Spot)
	}
	x := option.NewExercise(t)
	return x.Price(t.Spot)
}

// slopes adds what the option gains in proportion to its currency, to rates and to
// the volatility index; what the underlying's betas do is added by the caller.
func (o *pricedOption) slopes(slope []float64, currency, rates, volatility int) {
	if currency >= 0 { // a unit of currency more for the price, but not for the local spot
		slope[currency] += float64(o.units * (o.now - float64(o.delta*o.terms.Spot)))
	}
	if rates >= 0 {
		slope[rates] += float64(o.units * o.rho)
	}
	if volatility >= 0 {
		slope[volatility] += float64(o.units * o.vega * o.terms.Volatility * Elasticity(o.terms.Years))
	}
}

// Elasticity is how an option's implied volatility follows the volatility index, as
// relative change for relative change: fully up to the index's thirty days, beyond
// with the square root of time, since longer volatilities move less (Taleb 1997,
// Dynamic Hedging, on weighting vega by time).
func Elasticity(years float64) float64 {
	const month = 30.0 / 365
	if years <= month {
		return 1
	}
	return math.Sqrt(month / years)
}

// volatilityFactor is what the option's volatility is multiplied by. A shock on
// volatilities is taken as it is. What the index does reaches the option by its
// Elasticity; a fall that the index is only expected to make is read as a change of
// the logarithm, so that it does not pass zero.
func (e *Engine) volatilityFactor(o *pricedOption, asset int, s *state) float64 {
	if x, ok := s.names[e.book.Assets[asset].ID]; ok {
		return 1 + x
	}
	if !math.IsNaN(s.volatility) {
		return s.volatility
	}
	x := float64(s.index * Elasticity(o.terms.Years))
	if x < 0 && !s.fixedIndex {
		return math.Exp(x)
	}
	return 1 + x
}

// profit is what the position gains when its underlying returns r in the base
// currency, the currency fx, and the volatility is multiplied by v. A spot that
// the linear model takes below zero is worth nothing.
func (o *pricedOption) profit(r, fx, v float64, c curve, horizon float64) float64 {
	t := o.terms
	t.Spot *= math.Max((1+r)/(1+fx), 0)
	t.Volatility *= v
	t.Years = math.Max(t.Years-horizon, 0)
	change := c.at(t.Years)
	t.Rate += change
	if o.forward {
		t.DividendYield += change
	}
	return o.units * (float64(o.price(t)*(1+fx)) - o.now)
}
