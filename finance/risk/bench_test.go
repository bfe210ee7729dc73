package risk

import "testing"

// BenchmarkMeasure1000x2520 is the standard set of figures of a thousand portfolios over
// ten years of days.
func BenchmarkMeasure1000x2520(b *testing.B) {
	returns, m := panelOf(1, 1000, 2520), NewMeter()
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range returns {
			if !m.Measure(Sample{Returns: r, PeriodsPerYear: 252}).Sharpe.Known() {
				b.Fatal("no figure")
			}
		}
	}
}
