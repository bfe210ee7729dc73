package proposal

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/series"
)

// FactorCovariance is the covariance of the returns of assets in a factor model:
//
//	B F B′ + D
//
// betas has a row an asset and a column a factor, specific the variance of each asset
// that no factor explains. All of one period, a year for Suggest.
func FactorCovariance(betas, factors [][]float64, specific []float64) ([][]float64, error) {
	n := len(betas)
	if len(specific) != n {
		return nil, fmt.Errorf("%d assets, %d specific variances: %w", n, len(specific), ErrShape)
	}
	for k, row := range factors {
		if len(row) != len(factors) {
			return nil, fmt.Errorf("factor %d: %w", k+1, ErrShape)
		}
	}
	pulled := make([][]float64, n) // F b
	for i, b := range betas {
		if len(b) != len(factors) {
			return nil, fmt.Errorf("asset %d has %d betas for %d factors: %w", i+1, len(b), len(factors), ErrShape)
		}
		pulled[i] = make([]float64, len(factors))
		for k, row := range factors {
			pulled[i][k] = series.Dot(row, b)
		}
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		for j := range i + 1 {
			out[i][j] = series.Dot(betas[i], pulled[j])
			out[j][i] = out[i][j]
		}
		out[i][i] += specific[i]
	}
	return out, nil
}
