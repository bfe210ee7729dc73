// Package volatility says how much a return series moves: measured over the past
// and expected for the periods ahead.
//
// Model: a series holds one return a period, oldest first, without gaps. Each
// model gives a Path, the variance that it expected for every period of the
// sample from what was known before, and a Forecast of the variance of each
// period ahead. The models are
//
//	Sample   one constant variance about the mean (n − 1)
//	EWMA     σ²ₜ₊₁ = λ σ²ₜ + (1 − λ) rₜ², mean zero, begun with the first square
//	GARCH    σ²ₜ₊₁ = ω + α eₜ² + β σ²ₜ with e = r − μ, by maximum likelihood
//	GJR      the same with γ eₜ² more after a fall, e < 0
//	HAR      rₜ² on its means over 1, 5 and 22 periods, by least squares
//
// HAR forecasts the mean squared return of a day. It is no forecast of realised
// variance from intraday prices, which daily closes do not hold.
//
// Units: returns and volatilities are fractions (0.01 is one percent), variances
// fractions squared; both are per period unless a name says annual, which is the
// root of periods per year times the volatility per period.
//
// A figure that does not exist carries a Reason; no function returns NaN or an
// infinity for finite input.
//
// Sources: RiskMetrics Technical Document, 4th ed. (1996); Bollerslev, Journal of
// Econometrics 31 (1986); Glosten, Jagannathan and Runkle, Journal of Finance 48
// (1993); Corsi, Journal of Financial Econometrics 7 (2009). Starting variance
// and its bounds follow Sheppard's `arch`.
package volatility

import (
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

// The reasons that this package adds to those of package risk.
const (
	MostlyStill   risk.Reason = "mostly_still"      // more than half of the returns are zero: prices were stale
	NoConvergence risk.Reason = "no_convergence"    // the likelihood was still rising when the search ended
	NotStationary risk.Reason = "not_stationary"    // shocks do not die out, so there is no long-run level
	Negative      risk.Reason = "negative_forecast" // the regression expects a variance below zero
	Collinear     risk.Reason = "collinear"         // the averages of squares do not differ enough to tell apart
)

// Forecast is the expected variance of each period ahead, the next one first.
type Forecast []float64

// Over is the volatility of the whole stretch of h periods, taking returns of
// different periods as uncorrelated: √(v₁ + … + v_h). It needs h in 1…len.
func (f Forecast) Over(h int) risk.Figure {
	if h < 1 || h > len(f) {
		return risk.Figure{Reason: risk.TooShort}
	}
	sum := 0.0
	for _, v := range f[:h] {
		if v < 0 {
			return risk.Figure{Reason: Negative}
		}
		sum += v
	}
	return figure(math.Sqrt(sum))
}

// Annual is Over(h) per year: the average volatility of the next h periods.
func (f Forecast) Annual(h int, periodsPerYear float64) risk.Figure {
	over := f.Over(h)
	if !over.Known() {
		return over
	}
	return figure(over.Value / math.Sqrt(float64(h)) * math.Sqrt(periodsPerYear))
}

// flat expects the same variance for h periods.
func flat(variance float64, h int) Forecast {
	out := make(Forecast, max(h, 0))
	for i := range out {
		out[i] = variance
	}
	return out
}

// figure makes a figure of a computed number.
func figure(v float64) risk.Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return risk.Figure{Reason: risk.OutOfRange}
	}
	return risk.Figure{Value: v}
}

// usable says why a series cannot carry an estimate that needs least periods.
func usable(returns []float64, least int) risk.Reason {
	switch {
	case len(returns) == 0:
		return risk.Empty
	case len(returns) < least:
		return risk.TooShort
	}
	deviation := series.StdDev(returns)
	switch {
	case !(deviation < 1e100): // squares of squares must stay within float64
		return risk.OutOfRange
	case !(deviation > 1e-14*series.Largest(returns)) || deviation < 1e-100:
		return risk.NoVolatility
	}
	return ""
}
