package covariance

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// uncorrelated are the exposures y of names with correlations C, seen as
// exposures to the uncorrelated bets of the minimum torsion.
//
// The torsion is the rotation q that brings q c, c the root of C, nearest to a
// diagonal matrix d. Given d, q is the rotation in the polar form of d c, so
// q c = (d C d)^½ d⁻¹; given q, d is the diagonal of q c. Both hold where
//
//	dᵢ² = ((d C d)^½)ᵢᵢ
//
// Meucci and others repeat the two from d = 1. Here every step also looks at the
// steps before it, which saves two thirds of them (see mixer).
func uncorrelated(correlations [][]float64, y []float64) ([]float64, error) {
	n := len(correlations)
	d, scaled := make([]float64, n), rows(n, n)
	for i := range d {
		d[i] = 1
	}
	next, best, plain := make([]float64, n), math.Inf(-1), make([]float64, n)
	var steps mixer
	for step := range 1000 {
		for i, row := range correlations {
			for j, rho := range row {
				scaled[i][j] = d[i] * rho * d[j]
			}
		}
		root, err := eigen(scaled)
		if err != nil {
			return nil, err
		}
		least := 0.0
		if step == 0 { // the correlations themselves
			least = 1e-10 * root.values[n-1]
		}
		if !(root.values[0] > least) {
			return nil, ErrSingular
		}
		clear(next)
		for k, v := range root.vectors {
			s := math.Sqrt(root.values[k])
			for i, x := range v {
				next[i] += float64(s * float64(x*x))
			}
		}
		change := 0.0
		for i := range next {
			next[i] /= d[i]
			change = math.Max(change, math.Abs(next[i]-d[i]))
		}
		if change < 1e-10 { // what is left of the shares is smaller still
			return exposures(root, d, y), nil
		}
		// Σ d² never falls along plain steps: where a mixed one lowered it, the
		// plain one is taken instead.
		if sum := series.Dot(next, next); sum < best-1e-12 {
			copy(d, plain)
			steps, best = mixer{}, math.Inf(-1)
			continue
		} else {
			best = sum
		}
		copy(plain, next)
		steps.mix(d, next)
	}
	return nil, ErrNotSettled
}

// exposures are (d C d)^½ d⁻¹ y.
func exposures(root spectrum, d, y []float64) []float64 {
	out, own := make([]float64, len(d)), make([]float64, len(d))
	for i := range own {
		own[i] = y[i] / d[i]
	}
	for k, v := range root.vectors {
		along := math.Sqrt(root.values[k]) * series.Dot(v, own)
		for i, x := range v {
			out[i] += float64(along * x)
		}
	}
	return out
}

// mixer speeds up the repetition d ← g(d): of the last steps it takes the mixture
// whose changes g(d) − d cancel best (Anderson, Journal of the ACM 12, 1965; Walker
// and Ni, SIAM Journal on Numerical Analysis 49, 2011).
type mixer struct {
	lastD, lastG   []float64   // the point before and what came of it
	dPoint, dValue [][]float64 // differences of changes, and of values, latest last
}

// memory is how many steps a mixture looks back on.
const memory = 5

// mix replaces d, whose value is g, by the next point.
func (m *mixer) mix(d, g []float64) {
	n := len(d)
	change := make([]float64, n)
	for i := range change {
		change[i] = g[i] - d[i]
	}
	if m.lastD != nil {
		points, values := make([]float64, n), make([]float64, n)
		for i := range n {
			values[i] = g[i] - m.lastG[i]
			points[i] = values[i] - (d[i] - m.lastD[i])
		}
		m.dPoint, m.dValue = append(m.dPoint, points), append(m.dValue, values)
		if len(m.dPoint) > memory {
			m.dPoint, m.dValue = m.dPoint[1:], m.dValue[1:]
		}
	}
	m.lastD, m.lastG = append(m.lastD[:0], d...), append(m.lastG[:0], g...)
	copy(d, g)
	mixture, err := leastSquares(m.dPoint, change)
	if err != nil {
		return
	}
	for k, share := range mixture {
		for i, v := range m.dValue[k] {
			d[i] -= float64(share * v)
		}
	}
	for i, v := range d {
		if !(v > g[i]/4 && v < 4*g[i]) { // too far to trust
			copy(d, g)
			return
		}
	}
}

var errDependent = errors.New("the steps do not differ enough")

// leastSquares is the mixture x of columns that comes nearest to y, by Gram and
// Schmidt from the latest column backwards; older columns that add nothing to
// later ones are left out.
func leastSquares(columns [][]float64, y []float64) ([]float64, error) {
	k := len(columns)
	if k == 0 {
		return nil, errDependent
	}
	basis, upper := make([][]float64, 0, k), make([][]float64, 0, k)
	var taken []int
	for at := k - 1; at >= 0; at-- {
		v := append([]float64(nil), columns[at]...)
		length := math.Sqrt(series.Dot(v, v))
		row := make([]float64, len(basis)+1)
		for range 2 { // twice is enough
			for b, q := range basis {
				along := series.Dot(q, v)
				row[b] += along
				for i := range v {
					v[i] -= float64(along * q[i])
				}
			}
		}
		left := math.Sqrt(series.Dot(v, v))
		if !(left > 1e-8*length) {
			continue
		}
		for i := range v {
			v[i] /= left
		}
		row[len(basis)] = left
		basis, upper, taken = append(basis, v), append(upper, row), append(taken, at)
	}
	x := make([]float64, k)
	if len(basis) == 0 {
		return nil, errDependent
	}
	right := make([]float64, len(basis))
	for b, q := range basis {
		right[b] = series.Dot(q, y)
	}
	for b := len(basis) - 1; b >= 0; b-- {
		right[b] /= upper[b][b]
		x[taken[b]] = right[b]
		for c := range b {
			right[c] -= float64(upper[b][c] * right[b])
		}
	}
	return x, nil
}
