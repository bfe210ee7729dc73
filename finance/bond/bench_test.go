package bond

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
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
			for b.Loop() {
				sink, _ = c.bond.FromClean(date.MustParse("2024-05-03"), 91.25)
			}
		})
	}
}
