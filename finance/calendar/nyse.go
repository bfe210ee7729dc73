package calendar

import (
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// nyse is the New York Stock Exchange, whose days Nasdaq and the other United
// States stock exchanges share.
//
// Sources: rule 7.2 of the exchange; "NYSE Group announces 2026, 2027 and 2028
// holiday and early closings calendar" (December 2025) and its predecessors;
// the past from 1990 compared day by day with recorded sessions.
var nyse = Calendar{
	Code: "XNYS", Name: "New York Stock Exchange", Zone: "America/New_York",
	Open: clock(9, 30), Close: clock(16, 0),
	Known:      Span{date.Must(1990, 1, 1), date.Must(2028, 12, 31)},
	EarlyKnown: date.Must(1990, 1, 1),
	days:       newDays(false, nyseClosed, nyseEarly),
}

// nyseOneOff are the closures that follow no rule.
var nyseOneOff = dates(
	"1994-04-27",                                           // funeral of President Nixon
	"2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", // attacks of 11 September
	"2004-06-11",               // funeral of President Reagan
	"2007-01-02",               // mourning for President Ford
	"2012-10-29", "2012-10-30", // hurricane Sandy
	"2018-12-05", // mourning for President G. H. W. Bush
	"2025-01-09", // mourning for President Carter
)

func nyseClosed(year int) []date.Date {
	closed := inYear(year, nyseOneOff)
	add := func(d date.Date) { closed = append(closed, d) }

	// A New Year's Day on a Saturday is not made up for: the Friday before is
	// the last day of the accounting year.
	if first := date.Must(year, 1, 1); first.Weekday() == time.Sunday {
		add(first + 1)
	} else {
		add(first)
	}
	if year >= 1998 {
		add(nth(3, time.Monday, time.January, year)) // Martin Luther King
	}
	add(nth(3, time.Monday, time.February, year)) // Washington's birthday
	add(goodFriday(year))
	add(nth(-1, time.Monday, time.May, year)) // Memorial Day
	if year >= 2022 {
		add(nearestWeekday(date.Must(year, 6, 19))) // Juneteenth
	}
	add(nearestWeekday(date.Must(year, 7, 4)))
	add(nth(1, time.Monday, time.September, year)) // Labor Day
	add(thanksgiving(year))
	add(nearestWeekday(date.Must(year, 12, 25)))
	return closed
}

func thanksgiving(year int) date.Date { return nth(4, time.Thursday, time.November, year) }

// nyseEarly gives the early closes: 13:00 since 1993, 14:00 before. A day that
// is also closed (Christmas Eve on a Friday) is no session and so not early.
func nyseEarly(year int) map[date.Date]int {
	early := map[date.Date]int{}
	at := clock(13, 0)
	if year < 1993 {
		at = clock(14, 0)
	}
	if year >= 1992 {
		early[thanksgiving(year)+1] = at
	}
	if eve := date.Must(year, 12, 24); !eve.IsWeekend() && eve.Weekday() != time.Friday {
		early[eve] = at
	}
	if year >= 1995 {
		if d, ok := nyseJulyEarly(year); ok {
			early[d] = at
		}
	}
	switch year {
	case 1997, 2003: // the Friday after Christmas
		early[date.Must(year, 12, 26)] = at
	case 1999: // eve of 2000
		early[date.Must(year, 12, 31)] = at
	}
	return early
}

// nyseJulyEarly is the short day next to Independence Day: its eve. Until 2012 a
// holiday on a Thursday shortened the Friday after it instead of the eve. Beside
// a weekend (the holiday kept on a Monday, or on the Friday for a Saturday)
// there is none.
func nyseJulyEarly(year int) (date.Date, bool) {
	switch day := date.Must(year, 7, 4); day.Weekday() {
	case time.Tuesday, time.Wednesday, time.Friday:
		return day - 1, true
	case time.Thursday:
		if year < 2013 {
			return day + 1, true
		}
		return day - 1, true
	}
	return date.None, false
}
