package optimize

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// program is a convex quadratic program:
//
//	minimise ½ x′Hx + c′x   with   low ≤ x ≤ high   and   rowᵣ.Low ≤ rowᵣ.Weights·x ≤ rowᵣ.High
type program struct {
	hessian   [][]float64 // nil: the identity
	linear    []float64   // c; nil: none
	low, high []float64
	rows      []Row
	asset     []int  // variables of one asset are stretches of its weight, see model; nil: each has its own
	upward    []bool // of the stretches
}

// side is where a variable or a row stands.
type side int8

const (
	free side = iota
	atLow
	atHigh
)

// solver solves a program by the primal active-set method from a feasible x.
//
// Each step solves the problem of the free variables with the others held at their
// bounds and the rows that are on held where they are; a variable or a row that would
// leave its bounds is stopped there, and when nothing moves what holds with the most
// wrong multiplier is let go. The objective falls with every step, so no set of bounds
// comes twice. After a solution linear may be changed and the search goes on from there.
type solver struct {
	*program
	x          []float64
	held       []side
	on         []side
	triangle   triangle
	careful    bool      // the hessian is nearly singular
	gradient   []float64 // Hx + c
	step       []float64
	slope      []float64 // the gradient less what the rows that are on take of it
	multiplier []float64 // of each row, 0 when off
}

func newSolver(p *program, x []float64) *solver {
	n := len(x)
	s := &solver{program: p, x: append([]float64(nil), x...), held: make([]side, n), on: make([]side, len(p.rows)),
		gradient: make([]float64, n), step: make([]float64, n), slope: make([]float64, n), multiplier: make([]float64, len(p.rows))}
	s.triangle.hessian = p.hessian
	for i := range s.x {
		tiny := 1e-13 * math.Max(1, math.Min(p.high[i]-p.low[i], 1e3))
		switch {
		case s.x[i] <= p.low[i]+tiny:
			s.x[i], s.held[i] = p.low[i], atLow
		case s.x[i] >= p.high[i]-tiny:
			s.x[i], s.held[i] = p.high[i], atHigh
		default:
			s.triangle.add(i)
		}
	}
	for r, row := range p.rows {
		if row.Low == row.High {
			s.on[r] = atLow
		}
	}
	return s
}

// minimise moves x to the minimum.
func (s *solver) minimise() error {
	n := len(s.x)
	idle := 0        // steps in a row that moved nothing
	settled := false // the last step went all the way: what is left of it is rounding
	for range 50*(n+len(s.rows)) + 200 {
		if err := s.newton(); err != nil {
			return err
		}
		if settled || size(s.step) <= s.noise() {
			if !s.letGo(idle > n) {
				return nil
			}
			settled = false
			idle++
			continue
		}
		length := s.advance()
		settled = length == 1
		if length*size(s.step) > 1e-13 {
			idle = 0
		}
	}
	return ErrNotSolved
}

// newton finds the step to the minimum of the free variables and the multipliers.
func (s *solver) newton() error {
	s.slopeAt()
	resid := make([]float64, 0, len(s.rows))
	for r, row := range s.rows {
		switch s.on[r] {
		case atLow:
			resid = append(resid, row.Low-series.Dot(row.Weights, s.x))
		case atHigh:
			resid = append(resid, row.High-series.Dot(row.Weights, s.x))
		}
	}
	if err := s.solve(s.gradient, resid, s.step, s.multiplier); err != nil {
		return err
	}
	s.reduce(s.gradient, s.multiplier, s.slope)
	return nil
}

// slopeAt takes the gradient at x.
func (s *solver) slopeAt() {
	for i := range s.gradient {
		s.gradient[i] = 0
		if s.linear != nil {
			s.gradient[i] = s.linear[i]
		}
	}
	s.addProduct(s.gradient, s.x)
}

// addProduct adds Hx.
func (s *solver) addProduct(to, x []float64) {
	for j, v := range x {
		switch {
		case v == 0:
		case s.hessian == nil:
			to[j] += v
		default:
			addScaled(to, s.hessian[j], v)
		}
	}
}

// reduce is the gradient and what the multipliers of the rows add to it.
func (s *solver) reduce(gradient, multiplier, slope []float64) {
	copy(slope, gradient)
	for r, row := range s.rows {
		if s.on[r] != free && multiplier[r] != 0 {
			addScaled(slope, row.Weights, multiplier[r])
		}
	}
}

// solve finds step d, nothing for held variables, and the multipliers ν of the rows that
// are on:  H d + A′ν = −g on the free variables,  A d = resid.
func (s *solver) solve(g, resid, step, multiplier []float64) error {
	if err := s.triangle.factorise(); err != nil {
		return err
	}
	at := s.triangle.at
	gather := func(x []float64) []float64 {
		part := make([]float64, len(at))
		for a, i := range at {
			part[a] = x[i]
		}
		return part
	}
	e := equations{triangle: &s.triangle}
	var active []int
	for r, row := range s.rows {
		multiplier[r] = 0
		if s.on[r] != free {
			active = append(active, r)
			e.add(gather(row.Weights))
		}
	}
	g = gather(g)
	d, nu, rank := e.solve(g, resid)
	if s.hessian == nil || s.careful { // rows or variables that are nearly parallel need a second look
		again, missing := append([]float64(nil), g...), make([]float64, len(active))
		for a, i := range at {
			if s.hessian == nil {
				again[a] += d[a]
				continue
			}
			for b, j := range at {
				again[a] += float64(s.hessian[i][j] * d[b])
			}
		}
		for r, row := range e.rows {
			addScaled(again, row, nu[r])
			missing[r] = resid[r] - series.Dot(row, d)
		}
		more, mu, _ := e.solve(again, missing)
		addScaled(d, more, 1)
		addScaled(nu, mu, 1)
	}
	for r, v := range nu {
		multiplier[active[r]] = v
	}
	clear(step)
	if rank == len(at) {
		return nil // the rows leave no room
	}
	for a, i := range at {
		step[i] = d[a]
	}
	return nil
}

// equations are the conditions of solve on the free variables alone.
type equations struct {
	triangle *triangle
	rows     [][]float64
	solved   [][]float64 // H⁻¹ row
}

func (e *equations) add(row []float64) {
	e.rows = append(e.rows, row)
	e.solved = append(e.solved, e.triangle.solve(append([]float64(nil), row...)))
}

// solve by (A H⁻¹ A′) ν = −A H⁻¹ g − resid; rank is how many rows do not follow from others.
func (e *equations) solve(g, resid []float64) (d, nu []float64, rank int) {
	z := e.triangle.solve(append([]float64(nil), g...))
	m := len(e.rows)
	inner, right := make([][]float64, m), make([]float64, m)
	for r := range m {
		inner[r] = make([]float64, m)
		for c := range m {
			inner[r][c] = series.Dot(e.rows[r], e.solved[c])
		}
		right[r] = -series.Dot(e.rows[r], z) - resid[r]
	}
	nu, rank = independent(inner, right)
	for r, v := range nu {
		addScaled(z, e.solved[r], v)
	}
	for i := range z {
		z[i] = -z[i]
	}
	return z, nu, rank
}

// noise is the size of a step that may be rounding.
func (s *solver) noise() float64 {
	pull := math.Max(size(s.gradient), size(s.multiplier))
	if s.hessian != nil {
		pull *= float64(len(s.hessian)) / trace(s.hessian)
	}
	return 1e-14*math.Max(1, size(s.x)) + 1e-15*pull
}

// tolerance is the size of a multiplier that may be rounding.
func (s *solver) tolerance() float64 {
	scale := size(s.linear)
	if s.hessian == nil {
		return 1e-11 * math.Max(scale, 1)
	}
	return 1e-11 * math.Max(scale, trace(s.hessian)/float64(len(s.hessian)))
}

// letGo frees what holds with the most wrong multiplier, rows before variables, and says
// whether there was any. With first it is the first one (Bland's rule), which cannot go
// round in circles.
func (s *solver) letGo(first bool) bool {
	worst, at := s.tolerance(), -1
	for r, side := range s.on {
		if side == free || s.rows[r].Low == s.rows[r].High {
			continue
		}
		if v := wrong(side, s.multiplier[r], -1); v > worst && !(first && at >= 0) {
			worst, at = v, r
		}
	}
	if at >= 0 {
		s.on[at] = free
		return true
	}
	for i, side := range s.held {
		if side == free || s.low[i] == s.high[i] || s.taken(i) {
			continue
		}
		if v := wrong(side, s.slope[i], 1); v > worst && !(first && at >= 0) {
			worst, at = v, i
		}
	}
	if at < 0 {
		return false
	}
	s.held[at] = free
	s.triangle.add(at)
	return true
}

// wrong is how far a multiplier is on the wrong side: at the low end sign × it must not
// be negative, at the high end not positive.
func wrong(at side, multiplier, sign float64) float64 {
	if at == atLow {
		return -sign * multiplier
	}
	return sign * multiplier
}

// taken says that a held variable must stay because of the others of its asset: they are
// stretches of one weight, up and then down, and only the one at hand may move.
func (s *solver) taken(i int) bool {
	if s.asset == nil {
		return false
	}
	return s.blocks(i, -1) || s.blocks(i, 1)
}

// blocks looks for what keeps i, on one side of it.
func (s *solver) blocks(i, way int) bool {
	for j := i + way; j >= 0 && j < len(s.asset) && s.asset[j] == s.asset[i]; j += way {
		same := s.upward[j] == s.upward[i]
		switch {
		case s.held[j] == free:
			return true
		case s.held[i] == atLow && same && way < 0 && s.held[j] != atHigh, // the nearer is not full
			s.held[i] == atLow && !same && s.held[j] != atLow,            // the other way is not empty
			s.held[i] == atHigh && same && way > 0 && s.held[j] != atLow: // the farther is not empty
			return true
		}
	}
	return false
}

// advance moves along the step until a variable or a row meets its bound, which holds
// it. It returns the part of the step that was gone.
func (s *solver) advance() float64 {
	length, at, row, side := s.room(s.step, 1)
	for _, i := range s.triangle.at {
		s.x[i] += float64(length * s.step[i])
	}
	switch {
	case row >= 0:
		s.on[row] = side
	case at >= 0:
		s.hold(at, side)
	}
	return length
}

// hold puts a variable at its bound.
func (s *solver) hold(i int, at side) {
	s.held[i], s.x[i] = at, s.low[i]
	if at == atHigh {
		s.x[i] = s.high[i]
	}
	s.triangle.remove(i)
}

// room is how much of a step can be gone, at most the limit, and what stops it: a row or
// a variable (−1 when neither) and at which of its bounds. Of several the first one does,
// rows before variables, which Bland's rule needs.
func (s *solver) room(step []float64, limit float64) (length float64, variable, row int, stop side) {
	length, variable, row = limit, -1, -1
	largest := size(step)
	nothing := 1e-16 * math.Max(1, size(s.x)) / largest
	until := func(space, d float64) float64 {
		if t := space / d; t > nothing {
			return t
		}
		return 0
	}
	for r, w := range s.rows {
		if s.on[r] != free {
			continue
		}
		d := series.Dot(w.Weights, step)
		if math.Abs(d) <= 1e-12*largest {
			continue
		}
		now := series.Dot(w.Weights, s.x)
		space, bound := w.High-now, atHigh
		if d < 0 {
			space, bound = w.Low-now, atLow
		}
		if t := until(space, d); t < length {
			length, row, stop = t, r, bound
		}
	}
	for _, i := range s.triangle.at {
		d := step[i]
		if d == 0 {
			continue
		}
		space, bound := s.high[i]-s.x[i], atHigh
		if d < 0 {
			space, bound = s.low[i]-s.x[i], atLow
		}
		if t := until(space, d); t < length || t == length && variable > i {
			length, variable, row, stop = t, i, -1, bound
		}
	}
	return length, variable, row, stop
}

// stationarity is the largest breach of the first-order conditions at x, as a part of the
// gradient's largest entry.
func (s *solver) stationarity() float64 {
	if s.newton() != nil {
		return math.NaN()
	}
	worst := 0.0
	for i, at := range s.held {
		switch {
		case at == free:
			worst = math.Max(worst, math.Abs(s.slope[i]))
		case s.low[i] < s.high[i]:
			worst = math.Max(worst, wrong(at, s.slope[i], 1))
		}
	}
	for r, at := range s.on {
		if at != free && s.rows[r].Low < s.rows[r].High {
			worst = math.Max(worst, wrong(at, s.multiplier[r], -1))
		}
	}
	if largest := size(s.gradient); largest > 0 {
		return worst / largest
	}
	return worst
}
