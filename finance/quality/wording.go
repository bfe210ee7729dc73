package quality

import (
	"math"
	"strconv"
)

// figure writes a value of a series for people: six digits that count.
func figure(x float64) string {
	if math.Abs(x) >= 1e6 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// percent writes a fraction as per cent.
func percent(x float64) string {
	digits := 1
	if math.Abs(x) >= 1 {
		digits = 0
	}
	sign := ""
	if x > 0 {
		sign = "+"
	}
	return sign + strconv.FormatFloat(100*x, 'f', digits, 64) + " %"
}

// many writes a count with its noun.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
