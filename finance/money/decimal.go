// Package money holds the exact numbers that are booked: amounts, prices and
// quantities, and the currencies they are in.
//
// Model: a Decimal is an integer coefficient over a power of ten. Addition,
// subtraction and multiplication are exact; division says to how many places it
// rounds. Nothing here is a float64; the crossing to measurement is one named
// method, Float64.
//
// Coefficients of up to 95 bits (28 digits) are kept in place; larger ones move to
// math/big and come back when they fit again. The value never depends on which of the
// two holds it.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Decimal is an exact decimal number, coefficient × 10^−scale. The zero value is 0.
// Compare with Cmp or Equal, never with ==: 1.0 and 1.00 are equal numbers of
// different scale.
type Decimal struct {
	lo    uint64 // lo and hi are the coefficient in two's complement
	hi    int32
	scale int32
	wide  *big.Int // the coefficient where it does not fit 96 bits
}

// Places is the number of decimals that derived figures (a cost per share, a
// converted amount) are rounded to; booked figures keep their own.
const Places = 18

// MaxIntegerDigits and MaxPlaces bound what is accepted from outside.
const (
	MaxIntegerDigits = 20
	MaxPlaces        = 18
)

// ErrSyntax reports text that is not a decimal number.
var ErrSyntax = errors.New("not a decimal number")

// ErrRange reports a number with more digits than are kept.
var ErrRange = errors.New("number has more digits than are kept")

// Zero and One are the numbers 0 and 1.
var (
	Zero = Decimal{}
	One  = Decimal{lo: 1}
)

// New returns coef × 10^−scale. A negative scale multiplies.
func New(coef int64, scale int32) Decimal {
	if scale < 0 {
		return fromBig(new(big.Int).Mul(big.NewInt(coef), bigPow10(-scale)), 0)
	}
	return small(coef, scale)
}

// Int returns n as a Decimal.
func Int(n int64) Decimal { return small(n, 0) }

// Parse reads a plain or exponent decimal ("-12.50", "1e-8"). It does not accept
// grouping, currency signs, NaN or infinities.
func Parse(s string) (Decimal, error) {
	if d, ok := parsePlain(s); ok {
		return d, nil
	}
	return parseLong(s)
}

// ParseBytes is Parse without the conversion to a string.
func ParseBytes(b []byte) (Decimal, error) {
	if d, ok := parsePlain(b); ok {
		return d, nil
	}
	return parseLong(string(b))
}

// parsePlain reads the common case: up to 18 digits with at most one point.
func parsePlain[T string | []byte](s T) (Decimal, bool) {
	i, n := 0, len(s)
	if n == 0 || n > 20 {
		return Zero, false
	}
	negative := s[0] == '-'
	if negative || s[0] == '+' {
		i++
	}
	var coef int64
	digits, point := 0, -1
	for ; i < n; i++ {
		c := s[i]
		if c == '.' {
			if point >= 0 {
				return Zero, false
			}
			point = digits
			continue
		}
		if c < '0' || c > '9' {
			return Zero, false
		}
		digits++
		if digits > 18 {
			return Zero, false
		}
		coef = coef*10 + int64(c-'0')
	}
	if digits == 0 {
		return Zero, false
	}
	if negative {
		coef = -coef
	}
	if point < 0 {
		return small(coef, 0), true
	}
	return small(coef, int32(digits-point)), true
}

// parseLong reads what parsePlain leaves: many digits and exponents.
func parseLong(s string) (Decimal, error) {
	mantissa, exponent := s, 0
	for i := 0; i < len(s); i++ {
		if s[i] == 'e' || s[i] == 'E' {
			e, err := strconv.Atoi(s[i+1:])
			if err != nil || e > 400 || e < -400 {
				return Zero, fmt.Errorf("%q: %w", clip(s), ErrSyntax)
			}
			mantissa, exponent = s[:i], e
			break
		}
	}
	buf := make([]byte, 0, len(mantissa))
	places, point, digits := 0, false, 0
	for i := 0; i < len(mantissa); i++ {
		c := mantissa[i]
		switch {
		case (c == '-' || c == '+') && i == 0:
			buf = append(buf, c)
		case c == '.' && !point:
			point = true
		case c >= '0' && c <= '9':
			buf = append(buf, c)
			digits++
			if point {
				places++
			}
		default:
			return Zero, fmt.Errorf("%q: %w", clip(s), ErrSyntax)
		}
	}
	if digits == 0 {
		return Zero, fmt.Errorf("%q: %w", clip(s), ErrSyntax)
	}
	if digits > 1000 {
		return Zero, fmt.Errorf("%q: %w", clip(s), ErrRange)
	}
	coef, ok := new(big.Int).SetString(string(buf), 10)
	if !ok {
		return Zero, fmt.Errorf("%q: %w", clip(s), ErrSyntax)
	}
	scale := places - exponent
	if scale < 0 {
		coef.Mul(coef, bigPow10(int32(-scale)))
		scale = 0
	}
	return fromBig(coef, int32(scale)), nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// MustParse is Parse for numbers written in the program; it panics on anything else.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// FromFloat returns the decimal that the shortest text of f denotes: 0.1 gives
// exactly 0.1. It is the way back for market prices, which are kept as float64
// and hold up to 15 significant digits exactly. NaN and infinities are refused.
func FromFloat(f float64) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Zero, fmt.Errorf("%v: %w", f, ErrSyntax)
	}
	// Prices have few decimals; the cheap test catches nearly all of them.
	if scaled := f * 1e4; scaled == math.Trunc(scaled) && math.Abs(scaled) < 1e15 {
		if d := small(int64(scaled), 4); d.Float64() == f {
			return d.trimmed(), nil
		}
	}
	var b [32]byte
	return ParseBytes(strconv.AppendFloat(b[:0], f, 'g', -1, 64))
}

// CheckBounds reports ErrRange when d has more than MaxIntegerDigits digits before
// or more than MaxPlaces after the point: such numbers are refused, never rounded.
func (d Decimal) CheckBounds() error {
	if d.wide == nil && d.hi == 0 && d.lo < 1e19 && d.scale <= MaxPlaces {
		return nil // nearly all
	}
	t := d.trimmed()
	if t.scale > MaxPlaces {
		return fmt.Errorf("%s: %d decimals, at most %d are kept: %w", clip(d.String()), t.scale, MaxPlaces, ErrRange)
	}
	digits := len(t.big().Text(10)) - int(t.scale)
	if t.Sign() < 0 {
		digits--
	}
	if digits > MaxIntegerDigits {
		return fmt.Errorf("%s: %d digits before the point, at most %d are kept: %w", clip(d.String()), digits, MaxIntegerDigits, ErrRange)
	}
	return nil
}

func bigPow10(n int32) *big.Int {
	if n <= 19 {
		return new(big.Int).SetUint64(pow10[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// Add returns d + e, exact.
func (d Decimal) Add(e Decimal) Decimal {
	if d.wide == nil && e.wide == nil {
		if d.scale == e.scale {
			lo, carry := bits.Add64(d.lo, e.lo, 0)
			hi := int64(d.hi) + int64(e.hi) + int64(carry)
			if int64(int32(hi)) == hi {
				return Decimal{lo: lo, hi: int32(hi), scale: d.scale}
			}
		} else if a, b, scale, ok := level(d, e); ok {
			if sum, ok := a.add(b); ok {
				return Decimal{lo: sum.lo, hi: int32(sum.hi), scale: scale}
			}
		}
	}
	a, b, scale := aligned(d, e)
	return fromBig(new(big.Int).Add(a, b), scale)
}

func aligned(d, e Decimal) (a, b *big.Int, scale int32) {
	a, b, scale = d.big(), e.big(), d.scale
	switch {
	case d.scale < e.scale:
		a, scale = new(big.Int).Mul(a, bigPow10(e.scale-d.scale)), e.scale
	case e.scale < d.scale:
		b = new(big.Int).Mul(b, bigPow10(d.scale-e.scale))
	}
	return a, b, scale
}

// Sub returns d − e, exact.
func (d Decimal) Sub(e Decimal) Decimal { return d.Add(e.Neg()) }

// Neg returns −d.
func (d Decimal) Neg() Decimal {
	if d.wide == nil {
		n := d.coefficient().neg()
		if n.fits() {
			return Decimal{lo: n.lo, hi: int32(n.hi), scale: d.scale}
		}
	}
	return fromBig(new(big.Int).Neg(d.big()), d.scale)
}

// Abs returns |d|.
func (d Decimal) Abs() Decimal {
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// Mul returns d × e, exact.
func (d Decimal) Mul(e Decimal) Decimal {
	if d.wide == nil && e.wide == nil {
		if p, ok := product(d.coefficient(), e.coefficient()); ok {
			return Decimal{lo: p.lo, hi: int32(p.hi), scale: d.scale + e.scale}
		}
	}
	return fromBig(new(big.Int).Mul(d.big(), e.big()), d.scale+e.scale)
}

// DivRound returns d / e rounded half away from zero to so many places.
// It panics when e is zero: that is the caller's to ask first.
func (d Decimal) DivRound(e Decimal, places int32) Decimal { return d.MulDiv(One, e, places) }

// MulDiv returns d × e / f rounded half away from zero to so many places, with one
// rounding: the share of a cost that belongs to a part of a quantity. It panics when f
// is zero.
func (d Decimal) MulDiv(e, f Decimal, places int32) Decimal {
	if f.Sign() == 0 {
		panic("money: division by zero")
	}
	if d.wide == nil && e.wide == nil && f.wide == nil {
		if q, ok := quotient(d, e, f, places); ok {
			return q
		}
	}
	// (dc/10^ds)·(ec/10^es)/(fc/10^fs) at `places` is dc·ec·10^(places−ds−es+fs)/fc.
	shift := places - d.scale - e.scale + f.scale
	n, m := new(big.Int).Mul(d.big(), e.big()), f.big()
	if shift >= 0 {
		n.Mul(n, bigPow10(shift))
	} else {
		m = new(big.Int).Mul(m, bigPow10(-shift))
	}
	return fromBig(roundedQuo(n, m), places).trimmed()
}

// roundedQuo is n/m rounded half away from zero; it may change n.
func roundedQuo(n, m *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(n, m, new(big.Int))
	if r.Sign() != 0 && new(big.Int).Lsh(r.Abs(r), 1).CmpAbs(m) >= 0 {
		if (n.Sign() < 0) != (m.Sign() < 0) {
			q.Sub(q, big.NewInt(1))
		} else {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}

// Round returns d rounded half away from zero to so many places.
func (d Decimal) Round(places int32) Decimal {
	if d.scale <= places {
		return d
	}
	if d.wide == nil && d.scale-places <= 19 {
		a, negative := d.coefficient().abs()
		by := pow10[d.scale-places]
		q, r := a.div(by)
		if r >= by-r {
			q = q.next()
		}
		return q.decimal(negative, places)
	}
	return fromBig(roundedQuo(new(big.Int).Set(d.big()), bigPow10(d.scale-places)), places)
}

// Floor returns the largest whole number that is not above d.
func (d Decimal) Floor() Decimal {
	r := d.Round(0)
	if d.Less(r) {
		return r.Sub(One)
	}
	return r
}

// Cmp returns −1, 0 or +1 as d is less than, equal to or greater than e.
func (d Decimal) Cmp(e Decimal) int {
	if d.wide == nil && e.wide == nil {
		if a, b, _, ok := level(d, e); ok {
			return a.cmp(b)
		}
	}
	a, b, _ := aligned(d, e)
	return a.Cmp(b)
}

// Equal reports whether d and e are the same number.
func (d Decimal) Equal(e Decimal) bool { return d.Cmp(e) == 0 }

// Less reports whether d < e.
func (d Decimal) Less(e Decimal) bool { return d.Cmp(e) < 0 }

// Sign returns −1, 0 or +1.
func (d Decimal) Sign() int {
	if d.wide != nil {
		return d.wide.Sign()
	}
	switch {
	case d.hi < 0:
		return -1
	case d.hi == 0 && d.lo == 0:
		return 0
	}
	return 1
}

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.wide == nil && d.hi == 0 && d.lo == 0 }

// Min and Max return the smaller and the larger of two numbers.
func Min(a, b Decimal) Decimal {
	if b.Less(a) {
		return b
	}
	return a
}

// Max returns the larger of two numbers.
func Max(a, b Decimal) Decimal {
	if a.Less(b) {
		return b
	}
	return a
}

// Float64 is the one crossing from booked to measured numbers: the nearest float64.
func (d Decimal) Float64() float64 {
	if d.wide == nil && d.scale <= 19 {
		if a, negative := d.coefficient().abs(); a.hi == 0 && a.lo < 1<<53 {
			// Both exact and the power below 1e22: one correctly rounded division.
			f := float64(a.lo) / float64(pow10[d.scale])
			if negative {
				return -f
			}
			return f
		}
	}
	var b [64]byte
	f, err := strconv.ParseFloat(string(d.AppendTo(b[:0])), 64)
	if err != nil {
		return math.Inf(d.Sign())
	}
	return f
}

// Exponent returns the number of decimals d is written with.
func (d Decimal) Exponent() int32 { return d.trimmed().scale }

// String writes the number plainly, without trailing zeros after the point.
func (d Decimal) String() string { return string(d.AppendTo(nil)) }

// AppendTo appends String to b.
func (d Decimal) AppendTo(b []byte) []byte {
	t := d.trimmed()
	if t.wide == nil {
		var digits [40]byte
		a, negative := t.coefficient().abs()
		return appendScaled(b, negative, a.append(digits[:0]), int(t.scale))
	}
	return appendScaled(b, t.wide.Sign() < 0, new(big.Int).Abs(t.wide).Append(nil, 10), int(t.scale))
}

// Fixed writes the number rounded half away from zero to exactly so many places.
func (d Decimal) Fixed(places int32) string {
	r := d.Round(places)
	if r.wide == nil && places-r.scale <= 19 {
		a, negative := r.coefficient().abs()
		if up, ok := a.mul(pow10[places-r.scale]); ok {
			var digits [40]byte
			return string(appendScaled(nil, negative, up.append(digits[:0]), int(places)))
		}
	}
	c := new(big.Int).Mul(r.big(), bigPow10(places-r.scale))
	return string(appendScaled(nil, c.Sign() < 0, new(big.Int).Abs(c).Append(nil, 10), int(places)))
}

func appendScaled(b []byte, negative bool, digits []byte, scale int) []byte {
	if negative {
		b = append(b, '-')
	}
	if scale == 0 {
		return append(b, digits...)
	}
	if len(digits) <= scale {
		b = append(b, '0', '.')
		for range scale - len(digits) {
			b = append(b, '0')
		}
		return append(b, digits...)
	}
	b = append(b, digits[:len(digits)-scale]...)
	b = append(b, '.')
	return append(b, digits[len(digits)-scale:]...)
}

// MarshalText writes the plain number, so that JSON carries it as a string.
func (d Decimal) MarshalText() ([]byte, error) { return d.AppendTo(nil), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Decimal) UnmarshalText(b []byte) error {
	got, err := ParseBytes(b)
	if err != nil {
		return err
	}
	*d = got
	return nil
}

// UnmarshalJSON accepts a string ("12.50") and, for hand-written documents, a bare number.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	if len(b) >= 2 && b[0] == '"' {
		b = b[1 : len(b)-1]
	}
	return d.UnmarshalText(b)
}
