package option

import (
	"errors"
	"math"
	"testing"
)

// Prices over eight decades of deviation and moneyness give their deviation back,
// as exactly as the last bit of the price determines it.
func TestImpliedDeviationInvertsBlack(t *testing.T) {
	for _, x := range []float64{0, -1e-12, -1e-6, -1e-3, -0.03, -0.1, -0.5, -1, -3, -10} {
		for i := range 300 {
			s := math.Exp(-12 + float64(i)/20)
			c, scale := black(x, s)
			b, most := c*scale, math.Exp(x/2)
			if !(b > 1e-300) || most-b < 1e-9*most {
				continue // nothing, or nothing more, can be read from such a price
			}
			condition := 1 + c/(inverseRoot2Pi*s) + (most-b)/(scale*inverseRoot2Pi*s)*b/(most-b)
			if got := impliedDeviation(b, x); math.Abs(got/s-1) > 2e-14*condition {
				t.Errorf("x %v, s %v: got %v (%g)", x, s, got, got/s-1)
			}
		}
	}
}

func TestImpliedVolatilityRoundTrip(t *testing.T) {
	for _, kind := range []Kind{Call, Put} {
		for _, strike := range []float64{50, 80, 100, 125, 200} {
			for _, years := range []float64{1.0 / 365, 0.1, 1, 10} {
				for _, volatility := range []float64{0.05, 0.2, 0.8, 2} {
					terms := Terms{Kind: kind, Spot: 100, Strike: strike, Years: years, Rate: 0.03, DividendYield: 0.01, Volatility: volatility}
					v := European(terms)
					if v.Vega < 1e-4 {
						continue // the price does not know its volatility
					}
					got, err := ImpliedVolatility(v.Price, terms)
					if err != nil || math.Abs(got-volatility) > 1e-13*terms.Spot/v.Vega+1e-14 {
						t.Errorf("%+v: got %v, %v", terms, got, err)
					}
				}
			}
		}
	}
}

func TestImpliedVolatilityRefuses(t *testing.T) {
	call := Terms{Spot: 100, Strike: 90, Years: 1, Rate: 0.05}
	low, high := call.Bounds()
	for _, c := range []struct {
		price float64
		terms Terms
		want  error
	}{
		{low - 1e-9, call, ErrBelowBound},
		{-1, Terms{Spot: 100, Strike: 120, Years: 1}, ErrBelowBound},
		{high, call, ErrAboveBound},
		{math.NaN(), call, ErrBelowBound},
		{low, call, ErrNoTimeValue},
		{5, Terms{Spot: 100, Strike: 100}, ErrExpired},
		{5, Terms{Spot: 100, Strike: 100, Years: -1}, ErrExpired},
		{5, Terms{Spot: -1, Strike: 100, Years: 1}, ErrTerms},
	} {
		if got, err := ImpliedVolatility(c.price, c.terms); !errors.Is(err, c.want) {
			t.Errorf("%v of %+v: got %v, %v", c.price, c.terms, got, err)
		}
	}
}

func BenchmarkImpliedVolatility(b *testing.B) {
	for name, terms := range map[string]Terms{
		"at the money":     {Spot: 100, Strike: 100, Years: 0.5, Rate: 0.03, Volatility: 0.25},
		"out of the money": {Spot: 100, Strike: 130, Years: 0.5, Rate: 0.03, Volatility: 0.25},
		"far out":          {Kind: Put, Spot: 100, Strike: 50, Years: 0.2, Rate: 0.03, Volatility: 0.3},
		"long and wild":    {Spot: 100, Strike: 110, Years: 5, Rate: 0.03, Volatility: 0.9},
	} {
		price := European(terms).Price
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ImpliedVolatility(price, terms); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
