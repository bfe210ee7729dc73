package option

import "math"

// American prices an option that may be exercised on any day, with greeks. It is
// never below its intrinsic value nor below the European one. The terms must
// pass Check.
//
// Price, delta, gamma and theta come from the exercise boundary; vega and rho
// from central differences of the price.
func American(t Terms) Value { return withBumps(t, american) }

// AmericanPrice is the price alone, in a quarter of American's time.
func AmericanPrice(t Terms) float64 { return american(t).Price }

// american is the value without vega and rho.
func american(t Terms) Value {
	european := European(t)
	european.Vega, european.Rho = 0, 0
	if t.Spot == 0 || t.Years == 0 {
		return better(t, european, exercised(t))
	}
	put := t
	if t.Kind == Call { // a call is a put with spot and strike, rate and yield exchanged (McDonald and Schroder 1998)
		put.Spot, put.Strike, put.Rate, put.DividendYield = t.Strike, t.Spot, t.DividendYield, t.Rate
		put.Kind = Put
	}
	var v Value
	switch r, q := put.Rate, put.DividendYield; {
	case r <= 0 && q >= r:
		return better(t, european, Value{}) // interest never rewards exercise
	case t.Volatility*math.Sqrt(t.Years) < 1e-4:
		return better(t, european, sure(t))
	case r <= 0: // two boundaries
		return better(t, european, onMesh(t, nil))
	default:
		b, ok := boundaryOf(put)
		if !ok {
			return better(t, european, onMesh(t, nil))
		}
		v = b.value(put)
	}
	if t.Kind == Call { // back through the symmetry: the price is of degree one in spot and strike
		delta := (v.Price - float64(put.Spot*v.Delta)) / t.Spot
		gamma := v.Gamma * (put.Spot / t.Spot) * (put.Spot / t.Spot)
		v = Value{Price: v.Price, Delta: delta, Gamma: gamma, Theta: v.Theta}
	}
	return better(t, european, v)
}

// better floors an American value at exercising now and at the European value.
func better(t Terms, european, v Value) Value {
	if european.Price > v.Price {
		v = european
	}
	if t.Intrinsic() >= v.Price {
		return exercised(t)
	}
	return v
}

// sure is the American value on a certain path: exercised now, at expiry, or at
// the one time in between at which waiting stops paying.
func sure(t Terms) Value {
	best := exercised(t)
	sign := 1.0
	if t.Kind == Put {
		sign = -1
	}
	try := func(years float64) {
		held, owed := float64(t.Spot*math.Exp(-t.DividendYield*years)), float64(t.Strike*math.Exp(-t.Rate*years))
		if p := sign * (held - owed); p > best.Price {
			best = Value{Price: p, Delta: sign * math.Exp(-t.DividendYield*years)}
		}
	}
	try(t.Years)
	if turn := math.Log(t.DividendYield*t.Spot/(t.Rate*t.Strike)) / (t.DividendYield - t.Rate); turn > 0 && turn < t.Years {
		try(turn)
	}
	return best
}
