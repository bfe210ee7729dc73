package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// AgainstDetail holds what Against leaves out of a comparison with a benchmark.
type AgainstDetail struct {
	// JensenAlpha is (Rp − Rf) − beta (Rb − Rf) of geometric annual returns (Jensen 1968;
	// Bacon, 2nd ed., p. 72), where Against has the compounded alpha of the mean.
	JensenAlpha Figure
	// SystematicRisk is |beta| × the annual volatility of the benchmark, SpecificRisk the
	// annual deviation of the residuals. Their squares add up to that of the volatility:
	// both divide by n − 1.
	SystematicRisk, SpecificRisk Figure
	Appraisal                    Figure // Jensen's alpha over the specific risk (Treynor and Black 1973)
	// FamaBeta is the ratio of the volatilities: the beta that as much risk would have been
	// worth if all of it were the market's. Diversification is the return forgone by
	// carrying other risk, (FamaBeta − beta) (Rb − Rf); NetSelectivity what is left of
	// Jensen's alpha after it (Fama 1972).
	FamaBeta, Diversification, NetSelectivity Figure
	ActivePremium                             Figure // annual return less the benchmark's
	AnnualInformation                         Figure // mean active return a year over the tracking error
	MSquaredExcess                            Figure // M² less the benchmark's mean return a year
	// BullBeta and BearBeta are beta over the periods in which the benchmark rose or fell.
	BullBeta, BearBeta Figure
	CaptureSpread      Figure // up capture over down capture
	// Batting is the share of periods with a return above the benchmark's, of all, of
	// those in which it did not fall, and of those in which it fell.
	Batting, UpBatting, DownBatting Figure
}

// CompareDetail measures returns against a benchmark; a is what Compare gives of them.
func CompareDetail(s Sample, a *Against) AgainstDetail {
	n, ppy := len(s.Returns), s.PeriodsPerYear
	if len(s.Benchmark) != n || n < 2 {
		none := missing(NoBenchmark)
		if n == 1 && len(s.Benchmark) == 1 {
			none = missing(TooShort)
		}
		return AgainstDetail{none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none}
	}
	var d AgainstDetail
	own, benchmark, free := AnnualReturn(s.Returns, ppy), AnnualReturn(s.Benchmark, ppy), measured(0)
	if len(s.RiskFree) == n {
		free = AnnualReturn(s.RiskFree, ppy)
	}
	premium := difference(benchmark, free)
	d.JensenAlpha = difference(difference(own, free), product(a.Beta, premium))
	volatility, market := AnnualVolatility(s.Returns, ppy), AnnualVolatility(s.Benchmark, ppy)
	d.SystematicRisk = product(a.Beta, market)
	if d.SystematicRisk.Known() {
		d.SystematicRisk.Value = math.Abs(d.SystematicRisk.Value)
	}
	d.SpecificRisk = residualRisk(s, a.Beta)
	over := func(a, b Figure, scale float64, none Reason) Figure {
		if f, missing := first(a, b); missing {
			return f
		}
		return ratio(a.Value, b.Value, scale, none)
	}
	d.Appraisal = over(d.JensenAlpha, d.SpecificRisk, math.Max(volatility.Value, 1e-300), NoVolatility)
	d.FamaBeta = a.Beta // its reason: the benchmark does not move
	if a.Beta.Known() {
		d.FamaBeta = over(volatility, market, 0, BenchmarkFlat)
	}
	d.Diversification = product(difference(d.FamaBeta, a.Beta), premium)
	d.NetSelectivity = difference(d.JensenAlpha, d.Diversification)
	d.ActivePremium = difference(own, benchmark)
	d.AnnualInformation = scaled(a.Information, math.Sqrt(ppy))
	d.MSquaredExcess = difference(a.MSquared, measured(series.Mean(s.Benchmark)*ppy))
	d.BullBeta = sidedBeta(s, func(b float64) bool { return b > 0 }, NoUpPeriods)
	d.BearBeta = sidedBeta(s, func(b float64) bool { return b < 0 }, NoDownPeriods)
	d.CaptureSpread = over(a.UpCapture, a.DownCapture, 0, NoDownPeriods)
	d.Batting, d.UpBatting, d.DownBatting = batting(s)
	return d
}

// residualRisk is the annual deviation of r − beta b, n − 1.
func residualRisk(s Sample, beta Figure) Figure {
	if !beta.Known() {
		return beta
	}
	meanR, meanB, sum := series.Mean(s.Returns), series.Mean(s.Benchmark), 0.0
	for i, r := range s.Returns {
		e := (r - meanR) - float64(beta.Value*(s.Benchmark[i]-meanB))
		sum += float64(e * e)
	}
	return measured(math.Sqrt(sum / float64(len(s.Returns)-1) * s.PeriodsPerYear))
}

// sidedBeta is beta over the periods in which the benchmark is on one side.
func sidedBeta(s Sample, in func(float64) bool, none Reason) Figure {
	var own, market []float64
	for i, b := range s.Benchmark {
		if in(b) {
			own, market = append(own, s.Returns[i]), append(market, b)
		}
	}
	switch {
	case len(own) == 0:
		return missing(none)
	case len(own) < 2:
		return missing(TooShort)
	}
	meanR, meanB := series.Mean(own), series.Mean(market)
	squares := series.CrossDeviations(market, market, meanB, meanB)
	return ratio(series.CrossDeviations(own, market, meanR, meanB), squares, float64(series.Largest(market)*series.Largest(market)), BenchmarkFlat)
}

// batting counts the periods that beat the benchmark.
func batting(s Sample) (all, up, down Figure) {
	var won, total [2]int // fell, did not
	for i, b := range s.Benchmark {
		side := 1
		if b < 0 {
			side = 0
		}
		total[side]++
		if s.Returns[i] > b {
			won[side]++
		}
	}
	share := func(won, total int, none Reason) Figure { return ratio(float64(won), float64(total), 0, none) }
	return share(won[0]+won[1], len(s.Returns), Empty), share(won[1], total[1], NoUpPeriods), share(won[0], total[0], NoDownPeriods)
}
