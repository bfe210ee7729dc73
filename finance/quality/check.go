package quality

import "github.com/foliosight/foliosight/finance/date"

// window is how much of the history a new day is compared with: twice what the scale
// reads, so that the last days are judged as they are in the whole series.
const window = 2*side + 20

// Check says everything that can be found wrong with a series, by day. It neither changes
// the series nor keeps it. The rows may come in any order. An empty series has no findings.
func Check(s Series, c Context) []Finding {
	s, found := s.ascending()
	found = append(found, days(&s, &c)...)
	found = append(found, bars(&s)...)
	if s.quantity() != Level {
		m := newMoves(&s, &c)
		found = append(found, m.jumps()...)
		found = append(found, m.repeats()...)
		found = append(found, once(found, m.adjusted())...)
	}
	return order(found)
}

// once leaves out of more what found says already: a split seen in the closes and in the
// adjusted ones.
func once(found, more []Finding) []Finding {
	kept := more[:0]
	for _, f := range more {
		said := false
		for _, g := range found {
			said = said || g.Kind == UnlistedSplit && g.From == f.From
		}
		if !said {
			kept = append(kept, f)
		}
	}
	return kept
}

// CheckNew says what is wrong with values just delivered, given the history they follow:
// the findings that reach into the days from the first delivered one on, as Check has
// them. It reads the last 140 days of the history only, which must ascend; a delivered
// value takes the place of one of the same day.
func CheckNew(history, fresh Series, c Context) []Finding {
	if len(fresh.Dates) == 0 {
		return nil
	}
	fresh, found := fresh.ascending()
	first := fresh.Dates[0]
	m := moves{dates: history.Dates}
	all := history.tail(len(history.Dates)) // a copy of the header
	cut := m.from(first)
	all = all.head(cut).tail(window).join(fresh)
	for _, f := range Check(all, c) {
		if f.To >= first {
			found = append(found, f)
		}
	}
	return order(found)
}

// head is the first n rows; it shares memory with the series.
func (s Series) head(n int) Series {
	for _, c := range s.columns() {
		if len(*c) > 0 {
			*c = (*c)[:n]
		}
	}
	s.Dates = s.Dates[:n]
	return s
}

// join is the rows of s and, after them, those of next, in memory of its own. A column
// that one of the two lacks is unknown there.
func (s Series) join(next Series) Series {
	n, k := len(s.Dates), len(next.Dates)
	days := make([]date.Date, 0, n+k)
	s.Dates = append(append(days, s.Dates...), next.Dates...)
	theirs := next.columns()
	for i, c := range s.columns() {
		if len(*c) == 0 && len(*theirs[i]) == 0 {
			continue
		}
		to := make([]float64, n+k)
		for r := range n {
			to[r] = at(*c, r)
		}
		for r := range k {
			to[n+r] = at(*theirs[i], r)
		}
		*c = to
	}
	return s
}
