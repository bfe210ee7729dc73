package covariance

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// The reasons why a portfolio has no number of bets.
var (
	ErrWeights  = errors.New("one weight a name is needed")
	ErrNoRisk   = errors.New("the portfolio has no variance")
	ErrSingular = errors.New("the covariance is singular: some names are combinations of others, or there are fewer periods than names")
)

// Bets is the split of a portfolio's variance over uncorrelated bets, each as
// near as can be to one of the names. Shares add up to one; Number is the
// exponential of their entropy: 1 when all risk is one bet, at most the number
// of names. A name that does not move has the share zero.
type Bets struct {
	Number float64
	Shares []float64
}

// EffectiveBets counts bets by minimum torsion (Meucci, Santangelo and Deguest
// 2015): of all ways to make the names uncorrelated, the one that moves them
// least. It does not depend on the scale of weights.
//
// With correlations C and y = σ∘w, the shares are the squares of root(dCd) y/d over
// y′Cy, where the scales d are those at which d² is the diagonal of that root.
func EffectiveBets(covariance [][]float64, weights []float64) (Bets, error) {
	variance, err := Variance(covariance, weights)
	if err != nil {
		return Bets{}, err
	}
	out := Bets{Shares: make([]float64, len(weights))}
	moving, scaled := movers(covariance, weights)
	if len(moving) == 0 || !(variance > 0) {
		return Bets{}, ErrNoRisk
	}
	correlations, _, err := Standardised(minor(covariance, moving))
	if err != nil {
		return Bets{}, err
	}
	bets, err := uncorrelated(correlations, scaled)
	if err != nil {
		return Bets{}, err
	}
	total := series.Dot(bets, bets)
	if !(total > 0) {
		return Bets{}, ErrNoRisk
	}
	entropy := 0.0
	for k, i := range moving {
		p := bets[k] * bets[k] / total
		out.Shares[i] = p
		if p > 0 {
			entropy -= float64(p * math.Log(p))
		}
	}
	out.Number = math.Exp(entropy)
	return out, nil
}

// movers are the names with a variance, and their weights times deviations in
// units of the largest.
func movers(covariance [][]float64, weights []float64) (at []int, scaled []float64) {
	for i, row := range covariance {
		if row[i] > 0 {
			at = append(at, i)
			scaled = append(scaled, weights[i]*math.Sqrt(row[i]))
		}
	}
	if most := series.Largest(scaled); most > 0 {
		for i := range scaled {
			scaled[i] /= most
		}
	}
	return at, scaled
}

func minor(m [][]float64, at []int) [][]float64 {
	out := rows(len(at), len(at))
	for a, i := range at {
		for b, j := range at {
			out[a][b] = m[i][j]
		}
	}
	return out
}

// Variance is w′Σw.
func Variance(covariance [][]float64, weights []float64) (float64, error) {
	if len(weights) != len(covariance) || len(weights) == 0 || series.FirstBad(weights) >= 0 {
		return 0, fmt.Errorf("%d weights for %d names: %w", len(weights), len(covariance), ErrWeights)
	}
	sum := 0.0
	for i, row := range covariance {
		if len(row) != len(covariance) || series.FirstBad(row) >= 0 {
			return 0, fmt.Errorf("row %d: %w", i, ErrSquare)
		}
		sum += float64(weights[i] * series.Dot(row, weights))
	}
	return sum, nil
}

// DiversificationRatio is Σ |wᵢ|σᵢ over the portfolio's volatility (Choueifaty and
// Coignard 2008): 1 for a single name, more the less the names move together.
// Short positions count by their size.
func DiversificationRatio(covariance [][]float64, weights []float64) (float64, error) {
	variance, err := Variance(covariance, weights)
	if err != nil {
		return 0, err
	}
	alone := 0.0
	for i, row := range covariance {
		alone += float64(math.Abs(weights[i]) * math.Sqrt(math.Max(row[i], 0)))
	}
	if !(variance > 1e-24*alone*alone) || !(alone > 0) {
		return 0, ErrNoRisk
	}
	return alone / math.Sqrt(variance), nil
}
