package calendar

import (
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// easter returns Easter Sunday of the Gregorian calendar (the method of Meeus,
// Jones and Butcher; Meeus, Astronomical Algorithms, chapter 8).
func easter(year int) date.Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month := (h + l - 7*m + 114) / 31
	day := (h+l-7*m+114)%31 + 1
	return date.Must(year, time.Month(month), day)
}

func goodFriday(year int) date.Date   { return easter(year) - 2 }
func easterMonday(year int) date.Date { return easter(year) + 1 }
func whitMonday(year int) date.Date   { return easter(year) + 50 }

// nth returns the n-th given weekday of a month; n = -1 is the last one.
func nth(n int, day time.Weekday, month time.Month, year int) date.Date {
	if n < 0 {
		last := date.Must(year, month, date.DaysIn(year, month))
		return last - date.Date((last.Weekday()-day+7)%7)
	}
	first := date.Must(year, month, 1)
	return first + date.Date((day-first.Weekday()+7)%7) + date.Date(7*(n-1))
}

// onOrBefore returns the last given weekday up to and including d.
func onOrBefore(day time.Weekday, d date.Date) date.Date {
	return d - date.Date((d.Weekday()-day+7)%7)
}

// nearestWeekday moves a Saturday to Friday and a Sunday to Monday.
func nearestWeekday(d date.Date) date.Date {
	switch d.Weekday() {
	case time.Saturday:
		return d - 1
	case time.Sunday:
		return d + 1
	}
	return d
}

// mondayAfterWeekend moves a Saturday and a Sunday to Monday.
func mondayAfterWeekend(d date.Date) date.Date {
	for d.IsWeekend() {
		d++
	}
	return d
}

// christmasPair returns the weekdays on which Christmas Day and Boxing Day are
// kept where a day lost to the weekend is given on the next weekday.
func christmasPair(year int) (date.Date, date.Date) {
	christmas, boxing := date.Must(year, 12, 25), date.Must(year, 12, 26)
	switch christmas.Weekday() {
	case time.Friday: // boxing day falls on Saturday
		return christmas, boxing + 2
	case time.Saturday:
		return christmas + 2, boxing + 2
	case time.Sunday:
		return boxing, boxing + 1
	}
	return christmas, boxing
}

// inYear keeps the one-off days of a year.
func inYear(year int, oneOff []date.Date) []date.Date {
	var got []date.Date
	for _, d := range oneOff {
		if d.Year() == year {
			got = append(got, d)
		}
	}
	return got
}

// dates reads days written in the program.
func dates(text ...string) []date.Date {
	got := make([]date.Date, len(text))
	for i, s := range text {
		got[i] = date.MustParse(s)
	}
	return got
}

// clock is a time of day in minutes after midnight.
func clock(hour, minute int) int { return hour*60 + minute }

func noClosures(int) []date.Date          { return nil }
func noEarlyCloses(int) map[date.Date]int { return nil }
