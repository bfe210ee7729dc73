// Package covariance estimates how returns move together: covariance matrices
// plain, exponentially weighted and shrunk, correlations, the tree of clusters
// that they suggest, and their structure: principal components, what of them is
// noise, and how many bets a portfolio makes.
//
// Model: returns come as columns, one a name, all over the same periods, without
// gaps unless a function says otherwise. Matrices are symmetric slices of rows in
// the order of the columns. Nothing is annualised.
//
// Sources: Ledoit and Wolf, Journal of Multivariate Analysis 88 (2004) and
// Journal of Empirical Finance 10 (2003); Chen, Wiesel, Eldar and Hero, IEEE
// Transactions on Signal Processing 58 (2010); RiskMetrics Technical Document,
// 4th ed. (1996); Müllner, arXiv:1109.2378 for clustering; Laloux, Cizeau,
// Bouchaud and Potters, Physical Review Letters 83 (1999) and López de Prado,
// Machine Learning for Asset Managers (2020) for noise; Meucci, Santangelo and
// Deguest, Risk 28 (2015) for bets; Choueifaty and Coignard, Journal of
// Portfolio Management 35 (2008) for the diversification ratio.
package covariance

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// The faults of input.
var (
	ErrShape    = errors.New("columns of returns must be of one length")
	ErrTooShort = errors.New("too few periods")
	ErrLambda   = errors.New("the decay must lie between 0 and 1")
)

// shape checks columns and returns how many periods they have.
func shape(columns [][]float64, least int) (periods int, err error) {
	if len(columns) == 0 {
		return 0, fmt.Errorf("no columns: %w", ErrShape)
	}
	periods = len(columns[0])
	for i, c := range columns {
		if len(c) != periods {
			return 0, fmt.Errorf("column %d has %d periods, the first %d: %w", i, len(c), periods, ErrShape)
		}
	}
	if periods < least {
		return 0, fmt.Errorf("%d periods, at least %d needed: %w", periods, least, ErrTooShort)
	}
	return periods, nil
}

// Sample is the covariance matrix with denominator n − 1.
func Sample(columns [][]float64) ([][]float64, error) {
	n, err := shape(columns, 2)
	if err != nil {
		return nil, err
	}
	return products(centred(columns), 1/float64(n-1)), nil
}

// centred subtracts from each column its mean; a constant one becomes exactly zero.
func centred(columns [][]float64) [][]float64 {
	n := len(columns[0])
	out := rows(len(columns), n)
	for i, c := range columns {
		if series.Constant(c) {
			continue
		}
		mean := series.Mean(c)
		for t, r := range c {
			out[i][t] = r - mean
		}
	}
	return out
}

// rows makes r slices of length c in one piece of memory.
func rows(r, c int) [][]float64 {
	out, cells := make([][]float64, r), make([]float64, r*c)
	for i := range out {
		out[i] = cells[i*c : (i+1)*c : (i+1)*c]
	}
	return out
}

// EWMA is the exponentially weighted covariance with mean zero, begun with the
// first period's product: Σ ← λ Σ + (1 − λ) r r′.
func EWMA(columns [][]float64, lambda float64) ([][]float64, error) {
	n, err := shape(columns, 1)
	if err != nil {
		return nil, err
	}
	if !(lambda > 0 && lambda < 1) {
		return nil, fmt.Errorf("%v: %w", lambda, ErrLambda)
	}
	// the recursion written out: period t weighs (1−λ) λ^(n−1−t), the first λ^(n−1)
	weighted := rows(len(columns), n)
	weight := 1 - lambda
	roots := make([]float64, n)
	for t := n - 1; t > 0; t-- {
		roots[t] = math.Sqrt(weight)
		weight *= lambda
	}
	roots[0] = math.Sqrt(weight / (1 - lambda))
	for i, c := range columns {
		for t, r := range c {
			weighted[i][t] = r * roots[t]
		}
	}
	return products(weighted, 1), nil
}
