package format_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/format"
)

func TestFiguresAsPeopleWriteThem(t *testing.T) {
	en, de := format.English, format.German
	dec := money.MustParse
	rows := []struct{ name, got, want string }{
		{"money is grouped", en.Decimal(dec("4199621.6"), 2), "4,199,621.60"},
		{"German groups with points", de.Decimal(dec("4199621.6"), 2), "4.199.621,60"},
		{"a level shows only a minus", en.Decimal(dec("-1544971"), 0), "−1,544,971"},
		{"a change shows its sign", en.SignedDecimal(dec("849622"), 0), "+849,622"},
		{"zero has no sign", en.SignedDecimal(dec("0.001"), 2), "0.00"},
		{"nor has what rounds to zero from below", en.SignedDecimal(dec("-0.004"), 2), "0.00"},
		{"exact halves go away from zero", en.Decimal(dec("2.675"), 2), "2.68"},
		{"floats too", en.Float(2.675, 2), "2.68"},
		{"and below zero", en.Float(-0.125, 2), "−0.13"},
		{"percent", en.SignedPercent(0.1424, 2), "+14.24%"},
		{"percent in German has a narrow space", de.SignedPercent(0.1424, 2), "+14,24\u202f%"},
		{"points", en.Points(-0.0043, 2), "−0.43\u00a0pp"},
		{"basis points", en.BasisPoints(0.0015), "15\u00a0bp"},
		{"millions on an axis", en.Compact(4_200_000), "4.2\u00a0M"},
		{"thousands", en.Compact(648_112), "648\u00a0k"},
		{"trillions", en.Compact(3.85e12), "3.85\u00a0tn"},
		{"just under a million is a million", en.Compact(999_960), "1\u00a0M"},
		{"small amounts stay", en.Compact(0), "0"},
		{"signed compact", en.SignedCompact(-22_000), "−22\u00a0k"},
		{"whole quantity", en.Quantity(dec("8000")), "8,000"},
		{"fractional quantity", en.Quantity(dec("0.123456789")), "0.123457"},
		{"a price has two decimals", en.Price(dec("70")), "70.00"},
		{"or its own", en.Price(dec("1.08345")), "1.08345"},
		{"an axis keeps its decimals", en.Axis(4_500_000, 300_000)(3_000_000), "3.0\u00a0M"},
		{"and its unit", en.Axis(1_200_000, 200_000)(800_000), "0.8\u00a0M"},
		{"what is not a number is unknown", en.Percent(math.NaN(), 2), "–"},
		{"a date", format.Date(date.Must(2025, 6, 30)), "30 Jun 2025"},
		{"no date", format.Date(date.None), "–"},
		{"sizes", en.Bytes(3 << 19), "1.5\u00a0MB"},
	}
	for _, row := range rows {
		if row.got != row.want {
			t.Errorf("%s: %q, want %q", row.name, row.got, row.want)
		}
	}
}

func TestLocaleOfABrowser(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "de-CH,de;q=0.9,en;q=0.8": "de", "fr-FR, de;q=0.5": "de", "en-GB": "en", "ja": "en",
	} {
		if got := format.Parse(header).Tag; got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestPartsAddUp(t *testing.T) {
	thirds := format.Parts([]float64{1. / 3, 1. / 3, 1. / 3}, 3)
	if sum := thirds[0] + thirds[1] + thirds[2]; math.Abs(sum-1) > 1e-12 {
		t.Errorf("thirds give %v", thirds)
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		values := make([]float64, 1+r.IntN(12))
		var total float64
		for i := range values {
			values[i] = (r.Float64() - 0.3) * 1000
			total += values[i]
		}
		rounded := format.Parts(values, 1)
		var sum float64
		for i, v := range rounded {
			sum += v
			if math.Abs(v-values[i]) >= 0.1+1e-9 {
				t.Errorf("seed %d: %v became %v", seed, values[i], v)
			}
		}
		if math.Abs(sum-math.Round(total*10)/10) > 1e-6 {
			t.Errorf("seed %d: parts sum to %v, total %v", seed, sum, total)
		}
	}
}
