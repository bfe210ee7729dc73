package optimize

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// RiskParity gives each asset the same share of the portfolio's variance, or the shares
// of budget where it is not nil (positive, in any scale). All weights are positive; the
// constraints of the problem do not apply: ask Breach whether they hold.
//
// With y = w / Σ w of the minimum of ½ y'Σy − Σ bᵢ ln yᵢ, found by Newton's method with
// the steps of Spinu 2013, which settles from any start. Stationarity is the largest
// difference between a share of the variance and its budget.
func RiskParity(p Problem, budget []float64) (*Solution, error) {
	p = p.unconstrained()
	if err := p.check(false); err != nil {
		return nil, err
	}
	n := len(p.Covariance)
	b := make([]float64, n)
	total := 0.0
	for i := range b {
		b[i] = 1
		if budget != nil {
			if len(budget) != n || !(budget[i] > 0) || math.IsInf(budget[i], 0) {
				return nil, ErrBudget
			}
			b[i] = budget[i]
		}
		total += b[i]
	}
	// In units of volatility the matrix is a correlation, on which the start is good.
	c := make([][]float64, n)
	sd := make([]float64, n)
	for i := range sd {
		sd[i] = math.Sqrt(p.Covariance[i][i])
	}
	for i := range c {
		b[i] /= total
		c[i] = make([]float64, n)
		for j := range c[i] {
			c[i][j] = p.Covariance[i][j] / (sd[i] * sd[j])
		}
	}
	y, err := spinu(c, b)
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for i := range y {
		y[i] /= sd[i]
		sum += y[i]
	}
	for i := range y {
		y[i] /= sum
	}
	out := p.solution(y)
	out.Stationarity = 0
	for i, w := range y {
		share := w * series.Dot(p.Covariance[i], y) / (out.Volatility * out.Volatility)
		out.Stationarity = math.Max(out.Stationarity, math.Abs(share-b[i]))
	}
	return out, nil
}

func spinu(c [][]float64, b []float64) ([]float64, error) {
	n := len(b)
	y := make([]float64, n)
	whole := 0.0
	for i := range c {
		whole += series.Sum(c[i])
	}
	if !(whole > 0) {
		return nil, ErrSingular
	}
	for i := range y {
		y[i] = math.Sqrt(b[i]) / math.Sqrt(whole) * math.Sqrt(float64(n))
	}
	damped := 0.95 * (3 - math.Sqrt(5)) / 2
	k := triangle{hessian: make([][]float64, n)}
	for i := range k.hessian {
		k.hessian[i] = make([]float64, n)
		k.add(i)
	}
	for range 200 {
		gradient := make([]float64, n)
		for i := range gradient {
			gradient[i] = series.Dot(c[i], y) - b[i]/y[i]
			copy(k.hessian[i], c[i])
			k.hessian[i][i] += b[i] / float64(y[i]*y[i])
		}
		k.valid = 0
		if err := k.factorise(); err != nil {
			return nil, err
		}
		step := k.solve(append([]float64(nil), gradient...))
		decrement := math.Sqrt(max(series.Dot(step, gradient), 0))
		relative := 0.0
		for i := range step {
			relative = max(relative, math.Abs(step[i]/y[i]))
		}
		length := 1.0
		if decrement > damped {
			length = 1 / (1 + relative)
		}
		for i := range y {
			next := y[i] - float64(length*step[i])
			if next <= 0 {
				next = y[i] / 2
			}
			y[i] = next
		}
		if relative < 1e-13 {
			return y, nil
		}
	}
	return nil, ErrNotSolved
}
