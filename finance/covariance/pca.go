package covariance

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// The faults of a matrix.
var (
	ErrSquare     = errors.New("the matrix must be square and symmetric, with finite numbers")
	ErrNoVariance = errors.New("a variance must be positive")
	ErrNotSettled = errors.New("the eigenvalues did not settle")
)

// Components are the principal components of a covariance or correlation
// matrix, the largest first. Values are the variances along them; Share is each
// one's part of the whole; row k of Loadings is the direction of component k,
// of length one, in the order of the matrix.
//
// A direction has no sign of its own: the loading of largest size is positive,
// the first such where several are equal.
type Components struct {
	Values   []float64
	Share    []float64
	Loadings [][]float64
}

// PCA finds the principal components of a symmetric matrix: of a covariance,
// where volatile names weigh more, or of a correlation, where all weigh alike.
// Eigenvalues that rounding has put below zero are zero.
func PCA(matrix [][]float64) (Components, error) {
	spectrum, err := eigen(matrix)
	if err != nil {
		return Components{}, err
	}
	n := len(matrix)
	out := Components{Values: make([]float64, n), Share: make([]float64, n), Loadings: rows(n, n)}
	total := 0.0
	for k := range n { // eigen lists the smallest first
		out.Values[k] = math.Max(spectrum.values[n-1-k], 0)
		total += out.Values[k]
		copy(out.Loadings[k], spectrum.vectors[n-1-k])
		fixSign(out.Loadings[k])
	}
	for k, v := range out.Values {
		if total > 0 {
			out.Share[k] = v / total
		}
	}
	return out, nil
}

// fixSign turns a direction so that its largest loading is positive. Sizes that
// agree to nine digits count as equal, so that rounding does not choose.
func fixSign(x []float64) {
	most := series.Largest(x)
	for _, v := range x {
		if math.Abs(v) < most*(1-1e-9) {
			continue
		}
		if v < 0 {
			for i := range x {
				x[i] = -x[i]
			}
		}
		return
	}
}

// Standardised splits a covariance into the correlations and the standard
// deviations. Every name must move.
func Standardised(covariance [][]float64) (correlations [][]float64, deviations []float64, err error) {
	n := len(covariance)
	correlations, deviations = rows(n, n), make([]float64, n)
	for i, row := range covariance {
		if len(row) != n || series.FirstBad(row) >= 0 {
			return nil, nil, fmt.Errorf("row %d: %w", i, ErrSquare)
		}
		if !(row[i] > 0) {
			return nil, nil, fmt.Errorf("row %d has variance %v: %w", i, row[i], ErrNoVariance)
		}
		deviations[i] = math.Sqrt(row[i])
	}
	for i, row := range covariance {
		for j := range i {
			correlations[i][j] = row[j] / deviations[i] / deviations[j]
			correlations[j][i] = correlations[i][j]
		}
		correlations[i][i] = 1
	}
	return correlations, deviations, nil
}
