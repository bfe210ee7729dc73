package option

import (
	"math"
	"slices"
	"testing"
)

// The error of the quick boundary against the exact price, over options of all sorts:
// the figures of the comment on its scheme.
func TestExerciseError(t *testing.T) {
	var errs []float64
	for _, kind := range []Kind{Call, Put} {
		for _, r := range []float64{-0.01, 0, 0.005, 0.03, 0.08} {
			for _, q := range []float64{0, 0.015, 0.05} {
				for _, years := range []float64{0, 0.02, 0.1, 0.5, 2} {
					for _, v := range []float64{0.1, 0.25, 0.6, 1.2} {
						terms := Terms{Kind: kind, Strike: 100, Years: years, Rate: r, DividendYield: q, Volatility: v}
						if kind == Call && r < 0 && q == 0 && years > 0 {
							continue // two boundaries
						}
						x := NewExercise(terms)
						for _, spot := range []float64{0, 40, 80, 95, 100, 110, 150} {
							terms.Spot = spot
							got, want := x.Price(spot), AmericanPrice(terms)
							errs = append(errs, math.Abs(got-want)/terms.Strike)
							if got < terms.Intrinsic() || got < European(terms).Price {
								t.Errorf("%+v: %v is below intrinsic %v or European %v", terms, got, terms.Intrinsic(), European(terms).Price)
							}
						}
					}
				}
			}
		}
	}
	slices.Sort(errs)
	if most, usual := errs[len(errs)-1], errs[len(errs)*99/100]; most > 3e-4 || usual > 1e-4 {
		t.Errorf("errors up to %v of the strike, 99 %% within %v", most, usual)
	}
}

func BenchmarkExercise(b *testing.B) {
	terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.7, Rate: 0.05, DividendYield: 0.01, Volatility: 0.25}
	b.Run("boundary and price", func(b *testing.B) {
		for b.Loop() {
			x := NewExercise(terms)
			x.Price(100)
		}
	})
	x := NewExercise(terms)
	b.Run("price", func(b *testing.B) {
		for b.Loop() {
			x.Price(100)
		}
	})
}
