package risk

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Components splits a parametric VaR among its positions. Component adds up to
// VaR, Percent to one; Marginal is the change of VaR per unit of weight.
type Components struct {
	VaR, ES                      Figure
	Marginal, Component, Percent []float64
}

// ErrNegativeVariance reports a covariance matrix under which the book would
// have a negative variance: it is not one.
var ErrNegativeVariance = errors.New("the covariance matrix is not positive semidefinite")

// ComponentVaR is the normal VaR with mean zero of weights (or money) under a
// covariance matrix, and its Euler split:
//
//	VaR = k σ,  σ² = w′Σw,  marginalᵢ = k (Σw)ᵢ / σ,  componentᵢ = wᵢ marginalᵢ
//
// A book without variance has VaR zero and no split: the slices are nil.
func ComponentVaR(weights []float64, covariance [][]float64, confidence float64) (Components, error) {
	k := -normalQuantile(1 - confidence)
	row, size := make([]float64, len(weights)), 0.0
	for i := range weights {
		row[i] = series.Dot(covariance[i], weights)
		size += math.Abs(weights[i] * row[i])
	}
	variance := series.Dot(weights, row)
	if variance < -1e-12*size {
		return Components{}, ErrNegativeVariance
	}
	if !(variance > 1e-15*size) {
		return Components{VaR: measured(0), ES: measured(0)}, nil
	}
	sigma := math.Sqrt(variance)
	tail := NormalTailOf(0, sigma, confidence)
	out := Components{VaR: tail.VaR, ES: tail.ES}
	if !tail.VaR.Known() || k == 0 {
		return out, nil
	}
	out.Marginal = make([]float64, len(weights))
	out.Component = make([]float64, len(weights))
	out.Percent = make([]float64, len(weights))
	for i, w := range weights {
		out.Marginal[i] = k * row[i] / sigma
		out.Component[i] = w * out.Marginal[i]
		out.Percent[i] = w * row[i] / variance
	}
	return out, nil
}
