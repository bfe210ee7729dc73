package factor

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/foliosight/foliosight/finance/series"
)

// Betas holds the regressions of many return series on one design, row by row:
// α and betas, their classical t values, R² and the residual deviation. A row
// whose returns do not move, or are explained without rest, has NaN in T and R2
// or in T alone.
type Betas struct {
	Params, T      [][]float64
	R2, ResidualSD []float64
}

// FitMany regresses each series of returns on the design, which is factorised
// already: a few inner products each.
func (d *Design) FitMany(returns [][]float64) (Betas, error) {
	n, k := d.Periods(), len(d.q)+1
	out := Betas{table(len(returns), k), table(len(returns), k), make([]float64, len(returns)), make([]float64, len(returns))}
	unit, err := d.variances(make([]float64, n), float64(n-k), OLS, 0) // the variances for a residual variance of one
	if err != nil {
		return Betas{}, err
	}
	roots := make([]float64, k)
	for i, v := range unit {
		roots[i] = math.Sqrt(v)
	}
	for row, r := range returns {
		if len(r) != n {
			return Betas{}, ErrShape
		}
		params := out.Params[row]
		mean, explained := floats.Sum(r)/float64(n), 0.0
		total := floats.Dot(r, r) - float64(float64(n)*mean*mean)
		for j := range k - 1 {
			c := floats.Dot(d.q[j], r)
			params[j+1] = c
			explained += float64(c * c)
		}
		d.back(params[1:])
		params[0] = mean - series.Dot(params[1:], d.means)
		squares := total - explained
		if squares < 1e-6*total || total < 1e-9*mean*mean*float64(n) {
			squares, total = d.exactly(r, params) // what is left is small beside what is taken away
		}
		d.rowOf(&out, row, squares, total, roots)
	}
	return out, nil
}

// exactly sums squares of the residuals and of the deviations themselves.
func (d *Design) exactly(r, params []float64) (squares, total float64) {
	e := d.residuals(r, params)
	mean := series.Mean(r)
	if !series.Constant(r) {
		for _, v := range r {
			total += float64((v - mean) * (v - mean))
		}
	}
	return floats.Dot(e, e), total
}

func (d *Design) rowOf(out *Betas, row int, squares, total float64, roots []float64) {
	n, k := d.Periods(), len(roots)
	out.ResidualSD[row] = math.Sqrt(math.Max(squares, 0) / float64(n-k))
	out.R2[row] = math.NaN()
	if total > 0 {
		out.R2[row] = 1 - squares/total
	}
	for i, root := range roots {
		if out.T[row][i] = math.NaN(); squares > 1e-24*total && total > 0 {
			out.T[row][i] = out.Params[row][i] / (root * out.ResidualSD[row])
		}
	}
}
