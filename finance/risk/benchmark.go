package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Against holds what a return series is beside a benchmark of the same periods.
type Against struct {
	Beta, Alpha                     Figure
	TrackingError, Information      Figure
	Capture, UpCapture, DownCapture Figure
	Correlation, RSquared           Figure
	Treynor, MSquared               Figure
}

// Compare measures returns against a benchmark. riskFree is a rate per period
// for each, or nil for none; all series are of one length.
//
//	beta              cov(r, b) / var(b), of plain returns
//	alpha             mean of (r − rf) − beta (b − rf), annualised (1 + a)^ppy − 1
//	tracking error    sd(r − b) √ppy
//	information ratio mean(r − b) / sd(r − b), per period
//	capture           ratio of the geometric annual returns; up and down over
//	                  the periods in which the benchmark rose or fell
//	treynor           mean excess × ppy / beta
//	M²                Sharpe ratio × annual volatility of the benchmark + mean rf × ppy
func Compare(returns, benchmark, riskFree []float64, periodsPerYear float64) Against {
	n := len(returns)
	if len(benchmark) != n || n == 0 {
		return against(NoBenchmark)
	}
	if n < 2 {
		a := against(TooShort)
		a.Capture = captured(AnnualReturn(returns, periodsPerYear), AnnualReturn(benchmark, periodsPerYear), BenchmarkFlat)
		a.UpCapture, a.DownCapture = sidedCaptures(returns, benchmark, periodsPerYear)
		return a
	}
	var a Against
	count, root := float64(n), math.Sqrt(periodsPerYear)
	meanR, meanB := series.Mean(returns), series.Mean(benchmark)
	meanFree := 0.0
	if len(riskFree) == n {
		meanFree = series.Mean(riskFree)
	}
	sumRR, sumBB, sumRB := 0.0, 0.0, 0.0
	sumActive := 0.0
	meanActive := meanR - meanB
	scaleR, scaleB := 0.0, 0.0
	for i, r := range returns {
		b := benchmark[i]
		dr, db := r-meanR, b-meanB
		sumRR += float64(dr * dr)
		sumBB += float64(db * db)
		sumRB += float64(dr * db)
		da := (r - b) - meanActive
		sumActive += float64(da * da)
		scaleR, scaleB = math.Max(scaleR, math.Abs(r)), math.Max(scaleB, math.Abs(b))
	}
	sdR, sdB := math.Sqrt(sumRR/(count-1)), math.Sqrt(sumBB/(count-1))
	sdActive := math.Sqrt(sumActive / (count - 1))
	flatR, flatB := !(sdR > 1e-14*scaleR), !(sdB > 1e-14*scaleB)

	a.Beta = missing(BenchmarkFlat)
	if !flatB {
		a.Beta = measured(sumRB / sumBB)
	}
	a.Alpha = alpha(a.Beta, meanR-meanFree, meanB-meanFree, periodsPerYear)
	a.TrackingError = measured(sdActive * root)
	a.Information = ratio(meanActive, sdActive, math.Max(scaleR, scaleB), NoVolatility)
	a.Capture = captured(AnnualReturn(returns, periodsPerYear), AnnualReturn(benchmark, periodsPerYear), BenchmarkFlat)
	a.UpCapture, a.DownCapture = sidedCaptures(returns, benchmark, periodsPerYear)

	switch {
	case flatB:
		a.Correlation, a.RSquared = missing(BenchmarkFlat), missing(BenchmarkFlat)
	case flatR:
		a.Correlation, a.RSquared = missing(NoVolatility), missing(NoVolatility)
	default:
		rho := math.Max(-1, math.Min(1, sumRB/(math.Sqrt(sumRR)*math.Sqrt(sumBB))))
		a.Correlation, a.RSquared = measured(rho), measured(rho*rho)
	}
	a.Treynor = a.Beta
	if a.Beta.Known() {
		a.Treynor = ratio((meanR-meanFree)*periodsPerYear, a.Beta.Value, 0, NoBeta)
	}
	a.MSquared = mSquared(returns, riskFree, sdB, meanFree, periodsPerYear)
	return a
}

func against(r Reason) Against {
	m := missing(r)
	return Against{m, m, m, m, m, m, m, m, m, m, m}
}

func alpha(beta Figure, meanExcess, meanBenchmarkExcess, periodsPerYear float64) Figure {
	if !beta.Known() {
		return beta
	}
	perPeriod := meanExcess - float64(beta.Value*meanBenchmarkExcess)
	if perPeriod <= -1 {
		return missing(CapitalLost)
	}
	return measured(math.Pow(1+perPeriod, periodsPerYear) - 1)
}

func mSquared(returns, riskFree []float64, sdBenchmark, meanFree, periodsPerYear float64) Figure {
	sharpe := Sharpe(Excess(returns, riskFree), periodsPerYear)
	if !sharpe.Known() {
		return sharpe
	}
	return measured(float64(sharpe.Value*sdBenchmark*math.Sqrt(periodsPerYear)) + float64(meanFree*periodsPerYear))
}

// Excess is returns less the risk-free rate of each period; riskFree nil is none.
func Excess(returns, riskFree []float64) []float64 {
	if len(riskFree) != len(returns) {
		return returns
	}
	excess := make([]float64, len(returns))
	for i, r := range returns {
		excess[i] = r - riskFree[i]
	}
	return excess
}

func captured(own, benchmark Figure, none Reason) Figure {
	if f, missing := first(own, benchmark); missing {
		return f
	}
	return ratio(own.Value, benchmark.Value, 0, none)
}

// sidedCaptures are the ratios of annual returns over the benchmark's rising and falling periods.
func sidedCaptures(returns, benchmark []float64, periodsPerYear float64) (up, down Figure) {
	upOwn, upBench, downOwn, downBench := 1.0, 1.0, 1.0, 1.0
	ups, downs := 0, 0
	for i, b := range benchmark {
		switch {
		case b > 0:
			upOwn *= 1 + returns[i]
			upBench *= 1 + b
			ups++
		case b < 0:
			downOwn *= 1 + returns[i]
			downBench *= 1 + b
			downs++
		}
	}
	up, down = missing(NoUpPeriods), missing(NoDownPeriods)
	if ups > 0 {
		up = captured(annualised(upOwn-1, ups, periodsPerYear), annualised(upBench-1, ups, periodsPerYear), NoUpPeriods)
	}
	if downs > 0 {
		down = captured(annualised(downOwn-1, downs, periodsPerYear), annualised(downBench-1, downs, periodsPerYear), NoDownPeriods)
	}
	return up, down
}
