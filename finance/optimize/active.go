package optimize

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// side is where a weight stands.
type side int8

const (
	free side = iota
	atLow
	atHigh
)

// minimum minimises ½ w'Σw within the bounds by the primal active-set method, from a
// feasible start, keeping Σ w and, with fixedReturn, μ'w as they are.
//
// Each step solves the problem of the free weights with the others held at their bounds;
// a weight that would leave its bounds is stopped there, and when nothing moves the
// bound with the most wrong multiplier is let go. The objective falls with every step,
// so no set of bounds comes twice.
func (p *Problem) minimum(start []float64, fixedReturn bool) ([]float64, error) {
	n := len(start)
	w := append([]float64(nil), start...)
	where := make([]side, n)
	tiny := 1e-13 * math.Max(1, p.High-p.Low)
	for i, x := range w {
		switch {
		case x <= p.Low+tiny:
			w[i], where[i] = p.Low, atLow
		case x >= p.High-tiny:
			w[i], where[i] = p.High, atHigh
		}
	}
	rows := [][]float64{ones(n)}
	if fixedReturn {
		rows = append(rows, p.Expected)
	}
	k := kkt{problem: p, rows: rows}
	p.release(where, w, len(rows))
	scale := trace(p.Covariance) / float64(n)
	idle := 0        // steps in a row that moved nothing
	settled := false // the last step went all the way: what is left of it is rounding
	for range 50*n + 200 {
		step, multipliers, err := k.solve(w, where)
		if err != nil {
			return nil, err
		}
		if settled || len(k.at) <= len(rows) || size(step) <= 1e-14*math.Max(1, size(w)) {
			i := k.wrong(w, where, multipliers, 1e-11*scale, idle > n)
			if i < 0 {
				return w, nil
			}
			where[i], settled = free, false
			idle++
			continue
		}
		length := p.advance(w, where, step)
		settled = length == 1
		if length*size(step) > 1e-13 {
			idle = 0
		}
	}
	return nil, ErrNotSolved
}

// release frees enough weights at their bounds for the equalities to have a solution.
func (p *Problem) release(where []side, w []float64, rows int) {
	count := 0
	for _, s := range where {
		if s == free {
			count++
		}
	}
	for i := 0; count < rows && i < len(where); i++ {
		if where[i] == atHigh {
			where[i] = free
			count++
		}
	}
	for i := 0; count < rows && i < len(where); i++ {
		if where[i] == atLow {
			where[i] = free
			count++
		}
	}
}

// advance moves the free weights along step until one meets a bound, which holds it. It
// returns the part of the step that was gone.
func (p *Problem) advance(w []float64, where []side, step []float64) float64 {
	length, stopped, at := 1.0, -1, free
	for i, d := range step {
		if where[i] != free || d == 0 {
			continue
		}
		room, bound := p.High-w[i], atHigh
		if d < 0 {
			room, bound = p.Low-w[i], atLow
		}
		if t := room / d; t < length {
			length, stopped, at = max(t, 0), i, bound
		}
	}
	for i, d := range step {
		if where[i] == free {
			w[i] += float64(length * d)
		}
	}
	if stopped >= 0 {
		where[stopped] = at
		w[stopped] = p.Low
		if at == atHigh {
			w[stopped] = p.High
		}
	}
	return length
}

// kkt solves the equality-constrained problem of the free weights.
type kkt struct {
	problem *Problem
	rows    [][]float64
	at      []int
	factor  []float64
}

// solve returns the step of every weight (zero for held ones) and the multipliers ν of
// the equalities: Σ_ff d + A'ν = −g, A d = 0, with g = Σ w.
func (k *kkt) solve(w []float64, where []side) (step, multipliers []float64, err error) {
	k.at = k.at[:0]
	for i, s := range where {
		if s == free {
			k.at = append(k.at, i)
		}
	}
	f, m := len(k.at), len(k.rows)
	if err := k.factorise(); err != nil {
		return nil, nil, err
	}
	g := make([]float64, f)
	for a, i := range k.at {
		g[a] = series.Dot(k.problem.Covariance[i], w)
	}
	solvedG := k.backSolve(g)
	solvedA := make([][]float64, m)
	for r, row := range k.rows {
		part := make([]float64, f)
		for a, i := range k.at {
			part[a] = row[i]
		}
		solvedA[r] = k.backSolve(part)
	}
	// (A Σ⁻¹ A') ν = −A Σ⁻¹ g
	inner, right := make([][]float64, m), make([]float64, m)
	for r, row := range k.rows {
		inner[r] = make([]float64, m)
		for c := range k.rows {
			for a, i := range k.at {
				inner[r][c] += float64(row[i] * solvedA[c][a])
			}
		}
		for a, i := range k.at {
			right[r] -= float64(row[i] * solvedG[a])
		}
	}
	multipliers = small(inner, right)
	step = make([]float64, len(w))
	for a, i := range k.at {
		d := -solvedG[a]
		for r := range k.rows {
			d -= float64(multipliers[r] * solvedA[r][a])
		}
		step[i] = d
	}
	return step, multipliers, nil
}

// wrong is the held weight whose multiplier has the wrong sign by most, −1 when none. With
// firstOne it is the first such weight (Bland's rule), which cannot go round in circles.
func (k *kkt) wrong(w []float64, where []side, multipliers []float64, tolerance float64, firstOne bool) int {
	worst, at := tolerance, -1
	for i, s := range where {
		if s == free || k.problem.Low == k.problem.High {
			continue
		}
		slope := series.Dot(k.problem.Covariance[i], w)
		for r, row := range k.rows {
			slope += float64(multipliers[r] * row[i])
		}
		if s == atLow {
			slope = -slope
		}
		if slope > worst {
			worst, at = slope, i
			if firstOne {
				return at
			}
		}
	}
	return at
}

// factorise is the Cholesky factor of the covariance of the free weights, by rows.
func (k *kkt) factorise() error {
	f := len(k.at)
	if cap(k.factor) < f*f {
		k.factor = make([]float64, f*f)
	}
	l := k.factor[:f*f]
	for a, i := range k.at {
		row := k.problem.Covariance[i]
		la := l[a*f : a*f+a+1]
		for b := 0; b <= a; b++ {
			lb := l[b*f : b*f+b+1]
			x := row[k.at[b]] - series.Dot(la[:b], lb[:b])
			if a != b {
				la[b] = x / lb[b]
				continue
			}
			if !(x > 1e-14*row[i]) {
				return ErrSingular
			}
			la[a] = math.Sqrt(x)
		}
	}
	k.factor = l
	return nil
}

// backSolve solves Σ_ff x = b with the factor at hand.
func (k *kkt) backSolve(b []float64) []float64 {
	f := len(k.at)
	x := append([]float64(nil), b...)
	for a := range f {
		row := k.factor[a*f : a*f+a+1]
		x[a] = (x[a] - series.Dot(row[:a], x[:a])) / row[a]
	}
	for a := f - 1; a >= 0; a-- {
		x[a] /= k.factor[a*f+a]
		for b := range a {
			x[b] -= float64(k.factor[a*f+b] * x[a])
		}
	}
	return x
}

// small solves one or two equations; where two are dependent the second is left out.
func small(a [][]float64, b []float64) []float64 {
	if len(b) == 1 {
		return []float64{b[0] / a[0][0]}
	}
	det := float64(a[0][0]*a[1][1]) - float64(a[0][1]*a[1][0])
	if math.Abs(det) <= 1e-14*math.Abs(a[0][0]*a[1][1]) {
		return []float64{b[0] / a[0][0], 0}
	}
	return []float64{(float64(b[0]*a[1][1]) - float64(a[0][1]*b[1])) / det, (float64(a[0][0]*b[1]) - float64(a[1][0]*b[0])) / det}
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
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
