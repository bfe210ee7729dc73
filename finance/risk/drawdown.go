package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// Drawdowns is the depth below the highest growth so far, one a period: 0 at a
// peak, negative below it. The start, growth 1 before the first return, is a
// peak. A loss of more than everything goes below −1; it is not clipped.
func Drawdowns(returns []float64) []float64 {
	depths := make([]float64, len(returns))
	growth, peak := 1.0, 1.0
	for i, r := range returns {
		growth *= 1 + r
		peak = math.Max(peak, growth)
		depths[i] = growth/peak - 1
	}
	return depths
}

// MaxDrawdown is the deepest drawdown: negative, 0 when growth never fell.
func MaxDrawdown(returns []float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	growth, peak, deepest := 1.0, 1.0, 0.0
	for _, r := range returns {
		growth *= 1 + r
		peak = math.Max(peak, growth)
		deepest = math.Min(deepest, growth/peak-1)
	}
	return measured(deepest)
}

// UlcerIndex is the root mean square of the drawdowns over all periods (Martin 1987).
func UlcerIndex(returns []float64) Figure {
	ulcer, _ := painOf(returns)
	return ulcer
}

// PainIndex is the mean depth of the drawdowns over all periods, positive.
func PainIndex(returns []float64) Figure {
	_, pain := painOf(returns)
	return pain
}

func painOf(returns []float64) (ulcer, pain Figure) {
	if len(returns) == 0 {
		return missing(Empty), missing(Empty)
	}
	squares, sum := 0.0, 0.0
	growth, peak := 1.0, 1.0
	for _, r := range returns {
		growth *= 1 + r
		peak = math.Max(peak, growth)
		depth := growth/peak - 1
		squares += float64(depth * depth)
		sum -= depth
	}
	n := float64(len(returns))
	return measured(math.Sqrt(squares / n)), measured(sum / n)
}

// Episode is one fall from a peak: the day of the peak, the deepest day, and the
// first day at or above the old peak, which is None while it lasts. Depth is
// negative. Days count from the peak to the recovery, or to the last day.
type Episode struct {
	Peak, Trough, Recovery date.Date
	Depth                  float64
	Days                   int
}

// Open reports whether the old peak has not been reached again.
func (e Episode) Open() bool { return e.Recovery.IsNone() }

// Episodes lists every drawdown of a dated series in order of time. The start
// is the day before the first return, on which growth is 1. returns and dates
// must be of one length.
func Episodes(start date.Date, dates []date.Date, returns []float64) []Episode {
	var episodes []Episode
	growth, peak, peakDay := 1.0, 1.0, start
	var current *Episode
	for i, r := range returns {
		growth *= 1 + r
		day := dates[i]
		if growth >= peak {
			if current != nil {
				current.Recovery, current.Days = day, int(day)-int(current.Peak)
				current = nil
			}
			peak, peakDay = growth, day
			continue
		}
		depth := growth/peak - 1
		if current == nil {
			episodes = append(episodes, Episode{Peak: peakDay, Trough: day, Recovery: date.None, Depth: depth})
			current = &episodes[len(episodes)-1]
		}
		if depth < current.Depth {
			current.Depth, current.Trough = depth, day
		}
		current.Days = int(day) - int(current.Peak)
	}
	return episodes
}
