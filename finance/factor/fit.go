package factor

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/foliosight/foliosight/finance/series"
)

// Errors says how the standard errors of a regression are estimated.
type Errors string

// The estimators: classical; robust to unequal variance (HC1 with the small
// sample factor n/(n−k), HC3 by leverage); robust to autocorrelation too (HAC,
// Bartlett weights, no small sample factor).
const (
	OLS Errors = "ols"
	HC1 Errors = "hc1"
	HC3 Errors = "hc3"
	HAC Errors = "hac"
)

// Fit is a regression of one return series on a design. Params holds α first,
// then the betas in the design's order; SE, T and P follow it, and are nil when
// the fit leaves no residual to judge by.
type Fit struct {
	Params, SE, T, P []float64
	R2, AdjustedR2   float64 // NaN when the returns do not move
	F                float64 // NaN without residuals or movement
	ResidualSD       float64
	DurbinWatson     float64 // NaN without residuals
	N                int
	Residuals        []float64
}

// DefaultLags is the customary number of HAC lags, ⌊4 (n/100)^(2/9)⌋.
func DefaultLags(n int) int {
	return int(math.Floor(4 * math.Pow(float64(n)/100, 2.0/9)))
}

// Fit regresses returns on the design. lags counts for HAC alone; a negative
// number means DefaultLags.
func (d *Design) Fit(returns []float64, kind Errors, lags int) (Fit, error) {
	n, k := d.Periods(), len(d.q)+1
	if len(returns) != n {
		return Fit{}, fmt.Errorf("returns have %d periods, the factors %d: %w", len(returns), n, ErrShape)
	}
	out := Fit{N: n, Params: make([]float64, k)}
	d.betas(returns, out.Params)
	out.Residuals = d.residuals(returns, out.Params)
	squares := floats.Dot(out.Residuals, out.Residuals)
	total := d.judge(&out, returns, squares)
	if !(squares > 1e-24*float64(n)*math.Max(total/float64(n), math.Pow(series.Largest(returns), 2))) {
		out.ResidualSD = math.Sqrt(squares / float64(n-k))
		out.F, out.DurbinWatson = math.NaN(), math.NaN()
		return out, nil
	}
	variances, err := d.variances(out.Residuals, squares, kind, lags)
	if err != nil {
		return Fit{}, err
	}
	out.SE, out.T, out.P = make([]float64, k), make([]float64, k), make([]float64, k)
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - k)}
	for i, v := range variances {
		out.SE[i] = math.Sqrt(math.Max(v, 0))
		out.T[i] = out.Params[i] / out.SE[i]
		out.P[i] = 2 * student.CDF(-math.Abs(out.T[i]))
	}
	return out, nil
}

// judge fills the figures of the whole fit and returns the total sum of squares.
func (d *Design) judge(out *Fit, returns []float64, squares float64) (total float64) {
	n, k := out.N, len(out.Params)
	mean := series.Mean(returns)
	if !series.Constant(returns) {
		for _, r := range returns {
			total += float64((r - mean) * (r - mean))
		}
	}
	out.ResidualSD = math.Sqrt(squares / float64(n-k))
	if total == 0 {
		out.R2, out.AdjustedR2, out.F = math.NaN(), math.NaN(), math.NaN()
	} else {
		out.R2 = 1 - squares/total
		out.AdjustedR2 = 1 - squares/total*float64(n-1)/float64(n-k)
		out.F = (total - squares) / float64(k-1) / (squares / float64(n-k))
	}
	steps := 0.0
	for t := 1; t < n; t++ {
		e := out.Residuals[t] - out.Residuals[t-1]
		steps += float64(e * e)
	}
	out.DurbinWatson = steps / squares
	return total
}

// betas solves for α and the betas into params.
func (d *Design) betas(returns, params []float64) {
	k := len(d.q)
	for j := range k {
		params[j+1] = floats.Dot(d.q[j], returns)
	}
	d.back(params[1:])
	params[0] = series.Mean(returns) - series.Dot(params[1:], d.means)
}

// back solves r b = c in place.
func (d *Design) back(c []float64) {
	for i := len(c) - 1; i >= 0; i-- {
		sum := c[i]
		for j := i + 1; j < len(c); j++ {
			sum -= float64(d.r[i][j] * c[j])
		}
		c[i] = sum / d.r[i][i]
	}
}

func (d *Design) residuals(returns, params []float64) []float64 {
	e := make([]float64, len(returns))
	for t, r := range returns {
		e[t] = r - params[0]
	}
	for j, f := range d.factors {
		floats.AddScaled(e, -params[j+1], f)
	}
	return e
}

// variances of the parameters by the chosen estimator.
func (d *Design) variances(e []float64, squares float64, kind Errors, lags int) ([]float64, error) {
	n, k := len(e), len(d.q)+1
	out := make([]float64, k)
	if kind == OLS {
		s2 := squares / float64(n-k)
		out[0] = 1 / float64(n)
		for i := range k - 1 {
			out[i+1] = s2 * d.inverseAt(i, i)
			for j := range k - 1 {
				out[0] += float64(d.means[i] * d.means[j] * d.inverseAt(i, j))
			}
		}
		out[0] *= s2
		return out, nil
	}
	d.once.Do(d.influences)
	scores := make([]float64, n)
	scale := 1.0
	switch kind {
	case HC1:
		scale = float64(n) / float64(n-k)
	case HC3, HAC:
	default:
		return nil, fmt.Errorf("errors %q: want ols, hc1, hc3 or hac", kind)
	}
	if lags < 0 {
		lags = DefaultLags(n)
	}
	for i := range k {
		for t, v := range e {
			if kind == HC3 {
				v /= 1 - d.leverage[t]
			}
			scores[t] = v * d.influence[i][t]
		}
		sum := floats.Dot(scores, scores)
		if kind == HAC {
			for l := 1; l <= min(lags, n-1); l++ {
				weight := 1 - float64(l)/float64(lags+1)
				sum += float64(2 * weight * floats.Dot(scores[l:], scores[:n-l]))
			}
		}
		out[i] = sum * scale
	}
	return out, nil
}

// influences builds (X′X)⁻¹X′, a row for each parameter, and each period's leverage.
func (d *Design) influences() {
	n, k := d.Periods(), len(d.q)
	rows, leverage := table(k+1, n), make([]float64, n)
	for t := range n {
		leverage[t] = 1 / float64(n)
		rows[0][t] = 1 / float64(n)
		for j := range k {
			leverage[t] += float64(d.q[j][t] * d.q[j][t])
		}
	}
	for i := range k {
		for j := i; j < k; j++ {
			floats.AddScaled(rows[i+1], d.rInverse[i][j], d.q[j])
		}
		floats.AddScaled(rows[0], -d.means[i], rows[i+1])
	}
	d.leverage, d.influence = leverage, rows
}

// conditionOf is the ratio of the extreme singular values of a small matrix.
func conditionOf(m [][]float64) float64 {
	k := len(m)
	dense := mat.NewDense(k, k, nil)
	for i, row := range m {
		dense.SetRow(i, row)
	}
	var svd mat.SVD
	if !svd.Factorize(dense, mat.SVDNone) {
		return math.Inf(1)
	}
	values := svd.Values(nil)
	return values[0] / values[k-1]
}
