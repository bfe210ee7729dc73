package table

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// Order is which of day, month and year comes first where a date does not say so
// itself. 2024-03-01, 20240301, 01.03.2024 and 1 Mar 2024 always do.
type Order byte

// The orders.
const (
	Unsettled Order = iota
	DayFirst
	MonthFirst
)

// ParseOrder reads "dmy", "mdy" or "ymd", or a pattern such as dd/mm/yyyy; empty is
// Unsettled.
func ParseOrder(s string) (Order, error) {
	var letters []byte
	for i := range len(s) {
		c := s[i] | 0x20
		if (c == 'd' || c == 'm' || c == 'y') && !bytes.Contains(letters, []byte{c}) {
			letters = append(letters, c)
		}
	}
	switch string(letters) {
	case "":
		if s == "" {
			return Unsettled, nil
		}
	case "dmy":
		return DayFirst, nil
	case "mdy":
		return MonthFirst, nil
	case "ymd":
		return Unsettled, nil
	}
	return Unsettled, &ledger.Fault{Field: "date-format", Value: s, Problem: "it is no order of day, month and year",
		Cure: "use --date-order dmy, mdy or ymd"}
}

// ParseDay reads a date, with or without a time of day after it. ok is false where the
// text is no day of the calendar, or where order is Unsettled and needed.
func ParseDay(cell []byte, order Order) (day date.Date, at ledger.Clock, ok bool) {
	if len(cell) == 10 && cell[4] == '-' && cell[7] == '-' {
		d, good := numbers(cell[0:4], cell[5:7], cell[8:10])
		return d, 0, good
	}
	first, second, third, rest, shape := pieces(cell)
	switch shape {
	case yearFirst:
		day, ok = civil(first, second, third)
	case dotted:
		day, ok = civil(fullYear(third), second, first)
	case named:
		day, ok = civil(fullYear(third), second, first)
	case slashed:
		if order == Unsettled && first != second {
			switch {
			case first > 12 && second <= 12:
				order = DayFirst
			case second > 12 && first <= 12:
				order = MonthFirst
			default:
				return date.None, 0, false
			}
		}
		if order == MonthFirst {
			first, second = second, first
		}
		day, ok = civil(fullYear(third), second, first)
	}
	if !ok {
		return date.None, 0, false
	}
	at, ok = clock(rest)
	return day, at, ok
}

// NeedsOrder reports whether a date can be read in two ways, and if it says which is
// right for the dates written like it. A day of 13 to 31 settles the order.
func NeedsOrder(cell []byte) (ambiguous bool, says Order) {
	first, second, _, _, shape := pieces(cell)
	switch shape {
	case dotted:
		return false, DayFirst
	case slashed:
		switch {
		case first > 12 && second <= 12:
			return false, DayFirst
		case second > 12 && first <= 12:
			return false, MonthFirst
		}
		return first != second, Unsettled
	}
	return false, Unsettled
}

// Days gathers from a column of dates which order they are written in.
type Days struct {
	dmy, mdy, open       int // lines of the first that says so; 0: none
	dmyCell, mdyCell, ex string
}

// See takes one cell into account.
func (d *Days) See(cell []byte, line int) {
	ambiguous, says := NeedsOrder(cell)
	switch {
	case says == DayFirst && d.dmy == 0:
		d.dmy, d.dmyCell = line, clip(cell)
	case says == MonthFirst && d.mdy == 0:
		d.mdy, d.mdyCell = line, clip(cell)
	case ambiguous && d.open == 0:
		d.open, d.ex = line, clip(cell)
	}
}

// Settle returns the order of the column; told is what the user said.
func (d *Days) Settle(told Order) (Order, error) {
	const cure = "say which with --date-order dmy or --date-order mdy"
	switch {
	case told != Unsettled:
		return told, nil
	case d.open == 0:
		// Each date says itself how it is written.
		return Unsettled, nil
	case d.dmy > 0 && d.mdy > 0:
		return Unsettled, &ledger.Fault{Row: d.open, Field: "date", Value: d.ex,
			Problem: fmt.Sprintf("it could be day or month first, and the column has both (%q in line %d, %q in line %d)", d.dmyCell, d.dmy, d.mdyCell, d.mdy), Cure: cure}
	case d.dmy > 0:
		return DayFirst, nil
	case d.mdy > 0:
		return MonthFirst, nil
	}
	return Unsettled, &ledger.Fault{Row: d.open, Field: "date", Value: d.ex,
		Problem: "it could be day or month first, and no other date of the file settles it", Cure: cure}
}

type shape byte

const (
	unreadable shape = iota
	yearFirst        // 2024-03-01, 2024/3/1, 20240301
	dotted           // 1.3.2024, always day first
	slashed          // 01/03/2024, 01-03-2024
	named            // 1 Mar 2024, Mar 1, 2024: first is the day, second the month
)

// pieces takes a date apart into its three numbers and what follows it.
func pieces(cell []byte) (first, second, third int, rest []byte, s shape) {
	cell = bytes.TrimSpace(cell)
	if n := leadingDigits(cell); n == 8 {
		return atoi(cell[:4]), atoi(cell[4:6]), atoi(cell[6:8]), cell[8:], yearFirst
	}
	if f, m, t, r, ok := namedPieces(cell); ok {
		return f, m, t, r, named
	}
	var parts [3]int
	var mark byte
	width := 0
	left := cell
	for i := range 3 {
		n := leadingDigits(left)
		if n == 0 || n > 4 {
			return 0, 0, 0, nil, unreadable
		}
		if i == 0 {
			width = n
		}
		parts[i] = atoi(left[:n])
		last := n
		left = left[n:]
		if i == 2 {
			if width != 4 && last != 4 && last != 2 {
				return 0, 0, 0, nil, unreadable
			}
			if width != 4 && last == 2 {
				parts[2] -= shortYear // marks a year of two digits
			}
			break
		}
		if len(left) == 0 || i == 1 && left[0] != mark {
			return 0, 0, 0, nil, unreadable
		}
		mark = left[0]
		if mark != '-' && mark != '/' && mark != '.' {
			return 0, 0, 0, nil, unreadable
		}
		left = left[1:]
	}
	switch {
	case width == 4:
		s = yearFirst
	case width > 2:
		return 0, 0, 0, nil, unreadable
	case mark == '.':
		s = dotted
	default:
		s = slashed
	}
	return parts[0], parts[1], parts[2], left, s
}

const shortYear = 10000

// fullYear completes a year of two digits: 69 to 99 are of the twentieth century.
func fullYear(y int) int {
	if y >= 0 {
		return y
	}
	y += shortYear
	if y >= 69 {
		return 1900 + y
	}
	return 2000 + y
}

var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7,
	"aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12}

// namedPieces reads 1 Mar 2024, 01-Mar-2024, 1. März 2024 and Mar 1, 2024.
func namedPieces(cell []byte) (day, month, year int, rest []byte, ok bool) {
	if len(cell) == 0 || len(cell) > 40 || leadingDigits(cell) > 2 {
		return 0, 0, 0, nil, false
	}
	words := strings.FieldsFunc(string(cell), func(r rune) bool { return r == ' ' || r == '-' || r == ',' || r == '.' || r == '/' })
	if len(words) < 3 {
		return 0, 0, 0, nil, false
	}
	monthWord, dayWord := words[1], words[0]
	if leadingDigits(cell) == 0 {
		monthWord, dayWord = words[0], words[1]
	}
	lower := []rune(strings.ToLower(monthWord))
	if len(lower) < 3 {
		return 0, 0, 0, nil, false
	}
	month = months[string(lower[:3])]
	if month == 0 || len(words[2]) != 4 {
		return 0, 0, 0, nil, false
	}
	for _, w := range []string{dayWord, words[2]} {
		if leadingDigits([]byte(w)) != len(w) {
			return 0, 0, 0, nil, false
		}
	}
	at := strings.Index(string(cell), words[2]) + 4
	return atoi([]byte(dayWord)), month, atoi([]byte(words[2])), cell[at:], true
}

// clock reads what follows a date: nothing, or a separator and a time of day. A zone
// after the time is not applied: the day is the one that is written.
func clock(rest []byte) (ledger.Clock, bool) {
	rest = bytes.TrimLeft(rest, " T;,")
	if len(rest) == 0 {
		return 0, true
	}
	n := leadingDigits(rest)
	if n == 6 { // 095853
		c, err := ledger.ParseClock(string(rest[0:2]) + ":" + string(rest[2:4]) + ":" + string(rest[4:6]))
		return c, err == nil
	}
	if n == 0 || n > 2 || len(rest) < n+3 || rest[n] != ':' {
		return 0, false
	}
	hour := atoi(rest[:n])
	minute, second := rest[n+1:], []byte("00")
	if leadingDigits(minute) < 2 {
		return 0, false
	}
	tail := minute[2:]
	if len(tail) > 2 && tail[0] == ':' && leadingDigits(tail[1:]) >= 2 {
		second, tail = tail[1:3], tail[3:]
	}
	switch upper := strings.ToUpper(strings.TrimSpace(string(tail))); {
	case strings.HasPrefix(upper, "PM") && hour < 12:
		hour += 12
	case strings.HasPrefix(upper, "AM") && hour == 12:
		hour = 0
	}
	c, err := ledger.ParseClock(fmt.Sprintf("%02d:%s:%s", hour, minute[:2], second))
	return c, err == nil
}

func leadingDigits(b []byte) int {
	n := 0
	for n < len(b) && digit(b[n]) {
		n++
	}
	return n
}

func atoi(b []byte) int {
	n := 0
	for _, c := range b {
		if !digit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func numbers(y, m, d []byte) (date.Date, bool) { return civil(atoi(y), atoi(m), atoi(d)) }

func civil(y, m, d int) (date.Date, bool) {
	if m < 1 || m > 12 || d < 1 || d > 31 || y < 1583 || y > 9999 {
		return date.None, false
	}
	day, err := date.New(y, time.Month(m), d)
	return day, err == nil
}
