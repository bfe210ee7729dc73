package quality

import (
	"slices"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
)

// Score says how much of what a series should hold it holds, with nothing to say against
// it. Each session counts once, in the first of these: stale, missing, suspect, good.
//
//	Points = 100 × (Sessions − Stale − Missing − Suspect) ÷ Sessions
//
// so that a series without fault has 100, and one point is one session in a hundred.
// Doubtful values count as good ones; how many there are is said beside it.
type Score struct {
	From, To date.Date // the sessions counted
	Sessions int       // that should have a value
	Stale    int       // of them, after the newest value
	Missing  int       // of them, without a value before the newest one
	Suspect  int       // of them, with a value that is in quarantine
	Doubtful int       // of the others, with a value that is doubtful
	Points   float64   // 0 to 100; 0 where there are no sessions
}

// Sound is the least score of a series that figures over a period may rest on without
// saying so: of ten sessions one at most is missing, stale or in quarantine.
const Sound = 90

// Rate scores the sessions from one day to another by the calendar; the zero day begins
// with the first value. days are those on which the series has a value, ascending, and
// q what is in quarantine of it. A calendar that is not known counts the days themselves.
func Rate(cal calendar.Calendar, days []date.Date, found []Finding, q *Quarantine, from, to date.Date) Score {
	if len(days) == 0 {
		return Score{From: from, To: to}
	}
	if !said(from) {
		from = days[0]
	}
	s := Score{From: from, To: to}
	last := days[len(days)-1]
	doubt := spans(found, Doubtful, Stale, Missing)
	i, _ := slices.BinarySearch(days, from)
	for d := from; d <= to; d++ {
		for i < len(days) && days[i] < d {
			i++
		}
		has := i < len(days) && days[i] == d
		if cal.Code == "" && !has || cal.Code != "" && !cal.IsSession(d) {
			continue
		}
		s.Sessions++
		switch {
		case d > last:
			s.Stale++
		case !has:
			s.Missing++
		case q.Holds(d):
			s.Suspect++
		case doubt.holds(d):
			s.Doubtful++
		}
	}
	s.weigh()
	return s
}

// Late is the score with n more sessions after the newest value: Rate cannot count those
// of a calendar that is not known, where its caller may have an idea of them.
func (s Score) Late(n int) Score {
	s.Sessions, s.Stale = s.Sessions+n, s.Stale+n
	s.weigh()
	return s
}

func (s *Score) weigh() {
	if s.Sessions > 0 {
		s.Points = 100 * float64(s.Sessions-s.Stale-s.Missing-s.Suspect) / float64(s.Sessions)
	}
}
