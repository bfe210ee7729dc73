package volatility

import (
	"math"
	"math/rand/v2"
)

// Simulate draws returns of h periods, compounded, by filtered historical
// simulation: each path begins with the variance expected next, draws one of the
// sample's standardised residuals for every period and moves the variance on by
// it. The same seed gives the same paths; path i does not depend on how many
// there are.
//
// Source: Barone-Adesi, Giannopoulos and Vosper, Journal of Futures Markets 19 (1999).
func (g Garch) Simulate(paths, h int, seed uint64) []float64 {
	out := make([]float64, paths)
	source := rand.NewPCG(0, 0)
	rng := rand.New(source)
	for i := range out {
		source.Seed(seed, uint64(i))
		v, growth := g.Next, 1.0
		for range h {
			e := g.Residuals[rng.IntN(len(g.Residuals))] * math.Sqrt(v)
			growth *= 1 + g.Mu + e
			v = g.step(v, e)
		}
		out[i] = growth - 1
	}
	return out
}
