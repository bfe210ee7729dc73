package money

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// number draws a decimal as text: mostly like what brokers write, sometimes at the
// edges of 64 and 96 bits and beyond.
func number(t *rapid.T, label string) string {
	sign := rapid.SampledFrom([]string{"", "", "-"}).Draw(t, label+" sign")
	if rapid.IntRange(0, 4).Draw(t, label+" kind") == 0 {
		edge := rapid.SampledFrom([]string{
			"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
			"39614081257132168796771975167", "39614081257132168796771975168", "0.000000000000000001",
			"99999999999999999999.999999999999999999", "10000000000000000000", "1", "0", "0.5", "5e-19",
		}).Draw(t, label+" edge")
		return sign + edge
	}
	digits := rapid.StringMatching(`[0-9]{1,19}`).Draw(t, label+" digits")
	if places := rapid.StringMatching(`[0-9]{0,18}`).Draw(t, label+" places"); places != "" {
		digits += "." + places
	}
	return sign + digits
}

func both(t *rapid.T, label string) (Decimal, decimal.Decimal) {
	s := number(t, label)
	d, err := Parse(s)
	if err != nil {
		t.Fatalf("parse %q: %v", s, err)
	}
	return d, decimal.RequireFromString(s)
}

func same(t *rapid.T, what string, got Decimal, want decimal.Decimal) {
	t.Helper()
	if !decimal.RequireFromString(got.String()).Equal(want) {
		t.Fatalf("%s = %s, want %s", what, got, want)
	}
	if again, err := Parse(got.String()); err != nil || again.Cmp(got) != 0 {
		t.Fatalf("%s does not survive its text %q: %v", what, got, err)
	}
	if d := got; d.wide != nil && d.wide.BitLen() <= 95 {
		t.Fatalf("%s = %s is kept wide although it fits", what, got)
	}
}

// Exact arithmetic agrees with shopspring/decimal, which keeps every number wide.
func TestArithmeticAgreesWithShopspring(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := both(t, "a")
		b, y := both(t, "b")
		c, z := both(t, "c")
		same(t, "a", a, x)
		same(t, "a+b", a.Add(b), x.Add(y))
		same(t, "a-b", a.Sub(b), x.Sub(y))
		same(t, "a*b", a.Mul(b), x.Mul(y))
		same(t, "a*b+c", a.Mul(b).Add(c), x.Mul(y).Add(z))
		same(t, "-a", a.Neg(), x.Neg())
		same(t, "|a|", a.Abs(), x.Abs())
		same(t, "floor a", a.Floor(), x.Floor())
		if got, want := a.Cmp(b), x.Cmp(y); got != want {
			t.Fatalf("cmp(%s, %s) = %d, want %d", a, b, got, want)
		}
		if got, want := a.Sign(), x.Sign(); got != want {
			t.Fatalf("sign(%s) = %d, want %d", a, got, want)
		}
		if got, want := a.IsZero(), x.IsZero(); got != want {
			t.Fatalf("%s is zero: %v", a, got)
		}
		places := int32(rapid.IntRange(0, 20).Draw(t, "places"))
		same(t, "round", a.Round(places), x.Round(places))
		if got, want := a.Fixed(places), x.StringFixed(places); got != want {
			t.Fatalf("fixed(%s, %d) = %s, want %s", a, places, got, want)
		}
	})
}

// A quotient is the nearest number with so many places, half away from zero. The
// reference divides whole numbers, so it shares no rounding with the code.
func TestQuotientsAreRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _ := both(t, "a")
		b, _ := both(t, "b")
		c, _ := both(t, "c")
		if c.IsZero() {
			return
		}
		places := int32(rapid.IntRange(0, 20).Draw(t, "places"))
		if got, want := a.MulDiv(b, c, places), reference(a, b, c, places); !got.Equal(want) {
			t.Fatalf("%s × %s / %s to %d places = %s, want %s", a, b, c, places, got, want)
		}
		if got, want := a.DivRound(c, places), reference(a, One, c, places); !got.Equal(want) {
			t.Fatalf("%s / %s to %d places = %s, want %s", a, c, places, got, want)
		}
	})
}

// reference is a × b / c as a rational, rounded half away from zero.
func reference(a, b, c Decimal, places int32) Decimal {
	rat := func(d Decimal) *big.Rat {
		r, _ := new(big.Rat).SetString(d.String())
		return r
	}
	x := new(big.Rat).Quo(new(big.Rat).Mul(rat(a), rat(b)), rat(c))
	text := new(big.Rat).Abs(x).FloatString(int(places)) // rounds halves away from zero
	if x.Sign() < 0 {
		text = "-" + text
	}
	d, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"12.50", "12.5"}, {"-0.10", "-0.1"}, {"+3", "3"}, {".5", "0.5"}, {"5.", "5"}, {"1e-8", "0.00000001"}, {"1.5E3", "1500"},
		{"000123", "123"}, {"-0", "0"}, {"0.0000", "0"}, {"123456789012345678901234567890.5", "123456789012345678901234567890.5"},
	} {
		got, err := Parse(c.in)
		if err != nil || got.String() != c.want {
			t.Errorf("Parse(%q) = %s, %v, want %s", c.in, got, err, c.want)
		}
		if b, err := ParseBytes([]byte(c.in)); err != nil || !b.Equal(got) {
			t.Errorf("ParseBytes(%q) = %s, %v", c.in, b, err)
		}
	}
	for _, in := range []string{"", "-", ".", "1,5", "1 000", "NaN", "Inf", "0x10", "1e", "1e9999", "--1", "1-", "€5", "1.2.3", "e5", "1e-", strings.Repeat("9", 1001)} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", in, got)
		} else if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrRange) {
			t.Errorf("Parse(%q): %v is neither ErrSyntax nor ErrRange", in, err)
		}
	}
}

func TestCheckBounds(t *testing.T) {
	for _, c := range []struct {
		in string
		ok bool
	}{
		{"0", true}, {"99999999999999999999", true}, {"100000000000000000000", false}, {"-99999999999999999999.999999999999999999", true},
		{"0.000000000000000001", true}, {"0.0000000000000000001", false}, {"1.1000000000000000000000", true}, {"18446744073709551615", true},
		{"-100000000000000000000", false}, {"0.10000000000000000000000001", false},
	} {
		if err := MustParse(c.in).CheckBounds(); (err == nil) != c.ok {
			t.Errorf("CheckBounds(%s) = %v, want ok %v", c.in, err, c.ok)
		} else if err != nil && !errors.Is(err, ErrRange) {
			t.Errorf("CheckBounds(%s): %v is not ErrRange", c.in, err)
		}
	}
}

// Every float64 that a price may be keeps its shortest text, and comes back the same.
func TestFloatsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(-1e15, 1e15).Draw(t, "f")
		d, err := FromFloat(f)
		if err != nil || d.Float64() != f {
			t.Fatalf("%v became %s (%v), back %v", f, d, err, d.Float64())
		}
	})
	for _, c := range []struct {
		f    float64
		want string
	}{{0.1, "0.1"}, {1e-7, "0.0000001"}, {123.4567, "123.4567"}, {1e21, "1000000000000000000000"}, {math.Copysign(0, -1), "0"}, {2.675, "2.675"}} {
		if d, err := FromFloat(c.f); err != nil || d.String() != c.want {
			t.Errorf("FromFloat(%v) = %s, %v, want %s", c.f, d, err, c.want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if d, err := FromFloat(f); err == nil {
			t.Errorf("FromFloat(%v) = %s, want an error", f, d)
		}
	}
}

// The crossing to float64 is the nearest one, for narrow and wide numbers.
func TestFloat64IsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := number(t, "a")
		r, _ := new(big.Rat).SetString(s)
		want, _ := r.Float64()
		if got := MustParse(s).Float64(); got != want {
			t.Fatalf("%s as float64 = %v, want %v", s, got, want)
		}
	})
}

func TestJSON(t *testing.T) {
	var in struct {
		A, B, C Decimal
		D, E    Optional
	}
	if err := json.Unmarshal([]byte(`{"A":"12.50","B":7.25,"C":1e-8,"D":null,"E":"0"}`), &in); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(in)
	if want := `{"A":"12.5","B":"7.25","C":"0.00000001","D":null,"E":"0"}`; err != nil || string(out) != want {
		t.Errorf("got %s, %v, want %s", out, err, want)
	}
	for _, bad := range []string{`"x"`, `true`, `{}`, `[]`, `""`, `"`} {
		var d Decimal
		if err := json.Unmarshal([]byte(bad), &d); err == nil {
			t.Errorf("%s was read as %s", bad, d)
		}
	}
	var d Decimal
	if err := d.UnmarshalJSON([]byte(`"`)); err == nil {
		t.Error("a lone quote was read")
	}
}

// The common operations take no memory.
func TestNoAllocations(t *testing.T) {
	price, quantity, cost, whole := MustParse("123.4567"), Int(17), MustParse("2099.7639"), Int(23)
	wideShare := cost.MulDiv(quantity, whole, Places)
	if n := testing.AllocsPerRun(100, func() {
		p := price.Mul(quantity).Add(One)
		s := p.MulDiv(Int(3), Int(7), Places)
		rest := p.Sub(s).Sub(wideShare).Neg().Abs()
		if rest.Cmp(cost) == 0 || rest.Round(2).Equal(cost) || rest.DivRound(quantity, Places).IsZero() {
			t.Error("unlikely")
		}
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.50", "-1e-8", "99999999999999999999.999999999999999999", "1..2", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(d.String())
		if err != nil || !again.Equal(d) {
			t.Errorf("%q became %s, and that %s (%v)", s, d, again, err)
		}
	})
}

var sink Decimal

func BenchmarkDecimal(b *testing.B) {
	price, quantity, cost := MustParse("123.4567"), Int(17), MustParse("864.196900000000000001")
	for _, op := range []struct {
		name string
		f    func() Decimal
	}{
		{"AddSameScale", func() Decimal { return price.Add(price) }},
		{"AddLevelled", func() Decimal { return price.Add(cost) }},
		{"Mul", func() Decimal { return price.Mul(quantity) }},
		{"ShareEven", func() Decimal { return price.MulDiv(quantity, quantity, Places) }},
		{"ShareRounded", func() Decimal { return price.MulDiv(Int(3), Int(7), Places) }},
		{"Parse", func() Decimal { d, _ := Parse("1234.5678"); return d }},
	} {
		b.Run(op.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = op.f()
			}
		})
	}
}
