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
	if places >= 0 && d.wide == nil && e.wide == nil && f.wide == nil {
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
	if places < 0 {
		return whole(roundedQuo(n, m), places)
	}
	return fromBig(roundedQuo(n, m), places).trimmed()
}

// whole is c × 10^−places for negative places: scales are never negative.
func whole(c *big.Int, places int32) Decimal { return fromBig(c.Mul(c, bigPow10(-places)), 0) }

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

// Round returns d rounded half away from zero to so many places; −2 rounds to hundreds.
func (d Decimal) Round(places int32) Decimal {
	if d.scale <= places {
		return d
	}
	if places < 0 {
		return whole(roundedQuo(new(big.Int).Set(d.big()), bigPow10(d.scale-places)), places)
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
