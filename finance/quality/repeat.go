package quality

import (
	"fmt"
	"math"
)

const (
	// repeatLeast is the shortest run of equal closes worth a word: a week and a day.
	repeatLeast = 5
	// repeatChance is how often chance may make such a run in twenty years, 5,000 closes.
	repeatChance = 1e-3
	// repeatUsual is the share of unchanged closes of a liquid share: a cent of fifty
	// dollars against a daily move of one per cent (0.02 ÷ √2π), rounded up.
	repeatUsual = 0.02
	// repeatAround is how many closes on either side say how often a close stays: as many
	// as a new day is compared with.
	repeatAround = 120
)

// repeats finds closes that stay the same for longer than chance allows. How often a close
// stays by chance is asked of the series itself, in the year around, runs of the length in
// question left out; so it follows from the tick, the price and how lively the series is.
// A fund of constant value repeats always and has no such runs.
func (m *moves) repeats() (found []Finding) {
	n := len(m.close)
	if n < leastOf || m.s.quantity() == Level {
		return nil
	}
	run := 0
	for i := 1; i <= n; i++ {
		if i < n && m.close[i] == m.close[i-1] {
			run++
			continue
		}
		if run >= repeatLeast {
			if p := m.unchanged(i-run, i); p < 1 {
				least := max(repeatLeast, int(math.Ceil(math.Log(repeatChance/5000)/math.Log(p))))
				if run >= least {
					found = append(found, m.repeat(i-run, i, least, p))
				}
			}
		}
		run = 0
	}
	return found
}

// unchanged is the share of unchanged closes in the year around the run [from, to); 1 where
// half of them are, or too few are known to say.
func (m *moves) unchanged(from, to int) float64 {
	same, all := 0, 0
	for i := max(1, from-repeatAround); i < min(len(m.close), to+repeatAround); i++ {
		if i >= from && i < to {
			continue
		}
		all++
		if m.close[i] == m.close[i-1] {
			same++
		}
	}
	if all < leastOf || 2*same > all {
		return 1
	}
	return max(repeatUsual, float64(same)/float64(all))
}

// repeat words the run of unchanged closes [from, to), whose first value is that of from−1.
func (m *moves) repeat(from, to, least int, p float64) Finding {
	traded, volumes, copied := 0, 0, 0
	for i := from; i < to; i++ {
		r, before := m.rowOf(i), m.rowOf(i-1)
		v := at(m.s.Volume, r)
		if known(v) {
			volumes++
			if v > 0 {
				traded++
				if v == at(m.s.Volume, before) && at(m.s.High, r) == at(m.s.High, before) && at(m.s.Low, r) == at(m.s.Low, before) {
					copied++
				}
			}
		}
	}
	count := to - from
	f := Finding{Kind: Repeated, Severity: Doubtful, From: m.dates[from], To: m.dates[to-1], Count: count, Seen: m.close[from], Expected: math.NaN()}
	f.Reason = fmt.Sprintf("the close stays at %s for %s more; of the other closes %.0f in 100 are unchanged", figure(m.close[from]), many(count, "session", "sessions"), 100*p)
	switch {
	case copied == count:
		f.Severity, f.Remedy = Suspect, LeaveOut
		f.Reason += ", and volume, high and low stay the same too: the source repeats an old bar"
	case volumes == count && traded == 0:
		f.Reason += "; nothing was traded, the old close is carried on"
	case traded == count && count >= 2*least:
		f.Severity, f.Remedy = Suspect, LeaveOut
		f.Reason += ", though it was traded on each of them"
	}
	return f
}
