// Package optimize finds the weights that serve an objective best, within bounds.
//
// Model: one period, returns with a known mean and covariance; weights sum to one and
// each lies within the bounds. Every problem here is convex, or a ratio that is solved
// along a convex frontier, so that the optimum is the global one.
//
// Units: expected returns and covariance of one period (usually a year); weights,
// returns and volatilities as fractions.
//
// Sources: Markowitz 1952; Spinu 2013 for risk parity; Choueifaty and Coignard 2008 for
// maximum diversification; the active-set method after Nocedal and Wright, Numerical
// Optimization, 2nd ed., chapter 16; He and Litterman 1999 and Idzorek 2005 for
// views.
package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/series"
)

// Problem is what is known of the assets and what weights may be.
type Problem struct {
	Expected   []float64 // needed by the objectives that speak of returns
	Covariance [][]float64
	Low, High  float64 // bounds of each weight
	RiskFree   float64
}

// Solution is the weights and what they achieve.
type Solution struct {
	Weights    []float64
	Return     float64 // NaN where expected returns were not given
	Volatility float64
	Sharpe     float64 // NaN likewise, or without volatility
}

// The errors of this package.
var (
	ErrEmpty      = errors.New("there are no assets")
	ErrShape      = errors.New("the covariance is not square and symmetric, one row an asset")
	ErrExpected   = errors.New("one expected return an asset is needed")
	ErrInfeasible = errors.New("no weights within the bounds sum to one")
	ErrTarget     = errors.New("no weights within the bounds reach the target return")
	ErrSingular   = errors.New("the covariance is singular: some assets are combinations of others")
	ErrNoExcess   = errors.New("no asset is expected to return more than the risk-free rate")
	ErrBudget     = errors.New("one positive share of risk an asset is needed")
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
			if math.Abs(row[j]-p.Covariance[j][i]) > 1e-8*math.Sqrt(row[i]*p.Covariance[j][j]) {
				return fmt.Errorf("rows %d and %d: %w", j+1, i+1, ErrShape)
			}
		}
	}
	if (needsReturns || p.Expected != nil) && (len(p.Expected) != n || series.FirstBad(p.Expected) >= 0) {
		return ErrExpected
	}
	if !(p.Low <= p.High) || p.Low*float64(n) > 1+1e-12 || p.High*float64(n) < 1-1e-12 {
		return fmt.Errorf("[%v, %v] for %d assets: %w", p.Low, p.High, n, ErrInfeasible)
	}
	return nil
}

// solution says what weights achieve.
func (p *Problem) solution(w []float64) *Solution {
	s := &Solution{Weights: w, Return: math.NaN(), Sharpe: math.NaN()}
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

// MinVolatility minimises √(w'Σw).
func MinVolatility(p Problem) (*Solution, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	w, err := p.minimum(p.start(), false)
	if err != nil {
		return nil, err
	}
	return p.solution(w), nil
}

// EfficientReturn minimises volatility among weights that return at least target.
func EfficientReturn(p Problem, target float64) (*Solution, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	least, err := p.minimum(p.start(), false)
	if err != nil {
		return nil, err
	}
	return p.towards(least, target)
}

// towards is EfficientReturn given the weights of least volatility.
func (p *Problem) towards(least []float64, target float64) (*Solution, error) {
	low := series.Dot(p.Expected, least)
	if low >= target {
		return p.solution(least), nil
	}
	best := p.richest()
	high := series.Dot(p.Expected, best)
	if high < target-1e-12*math.Abs(target) {
		return nil, fmt.Errorf("%v, at most %v: %w", target, high, ErrTarget)
	}
	mix := 1.0
	if high > low {
		mix = min((target-low)/(high-low), 1)
	}
	if mix > 1-1e-12 {
		return p.solution(best), nil // the target is the most there is: one vertex reaches it
	}
	w := make([]float64, len(least))
	for i := range w {
		w[i] = least[i] + float64(mix*(best[i]-least[i]))
	}
	w, err := p.minimum(w, true)
	if err != nil {
		return nil, err
	}
	return p.solution(w), nil
}

// start is a vertex of the feasible set: the assets of least variance at their upper
// bound as far as the sum allows.
func (p *Problem) start() []float64 {
	return p.fill(func(a, b int) bool { return p.Covariance[a][a] < p.Covariance[b][b] })
}

// richest is the vertex of highest expected return.
func (p *Problem) richest() []float64 {
	return p.fill(func(a, b int) bool { return p.Expected[a] > p.Expected[b] })
}

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
	w := make([]float64, n)
	left := 1 - p.Low*float64(n)
	for i := range w {
		w[i] = p.Low
	}
	for _, i := range order {
		add := min(p.High-p.Low, left)
		w[i] += add
		left -= add
		if left <= 0 {
			break
		}
	}
	return w
}

// MaxSharpe maximises (μ'w − r) / √(w'Σw). The ratio has one peak along the frontier of
// least volatility by return, which is searched by golden section.
func MaxSharpe(p Problem) (*Solution, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	best := p.solution(p.richest())
	if best.Return <= p.RiskFree {
		return nil, ErrNoExcess
	}
	least, err := p.minimum(p.start(), false)
	if err != nil {
		return nil, err
	}
	low, high := series.Dot(p.Expected, least), best.Return
	if low > p.RiskFree {
		best = better(best, p.solution(least))
	} else {
		low = p.RiskFree
	}
	at := func(target float64) (*Solution, error) { return p.towards(least, target) }
	const golden = 0.6180339887498949
	a, b := high-golden*(high-low), low+golden*(high-low)
	sa, err := at(a)
	if err != nil {
		return nil, err
	}
	sb, err := at(b)
	if err != nil {
		return nil, err
	}
	for range 80 {
		if sa.Sharpe >= sb.Sharpe {
			high, b, sb = b, a, sa
			a = high - golden*(high-low)
			sa, err = at(a)
		} else {
			low, a, sa = a, b, sb
			b = low + golden*(high-low)
			sb, err = at(b)
		}
		if err != nil {
			return nil, err
		}
		best = better(better(best, sa), sb)
		if high-low <= 1e-10*math.Abs(high) {
			break
		}
	}
	return best, nil
}

func better(a, b *Solution) *Solution {
	if b.Sharpe > a.Sharpe {
		return b
	}
	return a
}

// MaxDiversification maximises w'σ / √(w'Σw), the ratio of the weighted volatilities to
// the portfolio's own.
func MaxDiversification(p Problem) (*Solution, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	q := p
	q.RiskFree = 0
	q.Expected = make([]float64, len(p.Covariance))
	for i := range q.Expected {
		q.Expected[i] = math.Sqrt(p.Covariance[i][i])
	}
	s, err := MaxSharpe(q)
	if err != nil {
		return nil, err
	}
	return p.solution(s.Weights), nil
}
