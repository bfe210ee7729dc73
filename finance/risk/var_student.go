package risk

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/foliosight/foliosight/finance/series"
)

// StudentT is a location-scale t distribution fitted to returns.
type StudentT struct {
	Location, Scale, Degrees float64
}

// The degrees of freedom are sought between these: below the one the mean does
// not exist for long, beyond the other the distribution is normal to five digits.
const minDegrees, maxDegrees = 0.5, 1e4

// FitStudentT fits location, scale and degrees of freedom by maximum likelihood.
// For given degrees the other two come from the EM iteration of Lange, Little
// and Taylor (1989); the degrees from a golden section over their logarithm.
// ok is false for a series without spread or with less than four observations.
func FitStudentT(returns []float64) (fit StudentT, ok bool) {
	scale := series.StdDev(returns)
	if len(returns) < 4 || !(scale > 1e-14*series.Largest(returns)) || math.IsInf(scale, 0) {
		return StudentT{}, false
	}
	fit = StudentT{Location: series.Mean(returns), Scale: scale}
	at := func(logDegrees float64) float64 {
		fit.Degrees = math.Exp(logDegrees)
		return fit.climb(returns)
	}
	const golden = 0.6180339887498949
	low, high := math.Log(minDegrees), math.Log(maxDegrees)
	a, b := high-float64(golden*(high-low)), low+float64(golden*(high-low))
	fa, fb := at(a), at(b)
	for high-low > 1e-6 {
		if fa >= fb {
			high, b, fb = b, a, fa
			a = high - float64(golden*(high-low))
			fa = at(a)
		} else {
			low, a, fa = a, b, fb
			b = low + float64(golden*(high-low))
			fb = at(b)
		}
	}
	at(low + (high-low)/2)
	return fit, fit.Scale > 0 && !math.IsInf(fit.Scale, 0)
}

// climb improves location and scale for the given degrees until the likelihood
// stands still, and returns its logarithm.
func (t *StudentT) climb(returns []float64) float64 {
	n, previous := float64(len(returns)), math.Inf(-1)
	for range 500 {
		weights, weighted := 0.0, 0.0
		for _, r := range returns {
			d := (r - t.Location) / t.Scale
			w := (t.Degrees + 1) / (t.Degrees + float64(d*d))
			weights += w
			weighted += float64(w * r)
		}
		location, spread, logs := weighted/weights, 0.0, 0.0
		for _, r := range returns {
			d := (r - t.Location) / t.Scale
			q := float64(d * d)
			w := (t.Degrees + 1) / (t.Degrees + q)
			e := r - location
			spread += float64(w * float64(e*e))
			logs += math.Log1p(q / t.Degrees)
		}
		likelihood := float64(n*t.logConstant()) - float64((t.Degrees+1)/2*logs)
		if likelihood-previous < 1e-11*math.Abs(likelihood) {
			return likelihood
		}
		previous = likelihood
		// dividing by Σw instead of n is the faster parameter-expanded step (Liu, Rubin and Wu 1998)
		t.Location, t.Scale = location, math.Sqrt(spread/weights)
		if t.Scale < 1e-300 {
			t.Scale = 1e-300
		}
	}
	return previous
}

func (t *StudentT) logConstant() float64 {
	upper, _ := math.Lgamma((t.Degrees + 1) / 2)
	lower, _ := math.Lgamma(t.Degrees / 2)
	return upper - lower - math.Log(t.Degrees*math.Pi)/2 - math.Log(t.Scale)
}

// Tail is VaR and ES of the fitted distribution:
//
//	VaR = −(m + s q),  ES = −m + s f(q)/(1−confidence) · (ν + q²)/(ν − 1)
//
// with q the t quantile and f its density. ES needs more than one degree.
func (t StudentT) Tail(confidence float64) Tail {
	unit := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: t.Degrees}
	q, share := unit.Quantile(1-confidence), 1-confidence
	out := Tail{Confidence: confidence, VaR: measured(-(t.Location + float64(t.Scale*q))), ES: missing(NoSecondMoment)}
	if t.Degrees > 1 {
		beyond := unit.Prob(q) / share * (t.Degrees + float64(q*q)) / (t.Degrees - 1)
		out.ES = measured(float64(t.Scale*beyond) - t.Location)
	}
	return out
}

// StudentTail fits a t distribution and takes its tail.
func StudentTail(returns []float64, confidence float64) Tail {
	fit, ok := FitStudentT(returns)
	if !ok {
		reason := NoVolatility
		if len(returns) < 4 {
			reason = TooShort
		}
		return Tail{confidence, missing(reason), missing(reason)}
	}
	return fit.Tail(confidence)
}
