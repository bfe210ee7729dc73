// Package series is the arithmetic that statistics on float64 series share.
//
// Model: a series is a slice of finite numbers, one a period, oldest first.
// Sums run in one fixed order with four partial sums, and products are rounded
// before they are added (no fused multiply-add), so that a figure has the same
// bits on every platform. None of these functions checks its input: callers
// refuse empty series and gaps before.
package series

import "math"

// Sum adds up x: four partial sums, then the rest.
func Sum(x []float64) float64 {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		a += x[0]
		b += x[1]
		c += x[2]
		d += x[3]
	}
	for _, v := range x {
		a += v
	}
	return (a + b) + (c + d)
}

// Mean is the arithmetic mean of x, which must not be empty.
func Mean(x []float64) float64 { return Sum(x) / float64(len(x)) }

// Dot is Σ xᵢ·yᵢ over the length of x; y must be at least as long.
func Dot(x, y []float64) float64 {
	var a, b, c, d float64
	y = y[:len(x)]
	for len(x) >= 4 && len(y) >= 4 {
		a += float64(x[0] * y[0])
		b += float64(x[1] * y[1])
		c += float64(x[2] * y[2])
		d += float64(x[3] * y[3])
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		a += float64(v * y[i])
	}
	return (a + b) + (c + d)
}

// Deviations is Σ (xᵢ − m)², and Σ (xᵢ − m)³ and Σ (xᵢ − m)⁴ beside it.
func Deviations(x []float64, m float64) (second, third, fourth float64) {
	for _, v := range x {
		d := v - m
		q := d * d
		second += float64(d * d)
		third += float64(q * d)
		fourth += float64(q * q)
	}
	return second, third, fourth
}

// CrossDeviations is Σ (xᵢ − mx)(yᵢ − my).
func CrossDeviations(x, y []float64, mx, my float64) float64 {
	var a, b float64
	y = y[:len(x)]
	n := len(x) &^ 1
	for i := 0; i < n; i += 2 {
		a += float64((x[i] - mx) * (y[i] - my))
		b += float64((x[i+1] - mx) * (y[i+1] - my))
	}
	if n < len(x) {
		a += float64((x[n] - mx) * (y[n] - my))
	}
	return a + b
}

// Variance is the sample variance (n − 1) of x; NaN with less than two values.
// A constant series has variance 0 exactly.
func Variance(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	if Constant(x) {
		return 0
	}
	m, sum := Mean(x), 0.0
	for _, v := range x {
		sum += float64((v - m) * (v - m))
	}
	return sum / float64(len(x)-1)
}

// StdDev is the sample standard deviation (n − 1) of x.
func StdDev(x []float64) float64 { return math.Sqrt(Variance(x)) }

// Constant reports whether all values of x are the same.
func Constant(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}

// Largest is the largest absolute value of x, 0 when x is empty.
func Largest(x []float64) float64 {
	most := 0.0
	for _, v := range x {
		most = math.Max(most, math.Abs(v))
	}
	return most
}

// FirstBad is the index of the first value that is not finite, −1 if all are.
func FirstBad(x []float64) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}
