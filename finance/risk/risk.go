// Package risk measures return series and the book held today: volatility,
// ratios, drawdowns, tails, value at risk and its backtest, exposure and
// concentration.
//
// Model: a return series holds one simple return a period, oldest first,
// without gaps. Growth starts at 1 before the first return, so a loss in the
// first period is a drawdown. Missing observations are the caller's business:
// series are aligned before they come here, and what was left out is stated.
//
// Units and signs: returns, volatilities and drawdowns are fractions (0.05 is
// five percent); a drawdown is negative; VaR and ES are losses counted
// positive. Standard deviations divide by n − 1, skewness and kurtosis are
// population moments. Annualised figures use the given periods per year (252
// trading days), whatever the length of the series: a caller with less than a
// year says so or leaves them out.
//
// A figure that does not exist carries a Reason instead of a value; no function
// returns NaN or an infinity.
//
// Sources: Bacon, Practical Portfolio Performance Measurement and Attribution,
// 2nd ed.; Jorion, Value at Risk, 3rd ed.; Kupiec 1995 and Christoffersen 1998
// for backtests.
package risk

import "math"

// Reason is the short code of why a figure does not exist; "" when it does.
type Reason string

// The reasons of this package.
const (
	Empty           Reason = "empty"              // no observations
	TooShort        Reason = "too_short"          // fewer observations than the measure needs
	NoVolatility    Reason = "no_volatility"      // a constant series has no ratio to its deviation
	NoDownside      Reason = "no_downside"        // no negative return to measure against
	NoDrawdown      Reason = "no_drawdown"        // never below its peak
	NoLowerTail     Reason = "no_lower_tail"      // the lower quantile is zero
	NoMovement      Reason = "no_movement"        // all returns are zero
	CapitalLost     Reason = "capital_lost"       // growth fell to zero or below
	NoBenchmark     Reason = "no_benchmark"       // no benchmark was given
	BenchmarkFlat   Reason = "benchmark_flat"     // the benchmark did not move or grow
	NoUpPeriods     Reason = "no_up_periods"      // the benchmark never rose
	NoDownPeriods   Reason = "no_down_periods"    // the benchmark never fell
	NoBeta          Reason = "beta_zero"          // divided by a beta of zero
	OutOfRange      Reason = "out_of_range"       // the figure leaves the range of float64
	OutsideDomain   Reason = "outside_domain"     // the expansion is not a quantile function there
	NoSecondMoment  Reason = "degrees_of_freedom" // a tail too heavy for the measure
	NothingHeld     Reason = "nothing_held"       // no position has a value
	NotDeltaPriced  Reason = "delta_unknown"      // an option without a delta
	IncompleteValue Reason = "value_unknown"      // a position without a market value
)

// Figure is a measured number, or the reason why there is none.
type Figure struct {
	Value  float64
	Reason Reason
}

// Known reports whether the figure has a value.
func (f Figure) Known() bool { return f.Reason == "" }

// measured makes a figure of a computed number.
func measured(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{Reason: OutOfRange}
	}
	return Figure{Value: v + 0} // −0 becomes 0
}

// missing makes a figure without a value.
func missing(r Reason) Figure { return Figure{Reason: r} }

// ratio is a / b, or the reason when b is nothing beside the given scale:
// rounding alone makes a deviation of about 1e-16 times the numbers it is of.
func ratio(a, b, scale float64, none Reason) Figure {
	if !(math.Abs(b) > 1e-14*scale) {
		return missing(none)
	}
	return measured(a / b)
}

// first is the first missing figure of several, as the figure that depends on all of them.
func first(figures ...Figure) (Figure, bool) {
	for _, f := range figures {
		if !f.Known() {
			return f, true
		}
	}
	return Figure{}, false
}
