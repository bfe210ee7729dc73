// Package calendar tells on which days an exchange trades, and until when.
//
// Model: a calendar is a weekly pattern, the yearly closures that follow a rule
// (a fixed day, the third Monday, so many days from Easter) and the one-off
// closures and early closes that history added. Nothing is read from a file and
// nothing needs an update at run time.
//
// Units: times of day are minutes after midnight on the exchange's own clock,
// whose zone is given by its IANA name. A day is the exchange's day.
//
// Knowledge: Known names the days for which rules and exceptions were compared
// with what the exchange did or has announced: every weekday of New York, London
// and Toronto as far as their lists go, of the others the rules that are named
// beside them and the years in the tests. Outside Known the same rules are
// applied and nobody has checked the answer.
//
// Sources: exchange notices, named beside each rule set; for the past of New
// York, London and Toronto the session lists of exchange_calendars (Apache-2.0).
package calendar

import (
	"sort"
	"strings"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
)

// Calendar is the trading days of one exchange. Get one with For; the zero
// value has no sessions.
type Calendar struct {
	Code  string // market identifier code, or TARGET2, 24/7, WEEKDAYS
	Name  string
	Zone  string // IANA time zone of the times below
	Open  int    // regular opening, minutes after local midnight
	Close int    // regular close, minutes after local midnight; 1440 is midnight
	Known Span   // the days the rules were checked for
	// EarlyKnown is the first day from which early closes are recorded;
	// None where the calendar has no early closes at all.
	EarlyKnown date.Date

	days *days
}

// Span is a range of days, both ends included. None at an end leaves it open.
type Span struct{ From, To date.Date }

// Contains reports whether d lies in the span.
func (s Span) Contains(d date.Date) bool {
	return (s.From == date.None || d >= s.From) && (s.To == date.None || d <= s.To)
}

// days answers for one rule set. The years that portfolios meet are kept as one
// bit a day; a day outside them is worked out from its year.
type days struct {
	weekends bool                             // true when Saturdays and Sundays trade
	closed   func(year int) []date.Date       // weekdays without a session
	early    func(year int) map[date.Date]int // session to close, minutes
	table    func() (closed []uint64)         // one bit a day from tableFrom
	earlyTab func() (early map[date.Date]int) // all early closes of the table's years
}

const (
	tableFirstYear = 1990
	tableLastYear  = 2060
)

var (
	tableFrom = date.Must(tableFirstYear, 1, 1)
	tableTo   = date.Must(tableLastYear, 12, 31)
)

func newDays(weekends bool, closed func(int) []date.Date, early func(int) map[date.Date]int) *days {
	d := &days{weekends: weekends, closed: closed, early: early}
	d.table = sync.OnceValue(func() []uint64 {
		bits := make([]uint64, int(tableTo-tableFrom)/64+1)
		for year := tableFirstYear; year <= tableLastYear; year++ {
			for _, day := range d.closed(year) {
				if day >= tableFrom && day <= tableTo {
					i := uint(day - tableFrom)
					bits[i/64] |= 1 << (i % 64)
				}
			}
		}
		return bits
	})
	d.earlyTab = sync.OnceValue(func() map[date.Date]int {
		all := map[date.Date]int{}
		for year := tableFirstYear; year <= tableLastYear; year++ {
			for day, minutes := range d.early(year) {
				all[day] = minutes
			}
		}
		return all
	})
	return d
}

func (d *days) isSession(day date.Date) bool {
	if d == nil || day == date.None || !d.weekends && day.IsWeekend() {
		return false
	}
	if day >= tableFrom && day <= tableTo {
		i := uint(day - tableFrom)
		return d.table()[i/64]&(1<<(i%64)) == 0
	}
	for _, closed := range d.closed(day.Year()) {
		if closed == day {
			return false
		}
	}
	return true
}

func (d *days) earlyClose(day date.Date) (int, bool) {
	if !d.isSession(day) {
		return 0, false
	}
	early := d.earlyTab
	if day < tableFrom || day > tableTo {
		early = func() map[date.Date]int { return d.early(day.Year()) }
	}
	minutes, ok := early()[day]
	return minutes, ok
}

// For finds a calendar by its market identifier code or a common name of the
// exchange, in any case: XNYS, NYSE, XNAS, NASDAQ, XLON, LSE, XTSE, XETR, XETRA,
// TARGET2, 24/7 (or CRYPTO), WEEKDAYS.
func For(code string) (Calendar, bool) {
	c, ok := byCode[strings.ToUpper(strings.TrimSpace(code))]
	return c, ok
}

// Codes lists the distinct calendars by code, sorted.
func Codes() []string {
	var codes []string
	for name, c := range byCode {
		if name == c.Code {
			codes = append(codes, name)
		}
	}
	sort.Strings(codes)
	return codes
}

// Knows reports whether it is known of a day that the exchange trades or not: whether the
// rules were checked for it.
func (c Calendar) Knows(d date.Date) bool { return c.days != nil && c.Known.Contains(d) }

// IsSession reports whether the exchange trades on d, for however short a day. Of a day
// that it does not know, it says what the rules would.
func (c Calendar) IsSession(d date.Date) bool { return c.days.isSession(d) }

// EarlyClose returns the shortened close of a session, in minutes after local
// midnight; ok is false on a full day and on a day without a session.
func (c Calendar) EarlyClose(d date.Date) (minutes int, ok bool) { return c.days.earlyClose(d) }

// CloseOn returns the close of the session on d, early or regular, in minutes
// after local midnight; ok is false when d has no session.
func (c Calendar) CloseOn(d date.Date) (minutes int, ok bool) {
	if !c.IsSession(d) {
		return 0, false
	}
	if early, ok := c.EarlyClose(d); ok {
		return early, true
	}
	return c.Close, true
}

// Previous returns the last session before d, Next the first one after it.
func (c Calendar) Previous(d date.Date) date.Date { return c.seek(d-1, -1) }

// Next returns the first session after d.
func (c Calendar) Next(d date.Date) date.Date { return c.seek(d+1, 1) }

// Last returns the last session on or before d.
func (c Calendar) Last(d date.Date) date.Date { return c.seek(d, -1) }

// First returns the first session on or after d.
func (c Calendar) First(d date.Date) date.Date { return c.seek(d, 1) }

// seek walks day by day to a session. No exchange here was ever closed for two
// weeks, so a walk that long means a calendar without sessions: None.
func (c Calendar) seek(d, step date.Date) date.Date {
	if c.days == nil {
		return date.None
	}
	for range 15 {
		if c.IsSession(d) {
			return d
		}
		d += step
	}
	return date.None
}

// Sessions lists the sessions of a range of days, both ends included, in order.
func (c Calendar) Sessions(from, to date.Date) []date.Date {
	if c.days == nil || from == date.None || to < from {
		return nil
	}
	sessions := make([]date.Date, 0, int(to-from)*5/7+2)
	for d := from; d <= to; d++ {
		if c.IsSession(d) {
			sessions = append(sessions, d)
		}
	}
	return sessions
}
