package quality

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
)

// Quarantine is the days of a series whose values are not used: those of suspect findings
// that nobody has accepted. The nil one holds no day.
type Quarantine struct {
	held     ranges
	doubtful ranges
	found    []Finding // suspect ones, by day
	doubts   []Finding // doubtful ones about values that are there
}

// Accepted is that a person has looked at the values of the days and found them right.
// An empty kind accepts them whatever was found.
type Accepted struct {
	Kind     Kind
	From, To date.Date
}

// Hold puts the values of the suspect findings into quarantine, but for accepted days.
func Hold(found []Finding, accepted []Accepted) *Quarantine {
	q := &Quarantine{doubtful: spans(found, Doubtful, Stale, Missing)}
	for _, f := range found {
		if f.Severity != Suspect {
			if f.Severity == Doubtful && f.Kind != Stale && f.Kind != Missing {
				q.doubts = append(q.doubts, f)
			}
			continue
		}
		rest := ranges{{f.From, f.To}}
		for _, a := range accepted {
			if a.Kind == "" || a.Kind == f.Kind {
				rest = rest.without(a.From, a.To)
			}
		}
		if len(rest) > 0 {
			q.held, q.found = append(q.held, rest...), append(q.found, f)
		}
	}
	q.held = q.held.joined()
	return q
}

// Holds reports whether the value of a day is in quarantine.
func (q *Quarantine) Holds(d date.Date) bool { return q != nil && q.held.holds(d) }

// Empty reports whether no day is in quarantine.
func (q *Quarantine) Empty() bool { return q == nil || len(q.held) == 0 }

// Between lists the findings that reach into the days from one to another, both included:
// those for which values are held back, and those for which values are doubtful.
func (q *Quarantine) Between(from, to date.Date) (held, doubtful []Finding) {
	if q == nil {
		return nil, nil
	}
	within := func(all []Finding) (some []Finding) {
		for _, f := range all {
			if f.From <= to && f.To >= from {
				some = append(some, f)
			}
		}
		return some
	}
	return within(q.found), within(q.doubts)
}

// Why lists the suspect findings that reach over a day.
func (q *Quarantine) Why(d date.Date) (why []Finding) {
	if !q.Holds(d) {
		return nil
	}
	for _, f := range q.found {
		if f.From <= d && d <= f.To {
			why = append(why, f)
		}
	}
	return why
}

// Release is the days and values that are not in quarantine; the slices given are not
// changed, and are returned themselves where nothing is held.
func (q *Quarantine) Release(days []date.Date, values []float64) ([]date.Date, []float64) {
	if q.Empty() {
		return days, values
	}
	keptDays, kept := make([]date.Date, 0, len(days)), make([]float64, 0, len(values))
	for i, d := range days {
		if !q.Holds(d) {
			keptDays, kept = append(keptDays, d), append(kept, values[i])
		}
	}
	return keptDays, kept
}

// Status is what a figure inherits from a value it uses.
type Status string

// The statuses, the better first.
const (
	Good        Status = "complete"    // of the day itself, with nothing against it
	Doubted     Status = "doubtful"    // of the day itself; something is shown beside it
	Held        Status = "estimated"   // the value of the day is in quarantine, an older one stands in
	Old         Status = "stale"       // the newest value is older than it should be
	Unavailable Status = "unavailable" // there is none at all
)

// worth orders statuses: what is made of several has the worst of theirs.
var worth = []Status{Good, Doubted, Held, Old, Unavailable}

// Worst is the status of a figure made of values with these.
func Worst(all ...Status) Status {
	worst := 0
	for _, s := range all {
		worst = max(worst, slices.Index(worth, s))
	}
	return worth[worst]
}

// StatusOn is the status of the value that a figure of a day takes from a series with
// values on days (ascending): that of the newest day up to it that is not in quarantine,
// which used is. due is the session for which a value should be there. Whether days has
// those in quarantine makes no difference.
func (q *Quarantine) StatusOn(days []date.Date, day, due date.Date) (s Status, used date.Date) {
	i, exact := slices.BinarySearch(days, day)
	if !exact {
		i--
	}
	for i >= 0 && q.Holds(days[i]) {
		i--
	}
	held := i >= 0 && q != nil && q.held.meet(days[i]+1, day)
	switch {
	case i < 0:
		return Unavailable, date.None
	case held:
		return Held, days[i]
	case days[i] < due:
		return Old, days[i]
	case q != nil && q.doubtful.holds(days[i]):
		return Doubted, days[i]
	}
	return Good, days[i]
}

// ranges are stretches of days, both ends included.
type ranges [][2]date.Date

// spans are the days of the findings of a severity, joined; some kinds, which are about
// values that are not there, left out.
func spans(found []Finding, of Severity, but ...Kind) (r ranges) {
	for _, f := range found {
		if f.Severity == of && !slices.Contains(but, f.Kind) {
			r = append(r, [2]date.Date{f.From, f.To})
		}
	}
	return r.joined()
}

func (r ranges) holds(d date.Date) bool {
	i, exact := slices.BinarySearchFunc(r, d, func(x [2]date.Date, d date.Date) int { return int(x[0]) - int(d) })
	return exact || i > 0 && r[i-1][1] >= d
}

// meet reports whether a day from one to another is among them.
func (r ranges) meet(from, to date.Date) bool {
	i, _ := slices.BinarySearchFunc(r, from, func(x [2]date.Date, d date.Date) int { return int(x[1]) - int(d) })
	return i < len(r) && r[i][0] <= to // the first that does not end before
}

// joined sorts the stretches and makes one of those that touch.
func (r ranges) joined() ranges {
	slices.SortFunc(r, func(a, b [2]date.Date) int { return int(a[0]) - int(b[0]) })
	out := r[:0]
	for _, x := range r {
		if n := len(out); n > 0 && x[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], x[1])
			continue
		}
		out = append(out, x)
	}
	return out
}

// without takes the days from one to another out.
func (r ranges) without(from, to date.Date) (out ranges) {
	for _, x := range r {
		if to < x[0] || from > x[1] {
			out = append(out, x)
			continue
		}
		if x[0] < from {
			out = append(out, [2]date.Date{x[0], from - 1})
		}
		if x[1] > to {
			out = append(out, [2]date.Date{to + 1, x[1]})
		}
	}
	return out
}
