package option

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// priceOf is the price by the functions that price one option at a time.
func priceOf(t *testing.T, terms Terms, american bool, dividends []CashDividend) Value {
	t.Helper()
	v, err := EuropeanCash(terms, dividends)
	if american {
		v, err = AmericanCash(terms, dividends)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A profile is what American and European say, spot by spot.
func TestProfileIsThePrice(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 41))
		terms := randomTerms(rng)
		american := rng.IntN(3) > 0
		if american && (terms.Rate < 0 || terms.DividendYield < 0) && seed > 40 {
			continue // a mesh, slow: a few suffice
		}
		p := newProfile(terms, american, nil)
		for range 4 {
			spot := 100 * math.Exp(0.5*rng.NormFloat64())
			at := terms
			at.Spot = spot
			want := priceOf(t, at, american, nil)
			got, delta := p.at(spot)
			allow, allowDelta := 1e-9*100, 1e-8
			if p.mesh != nil {
				allow, allowDelta = 1e-4*math.Max(spot, 100), 5e-3 // two meshes, centred apart
			}
			if !near(got, want.Price, allow) || !near(delta, want.Delta, allowDelta) {
				t.Fatalf("seed %d: profile %v %v, price %v %v at %+v american %t", seed, got, delta, want.Price, want.Delta, at, american)
			}
		}
	}
}

func TestGridStatesItsError(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 43))
		terms := randomTerms(rng)
		terms.Volatility += 0.05
		terms.Rate, terms.DividendYield = math.Abs(terms.Rate), math.Abs(terms.DividendYield)
		american := seed%2 == 0
		span := Span{SpotLow: 0.6 * terms.Spot, SpotHigh: 1.4 * terms.Spot, VolatilityLow: terms.Volatility, VolatilityHigh: terms.Volatility}
		if seed%3 == 0 {
			span.VolatilityLow, span.VolatilityHigh = 0.5*terms.Volatility, 2*terms.Volatility
		}
		g, err := NewGrid(terms, american, nil, span)
		if err != nil {
			t.Fatal(err)
		}
		if g.MaxError() > 2e-5*terms.Strike {
			spots, levels := g.Size()
			t.Errorf("seed %d: error %v with %d spots, %d levels", seed, g.MaxError(), spots, levels)
		}
		for range 30 {
			at := terms
			at.Spot = span.SpotLow * math.Pow(span.SpotHigh/span.SpotLow, rng.Float64())
			if g.levels > 1 {
				at.Volatility = span.VolatilityLow * math.Pow(span.VolatilityHigh/span.VolatilityLow, rng.Float64())
			}
			want := priceOf(t, at, american, nil).Price
			if got := g.Price(at.Spot, at.Volatility); !(math.Abs(got-want) <= 2*g.MaxError()+1e-9*terms.Strike) || got < 0 || american && got < at.Intrinsic() {
				t.Fatalf("seed %d: grid %v, full %v, states %v at %+v", seed, got, want, g.MaxError(), at)
			}
		}
		// beyond the span the price is the full one
		far := terms
		far.Spot *= 2.2
		if got, want := g.Price(far.Spot, far.Volatility), priceOf(t, far, american, nil).Price; g.Within(far.Spot, far.Volatility) || !near(got, want, 1e-9*far.Spot) {
			t.Fatalf("seed %d: beyond the span %v, full %v", seed, got, want)
		}
	}
}

func TestGridWithDividends(t *testing.T) {
	dividends := []CashDividend{{0.2, 1}, {0.45, 1}}
	terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.6, Rate: 0.04, Volatility: 0.25}
	for _, american := range []bool{false, true} {
		g, err := NewGrid(terms, american, dividends, Span{SpotLow: 70, SpotHigh: 130, VolatilityLow: 0.25, VolatilityHigh: 0.25})
		if err != nil {
			t.Fatal(err)
		}
		for _, spot := range []float64{71, 93, 100, 104, 129} {
			at := terms
			at.Spot = spot
			if got, want := g.Price(spot, 0.25), priceOf(t, at, american, dividends).Price; !near(got, want, 3e-3) {
				t.Errorf("american %t at %v: grid %v, full %v", american, spot, got, want)
			}
		}
	}
}

func TestGridEdges(t *testing.T) {
	terms := Terms{Spot: 100, Strike: 100, Volatility: 0.2}
	span := Span{SpotLow: 50, SpotHigh: 150, VolatilityLow: 0.1, VolatilityHigh: 0.4}
	expiring, err := NewGrid(terms, true, nil, span)
	if err != nil || expiring.Price(112.5, 0.2) != 12.5 || expiring.Price(99, 0.3) != 0 || expiring.MaxError() != 0 {
		t.Errorf("at expiry: %v, %v", expiring, err)
	}
	terms.Years = 0.5
	still, err := NewGrid(terms, true, nil, Span{SpotLow: 50, SpotHigh: 150, VolatilityHigh: 0.3})
	if err != nil || still.Price(120, 0) != 20 || still.Price(0, 0.2) != 0 || still.Price(100, -1) != 0 {
		t.Errorf("volatility down to zero: %v, %v", still.Price(120, 0), err)
	}
	for name, c := range map[string]struct {
		terms Terms
		span  Span
		want  error
	}{
		"spots turned round":   {terms, Span{SpotLow: 150, SpotHigh: 50, VolatilityHigh: 1}, ErrTerms},
		"spot of zero":         {terms, Span{SpotHigh: 50, VolatilityHigh: 1}, ErrTerms},
		"endless spot":         {terms, Span{SpotLow: 1, SpotHigh: math.Inf(1), VolatilityHigh: 1}, ErrTerms},
		"negative volatility":  {terms, Span{SpotLow: 1, SpotHigh: 2, VolatilityLow: -1, VolatilityHigh: 1}, ErrTerms},
		"no number":            {terms, Span{SpotLow: 1, SpotHigh: 2, VolatilityHigh: math.NaN()}, ErrTerms},
		"negative tolerance":   {terms, Span{SpotLow: 1, SpotHigh: 2, VolatilityHigh: 1, Tolerance: -1}, ErrTerms},
		"after expiry":         {Terms{Spot: 100, Strike: 100, Years: -0.1}, span, ErrExpired},
		"terms without strike": {Terms{Spot: 100}, span, ErrTerms},
	} {
		if _, err := NewGrid(c.terms, true, nil, c.span); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewGrid(terms, true, []CashDividend{{0.1, 60}}, span); !errors.Is(err, ErrTerms) {
		t.Errorf("dividends above the lowest spot: %v", err)
	}
}

func BenchmarkGrid(b *testing.B) {
	terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.25, Rate: 0.04, DividendYield: 0.01, Volatility: 0.25}
	line := Span{SpotLow: 75, SpotHigh: 125, VolatilityLow: 0.25, VolatilityHigh: 0.25}
	plane := Span{SpotLow: 75, SpotHigh: 125, VolatilityLow: 0.15, VolatilityHigh: 0.6}
	for _, c := range []struct {
		name     string
		american bool
		span     Span
	}{{"european, spot", false, line}, {"american, spot", true, line}, {"european, spot and volatility", false, plane}, {"american, spot and volatility", true, plane}} {
		b.Run("make/"+c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := NewGrid(terms, c.american, nil, c.span); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for name, span := range map[string]Span{"spot": line, "spot and volatility": plane} {
		g, err := NewGrid(terms, true, nil, span)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("price/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Price(97.3, 0.25)
			}
		})
	}
}
