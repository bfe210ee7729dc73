package optimize

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/foliosight/foliosight/finance/series"
)

// The faults of views.
var (
	ErrMarket     = errors.New("one market weight an asset is needed, and they must sum to one")
	ErrView       = errors.New("a view needs a finite weight for each asset, not all 0, and a finite return")
	ErrConfidence = errors.New("a confidence must lie between 0 and 1")
	ErrAversion   = errors.New("risk aversion and tau must be positive")
)

// View is an opinion: the portfolio of Weights (one an asset, as 1 and −1 for one
// asset over another) will return Return. Uncertainty is the variance of the
// opinion's error; NaN means He and Litterman's, τ p′Σp, with which a view counts
// as much as the equilibrium does.
type View struct {
	Weights     []float64
	Return      float64
	Uncertainty float64
}

// Confident is the uncertainty of a view held with a confidence from 0 (ignored)
// to 1 (certain), by Idzorek's rule in the closed form of Walters: the posterior
// then moves by that part of the way to the certain view, as far as this view
// alone goes.
//
//	ω = τ p′Σp (1 − c)/c
func Confident(covariance [][]float64, weights []float64, tau, confidence float64) (float64, error) {
	if !(confidence >= 0 && confidence <= 1) {
		return 0, fmt.Errorf("%v: %w", confidence, ErrConfidence)
	}
	if confidence == 0 {
		return math.Inf(1), nil
	}
	return tau * quadratic(covariance, weights) * ((1 - confidence) / confidence), nil
}

// Beliefs are what the market and the views make expected returns.
type Beliefs struct {
	Equilibrium []float64   // r + δ Σ w: what the market weights are best for
	Expected    []float64   // posterior mean
	Covariance  [][]float64 // of returns given the posterior: Σ + the error of the mean
	Weights     []float64   // (δ Σ̄)⁻¹ (μ̄ − r): the best without bounds; the rest of one is cash
	Uncertainty []float64   // of each view; +Inf for one that is ignored
}

// Market is the prior: weights that are held in equilibrium, the risk aversion δ
// that makes them so, the scale τ of the error of the equilibrium, and the
// risk-free rate.
type Market struct {
	Covariance [][]float64
	Weights    []float64
	Aversion   float64
	Tau        float64
	RiskFree   float64
}

// BlackLitterman blends the returns that the market's weights imply with views
// (Black and Litterman 1992; He and Litterman 1999):
//
//	π = r + δ Σ w
//	μ̄ = π + τΣP′ (P τΣ P′ + Ω)⁻¹ (q − Pπ)
//	Σ̄ = Σ + τΣ − τΣP′ (P τΣ P′ + Ω)⁻¹ PτΣ
//
// Nothing of Σ is inverted to find μ̄. Views that contradict each other with
// certainty are ErrSingular.
func BlackLitterman(m Market, views []View) (*Beliefs, error) {
	if err := m.check(views); err != nil {
		return nil, err
	}
	n := len(m.Covariance)
	out := &Beliefs{Equilibrium: make([]float64, n), Expected: make([]float64, n), Covariance: make([][]float64, n), Uncertainty: make([]float64, len(views))}
	for i, row := range m.Covariance {
		out.Equilibrium[i] = m.RiskFree + float64(m.Aversion*series.Dot(row, m.Weights))
		out.Covariance[i] = make([]float64, n)
		for j, v := range row {
			out.Covariance[i][j] = v * (1 + m.Tau)
		}
	}
	copy(out.Expected, out.Equilibrium)
	var held []View
	for k, v := range views {
		if math.IsNaN(v.Uncertainty) {
			v.Uncertainty = m.Tau * quadratic(m.Covariance, v.Weights)
		}
		if out.Uncertainty[k] = v.Uncertainty; !math.IsInf(v.Uncertainty, 1) {
			held = append(held, v)
		}
	}
	if len(held) > 0 {
		if err := m.blend(held, out); err != nil {
			return nil, err
		}
	}
	return out, m.unbounded(out)
}

// blend moves the posterior by the views.
func (m *Market) blend(views []View, out *Beliefs) error {
	n, k := len(m.Covariance), len(views)
	spread := mat.NewDense(n, k, nil) // τΣP′
	for b, v := range views {
		for i, row := range m.Covariance {
			spread.Set(i, b, m.Tau*series.Dot(row, v.Weights))
		}
	}
	inner, surprise := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for a, v := range views {
		surprise.SetVec(a, v.Return-series.Dot(v.Weights, out.Equilibrium))
		for b := range a + 1 {
			inner.SetSym(a, b, series.Dot(v.Weights, mat.Col(nil, b, spread)))
		}
		inner.SetSym(a, a, inner.At(a, a)+v.Uncertainty)
	}
	var chol mat.Cholesky
	if !chol.Factorize(inner) || chol.Cond() > 1e14 {
		return fmt.Errorf("of the views: %w", ErrSingular)
	}
	var pull mat.VecDense
	var gain, less mat.Dense
	if chol.SolveVecTo(&pull, surprise) != nil || chol.SolveTo(&gain, spread.T()) != nil {
		return fmt.Errorf("of the views: %w", ErrSingular)
	}
	less.Mul(spread, &gain)
	for i := range n {
		for b := range k {
			out.Expected[i] += float64(spread.At(i, b) * pull.AtVec(b))
		}
		for j := range n {
			out.Covariance[i][j] -= (less.At(i, j) + less.At(j, i)) / 2
		}
	}
	return nil
}

// unbounded finds the weights that the beliefs are best for.
func (m *Market) unbounded(out *Beliefs) error {
	n := len(out.Covariance)
	s, excess := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i, row := range out.Covariance {
		excess.SetVec(i, (out.Expected[i]-m.RiskFree)/m.Aversion)
		for j := range i + 1 {
			s.SetSym(i, j, row[j])
		}
	}
	var chol mat.Cholesky
	var w mat.VecDense
	if !chol.Factorize(s) || chol.Cond() > 1e14 || chol.SolveVecTo(&w, excess) != nil {
		return ErrSingular
	}
	out.Weights = w.RawVector().Data
	return nil
}

func (m *Market) check(views []View) error {
	p := Problem{Covariance: m.Covariance, Low: 0, High: 1}
	if err := p.check(false); err != nil {
		return err
	}
	n := len(m.Covariance)
	if len(m.Weights) != n || series.FirstBad(m.Weights) >= 0 || math.Abs(series.Sum(m.Weights)-1) > 1e-6 {
		return ErrMarket
	}
	if !(m.Aversion > 0) || !(m.Tau > 0) || math.IsInf(m.Aversion, 0) || math.IsInf(m.Tau, 0) || m.RiskFree-m.RiskFree != 0 {
		return ErrAversion
	}
	for k, v := range views {
		if len(v.Weights) != n || series.FirstBad(v.Weights) >= 0 || series.Largest(v.Weights) == 0 || v.Return-v.Return != 0 || v.Uncertainty < 0 {
			return fmt.Errorf("view %d: %w", k, ErrView)
		}
	}
	return nil
}
