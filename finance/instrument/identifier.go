package instrument

import "strings"

// Scheme is a system of names for instruments.
type Scheme string

// The schemes. A ticker is what an exchange calls an instrument; the others are issued
// by one authority each and carry a check digit or spell out their terms.
const (
	ISIN   Scheme = "isin"  // ISO 6166
	CUSIP  Scheme = "cusip" // ANSI X9.6
	FIGI   Scheme = "figi"  // ANSI X9.145
	OCCSym Scheme = "occ"   // Options Symbology Initiative
	Ticker Scheme = "ticker"
)

// Identify says under which schemes a text may name an instrument: those whose form and
// check digit it has, and last, always, as a ticker. The value is the text as the scheme
// writes it: in capitals, an option without padding.
func Identify(text string) (schemes []Scheme, value string) {
	value = strings.ToUpper(strings.TrimSpace(text))
	if o, err := ParseOCC(value); err == nil {
		return []Scheme{OCCSym, Ticker}, o.Symbol
	}
	switch {
	case IsISIN(value):
		schemes = append(schemes, ISIN)
	case IsFIGI(value):
		schemes = append(schemes, FIGI)
	case IsCUSIP(value):
		schemes = append(schemes, CUSIP)
	}
	return append(schemes, Ticker), value
}

// IsISIN reports whether a text in capitals is an ISIN: two letters, nine letters or
// digits, and the check digit of Luhn over the digits with each letter as two (ISO 6166).
func IsISIN(s string) bool {
	if len(s) != 12 || !letter(s[0]) || !letter(s[1]) || !digit(s[11]) {
		return false
	}
	var digits []int
	for i := range len(s) {
		v, ok := worth(s[i])
		if !ok || v > 35 {
			return false
		}
		if v >= 10 {
			digits = append(digits, v/10)
		}
		digits = append(digits, v%10)
	}
	sum := 0
	for i, d := range digits {
		if (len(digits)-i)%2 == 0 { // every second one from the right, the check digit not
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// IsCUSIP reports whether a text in capitals is a CUSIP with its check digit: eight
// letters, digits or signs of which every second counts double, and the complement of
// their digits' sum to ten (ANSI X9.6).
func IsCUSIP(s string) bool {
	return len(s) == 9 && digit(s[8]) && doubled(s)
}

// IsFIGI reports whether a text in capitals is a FIGI with its check digit: two
// consonants, a G, eight consonants or digits, and the same check digit as a CUSIP has
// (ANSI X9.145).
func IsFIGI(s string) bool {
	if len(s) != 12 || s[2] != 'G' || !digit(s[11]) {
		return false
	}
	for i := range 11 {
		if strings.IndexByte("AEIOU*@#", s[i]) >= 0 || i < 2 && !letter(s[i]) {
			return false
		}
	}
	switch s[:2] { // left out, for they begin ISINs
	case "BS", "BM", "GG", "GB", "GH", "KY", "VG":
		return false
	}
	return doubled(s)
}

// doubled checks a last digit over characters of which every second counts double.
func doubled(s string) bool {
	sum := 0
	for i := range len(s) - 1 {
		v, ok := worth(s[i])
		if !ok {
			return false
		}
		if i%2 == 1 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return (10-sum%10)%10 == int(s[len(s)-1]-'0')
}

// worth is what a character counts: digits themselves, letters from 10, and the three
// signs that a CUSIP may have.
func worth(c byte) (int, bool) {
	switch {
	case digit(c):
		return int(c - '0'), true
	case letter(c):
		return int(c-'A') + 10, true
	case c == '*':
		return 36, true
	case c == '@':
		return 37, true
	case c == '#':
		return 38, true
	}
	return 0, false
}

func letter(c byte) bool { return c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
