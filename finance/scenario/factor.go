// Package scenario asks what would happen if: shocks of factors, and what they do to
// positions.
//
// Model: a position's return is the sum of its factor exposures times the factors'
// moves. A scenario fixes the moves of some factors. Directly, only those count; with
// propagation, the others move as they are expected to, given the shocks, under the
// factors' covariance.
//
// Units: moves are fractions, exposures are betas, values and results are money. A loss
// is negative and is never clipped.
//
// Sources: Kupiec 1998, Stress testing in a value at risk framework (conditional
// expectation); Breuer et al. 2009 for plausibility as Mahalanobis distance.
package scenario

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Model is a set of factors and the covariance of their moves, one row a factor.
type Model struct {
	Factors    []string
	Covariance [][]float64
}

// Position is a value and its exposures, one a factor of the model.
type Position struct {
	ID       string
	Value    float64
	Exposure []float64
}

// Impact is what a scenario does.
type Impact struct {
	Moves      []float64 // of each factor, shocked or propagated
	Direct     float64   // from the shocked factors alone
	Propagated float64   // with the rest moving as expected
	ByPosition []float64 // propagated; sums to Propagated
	ByFactor   []float64 // propagated; sums to Propagated
	// Distance is how far the shocks lie from the usual, √(s' Σ⁻¹ s) of the shocked
	// factors: about √(number of shocks) on an ordinary day.
	Distance float64
}

// The errors of this package.
var (
	ErrFactor   = errors.New("the model has no such factor")
	ErrShape    = errors.New("the covariance is not square and symmetric, one row a factor")
	ErrSingular = errors.New("the covariance of the shocked factors is singular")
	ErrNoShock  = errors.New("no factor is shocked")
	ErrExposure = errors.New("a position needs one exposure a factor")
)

// Check reports a covariance that is not one.
func (m *Model) Check() error {
	n := len(m.Factors)
	if len(m.Covariance) != n || n == 0 {
		return ErrShape
	}
	for i, row := range m.Covariance {
		if len(row) != n {
			return fmt.Errorf("row %d: %w", i+1, ErrShape)
		}
		for j, x := range row {
			if math.IsNaN(x) || math.IsInf(x, 0) || math.Abs(x-m.Covariance[j][i]) > 1e-9*(math.Abs(x)+math.Abs(m.Covariance[j][i])) {
				return fmt.Errorf("%s and %s: %w", m.Factors[i], m.Factors[j], ErrShape)
			}
		}
	}
	return nil
}

func (m *Model) index(factor string) int {
	for i, f := range m.Factors {
		if f == factor {
			return i
		}
	}
	return -1
}

// Propagate returns every factor's move given the shocks of some:
//
//	E[f_rest | f_shocked = s] = Σ_rs Σ_ss⁻¹ s    (means zero)
//
// and the Mahalanobis distance of the shocks.
func (m *Model) Propagate(shocks map[string]float64) (moves []float64, distance float64, err error) {
	if err := m.Check(); err != nil {
		return nil, 0, err
	}
	var at []int
	for i, f := range m.Factors { // in the model's order, so that sums come out the same
		if _, ok := shocks[f]; ok {
			at = append(at, i)
		}
	}
	for f := range shocks {
		if m.index(f) < 0 {
			return nil, 0, fmt.Errorf("%q: %w", f, ErrFactor)
		}
	}
	if len(at) == 0 {
		return nil, 0, ErrNoShock
	}
	k := len(at)
	inner := mat.NewSymDense(k, nil)
	s := mat.NewVecDense(k, nil)
	for a, i := range at {
		s.SetVec(a, shocks[m.Factors[i]])
		for b := a; b < k; b++ {
			inner.SetSym(a, b, m.Covariance[i][at[b]])
		}
	}
	var factored mat.Cholesky
	if !factored.Factorize(inner) || factored.Cond() > 1e14 {
		return nil, 0, ErrSingular
	}
	var w mat.VecDense
	if err := factored.SolveVecTo(&w, s); err != nil {
		return nil, 0, ErrSingular
	}
	moves = make([]float64, len(m.Factors))
	for i := range moves {
		for a, j := range at {
			moves[i] += float64(m.Covariance[i][j] * w.AtVec(a))
		}
	}
	for a, i := range at {
		moves[i] = s.AtVec(a) // exactly as asked, not up to rounding
	}
	return moves, math.Sqrt(max(mat.Dot(s, &w), 0)), nil
}

// Stress applies shocks to positions.
func (m *Model) Stress(positions []Position, shocks map[string]float64) (*Impact, error) {
	moves, distance, err := m.Propagate(shocks)
	if err != nil {
		return nil, err
	}
	out := &Impact{Moves: moves, Distance: distance, ByPosition: make([]float64, len(positions)), ByFactor: make([]float64, len(m.Factors))}
	for k, p := range positions {
		if len(p.Exposure) != len(m.Factors) {
			return nil, fmt.Errorf("%s: %w", p.ID, ErrExposure)
		}
		for i, beta := range p.Exposure {
			x := p.Value * beta * moves[i]
			out.ByPosition[k] += x
			out.ByFactor[i] += x
			if _, shocked := shocks[m.Factors[i]]; shocked {
				out.Direct += x
			}
		}
		out.Propagated += out.ByPosition[k]
	}
	return out, nil
}

// Reverse is the likeliest scenario in which the positions lose a given amount: of all
// moves with that loss, the one nearest to nothing under the covariance,
//
//	f = −loss × Σ e / (e' Σ e)
//
// with e the exposures in money. loss is positive.
func (m *Model) Reverse(positions []Position, loss float64) (moves []float64, distance float64, err error) {
	if err := m.Check(); err != nil {
		return nil, 0, err
	}
	e := make([]float64, len(m.Factors))
	for _, p := range positions {
		if len(p.Exposure) != len(m.Factors) {
			return nil, 0, fmt.Errorf("%s: %w", p.ID, ErrExposure)
		}
		for i, beta := range p.Exposure {
			e[i] += float64(p.Value * beta)
		}
	}
	moves = make([]float64, len(e))
	variance := 0.0
	for i := range e {
		for j := range e {
			moves[i] += float64(m.Covariance[i][j] * e[j])
		}
		variance += float64(moves[i] * e[i])
	}
	if !(variance > 0) {
		return nil, 0, ErrSingular
	}
	for i := range moves {
		moves[i] *= -loss / variance
	}
	return moves, loss / math.Sqrt(variance), nil
}
