package format

import (
	"math"
	"sort"
)

// Parts rounds values to the given number of decimals so that the rounded
// parts add up to their rounded total (largest remainder). Each part moves by
// less than one unit of its last decimal.
//
// A value that is not a number stays as it is and takes no part in the sum.
func Parts(values []float64, places int) []float64 {
	scale := math.Pow10(places)
	rounded := make([]float64, len(values))
	order := make([]int, 0, len(values))
	var total, floored float64
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			rounded[i] = v
			continue
		}
		total += v * scale
		rounded[i] = math.Floor(v*scale + 1e-9)
		floored += rounded[i]
		order = append(order, i)
	}
	remainder := func(i int) float64 { return values[i]*scale - rounded[i] }
	sort.SliceStable(order, func(a, b int) bool { return remainder(order[a]) > remainder(order[b]) })
	missing := int(math.Round(math.Round(total) - floored))
	for k := 0; k < missing && k < len(order); k++ {
		rounded[order[k]]++
	}
	for _, i := range order {
		rounded[i] /= scale
	}
	return rounded
}
