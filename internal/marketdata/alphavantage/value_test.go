package alphavantage

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

// Any decimal text is read as strconv reads it, to the last bit.
func TestNumbersAgreeWithStrconv(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		text := strconv.FormatFloat(math.Ldexp(rng.Float64(), rng.IntN(60)-20), "fge"[rng.IntN(3)], rng.IntN(18), 64)
		if rng.IntN(4) == 0 {
			text = "-" + text
		}
		want, err := strconv.ParseFloat(text, 64)
		if err != nil || len(text) > 60 {
			continue
		}
		if got, ok := number([]byte(text)); !ok || got != want {
			t.Fatalf("%s is read as %v, %t; want %v", text, got, ok, want)
		}
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	for _, text := range []string{"1.", ".", "0x1p3", "1_000", "Inf", "infinity", "1,5", "1e999", "--1", "1-1", "e5", "12%", "five", "1.2.3", "\x00"} {
		if v, ok := number([]byte(text)); ok && !(text == "." && math.IsNaN(v)) {
			t.Errorf("%q is read as %v", text, v)
		}
		if o, ok := exact([]byte(text)); ok && o.Known {
			t.Errorf("%q is read as %s", text, o.Decimal)
		}
	}
	for _, text := range []string{"", "None", "none", "-", ".", "N/A", "n/a", "null", "NaN", "0000-00-00", "--", "  "} {
		if v, ok := number([]byte(text)); !ok || !math.IsNaN(v) {
			t.Errorf("%q is %v, %t; want it not known", text, v, ok)
		}
		if o, ok := exact([]byte(text)); !ok || o.Known {
			t.Errorf("%q is %v, %t; want it not known", text, o, ok)
		}
		if day, ok := day([]byte(text)); text != "." && (!ok || day != 0) {
			t.Errorf("the day %q is %s, %t; want it not known", text, day, ok)
		}
	}
	if o, ok := exact([]byte("1.5e-3")); !ok || o.Decimal.String() != "0.0015" {
		t.Errorf("1.5e-3 is %v", o)
	}
	if o, ok := exact([]byte("0.1000000000000000055511151231257827")); ok && o.Decimal.String() != "0.1000000000000000055511151231257827" {
		t.Errorf("many decimals become %s", o.Decimal)
	}
}

func TestDays(t *testing.T) {
	for day0 := date.MustParse("1899-12-25"); day0 < date.MustParse("2101-01-05"); day0 += 3 {
		if got, ok := day([]byte(day0.String())); !ok || got != day0 {
			t.Fatalf("%s is read as %s, %t", day0, got, ok)
		}
	}
	for _, text := range []string{"2026-02-29", "2026-13-01", "2026-1-01x", "2026/01/01", "20260101", "2026-01-01T00", "0001-01-01"} {
		if got, ok := day([]byte(text)); ok {
			t.Errorf("%q is the day %s", text, got)
		}
	}
}

func TestScannerTexts(t *testing.T) {
	for text, want := range map[string]string{
		`"a\"b\\\/\n\t"`: "a\"b\\/\n\t", `"\u20ac\u00e9"`: "€é", `"\ud83d\ude00"`: "😀", `"\ud83d"`: "\ufffd", `"\ud83dx"`: "\ufffdx", `12.5`: "12.5", `null`: "", `true`: "true",
	} {
		s := newScanner([]byte(text + " "))
		if got := string(s.text()); got != want || s.end() != nil {
			t.Errorf("%s is %q, %v; want %q", text, got, s.Err(), want)
		}
	}
	for _, text := range []string{`"\x"`, `"\u12g4"`, `"\u12`, `"a`, "\"a\nb\"", `nul`, `tru `, `nothing `, `{`, `[1,]`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `[1 2]`, `1 2`, `"\`} {
		s := newScanner([]byte(text))
		if s.Skip(); s.end() == nil {
			t.Errorf("%s is taken for JSON", text)
		}
	}
}
