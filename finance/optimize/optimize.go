// Package optimize finds the weights that serve an objective best, within constraints.
//
// Model: one period, returns with a known mean and covariance; weights sum to one, each
// lies within its bounds, and linear constraints, a limit on turnover from what is held
// and one on gross may be added. Every problem here is convex, or a ratio that is solved
// along a convex frontier, so that the optimum is the global one. A solution says how
// far it is from the first-order conditions and from the constraints.
//
// Units: expected returns and covariance of one period (usually a year); weights,
// returns and volatilities as fractions. Turnover is half of what is bought and sold.
//
// Sources: Markowitz 1952 and 1956 for the frontier and its corners; Spinu 2013 for risk
// parity; Choueifaty and Coignard 2008 for maximum diversification; the active-set
// method after Nocedal and Wright, Numerical Optimization, 2nd ed., chapter 16; López de
// Prado 2016 for hierarchical risk parity; Rockafellar and Uryasev 2000 for the expected
// shortfall; He and Litterman 1999 and Idzorek 2005 for views.
package optimize

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Problem is what is known of the assets and what weights may be.
type Problem struct {
	Expected    []float64 // needed by the objectives that speak of returns
	Covariance  [][]float64
	Low, High   float64   // bounds of each weight
	Lows, Highs []float64 // where not nil, bounds of their own for each
	RiskFree    float64

	Rows     []Row     // linear constraints
	Turnover float64   // the most of Σ |w − Current| / 2; 0: no limit
	Current  []float64 // weights that are held; they need not sum to one: the rest is cash
	Gross    float64   // the most of Σ |w|; 0: no limit
}

// Solution is the weights and what they achieve.
type Solution struct {
	Weights    []float64
	Return     float64 // NaN where expected returns were not given
	Volatility float64
	Sharpe     float64 // NaN likewise, or without volatility

	Violation    float64 // of the constraint that is breached most; rounding when all is well
	Stationarity float64 // breach of the first-order conditions, as a part of the largest marginal; NaN where the objective has none
	Ridge        float64 // what was added to each variance because the covariance is singular
}

// The errors of this package.
var (
	ErrEmpty      = errors.New("there are no assets")
	ErrShape      = errors.New("the covariance is not square and symmetric with positive variances, one row an asset")
	ErrIndefinite = errors.New("the covariance is not positive semidefinite: some portfolio would have a negative variance")
	ErrExpected   = errors.New("one expected return an asset is needed")
	ErrBounds     = errors.New("bounds must be finite, low not above high, a pair an asset")
	ErrInfeasible = errors.New("no weights satisfy the constraints")
	ErrTarget     = errors.New("no weights within the constraints reach the target")
	ErrSingular   = errors.New("the covariance is singular: some assets are combinations of others")
	ErrNoExcess   = errors.New("no weights are expected to return more than the risk-free rate")
	ErrBudget     = errors.New("one positive share of risk an asset is needed")
	ErrLimit      = errors.New("limits on turnover and gross must not be negative, and turnover needs the current weight of each asset")
	ErrScale      = errors.New("variances must lie between 1e-60 and 1e60 and no two be more than 1e16 times apart, expected returns, the risk-free rate and constraints within 1e30: scale the input")
	ErrNotSolved  = errors.New("the search did not settle")
)

// check validates the problem; needsReturns asks for expected returns.
func (p *Problem) check(needsReturns bool) error {
	n := len(p.Covariance)
	if n == 0 {
		return ErrEmpty
	}
	for i, row := range p.Covariance {
		if len(row) != n {
			return fmt.Errorf("row %d: %w", i+1, ErrShape)
		}
		if series.FirstBad(row) >= 0 || !(row[i] > 0) {
			return fmt.Errorf("row %d: %w", i+1, ErrShape)
		}
		for j := range i {
			if math.Abs(row[j]-p.Covariance[j][i]) > 1e-8*math.Sqrt(row[i])*math.Sqrt(p.Covariance[j][j]) {
				return fmt.Errorf("rows %d and %d: %w", j+1, i+1, ErrShape)
			}
		}
	}
	if (needsReturns || p.Expected != nil) && (len(p.Expected) != n || series.FirstBad(p.Expected) >= 0) {
		return ErrExpected
	}
	if p.Low-p.Low != 0 || p.High-p.High != 0 || p.Lows != nil && (len(p.Lows) != n || series.FirstBad(p.Lows) >= 0) || p.Highs != nil && (len(p.Highs) != n || series.FirstBad(p.Highs) >= 0) {
		return ErrBounds
	}
	if !(p.Turnover >= 0) || !(p.Gross >= 0) || math.IsInf(p.Turnover, 0) || math.IsInf(p.Gross, 0) ||
		p.Turnover > 0 && (len(p.Current) != n || series.FirstBad(p.Current) >= 0) {
		return ErrLimit
	}
	if !p.inRange() {
		return ErrScale
	}
	if err := p.checkSum(); err != nil {
		return err
	}
	return semidefinite(p.Covariance)
}

// inRange keeps squares and products within float64.
func (p *Problem) inRange() bool {
	most := math.Max(series.Largest(p.Expected), math.Abs(p.RiskFree))
	for _, x := range [][]float64{p.Lows, p.Highs, p.Current, {p.Low, p.High, p.Turnover, p.Gross}} {
		most = math.Max(most, series.Largest(x))
	}
	for _, r := range p.Rows {
		most = math.Max(most, series.Largest(r.Weights))
	}
	smallest, largest := math.Inf(1), 0.0
	for i, row := range p.Covariance {
		smallest, largest = math.Min(smallest, row[i]), math.Max(largest, row[i])
	}
	return most <= 1e30 && smallest >= 1e-60 && largest <= 1e60 && largest <= 1e16*smallest
}

// checkSum asks whether the bounds alone let the weights sum to one.
func (p *Problem) checkSum() error {
	least, most := 0.0, 0.0
	for i := range p.Covariance {
		low, high := p.bound(i)
		if low > high {
			return fmt.Errorf("asset %d: [%v, %v]: %w", i+1, low, high, ErrInfeasible)
		}
		least += low
		most += high
	}
	if least > 1+1e-12 || most < 1-1e-12 {
		return fmt.Errorf("the bounds let weights sum to between %v and %v, not to 1: %w", least, most, ErrInfeasible)
	}
	return nil
}

// semidefinite tells a matrix under which some weights have a negative variance, by
// Cholesky's elimination, in which a pivot of nothing must have nothing beside it.
func semidefinite(c [][]float64) error {
	n := len(c)
	l := make([][]float64, n)
	for i := range c {
		l[i] = make([]float64, i+1)
		scale := math.Sqrt(c[i][i])
		for j := range i {
			rest := c[i][j]/scale/math.Sqrt(c[j][j]) - series.Dot(l[i][:j], l[j][:j])
			switch {
			case l[j][j] > 0:
				l[i][j] = rest / l[j][j]
			case math.Abs(rest) > 1e-6:
				return fmt.Errorf("assets %d and %d: %w", j+1, i+1, ErrIndefinite)
			}
		}
		pivot := 1 - series.Dot(l[i][:i], l[i][:i])
		switch {
		case pivot < -1e-8:
			return fmt.Errorf("asset %d and those before it: %w", i+1, ErrIndefinite)
		case pivot > 1e-11:
			l[i][i] = math.Sqrt(pivot)
		}
	}
	return nil
}

// solution says what weights achieve.
func (p *Problem) solution(w []float64) *Solution {
	s := &Solution{Weights: w, Return: math.NaN(), Sharpe: math.NaN(), Stationarity: math.NaN(), Violation: p.Violation(w)}
	s.Volatility = math.Sqrt(max(quadratic(p.Covariance, w), 0))
	if p.Expected != nil {
		s.Return = series.Dot(p.Expected, w)
		if s.Volatility > 0 {
			s.Sharpe = (s.Return - p.RiskFree) / s.Volatility
		}
	}
	return s
}

func quadratic(c [][]float64, w []float64) float64 {
	sum := 0.0
	for i, row := range c {
		if w[i] != 0 {
			sum += float64(w[i] * series.Dot(row, w))
		}
	}
	return sum
}
