package risk

import "math"

// TotalReturn compounds the returns: Π(1 + r) − 1. An empty series has none.
func TotalReturn(returns []float64) Figure {
	if len(returns) == 0 {
		return missing(Empty)
	}
	growth := 1.0
	for _, r := range returns {
		growth *= 1 + r
	}
	return measured(growth - 1)
}

// AnnualReturn is the geometric return a year: (1 + total)^(periods per year / n) − 1.
// Growth below zero has no root: CapitalLost; growth of exactly zero is −1.
func AnnualReturn(returns []float64, periodsPerYear float64) Figure {
	total := TotalReturn(returns)
	if !total.Known() {
		return total
	}
	return annualised(total.Value, len(returns), periodsPerYear)
}

func annualised(total float64, n int, periodsPerYear float64) Figure {
	if total < -1 {
		return missing(CapitalLost)
	}
	return measured(math.Pow(1+total, periodsPerYear/float64(n)) - 1)
}

// PeriodicRate is the rate per period that compounds to an annual one:
// (1 + annual)^(1 / periods per year) − 1. The annual rate must be above −1.
func PeriodicRate(annual, periodsPerYear float64) float64 {
	return math.Expm1(math.Log1p(annual) / periodsPerYear)
}

// WinRate is the share of positive returns among those that are not zero.
func WinRate(returns []float64) Figure {
	wins, moves := 0, 0
	for _, r := range returns {
		if r > 0 {
			wins++
		}
		if r != 0 {
			moves++
		}
	}
	if len(returns) == 0 {
		return missing(Empty)
	}
	if moves == 0 {
		return missing(NoMovement)
	}
	return measured(float64(wins) / float64(moves))
}

// Extremes are the best and the worst return of a period.
func Extremes(returns []float64) (best, worst Figure) {
	if len(returns) == 0 {
		return missing(Empty), missing(Empty)
	}
	most, least := returns[0], returns[0]
	for _, r := range returns {
		most, least = math.Max(most, r), math.Min(least, r)
	}
	return measured(most), measured(least)
}

// Stability is R² of the cumulated log returns on time: 1 is a straight line of
// compounding. It needs two periods and growth above zero throughout.
func Stability(returns []float64) Figure {
	n := len(returns)
	if n < 2 {
		return missing(TooShort)
	}
	// Time runs from −(n−1)/2 to (n−1)/2, so that it is centred.
	growth, sum, squares, cross := 1.0, 0.0, 0.0, 0.0
	at := -float64(n-1) / 2
	for _, r := range returns {
		if growth *= 1 + r; !(growth > 0) {
			return missing(CapitalLost)
		}
		y := math.Log(growth)
		sum += y
		squares += float64(y * y)
		cross += float64(at * y)
		at++
	}
	count := float64(n)
	time := count * (float64(count*count) - 1) / 12
	deviation := squares - float64(sum*sum)/count
	if deviation <= 1e-14*squares {
		return missing(NoMovement)
	}
	return measured(float64(cross*cross) / (time * deviation))
}
