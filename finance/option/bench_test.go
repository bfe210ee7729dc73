package option

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/internal/cputime"
)

// A price that jumped between one volatility and the next would spoil vega and implied
// volatilities: its second difference is that of a smooth curve, volga times the step
// squared, some 1e-9 here.
func TestAmericanIsSmoothInVolatility(t *testing.T) {
	const step = 1e-5
	var last [2]float64
	for i := range 5000 {
		terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.7, Rate: 0.05, DividendYield: 0.01, Volatility: 0.2 + float64(i)*step}
		price := AmericanPrice(terms)
		if bend := price - 2*last[1] + last[0]; i > 1 && math.Abs(bend) > 5e-9 {
			t.Fatalf("at a volatility of %v the price bends by %.2g", terms.Volatility, bend)
		}
		last = [2]float64{last[1], price}
	}
}

// BenchmarkAmericanCases is one price, over all cases of testdata in turn, with the error
// against the reference.
func BenchmarkAmericanCases(b *testing.B) {
	cases := americanCases(b)
	rmse, largest, _, _ := americanErrors(cases)
	i, total := 0, 0.0
	b.ReportAllocs()
	defer cputime.Report(b)()
	for b.Loop() {
		total += AmericanPrice(cases[i].terms)
		if i++; i == len(cases) {
			i = 0
		}
	}
	b.ReportMetric(rmse, "rmse/strike")
	b.ReportMetric(largest, "max/strike")
	if !(total > 0) {
		b.Fatal(total)
	}
}

// BenchmarkEuropeanMany is one price with all greeks, over many terms in turn.
func BenchmarkEuropeanMany(b *testing.B) {
	terms := manyTerms(1024)
	i, total := 0, 0.0
	b.ReportAllocs()
	defer cputime.Report(b)()
	for b.Loop() {
		total += European(terms[i&1023]).Price
		i++
	}
	if !(total > 0) {
		b.Fatal(total)
	}
}

// BenchmarkImpliedVolatilityMany is one volatility, over many prices in turn that have
// time value to tell it from.
func BenchmarkImpliedVolatilityMany(b *testing.B) {
	terms := manyTerms(1024)
	prices := make([]float64, len(terms))
	for i, t := range terms {
		prices[i] = European(t).Price
	}
	i, worst := 0, 0.0
	b.ReportAllocs()
	defer cputime.Report(b)()
	for b.Loop() {
		at := i & 1023
		got, err := ImpliedVolatility(prices[at], terms[at])
		if err != nil {
			b.Fatal(err)
		}
		worst = math.Max(worst, math.Abs(got-terms[at].Volatility))
		i++
	}
	b.ReportMetric(worst, "max-error")
}

// BenchmarkImpliedAmerican is one volatility of an American price, by many prices of it.
func BenchmarkImpliedAmerican(b *testing.B) {
	terms := Terms{Kind: Put, Spot: 100, Strike: 105, Years: 0.7, Rate: 0.05, DividendYield: 0.01, Volatility: 0.25}
	price := AmericanPrice(terms)
	for b.Loop() {
		if _, err := Implied(price, terms, true, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// manyTerms are options out of the money, near and far, short and long.
func manyTerms(n int) []Terms {
	g := rand.New(rand.NewPCG(1, 2))
	list := make([]Terms, 0, n)
	for len(list) < n {
		t := Terms{
			Spot: 100, Strike: 100 * math.Exp(0.25*g.NormFloat64()), Years: 0.05 + 2*g.Float64(), Rate: 0.05 * g.Float64(),
			DividendYield: 0.03 * g.Float64(), Volatility: 0.1 + 0.5*g.Float64(),
		}
		if t.Strike < t.Spot {
			t.Kind = Put
		}
		if European(t).Price > 1e-4 {
			list = append(list, t)
		}
	}
	return list
}
