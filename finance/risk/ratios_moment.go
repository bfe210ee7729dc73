package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// LowerPartialMoment is the mean of max(minimum − r, 0) to the power of order, over all
// periods (Bawa 1975): order 1 is the mean shortfall, 2 the downside variance. minimum is
// per period.
func LowerPartialMoment(returns []float64, minimum float64, order int) Figure {
	return partialMoment(returns, func(r float64) float64 { return minimum - r }, order)
}

// UpperPartialMoment is the mean of max(r − minimum, 0) to the power of order, over all
// periods: order 1 is the upside potential, 2 the upside variance.
func UpperPartialMoment(returns []float64, minimum float64, order int) Figure {
	return partialMoment(returns, func(r float64) float64 { return r - minimum }, order)
}

func partialMoment(returns []float64, size func(float64) float64, order int) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	sum := 0.0
	for _, r := range returns {
		if x := size(r); x > 0 {
			sum += power(x, order)
		}
	}
	return measured(sum / float64(len(returns)))
}

// power is x to a small whole power, by multiplication.
func power(x float64, order int) float64 {
	y := x
	for range order - 1 {
		y *= x
	}
	return y
}

// SemiDeviation is the root mean square of the returns below their mean, over all
// periods, per period (Bacon, 2nd ed., p. 99).
func SemiDeviation(returns []float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	return root(LowerPartialMoment(returns, series.Mean(returns), 2))
}

// MeanAbsoluteDeviation is the mean distance of the returns from their mean, per period
// (Bacon, 2nd ed., p. 62).
func MeanAbsoluteDeviation(returns []float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	mean, sum := series.Mean(returns), 0.0
	for _, r := range returns {
		sum += math.Abs(r - mean)
	}
	return measured(sum / float64(len(returns)))
}

// Frequencies are the shares of all periods with a return above and below the minimum
// (Bacon, 2nd ed., p. 94–95).
func Frequencies(returns []float64, minimum float64) (up, down Figure) {
	if len(returns) == 0 {
		return missing(Empty), missing(Empty)
	}
	above, below := 0, 0
	for _, r := range returns {
		switch {
		case r > minimum:
			above++
		case r < minimum:
			below++
		}
	}
	n := float64(len(returns))
	return measured(float64(above) / n), measured(float64(below) / n)
}

// Kappa is the mean return above the minimum over the root of the lower partial moment of
// that order, per period (Kaplan and Knowles 2004). Order 1 is Omega less one, order 2
// Sortino's ratio.
func Kappa(returns []float64, minimum float64, order int) Figure {
	lower := LowerPartialMoment(returns, minimum, order)
	if !lower.Known() {
		return lower
	}
	return ratio(series.Mean(returns)-minimum, math.Pow(lower.Value, 1/float64(order)), 0, NoDownside)
}

// UpsidePotential is the upside potential over the downside deviation, both over all
// periods (Sortino, van der Meer and Plantinga 1999).
func UpsidePotential(returns []float64, minimum float64) Figure {
	upper, lower := UpperPartialMoment(returns, minimum, 1), root(LowerPartialMoment(returns, minimum, 2))
	if f, none := first(upper, lower); none {
		return f
	}
	return ratio(upper.Value, lower.Value, 0, NoDownside)
}

// lossAversion is how much more a loss weighs than a gain (Tversky and Kahneman 1992).
const lossAversion = 2.25

// Prospect is the mean of the gains less 2.25 times the losses, less the minimum, over the
// downside deviation, per period (Watanabe 2006).
func Prospect(returns []float64, minimum float64) Figure {
	gains, losses := UpperPartialMoment(returns, 0, 1), LowerPartialMoment(returns, 0, 1)
	lower := root(LowerPartialMoment(returns, minimum, 2))
	if f, none := first(gains, losses, lower); none {
		return f
	}
	return ratio(gains.Value-float64(lossAversion*losses.Value)-minimum, lower.Value, 0, NoDownside)
}

// root is the square root of a figure.
func root(f Figure) Figure {
	if !f.Known() {
		return f
	}
	return measured(math.Sqrt(f.Value))
}

// scaled is a figure times a number.
func scaled(f Figure, by float64) Figure {
	if !f.Known() {
		return f
	}
	return measured(f.Value * by)
}

// product is the product of figures.
func product(figures ...Figure) Figure {
	if f, none := first(figures...); none {
		return f
	}
	x := 1.0
	for _, f := range figures {
		x *= f.Value
	}
	return measured(x)
}

// difference is a − b.
func difference(a, b Figure) Figure {
	if f, none := first(a, b); none {
		return f
	}
	return measured(a.Value - b.Value)
}
