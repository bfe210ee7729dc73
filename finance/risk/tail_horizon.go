package risk

import "math"

// OverHorizon multiplies VaR and ES of one period by √h. That is the tail of h
// periods only where returns are independent, alike and of mean zero; a mean is
// scaled with the rest.
func (t Tail) OverHorizon(h int) Tail {
	root := math.Sqrt(float64(h))
	for _, f := range []*Figure{&t.VaR, &t.ES} {
		if f.Known() {
			*f = measured(f.Value * root)
		}
	}
	return t
}

// Overlapping are the compounded returns of every stretch of h periods, each
// stretch beginning one period after the one before. There are n − h + 1 of
// them, which hold the information of n / h independent ones.
func Overlapping(returns []float64, h int) []float64 {
	if h < 1 || len(returns) < h {
		return nil
	}
	out := make([]float64, len(returns)-h+1)
	for i := range out {
		growth := 1.0
		for _, r := range returns[i : i+h] {
			growth *= 1 + r
		}
		out[i] = growth - 1
	}
	return out
}
