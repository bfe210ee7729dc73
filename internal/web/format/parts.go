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
	total := 0.0
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			total += v
		}
	}
	return PartsOf(total, values, places)
}

// PartsOf rounds values so that the rounded parts add up to the rounded total,
// which may differ from their sum by the rounding of what stands beside it.
func PartsOf(total float64, values []float64, places int) []float64 {
	scale := math.Pow10(places)
	rounded := make([]float64, len(values))
	order := make([]int, 0, len(values))
	floored := 0.0
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			rounded[i] = v
			continue
		}
		rounded[i] = math.Floor(v*scale + 1e-9)
		floored += rounded[i]
		order = append(order, i)
	}
	remainder := func(i int) float64 { return values[i]*scale - rounded[i] }
	sort.SliceStable(order, func(a, b int) bool { return remainder(order[a]) > remainder(order[b]) })
	missing := int(math.Round(math.Round(total*scale) - floored))
	for k := 0; missing > 0 && len(order) > 0; k++ {
		rounded[order[k%len(order)]]++
		missing--
	}
	for k := len(order) - 1; missing < 0 && k >= 0; k-- {
		rounded[order[k]]--
		missing++
	}
	for _, i := range order {
		rounded[i] /= scale
	}
	return rounded
}
