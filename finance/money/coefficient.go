package money

import (
	"math/big"
	"math/bits"
	"strconv"
)

// pow10 are the powers of ten that fit a word.
var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// signed is a 128-bit integer in two's complement: room for intermediate results.
type signed struct {
	hi int64
	lo uint64
}

// unsigned is a 128-bit magnitude.
type unsigned struct{ hi, lo uint64 }

func small(coef int64, scale int32) Decimal {
	return Decimal{lo: uint64(coef), hi: int32(coef >> 63), scale: scale}
}

// coefficient is d's coefficient where it is not wide.
func (d Decimal) coefficient() signed { return signed{int64(d.hi), d.lo} }

// fits reports whether x fits a Decimal.
func (x signed) fits() bool { return int64(int32(x.hi)) == x.hi }

func (x signed) neg() signed {
	lo, borrow := bits.Sub64(0, x.lo, 0)
	return signed{-x.hi - int64(borrow), lo}
}

func (x signed) abs() (magnitude unsigned, negative bool) {
	if x.hi < 0 {
		n := x.neg()
		return unsigned{uint64(n.hi), n.lo}, true
	}
	return unsigned{uint64(x.hi), x.lo}, false
}

// add returns x + y; ok is false where the sum does not fit a Decimal.
func (x signed) add(y signed) (sum signed, ok bool) {
	lo, carry := bits.Add64(x.lo, y.lo, 0)
	hi, _ := bits.Add64(uint64(x.hi), uint64(y.hi), carry)
	sum = signed{int64(hi), lo}
	overflow := (x.hi^sum.hi)&(y.hi^sum.hi) < 0
	return sum, !overflow && sum.fits()
}

func (x signed) cmp(y signed) int {
	switch {
	case x.hi < y.hi || x.hi == y.hi && x.lo < y.lo:
		return -1
	case x == y:
		return 0
	}
	return 1
}

// level brings two coefficients to the larger scale; ok is false where that takes more
// than 127 bits.
func level(d, e Decimal) (a, b signed, scale int32, ok bool) {
	a, b, scale, ok = d.coefficient(), e.coefficient(), d.scale, true
	switch {
	case d.scale < e.scale:
		a, ok = a.scaled(e.scale - d.scale)
		scale = e.scale
	case e.scale < d.scale:
		b, ok = b.scaled(d.scale - e.scale)
	}
	return a, b, scale, ok
}

// scaled returns x × 10^by.
func (x signed) scaled(by int32) (signed, bool) {
	if by > 19 {
		return signed{}, x == signed{}
	}
	m, negative := x.abs()
	m, ok := m.mul(pow10[by])
	return m.signed(negative), ok
}

// mul returns m × w; ok is false where it takes more than 127 bits.
func (m unsigned) mul(w uint64) (unsigned, bool) {
	hi, lo := bits.Mul64(m.lo, w)
	if m.hi == 0 {
		return unsigned{hi, lo}, hi>>63 == 0
	}
	over, top := bits.Mul64(m.hi, w)
	hi, carry := bits.Add64(hi, top, 0)
	return unsigned{hi, lo}, over == 0 && carry == 0 && hi>>63 == 0
}

// signed gives m, which is below 2^127, its sign.
func (m unsigned) signed(negative bool) signed {
	s := signed{int64(m.hi), m.lo}
	if negative {
		return s.neg()
	}
	return s
}

// div divides by a word.
func (m unsigned) div(w uint64) (q unsigned, r uint64) {
	q.hi = m.hi / w
	q.lo, r = bits.Div64(m.hi%w, m.lo, w)
	return q, r
}

// next returns m + 1.
func (m unsigned) next() unsigned {
	lo, carry := bits.Add64(m.lo, 1, 0)
	return unsigned{m.hi + carry, lo}
}

// decimal returns ±m at a scale; m is below 2^127.
func (m unsigned) decimal(negative bool, scale int32) Decimal {
	s := m.signed(negative)
	if s.fits() {
		return Decimal{lo: s.lo, hi: int32(s.hi), scale: scale}
	}
	return fromBig(s.big(), scale)
}

// append writes m in decimal digits.
func (m unsigned) append(b []byte) []byte {
	if m.hi == 0 {
		return strconv.AppendUint(b, m.lo, 10)
	}
	q, r := m.div(pow10[19])
	b = q.append(b)
	var low [20]byte
	digits := strconv.AppendUint(low[:0], r, 10)
	for range 19 - len(digits) {
		b = append(b, '0')
	}
	return append(b, digits...)
}

// product multiplies two coefficients; ok is false where the product does not fit a
// Decimal.
func product(x, y signed) (p signed, ok bool) {
	a, minus := x.abs()
	b, otherMinus := y.abs()
	if b.hi != 0 {
		a, b = b, a
	}
	if b.hi != 0 {
		return signed{}, false
	}
	m, ok := a.mul(b.lo)
	p = m.signed(minus != otherMinus)
	return p, ok && p.fits()
}

// words is an unsigned integer, the least significant word first.
type words [5]uint64

// mul multiplies by a word and reports whether the result fits.
func (n *words) mul(w uint64) bool {
	carry := uint64(0)
	for i := range n {
		hi, lo := bits.Mul64(n[i], w)
		sum, c := bits.Add64(lo, carry, 0)
		n[i], carry = sum, hi+c
	}
	return carry == 0
}

// div divides by a word in place and returns the remainder.
func (n *words) div(w uint64) (r uint64) {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i] == 0 && r == 0 {
			continue
		}
		n[i], r = bits.Div64(r, n[i], w)
	}
	return r
}

// narrow returns the value as a magnitude below 2^127.
func (n *words) narrow() (unsigned, bool) {
	return unsigned{n[1], n[0]}, n[4]|n[3]|n[2] == 0 && n[1]>>63 == 0
}

// times returns a × b.
func times(a, b unsigned) (n words) {
	n[0], n[1] = a.lo, a.hi
	if b.hi == 0 {
		n.mul(b.lo)
		return n
	}
	n.mul(b.lo)
	high := words{a.lo, a.hi}
	high.mul(b.hi)
	carry := uint64(0)
	for i := 1; i < len(n); i++ {
		n[i], carry = bits.Add64(n[i], high[i-1], carry)
	}
	return n
}

// quotient is d × e / f rounded half away from zero to so many places, for a divisor of
// one word; ok is false where the machine's words do not suffice.
func quotient(d, e, f Decimal, places int32) (q Decimal, ok bool) {
	a, minusA := d.coefficient().abs()
	b, minusB := e.coefficient().abs()
	c, minusC := f.coefficient().abs()
	if c.hi != 0 {
		return Decimal{}, false
	}
	negative := minusA != minusB != minusC
	n := times(a, b)
	// Most shares come out even, and then need neither more digits nor rounding.
	if scale := d.scale + e.scale - f.scale; scale >= 0 && scale <= places {
		exact := n
		if exact.div(c.lo) == 0 {
			if m, ok := exact.narrow(); ok {
				return m.decimal(negative, scale), true
			}
		}
	}
	by := c.lo
	for shift := places - d.scale - e.scale + f.scale; shift != 0; {
		step := min(19, max(-19, shift))
		if step > 0 {
			if !n.mul(pow10[step]) {
				return Decimal{}, false
			}
		} else {
			hi, lo := bits.Mul64(by, pow10[-step])
			if hi != 0 {
				return Decimal{}, false
			}
			by = lo
		}
		shift -= step
	}
	if r := n.div(by); r >= by-r {
		n.next()
	}
	m, ok := n.narrow()
	if !ok {
		return Decimal{}, false
	}
	return m.decimal(negative, places).trimmed(), true
}

// next adds one.
func (n *words) next() {
	carry := uint64(1)
	for i := range n {
		n[i], carry = bits.Add64(n[i], 0, carry)
	}
}

// trimmed drops trailing zeros after the point, and moves back from wide when it fits.
func (d Decimal) trimmed() Decimal {
	if d.wide != nil {
		return trimmedWide(d)
	}
	if d.scale == 0 || d.lo&1 == 1 {
		return d // an odd number does not end in a zero
	}
	m, negative := d.coefficient().abs()
	if m == (unsigned{}) {
		return Zero
	}
	for _, step := range [...]int32{16, 8, 4, 2, 1} {
		for d.scale >= step {
			q, r := m.div(pow10[step])
			if r != 0 {
				break
			}
			m = q
			d.scale -= step
		}
	}
	return m.decimal(negative, d.scale)
}

func trimmedWide(d Decimal) Decimal {
	c, ten, rest := new(big.Int).Set(d.wide), big.NewInt(10), new(big.Int)
	for d.scale > 0 {
		q, r := new(big.Int).QuoRem(c, ten, rest)
		if r.Sign() != 0 {
			break
		}
		c = q
		d.scale--
	}
	return narrowed(c, d.scale)
}

func (x signed) big() *big.Int {
	if x.hi == int64(x.lo)>>63 {
		return big.NewInt(int64(x.lo))
	}
	m, negative := x.abs()
	b := new(big.Int).SetUint64(m.hi)
	b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(m.lo))
	if negative {
		b.Neg(b)
	}
	return b
}

func (d Decimal) big() *big.Int {
	if d.wide != nil {
		return d.wide
	}
	return d.coefficient().big()
}

// narrowed takes ownership of c.
func narrowed(c *big.Int, scale int32) Decimal {
	switch {
	case c.IsInt64():
		return small(c.Int64(), scale)
	case c.BitLen() <= 95:
		low := new(big.Int).SetUint64(1<<64 - 1)
		abs := new(big.Int).Abs(c)
		m := unsigned{new(big.Int).Rsh(abs, 64).Uint64(), low.And(low, abs).Uint64()}.signed(c.Sign() < 0)
		return Decimal{lo: m.lo, hi: int32(m.hi), scale: scale}
	}
	return Decimal{wide: c, scale: scale}
}

// fromBig takes ownership of c.
func fromBig(c *big.Int, scale int32) Decimal {
	if d := narrowed(c, scale); d.wide == nil {
		return d
	}
	return trimmedWide(Decimal{wide: c, scale: scale})
}
