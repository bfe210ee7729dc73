package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Sharpe is the mean excess return over its standard deviation, annualised:
// mean(r − rf) / sd(r − rf) × √periods per year. excess holds r − rf.
func Sharpe(excess []float64, periodsPerYear float64) Figure {
	if len(excess) < 2 {
		return missing(TooShort)
	}
	f := ratio(series.Mean(excess), series.StdDev(excess), series.Largest(excess), NoVolatility)
	if f.Known() {
		f = measured(f.Value * math.Sqrt(periodsPerYear))
	}
	return f
}

// Sortino is the arithmetic annual return over the downside deviation against zero.
func Sortino(returns []float64, periodsPerYear float64) Figure {
	down := DownsideDeviation(returns, periodsPerYear)
	if !down.Known() {
		return down
	}
	return ratio(series.Mean(returns)*periodsPerYear, down.Value, 0, NoDownside)
}

// Calmar is the annual return over the depth of the maximum drawdown.
func Calmar(returns []float64, periodsPerYear float64) Figure {
	annual, deepest := AnnualReturn(returns, periodsPerYear), MaxDrawdown(returns)
	if f, none := first(annual, deepest); none {
		return f
	}
	return ratio(annual.Value, -deepest.Value, 0, NoDrawdown)
}

// Omega is the sum of the gains over the sum of the losses, against zero.
func Omega(returns []float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	gains, losses := 0.0, 0.0
	for _, r := range returns {
		if r > 0 {
			gains += r
		} else {
			losses -= r
		}
	}
	return ratio(gains, losses, 0, NoDownside)
}
