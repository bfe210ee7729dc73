package option

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// Longstaff and Schwartz, Review of Financial Studies 14 (2001), table 1: puts
// struck at 40, rate 6 %, by finite differences; the steps there are 50 a year,
// so the third decimal may differ by one or two.
func TestAmericanPublished(t *testing.T) {
	for _, c := range []struct{ spot, volatility, years, want float64 }{
		{36, 0.2, 1, 4.478}, {36, 0.2, 2, 4.840}, {36, 0.4, 1, 7.101}, {36, 0.4, 2, 8.508},
		{38, 0.2, 1, 3.250}, {38, 0.2, 2, 3.745}, {38, 0.4, 1, 6.148}, {38, 0.4, 2, 7.670},
		{40, 0.2, 1, 2.314}, {40, 0.2, 2, 2.885}, {40, 0.4, 1, 5.312}, {40, 0.4, 2, 6.920},
		{42, 0.2, 1, 1.617}, {42, 0.2, 2, 2.212}, {42, 0.4, 1, 4.582}, {42, 0.4, 2, 6.248},
		{44, 0.2, 1, 1.110}, {44, 0.2, 2, 1.690}, {44, 0.4, 1, 3.948}, {44, 0.4, 2, 5.647},
	} {
		terms := Terms{Kind: Put, Spot: c.spot, Strike: 40, Years: c.years, Rate: 0.06, Volatility: c.volatility}
		if got := AmericanPrice(terms); !near(got, c.want, 0.009) {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// Two methods that share nothing: the boundary's integral equation and the mesh.
func TestAmericanAgreesWithMesh(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		terms := randomTerms(rng)
		terms.Rate, terms.DividendYield = 0.001+0.08*rng.Float64(), 0.08*rng.Float64()
		terms.Years = math.Min(terms.Years, 4)
		if terms.Kind == Call {
			terms.Rate, terms.DividendYield = terms.DividendYield, terms.Rate
		}
		fast, slow := american(terms), better(terms, European(terms), onMesh(terms, nil))
		unit := math.Max(terms.Spot, terms.Strike)
		if !near(fast.Price, slow.Price, 3e-5*unit) || !near(fast.Delta, slow.Delta, 2e-3) {
			t.Errorf("seed %d: boundary %+v, mesh %+v for %+v", seed, fast, slow, terms)
		}
	}
}

func TestAmericanLaws(t *testing.T) {
	for seed := range uint64(400) {
		terms := randomTerms(rand.New(rand.NewPCG(seed, 13)))
		if terms.Rate < 0 && terms.DividendYield < terms.Rate || terms.DividendYield < 0 && terms.Rate < terms.DividendYield {
			continue // two boundaries: the mesh, tested apart
		}
		v, european := American(terms), European(terms)
		unit := math.Max(terms.Spot, terms.Strike)
		if v.Price < european.Price || v.Price < terms.Intrinsic() {
			t.Fatalf("seed %d: %v below %v or %v", seed, v.Price, european.Price, terms.Intrinsic())
		}
		longer := terms
		longer.Years *= 1.3
		if p := AmericanPrice(longer); p < v.Price-2e-5*unit {
			t.Fatalf("seed %d: %v with more time, %v before", seed, p, v.Price)
		}
		if terms.Kind == Call && terms.DividendYield <= 0 && terms.Rate >= terms.DividendYield && v.Price != european.Price && v.Price != terms.Intrinsic() {
			t.Fatalf("seed %d: a call without dividends is worth %v, European %v", seed, v.Price, european.Price)
		}
		up, down := terms, terms
		h := 1e-3 * terms.Spot
		up.Spot += h
		down.Spot -= h
		if bumped := (AmericanPrice(up) - AmericanPrice(down)) / (2 * h); !near(v.Delta, bumped, 3e-3) {
			t.Fatalf("seed %d: delta %v, bumped %v for %+v", seed, v.Delta, bumped, terms)
		}
		if v.Vega < -1e-3*unit || math.Abs(v.Delta) > 1.001*math.Max(1, math.Exp(-terms.DividendYield*terms.Years)) || v.Gamma < -1e-6 {
			t.Fatalf("seed %d: %+v", seed, v)
		}
	}
}

func TestAmericanEdges(t *testing.T) {
	for _, c := range []struct {
		name  string
		terms Terms
		want  float64
	}{
		{"deep in the money put is exercised", Terms{Kind: Put, Spot: 10, Strike: 100, Years: 1, Rate: 0.05, Volatility: 0.2}, 90},
		{"at expiry", Terms{Spot: 105, Strike: 100, Rate: 0.05, Volatility: 0.2}, 5},
		{"worthless underlying", Terms{Kind: Put, Strike: 100, Years: 1, Rate: 0.05, Volatility: 0.2}, 100},
		{"no volatility, put in the money", Terms{Kind: Put, Spot: 90, Strike: 100, Years: 1, Rate: 0.05}, 10},
		{"no volatility, call waits", Terms{Spot: 100, Strike: 100, Years: 1, Rate: 0.05}, 100 - 100*math.Exp(-0.05)},
	} {
		if got := American(c.terms).Price; !near(got, c.want, 1e-9) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	// rates so negative that there are two boundaries still give a price between the bounds
	both := Terms{Kind: Put, Spot: 100, Strike: 100, Years: 5, Rate: -0.01, DividendYield: -0.04, Volatility: 0.15}
	if got, low := American(both).Price, European(both).Price; got < low || got > 100*math.Exp(0.05) {
		t.Errorf("two boundaries: %v, European %v", got, low)
	}
}

// Hull, chapter 15, the example of Black's approximation: European 3.67 with
// dividends of 0.50 in two and five months.
func TestCashDividendsPublished(t *testing.T) {
	terms := Terms{Spot: 40, Strike: 40, Years: 0.5, Rate: 0.09, Volatility: 0.30}
	dividends := []CashDividend{{5.0 / 12, 0.5}, {2.0 / 12, 0.5}}
	european, err := EuropeanCash(terms, dividends)
	if err != nil || !near(european.Price, 3.67, 5e-3) {
		t.Errorf("got %+v, %v", european, err)
	}
	american, err := AmericanCash(terms, dividends)
	if err != nil || american.Price < 3.67 || american.Price > 3.80 {
		t.Errorf("American %+v, %v", american, err)
	}
}

func TestCashDividendLaws(t *testing.T) {
	terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.75, Rate: 0.04, Volatility: 0.25}
	without, err := AmericanCash(terms, []CashDividend{{0, 3}, {0.8, 3}, {0.4, 0}})
	if err != nil || without != American(terms) {
		t.Errorf("dividends of today, after expiry or of nothing change the price: %+v, %v", without, err)
	}
	last := AmericanPrice(terms)
	for _, amount := range []float64{1, 2, 4} {
		v, err := AmericanCash(terms, []CashDividend{{0.3, amount}})
		if err != nil || v.Price <= last || v.Vega <= 0 || v.Delta >= 0 {
			t.Errorf("a put rises with the dividend of %v: %+v after %v, %v", amount, v, last, err)
		}
		last = v.Price
	}
	// just before a large dividend a call in the money is exercised
	call := Terms{Spot: 100, Strike: 60, Years: 0.5, Rate: 0.04, Volatility: 0.2}
	v, err := AmericanCash(call, []CashDividend{{0.001, 20}})
	if err != nil || v.Price < 40 || v.Price > 40.1 {
		t.Errorf("call before a dividend of 20: %+v, %v", v, err)
	}
	if _, err := AmericanCash(call, []CashDividend{{0.1, 100}}); !errors.Is(err, ErrTerms) {
		t.Errorf("a dividend of the whole spot: %v", err)
	}
	if _, err := EuropeanCash(call, []CashDividend{{0.1, math.NaN()}}); !errors.Is(err, ErrTerms) {
		t.Errorf("a dividend that is no number: %v", err)
	}
	sure, err := AmericanCash(Terms{Spot: 100, Strike: 90, Years: 1, Rate: 0.05}, []CashDividend{{0.5, 15}})
	if want := 100 - 90*math.Exp(-0.025); err != nil || !near(sure.Price, want, 1e-9) {
		t.Errorf("without volatility, exercised before the dividend: %+v, %v, want %v", sure, err, want)
	}
}

func TestImpliedOfEitherStyle(t *testing.T) {
	dividends := []CashDividend{{0.2, 1}}
	for seed := range uint64(30) {
		terms := randomTerms(rand.New(rand.NewPCG(seed, 17)))
		terms.Years, terms.Rate, terms.DividendYield = 0.5, 0.03, 0.01
		want := terms.Volatility
		v := American(terms)
		if v.Vega < 0.5 {
			continue
		}
		got, err := Implied(v.Price, terms, true, nil)
		if err != nil || !near(got, want, 1e-6) {
			t.Errorf("seed %d: got %v, %v, want %v", seed, got, err, want)
		}
		if seed < 3 {
			cash, _ := AmericanCash(terms, dividends)
			if got, err := Implied(cash.Price, terms, true, dividends); err != nil || !near(got, want, 1e-5) {
				t.Errorf("seed %d with dividends: got %v, %v, want %v", seed, got, err, want)
			}
		}
	}
	put := Terms{Kind: Put, Spot: 80, Strike: 100, Years: 1, Rate: 0.05}
	for price, want := range map[float64]error{19.9: ErrBelowBound, 20: ErrNoTimeValue, 101: ErrAboveBound} {
		if got, err := Implied(price, put, true, nil); !errors.Is(err, want) {
			t.Errorf("%v: got %v, %v", price, got, err)
		}
	}
}

func BenchmarkAmerican(b *testing.B) {
	terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.7, Rate: 0.05, DividendYield: 0.01, Volatility: 0.25}
	b.Run("price", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			AmericanPrice(terms)
		}
	})
	b.Run("all greeks", func(b *testing.B) {
		for b.Loop() {
			American(terms)
		}
	})
	b.Run("cash dividends, all greeks", func(b *testing.B) {
		dividends := []CashDividend{{0.2, 0.5}, {0.45, 0.5}}
		for b.Loop() {
			if _, err := AmericanCash(terms, dividends); err != nil {
				b.Fatal(err)
			}
		}
	})
}
