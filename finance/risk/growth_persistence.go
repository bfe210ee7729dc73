package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Hurst is the logarithm of the rescaled range over that of the number of periods: the
// range of the cumulated deviations from the mean over the standard deviation. About one
// half for independent returns, more for trends (Hurst 1951; Bacon, 2nd ed., p. 84).
func Hurst(returns []float64) Figure {
	n := len(returns)
	if n < 3 {
		return missing(TooShort)
	}
	mean, sd := series.Mean(returns), series.StdDev(returns)
	if !(sd > 1e-14*series.Largest(returns)) {
		return missing(NoVolatility)
	}
	at, low, high := 0.0, math.Inf(1), math.Inf(-1)
	for _, r := range returns {
		at += r - mean
		low, high = math.Min(low, at), math.Max(high, at)
	}
	return measured(math.Log((high-low)/sd) / math.Log(float64(n)))
}

// Autocorrelation is the correlation of a series with itself so many periods later:
// Σ (r_t − r̄)(r_{t−lag} − r̄) / Σ (r_t − r̄)², both about the mean of all (Box and Jenkins).
func Autocorrelation(returns []float64, lag int) Figure {
	if lag < 1 || len(returns) < lag+2 {
		return missing(TooShort)
	}
	mean := series.Mean(returns)
	squares, _, _ := series.Deviations(returns, mean)
	if !(math.Sqrt(squares) > 1e-14*series.Largest(returns)) {
		return missing(NoVolatility)
	}
	return measured(series.CrossDeviations(returns[lag:], returns[:len(returns)-lag], mean, mean) / squares)
}

// JarqueBera is n/6 (S² + K²/4) of skewness and excess kurtosis, and the chance of so
// much or more from a normal series, exp(−JB/2) (Jarque and Bera 1980; for long series).
func JarqueBera(skewness, excessKurtosis Figure, n int) (statistic, p Figure) {
	if f, none := first(skewness, excessKurtosis); none {
		return f, f
	}
	s, k := skewness.Value, excessKurtosis.Value
	statistic = measured(float64(n) / 6 * (float64(s*s) + float64(k*k)/4))
	if !statistic.Known() {
		return statistic, statistic
	}
	return statistic, measured(math.Exp(-statistic.Value / 2))
}
