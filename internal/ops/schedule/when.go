package schedule

import (
	"fmt"
	"time"
)

// When says at which times something is due. The times of day belong to the zone of a
// Clock; what is due several times an hour follows the clock's hours wherever it stands.
type When struct {
	Every   time.Duration // through the day, 5m or 1h; 0: by night
	Weekly  bool          // in the night of Sunday alone
	Monthly bool          // in the night of the first of a month alone
}

// Clock is when nights begin, and whose midnight that is.
type Clock struct {
	Night time.Duration
	Zone  *time.Location
}

// Last is the latest time that is not after now.
func (w When) Last(now time.Time, c Clock) time.Time {
	if w.Every > 0 {
		return now.UTC().Truncate(w.Every)
	}
	return w.night(now, c, -1)
}

// Next is the first time that is after now.
func (w When) Next(now time.Time, c Clock) time.Time {
	if w.Every > 0 {
		return now.UTC().Truncate(w.Every).Add(w.Every)
	}
	return w.night(now, c, 1)
}

// night looks for a night from the day of now on, into the past (-1) or the future (1).
func (w When) night(now time.Time, c Clock, step int) time.Time {
	year, month, day := now.In(c.Zone).Date()
	for ; ; day += step { // a month has a first, a week a Sunday
		noon := time.Date(year, month, day, 12, 0, 0, 0, c.Zone)
		if w.Weekly && noon.Weekday() != time.Sunday || w.Monthly && noon.Day() != 1 {
			continue
		}
		at := time.Date(year, month, day, int(c.Night/time.Hour), int(c.Night%time.Hour/time.Minute), 0, 0, c.Zone)
		if at.After(now) == (step > 0) {
			return at.UTC()
		}
	}
}

// String says it for people.
func (w When) String() string {
	switch {
	case w.Every == time.Hour:
		return "every hour"
	case w.Every > 0:
		return fmt.Sprintf("every %d minutes", w.Every/time.Minute)
	case w.Weekly:
		return "each Sunday"
	case w.Monthly:
		return "on the first of a month"
	}
	return "each night"
}
