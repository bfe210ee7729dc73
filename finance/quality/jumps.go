package quality

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// The thresholds of moves, in scales of the series and as least sizes. A scale is a
// standard deviation where moves are normal; those of real shares are not, and news makes
// eight of them now and then: it is the coming back that makes a false print. In the files
// nothing real came back from more than seven.
const (
	spikeScales = 8.0
	// A close that the very next open takes back is a false one already where it is wild:
	// real bounces are made in the course of a session.
	openScales = 5.0
	// From here on one that comes back is shown.
	doubtScales = 6.0
	spikeLeast  = 0.02 // smaller ones than 2 % are within what sources differ by at the close
	fxLeast     = 0.01
	backWithin  = 0.25 // of the jump is what may be left after it came back
	backAtOnce  = 0.70 // of it is what the step back makes
	longest     = 5    // sessions a false print may stay; longer it is a level
	// A jump that stays is shown where it is twice as wild as a false print has to be.
	jumpScales = 16.0
	jumpLeast  = 0.20
	fxJump     = 0.05
	// On the last day a jump waits for its confirmation.
	pendingScales = 10.0
	pendingLeast  = 0.10
	fxPending     = 0.03
	newsVolume    = 2.5 // times the usual: all 35 of the files had it, the one false print not
)

// hundred is the ratio of pounds to pence, dollars to cents. Nothing else is near it, so
// that a day of news beside the step does not hide it: 74 to 135 times.
var hundred = math.Log(100)

const hundredWithin = 0.3

// jumps finds the false prints, and the jumps that stay and what they look like.
func (m *moves) jumps() []Finding {
	n := len(m.step)
	if n < 2 || m.s.quantity() == Level {
		return nil
	}
	least := m.threshold(spikeLeast, fxLeast)
	m.blocks()
	found, spoken := m.plannedSplits()
	covered := 0 // closes up to this one are spoken for
	for i := 1; i < n; i++ {
		if spoken != nil && spoken[i] {
			covered = i
			continue
		}
		wild := math.Abs(m.step[i])
		if wild < least || wild < openScales/2*m.calm[i/block] || i <= covered {
			continue
		}
		jump := m.moved(i-1, i)
		if math.Abs(jump) < least {
			continue
		}
		if end, scale := m.back(i, jump); end > 0 {
			switch wild := m.wildFor(i, end); {
			case math.Abs(jump) >= wild*scale:
				found, covered = append(found, m.spike(i, end, scale)), end
			case wild == spikeScales && math.Abs(jump) >= doubtScales*scale:
				f := m.spike(i, end, scale)
				f.Severity, f.Remedy, f.Factor = Doubtful, NoRemedy, 0
				found, covered = append(found, f), end
			}
			continue
		}
		if f, ok := m.stays(i, jump); ok {
			found = append(found, f)
		}
	}
	return found
}

func (m *moves) threshold(price, fx float64) float64 {
	if m.s.quantity() == FX {
		return fx
	}
	return price
}

// back looks for the close at which a jump into close i has come back, and gives it with
// the scale around; 0 where it has not within the longest false print.
func (m *moves) back(i int, jump float64) (end int, scale float64) {
	for j := i + 1; j < len(m.step) && j <= i+longest; j++ {
		if math.Abs(m.step[j]) < backAtOnce*math.Abs(jump) || m.step[j]*jump > 0 {
			continue
		}
		if left := m.moved(i-1, j); math.Abs(left) <= backWithin*math.Abs(jump) {
			return j, m.scale(i, j)
		}
	}
	return 0, 0
}

// wildFor is how many scales a jump into close i that is back at close end must have to be
// a false print. One that stood for several sessions was seen by several: it must be as
// wild as a jump worth showing.
func (m *moves) wildFor(i, end int) float64 {
	if end > i+1 {
		return jumpScales
	}
	if open := at(m.s.Open, m.rowOf(end)); open > 0 {
		whole := m.close[i] / m.close[i-1] / m.raised(i-1, i)
		back := open / m.close[i] / m.raised(i, end)
		if left := math.Log(whole * back); math.Abs(left) <= backWithin*math.Abs(math.Log(whole)) {
			return openScales
		}
	}
	return spikeScales
}

// spike words the false prints of closes [i, end).
func (m *moves) spike(i, end int, scale float64) Finding {
	// Where it would be: between the closes before and after, on the way of both.
	between := math.Sqrt(m.close[i-1]*m.raised(i-1, i)) * math.Sqrt(m.close[end]/m.raised(i, end))
	f := Finding{Kind: Spike, Severity: Suspect, From: m.dates[i], To: m.dates[end-1], Count: end - i, Seen: m.close[i], Expected: between,
		Correction: Correction{Remedy: LeaveOut}}
	ratio := m.close[i] / between
	how := fmt.Sprintf("%s where about %s was to be expected", figure(m.close[i]), figure(between))
	if by, name := likeUnit(ratio, scale, m.s.quantity()); by != 0 {
		f.Correction = Correction{Remedy: Multiply, Factor: by}
		how += "; it is " + name
		if by == 0.01 || by == 100 {
			f.Kind = UnitMixup
		}
	} else if m.s.quantity() == FX && invertedIs(m.close[i], between, scale) {
		f.Kind, f.Correction = Inverted, Correction{Remedy: Invert}
		how += "; it is the rate the wrong way round"
	}
	unexplained := "that neither the market nor the list of actions explains"
	if m.s.quantity() == FX {
		unexplained = "that no other day bears out"
	}
	f.Reason = fmt.Sprintf("the value is %s, and is back on %s: a move of %s, %.0f times the usual one, %s",
		how, m.dates[end], percent(m.close[i]/m.close[i-1]-1), math.Abs(m.moved(i-1, i))/scale, unexplained)
	return f
}

// raised is what listed splits make of a price from close i to close j.
func (m *moves) raised(i, j int) float64 {
	sum := 0.0
	for k := i + 1; k <= j; k++ {
		sum += m.raw[k] - m.step[k]
	}
	return math.Exp(sum)
}

// stays words a jump that did not come back, or whose next day is not known yet.
func (m *moves) stays(i int, jump float64) (Finding, bool) {
	// Over a gap a price moves with the root of its length.
	scale := m.scale(i, i) * math.Sqrt(max(1, float64(m.dates[i]-m.dates[i-1])*5/7))
	times := math.Abs(jump) / scale
	f := Finding{From: m.dates[i], To: m.dates[i], Count: 1, Seen: m.close[i], Expected: m.close[i-1] * m.raised(i-1, i) * math.Exp(m.c.Market.Move(m.dates[i-1], m.dates[i]))}
	what := fmt.Sprintf("the close goes from %s to %s", figure(m.close[i-1]), figure(m.close[i]))
	if times >= spikeScales {
		switch {
		case math.Abs(math.Abs(jump)-hundred) <= hundredWithin:
			return m.level(f, i, what), true
		case m.s.quantity() == FX && invertedIs(m.close[i], m.close[i-1], scale):
			f.Kind, f.Severity, f.Correction = Inverted, Suspect, Correction{Remedy: Invert}
			f.Reason = what + ", which is the rate the wrong way round from here on"
			return m.through(f, i), true
		case m.s.quantity() == Price && m.s.Basis != TotalReturn:
			if split, ok := m.splitLike(i, jump, scale); ok {
				return split, true
			}
		}
	}
	last := i == len(m.step)-1
	confirmed := m.confirmed(i)
	switch {
	case last && !confirmed && times >= pendingScales && math.Abs(jump) >= m.threshold(pendingLeast, fxPending):
		f.Kind, f.Severity = Jump, Suspect
		f.Reason = fmt.Sprintf("%s, %s, %.0f times the usual move, and nothing explains it; the next session, or another source, will tell news from a false print", what, percent(m.close[i]/m.close[i-1]-1), times)
		return f, true
	case times >= jumpScales && math.Abs(jump) >= m.threshold(jumpLeast, fxJump):
		f.Kind, f.Severity = Jump, Doubtful
		why := "and stays there: news, or an action that no list has"
		if last {
			why = "and the volume, or another source, bears it out"
		}
		f.Reason = fmt.Sprintf("%s, %s, %.0f times the usual move, %s", what, percent(m.close[i]/m.close[i-1]-1), times, why)
		return f, true
	}
	return Finding{}, false
}

// through lets a finding reach to the end of the series where that is near: values that
// were just delivered at a level that nobody has confirmed. Further back it stays a mark
// on the day of the break.
func (m *moves) through(f Finding, i int) Finding {
	if n := len(m.dates); n-i <= side {
		f.To, f.Count = m.dates[n-1], n-i
	}
	return f
}

// level words a level a hundred times off: the shorter of the two stretches beside the
// break is the odd one, unless the price comes back by the same step earlier.
func (m *moves) level(f Finding, i int, what string) Finding {
	f.Kind, f.Severity = UnitMixup, Suspect
	up := m.close[i] > m.close[i-1]
	from, to, back := i, len(m.close), false
	for j := i + 1; j < len(m.close); j++ {
		if math.Abs(math.Abs(m.step[j])-hundred) <= hundredWithin && (m.step[j] > 0) != up {
			to, back = j, true
			break
		}
	}
	odd := up // whether the odd stretch is a hundred times too high
	if !back && i < len(m.close)-i {
		from, to, odd = 0, i, !up
		f.Seen, f.Expected = m.close[0], math.NaN()
	}
	f.From, f.To, f.Count = m.dates[from], m.dates[to-1], to-from
	f.Correction = Correction{Remedy: Multiply, Factor: 100}
	if odd {
		f.Factor = 0.01
	}
	f.Expected = f.Seen * f.Factor
	f.Reason = fmt.Sprintf("%s on %s, a hundredfold step: the values from %s to %s are in another unit than the rest, such as pence for pounds", what, m.dates[i], f.From, f.To)
	return f
}

// confirmed reports whether somebody bears out the jump into close i: buyers and sellers,
// who trade news in numbers and false prints not, or another source.
func (m *moves) confirmed(i int) bool {
	volume := func(r int) float64 { return at(m.s.Volume, r) }
	if usual := m.usual(i, volume); usual > 0 && volume(m.rowOf(i)) >= newsVolume*usual {
		return true
	}
	for _, o := range m.c.Others {
		now, before := closeOn(o, m.dates[i]), closeOn(o, m.dates[i-1])
		if now > 0 && before > 0 && math.Abs(math.Log(now/before)-m.raw[i]) <= 0.1*math.Abs(m.raw[i]) {
			return true
		}
	}
	return false
}

// closeOn is the close of an ascending series on a day, NaN where it has none.
func closeOn(s *Series, d date.Date) float64 {
	m := moves{dates: s.Dates}
	if i := m.from(d); i < len(s.Dates) && s.Dates[i] == d {
		return s.Close[i]
	}
	return math.NaN()
}

// likeUnit recognises a value that is a round number of times what it should be, and
// gives what to multiply it with.
func likeUnit(ratio, scale float64, q Quantity) (by float64, name string) {
	size := math.Abs(math.Log(ratio))
	for _, times := range []float64{10, 100, 1000, 2, 3, 4, 5, 20} {
		if times < 10 && q != Price {
			continue
		}
		within := min(0.05, max(0.01, 2*scale))
		if times >= 100 {
			within = hundredWithin
		} else if times == 10 {
			within = hundredWithin / 2
		}
		if math.Abs(size-math.Log(times)) <= within {
			if ratio > 1 {
				return 1 / times, fmt.Sprintf("%g times too high", times)
			}
			return times, fmt.Sprintf("%g times too low", times)
		}
	}
	return 0, ""
}

// invertedIs reports whether a rate is the inverse of what it should be, where the two
// can be told apart.
func invertedIs(seen, expected, scale float64) bool {
	gap := math.Abs(math.Log(seen / expected))
	return gap > 0.02 && math.Abs(math.Log(seen*expected)) <= min(max(4*scale, 0.01), 0.2*gap)
}
