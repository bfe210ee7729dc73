package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Falls are figures of the drawdowns of a series. A fall lasts from a peak of growth
// until it is reached again, or until the end of the series; its depth is its deepest
// point. Lengths are in periods.
type Falls struct {
	Count           int
	AverageDepth    Figure // mean of the depths, negative
	AverageLength   Figure // from the peak to the recovery, or to the end
	AverageRecovery Figure // from the deepest point to the recovery, of those that recovered
	Longest         int    // periods from a peak to its recovery, or to the end
	// Deviation is √(Σ depth² / n) over the falls, n the periods (Bacon, 2nd ed., p. 90).
	Deviation Figure
	// ConditionalDrawdown is the mean of the worst 5 % of the drawdowns of all periods,
	// positive: those not above their 5 % quantile (Chekhlov, Uryasev and Zabarankin 2005).
	ConditionalDrawdown Figure
	squares             float64 // Σ depth²
}

// FallsOf measures the drawdowns of a series.
func FallsOf(returns []float64) Falls {
	if len(returns) == 0 {
		e := missing(Empty)
		return noFalls(e)
	}
	depths := Drawdowns(returns)
	if series.FirstBad(depths) >= 0 {
		return noFalls(missing(OutOfRange))
	}
	var f Falls
	sum, periods, recovery, recovered := 0.0, 0, 0, 0
	for i := 0; i < len(depths); {
		if depths[i] >= 0 {
			i++
			continue
		}
		start, deepest := i, i
		for i < len(depths) && depths[i] < 0 {
			if depths[i] < depths[deepest] {
				deepest = i
			}
			i++
		}
		length := i - start
		if i < len(depths) {
			length++
			recovered++
			recovery += i - deepest
		}
		f.Count++
		f.Longest = max(f.Longest, length)
		periods += length
		sum += depths[deepest]
		f.squares += float64(depths[deepest] * depths[deepest])
	}
	none := missing(NoDrawdown)
	f.AverageDepth, f.AverageLength, f.AverageRecovery = none, none, missing(NotRecovered)
	f.Deviation = measured(math.Sqrt(f.squares / float64(len(returns))))
	if f.Count > 0 {
		f.AverageDepth = measured(sum / float64(f.Count))
		f.AverageLength = measured(float64(periods) / float64(f.Count))
	} else {
		f.AverageRecovery = none
	}
	if recovered > 0 {
		f.AverageRecovery = measured(float64(recovery) / float64(recovered))
	}
	f.ConditionalDrawdown = historicalTail(depths, 0.95).ES
	return f
}

// squared is the sum of the squared depths.
func (f *Falls) squared() Figure {
	if !f.Deviation.Known() {
		return f.Deviation
	}
	return measured(f.squares)
}

func noFalls(e Figure) Falls {
	return Falls{AverageDepth: e, AverageLength: e, AverageRecovery: e, Deviation: e, ConditionalDrawdown: e}
}

// PainRatios set the annual return against measures of drawdown.
type PainRatios struct {
	// Martin is the annual return above the risk-free one over the ulcer index: the ulcer
	// performance index (Martin and McCann 1989).
	Martin Figure
	Pain   Figure // the same over the pain index (Zephyr; Bacon, 2nd ed., p. 91)
	// Burke is the same over the root of the sum of the squared depths of all falls (Burke 1994).
	Burke Figure
	// Sterling is the annual return over the depth of the maximum drawdown plus 10 %
	// (Kestner 1996; the excess is 0.1 as in Bacon and PerformanceAnalytics).
	Sterling Figure
	Recovery Figure // total return over the depth of the maximum drawdown: recovery factor
	// Serenity is the annual return above the risk-free one over ulcer index × pitfall,
	// the pitfall being the conditional drawdown over the annual volatility (KeyQuant 2015).
	Serenity Figure
}

// sterlingExcess is what is added to the maximum drawdown.
const sterlingExcess = 0.1

// PainRatiosOf computes the ratios; riskFree is the geometric risk-free return a year.
func PainRatiosOf(m *Metrics, falls *Falls, riskFree Figure) PainRatios {
	excess := difference(m.AnnualReturn, riskFree)
	over := func(a Figure, b Figure) Figure {
		if f, none := first(a, b); none {
			return f
		}
		return ratio(a.Value, b.Value, 0, NoDrawdown)
	}
	depth := scaled(m.MaxDrawdown, -1)
	out := PainRatios{Martin: over(excess, m.UlcerIndex), Pain: over(excess, m.PainIndex), Recovery: over(m.TotalReturn, depth),
		Burke: over(excess, root(falls.squared())), Sterling: m.AnnualReturn}
	if f, none := first(m.AnnualReturn, depth); none {
		out.Sterling = f
	} else {
		out.Sterling = ratio(m.AnnualReturn.Value, depth.Value+sterlingExcess, 0, NoDrawdown)
	}
	out.Serenity = missing(NoVolatility)
	if f, none := first(m.AnnualVolatility, falls.ConditionalDrawdown); none {
		out.Serenity = f
	} else if m.AnnualVolatility.Value > 0 {
		pitfall := measured(falls.ConditionalDrawdown.Value / m.AnnualVolatility.Value)
		out.Serenity = over(excess, product(m.UlcerIndex, pitfall))
	}
	return out
}
