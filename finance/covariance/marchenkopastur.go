package covariance

import (
	"fmt"
	"math"
)

// NoiseBand is where the eigenvalues of a correlation matrix lie that is
// estimated from unrelated series: between Low and High,
//
//	λ± = (1 ± √(N/T))²
//
// for N names over T periods, both large (Marčenko and Pastur 1967; Laloux and
// others 1999). With more names than periods a further part 1 − T/N is zero.
type NoiseBand struct{ Low, High float64 }

// MarchenkoPastur is the noise band of names over periods.
func MarchenkoPastur(names, periods int) (NoiseBand, error) {
	if names < 1 || periods < 2 {
		return NoiseBand{}, fmt.Errorf("%d names over %d periods: %w", names, periods, ErrTooShort)
	}
	root := math.Sqrt(float64(names) / float64(periods))
	return NoiseBand{Low: (1 - root) * (1 - root), High: (1 + root) * (1 + root)}, nil
}

// Denoised is a correlation matrix without the structure that chance explains.
// Signals is how many eigenvalues lie above the band; Noise is the value that
// the others share.
type Denoised struct {
	Matrix  [][]float64
	Band    NoiseBand
	Signals int
	Noise   float64
}

// Denoise replaces the eigenvalues of a correlation matrix inside the noise band,
// or below it, by their mean, which keeps the trace, and scales the diagonal
// back to one (López de Prado 2020, the constant residual eigenvalue). periods
// is what the correlations were measured on.
func Denoise(correlations [][]float64, periods int) (Denoised, error) {
	band, err := MarchenkoPastur(len(correlations), periods)
	if err != nil {
		return Denoised{}, err
	}
	pca, err := PCA(correlations)
	if err != nil {
		return Denoised{}, err
	}
	n := len(correlations)
	out := Denoised{Matrix: rows(n, n), Band: band}
	for _, v := range pca.Values {
		if v > band.High {
			out.Signals++
		} else {
			out.Noise += v / float64(n-out.Signals)
		}
	}
	// Σ λ v v′ over all directions is noise·I plus what the signals stand out by
	for i := range n {
		out.Matrix[i][i] = out.Noise
	}
	for k := range out.Signals {
		v := pca.Loadings[k]
		for i := range n {
			for j := range i + 1 {
				out.Matrix[i][j] += float64((pca.Values[k] - out.Noise) * v[i] * v[j])
			}
		}
	}
	scale := make([]float64, n)
	for i := range n {
		if !(out.Matrix[i][i] > 0) {
			return Denoised{}, fmt.Errorf("row %d: %w", i, ErrNoVariance)
		}
		scale[i] = math.Sqrt(out.Matrix[i][i])
	}
	for i := range n {
		for j := range i {
			rho := out.Matrix[i][j] / (scale[i] * scale[j])
			out.Matrix[i][j], out.Matrix[j][i] = rho, rho
		}
		out.Matrix[i][i] = 1
	}
	return out, nil
}
