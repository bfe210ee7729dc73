package option

import "math"

// erfcx is e^(x²) erfc(x) for x ≥ 0, the scaled complementary error function,
// by the rational approximations of Cody, Math. Comp. 23 (1969), to about 1e-16.
func erfcx(x float64) float64 {
	switch {
	case x < 0.46875:
		y := x * x
		p := poly(y, erfA[4], erfA[0], erfA[1], erfA[2], erfA[3])
		q := poly(y, 1, erfB[0], erfB[1], erfB[2], erfB[3])
		return math.Exp(y) * (1 - float64(x*p)/q)
	case x <= 4:
		p, q := erfC[8], 1.0
		for i := range 8 {
			p = float64(p*x) + erfC[i]
			q = float64(q*x) + erfD[i]
		}
		return p / q
	}
	y := 1 / (x * x)
	p, q := erfP[5], 1.0
	for i := range 5 {
		p = float64(p*y) + erfP[i]
		q = float64(q*y) + erfQ[i]
	}
	return (inverseRootPi - float64(y*p)/q) / x
}

// bell is the standard normal distribution function and its density at d, both from
// one exponential. The distribution's error is some 1e-16, and below −1 that of the
// exponential, d²/2 times 1e-16 of itself: the boundary and the premium need no more.
func bell(d float64) (below, density float64) {
	x := math.Abs(d) * (1 / math.Sqrt2)
	e := math.Exp(-x * x)
	density = inverseRoot2Pi * e
	if x < 0.46875 {
		y := x * x
		half := 0.5 * x * poly(y, erfA[4], erfA[0], erfA[1], erfA[2], erfA[3]) / poly(y, 1, erfB[0], erfB[1], erfB[2], erfB[3])
		return 0.5 + math.Copysign(half, d), density
	}
	tail := 0.5 * e * erfcx(x)
	if d > 0 {
		return 1 - tail, density
	}
	return tail, density
}

// poly is a polynomial of degree four, highest coefficient first.
func poly(x, a, b, c, d, e float64) float64 {
	v := float64(a*x) + b
	v = float64(v*x) + c
	v = float64(v*x) + d
	return float64(v*x) + e
}

const inverseRootPi = 0.56418958354775628695

var (
	erfA = [5]float64{3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1}
	erfB = [4]float64{2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03}
	erfC = [9]float64{5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e01, 2.98635138197400131e02, 8.81952221241769090e02, 1.71204761263407058e03, 2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8}
	erfD = [8]float64{1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03, 3.29079923573345963e03, 4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03}
	erfP = [6]float64{3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2}
	erfQ = [5]float64{2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3}
)
