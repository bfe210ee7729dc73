package alphavantage

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// unknown reports the ways in which the source says that it does not know.
func unknown(b []byte) bool {
	if len(b) > 0 && (b[0] == ' ' || b[len(b)-1] == ' ') {
		b = bytes.TrimSpace(b)
	}
	switch len(b) {
	case 0:
		return true
	case 1:
		return b[0] == '-' || b[0] == '.'
	case 2:
		return string(b) == "--"
	case 3:
		return strings.EqualFold(string(b), "n/a") || strings.EqualFold(string(b), "nan")
	case 4:
		return strings.EqualFold(string(b), "none") || strings.EqualFold(string(b), "null")
	case 10:
		return string(b) == "0000-00-00"
	}
	return false
}

// number reads a measured number; NaN where it is not known. ok is false where it is no
// finite decimal number.
func number(b []byte) (v float64, ok bool) {
	v = jsonscan.Float(b)
	if math.IsNaN(v) {
		return v, unknown(b)
	}
	return v, decimalText(b)
}

// decimalText reports whether b is a decimal number, which strconv alone does not say: it
// reads hexadecimal, infinities and underscores too. A point without digits behind it is
// a number that was cut.
func decimalText(b []byte) bool {
	if len(b) > 60 || b[len(b)-1] == '.' {
		return false
	}
	digit := false
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digit = true
		case c == '.':
		case (c == '-' || c == '+') && (i == 0 || b[i-1]|0x20 == 'e'):
		case c|0x20 == 'e' && digit:
		default:
			return false
		}
	}
	return digit
}

// exact reads a booked number; not known where the source does not know it.
func exact(b []byte) (o money.Optional, ok bool) {
	if unknown(b) {
		return money.Optional{}, true
	}
	if !decimalText(b) {
		return money.Optional{}, false
	}
	d, err := money.ParseBytes(b)
	if err != nil || d.CheckBounds() != nil {
		return money.Optional{}, false
	}
	return money.Some(d), true
}

// nothing reports a number that is written with no digit but 0: no dividend on this day.
func nothing(b []byte) bool {
	for _, c := range b {
		if c != '0' && c != '.' {
			return false
		}
	}
	return len(b) > 0
}

// day reads YYYY-MM-DD; zero where it is not known.
func day(b []byte) (d date.Date, ok bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, unknown(b)
	}
	y, ok1 := digits(b[:4])
	m, ok2 := digits(b[5:7])
	dd, ok3 := digits(b[8:])
	if !ok1 || !ok2 || !ok3 || y+m+dd == 0 {
		return 0, ok1 && ok2 && ok3
	}
	d, err := date.New(y, time.Month(m), dd)
	return d, err == nil
}

func digits(b []byte) (n int, ok bool) {
	for _, c := range b {
		c -= '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, true
}

// words is text that may be unknown, without broken bytes and outer spaces.
func words(b []byte) string {
	if unknown(b) {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(b), "\ufffd"))
}

// currency is a currency code; empty where it is none.
func currency(b []byte) money.Currency {
	if unknown(b) {
		return ""
	}
	c, err := money.ParseCurrency(string(b))
	if err != nil {
		return ""
	}
	return c
}

// member is the name of a column or a member without its number and in one case:
// "5. adjusted close" and "adjusted_close" are adjusted_close.
func member(b []byte) string {
	b = unnumbered(bytes.TrimSpace(b))
	return strings.ReplaceAll(strings.ToLower(string(b)), " ", "_")
}

// unnumbered takes "5. " or "4a. " off a name.
func unnumbered(b []byte) []byte {
	for i, c := range b {
		if c == '.' && i > 0 && i+1 < len(b) && b[i+1] == ' ' {
			return b[i+2:]
		}
		if i > 2 || !(c >= '0' && c <= '9' || i > 0 && (c == 'a' || c == 'b')) {
			break
		}
	}
	return b
}
