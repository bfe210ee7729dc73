package option

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// Hull, Options, Futures, and Other Derivatives: examples 15.6 (no dividends),
// 17.1 (index with a yield) and the greeks of chapter 19's standing example.
func TestEuropeanPublished(t *testing.T) {
	hull := Terms{Spot: 42, Strike: 40, Years: 0.5, Rate: 0.10, Volatility: 0.20}
	if got := European(hull).Price; !near(got, 4.76, 5e-3) {
		t.Errorf("call: %v", got)
	}
	hull.Kind = Put
	if got := European(hull).Price; !near(got, 0.81, 5e-3) {
		t.Errorf("put: %v", got)
	}
	index := Terms{Spot: 930, Strike: 900, Years: 2.0 / 12, Rate: 0.08, DividendYield: 0.03, Volatility: 0.20}
	if got := European(index).Price; !near(got, 51.83, 5e-3) {
		t.Errorf("index call: %v", got)
	}
	greeks := European(Terms{Spot: 49, Strike: 50, Years: 0.3846, Rate: 0.05, Volatility: 0.20})
	for _, c := range []struct {
		name            string
		got, want, half float64
	}{
		{"delta", greeks.Delta, 0.522, 5e-4}, {"gamma", greeks.Gamma, 0.066, 5e-4}, {"theta", greeks.Theta, -4.31, 5e-3},
		{"vega", greeks.Vega, 12.1, 5e-2}, {"rho", greeks.Rho, 8.91, 5e-3},
	} {
		if !near(c.got, c.want, c.half) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

func randomTerms(rng *rand.Rand) Terms {
	return Terms{
		Kind: rng.IntN(2) == 0, Spot: 100 * math.Exp(rng.NormFloat64()*0.4), Strike: 100, Years: math.Exp(rng.NormFloat64()*1.2 - 1),
		Rate: 0.03 + 0.03*rng.NormFloat64(), DividendYield: 0.02 + 0.03*rng.NormFloat64(), Volatility: 0.03 + 0.6*rng.Float64(),
	}
}

func TestEuropeanLaws(t *testing.T) {
	for seed := range uint64(500) {
		c := randomTerms(rand.New(rand.NewPCG(seed, 5)))
		c.Kind = Call
		p := c
		p.Kind = Put
		call, put := European(c), European(p)
		forward := c.Spot*math.Exp(-c.DividendYield*c.Years) - c.Strike*math.Exp(-c.Rate*c.Years)
		if !near(call.Price-put.Price, forward, 1e-11*c.Spot) || !near(call.Gamma, put.Gamma, 1e-14) || !near(call.Vega, put.Vega, 1e-12) ||
			!near(call.Delta-put.Delta, math.Exp(-c.DividendYield*c.Years), 1e-13) {
			t.Fatalf("seed %d: put-call parity: %+v %+v", seed, call, put)
		}
		for _, v := range []struct {
			terms Terms
			value Value
		}{{c, call}, {p, put}} {
			low, high := v.terms.Bounds()
			if v.value.Price < low-1e-11*c.Spot || v.value.Price > high+1e-11*c.Spot {
				t.Fatalf("seed %d: %v outside [%v, %v]", seed, v.value.Price, low, high)
			}
			// the Black-Scholes equation ties the greeks together
			pde := v.value.Theta + (c.Rate-c.DividendYield)*c.Spot*v.value.Delta + 0.5*c.Volatility*c.Volatility*c.Spot*c.Spot*v.value.Gamma - c.Rate*v.value.Price
			if !near(pde, 0, 1e-10*c.Spot) {
				t.Fatalf("seed %d: the equation is off by %v", seed, pde)
			}
			checkBumps(t, seed, v.terms, v.value)
		}
	}
}

// checkBumps holds each greek against a central difference of the price.
func checkBumps(t *testing.T, seed uint64, terms Terms, v Value) {
	t.Helper()
	bump := func(change func(*Terms, float64), h float64) float64 {
		up, down := terms, terms
		change(&up, h)
		change(&down, -h)
		return (European(up).Price - European(down).Price) / (2 * h)
	}
	for name, c := range map[string][2]float64{
		"delta": {v.Delta, bump(func(x *Terms, h float64) { x.Spot += h }, 1e-4*terms.Spot)},
		"vega":  {v.Vega, bump(func(x *Terms, h float64) { x.Volatility += h }, 1e-6)},
		"theta": {v.Theta, -bump(func(x *Terms, h float64) { x.Years += h }, 1e-6*terms.Years)},
		"rho":   {v.Rho, bump(func(x *Terms, h float64) { x.Rate += h }, 1e-6)},
	} {
		if !near(c[0], c[1], 2e-4*(1+math.Abs(c[0]))) {
			t.Fatalf("seed %d: %s %v, bumped %v for %+v", seed, name, c[0], c[1], terms)
		}
	}
}

func TestEuropeanAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		name         string
		terms        Terms
		price, delta float64
	}{
		{"expiring in the money", Terms{Spot: 110, Strike: 100, Volatility: 0.2, Rate: 0.05}, 10, 1},
		{"expiring out of the money", Terms{Spot: 90, Strike: 100, Volatility: 0.2}, 0, 0},
		{"expiring put", Terms{Kind: Put, Spot: 90, Strike: 100, Volatility: 0.2}, 10, -1},
		{"expiring at the strike", Terms{Spot: 100, Strike: 100, Volatility: 0.2}, 0, 0.5},
		{"no volatility", Terms{Spot: 100, Strike: 100, Years: 1, Rate: 0.05}, 100 - 100*math.Exp(-0.05), 1},
		{"worthless underlying, put", Terms{Kind: Put, Strike: 100, Years: 1, Rate: 0.05, Volatility: 0.2}, 100 * math.Exp(-0.05), -1},
		{"worthless underlying, call", Terms{Strike: 100, Years: 1, Rate: 0.05, Volatility: 0.2}, 0, 0},
	} {
		got := European(c.terms)
		if !near(got.Price, c.price, 1e-12) || !near(got.Delta, c.delta, 1e-12) || got.Gamma != 0 || got.Vega != 0 {
			t.Errorf("%s: got %+v", c.name, got)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Terms{Spot: 1, Strike: 1, Years: 1, Volatility: 0.1}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Terms){
		func(x *Terms) { x.Spot = -1 }, func(x *Terms) { x.Strike = 0 }, func(x *Terms) { x.Volatility = -0.1 },
		func(x *Terms) { x.Rate = math.NaN() }, func(x *Terms) { x.DividendYield = math.Inf(-1) }, func(x *Terms) { x.Spot = math.Inf(1) },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Check(); !errors.Is(err, ErrTerms) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	late := good
	late.Years = -0.1
	if err := late.Check(); !errors.Is(err, ErrExpired) {
		t.Errorf("after expiry: %v", err)
	}
}

func BenchmarkEuropean(b *testing.B) {
	t := Terms{Spot: 100, Strike: 105, Years: 0.7, Rate: 0.03, DividendYield: 0.01, Volatility: 0.25}
	b.ReportAllocs()
	total := 0.0
	for b.Loop() {
		t.Kind = !t.Kind
		total += European(t).Price
	}
	if total < 0 {
		b.Fatal("a price below zero")
	}
}
