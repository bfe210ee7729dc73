package surface

import "math"

// Method says how a smile was fitted.
type Method string

// The methods, by how many strikes there are.
const (
	SVI       Method = "svi"        // five or more: all five parameters
	SVISpline Method = "svi_spline" // the same, and a spline of what the quotes say beyond it
	SVIThree  Method = "svi_three"  // three or four: level, slope and curvature, m and s held
	FlatFit   Method = "flat"       // one or two, or where nothing else is lawful: one volatility everywhere
)

// Smile is the total variance of one expiry over log-moneyness: raw SVI, corrected
// by a natural cubic spline through the quoted strikes where SVI alone does not reach
// them. A flat one has only A.
type Smile struct {
	Method          Method
	A, B, Rho, M, S float64
	Low, High       float64 // moneyness of the first and last quoted strike
	correction      *correction
}

// Correction is what the spline adds to SVI at the quoted moneyness; nothing where
// SVI stands alone.
func (v Smile) Correction() (moneyness, variance []float64) {
	if v.correction == nil {
		return nil, nil
	}
	return v.correction.k, v.correction.value
}

// Variance is the total variance σ²T at a log-moneyness; beyond the quoted strikes
// it is that of the nearest one.
func (v Smile) Variance(k float64) float64 {
	return v.raw(math.Min(math.Max(k, v.Low), v.High))
}

// Volatility is √(Variance / years).
func (v Smile) Volatility(k, years float64) float64 { return math.Sqrt(v.Variance(k) / years) }

// Within reports whether the moneyness lies between the quoted strikes.
func (v Smile) Within(k float64) bool { return k >= v.Low && k <= v.High }

func (v Smile) raw(k float64) float64 {
	w, _, _ := v.derivatives(k)
	return w
}

// derivatives are the value, slope and second derivative within the quotes.
func (v Smile) derivatives(k float64) (w, first, second float64) {
	w = v.A
	if v.B != 0 {
		y := k - v.M
		root := math.Sqrt(float64(y*y) + float64(v.S*v.S))
		w += float64(v.B * (float64(v.Rho*y) + root))
		first, second = v.B*(v.Rho+y/root), v.B*v.S*v.S/(root*root*root)
	}
	if v.correction != nil {
		value, slope, curve := v.correction.at(k)
		w, first, second = w+value, first+slope, second+curve
	}
	return w, first, second
}

// Density is Gatheral's g(k), which has the sign of the risk-neutral density of the
// underlying at expiry:
//
//	g = (1 − k w′/2w)² − w′²/4 (1/w + 1/4) + w″/2
//
// Where it is below zero a butterfly of options costs less than nothing.
func (v Smile) Density(k float64) float64 {
	w, first, second := v.derivatives(k)
	if !(w > 0) {
		return math.Inf(-1)
	}
	half := 1 - k*first/(2*w)
	return float64(half*half) - float64(first*first)/4*(1/w+0.25) + second/2
}
