// Package format writes figures for people: grouped, with a real minus, in the
// manner of a locale.
//
// Model: a figure is rounded once, when it is written, half away from zero.
// What rounds to zero is written without a sign. Rates are fractions: 0.05 is
// written "5.00%". Nothing here decides what a figure means or its colour.
package format

import (
	"math"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Unknown is written where there is no figure.
const Unknown = "–"

const (
	minus       = "−" // U+2212
	narrowSpace = "\u202f"
	thinNoBreak = "\u00a0"
)

// Locale is a way of writing numbers.
type Locale struct {
	Tag     string // BCP 47, for the lang attribute and the scripts
	group   string
	point   string
	percent string // what stands between a number and its percent sign
}

// English and German are the locales written so far.
var (
	English = Locale{Tag: "en", group: ",", point: ".", percent: ""}
	German  = Locale{Tag: "de", group: ".", point: ",", percent: narrowSpace}
)

// Parse finds the locale a person wants from a list such as
// "de-CH,de;q=0.9,en;q=0.8": the first one we can write, English otherwise.
func Parse(acceptLanguage string) Locale {
	for _, item := range strings.Split(acceptLanguage, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(item), ";")
		language, _, _ := strings.Cut(strings.ToLower(tag), "-")
		switch language {
		case "de":
			return German
		case "en":
			return English
		}
	}
	return English
}

// Decimal writes d with the given number of decimals.
func (l Locale) Decimal(d money.Decimal, places int) string {
	return l.digits(d.Fixed(int32(places)), false)
}

// SignedDecimal is Decimal with a plus before what is positive: for changes.
func (l Locale) SignedDecimal(d money.Decimal, places int) string {
	return l.digits(d.Fixed(int32(places)), true)
}

// Exact writes d with all its decimals.
func (l Locale) Exact(d money.Decimal) string { return l.Decimal(d, int(max(0, d.Exponent()))) }

// Quantity writes d with as many decimals as it has, at most six.
func (l Locale) Quantity(d money.Decimal) string {
	return l.Decimal(d, min(6, int(d.Round(6).Exponent())))
}

// Price writes a price with its own decimals, at least two and at most six.
func (l Locale) Price(d money.Decimal) string {
	return l.Decimal(d, max(2, min(6, int(d.Round(6).Exponent()))))
}

// Float writes f with the given number of decimals; what is not a number is
// Unknown.
func (l Locale) Float(f float64, places int) string { return l.float(f, places, false) }

// SignedFloat is Float with a plus before what is positive.
func (l Locale) SignedFloat(f float64, places int) string { return l.float(f, places, true) }

// Percent writes the fraction f as a percentage.
func (l Locale) Percent(f float64, places int) string {
	return l.suffixed(l.float(100*f, places, false), l.percent+"%")
}

// SignedPercent is Percent with a plus before what is positive.
func (l Locale) SignedPercent(f float64, places int) string {
	return l.suffixed(l.float(100*f, places, true), l.percent+"%")
}

// Points writes a difference of two fractions as percentage points, signed.
func (l Locale) Points(f float64, places int) string {
	return l.suffixed(l.float(100*f, places, true), thinNoBreak+"pp")
}

// BasisPoints writes a rate or spread, 0.0015 as "15 bp".
func (l Locale) BasisPoints(f float64) string {
	return l.suffixed(l.float(10000*f, 0, false), thinNoBreak+"bp")
}

// Compact writes an amount in its largest unit, for axes and bars: "4.2 M",
// "648 k", "3.85 tn". It keeps three significant digits.
func (l Locale) Compact(f float64) string { return l.compact(f, false) }

// SignedCompact is Compact with a plus before what is positive.
func (l Locale) SignedCompact(f float64) string { return l.compact(f, true) }

func (l Locale) compact(f float64, signed bool) string {
	size, unit := unitOf(f)
	scaled := f / size
	places := 2
	switch {
	case unit == "" || math.Abs(scaled) >= 99.95:
		places = 0
	case math.Abs(scaled) >= 9.995:
		places = 1
	}
	return l.suffixed(l.trimmed(l.float(scaled, places, signed)), unit)
}

// unitOf is the largest unit that f reaches, with its word.
func unitOf(f float64) (size float64, unit string) {
	for _, step := range []struct {
		size float64
		unit string
	}{{1e12, "tn"}, {1e9, "bn"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(f) >= step.size*0.9995 {
			return step.size, thinNoBreak + step.unit
		}
	}
	return 1, ""
}

// trimmed drops a decimal part of zeros.
func (l Locale) trimmed(s string) string {
	if !strings.Contains(s, l.point) || l.point == "" {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), l.point)
}

// Axis gives a way of writing the round values of an axis: all in the unit of
// the largest, with as many decimals as its step needs, so that the words of
// an axis look alike.
func (l Locale) Axis(largest, step float64) func(float64) string {
	size, unit := unitOf(largest)
	places := 0
	for scaled := step / size; places < 3 && math.Abs(scaled-math.Round(scaled)) > 1e-6; places++ {
		scaled *= 10
	}
	return func(f float64) string {
		if f == 0 {
			return "0"
		}
		return l.suffixed(l.float(f/size, places, false), unit)
	}
}

// Count writes a number of things.
func (l Locale) Count(n int) string { return l.digits(strconv.Itoa(n), false) }

// Bytes writes a size of data.
func (l Locale) Bytes(n int64) string {
	switch {
	case n < 1<<10:
		return l.Count(int(n)) + thinNoBreak + "B"
	case n < 1<<20:
		return l.Float(float64(n)/(1<<10), 0) + thinNoBreak + "kB"
	default:
		return l.Float(float64(n)/(1<<20), 1) + thinNoBreak + "MB"
	}
}

var months = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// Month is the short name of month 1 to 12.
func Month(m int) string { return months[m-1] }

// Date writes "30 Jun 2025"; no date is Unknown.
func Date(d date.Date) string {
	if d.IsNone() {
		return Unknown
	}
	y, m, day := d.Civil()
	return strconv.Itoa(day) + " " + months[m-1] + " " + strconv.Itoa(y)
}

// DayMonth writes "30 Jun", where the year is plain.
func DayMonth(d date.Date) string {
	_, m, day := d.Civil()
	return strconv.Itoa(day) + " " + months[m-1]
}

func (l Locale) float(f float64, places int, signed bool) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Unknown
	}
	return l.digits(strconv.FormatFloat(roundHalfAway(f, places), 'f', places, 64), signed)
}

// roundHalfAway makes 0.125 and 2.675 round as a person expects: the decimal
// that was meant, not the binary one just below it.
func roundHalfAway(f float64, places int) float64 {
	scale := math.Pow10(places)
	scaled := f * scale
	if math.Abs(scaled) > 1e15 {
		return f
	}
	return math.Round(math.Nextafter(scaled, math.Copysign(math.Inf(1), scaled))) / scale
}

func (l Locale) suffixed(number, suffix string) string {
	if number == Unknown {
		return number
	}
	return number + suffix
}

// digits groups a plain decimal text such as "-1234.50".
func (l Locale) digits(plain string, signed bool) string {
	plain, negative := strings.CutPrefix(plain, "-")
	whole, fraction, hasFraction := strings.Cut(plain, ".")
	zero := strings.Trim(whole, "0") == "" && strings.Trim(fraction, "0") == ""
	var out strings.Builder
	switch {
	case zero:
	case negative:
		out.WriteString(minus)
	case signed:
		out.WriteByte('+')
	}
	for i, digit := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteString(l.group)
		}
		out.WriteByte(digit)
	}
	if hasFraction {
		out.WriteString(l.point)
		out.WriteString(fraction)
	}
	return out.String()
}
