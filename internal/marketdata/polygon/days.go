package polygon

import (
	"time"
	_ "time/tzdata" // the zone of the exchanges, also where the system has none

	"github.com/foliosight/foliosight/finance/date"
)

// newYork is the zone of the American exchanges.
var newYork = zone("America/New_York")

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // it is linked in
	}
	return z
}

// clock says to which day a time belongs: for shares, options and indices the day of New
// York, for currencies and crypto-currencies, which never close, that of UTC (the
// source's words: "in Eastern Time", "in Coordinated Universal Time").
type clock struct{ utc bool }

// earliest and latest are the days that can be meant: the source's oldest prices are of
// 2003, and a time beyond is in another unit, such as seconds.
var (
	earliest = date.Must(1980, 1, 1)
	latest   = date.Must(2199, 12, 31)
)

const msPerDay = 86_400_000

// day is the day that a time in milliseconds since 1970 belongs to; ok is false where it
// cannot be one.
//
// A daily bar is stamped with its beginning, midnight in New York (04:00 or 05:00 UTC);
// the bars of a whole market and of the day before with their end, 16:00. A stamp of
// midnight UTC can be neither, the evening before there: it is a day written as a time,
// and means that day.
func (c clock) day(ms int64) (d date.Date, ok bool) {
	days, rest := ms/msPerDay, ms%msPerDay
	if rest < 0 {
		days, rest = days-1, rest+msPerDay
	}
	if days < int64(earliest) || days > int64(latest) {
		return 0, false
	}
	d = date.Date(days)
	const hour = 3_600_000
	switch {
	case c.utc || rest == 0 || rest >= 5*hour: // New York is four or five hours behind
		return d, true
	case rest < 4*hour:
		return d - 1, true
	}
	if _, behind := time.UnixMilli(ms).In(newYork).Zone(); behind == -5*3600 {
		return d - 1, true
	}
	return d, true
}

// today is the day at the moment of an answer, 0 where that is not known.
func (c clock) today(at time.Time) date.Date {
	switch {
	case at.IsZero():
		return 0
	case c.utc:
		return date.FromTime(at.UTC())
	}
	return date.FromTime(at.In(newYork))
}

// late is how far the answers of the plans that are not of real time lie behind, as the
// source states it.
const late = 15 * time.Minute

// over reports whether the prices of day d were final at the moment of an answer: in New
// York from 16:00 on, elsewhere from the next midnight UTC on. A delayed answer knows it
// 15 minutes later. Where the moment is not known, they are taken for final.
func (c clock) over(d date.Date, at time.Time, delayed bool) bool {
	if at.IsZero() {
		return true
	}
	if delayed {
		at = at.Add(-late)
	}
	if c.utc {
		return date.FromTime(at.UTC()) > d
	}
	there := at.In(newYork)
	today := date.FromTime(there)
	return today > d || today == d && there.Hour() >= 16
}

// moment is the time that nanoseconds since 1970 stand for, zero where they cannot.
func moment(ns int64) time.Time {
	if ns <= 0 || date.Date(ns/1_000_000/msPerDay) < earliest {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// dayOf reads YYYY-MM-DD, with or without a time behind it; zero where there is none.
func dayOf(text string) date.Date {
	if len(text) > 10 && (text[10] == 'T' || text[10] == ' ') {
		text = text[:10]
	}
	d, err := date.Parse(text)
	if err != nil || d < date.Must(1800, 1, 1) || d > latest {
		return 0
	}
	return d
}
