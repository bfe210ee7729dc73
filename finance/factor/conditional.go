package factor

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// ErrSingular reports conditions of which one follows from the others, or that fix
// what does not move.
var ErrSingular = errors.New("the covariance of what is fixed is singular")

// Conditions fix combinations of factors: row i of Weights (one a factor), plus a
// noise of variance Noise[i] that is unrelated to everything, equals Values[i].
type Conditions struct {
	Weights [][]float64
	Noise   []float64
	Values  []float64
}

// Fix adds a condition.
func (c *Conditions) Fix(weights []float64, noise, value float64) {
	c.Weights, c.Noise, c.Values = append(c.Weights, weights), append(c.Noise, noise), append(c.Values, value)
}

// Expect is the move of each factor that is expected under conditions, all means
// being zero, and how far these lie from the usual:
//
//	E[f | y] = F H′ V⁻¹ y,  distance = √(y′ V⁻¹ y),  V = H F H′ + N
//
// The distance is about √(number of conditions) in an ordinary period.
func (m *Model) Expect(c Conditions) (moves []float64, distance float64, err error) {
	n, k := len(m.Factors), len(c.Values)
	if len(c.Weights) != k || len(c.Noise) != k {
		return nil, 0, fmt.Errorf("%d values, %d rows of weights, %d noises: %w", k, len(c.Weights), len(c.Noise), ErrShape)
	}
	cross, v := table(k, n), table(k, k) // H F and V
	for i, h := range c.Weights {
		if len(h) != n {
			return nil, 0, fmt.Errorf("condition %d has %d weights for %d factors: %w", i, len(h), n, ErrShape)
		}
		for j, row := range m.Covariance {
			cross[i][j] = series.Dot(row, h)
		}
		for j := range i + 1 {
			v[i][j] = series.Dot(cross[i], c.Weights[j])
		}
		v[i][i] += c.Noise[i]
	}
	z, err := solvePositive(v, c.Values)
	if err != nil {
		return nil, 0, err
	}
	moves = make([]float64, n)
	for i, w := range z {
		for j := range moves {
			moves[j] += float64(cross[i][j] * w)
		}
	}
	return moves, math.Sqrt(math.Max(series.Dot(z, c.Values), 0)), nil
}

// solvePositive solves v z = y for a positive definite v of which the lower
// triangle is read, and which it overwrites by its Cholesky factor.
func solvePositive(v [][]float64, y []float64) ([]float64, error) {
	z := append([]float64(nil), y...)
	for i, row := range v {
		for j := range i {
			row[j] = (row[j] - series.Dot(row[:j], v[j][:j])) / v[j][j]
		}
		left := row[i] - series.Dot(row[:i], row[:i])
		if !(left > 1e-13*row[i]) {
			return nil, fmt.Errorf("condition %d: %w", i, ErrSingular)
		}
		row[i] = math.Sqrt(left)
		z[i] = (z[i] - series.Dot(row[:i], z[:i])) / row[i]
	}
	for i := len(z) - 1; i >= 0; i-- {
		for j := i + 1; j < len(z); j++ {
			z[i] -= float64(v[j][i] * z[j])
		}
		z[i] /= v[i][i]
	}
	return z, nil
}
