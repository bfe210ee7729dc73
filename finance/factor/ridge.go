package factor

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/foliosight/foliosight/finance/series"
)

// Ridge regresses returns on factors with a penalty on the size of the betas, so
// that collinear factors share what they cannot be told apart by. The factors
// are centred and scaled to standard deviation 1 (ddof 0) first; Params are back
// on the raw scale. It has no standard errors: the estimate is biased by intent.
// penalty must be above zero; factors may be collinear, but not constant.
func Ridge(names []string, factors [][]float64, returns []float64, penalty float64) (Fit, error) {
	k, n := len(factors), len(returns)
	if k == 0 || n < 2 {
		return Fit{}, fmt.Errorf("%d factors over %d periods: %w", k, n, ErrTooShort)
	}
	scaled, means, deviations := table(k, n), make([]float64, k), make([]float64, k)
	for j, f := range factors {
		if len(f) != n {
			return Fit{}, fmt.Errorf("factor %s has %d periods, returns %d: %w", names[j], len(f), n, ErrShape)
		}
		means[j] = series.Mean(f)
		for t, x := range f {
			scaled[j][t] = x - means[j]
		}
		deviations[j] = math.Sqrt(floats.Dot(scaled[j], scaled[j]) / float64(n))
		if !(deviations[j] > 1e-14*series.Largest(f)) || math.IsInf(deviations[j], 0) {
			return Fit{}, fmt.Errorf("factor %s does not move: %w", names[j], ErrCollinear)
		}
		floats.Scale(1/deviations[j], scaled[j])
	}
	normal, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			normal.SetSym(i, j, floats.Dot(scaled[i], scaled[j]))
		}
		normal.SetSym(i, i, normal.At(i, i)+penalty)
		right.SetVec(i, floats.Dot(scaled[i], returns))
	}
	var chol mat.Cholesky
	var b mat.VecDense
	if !chol.Factorize(normal) || chol.SolveVecTo(&b, right) != nil {
		return Fit{}, fmt.Errorf("penalty %v is too small for these factors: %w", penalty, ErrCollinear)
	}
	out := Fit{N: n, Params: make([]float64, k+1)}
	out.Params[0] = series.Mean(returns)
	for j := range k {
		out.Params[j+1] = b.AtVec(j) / deviations[j]
		out.Params[0] -= float64(out.Params[j+1] * means[j])
	}
	d := Design{factors: factors, q: factors}
	out.Residuals = d.residuals(returns, out.Params)
	squares := floats.Dot(out.Residuals, out.Residuals)
	if n <= k+1 {
		out.R2, out.AdjustedR2, out.F, out.DurbinWatson = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		return out, nil
	}
	d.judge(&out, returns, squares)
	out.F = math.NaN()
	return out, nil
}
