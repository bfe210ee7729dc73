package quality

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

const (
	// joinGaps is how many sessions may lie between two gaps that are reported as one: a
	// fund that hardly trades has one finding, not seventy.
	joinGaps = 10
	// earliest is before any daily price there is to buy; earlier days are the day zero of
	// a spreadsheet.
	earliest = date.Date(-25567) // 1900-01-01
	// Of all values so many on closed days, and so few after moving them by a day, say that
	// the days are shifted. A fifth is on a Saturday when they are.
	shiftedShare = 0.05
	shiftedLeast = 3
)

// days checks the dates against the calendar and what is known of the instrument.
func days(s *Series, c *Context) (found []Finding) {
	found = append(found, outOfRange(s, c)...)
	if s.Calendar.Code == "" || len(s.Dates) == 0 {
		return found
	}
	closed, on := closedDays(s)
	if f, ok := shifted(s, closed); ok {
		return append(found, f)
	}
	found = append(found, on...)
	found = append(found, gaps(s, c)...)
	return append(found, stale(s, c)...)
}

// outOfRange finds days that cannot be.
func outOfRange(s *Series, c *Context) (found []Finding) {
	part := func(in func(date.Date) bool, reason string) {
		from, to := -1, -1
		for i, d := range s.Dates {
			if in(d) {
				if from < 0 {
					from = i
				}
				to = i
			}
		}
		if from >= 0 {
			found = append(found, Finding{Kind: OutOfRange, Severity: Suspect, From: s.Dates[from], To: s.Dates[to], Count: to - from + 1,
				Seen: s.Close[from], Expected: math.NaN(), Reason: reason, Correction: Correction{Remedy: LeaveOut}})
		}
	}
	if n := len(s.Dates); n == 0 || s.Dates[0] >= earliest && s.Dates[0] >= c.Listed && (!said(c.Ended) || s.Dates[n-1] <= c.Ended) && (!said(c.Through) || s.Dates[n-1] <= c.Through) {
		return nil
	}
	part(func(d date.Date) bool { return d < earliest }, "the day lies before 1900: a date that was not read rightly")
	if said(c.Listed) {
		part(func(d date.Date) bool { return d < c.Listed && d >= earliest }, fmt.Sprintf("it was listed on %s; what was traded under the symbol before is something else", c.Listed))
	}
	if said(c.Ended) {
		part(func(d date.Date) bool { return d > c.Ended && (!said(c.Through) || d <= c.Through) }, fmt.Sprintf("it was traded for the last time on %s", c.Ended))
	}
	if said(c.Through) {
		part(func(d date.Date) bool { return d > c.Through }, fmt.Sprintf("the day is still to come; the last session is %s", c.Through))
	}
	return found
}

// closedDays finds values on days without a session; it gives how many there are.
func closedDays(s *Series) (count int, found []Finding) {
	for i, d := range s.Dates {
		if s.Calendar.IsSession(d) || !s.Calendar.Known.Contains(d) {
			continue
		}
		count++
		f := Finding{Kind: ClosedDay, Severity: Suspect, From: d, To: d, Count: 1, Seen: s.Close[i], Expected: math.NaN(), Correction: Correction{Remedy: LeaveOut},
			Reason: fmt.Sprintf("%s was closed on %s", s.Calendar.Name, weekday(d))}
		if i > 0 && s.Close[i] == s.Close[i-1] {
			f.Severity, f.Expected = Doubtful, s.Close[i-1]
			f.Reason += "; the close of the session before was carried on"
		}
		found = append(found, f)
	}
	return count, found
}

// shifted finds that all days are one too late or too early: then many are closed days,
// and moved by a day hardly one is.
func shifted(s *Series, closed int) (Finding, bool) {
	n := len(s.Dates)
	if closed < shiftedLeast || float64(closed) < shiftedShare*float64(n) {
		return Finding{}, false
	}
	for _, by := range []date.Date{-1, 1} {
		misses := 0
		for _, d := range s.Dates {
			if !s.Calendar.IsSession(d+by) && s.Calendar.Known.Contains(d+by) {
				misses++
			}
		}
		if 10*misses <= closed {
			where := "too late"
			if by > 0 {
				where = "too early"
			}
			return Finding{Kind: ShiftedDays, Severity: Suspect, From: s.Dates[0], To: s.Dates[n-1], Count: n, Seen: s.Close[0], Expected: math.NaN(),
				Correction: Correction{Remedy: Shift, Days: int(by)},
				Reason:     fmt.Sprintf("%d of %d values are on days when %s was closed, and none would be were all days one earlier or later: the days are one %s", closed, n, s.Calendar.Name, where)}, true
		}
	}
	return Finding{}, false
}

// gaps finds sessions without a value between the first and the last one. A session that
// nearly all members of the market lack is one that did not take place.
func gaps(s *Series, c *Context) (found []Finding) {
	since := 0 // sessions since the last missing one
	open := false
	missing := func(d date.Date) {
		if open && since <= joinGaps {
			f := &found[len(found)-1]
			f.To, f.Count = d, f.Count+1
		} else {
			found, open = append(found, Finding{Kind: Missing, Severity: Doubtful, From: d, To: d, Count: 1, Seen: math.NaN(), Expected: math.NaN()}), true
		}
		since = 0
	}
	for i := range s.Dates {
		if !known(s.Close[i]) && s.Calendar.IsSession(s.Dates[i]) {
			missing(s.Dates[i])
			continue
		}
		if i == 0 {
			continue
		}
		// Most steps are to the day after, or over a weekend.
		if s.Dates[i] != s.Dates[i-1]+1 {
			for d := s.Dates[i-1] + 1; d < s.Dates[i]; d++ {
				if s.Calendar.IsSession(d) && s.Calendar.Known.Contains(d) && !c.Market.silent(d) {
					missing(d)
				}
			}
		}
		since++
	}
	for i := range found {
		f := &found[i]
		f.Reason = fmt.Sprintf("no value for %s of %s", many(f.Count, "session", "sessions"), s.Calendar.Name)
	}
	return found
}

// stale finds that the newest sessions have no value.
func stale(s *Series, c *Context) []Finding {
	if !said(c.Through) {
		return nil
	}
	due := c.Through
	if said(c.Ended) && c.Ended < due {
		due = c.Ended
	}
	last := date.None
	for i := len(s.Dates) - 1; i >= 0 && last == date.None; i-- {
		if known(s.Close[i]) {
			last = s.Dates[i]
		}
	}
	age, first := 0, date.None
	for d := last + 1; last != date.None && d <= due && s.Calendar.Known.Contains(d); d++ {
		if s.Calendar.IsSession(d) {
			if age == 0 {
				first = d
			}
			age++
		}
	}
	if age == 0 {
		return nil
	}
	return []Finding{{Kind: Stale, Severity: Doubtful, From: first, To: due, Count: age, Seen: math.NaN(), Expected: math.NaN(),
		Reason: fmt.Sprintf("the newest value is of %s; %s of %s since then %s none", last, many(age, "session", "sessions"), s.Calendar.Name, has(age))}}
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func weekday(d date.Date) string { return d.Weekday().String() + " " + d.String() }
