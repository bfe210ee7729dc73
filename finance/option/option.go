// Package option prices options on one underlying: European and American, with
// a dividend yield or with cash dividends, their greeks, and the volatility that
// a market price implies.
//
// Model: the underlying is lognormal with one volatility, rates are constant.
// European: Black and Scholes 1973 with Merton's dividend yield. American: the
// exercise boundary by fixed-point iteration on its integral equation (Andersen,
// Lake and Offengenden 2016). Cash dividends: a European option is priced on the
// spot less their present value, an American one on a spot that falls by each.
//
// Grid holds prices over spots and volatilities for many revaluations. Appraise
// values an option at any stage of its life, its last day included.
//
// Units: Years is calendar days / 365; Rate and DividendYield are continuously
// compounded fractions a year; Volatility is a fraction a year. Greeks are per
// unit of the underlying and of one option, not of a contract: vega and rho per
// 1.00, theta per year and negative when time costs money.
package option

import (
	"errors"
	"fmt"
	"math"
)

// Kind says whether the option is a right to buy or to sell.
type Kind bool

// The two kinds.
const (
	Call Kind = false
	Put  Kind = true
)

func (k Kind) String() string {
	if k == Put {
		return "put"
	}
	return "call"
}

// Terms are what the price of an option depends on.
type Terms struct {
	Kind          Kind
	Spot, Strike  float64
	Years         float64
	Rate          float64
	DividendYield float64
	Volatility    float64
}

// Value is a price with its sensitivities.
type Value struct {
	Price float64
	Delta float64 // per unit of spot
	Gamma float64 // change of delta per unit of spot
	Vega  float64 // per 1.00 of volatility
	Theta float64 // per year
	Rho   float64 // per 1.00 of the rate
}

// The faults of terms.
var (
	ErrTerms   = errors.New("option terms out of range")
	ErrExpired = errors.New("option has expired")
)

// Check reports terms that no model can price: spot or volatility below zero, a
// strike not above zero, numbers that are not finite, or ErrExpired.
func (t Terms) Check() error {
	for _, x := range []struct {
		name  string
		value float64
		low   float64
	}{
		{"spot", t.Spot, 0}, {"strike", t.Strike, math.SmallestNonzeroFloat64}, {"volatility", t.Volatility, 0},
		{"rate", t.Rate, -math.MaxFloat64}, {"dividend yield", t.DividendYield, -math.MaxFloat64}, {"years", t.Years, -math.MaxFloat64},
	} {
		if !(x.value >= x.low) || math.IsInf(x.value, 0) {
			return fmt.Errorf("%s %v: %w", x.name, x.value, ErrTerms)
		}
	}
	if t.Years < 0 {
		return fmt.Errorf("%v years to expiry: %w", t.Years, ErrExpired)
	}
	return nil
}

// Intrinsic is what exercising now would bring, never below zero.
func (t Terms) Intrinsic() float64 {
	if t.Kind == Put {
		return math.Max(t.Strike-t.Spot, 0)
	}
	return math.Max(t.Spot-t.Strike, 0)
}

// Bounds are the no-arbitrage limits of a European price: the discounted value
// of exercising surely (not below zero), and the most the right can be worth.
func (t Terms) Bounds() (low, high float64) {
	spot, strike := float64(t.Spot*math.Exp(-t.DividendYield*t.Years)), float64(t.Strike*math.Exp(-t.Rate*t.Years))
	if t.Kind == Put {
		return math.Max(strike-spot, 0), strike
	}
	return math.Max(spot-strike, 0), spot
}

// normal is the standard normal distribution function.
func normal(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// inverseRoot2Pi is 1/√(2π).
const inverseRoot2Pi = 0.3989422804014327

// density is the standard normal density.
func density(x float64) float64 { return inverseRoot2Pi * math.Exp(-0.5*x*x) }
