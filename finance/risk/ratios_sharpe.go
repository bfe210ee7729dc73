package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// GeometricSharpe is the geometric annual return of the excess returns over their annual
// standard deviation. excess holds r − rf.
func GeometricSharpe(excess []float64, periodsPerYear float64) Figure {
	annual, volatility := AnnualReturn(excess, periodsPerYear), AnnualVolatility(excess, periodsPerYear)
	if f, none := first(annual, volatility); none {
		return f
	}
	return ratio(annual.Value, volatility.Value, math.Sqrt(periodsPerYear)*series.Largest(excess), NoVolatility)
}

// AdjustedSharpe takes skewness S and kurtosis K of the returns into the annual Sharpe
// ratio SR, SR (1 + S/6 SR − (K − 3)/24 SR²): what a saver of constant absolute risk
// aversion would trade it for (Pezier and White 2006).
func AdjustedSharpe(sharpe, skewness, excessKurtosis Figure) Figure {
	if f, none := first(sharpe, skewness, excessKurtosis); none {
		return f
	}
	s := sharpe.Value
	return measured(s * (1 + float64(skewness.Value/6*s) - float64(excessKurtosis.Value/24*s*s)))
}

// SkewnessKurtosis is the skewness over the kurtosis, of which a normal series has 3
// (Bacon, 2nd ed., p. 100).
func SkewnessKurtosis(skewness, excessKurtosis Figure) Figure {
	if f, none := first(skewness, excessKurtosis); none {
		return f
	}
	return ratio(skewness.Value, excessKurtosis.Value+3, 0, NoVolatility)
}

// SharpeTest says how sure a Sharpe ratio is, given the length, skewness and kurtosis of
// its series.
type SharpeTest struct {
	// Error is the standard error of the annual Sharpe ratio (Mertens 2002).
	Error Figure
	// Probability that the true ratio exceeds the one compared with: the probabilistic
	// Sharpe ratio (Bailey and López de Prado 2012).
	Probability Figure
	// Deflated is the probability that it exceeds what the best of so many trials without
	// skill would show: the deflated Sharpe ratio (Bailey and López de Prado 2014).
	Deflated Figure
	// Hurdle is the annual ratio that the deflated one is compared with.
	Hurdle Figure
}

// Trials are the strategies among which a series was chosen: their number, at least one,
// and the standard deviation of their annual Sharpe ratios. The zero value says that
// nothing is known of them.
type Trials struct {
	Number    float64
	Deviation float64
}

// TestSharpe compares the annual Sharpe ratio of excess returns with another one. With SR
// per period and γ the standardised moments of the excess returns,
//
//	σ²(SR) = (1 − γ₃ SR + (γ₄ − 1)/4 SR²) / (n − 1)
//	P      = Φ((SR − SR*) / σ(SR))
//	SR₀    = √V ((1 − e) Φ⁻¹(1 − 1/N) + e Φ⁻¹(1 − 1/(N e₁)))
//
// where e is Euler's constant 0.5772, e₁ 2.718 and V the variance of the ratios of N
// trials. Of one trial nothing is deflated.
func TestSharpe(excess []float64, against float64, trials Trials, periodsPerYear float64) SharpeTest {
	sharpe := Sharpe(excess, periodsPerYear)
	skewness, kurtosis := shape(excess)
	if f, none := first(sharpe, skewness, kurtosis); none {
		return SharpeTest{f, f, f, f}
	}
	year := math.Sqrt(periodsPerYear)
	s := sharpe.Value / year
	variance := (1 - float64(skewness.Value*s) + float64((kurtosis.Value+2)/4*s*s)) / float64(len(excess)-1)
	if !(variance > 0) {
		none := missing(NoVolatility)
		return SharpeTest{none, none, none, none}
	}
	sd := math.Sqrt(variance)
	above := func(hurdle float64) Figure { return measured(normalCDF((s - hurdle/year) / sd)) }
	out := SharpeTest{Error: measured(sd * year), Probability: above(against), Deflated: missing(NoTrials), Hurdle: missing(NoTrials)}
	if trials.Number >= 1 {
		out.Hurdle = measured(trials.Deviation * bestOf(trials.Number))
		if out.Hurdle.Known() {
			out.Deflated = above(out.Hurdle.Value)
		}
	}
	return out
}

// bestOf is about the expected largest of n standard normal numbers.
func bestOf(n float64) float64 {
	if n <= 1 {
		return 0
	}
	const euler = 0.57721566490153286
	return -float64((1-euler)*normalQuantile(1/n)) - float64(euler*normalQuantile(1/(n*math.E)))
}

func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
