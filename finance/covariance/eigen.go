package covariance

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"

	"github.com/foliosight/foliosight/finance/internal/kernel"
	"github.com/foliosight/foliosight/finance/series"
)

// spectrum is the eigenvalues of a symmetric matrix, the smallest first, and
// their vectors, each a row of length one.
type spectrum struct {
	values  []float64
	vectors [][]float64
}

// eigen is the spectrum of a symmetric matrix, which is left as it is. The
// matrix is brought to three diagonals by reflections and those to one by the QL
// method with implicit shifts (Golub and Van Loan, Matrix Computations, 4th ed.,
// 8.3). Vectors lie in rows, so that a rotation runs along the memory.
func eigen(matrix [][]float64) (spectrum, error) {
	n := len(matrix)
	if n == 0 {
		return spectrum{}, fmt.Errorf("no rows: %w", ErrSquare)
	}
	largest := 0.0
	for i, row := range matrix {
		if len(row) != n || series.FirstBad(row) >= 0 {
			return spectrum{}, fmt.Errorf("row %d: %w", i, ErrSquare)
		}
		largest = math.Max(largest, series.Largest(row))
	}
	work := rows(n, n)
	for i, row := range matrix {
		for j := range i + 1 {
			if math.Abs(row[j]-matrix[j][i]) > 1e-9*largest {
				return spectrum{}, fmt.Errorf("rows %d and %d: %w", j, i, ErrSquare)
			}
			if largest > 0 { // in units of the largest, so that squares stay in range
				work[i][j] = row[j] / largest
			}
		}
	}
	diagonal, beside, factors := tridiagonal(work)
	vectors := reflections(work, factors)
	if !diagonalise(diagonal, beside, vectors) {
		return spectrum{}, ErrNotSettled
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return diagonal[order[a]] < diagonal[order[b]] })
	out := spectrum{make([]float64, n), make([][]float64, n)}
	for k, i := range order {
		out.values[k], out.vectors[k] = diagonal[i]*largest, vectors[i]
	}
	return out, nil
}

// tridiagonal turns a symmetric matrix, of which only the part up to the diagonal
// is read, into its diagonal and what stands beside it. Below that, column k of
// the matrix becomes the direction of reflection k, whose first component is one;
// factors are the τ of I − τ v v′.
func tridiagonal(a [][]float64) (diagonal, beside, factors []float64) {
	n := len(a)
	diagonal, beside, factors = make([]float64, n), make([]float64, n), make([]float64, n)
	v, p := make([]float64, n), make([]float64, n)
	for k := 0; k+1 < n; k++ {
		rest := a[k+1:]
		v, p := v[:len(rest)], p[:len(rest)]
		for i, row := range rest {
			v[i] = row[k]
		}
		beside[k], factors[k] = reflector(v)
		for i, row := range rest {
			row[k] = v[i]
		}
		tau := factors[k]
		if tau == 0 {
			continue
		}
		// p = τ B v of the rest B, from its lower half
		clear(p)
		for i, row := range rest {
			b := row[k+1:][:i]
			p[i] += floats.Dot(b, v[:i]) + float64(row[k+1+i]*v[i])
			floats.AddScaled(p[:i], v[i], b)
		}
		for i := range p {
			p[i] *= tau
		}
		// B − v w′ − w v′ with w = p − (τ/2)(p·v) v
		floats.AddScaled(p, -tau/2*floats.Dot(p, v), v)
		for i, row := range rest {
			b := row[k+1:][:i+1]
			floats.AddScaled(b, -v[i], p[:i+1])
			floats.AddScaled(b, -p[i], v[:i+1])
		}
	}
	for i, row := range a {
		diagonal[i] = row[i]
	}
	return diagonal, beside, factors
}

// reflector turns x into the direction v of a reflection I − τ v v′ that leaves of
// x only its first component, head.
func reflector(x []float64) (head, tau float64) {
	first := x[0]
	x[0] = 1
	length := floats.Norm(x[1:], 2)
	if length == 0 {
		clear(x[1:])
		return first, 0
	}
	head = -math.Copysign(math.Hypot(first, length), first)
	for i := range x[1:] {
		x[1+i] /= first - head
	}
	return head, (head - first) / head
}

// reflections multiplies the reflections that tridiagonal left in a matrix: the
// rows are the directions in which the matrix has three diagonals.
func reflections(a [][]float64, factors []float64) [][]float64 {
	n := len(a)
	out := rows(n, n)
	for i := range out {
		out[i][i] = 1
	}
	v := make([]float64, n)
	for k := n - 2; k >= 0; k-- {
		if factors[k] == 0 {
			continue
		}
		v := v[:n-k-1]
		for i, row := range a[k+1:] {
			v[i] = row[k]
		}
		for _, row := range out[k+1:] {
			floats.AddScaled(row[k+1:], -factors[k]*floats.Dot(row[k+1:], v), v)
		}
	}
	return out
}

// diagonalise brings three diagonals to one and turns the vectors along; ok is
// false when that takes more steps than it ever should.
func diagonalise(d, e []float64, vectors [][]float64) (ok bool) {
	const epsilon, most = 0x1p-53, 60
	n, norm := len(d), 0.0
	for i := range d {
		norm = math.Max(norm, math.Abs(d[i])+math.Abs(e[i]))
	}
	for low := range n {
		for steps := 0; ; steps++ {
			high := low
			for ; high+1 < n; high++ {
				if math.Abs(e[high]) <= epsilon*(math.Abs(d[high])+math.Abs(d[high+1]))+1e-22*norm {
					break
				}
			}
			if high == low {
				break
			}
			if steps == most {
				return false
			}
			sweep(d, e, vectors, low, high)
		}
	}
	return true
}

// sweep is one implicit QL step on the block low…high.
func sweep(d, e []float64, vectors [][]float64, low, high int) {
	g := (d[low+1] - d[low]) / (2 * e[low])
	g = d[high] - d[low] + e[low]/(g+math.Copysign(math.Hypot(g, 1), g))
	s, c, shift := 1.0, 1.0, 0.0
	for i := high - 1; i >= low; i-- {
		f, b := float64(s*e[i]), float64(c*e[i])
		r := math.Hypot(f, g)
		e[i+1] = r
		if r == 0 { // the block falls apart here
			d[i+1] -= shift
			e[high] = 0
			return
		}
		s, c = f/r, g/r
		g = d[i+1] - shift
		r = float64((d[i]-g)*s) + 2*float64(c*b)
		shift = float64(s * r)
		d[i+1] = g + shift
		g = float64(c*r) - b
		kernel.Rotate(vectors[i], vectors[i+1], c, -s)
	}
	d[low] -= shift
	e[low], e[high] = g, 0
}
