package bond

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/cputime"
)

var sink Figures

func BenchmarkFromClean(b *testing.B) {
	for _, c := range []struct {
		name string
		bond Bond
	}{
		{"10 years", Bond{Maturity: date.MustParse("2034-02-15"), Coupon: 0.04, Frequency: 2, Basis: ActActICMA}},
		{"30 years", Bond{Maturity: date.MustParse("2054-02-28"), Coupon: 0.04, Frequency: 2, Basis: Thirty360}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			defer cputime.Report(b)()
			for b.Loop() {
				sink, _ = c.bond.FromClean(date.MustParse("2024-05-03"), 91.25)
			}
		})
	}
}

func BenchmarkMeasure500(b *testing.B) {
	curve, err := Bootstrap(date.MustParse("2021-12-31"), treasury())
	if err != nil {
		b.Fatal(err)
	}
	price := 97.0
	holdings := make([]Holding, 500)
	for i := range holdings {
		holdings[i] = Holding{Face: 1000, Clean: &price, Bond: Bond{Issue: date.None, Maturity: date.MustParse("2023-02-15") + date.Date(20*i), Coupon: 0.02, Frequency: 2, Basis: ActActICMA}}
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := Measure(curve.Origin(), curve, holdings); r.Left != 0 {
			b.Fatal(r.Left)
		}
	}
}
