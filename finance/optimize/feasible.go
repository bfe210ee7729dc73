package optimize

import (
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/series"
)

// start is a point that satisfies all constraints: the assets of least variance at their
// upper bounds as far as the sum allows, or what lies nearest to that.
func (m *model) start() ([]float64, error) {
	p := m.problem
	if p.Turnover > 0 { // the base is the nearest to what is held
		return m.feasible(m.encode(m.base))
	}
	return m.feasible(m.encode(p.fill(func(a, b int) bool { return p.Covariance[a][a] < p.Covariance[b][b] })))
}

// feasible is the point next to x, which lies within the bounds, that satisfies the rows:
// rows that do not hold get a variable for what they lack, and these cost more and more.
// When they do not vanish there is no such point, and the multipliers tell which
// constraints are against it.
func (m *model) feasible(x []float64) ([]float64, error) {
	n := len(x)
	q := program{low: slices.Clone(m.program.low), high: slices.Clone(m.program.high), rows: make([]Row, len(m.program.rows))}
	for r, row := range m.program.rows {
		q.rows[r] = Row{Name: row.Name, Weights: slices.Clone(row.Weights), Low: row.Low, High: row.High}
	}
	at := slices.Clone(x)
	for r, row := range m.program.rows {
		now := series.Dot(row.Weights, x)
		lack := math.Max(row.Low-now, now-row.High)
		if lack <= 1e-13 {
			continue
		}
		at, q.low, q.high = append(at, lack), append(q.low, 0), append(q.high, math.Inf(1))
		for k := range q.rows {
			q.rows[k].Weights = append(q.rows[k].Weights, 0)
		}
		q.rows[r].Weights[len(at)-1] = math.Copysign(1, row.Low-now)
		if now > row.High {
			q.rows[r].Weights[len(at)-1] = -1
		}
	}
	if len(at) == n {
		return at, nil
	}
	q.linear = make([]float64, len(at))
	s := newSolver(&q, at)
	lack := 0.0
	for _, cost := range []float64{1e2, 1e4, 1e6, 1e8} {
		for i := range n {
			q.linear[i] = -x[i]
		}
		for i := n; i < len(at); i++ {
			q.linear[i] = cost
		}
		if err := s.minimise(); err != nil {
			return nil, err
		}
		if lack = series.Sum(s.x[n:]); lack <= 1e-10 {
			return m.encode(m.weights(s.x[:n])), nil
		}
	}
	return nil, m.conflict(s, n, lack)
}

// conflict names what stands against feasibility: what has a multiplier of the order of
// the cost of lacking.
func (m *model) conflict(s *solver, n int, lack float64) *Conflict {
	cost := s.linear[n]
	out := &Conflict{Short: lack}
	for r, row := range s.rows {
		if math.Abs(s.multiplier[r]) > 1e-6*cost {
			out.Constraints = append(out.Constraints, row.Name)
		}
	}
	for i := range n {
		if s.held[i] != free && math.Abs(s.slope[i]) > 1e-6*cost {
			out.Assets = append(out.Assets, m.parts[i].asset)
		}
	}
	if out.Assets != nil {
		out.Constraints = append(out.Constraints, BoundsName)
		slices.Sort(out.Assets)
		out.Assets = slices.Compact(out.Assets)
	}
	return out
}

// richest is a point of highest value·x among those that satisfy all constraints, from
// one that does.
func (m *model) richest(x, value []float64) ([]float64, error) {
	q := m.program
	q.hessian, q.asset = nil, nil
	return q.most(x, value)
}

// most maximises value·x from a point that satisfies the constraints: the proximal-point
// method, which ends after few steps for a linear objective.
func (q program) most(x, value []float64) ([]float64, error) {
	spread := size(value)
	if spread == 0 {
		return x, nil
	}
	q.linear = make([]float64, len(x))
	s := newSolver(&q, x)
	before := make([]float64, len(x))
	for range 200 {
		copy(before, s.x)
		for i, v := range value {
			q.linear[i] = -before[i] - float64(1e3*v/spread)
		}
		if err := s.minimise(); err != nil {
			return nil, err
		}
		moved := 0.0
		for i := range before {
			moved = math.Max(moved, math.Abs(s.x[i]-before[i]))
		}
		if moved <= 1e-11 {
			break
		}
	}
	return s.x, nil
}

// fill takes assets in an order, each to its upper bound, until the weights sum to one.
func (p *Problem) fill(before func(a, b int) bool) []float64 {
	n := len(p.Covariance)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case before(a, b):
			return -1
		case before(b, a):
			return 1
		}
		return 0
	})
	w, left := make([]float64, n), 1.0
	for i := range w {
		w[i], _ = p.bound(i)
		left -= w[i]
	}
	for _, i := range order {
		_, high := p.bound(i)
		add := math.Max(math.Min(high-w[i], left), 0)
		w[i] += add
		if left -= add; left <= 0 {
			break
		}
	}
	return w
}
