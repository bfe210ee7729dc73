package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/series"
)

// ErrPeriods reports returns that are no table of periods by assets, or too few of them.
var ErrPeriods = errors.New("returns need a row a period with one finite return an asset, and enough periods for one in the tail")

// Tail is a solution by the expected shortfall of the periods given, both as positive
// losses of a period. Bound is the least shortfall that any weights can have: the search
// ends when it meets Shortfall.
type Tail struct {
	Solution
	Shortfall, VaR, Bound float64
}

// MinShortfall minimises the expected shortfall at a confidence, the mean of the worst
// (1 − confidence) of the periods, the last of them in part (Rockafellar and Uryasev
// 2000). returns has a row a period.
//
// The shortfall is the greatest of the mean losses over all choices of that many
// periods: a linear function each. Choices are added one by one, the worst for the
// weights at hand (Kelley 1960), until none is worse than what is known.
func MinShortfall(p Problem, returns [][]float64, confidence float64) (*Tail, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	n := len(p.Covariance)
	for i, row := range returns {
		if len(row) != n || series.FirstBad(row) >= 0 {
			return nil, fmt.Errorf("period %d: %w", i+1, ErrPeriods)
		}
	}
	tail := (1 - confidence) * float64(len(returns))
	if !(confidence > 0 && confidence < 1) || !(tail >= 1-1e-9) {
		return nil, fmt.Errorf("%d periods, confidence %v: %w", len(returns), confidence, ErrPeriods)
	}
	m, err := p.model()
	if err != nil {
		return nil, err
	}
	x, err := m.start()
	if err != nil {
		return nil, err
	}
	return m.shortfall(x, returns, tail)
}

func (m *model) shortfall(x []float64, returns [][]float64, tail float64) (*Tail, error) {
	n, vars := len(m.base), len(x)
	q := program{low: append(slices.Clone(m.program.low), math.Inf(-1)), high: append(slices.Clone(m.program.high), math.Inf(1))}
	for _, row := range m.program.rows {
		row.Weights = append(slices.Clone(row.Weights), 0)
		q.rows = append(q.rows, row)
	}
	down := make([]float64, vars+1)
	down[vars] = -1
	w := m.weights(x)
	var best *Tail
	bound := math.Inf(-1)
	scratch := newWorst(returns, tail)
	for range 40*n + 400 {
		loss, at, direction := scratch.of(w)
		if best == nil || loss < best.Shortfall {
			best = &Tail{Solution: *m.problem.solution(w), Shortfall: loss, VaR: at}
		}
		best.Bound = bound
		worth := math.Max(math.Abs(best.Shortfall), scratch.scale)
		if best.Shortfall-bound <= 1e-9*worth {
			return best, nil
		}
		// θ ≥ direction·w
		cut := Row{Weights: make([]float64, vars+1), Low: series.Dot(direction, m.base), High: math.Inf(1)}
		for i, v := range m.expandVector(direction) {
			cut.Weights[i] = -v
		}
		cut.Weights[vars] = 1
		q.rows = append(q.rows, cut)
		at0 := append(slices.Clone(x[:vars]), loss+math.Abs(loss)*1e-12)
		next, err := q.most(at0, down)
		if err != nil {
			if best.Shortfall-bound <= 1e-6*worth { // choices that hardly differ, and nothing left to win
				return best, nil
			}
			return nil, err
		}
		x = next
		bound = math.Max(bound, x[vars])
		w = m.weights(x[:vars])
	}
	return nil, ErrNotSolved
}

// worst takes the mean of the worst periods.
type worst struct {
	returns [][]float64
	tail    float64
	order   []int
	loss    []float64
	scale   float64
}

func newWorst(returns [][]float64, tail float64) *worst {
	w := &worst{returns: returns, tail: tail, order: make([]int, len(returns)), loss: make([]float64, len(returns))}
	for _, row := range returns {
		w.scale = math.Max(w.scale, series.Largest(row))
	}
	w.scale *= 1e-3
	return w
}

// of is the expected shortfall of weights, the loss at which the tail begins, and the mean
// loss of each asset over the tail.
func (s *worst) of(w []float64) (shortfall, start float64, direction []float64) {
	for t, row := range s.returns {
		s.order[t], s.loss[t] = t, -series.Dot(row, w)
	}
	slices.SortFunc(s.order, func(a, b int) int {
		switch {
		case s.loss[a] > s.loss[b]:
			return -1
		case s.loss[a] < s.loss[b]:
			return 1
		}
		return a - b
	})
	direction = make([]float64, len(w))
	left := s.tail
	for _, t := range s.order {
		part := math.Min(left, 1)
		addScaled(direction, s.returns[t], -part/s.tail)
		start = s.loss[t]
		if left -= part; left <= 1e-12 {
			break
		}
	}
	return series.Dot(direction, w), start, direction
}
