// Package date is the calendar day: no time of day and no time zone.
//
// Model: a Date counts days since 1970-01-01 in the proleptic Gregorian
// calendar. Differences are therefore plain subtractions, and a slice of dates
// sorts and searches like a slice of integers.
package date

import (
	"errors"
	"fmt"
	"time"
)

// Date is a calendar day, counted in days since 1970-01-01 (which is 0).
// Years from 1583 to 9999 are accepted by Parse and New.
type Date int32

// None is the date that means "no date". It sorts before every real one.
const None Date = -1 << 31

// ErrInvalid reports text or numbers that are not a day of the calendar.
var ErrInvalid = errors.New("not a date")

// New returns the day y-m-d, or ErrInvalid when there is no such day.
func New(year int, month time.Month, day int) (Date, error) {
	if year < 1583 || year > 9999 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return None, fmt.Errorf("%04d-%02d-%02d: %w", year, int(month), day, ErrInvalid)
	}
	return of(year, int(month), day), nil
}

// Must is New for dates written in the program; it panics on a day that does not exist.
func Must(year int, month time.Month, day int) Date {
	d, err := New(year, month, day)
	if err != nil {
		panic(err)
	}
	return d
}

// of converts a civil date known to be valid (Howard Hinnant, days_from_civil).
func of(y, m, d int) Date {
	if m <= 2 {
		y--
	}
	era := y / 400
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Date(era*146097 + doe - 719468)
}

// Civil returns year, month and day of d.
func (d Date) Civil() (year int, month time.Month, day int) {
	z := int(d) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	year = yoe + era*400
	if m <= 2 {
		year++
	}
	return year, time.Month(m), day
}

// DaysIn returns the number of days of a month.
func DaysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Parse reads YYYY-MM-DD.
func Parse(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return None, fmt.Errorf("%q: %w (want YYYY-MM-DD)", s, ErrInvalid)
	}
	return parse(s, s[0:4], s[5:7], s[8:10])
}

// ParseCompact reads YYYYMMDD.
func ParseCompact(s string) (Date, error) {
	if len(s) != 8 {
		return None, fmt.Errorf("%q: %w (want YYYYMMDD)", s, ErrInvalid)
	}
	return parse(s, s[0:4], s[4:6], s[6:8])
}

func parse(whole, y, m, d string) (Date, error) {
	year, ok1 := digits(y)
	month, ok2 := digits(m)
	day, ok3 := digits(d)
	if !ok1 || !ok2 || !ok3 {
		return None, fmt.Errorf("%q: %w", whole, ErrInvalid)
	}
	got, err := New(year, time.Month(month), day)
	if err != nil {
		return None, fmt.Errorf("%q: %w", whole, ErrInvalid)
	}
	return got, nil
}

func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, true
}

// MustParse is Parse for dates written in the program; it panics on anything else.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// FromTime returns the day of t in t's own location.
func FromTime(t time.Time) Date {
	y, m, d := t.Date()
	return of(y, int(m), d)
}

// Time returns midnight UTC of d.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// IsNone reports whether d is no date at all.
func (d Date) IsNone() bool { return d == None }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	w := (int(d) + 4) % 7
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// IsWeekend reports whether d is a Saturday or a Sunday.
func (d Date) IsWeekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Year returns the calendar year of d.
func (d Date) Year() int { y, _, _ := d.Civil(); return y }

// AddMonths returns the same day n months later, or the month's last day
// where that day does not exist: 31 January plus one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Civil()
	total := y*12 + int(m) - 1 + n
	y, m = total/12, time.Month(total%12+1)
	return of(y, int(m), min(day, DaysIn(y, m)))
}

// AddYears returns the same day n years later; 29 February becomes the 28th.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// StartOfMonth and EndOfMonth are the first and last day of d's month.
func (d Date) StartOfMonth() Date { y, m, _ := d.Civil(); return of(y, int(m), 1) }

// EndOfMonth is the last day of d's month.
func (d Date) EndOfMonth() Date { y, m, _ := d.Civil(); return of(y, int(m), DaysIn(y, m)) }

// EndOfPreviousYear is 31 December of the year before d's.
func (d Date) EndOfPreviousYear() Date { return of(d.Year()-1, 12, 31) }

// String is YYYY-MM-DD, and the empty string for None.
func (d Date) String() string {
	if d == None {
		return ""
	}
	var b [10]byte
	return string(d.AppendTo(b[:0]))
}

// AppendTo appends YYYY-MM-DD to b.
func (d Date) AppendTo(b []byte) []byte {
	y, m, day := d.Civil()
	return append(b, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// MarshalText writes YYYY-MM-DD; None is empty.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD; empty text is None.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = None
		return nil
	}
	got, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = got
	return nil
}
