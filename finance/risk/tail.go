package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Tail is a value at risk and its expected shortfall at one confidence, both
// losses counted positive (a negative one is a gain even in the tail).
type Tail struct {
	Confidence float64
	VaR, ES    Figure
}

// HistoricalTail is the loss at the linear-interpolated quantile 1 − confidence
// of the returns, and the mean loss of the returns not above that quantile.
func HistoricalTail(returns []float64, confidence float64) Tail {
	if len(returns) == 0 {
		return Tail{confidence, missing(Empty), missing(Empty)}
	}
	quantile, mean := series.LowTail(returns, 1-confidence, make([]float64, 2*len(returns)))
	return Tail{confidence, measured(-quantile), measured(-mean)}
}

// historicalTail reorders work.
func historicalTail(work []float64, confidence float64) Tail {
	q := series.Quantile(work, 1-confidence)
	sum, count := 0.0, 0
	// After the selection the values not above q stand before those above it,
	// except that ties of q may lie further on.
	for _, r := range work {
		if r <= q {
			sum += r
			count++
		}
	}
	return Tail{confidence, measured(-q), measured(-sum / float64(count))}
}

// TailRatio is the size of the 95 % quantile over that of the 5 % quantile.
func TailRatio(returns []float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	work := append([]float64(nil), returns...)
	lower := series.Quantile(work, 0.05)
	return ratio(math.Abs(series.Quantile(work, 0.95)), math.Abs(lower), 0, NoLowerTail)
}
