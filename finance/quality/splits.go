package quality

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/series"
)

const (
	// leastSplit is the smallest listed ratio that the noise of a day does not hide.
	leastSplit = 1.2
	// A split changes neither what a share does in a day nor what it trades for in money; a
	// crash does both. More than this times the usual, and it is no split.
	crashRange  = 3.0
	crashVolume = 3.5
	// adjustedDividend is a dividend that may go off on the day of a split.
	adjustedDividend = 0.01
	restless         = 1.5 // a range above this times the usual lets volume speak
	// One that the source's own adjusted close does not know must be wilder than any crash
	// of a quiet day.
	unknownScales = 20.0
	// moveBy is how many sessions a split may be listed beside its day.
	moveBy = 5
)

// plannedSplits compares the moves with the splits that are listed, and gives the closes
// whose move that speaks for. Where a split shows on another day than listed, it is taken
// out of the moves there.
func (m *moves) plannedSplits() (found []Finding, spoken []bool) {
	for i, planned := range m.planned {
		if planned == 0 {
			continue
		}
		f, ok := m.listed(i, planned)
		if !ok {
			continue
		}
		if spoken == nil {
			spoken = make([]bool, len(m.close))
		}
		found, spoken[i] = append(found, f), true
		if f.Remedy == MoveIt {
			j := m.shownAt(i, planned)
			m.step[i] -= planned
			m.step[j] += planned
		}
	}
	return found, spoken
}

// listed compares the move into close i with the split that is listed there; ok is false
// where it is as it should be, or too small to tell.
func (m *moves) listed(i int, planned float64) (f Finding, ok bool) {
	size := math.Abs(planned)
	if size < math.Log(leastSplit) {
		return f, false
	}
	// The part of the split that the close shows: 1 as traded, 0 adjusted.
	without := strange(m.raw[i], m.c.Market.Move(m.dates[i-1], m.dates[i]))
	shown := -without / planned
	ratio := ratioOf(math.Exp(planned))
	f = Finding{Severity: Suspect, From: m.dates[i], To: m.dates[i], Count: 1, Seen: m.close[i]}
	switch {
	case m.s.Basis == Traded && shown > -0.5 && shown < 0.3:
		return m.notShown(f, i, planned), true
	case m.s.Basis == SplitAdjusted && shown > 0.7 && shown < 1.5:
		f.Kind, f.Expected = SplitUnadjusted, m.close[i-1]
		f.Correction = Correction{Remedy: Multiply, Factor: math.Exp(-planned)}
		f.Reason = fmt.Sprintf("the closes are said to be adjusted for splits, and at the split of %s on %s the close goes from %s to %s: those before it are not adjusted", ratio, m.dates[i], figure(m.close[i-1]), figure(m.close[i]))
		return f, true
	}
	return f, false
}

// notShown words a listed split that the move into close i does not show.
func (m *moves) notShown(f Finding, i int, planned float64) Finding {
	ratio, n := ratioOf(math.Exp(planned)), len(m.close)
	f.Kind, f.Expected = SplitNotShown, m.close[i-1]*math.Exp(-planned)
	f.Reason = fmt.Sprintf("a split of %s is listed for %s, and the close is %s after %s", ratio, m.dates[i], figure(m.close[i]), figure(m.close[i-1]))
	if j := m.shownAt(i, planned); j > 0 {
		f.From, f.To, f.Count = m.dates[min(i, j)], m.dates[max(i, j)-1], max(i, j)-min(i, j)
		f.Seen, f.Expected = m.close[min(i, j)], math.NaN()
		f.Correction = Correction{Remedy: MoveIt, Days: int(m.dates[j] - m.dates[i])}
		f.Reason = fmt.Sprintf("a split of %s is listed for %s, and the prices show it on %s", ratio, m.dates[i], m.dates[j])
		return f
	}
	switch {
	case n-i <= side:
		f = m.through(f, i)
		f.Correction = Correction{Remedy: Multiply, Factor: math.Exp(-planned)}
		f.Reason += ": the values from there on are before the split, or it is listed wrongly"
	case i <= side:
		f.From, f.To, f.Count, f.Seen = m.dates[0], m.dates[i-1], i, m.close[0]
		f.Correction = Correction{Remedy: Multiply, Factor: math.Exp(planned)}
		f.Expected = f.Seen * f.Factor
		f.Reason += ": the values before it are adjusted already, or it is listed wrongly"
	default:
		f.Reason += ": the values before it are adjusted already, or it is listed wrongly"
	}
	return f
}

// shownAt looks for the close near i whose move is that of the split; 0 where there is none.
func (m *moves) shownAt(i int, planned float64) int {
	for j := max(1, i-moveBy); j < min(len(m.raw), i+moveBy+1); j++ {
		if shown := -m.raw[j] / planned; j != i && shown > 0.85 && shown < 1.15 {
			return j
		}
	}
	return 0
}

// splitLike words a jump that has the size of a split, and of which neither the bar nor
// the volume says that it was a crash.
func (m *moves) splitLike(i int, jump, scale float64) (Finding, bool) {
	k, simple := splitSize(math.Exp(-jump), scale)
	if k == 0 {
		return Finding{}, false
	}
	f := Finding{Kind: UnlistedSplit, Severity: Suspect, From: m.dates[i], To: m.dates[i], Count: 1, Seen: m.close[i], Expected: m.close[i-1] * m.raised(i-1, i),
		Correction: Correction{Remedy: ListIt, Ratio: ratioOf(k)}}
	adjusts, says := m.adjusterSays(i, k)
	witness, crash := m.crash(i, k)
	switch {
	case says && !adjusts && (crash || !witness || !simple || math.Abs(jump) < unknownScales*scale):
		return Finding{}, false // the source's own adjusted close has the move too: news
	case says:
	case crash || !witness && !simple:
		return Finding{}, false
	case !simple:
		f.Severity = Doubtful // 3:2 and the like are as often a spin-off
	}
	f.Reason = fmt.Sprintf("the close goes from %s to %s like a split of %s, and no list has one: list it, or take the prices before %s as unadjusted", figure(m.close[i-1]), figure(m.close[i]), f.Ratio, m.dates[i])
	if f.Severity == Suspect {
		f = m.through(f, i)
	}
	return f, true
}

// commonSplits are the ratios above six that splits have; in between the moves of a day
// do not tell one from the next.
var commonSplits = []float64{7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100}

// splitSize is the ratio of a split that a fall by x is near to, 0 where there is none;
// simple is a whole number of pieces for one, or the reverse.
func splitSize(x, scale float64) (k float64, simple bool) {
	size := math.Abs(math.Log(x))
	near := func(q, within float64) bool { return math.Abs(size-math.Log(q)) <= within }
	best := 0.0
	whole := math.Round(math.Exp(size))
	for _, q := range commonSplits {
		if whole > 6 && near(q, 0.08) {
			whole = q
		}
	}
	if whole >= 2 && near(whole, min(max(2.5*scale, 0.01), 0.08)) {
		best, simple = whole, true
	} else {
		for _, q := range []float64{1.5, 4.0 / 3, 2.5, 1.25} {
			if near(q, min(max(1.5*scale, 0.01), 0.03)) {
				best = q
				break
			}
		}
	}
	if best != 0 && x < 1 {
		best = 1 / best
	}
	return best, simple
}

// adjusterSays asks the source's own adjusted close: whether it has one of the two days,
// and whether it takes the jump out.
func (m *moves) adjusterSays(i int, k float64) (adjusts, says bool) {
	now, before := at(m.s.Adjusted, m.rowOf(i)), at(m.s.Adjusted, m.rowOf(i-1))
	if !(now > 0 && before > 0) {
		return false, false
	}
	// How the close moves against the adjusted one: like the split where that is adjusted.
	apart := logRatio(m.close[i-1], m.close[i]) - logRatio(before, now)
	adjusts = math.Abs(apart-math.Log(k)) < 0.003+adjustedDividend
	return adjusts, adjusts || math.Abs(apart) < 0.05
}

// crash asks the bar and the volume whether the day of close i was one of news: witness
// is false where neither is known.
func (m *moves) crash(i int, k float64) (witness, crash bool) {
	s, r := m.s, m.rowOf(i)
	lively := true // whether the range leaves room for news; so where it is not known
	if usual := m.usual(i, s.span); usual > 0 {
		if now := s.span(r); known(now) {
			witness = true
			crash, lively = now > crashRange*usual, now > restless*usual
		}
	}
	if usual := m.usual(i, func(r int) float64 { return at(s.Volume, r) }); usual > 0 {
		if now := at(s.Volume, r); now > 0 {
			witness = true
			crash = crash || lively && now > crashVolume*usual*max(k, 1/k)
		}
	}
	if open := at(s.Open, r); open > 0 && witness {
		// A split is there at the open; news of the day is not all of it.
		if gap := math.Abs(math.Log(m.close[i-1] / (open * k))); gap > 0.5*math.Abs(math.Log(k)) {
			crash = true
		}
	}
	return witness, crash
}

// span is the logarithm of high over low of a row.
func (s *Series) span(r int) float64 {
	h, l := at(s.High, r), at(s.Low, r)
	if !(h >= l && l > 0) {
		return math.NaN()
	}
	return math.Log(h / l)
}

// usual is the median of a figure of the rows before close i.
func (m *moves) usual(i int, of func(row int) float64) float64 {
	m.work = m.work[:0]
	for k := max(0, i-leastOf); k < i; k++ {
		if x := of(m.rowOf(k)); known(x) {
			m.work = append(m.work, x)
		}
	}
	if len(m.work) < leastOf/2 {
		return 0
	}
	series.Select(m.work, len(m.work)/2)
	return m.work[len(m.work)/2]
}

// ratioOf writes a ratio of pieces in whole numbers.
func ratioOf(k float64) ledger.Ratio {
	for old := int64(1); old <= 100; old++ {
		if fresh := math.Round(k * float64(old)); fresh >= 1 && math.Abs(fresh/(k*float64(old))-1) < 1e-9 {
			return ledger.Ratio{New: money.Int(int64(fresh)), Old: money.Int(old)}
		}
	}
	exact, err := money.FromFloat(math.Round(k*1e6) / 1e6)
	if err != nil || exact.IsZero() {
		return ledger.Ratio{}
	}
	return ledger.Ratio{New: exact, Old: money.One}
}
