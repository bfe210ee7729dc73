package covariance

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Shrunk is an estimate drawn towards a simple target by Intensity in [0, 1].
type Shrunk struct {
	Matrix    [][]float64
	Intensity float64
}

// LedoitWolf shrinks towards the mean variance times the identity (2004), from
// the population covariance.
func LedoitWolf(columns [][]float64) (Shrunk, error) {
	n, err := shape(columns, 2)
	if err != nil {
		return Shrunk{}, err
	}
	x := centred(columns)
	s := products(x, 1/float64(n))
	p := float64(len(columns))
	trace, squares := traces(s)
	mu := trace / p
	lengths := make([]float64, n) // squared, of each period's returns
	for _, c := range x {
		for t, r := range c {
			lengths[t] += float64(r * r)
		}
	}
	fourth := series.Dot(lengths, lengths)
	beta := (fourth/float64(n) - squares) / (p * float64(n))
	delta := (squares - float64(2*mu*trace) + float64(p*mu*mu)) / p
	intensity := 0.0
	if beta = math.Min(beta, delta); beta > 0 {
		intensity = beta / delta
	}
	return Shrunk{towardsMean(s, mu, intensity), intensity}, nil
}

// OAS is the oracle approximating shrinkage towards the mean variance (Chen and
// others 2010, in the form of their own program), from the population covariance.
func OAS(columns [][]float64) (Shrunk, error) {
	n, err := shape(columns, 2)
	if err != nil {
		return Shrunk{}, err
	}
	s := products(centred(columns), 1/float64(n))
	p := float64(len(columns))
	trace, squares := traces(s)
	mu := trace / p
	alpha := squares / (p * p)
	intensity := 1.0
	if d := float64(n+1) * (alpha - mu*mu/p); d > 0 {
		intensity = math.Min((alpha+float64(mu*mu))/d, 1)
	}
	return Shrunk{towardsMean(s, mu, intensity), intensity}, nil
}

// traces are the sum of the diagonal and the sum of all squares.
func traces(s [][]float64) (trace, squares float64) {
	for i, row := range s {
		trace += row[i]
		squares += series.Dot(row, row)
	}
	return trace, squares
}

// towardsMean replaces s by (1−intensity) s + intensity·mu on the diagonal.
func towardsMean(s [][]float64, mu, intensity float64) [][]float64 {
	for i, row := range s {
		for j := range row {
			row[j] *= 1 - intensity
		}
		row[i] += float64(intensity * mu)
	}
	return s
}

// LedoitWolfConstantCorrelation shrinks the sample covariance (n − 1) towards
// one in which every pair has the mean correlation (2003). A column that does
// not move counts as uncorrelated.
func LedoitWolfConstantCorrelation(columns [][]float64) (Shrunk, error) {
	n, err := shape(columns, 2)
	if err != nil {
		return Shrunk{}, err
	}
	p := len(columns)
	x := centred(columns)
	s := products(x, 1/float64(n-1))
	if p == 1 {
		return Shrunk{Matrix: s}, nil
	}
	deviations := make([]float64, p)
	for i := range deviations {
		deviations[i] = math.Sqrt(s[i][i])
	}
	mean := 0.0
	for i := range p {
		for j := range i {
			if d := deviations[i] * deviations[j]; d > 0 {
				mean += s[i][j] / d
			}
		}
	}
	mean *= 2 / (float64(p) * float64(p-1))
	target := func(i, j int) float64 {
		if i == j {
			return s[i][i]
		}
		return mean * (deviations[i] * deviations[j])
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
		intensity = math.Max(0, math.Min(1, constantCorrelationPull(x, s, deviations, mean)/gap/float64(n)))
	}
	out := rows(p, p)
	for i := range p {
		for j := range p {
			out[i][j] = float64(intensity*target(i, j)) + float64((1-intensity)*s[i][j])
		}
	}
	return Shrunk{out, intensity}, nil
}

// constantCorrelationPull is π − ρ of the paper: the sampling error of the
// sample covariance less what it shares with the target's.
func constantCorrelationPull(x, s [][]float64, deviations []float64, mean float64) float64 {
	p, n := len(x), float64(len(x[0]))
	squared, cubed := rows(p, len(x[0])), rows(p, len(x[0]))
	for i, c := range x {
		for t, v := range c {
			squared[i][t] = v * v
			cubed[i][t] = v * v * v
		}
	}
	fourths, seconds, thirds := products(squared, 1/n), products(x, 1/n), crossed(cubed, x, 1/n)
	pi, rho, shared := 0.0, 0.0, 0.0
	for i := range p {
		for j := range p {
			cell := fourths[i][j] - 2*float64(seconds[i][j]*s[i][j]) + float64(s[i][j]*s[i][j])
			pi += cell
			if i == j {
				rho += cell
				continue
			}
			if deviations[i] == 0 {
				continue
			}
			theta := thirds[i][j] - float64(seconds[i][i]*s[i][j]) - float64(seconds[i][j]*s[i][i]) + float64(s[i][i]*s[i][j])
			shared += float64(deviations[j] / deviations[i] * theta)
		}
	}
	return pi - rho - float64(mean*shared)
}
