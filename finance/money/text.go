package money

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
)

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
