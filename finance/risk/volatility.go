package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// AnnualVolatility is the sample standard deviation (n − 1) times the root of
// the periods per year. It needs two observations.
func AnnualVolatility(returns []float64, periodsPerYear float64) Figure {
	if len(returns) < 2 {
		return missing(TooShort)
	}
	return measured(series.StdDev(returns) * math.Sqrt(periodsPerYear))
}

// DownsideDeviation is the root mean square of the returns below zero, over all
// periods, annualised.
func DownsideDeviation(returns []float64, periodsPerYear float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	sum := 0.0
	for _, r := range returns {
		if r < 0 {
			sum += float64(r * r)
		}
	}
	return measured(math.Sqrt(sum/float64(len(returns))) * math.Sqrt(periodsPerYear))
}

// Skewness is the third standardised population moment, m₃ / m₂^1.5.
func Skewness(returns []float64) Figure {
	skew, _ := shape(returns)
	return skew
}

// ExcessKurtosis is the fourth standardised population moment less three, m₄ / m₂² − 3.
func ExcessKurtosis(returns []float64) Figure {
	_, kurtosis := shape(returns)
	return kurtosis
}

func shape(returns []float64) (skew, kurtosis Figure) {
	if len(returns) < 2 {
		return missing(TooShort), missing(TooShort)
	}
	mean := series.Mean(returns)
	second, third, fourth := series.Deviations(returns, mean)
	return standardised(second, third, fourth, len(returns), series.Largest(returns))
}

// standardised makes skewness and excess kurtosis of sums of powers of deviations.
func standardised(second, third, fourth float64, n int, scale float64) (skew, kurtosis Figure) {
	count := float64(n)
	variance := second / count
	if !(math.Sqrt(variance) > 1e-14*scale) {
		return missing(NoVolatility), missing(NoVolatility)
	}
	return measured(third / count / (variance * math.Sqrt(variance))),
		measured(fourth/count/float64(variance*variance) - 3)
}
