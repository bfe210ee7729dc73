package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// normalQuantile is the quantile of the standard normal distribution at p in (0, 1).
func normalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// normalDensity is the density of the standard normal distribution.
func normalDensity(z float64) float64 {
	return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
}

// NormalTail takes mean and sample deviation (n − 1) of the returns as those of
// a normal distribution:
//
//	VaR = −(m + z s),  ES = −m + s φ(z) / (1 − confidence),  z = Φ⁻¹(1 − confidence)
func NormalTail(returns []float64, confidence float64) Tail {
	if len(returns) < 2 {
		return Tail{confidence, missing(TooShort), missing(TooShort)}
	}
	return NormalTailOf(series.Mean(returns), series.StdDev(returns), confidence)
}

// NormalTailOf is NormalTail for a known mean and standard deviation.
func NormalTailOf(mean, deviation, confidence float64) Tail {
	z := normalQuantile(1 - confidence)
	return Tail{
		Confidence: confidence,
		VaR:        measured(-(mean + float64(z*deviation))),
		ES:         measured(float64(deviation*normalDensity(z))/(1-confidence) - mean),
	}
}

// CornishFisher is a tail corrected for skewness and kurtosis. Monotone reports
// whether the corrected quantiles rise with probability everywhere, which is the
// domain in which the expansion is a distribution at all (Maillard 2012).
type CornishFisher struct {
	Tail
	Monotone bool
}

// CornishFisherTail puts population skewness S and excess kurtosis K into the
// normal quantile:
//
//	w(z) = z + (z²−1) S/6 + (z³−3z) K/24 − (2z³−5z) S²/36,  VaR = −(m + w s)
//
// ES is the mean of the quantiles beyond: it does not exist (OutsideDomain) when
// they turn round in that tail.
func CornishFisherTail(returns []float64, confidence float64) CornishFisher {
	out := CornishFisher{Tail: Tail{confidence, missing(TooShort), missing(TooShort)}}
	if len(returns) < 2 {
		return out
	}
	skew, kurtosis := shape(returns)
	if f, none := first(skew, kurtosis); none {
		out.VaR, out.ES = f, f
		return out
	}
	mean, deviation := series.Mean(returns), series.StdDev(returns)
	// w as the cubic c₀ + c₁ z + c₂ z² + c₃ z³
	s, k, s2 := skew.Value/6, kurtosis.Value/24, float64(skew.Value*skew.Value)/36
	c0, c1, c2, c3 := -s, 1-float64(3*k)+float64(5*s2), s, k-2*s2
	z, share := normalQuantile(1-confidence), 1-confidence
	w := c0 + float64(z*(c1+float64(z*(c2+float64(z*c3)))))
	out.VaR = measured(-(mean + float64(w*deviation)))
	// w'(z) = c₁ + 2c₂ z + 3c₃ z² must not be negative
	out.Monotone = c1 >= 0 && c3 >= 0 && float64(c2*c2) <= 3*float64(c1*c3)
	if !out.Monotone && fallsBelow(c1, c2, c3, z) {
		out.ES = missing(OutsideDomain)
		return out
	}
	// ∫ zⁿ φ up to z over the share: the mean powers of a normal tail
	density := normalDensity(z)
	e1 := -density / share
	e2 := 1 - float64(z*density)/share
	e3 := -(float64(z*z) + 2) * density / share
	mean3 := c0 + float64(c1*e1) + float64(c2*e2) + float64(c3*e3)
	out.ES = measured(-(mean + float64(mean3*deviation)))
	return out
}

// fallsBelow reports whether c₁ + 2c₂ x + 3c₃ x² is negative anywhere on (−∞, z].
func fallsBelow(c1, c2, c3, z float64) bool {
	at := func(x float64) float64 { return c1 + 2*float64(c2*x) + float64(3*c3*float64(x*x)) }
	if c3 < 0 || (c3 == 0 && c2 > 0) || at(z) < 0 {
		return true
	}
	if c3 == 0 {
		return false
	}
	lowest := -c2 / (3 * c3)
	return lowest < z && at(lowest) < 0
}
