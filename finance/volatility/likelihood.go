package volatility

import "math"

// parameters of a GARCH or GJR model of standardised returns.
type parameters struct{ mu, omega, alpha, gamma, beta float64 }

// likelihood is the log-likelihood of standardised returns as a function of free
// numbers, which the search may move without minding constraints:
//
//	x₀ = μ, x₁ = ln(ω − 10⁻⁸), x₂… = logits of a split of one into
//	α/2, (α + γ)/2 and β (α and β alone without asymmetry), and the rest
//
// The rest is one minus the persistence, so every point is a stationary model
// with variances above zero.
type likelihood struct {
	returns    []float64
	asymmetric bool
	backcast   float64
}

// leastOmega keeps the variance of a unit series away from zero, where the
// likelihood has no upper bound.
const leastOmega = 1e-8

func newLikelihood(standard []float64, asymmetric bool) *likelihood {
	l := &likelihood{returns: standard, asymmetric: asymmetric}
	weight, weights := 1.0, 0.0
	for _, r := range standard[:min(75, len(standard))] {
		l.backcast += float64(weight * float64(r*r))
		weights += weight
		weight *= 0.94
	}
	l.backcast /= weights
	return l
}

func (l *likelihood) dimensions() int {
	if l.asymmetric {
		return 5
	}
	return 4
}

// natural is the model at x.
func (l *likelihood) natural(x []float64) parameters {
	p := parameters{mu: x[0], omega: leastOmega + math.Exp(math.Min(x[1], 50))}
	split := shares(x[2:])
	if l.asymmetric {
		p.alpha = 2 * split[0]
		p.gamma = 2*split[1] - p.alpha
		p.beta = split[2]
		return p
	}
	p.alpha, p.beta = split[0], split[1]
	return p
}

// shares turns logits into shares of one; what they leave is the share of logit 0.
func shares(logits []float64) [3]float64 {
	var out [3]float64
	top := 0.0
	for _, v := range logits {
		top = math.Max(top, v)
	}
	sum := math.Exp(-top)
	for i, v := range logits {
		out[i] = math.Exp(v - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// at is the log-likelihood at x; gradient receives its slope when it is not nil.
func (l *likelihood) at(x, gradient []float64) float64 {
	p := l.natural(x)
	persistence := p.alpha + p.gamma/2 + p.beta
	v := p.omega + float64(persistence*l.backcast)
	// d… is the slope of v in each natural parameter
	dMu, dOmega, dBeta := 0.0, 1.0, l.backcast
	dUp, dDown := l.backcast/2, l.backcast/2 // in α after a rise and in α + γ after a fall
	var gMu, gOmega, gUp, gDown, gBeta float64
	sum := 0.0
	// Logarithms are taken of products of variances, several periods at a time.
	product, held := 1.0, 0
	for _, r := range l.returns {
		e := r - p.mu
		square := float64(e * e)
		inverse := 1 / v
		z := float64(square * inverse)
		sum += z
		product *= v
		if held++; held == 8 {
			sum += math.Log(product)
			product, held = 1, 0
		}
		slope := 0.5 * (inverse - float64(z*inverse)) // of −log density in v
		gMu += float64(slope*dMu) - float64(e*inverse)
		gOmega += float64(slope * dOmega)
		gUp += float64(slope * dUp)
		gDown += float64(slope * dDown)
		gBeta += float64(slope * dBeta)

		a, up, down := p.alpha, square, 0.0
		if e < 0 {
			a, up, down = p.alpha+p.gamma, 0, square
		}
		dMu = float64(p.beta*dMu) - 2*float64(a*e)
		dOmega = 1 + float64(p.beta*dOmega)
		dUp = up + float64(p.beta*dUp)
		dDown = down + float64(p.beta*dDown)
		dBeta = v + float64(p.beta*dBeta)
		v = p.omega + float64(a*square) + float64(p.beta*v)
	}
	sum += math.Log(product)
	value := -0.5 * (sum + float64(float64(len(l.returns))*math.Log(2*math.Pi)))
	if gradient == nil {
		return value
	}
	gradient[0] = -gMu
	gradient[1] = -gOmega * (p.omega - leastOmega)
	split := shares(x[2:])
	// slope in each share, then through the split: ∂sᵢ/∂xⱼ = sᵢ ([i = j] − sⱼ)
	inShare := [3]float64{-gUp - gDown, -gBeta, 0}
	if l.asymmetric {
		inShare = [3]float64{-2 * gUp, -2 * gDown, -gBeta}
	}
	mean := float64(split[0]*inShare[0]) + float64(split[1]*inShare[1]) + float64(split[2]*inShare[2])
	for i := range x[2:] {
		gradient[2+i] = split[i] * (inShare[i] - mean)
	}
	return value
}

// maximise climbs from starting points of low and high persistence and returns
// the best summit, its value, and whether the climb to it came to rest.
func (l *likelihood) maximise() (best []float64, value float64, settled bool) {
	value = math.Inf(-1)
	for _, start := range [][2]float64{{0.05, 0.90}, {0.10, 0.80}, {0.15, 0.60}, {0.02, 0.97}} {
		alpha, beta := start[0], start[1]
		rest := 1 - alpha - beta
		x := []float64{0, math.Log(rest), math.Log(alpha / rest), math.Log(beta / rest)}
		if l.asymmetric {
			half := math.Log(alpha / 2 / rest)
			x = []float64{0, math.Log(rest), half, half, math.Log(beta / rest)}
		}
		if v, ok := climb(l.at, x); v > value+1e-9*math.Abs(value) || best == nil {
			best, value, settled = x, v, ok
		} else if ok && v >= value-1e-9*math.Abs(value) {
			settled = true
		}
	}
	return best, value, settled && !math.IsInf(value, 0) && !math.IsNaN(value)
}
