package volatility

import (
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

// LeastGARCH is how many returns GARCH and GJR need. With fewer the likelihood
// is too flat to tell persistence from level.
const LeastGARCH = 100

// unitPersistence is where shocks are taken never to die out: half of one would
// last 19 years of daily returns, more than any sample can show.
const unitPersistence = 1 - 1.0/7000

// Garch is a fitted GARCH(1,1), or GJR(1,1) where Gamma is part of it:
//
//	rₜ = μ + eₜ,  eₜ normal with variance σ²ₜ
//	σ²ₜ₊₁ = ω + (α + γ [eₜ < 0]) eₜ² + β σ²ₜ
//
// LogLikelihood is that of the returns as given; of the same returns in percent
// it is smaller by n ln 100. Path is the conditional variance of each period and
// Next that of the period after the last. Residuals are eₜ / σₜ.
type Garch struct {
	Asymmetric                    bool // GJR
	Mu, Omega, Alpha, Gamma, Beta float64
	LogLikelihood                 float64
	Backcast                      float64 // variance before the first period
	Path, Residuals               []float64
	Next                          float64
}

// Persistence is the share of a shock that is left after one period:
// α + β, and half of γ, since half of the returns are falls.
func (g Garch) Persistence() float64 { return g.Alpha + g.Gamma/2 + g.Beta }

// LongRun is the variance to which forecasts return, ω / (1 − persistence).
func (g Garch) LongRun() risk.Figure {
	if !(g.Persistence() < unitPersistence) {
		return risk.Figure{Reason: NotStationary}
	}
	return figure(g.Omega / (1 - g.Persistence()))
}

// HalfLife is how many periods it takes until half of a shock is gone.
func (g Garch) HalfLife() risk.Figure {
	switch p := g.Persistence(); {
	case p <= 0:
		return risk.Figure{Value: 0}
	case p < unitPersistence:
		return figure(math.Ln2 / -math.Log(p))
	}
	return risk.Figure{Reason: NotStationary}
}

// Forecast is v₁ = Next and vₕ₊₁ = ω + persistence · vₕ.
func (g Garch) Forecast(h int) Forecast {
	out := make(Forecast, max(h, 0))
	v, p := g.Next, g.Persistence()
	for i := range out {
		out[i] = v
		v = g.Omega + float64(p*v)
	}
	return out
}

// step is the variance after a period of variance v that moved by e.
func (g Garch) step(v, e float64) float64 {
	a := g.Alpha
	if e < 0 {
		a += g.Gamma
	}
	return g.Omega + float64(a*float64(e*e)) + float64(g.Beta*v)
}

// FitGARCH estimates μ, ω, α and β by maximum likelihood of the normal
// distribution. The variance before the first period is the exponentially
// weighted (0.94) mean of the first 75 squares about the mean, the earliest
// weighing most.
func FitGARCH(returns []float64) (Garch, risk.Reason) { return fit(returns, false) }

// FitGJR is FitGARCH with the extra effect γ of a fall.
func FitGJR(returns []float64) (Garch, risk.Reason) { return fit(returns, true) }

// fit standardises the returns, which makes the search the same in every unit,
// climbs the likelihood from a few starting points and keeps the highest.
func fit(returns []float64, asymmetric bool) (Garch, risk.Reason) {
	if reason := usable(returns, LeastGARCH); reason != "" {
		return Garch{}, reason
	}
	still := 0
	for _, r := range returns {
		if r == 0 {
			still++
		}
	}
	if 2*still > len(returns) {
		return Garch{}, MostlyStill
	}
	mean, deviation := series.Mean(returns), series.StdDev(returns)
	standard := make([]float64, len(returns))
	for i, r := range returns {
		standard[i] = (r - mean) / deviation
	}
	l := newLikelihood(standard, asymmetric)
	best, value, settled := l.maximise()
	if !settled {
		return Garch{}, NoConvergence
	}
	p := l.natural(best)
	square := deviation * deviation
	out := Garch{
		Asymmetric: asymmetric,
		Mu:         mean + float64(deviation*p.mu), Omega: p.omega * square,
		Alpha: p.alpha, Gamma: p.gamma, Beta: p.beta,
		LogLikelihood: value - float64(float64(len(returns))*math.Log(deviation)),
		Backcast:      l.backcast * square,
		Path:          make([]float64, len(returns)),
		Residuals:     make([]float64, len(returns)),
	}
	out.Next = p.omega + (p.alpha+p.gamma/2+p.beta)*l.backcast
	inner := Garch{Omega: p.omega, Alpha: p.alpha, Gamma: p.gamma, Beta: p.beta}
	for t, r := range standard {
		e := r - p.mu
		out.Path[t] = out.Next * square
		out.Residuals[t] = e / math.Sqrt(out.Next)
		out.Next = inner.step(out.Next, e)
	}
	out.Next *= square
	return out, ""
}
