package option

import "math"

// European prices a European option with all greeks:
//
//	call = S e^(−qT) Φ(d₁) − K e^(−rT) Φ(d₂),  d₁₂ = (ln(S/K) + (r − q ± σ²/2) T) / σ√T
//
// The terms must pass Check. At expiry, or without volatility, price and greeks
// are the limits: the discounted forward value if that is positive.
func European(t Terms) Value {
	deviation := float64(t.Volatility * math.Sqrt(t.Years))
	discount, carry := math.Exp(-t.Rate*t.Years), math.Exp(-t.DividendYield*t.Years)
	spot, strike := float64(t.Spot*carry), float64(t.Strike*discount)
	if !(deviation > 0) || spot == 0 {
		return t.certain(spot, strike, carry)
	}
	d1 := math.Log(spot/strike)/deviation + deviation/2
	d2 := d1 - deviation
	sign := 1.0
	if t.Kind == Put {
		sign = -1
	}
	n1, n2 := normal(sign*d1), normal(sign*d2)
	slope := inverseRoot2Pi * math.Exp(-0.5*d1*d1)
	held, owed := float64(spot*n1), float64(strike*n2)
	root := math.Sqrt(t.Years)
	vega := spot * slope * root
	return Value{
		Price: math.Max(sign*(held-owed), 0),
		Delta: sign * carry * n1,
		Gamma: carry * slope / (t.Spot * deviation),
		Vega:  vega,
		Theta: float64(sign*(float64(t.DividendYield*held)-float64(t.Rate*owed))) - float64(vega*t.Volatility)/(2*t.Years),
		Rho:   sign * t.Years * owed,
	}
}

// certain is the value when nothing is left to chance.
func (t Terms) certain(spot, strike, carry float64) Value {
	sign := 1.0
	if t.Kind == Put {
		sign = -1
	}
	forward := sign * (spot - strike)
	switch {
	case forward > 0:
		return Value{
			Price: forward,
			Delta: sign * carry,
			Theta: sign * (float64(t.DividendYield*spot) - float64(t.Rate*strike)),
			Rho:   sign * t.Years * strike,
		}
	case forward == 0 && spot > 0:
		return Value{Delta: sign * carry / 2} // exactly at the forward: half a share, by symmetry
	}
	return Value{}
}
