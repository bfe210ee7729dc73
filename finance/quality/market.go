package quality

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// Market is how the members of one market moved on each day: the median and the spread of
// their moves, from a Tally.
type Market struct {
	first, last date.Date // the days kept
	members     []uint32  // values a day
	spread      []float64 // NaN where too few
	sum         []float64 // running sum of the medians, unknown ones as 0
}

// Tally counts the moves of the members of a market. What is kept is a count a day and
// size of move, so that any number of members takes the same memory (9 MB for twenty
// years) and the order of adding them does not matter.
//
// Add what moves together: the shares and funds of one exchange or time zone.
type Tally struct {
	first, last date.Date
	counts      []uint32 // binCount a day
	members     []uint32
}

// Bins of a tenth of a per cent up to fifteen per cent either way; what lies beyond is
// counted at the ends, which leaves the median of a market exact enough (0.05 %).
const (
	binWidth = 0.001
	binSide  = 150
	binCount = 2*binSide + 1
	// leastMembers is how many moves make a median that says something of a market.
	leastMembers = 8
	// longestStep is how many days may lie between two closes whose ratio is one move:
	// the longest regular closing is four days.
	longestStep = 5
)

// NewTally keeps the days from first to last, both included.
func NewTally(first, last date.Date) *Tally {
	n := max(0, int(last-first)+1)
	return &Tally{first: first, last: last, counts: make([]uint32, n*binCount), members: make([]uint32, n)}
}

// Add counts a member's moves. The series must ascend; days outside the market are skipped.
func (m *Tally) Add(s Series) {
	before, day := math.NaN(), date.None
	for i, d := range s.Dates {
		c := s.Close[i]
		if !(c > 0) || math.IsInf(c, 1) {
			continue
		}
		if d >= m.first && d <= m.last {
			k := int(d - m.first)
			m.members[k]++
			if before > 0 && d-day <= longestStep {
				// (c−p) ÷ the mean of both is the logarithm of c÷p to the second order.
				move := (c - before) / (0.5 * (c + before))
				m.counts[k*binCount+bin(move)]++
			}
		}
		before, day = c, d
	}
}

func bin(move float64) int {
	return binSide + int(math.Round(max(-binSide, min(binSide, move/binWidth))))
}

// Market works out the medians of what was added so far.
func (m *Tally) Market() *Market {
	n := len(m.members)
	out := &Market{first: m.first, last: m.last, members: append([]uint32(nil), m.members...), spread: make([]float64, n), sum: make([]float64, n+1)}
	for k := range n {
		row := m.counts[k*binCount : (k+1)*binCount]
		total := uint32(0)
		for _, c := range row {
			total += c
		}
		out.spread[k], out.sum[k+1] = math.NaN(), out.sum[k]
		if total >= leastMembers {
			out.sum[k+1] += quantile(row, total, 0.5)
			// A quarter of a normal distribution lies above 0.6745 standard deviations.
			out.spread[k] = (quantile(row, total, 0.75) - quantile(row, total, 0.25)) / 1.349
		}
	}
	return out
}

// quantile reads a quantile off a histogram, evenly within a bin.
func quantile(row []uint32, total uint32, p float64) float64 {
	want, seen := p*float64(total), 0.0
	for b, c := range row {
		if c > 0 && seen+float64(c) >= want {
			return (float64(b-binSide) - 0.5 + (want-seen)/float64(c)) * binWidth
		}
		seen += float64(c)
	}
	return binSide * binWidth
}

// Move is the market's median move from the close of one day to that of a later one; 0
// where it is not known.
func (m *Market) Move(from, to date.Date) float64 {
	if m == nil || len(m.members) == 0 {
		return 0
	}
	clamp := func(d date.Date) int { return int(max(m.first-1, min(m.last, d)) - m.first + 1) }
	return m.sum[clamp(to)] - m.sum[clamp(from)]
}

// Spread is the standard deviation of the members' moves on a day, robustly; NaN where it
// is not known.
func (m *Market) Spread(d date.Date) float64 {
	if m == nil || d < m.first || d > m.last {
		return math.NaN()
	}
	return m.spread[d-m.first]
}

// Members is how many members have a value on a day.
func (m *Market) Members(d date.Date) int {
	if m == nil || d < m.first || d > m.last {
		return 0
	}
	return int(m.members[d-m.first])
}

// silent reports whether the market as a whole has no values on a session on which it
// should: an unforeseen closing, or a day that its source lacks.
func (m *Market) silent(d date.Date) bool {
	if m == nil || d <= m.first+7 || d > m.last {
		return false
	}
	around := 0
	for k := date.Date(1); k <= 7; k++ {
		around = max(around, m.Members(d-k), m.Members(d+k))
	}
	return around >= leastMembers && 5*m.Members(d) < around
}
