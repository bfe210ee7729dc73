package jsonscan

import (
	"math"
	"strconv"
)

// powers are the powers of ten that float64 holds exactly.
var powers = [23]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// fives are the powers of five that a uint64 holds.
var fives = func() (f [28]uint64) {
	f[0] = 1
	for i := 1; i < len(f); i++ {
		f[i] = 5 * f[i-1]
	}
	return f
}()

// Float is the float64 nearest to the decimal number in text, NaN where it is none or
// beyond what float64 holds.
func Float(text []byte) float64 { return Shifted(text, 0) }

// Shifted is Float of the number with its decimal point moved so many places (0 to 6) to the
// left, rounded once: "4.25" shifted by two is 0.0425 to the bit, as 4.25/100 may not be.
func Shifted(text []byte, places int) float64 {
	var digits uint64
	n, point, negative := 0, -1, false
	for i, c := range text {
		switch {
		case c-'0' <= 9:
			digits = digits*10 + uint64(c-'0')
			n++
		case c == '.' && point < 0:
			point = i
		case c == '-' && i == 0:
			negative = true
		default:
			return slow(text, places)
		}
	}
	if n == 0 {
		return math.NaN()
	}
	if n > 19 {
		return slow(text, places)
	}
	whole := places
	if point >= 0 {
		places += len(text) - point - 1
	}
	v := float64(digits)
	switch {
	case n <= 15:
		// The digits and the power of ten are exact in float64, so that their quotient is
		// the correctly rounded value.
		v /= powers[places]
	case digits%fives[places] == 0 && digits/fives[places] < 1<<53:
		// d / 10ⁿ = (d / 5ⁿ) / 2ⁿ is exact: so are prices that were single precision once,
		// and they are the ones that strconv takes longest for.
		v = math.Ldexp(float64(digits/fives[places]), -places)
	default:
		return slow(text, whole)
	}
	if negative {
		return -v
	}
	return v
}

func slow(text []byte, places int) float64 {
	exponent := -1
	for i, c := range text {
		// strconv reads more than decimals: hexadecimal, Inf, underscores.
		if c-'0' > 9 && c != '.' && c != '-' && c != '+' && c|0x20 != 'e' {
			return math.NaN()
		}
		if c|0x20 == 'e' && exponent < 0 {
			exponent = i
		}
	}
	if places > 0 {
		by := 0
		if exponent >= 0 {
			n, err := strconv.Atoi(string(text[exponent+1:]))
			if err != nil {
				return math.NaN()
			}
			by, text = n, text[:exponent]
		}
		moved := append(append(make([]byte, 0, len(text)+8), text...), 'e')
		text = strconv.AppendInt(moved, int64(by-places), 10)
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
