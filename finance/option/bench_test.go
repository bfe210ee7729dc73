package option

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/internal/cputime"
)

// American prices of QuantLib 1.29: QdFpAmericanEngine's accurate scheme, and its fast
// one, whose error is what ours is held against. Rates are continuous, years of 365 days.
var americanCases = []struct {
	terms          Terms
	accurate, fast float64
}{
	{Terms{Put, 600.66, 1384.75, 365.0 / 365, 0.01, 0.005, 0.9525}, 861.7643788423, 861.7640702603},
	{Terms{Call, 69.23, 92.08, 365.0 / 365, 0.08, 0.0, 0.8714}, 18.768467113, 18.768467113},
	{Terms{Put, 50.13, 43.25, 14.0 / 365, 0.05, 0.07, 0.4625}, 0.092926365, 0.092926365},
	{Terms{Call, 5.88, 5.27, 1.0 / 365, 0.03, 0.0, 0.1644}, 0.6104331329, 0.6104331329},
	{Terms{Put, 150.41, 230.36, 730.0 / 365, 0.05, 0.0, 0.1693}, 79.9500003248, 79.949592656},
	{Terms{Put, 12.42, 3.15, 730.0 / 365, 0.03, 0.02, 0.5917}, 0.0938314209, 0.0938309447},
	{Terms{Call, 207.57, 743.59, 547.0 / 365, 0.03, 0.04, 1.1847}, 47.5967254578, 47.5966320538},
	{Terms{Put, 190.8, 205.91, 14.0 / 365, 0.01, 0.0, 1.1172}, 25.8198089507, 25.8198069788},
	{Terms{Put, 232.43, 221.86, 60.0 / 365, 0.03, 0.0, 0.0679}, 0.0763175586, 0.0763156579},
	{Terms{Call, 788.21, 1065.95, 91.0 / 365, 0.03, 0.02, 0.5682}, 19.2381298671, 19.2381285724},
	{Terms{Put, 169.49, 165.72, 730.0 / 365, 0.08, 0.0, 0.1354}, 4.5468116184, 4.5462606638},
	{Terms{Put, 12.08, 13.87, 7.0 / 365, 0.0, 0.07, 1.117}, 2.0060818939, 2.0060818939},
	{Terms{Put, 185.05, 178.45, 3.0 / 365, 0.03, 0.005, 0.4283}, 0.6575424189, 0.6575419508},
	{Terms{Call, 55.68, 49.14, 182.0 / 365, 0.08, 0.04, 0.4304}, 10.5088733234, 10.508873183},
	{Terms{Call, 11.33, 60.92, 547.0 / 365, 0.03, 0.07, 1.0841}, 1.2517996407, 1.2517903622},
	{Terms{Call, 139.77, 228.31, 91.0 / 365, 0.03, 0.02, 0.6319}, 1.4590405356, 1.4590405587},
	{Terms{Put, 141.09, 135.21, 1.0 / 365, 0.08, 0.0, 1.1091}, 1.075388941, 1.0753884658},
	{Terms{Put, 356.06, 328.41, 60.0 / 365, 0.01, 0.0, 0.5312}, 17.3601876835, 17.3601788462},
	{Terms{Put, 51.07, 68.5, 730.0 / 365, 0.0, 0.0, 0.1636}, 18.0919803118, 18.0919803118},
	{Terms{Call, 46.43, 28.22, 45.0 / 365, 0.08, 0.07, 1.1761}, 18.9471043271, 18.9471038139},
	{Terms{Call, 35.2, 34.29, 3.0 / 365, 0.0, 0.005, 1.0005}, 1.7630120509, 1.7630120039},
	{Terms{Call, 6.05, 5.96, 365.0 / 365, 0.0, 0.0, 0.0885}, 0.2599757891, 0.2599757891},
	{Terms{Call, 621.59, 678.88, 7.0 / 365, 0.05, 0.04, 0.4533}, 1.4889501568, 1.4889501568},
	{Terms{Put, 523.77, 69.13, 730.0 / 365, 0.08, 0.07, 0.7571}, 1.715642869, 1.7156316031},
	{Terms{Call, 13.6, 12.15, 91.0 / 365, 0.08, 0.0, 1.0126}, 3.4757718485, 3.4757718485},
	{Terms{Call, 15.75, 5.49, 547.0 / 365, 0.08, 0.02, 0.384}, 10.4415004502, 10.4414989463},
	{Terms{Call, 59.68, 57.25, 7.0 / 365, 0.08, 0.04, 0.4546}, 3.0219356144, 3.0219356144},
	{Terms{Call, 6.92, 6.0, 45.0 / 365, 0.03, 0.07, 0.5106}, 1.0368587141, 1.0368601283},
	{Terms{Call, 165.31, 197.81, 182.0 / 365, 0.08, 0.04, 0.5834}, 16.8122048918, 16.8122051865},
	{Terms{Call, 118.01, 90.35, 182.0 / 365, 0.08, 0.02, 0.4821}, 33.6114690469, 33.6114690463},
	{Terms{Call, 13.58, 21.95, 45.0 / 365, 0.03, 0.07, 0.6645}, 0.0273297473, 0.0273295886},
	{Terms{Call, 84.67, 656.87, 365.0 / 365, 0.01, 0.0, 1.1711}, 3.9952712678, 3.9952712678},
	{Terms{Call, 41.21, 18.65, 1095.0 / 365, 0.05, 0.04, 0.4628}, 23.3668494092, 23.3664338143},
	{Terms{Call, 8.44, 3.47, 547.0 / 365, 0.08, 0.04, 0.4309}, 5.0051155194, 5.0051103687},
	{Terms{Put, 30.98, 34.88, 7.0 / 365, 0.05, 0.07, 0.7622}, 4.1333395967, 4.1333395962},
	{Terms{Call, 21.59, 18.5, 3.0 / 365, 0.0, 0.07, 0.3572}, 3.09, 3.0900000002},
	{Terms{Put, 313.48, 303.76, 3.0 / 365, 0.05, 0.0, 0.7093}, 3.9487039879, 3.948701938},
	{Terms{Put, 333.97, 3009.79, 1095.0 / 365, 0.08, 0.04, 1.1743}, 2675.8200155205, 2675.6148959379},
	{Terms{Put, 7.86, 12.02, 60.0 / 365, 0.05, 0.0, 0.6172}, 4.168215672, 4.1682300032},
	{Terms{Call, 6.39, 3.9, 91.0 / 365, 0.01, 0.005, 0.8126}, 2.5993340046, 2.5993341512},
	{Terms{Put, 742.59, 963.59, 1095.0 / 365, 0.03, 0.0, 0.1146}, 221.0000045103, 220.9955050613},
	{Terms{Put, 100, 100, 3650.0 / 365, 0.03, 0.02, 0.25}, 23.3422118545, 23.3411862105},
	{Terms{Call, 26.86, 2.69, 1095.0 / 365, 0.0, 0.005, 1.0384}, 24.5395026075, 24.5394443588},
}

// americanErrors are the differences from the accurate scheme in parts of the strike:
// root mean square and largest of ours, and of the fast scheme.
func americanErrors() (rmse, largest, fastRMSE, fastLargest float64) {
	for _, c := range americanCases {
		ours := math.Abs(AmericanPrice(c.terms)-c.accurate) / c.terms.Strike
		fast := math.Abs(c.fast-c.accurate) / c.terms.Strike
		rmse += float64(ours * ours)
		fastRMSE += float64(fast * fast)
		largest, fastLargest = math.Max(largest, ours), math.Max(fastLargest, fast)
	}
	n := float64(len(americanCases))
	return math.Sqrt(rmse / n), largest, math.Sqrt(fastRMSE / n), fastLargest
}

// The quick scheme of the peer is what the time of a price is compared with, so its
// accuracy is the least we have.
func TestAmericanNearerThanTheFastScheme(t *testing.T) {
	rmse, largest, fastRMSE, fastLargest := americanErrors()
	if rmse > fastRMSE/2 || largest > fastLargest || largest > 1.5e-5 {
		t.Errorf("rmse %.2g and at most %.2g of the strike; the fast scheme has %.2g and %.2g", rmse, largest, fastRMSE, fastLargest)
	}
}

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

// BenchmarkAmericanCases is one price, over all of the cases above in turn.
func BenchmarkAmericanCases(b *testing.B) {
	i, total := 0, 0.0
	b.ReportAllocs()
	defer cputime.Report(b)()
	for b.Loop() {
		total += AmericanPrice(americanCases[i].terms)
		if i++; i == len(americanCases) {
			i = 0
		}
	}
	rmse, largest, _, _ := americanErrors()
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
