package quality

import (
	"fmt"
	"math"
)

const (
	// adjustedNoise is by how much the ratio of adjusted close to close may move for no
	// reason: both are rounded.
	adjustedNoise = 0.004
	// adjustedLarge is a step that no ordinary dividend makes.
	adjustedLarge = 0.12
)

// adjusted compares the steps of the source's own adjusted close against its close with
// the splits and dividends listed. Where no list is known, only large steps are shown: a
// split, a spin-off or a large distribution.
func (m *moves) adjusted() (found []Finding) {
	if len(m.s.Adjusted) == 0 || m.s.Basis == TotalReturn {
		return nil
	}
	listed := m.c.Actions != nil && m.s.Basis != UnknownBasis
	least := adjustedLarge
	if listed {
		least = adjustedNoise
	}
	// Where the list lacks dividends it lacks many: they are one finding.
	small := -1
	before := math.NaN()
	for i := range m.close {
		a := at(m.s.Adjusted, m.rowOf(i))
		if !(a > 0) {
			before = math.NaN()
			continue
		}
		ratio := a / m.close[i]
		if known(before) {
			if moved := ratio/before - 1; moved > least || moved < -least {
				f, ok := m.adjustedStep(i, math.Log(ratio/before), listed)
				switch {
				case !ok:
				case f.Kind != AdjustedDiffers || f.Seen < f.Expected || f.Seen > f.Expected*(1+adjustedLarge):
					found = append(found, f)
				case small < 0:
					small, found = len(found), append(found, f)
				default:
					first := &found[small]
					first.To, first.Count = f.To, first.Count+1
					first.Reason = fmt.Sprintf("the source's adjusted close takes out %d distributions that no list has, the first of them %s of the price", first.Count, percent(first.Seen/first.Expected-1))
				}
			}
		}
		before = ratio
	}
	return found
}

// adjustedStep words a step of the adjusted close against the close that no list explains.
func (m *moves) adjustedStep(i int, step float64, listed bool) (f Finding, ok bool) {
	explained := 0.0
	if listed {
		if m.planned != nil && m.s.Basis == Traded {
			explained += m.planned[i]
		}
		last := m.s.adjustedThrough()
		for _, d := range m.c.Actions.Dividends {
			if d.ExDate > m.dates[i-1] && d.ExDate <= m.dates[i] {
				paid := d.Amount.Float64()
				if m.s.Basis == SplitAdjusted {
					paid /= m.c.Actions.SplitFactor(d.ExDate, last)
				}
				explained += math.Log1p(paid / m.close[i])
			}
		}
	}
	left := step - explained
	least := adjustedLarge
	if listed {
		least = adjustedNoise
	}
	if math.Abs(left) < least {
		return f, false
	}
	f = Finding{Kind: AdjustedDiffers, Severity: Doubtful, From: m.dates[i], To: m.dates[i], Count: 1, Seen: math.Exp(step), Expected: math.Exp(explained)}
	k, simple := splitSize(math.Exp(left), 0.004)
	switch {
	case simple && m.s.Basis != SplitAdjusted:
		f.Kind, f.Severity, f.Seen, f.Expected = UnlistedSplit, Suspect, m.close[i], m.close[i-1]
		f.Correction = Correction{Remedy: ListIt, Ratio: ratioOf(k)}
		f.Reason = fmt.Sprintf("the source's adjusted close takes out a split of %s that no list has", f.Ratio)
	case left > 0:
		f.Reason = fmt.Sprintf("the source's adjusted close takes out %s of the price that no list explains: a split, a spin-off or a distribution", percent(1-math.Exp(-left)))
	default:
		f.Reason = fmt.Sprintf("the source's adjusted close falls by %s against the close: a listed dividend that it leaves out, or a reverse split that no list has", percent(1-math.Exp(left)))
	}
	return f, true
}
