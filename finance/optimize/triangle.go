package optimize

import (
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/series"
)

// triangle is the Cholesky factor of the part of a matrix that belongs to some variables,
// kept from one set of them to the next as far as it still holds.
type triangle struct {
	hessian [][]float64 // nil: the identity
	at      []int       // the variables, in the order in which they came
	valid   int         // rows of the factor that hold
	rows    [][]float64
}

func (t *triangle) add(i int) { t.at = append(t.at, i) }

func (t *triangle) remove(i int) {
	k := slices.Index(t.at, i)
	t.at = slices.Delete(t.at, k, k+1)
	t.valid = min(t.valid, k)
}

// factorise brings the factor up to date.
func (t *triangle) factorise() error {
	if t.hessian == nil {
		return nil
	}
	for a := t.valid; a < len(t.at); a++ {
		if a == len(t.rows) {
			t.rows = append(t.rows, nil)
		}
		if cap(t.rows[a]) <= a {
			t.rows[a] = make([]float64, a+1)
		}
		row, la := t.hessian[t.at[a]], t.rows[a][:a+1]
		t.rows[a] = la
		for b := range a {
			lb := t.rows[b]
			la[b] = (row[t.at[b]] - series.Dot(la[:b], lb[:b])) / lb[b]
		}
		own := row[t.at[a]]
		x := own - series.Dot(la[:a], la[:a])
		if !(x > 1e-11*own) {
			return ErrSingular
		}
		la[a] = math.Sqrt(x)
		t.valid = a + 1
	}
	return nil
}

// solve replaces b, one entry a variable in their order, by the solution.
func (t *triangle) solve(b []float64) []float64 {
	if t.hessian == nil {
		return b
	}
	for a := range b {
		row := t.rows[a]
		b[a] = (b[a] - series.Dot(row[:a], b[:a])) / row[a]
	}
	for a := len(b) - 1; a >= 0; a-- {
		b[a] /= t.rows[a][a]
		addScaled(b[:a], t.rows[a][:a], -b[a])
	}
	return b
}

// independent solves a positive semidefinite system. Equations that follow from others
// are left out and their unknowns are 0; rank is how many are not.
func independent(a [][]float64, b []float64) (x []float64, rank int) {
	n := len(b)
	largest := make([]float64, n) // of the diagonal before elimination
	for i := range a {
		largest[i] = a[i][i]
	}
	var order []int
	used := make([]bool, n)
	for range n {
		k, most := -1, 1e-12
		for i := range n {
			if !used[i] && a[i][i] > most*largest[i] && largest[i] > 0 {
				k, most = i, a[i][i]/largest[i]
			}
		}
		if k < 0 {
			break
		}
		used[k] = true
		order = append(order, k)
		for i := range n {
			if used[i] {
				continue
			}
			factor := a[i][k] / a[k][k]
			for j := range n {
				if !used[j] || j == k {
					a[i][j] -= float64(factor * a[k][j])
				}
			}
			b[i] -= float64(factor * b[k])
		}
	}
	out := make([]float64, n)
	for p := len(order) - 1; p >= 0; p-- {
		k, sum := order[p], b[order[p]]
		for _, j := range order[p+1:] {
			sum -= float64(a[k][j] * out[j])
		}
		out[k] = sum / a[k][k]
	}
	return out, len(order)
}

func addScaled(to, x []float64, factor float64) {
	to = to[:len(x)]
	for i, v := range x {
		to[i] += float64(factor * v)
	}
}

func trace(c [][]float64) float64 {
	sum := 0.0
	for i := range c {
		sum += c[i][i]
	}
	return sum
}

func size(x []float64) float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	return largest
}
