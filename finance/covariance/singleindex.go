package covariance

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// LedoitWolfSingleIndex shrinks the population covariance towards the one of a
// single-index model (2003), in which names move together only through the
// market, here the mean of the columns each period. Own variances are kept.
func LedoitWolfSingleIndex(columns [][]float64) (Shrunk, error) {
	n, err := shape(columns, 2)
	if err != nil {
		return Shrunk{}, err
	}
	p, x := len(columns), centred(columns)
	s := products(x, 1/float64(n))
	market := make([]float64, n)
	for _, c := range x {
		for t, r := range c {
			market[t] += r / float64(p)
		}
	}
	variance := series.Dot(market, market) / float64(n)
	root := math.Sqrt(variance)
	loads := make([]float64, p) // covariances with the market over its deviation
	for i, c := range x {
		if root > 0 { // an index that does not move joins nothing
			loads[i] = series.Dot(c, market) / float64(n) / root
		}
	}
	target := func(i, j int) float64 {
		if i == j {
			return s[i][i]
		}
		return loads[i] * loads[j]
	}
	gap := 0.0
	for i := range p {
		for j := range p {
			d := s[i][j] - target(i, j)
			gap += float64(d * d)
		}
	}
	intensity := 0.0
	if gap > 0 {
		pull := singleIndexPull(x, s, market, loads)
		intensity = math.Max(0, math.Min(1, pull/gap/float64(n)))
	}
	out := rows(p, p)
	for i := range p {
		for j := range p {
			out[i][j] = float64(intensity*target(i, j)) + float64((1-intensity)*s[i][j])
		}
	}
	return Shrunk{out, intensity}, nil
}

// singleIndexPull is π − ρ of the paper, summed over the pairs off the diagonal:
// on it the target is the sample itself.
func singleIndexPull(x, s [][]float64, market, loads []float64) float64 {
	p, n := len(x), float64(len(market))
	variance := series.Dot(market, market) / n
	root := math.Sqrt(variance)
	squared, withMarket := rows(p, len(market)), rows(p, len(market))
	for i, c := range x {
		for t, v := range c {
			squared[i][t] = v * v
			withMarket[i][t] = v * market[t]
		}
	}
	fourths, mixed, thirds := products(squared, 1/n), products(withMarket, 1/n), crossed(squared, withMarket, 1/n)
	pi, first, third := 0.0, 0.0, 0.0
	for i := range p {
		for j := range p {
			if i == j {
				continue
			}
			pi += fourths[i][j] - float64(s[i][j]*s[i][j])
			if variance > 0 {
				v := thirds[i][j] - float64(loads[i]*root*s[i][j])
				first += float64(v * loads[j] / root)
				w := mixed[i][j] - float64(variance*s[i][j])
				third += float64(w * (loads[i] / root) * (loads[j] / root))
			}
		}
	}
	return pi - float64(2*first) + third
}
