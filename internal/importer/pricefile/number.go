package pricefile

import (
	"math"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// powers are the powers of ten that float64 holds exactly.
var powers = [23]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// plainNumber reads the unsigned plain decimal that starts at b[i] and is followed by
// sep, a line end or the end of b. Both the digits (15 at most) and the power of ten are exact in
// float64, so their quotient is the correctly rounded value. ok is false for
// everything else, which field and number then look at.
func plainNumber(b []byte, i int, sep byte) (v float64, end int, ok bool) {
	start, point := i, -1
	var digits uint64
	for ; i < len(b); i++ {
		c := b[i]
		if d := c - '0'; d <= 9 {
			digits = digits*10 + uint64(d)
			continue
		}
		if c != '.' || point >= 0 {
			break
		}
		point = i
	}
	n := i - start
	if point >= 0 {
		n--
	}
	if n == 0 || n > 15 || i < len(b) && b[i] != sep && b[i] != '\n' && b[i] != '\r' {
		return 0, start, false
	}
	v = float64(digits)
	if point >= 0 {
		v /= powers[i-point-1]
	}
	return v, i, true
}

// number reads a field; unknown is NaN. ok is false when it is no finite decimal number.
func number(text []byte) (v float64, ok bool) {
	if unknown(text) {
		return math.NaN(), true
	}
	if v, end, ok := plainNumber(text, 0, 0); ok && end == len(text) {
		return v, true
	}
	if len(text) > 64 {
		return 0, false
	}
	for _, c := range text {
		// strconv reads more than decimals: hexadecimal, Inf, underscores.
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(text), 64)
	return v, err == nil
}

// unknown reports whether a field says that there is no value.
func unknown(text []byte) bool {
	switch string(text) {
	case "", "N/A", "NA", "n/a", "null", "NULL", "NaN", "nan", ".", "-":
		return true
	}
	return false
}

// day reads YYYY-MM-DD or YYYYMMDD, either followed by a time of day, which is dropped.
func day(text []byte) (date.Date, bool) {
	if len(text) > 10 && text[4] == '-' && (text[10] == ' ' || text[10] == 'T') {
		text = text[:10]
	} else if len(text) > 8 && text[4] != '-' && (text[8] == ' ' || text[8] == 'T') {
		text = text[:8]
	}
	var y, m, d int
	ok := false
	switch {
	case len(text) == 10 && text[4] == '-' && text[7] == '-':
		y, m, d, ok = civil(text[:4], text[5:7], text[8:])
	case len(text) == 8:
		y, m, d, ok = civil(text[:4], text[4:6], text[6:])
	}
	if !ok {
		return date.None, false
	}
	got, err := date.New(y, time.Month(m), d)
	return got, err == nil
}

func civil(year, month, day []byte) (y, m, d int, ok bool) {
	for k, text := range [3][]byte{year, month, day} {
		n := 0
		for _, c := range text {
			if c < '0' || c > '9' {
				return 0, 0, 0, false
			}
			n = n*10 + int(c-'0')
		}
		switch k {
		case 0:
			y = n
		case 1:
			m = n
		default:
			d = n
		}
	}
	return y, m, d, true
}
