package exante

// ReturnCovariance is the covariance, a day, of what holdings return on their value, for
// those at the given places of Book.Holdings and in that order:
//
//	(bᵢ′ F bⱼ + specificᵢⱼ) / (vᵢ vⱼ)
//
// with b the money in each factor and v the value. What is specific to an asset is common
// to a share and the options on it, and to nothing else. So w′Σw over the weights of a
// book is the variance that Volatility states for it. What is outside the model or has no
// value has a row of zeros: it is not known to move.
func (m *Model) ReturnCovariance(at []int) [][]float64 {
	n := len(at)
	units, specific, assets := make([][]float64, n), make([]float64, n), make([]*Asset, n)
	for a, i := range at {
		e, v := &m.Exposures[i], m.Book.Holdings[i].Value
		units[a] = make([]float64, len(m.Factors))
		if e.Reason != "" || v == 0 {
			continue
		}
		for k, x := range e.Money {
			units[a][k] = x / v
		}
		if e.Asset != nil {
			assets[a], specific[a] = e.Asset, e.Amount/v*e.Asset.Specific
		}
	}
	pulled := make([][]float64, n) // F b
	for a := range pulled {
		pulled[a] = make([]float64, len(m.Factors))
		for k, row := range m.Factor.Covariance {
			for l, c := range row {
				pulled[a][k] += float64(c * units[a][l])
			}
		}
	}
	out := make([][]float64, n)
	for a := range out {
		out[a] = make([]float64, n)
		for b := range a + 1 {
			sum := 0.0
			for k, x := range units[a] {
				sum += float64(x * pulled[b][k])
			}
			if assets[a] != nil && assets[a] == assets[b] {
				sum += float64(specific[a] * specific[b])
			}
			out[a][b], out[b][a] = sum, sum
		}
	}
	return out
}
