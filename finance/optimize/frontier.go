package optimize

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// path is the efficient frontier, followed by the price λ of return in variance:
//
//	w(λ) = argmin ½ w′Σw − λ μ′w
//
// from the weights of least volatility at λ = 0 up. While the same constraints hold, w
// is a straight line in λ, the return and the variance are
//
//	e + t e₁   and   q + 2tλe₁ + t²e₁   at λ + t, with e₁ = μ′dw/dλ,
//
// and the ends of such a piece are the corner portfolios (Markowitz 1956).
type path struct {
	model  *model
	solver *solver
	value  []float64 // μ by variable
	lambda float64
	unit   float64 // of λ: what makes variance and return alike
	ridge  float64

	speed     []float64 // dx/dλ
	up, down  float64   // how far λ may move within the piece
	e, e1, q  float64
	rate      []float64
	slopeRate []float64
}

// follow begins at the weights of least volatility.
func (p *Problem) follow() (*path, error) {
	m, err := p.model()
	if err != nil {
		return nil, err
	}
	x, err := m.start()
	if err != nil {
		return nil, err
	}
	f := &path{model: m, solver: newSolver(&m.program, x)}
	if p.Expected != nil {
		f.value = m.expandVector(p.Expected)
		f.unit = trace(p.Covariance) / float64(len(p.Covariance)) / math.Max(size(p.Expected), math.SmallestNonzeroFloat64)
		f.speed, f.rate, f.slopeRate = make([]float64, len(x)), make([]float64, len(m.program.rows)), make([]float64, len(x))
	}
	return f, f.minimise()
}

// minimise settles the solver; a singular covariance gets a little on its diagonal, for
// good: the least spread of the many optima is meant.
func (f *path) minimise() error {
	err := f.solver.minimise()
	if !errors.Is(err, ErrSingular) || f.ridge > 0 {
		return err
	}
	f.ridge = 1e-8 * trace(f.model.problem.Covariance) / float64(len(f.model.problem.Covariance))
	c := make([][]float64, len(f.model.problem.Covariance))
	for i, row := range f.model.problem.Covariance {
		c[i] = append([]float64(nil), row...)
		c[i][i] += f.ridge
	}
	f.model.program.hessian = f.model.expand(c)
	f.solver = newSolver(&f.model.program, f.solver.x)
	f.solver.careful = true
	return f.solver.minimise()
}

// solution is where the path stands. Weights that breach a constraint by more than
// rounding are none.
func (f *path) solution() (*Solution, error) {
	out := f.model.problem.solution(f.model.weights(f.solver.x))
	out.Stationarity, out.Ridge = f.solver.stationarity(), f.ridge
	if !(out.Violation <= 1e-7*math.Max(1, size(out.Weights))) {
		return nil, ErrNotSolved
	}
	return out, nil
}

// to goes to another λ and measures the piece it lies in.
func (f *path) to(lambda float64) error {
	f.lambda = lambda
	f.price()
	if err := f.minimise(); err != nil {
		return err
	}
	return f.measure()
}

func (f *path) price() {
	for i, v := range f.value {
		f.model.program.linear[i] = f.model.offset[i] - float64(f.lambda*v)
	}
}

// measure finds the direction of the piece and how far it goes.
func (f *path) measure() error {
	s := f.solver
	if err := s.newton(); err != nil {
		return err
	}
	down := make([]float64, len(f.value))
	for i, v := range f.value {
		down[i] = -v
	}
	resid := make([]float64, len(s.rows))
	if err := s.solve(down, resid, f.speed, f.rate); err != nil {
		return err
	}
	s.addProduct(down, f.speed)
	s.reduce(down, f.rate, f.slopeRate)
	w := f.model.weights(s.x)
	f.e, f.e1 = series.Dot(f.model.problem.Expected, w), series.Dot(f.value, f.speed)
	f.q = quadratic(f.model.problem.Covariance, w)
	if f.e1 <= 1e-13*size(f.value)*size(f.value)/(trace(s.hessian)/float64(len(s.hessian))) {
		f.e1 = 0 // a corner that holds for a stretch of λ
		clear(f.speed)
	}
	f.up, f.down = f.reach(1), math.Min(f.reach(-1), f.lambda)
	return nil
}

// reach is how far λ may move up, or down for −1, until another constraint holds or one
// ceases to.
func (f *path) reach(sign float64) float64 {
	s := f.solver
	most := math.Inf(1)
	if f.e1 > 0 {
		step := make([]float64, len(f.speed))
		for i, v := range f.speed {
			step[i] = sign * v
		}
		most, _, _, _ = s.room(step, most)
	}
	until := func(now, rate float64) { // now ≥ 0 falls to 0
		if rate < 0 {
			most = math.Min(most, math.Max(now, 0)/-rate)
		}
	}
	noise := 1e-13 * size(f.value)
	for i, at := range s.held {
		if rate := sign * f.slopeRate[i]; at != free && s.low[i] < s.high[i] && math.Abs(rate) > noise && !s.taken(i) {
			if at == atLow {
				until(s.slope[i], rate)
			} else {
				until(-s.slope[i], -rate)
			}
		}
	}
	for r, at := range s.on {
		if rate := sign * f.rate[r]; at != free && s.rows[r].Low < s.rows[r].High && math.Abs(rate) > noise {
			if at == atLow {
				until(-s.multiplier[r], -rate)
			} else {
				until(s.multiplier[r], rate)
			}
		}
	}
	return most
}

// move goes along the piece.
func (f *path) move(t float64) {
	for i, v := range f.speed {
		f.solver.x[i] += float64(t * v)
	}
	f.lambda += t
	f.price()
}

// find looks for a place on the frontier. goal answers, for a piece, how far λ must move
// along it, and whether the place lies above the point at hand; done is called with
// nothing above.
func (f *path) find(goal func(f *path) (t float64, above bool)) (*Solution, error) {
	low, high := 0.0, math.Inf(1)
	if err := f.to(0); err != nil {
		return nil, err
	}
	for range 400 {
		t, above := goal(f)
		slack := 1e-12 * (f.lambda + f.unit*1e-3)
		if !math.IsInf(t, 0) && t >= -f.down-slack && t <= f.up+slack {
			f.move(math.Max(-f.down, math.Min(f.up, t)))
			return f.solution()
		}
		if above {
			if math.IsInf(f.up, 1) { // the highest return there is
				return f.solution()
			}
			low = math.Max(low, f.lambda+f.up)
		} else {
			if f.lambda-f.down <= 0 {
				f.move(-f.lambda)
				return f.solution()
			}
			high = math.Min(high, f.lambda-f.down)
		}
		next := f.lambda + t
		switch {
		case !math.IsInf(high, 1) && high-low <= 1e-12*high:
			f.move(math.Max(-f.down, math.Min(f.up, low-f.lambda)))
			return f.solution()
		case math.IsInf(high, 1):
			if !(next > low) || next > 8*math.Max(low, f.unit) {
				next = 4 * math.Max(low, f.unit)
			}
		case !(next > low+0.05*(high-low) && next < high-0.05*(high-low)):
			next = low + (high-low)/2
			if low > 0 && high > 16*low {
				next = math.Sqrt(low) * math.Sqrt(high)
			}
		}
		if err := f.to(next); err != nil {
			return nil, err
		}
	}
	return nil, ErrNotSolved
}

// Frontier is the efficient frontier: the portfolios of least volatility for each return
// from that of the least volatile to the highest there is.
type Frontier struct {
	Points  []*Solution // evenly spaced by return, both ends among them
	Corners []*Solution // where the set of constraints that hold changes; straight lines lie between
}

// EfficientFrontier follows the frontier from end to end and marks points on it. The
// points are exact: they lie between corners, on a straight line in weights.
func EfficientFrontier(p Problem, points int) (*Frontier, error) {
	if points < 2 {
		return nil, fmt.Errorf("%d points: %w", points, ErrPoints)
	}
	if err := p.check(true); err != nil {
		return nil, err
	}
	f, err := p.follow()
	if err != nil {
		return nil, err
	}
	corners, err := f.corners()
	if err != nil {
		return nil, err
	}
	out := &Frontier{Corners: corners}
	low, high := corners[0].Return, corners[len(corners)-1].Return
	at := 0
	for k := range points {
		target := low + float64((high-low)*(float64(k)/float64(points-1)))
		for at+2 < len(corners) && corners[at+1].Return < target {
			at++
		}
		out.Points = append(out.Points, p.between(corners, at, target))
	}
	return out, nil
}

// ErrPoints reports a frontier of less than its two ends.
var ErrPoints = errors.New("a frontier needs at least two points")

// between is the portfolio of a return between a corner and the next.
func (p *Problem) between(corners []*Solution, at int, target float64) *Solution {
	a := corners[at]
	if at+1 == len(corners) {
		return a
	}
	b := corners[at+1]
	t := 1.0
	if b.Return > a.Return {
		t = math.Max(0, math.Min((target-a.Return)/(b.Return-a.Return), 1))
	}
	switch t {
	case 0:
		return a
	case 1:
		return b
	}
	w := make([]float64, len(a.Weights))
	for i := range w {
		w[i] = a.Weights[i] + float64(t*(b.Weights[i]-a.Weights[i]))
	}
	out := p.solution(w)
	out.Stationarity, out.Ridge = math.Max(a.Stationarity, b.Stationarity), b.Ridge
	return out
}

// corners walks up the path.
func (f *path) corners() ([]*Solution, error) {
	if err := f.to(0); err != nil {
		return nil, err
	}
	begin, err := f.solution()
	if err != nil {
		return nil, err
	}
	out, jump := []*Solution{begin}, 1e-9
	for range 50*len(f.value) + 1000 {
		if math.IsInf(f.up, 1) {
			return out, nil
		}
		if f.e1 > 0 {
			f.move(f.up)
			c, err := f.solution()
			if err != nil {
				return nil, err
			}
			if c.Return > out[len(out)-1].Return+1e-13*math.Abs(c.Return) {
				out, jump = append(out, c), 1e-9
			}
		} else {
			f.lambda += f.up
		}
		// a little further, to be past the corner; more where that led nowhere
		if err := f.to(f.lambda + jump*math.Max(f.lambda, f.unit*1e-3)); err != nil {
			return nil, err
		}
		jump = math.Min(2*jump, 1)
	}
	return nil, ErrNotSolved
}
