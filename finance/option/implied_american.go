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
	low, least := 0.0, at(0)
	switch {
	case !(price >= least-float64(1e-12*most)):
		return 0, fmt.Errorf("%v below %v: %w", price, least, ErrBelowBound)
	case !(price > least):
		return 0, ErrNoTimeValue
	}
	high := 0.25
	if european, err := ImpliedVolatility(price, t); err == nil && len(list) == 0 && european > 0 {
		// the American option is worth no less at that volatility: it implies no more
		if high = european; at(0.8*european) < price {
			low = 0.8 * european
		}
	}
	for at(high) < price {
		if low, high = high, 2*high; high*math.Sqrt(t.Years) > 60 {
			return 0, fmt.Errorf("%v: %w", price, ErrAboveBound)
		}
	}
	return between(at, price, low, high, most)
}

// between is the Illinois variant of regula falsi on a rising function.
func between(at func(float64) float64, price, low, high, unit float64) (float64, error) {
	fl, fh := at(low)-price, at(high)-price
	if fl >= 0 { // flat from zero to low: the price is exercise value
		return 0, ErrNoTimeValue
	}
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
			low, fl = mid, f
			fh /= 2
		} else {
			high, fh = mid, f
			fl /= 2
		}
	}
	return low + (high-low)/2, nil
}
