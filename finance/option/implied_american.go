package option

import (
	"fmt"
	"math"
)

// Implied is the volatility that a price implies for either style and with cash
// dividends; it chooses the direct inversion where there is one. Otherwise the
// price, which rises with volatility, is bracketed and refined by regula falsi.
func Implied(price float64, t Terms, american bool, dividends []CashDividend) (float64, error) {
	t.Volatility = 0
	if err := t.Check(); err != nil {
		return 0, err
	}
	list, err := before(t, dividends)
	if err != nil {
		return 0, err
	}
	if !american {
		for _, d := range list {
			t.Spot -= float64(d.amount * math.Exp(-t.Rate*d.years))
		}
		if t.Spot <= 0 {
			return 0, fmt.Errorf("dividends above the spot: %w", ErrTerms)
		}
		return ImpliedVolatility(price, t)
	}
	if t.Years == 0 {
		return 0, fmt.Errorf("at expiry: %w", ErrExpired)
	}
	if sumOf(list) >= t.Spot {
		return 0, fmt.Errorf("dividends above the spot: %w", ErrTerms)
	}
	at := func(volatility float64) float64 {
		t.Volatility = volatility
		if len(list) > 0 {
			return math.Max(cashPrice(t, list).Price, t.Intrinsic())
		}
		return AmericanPrice(t)
	}
	most := t.Spot
	if t.Kind == Put {
		most = t.Strike
	}
	least := at(0)
	switch {
	case !(price >= least-float64(1e-12*most)):
		return 0, fmt.Errorf("%v below %v: %w", price, least, ErrBelowBound)
	case !(price > least):
		return 0, ErrNoTimeValue
	}
	low, fl := 0.0, least-price
	high := 0.25
	if european, err := ImpliedVolatility(price, t); err == nil && len(list) == 0 && european > 0 {
		// the American option is worth no less at that volatility: it implies no more
		high = european
		t.Volatility = european
		vega := European(t).Vega
		if over := at(high) - price; over > 0 {
			// a step of Newton, and a quarter more to come out below
			if step := high - 1.25*over/vega; step > 0 && step < high {
				if f := at(step) - price; f < 0 {
					return between(at, price, bracket{step, f}, bracket{high, over}, most)
				}
				high = step
			}
		}
		if f := at(0.8*high) - price; f < 0 {
			low, fl = 0.8*high, f
		}
	}
	fh := at(high) - price
	for fh < 0 {
		if low, fl, high = high, fh, 2*high; high*math.Sqrt(t.Years) > 60 {
			return 0, fmt.Errorf("%v: %w", price, ErrAboveBound)
		}
		fh = at(high) - price
	}
	return between(at, price, bracket{low, fl}, bracket{high, fh}, most)
}

// bracket is a volatility on one side of the one sought, and by how much its price is
// above the price sought.
type bracket struct{ volatility, over float64 }

// between is the Illinois variant of regula falsi on a rising function: from is not
// above the price sought, to not below it.
func between(at func(float64) float64, price float64, from, to bracket, unit float64) (float64, error) {
	low, fl, high, fh := from.volatility, from.over, to.volatility, to.over
	switch {
	case fl >= 0: // flat from zero to low: the price is exercise value
		return 0, ErrNoTimeValue
	case fh == 0:
		return high, nil
	}
	last := 0.0 // the side that moved last: an end that stays twice is given half its weight
	for range 100 {
		mid := high - float64(fh*(high-low))/(fh-fl)
		if !(mid > low && mid < high) {
			mid = low + (high-low)/2
		}
		f := at(mid) - price
		if math.Abs(f) < 1e-13*unit || high-low < 1e-12 {
			return mid, nil
		}
		if f < 0 {
			if low, fl = mid, f; last < 0 {
				fh /= 2
			}
		} else {
			if high, fh = mid, f; last > 0 {
				fl /= 2
			}
		}
		last = f
	}
	return low + (high-low)/2, nil
}
