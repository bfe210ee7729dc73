package allowance

import (
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// step is the smallest time after which a window is asked again: a call lies in a window
// up to and with its last moment.
const step = time.Millisecond

// Decide says whether a call fits beside those of a log, which need not be in order. It
// writes nothing down and gives no ID.
func Decide(log []Entry, c Call) Taken {
	answer := Taken{OK: true}
	for _, w := range c.Windows {
		free, fits := w.free(log, c)
		if fits {
			continue
		}
		// The window that is full for longest names the wait; one that is too small for ever
		// before all others.
		never := !answer.OK && answer.Free.IsZero()
		if answer.OK || !never && (free.IsZero() || free.After(answer.Free)) {
			answer = Taken{Free: free, Full: w}
		}
	}
	return answer
}

// free is when a call fits into a window if nothing else is called.
func (w Window) free(log []Entry, c Call) (at time.Time, fits bool) {
	cost, used := w.Cost(c.Credits), w.Used(log)
	switch {
	case used+cost <= w.Most:
		return c.At, true
	case cost > w.Most:
		return time.Time{}, false
	case !w.Until.IsZero():
		return w.freeAfter(log, cost), false
	}
	counted := slices.DeleteFunc(slices.Clone(log), func(e Entry) bool { return e.Latest.Before(w.Begun) })
	slices.SortFunc(counted, func(a, b Entry) int { return a.Latest.Compare(b.Latest) })
	for _, e := range counted {
		if used -= w.Cost(e.Credits); used+cost <= w.Most {
			return e.Latest.Add(w.Length + step), false
		}
	}
	return c.At, false // cannot be: without any entry it fits
}

// freeAfter is when a fixed window's successor has room: at its beginning, unless calls
// that may still arrive then fill it.
func (w Window) freeAfter(log []Entry, cost int) time.Time {
	next := Window{Begun: w.Until, Most: w.Most, Credits: w.Credits}
	if next.Used(log)+cost <= w.Most {
		return w.Until
	}
	return w.Until.Add(w.Length)
}

// Prune leaves out what no window of a call can count any more.
func Prune(log []Entry, c Call) []Entry {
	oldest := c.At
	for _, w := range c.Windows {
		if w.Begun.Before(oldest) {
			oldest = w.Begun
		}
	}
	// Clocks of several machines differ a little.
	oldest = oldest.Add(-time.Minute)
	return slices.DeleteFunc(log, func(e Entry) bool { return e.Latest.Before(oldest) })
}

// Windows are the limits of a plan as they apply at a moment. A day or a month with a zone
// begins at that zone's midnight; a limit without one, or of another length, is a rolling
// window. So is one whose zone this machine does not know, by an hour longer, which no day
// of any zone exceeds.
func Windows(limits []marketdata.Limit, now time.Time) []Window {
	all := make([]Window, 0, len(limits))
	for _, l := range limits {
		w := Window{Name: Name(l), Begun: now.Add(-l.Window), Length: l.Window, Most: l.Most, Credits: l.Credits}
		if day, month := l.Window == marketdata.Day, l.Window == marketdata.Month; l.Resets != "" && (day || month) {
			zone, err := time.LoadLocation(l.Resets)
			if err == nil {
				w.Begun, w.Until = around(now.In(zone), month)
				w.Length = w.Until.Sub(w.Begun)
			} else {
				w.Length += time.Hour
				if month {
					w.Length += marketdata.Day
				}
				w.Begun = now.Add(-w.Length)
			}
		}
		all = append(all, w)
	}
	return all
}

// around is the day or the month that a moment falls in.
func around(now time.Time, month bool) (begun, until time.Time) {
	year, m, day := now.Date()
	if month {
		return time.Date(year, m, 1, 0, 0, 0, 0, now.Location()), time.Date(year, m+1, 1, 0, 0, 0, 0, now.Location())
	}
	return time.Date(year, m, day, 0, 0, 0, 0, now.Location()), time.Date(year, m, day+1, 0, 0, 0, 0, now.Location())
}

// Name is a limit in words: "25 calls a day (America/New_York)".
func Name(l marketdata.Limit) string {
	what, length := "calls", ""
	if l.Credits {
		what = "credits"
	}
	if l.Most == 1 {
		what = what[:len(what)-1]
	}
	switch l.Window {
	case marketdata.Second:
		length = "a second"
	case marketdata.Minute:
		length = "a minute"
	case time.Hour:
		length = "an hour"
	case marketdata.Day:
		length = "a day"
	case marketdata.Month:
		length = "a month"
	default:
		length = "in " + l.Window.String()
	}
	if l.Resets != "" {
		length += " (" + l.Resets + ")"
	}
	return fmt.Sprintf("%d %s %s", l.Most, what, length)
}
