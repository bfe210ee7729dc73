package option

import (
	"fmt"
	"math"
	"slices"
)

// CashDividend is an amount that the underlying pays on its ex-date, Years from today.
type CashDividend struct {
	Years, Amount float64
}

type dividend struct{ years, amount float64 }

// before sorts the dividends that fall within the option's life (after today,
// up to expiry) and checks them; the others do not matter to its price.
func before(t Terms, given []CashDividend) ([]dividend, error) {
	var list []dividend
	for _, d := range given {
		if !(d.Amount >= 0) || math.IsInf(d.Amount, 0) || math.IsNaN(d.Years) {
			return nil, fmt.Errorf("dividend of %v in %v years: %w", d.Amount, d.Years, ErrTerms)
		}
		if d.Years > 0 && d.Years <= t.Years && d.Amount > 0 {
			list = append(list, dividend{d.Years, d.Amount})
		}
	}
	slices.SortStableFunc(list, func(a, b dividend) int {
		switch {
		case a.years < b.years:
			return -1
		case a.years > b.years:
			return 1
		}
		return 0
	})
	return list, nil
}

// EuropeanCash prices a European option on a spot that pays cash dividends: the
// spot less their present value is what is lognormal (the escrowed model). Theta
// holds the escrow fixed in amount and lets it accrue.
func EuropeanCash(t Terms, dividends []CashDividend) (Value, error) {
	list, err := before(t, dividends)
	if err != nil {
		return Value{}, err
	}
	escrow, weighted := 0.0, 0.0
	for _, d := range list {
		worth := float64(d.amount * math.Exp(-t.Rate*d.years))
		escrow += worth
		weighted += float64(d.years * worth)
	}
	if escrow >= t.Spot && escrow > 0 {
		return Value{}, fmt.Errorf("dividends worth %v on a spot of %v: %w", escrow, t.Spot, ErrTerms)
	}
	t.Spot -= escrow
	v := European(t)
	// The escrow grows as time passes, and shrinks when the rate rises.
	v.Theta -= float64(v.Delta * t.Rate * escrow)
	v.Rho += float64(v.Delta * weighted)
	return v, nil
}

// AmericanCash prices an American option on a spot that falls by each cash
// dividend on its ex-date and is lognormal in between, on a mesh (about 1e-5 of
// the spot; a millisecond, and six for the greeks that need another price).
func AmericanCash(t Terms, dividends []CashDividend) (Value, error) {
	list, err := before(t, dividends)
	if err != nil {
		return Value{}, err
	}
	if len(list) == 0 {
		return American(t), nil
	}
	if total := sumOf(list); total >= t.Spot {
		return Value{}, fmt.Errorf("dividends of %v on a spot of %v: %w", total, t.Spot, ErrTerms)
	}
	return withBumps(t, func(t Terms) Value { return cashPrice(t, list) }), nil
}

func cashPrice(t Terms, list []dividend) Value {
	if t.Volatility*math.Sqrt(t.Years) < 1e-4 {
		return sureWithDividends(t, list)
	}
	return onMesh(t, list)
}

func sumOf(list []dividend) (total float64) {
	for _, d := range list {
		total += d.amount
	}
	return total
}

// sureWithDividends is the best of exercising now, just before or after each
// dividend, and at expiry, when the path is certain.
func sureWithDividends(t Terms, list []dividend) Value {
	best := exercised(t)
	spot, from := t.Spot, 0.0
	try := func(spot, years float64) {
		u := t
		u.Spot = spot
		if p := u.Intrinsic() * math.Exp(-t.Rate*years); p > best.Price {
			best = Value{Price: p, Delta: best.Delta}
			best.Delta = math.Exp(-t.DividendYield * years)
			if t.Kind == Put {
				best.Delta = -best.Delta
			}
		}
	}
	for _, d := range list {
		spot = float64(spot * math.Exp((t.Rate-t.DividendYield)*(d.years-from)))
		try(spot, d.years)
		spot, from = math.Max(spot-d.amount, 0), d.years
		try(spot, d.years)
	}
	spot *= math.Exp((t.Rate - t.DividendYield) * (t.Years - from))
	try(spot, t.Years)
	return best
}

// withBumps adds vega and rho from central differences of the price.
func withBumps(t Terms, price func(Terms) Value) Value {
	v := price(t)
	h := math.Min(1e-3, t.Volatility/2)
	if h > 0 {
		up, down := t, t
		up.Volatility += h
		down.Volatility -= h
		v.Vega = (price(up).Price - price(down).Price) / (2 * h)
	}
	const r = 1e-3
	up, down := t, t
	up.Rate += r
	down.Rate -= r
	v.Rho = (price(up).Price - price(down).Price) / (2 * r)
	return v
}
