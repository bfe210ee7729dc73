package option

import (
	"errors"
	"fmt"
	"math"
)

// The reasons why a price implies no volatility.
var (
	ErrBelowBound  = errors.New("price is below the no-arbitrage bound")
	ErrAboveBound  = errors.New("price is above the no-arbitrage bound")
	ErrNoTimeValue = errors.New("price has no time value")
)

// ImpliedVolatility is the volatility at which European gives the price; the
// volatility in the terms is not read. It is as exact as the price: where the
// time value is a few units in the last place of the price, so is the answer.
func ImpliedVolatility(price float64, t Terms) (float64, error) {
	t.Volatility = 0
	if err := t.Check(); err != nil {
		return 0, err
	}
	if t.Years == 0 {
		return 0, fmt.Errorf("at expiry: %w", ErrExpired)
	}
	spot, strike := float64(t.Spot*math.Exp(-t.DividendYield*t.Years)), float64(t.Strike*math.Exp(-t.Rate*t.Years))
	low, high := math.Max(spot-strike, 0), spot
	if t.Kind == Put {
		low, high = math.Max(strike-spot, 0), strike
	}
	switch {
	case !(price >= low):
		return 0, fmt.Errorf("%v below %v: %w", price, low, ErrBelowBound)
	case !(price < high):
		return 0, fmt.Errorf("%v not below %v: %w", price, high, ErrAboveBound)
	}
	// The time value is what the out-of-the-money twin costs (put-call parity),
	// here in units of √(S·K), with x = −|ln(S/K)|.
	unit := math.Sqrt(spot) * math.Sqrt(strike)
	beta := (price - low) / unit
	x := -math.Abs(math.Log(spot / strike))
	if !(beta > 0) {
		return 0, ErrNoTimeValue
	}
	s := impliedDeviation(beta, x)
	if !(s > 0) || math.IsInf(s, 0) {
		return 0, ErrNoTimeValue
	}
	return s / math.Sqrt(t.Years), nil
}

// black is the price of an out-of-the-money call in units of √(S·K), for
// x = ln(S/K) ≤ 0 and total deviation s > 0:
//
//	b = Φ(h+t) e^(x/2) − Φ(h−t) e^(−x/2) = φ-scaled difference of two erfcx,  h = x/s, t = s/2
//
// scale is e^(−(h²+t²)/2), so that b = scale·c and b' = scale/√(2π).
func black(x, s float64) (c, scale float64) {
	h, t := x/s, s/2
	scale = math.Exp(-0.5 * (float64(h*h) + float64(t*t)))
	if t < 0.03 {
		return millsSeries(h, t), scale
	}
	up := -(h + t) / math.Sqrt2
	down := (t - h) / math.Sqrt2
	if up >= 0 {
		return 0.5 * (erfcx(up) - erfcx(down)), scale
	}
	// e^(u²) erfc(u) of a negative u: 2 e^(u²) less that of −u
	return math.Exp(up*up) - 0.5*(erfcx(-up)+erfcx(down)), scale
}

// millsSeries is Y(h+t) − Y(h−t) for small t, where Y = Φ/φ /√(2π): a Taylor
// series in t about h, whose terms follow from Y⁽ⁿ⁺¹⁾ = h Y⁽ⁿ⁾ + n Y⁽ⁿ⁻¹⁾.
func millsSeries(h, t float64) float64 {
	y0 := 0.5 * erfcx(-h/math.Sqrt2)
	y1 := inverseRoot2Pi + float64(h*y0)
	y2 := y0 + float64(h*y1)
	y3 := 2*y1 + float64(h*y2)
	y4 := float64(3*y2) + float64(h*y3)
	y5 := 4*y3 + float64(h*y4)
	y6 := float64(5*y4) + float64(h*y5)
	y7 := float64(6*y5) + float64(h*y6)
	t2 := t * t
	return 2 * t * (y1 + float64(t2/6*(y3+float64(t2/20*(y5+float64(t2/42*y7))))))
}
