package money

import "testing"

// Negative places round to tens and hundreds and leave ordinary numbers.
func TestNegativePlaces(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int32
		want   string
	}{{"1250", -2, "1300"}, {"1249.99", -2, "1200"}, {"-1250", -2, "-1300"}, {"49", -2, "0"}, {"50", -2, "100"}, {"1234567890123456789012", -3, "1234567890123456789000"}} {
		d := MustParse(c.in)
		for name, got := range map[string]Decimal{"Round": d.Round(c.places), "DivRound": d.DivRound(One, c.places), "MulDiv": d.MulDiv(Int(2), Int(2), c.places)} {
			if got.String() != c.want || got.Exponent() < 0 || got.Float64() != MustParse(c.want).Float64() {
				t.Errorf("%s of %s to %d places: %s, want %s", name, c.in, c.places, got, c.want)
			}
			if got.Add(One).Sub(One).Fixed(2) != c.want+".00" {
				t.Errorf("%s of %s: %s cannot be counted on with", name, c.in, got)
			}
		}
	}
}
