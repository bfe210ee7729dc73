package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Rolling is a measure over each window of the last n periods, one figure a
// period: NaN never, a Reason until the first window is full.
func Rolling(returns []float64, window int, measure func([]float64) Figure) []Figure {
	out := make([]Figure, len(returns))
	for i := range returns {
		if i+1 < window || window < 1 {
			out[i] = missing(TooShort)
			continue
		}
		out[i] = measure(returns[i+1-window : i+1])
	}
	return out
}

// RollingVolatility is the annualised sample deviation of each window, in one
// pass: sums move along with the window around the mean of the whole series and
// are taken afresh once a window, so that rounding does not pile up.
func RollingVolatility(returns []float64, window int, periodsPerYear float64) []Figure {
	out := make([]Figure, len(returns))
	if window < 2 || len(returns) < window {
		for i := range out {
			out[i] = missing(TooShort)
		}
		return out
	}
	centre, root, count := series.Mean(returns), math.Sqrt(periodsPerYear), float64(window)
	sum, squares := 0.0, 0.0
	for i, r := range returns {
		if i+1 < window {
			out[i] = missing(TooShort)
			continue
		}
		inside := returns[i+1-window : i+1]
		if (i+1)%window == 0 || i+1 == window {
			sum, squares = 0, 0
			for _, v := range inside {
				d := v - centre
				sum += d
				squares += float64(d * d)
			}
		} else {
			in, gone := r-centre, returns[i-window]-centre
			sum += in - gone
			squares += float64(in*in) - float64(gone*gone)
		}
		variance := (squares - float64(sum*sum)/count) / (count - 1)
		if variance <= 1e-12*squares/count { // too close to call by differences
			variance = series.Variance(inside)
		}
		out[i] = measured(math.Sqrt(variance) * root)
	}
	return out
}

// RollingBeta is the beta to a benchmark over each window.
func RollingBeta(returns, benchmark []float64, window int) []Figure {
	out := make([]Figure, len(returns))
	for i := range returns {
		if i+1 < window || window < 2 || len(benchmark) != len(returns) {
			out[i] = missing(TooShort)
			continue
		}
		out[i] = Compare(returns[i+1-window:i+1], benchmark[i+1-window:i+1], nil, 252).Beta
	}
	return out
}
