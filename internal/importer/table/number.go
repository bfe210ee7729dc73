package table

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// ErrNumber reports text that is no number in the file's way of writing them.
var ErrNumber = errors.New("not a number")

// DecimalMark is the sign before the decimals.
type DecimalMark byte

// The two marks; the other of the two may group thousands.
const (
	Point DecimalMark = '.'
	Comma DecimalMark = ','
)

// Number is what a cell says.
type Number struct {
	Value money.Decimal
	// Unit is the currency code written with it ("12.50 EUR"); usually empty.
	Unit string
}

// ParseNumber reads a cell: grouping ("1,234.50", "1'234.50", "1 234,50"), currency
// signs and codes, a minus before or after it, and brackets for negative amounts.
func ParseNumber(cell []byte, mark DecimalMark) (Number, error) {
	if mark == Point {
		if d, err := money.ParseBytes(cell); err == nil {
			return Number{Value: d}, nil
		}
	}
	bad := func() (Number, error) { return Number{}, fmt.Errorf("%q: %w", clip(cell), ErrNumber) }
	text, unit, negative := strip(cell)
	if len(text) == 0 || len(text) > 60 {
		return bad()
	}
	group := byte(Comma)
	if mark == Comma {
		group = byte(Point)
	}
	plain := make([]byte, 0, len(text))
	sinceGroup, grouped, point := 0, false, false
	for i, c := range text {
		switch {
		case c == byte(mark):
			if point || grouped && sinceGroup != 3 {
				return bad()
			}
			point = true
			plain = append(plain, '.')
		case c == group || c == '\'':
			if point || len(plain) == 0 || grouped && sinceGroup != 3 || sinceGroup > 3 || !digit(text[i-1]) {
				return bad()
			}
			grouped, sinceGroup = true, 0
		default:
			plain = append(plain, c)
			sinceGroup++
		}
	}
	if grouped && !point && sinceGroup != 3 {
		return bad()
	}
	d, err := money.ParseBytes(plain)
	if err != nil {
		return bad()
	}
	if negative {
		d = d.Neg()
	}
	return Number{Value: d, Unit: unit}, nil
}

// strip takes signs, spaces, brackets and currency marks off a number; the text is
// empty where what is left is no number. Groups set apart by spaces or apostrophes come
// out with apostrophes.
func strip(cell []byte) (text []byte, unit string, negative bool) {
	text = bytes.TrimSpace(cell)
	if len(text) > 2 && text[0] == '(' && text[len(text)-1] == ')' {
		negative, text = true, bytes.TrimSpace(text[1:len(text)-1])
	}
	const (
		before = iota
		within
		after
	)
	state, space, signs := before, false, 0
	out := make([]byte, 0, len(text))
	var letters []byte
	for _, r := range string(text) {
		switch {
		case r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u2009':
			space = true
			continue
		case r >= '0' && r <= '9' || r == '.' || r == ',' || r == '’' || r == '\'':
			if state == after {
				return nil, "", false // 12-50 and 12 EUR 50 are no numbers
			}
			if space && state == within {
				out = append(out, '\'')
			}
			state = within
			if r == '’' {
				r = '\''
			}
			out = append(out, byte(r))
		case (r == 'e' || r == 'E') && state == within && exponent(text):
			// 1e-8: the rest is the exponent, which ParseBytes checks.
			return append(out, text[bytes.IndexAny(text, "eE"):]...), "", negative
		default:
			if state == within {
				state = after
			}
			switch {
			case r == '$' || r == '€' || r == '£' || r == '¥':
			case r == '-' || r == '−' || r == '–':
				negative = !negative
				signs++
			case r == '+':
				signs++
			case r >= 'A' && r <= 'Z':
				letters = append(letters, byte(r))
			default:
				return nil, "", false
			}
			if signs > 1 {
				return nil, "", false
			}
		}
		space = false
	}
	if len(letters) != 0 && len(letters) != 3 {
		return nil, "", false
	}
	return out, string(letters), negative
}

// exponent tells 1E+5 from 15 EUR.
func exponent(text []byte) bool {
	i := bytes.IndexAny(text, "eE")
	return i > 0 && i+1 < len(text) && (digit(text[i+1]) || i+2 < len(text) && (text[i+1] == '+' || text[i+1] == '-') && digit(text[i+2]))
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func clip(b []byte) string {
	if len(b) > 40 {
		return string(b[:40]) + "…"
	}
	return string(b)
}

// Marks gathers from all numbers of a file which sign stands before the decimals.
type Marks struct {
	point, comma    int // cells that can only be read with this mark
	openPt, openCm  int // cells such as 1.234 and 1,234, which could be either
	pointAt, comAt  int // lines of the first evidence
	openAt          int
	openCell        string
	pointEx, commEx string
}

// See takes one cell into account.
func (m *Marks) See(cell []byte, line int) {
	points, commas := bytes.Count(cell, []byte{'.'}), bytes.Count(cell, []byte{','})
	if points+commas == 0 {
		return
	}
	text, _, _ := strip(cell)
	p, c := bytes.LastIndexByte(text, '.'), bytes.LastIndexByte(text, ',')
	if p < 0 && c < 0 {
		return
	}
	isPoint := false
	switch {
	case p >= 0 && c >= 0:
		isPoint = p > c
	case points > 1:
		isPoint = false
	case commas > 1:
		isPoint = true
	default:
		at := max(p, c)
		// 0.123 and 1.5 can only be decimals; 1.234 could be either.
		if decimals := len(text) - at - 1; decimals == 3 && at > 0 && at <= 3 && text[0] != '0' {
			if p >= 0 {
				m.openPt++
			} else {
				m.openCm++
			}
			if m.openCell == "" {
				m.openCell, m.openAt = clip(cell), line
			}
			return
		}
		isPoint = p >= 0
	}
	if isPoint {
		m.point++
		if m.pointEx == "" {
			m.pointEx, m.pointAt = clip(cell), line
		}
		return
	}
	m.comma++
	if m.commEx == "" {
		m.commEx, m.comAt = clip(cell), line
	}
}

// Settle returns the mark of the file. told is "point", "comma" or empty. A file that
// has only cells like 1,234 is refused, as is one that mixes both; where the separator
// of fields is a comma, cells like 1.234 are decimals.
func (m *Marks) Settle(told string, separator byte) (DecimalMark, error) {
	switch told {
	case "point":
		return Point, nil
	case "comma":
		return Comma, nil
	case "":
	default:
		return 0, &ledger.Fault{Field: "decimal", Value: told, Problem: "it is neither point nor comma", Cure: "use --decimal point or --decimal comma"}
	}
	switch {
	case m.point > 0 && m.comma > 0:
		return 0, &ledger.Fault{Row: max(m.pointAt, m.comAt), Value: m.pointEx + " and " + m.commEx,
			Problem: fmt.Sprintf("numbers are written with a decimal point (line %d) and with a decimal comma (line %d)", m.pointAt, m.comAt),
			Cure:    "write them alike, or say which with --decimal point or --decimal comma"}
	case m.point > 0:
		return Point, nil
	case m.comma > 0:
		return Comma, nil
	case m.openCm > 0 || m.openPt > 0 && separator != ',':
		return 0, &ledger.Fault{Row: m.openAt, Value: m.openCell,
			Problem: "it could be thousands or decimals, and no other number of the file settles it",
			Cure:    "say which with --decimal point or --decimal comma"}
	}
	return Point, nil
}
