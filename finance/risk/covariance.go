package risk

import (
	"github.com/foliosight/foliosight/finance/series"
)

// SampleCovariance is the covariance matrix (n − 1) of columns of returns, all
// of one length of at least two.
func SampleCovariance(columns [][]float64) [][]float64 {
	n := len(columns)
	centred := make([][]float64, n)
	for i, c := range columns {
		mean, own := series.Mean(c), make([]float64, len(c))
		if !series.Constant(c) {
			for t, r := range c {
				own[t] = r - mean
			}
		}
		centred[i] = own
	}
	out, cells := make([][]float64, n), make([]float64, n*n)
	for i := range out {
		out[i] = cells[i*n : (i+1)*n : (i+1)*n]
	}
	for i := range n {
		for j := range i + 1 {
			v := series.Dot(centred[i], centred[j]) / float64(len(columns[i])-1)
			out[i][j], out[j][i] = v, v
		}
	}
	return out
}
