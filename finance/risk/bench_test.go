package risk

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/internal/cputime"
)

// BenchmarkMeasure1000x2520 is the standard set of figures of a thousand portfolios over
// ten years of days.
func BenchmarkMeasure1000x2520(b *testing.B) {
	returns, m := panelOf(1, 1000, 2520), NewMeter()
	b.ReportAllocs()
	defer cputime.Report(b)()
	for b.Loop() {
		for _, r := range returns {
			if !m.Measure(Sample{Returns: r, PeriodsPerYear: 252}).Sharpe.Known() {
				b.Fatal("no figure")
			}
		}
	}
}

// BenchmarkRevalueOptions prices ten American options of thirty positions anew on each of
// 504 days, to the full accuracy of a price, and splits the tail by position.
func BenchmarkRevalueOptions(b *testing.B) {
	_, moves := hedged(b, 1, 504)
	book := make([]Claim, 30)
	for i := range book {
		book[i] = Claim{Underlying: i % 2, Value: 1000 * float64(i+1)}
		if i%3 > 0 {
			continue
		}
		book[i].Underlying = 0
		now := option.Terms{Kind: option.Put, Spot: 100, Strike: 90 + float64(i), Years: 0.5, Rate: 0.03, DividendYield: 0.01, Volatility: 0.25}
		price := option.AmericanPrice(now)
		book[i].Revalue = func(spot, volatility float64) float64 {
			t := now
			t.Spot *= 1 + spot
			t.Volatility = math.Max(0.01, t.Volatility+volatility)
			return 100 * (option.AmericanPrice(t) - price)
		}
	}
	defer cputime.Report(b)()
	for b.Loop() {
		r, err := Revalue(book, moves)
		if err != nil || !r.Parts(Scenarios{}, 0.95).VaR.Known() {
			b.Fatal(err)
		}
	}
}
