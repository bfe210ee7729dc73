package series

import "math"

// Quantile is the linear-interpolated quantile of x at share p in [0, 1] (rule
// 7 of Hyndman and Fan, the default of numpy and R). It reorders x; afterwards
// the k = ⌊(n−1)p⌋+1 smallest values stand first, in no particular order.
func Quantile(x []float64, p float64) float64 { return quantileOf(x, len(x), p) }

// quantileOf is the quantile at share p of n values of which x holds the
// smallest: all, or at least one more than stand below it.
func quantileOf(x []float64, n int, p float64) float64 {
	at, low := rank(n, p), lowRank(n, p)
	Select(x, low)
	v := x[low]
	if low+1 >= len(x) || at == float64(low) {
		return v
	}
	next := x[low+1]
	for _, y := range x[low+2:] {
		if y < next {
			next = y
		}
	}
	return v + float64((at-float64(low))*(next-v))
}

// QuantileSorted is Quantile of values in ascending order, which stay as they are.
func QuantileSorted(x []float64, p float64) float64 {
	at, low := rank(len(x), p), lowRank(len(x), p)
	if low+1 >= len(x) || at == float64(low) {
		return x[low]
	}
	return x[low] + float64((at-float64(low))*(x[low+1]-x[low]))
}

// rank is the place of the quantile at share p among n ordered values, counted from 0.
func rank(n int, p float64) float64 {
	at := float64(float64(n-1) * p)
	// A share that comes from 1 − 0.9 is off in the last digit and would fall
	// just beside the observation it means.
	if whole := math.Round(at); math.Abs(at-whole) < 1e-9 {
		at = whole
	}
	return at
}

// lowRank is the whole place at or below rank.
func lowRank(n int, p float64) int {
	return max(0, min(int(math.Floor(rank(n, p))), n-1))
}

// Select reorders x so that x[k] is the k-th smallest value (from 0), nothing
// before it is larger and nothing after it smaller (Hoare's quickselect with
// the median of three, so the work is linear on average).
func Select(x []float64, k int) {
	for left, right := 0, len(x)-1; right > left; {
		if right-left < 12 {
			insertionSort(x[left : right+1])
			return
		}
		pivot := medianOfThree(x[left], x[left+(right-left)/2], x[right])
		i, j := left, right
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			right = j
		case k >= i:
			left = i
		default:
			return
		}
	}
}

func medianOfThree(a, b, c float64) float64 {
	if b < a {
		a, b = b, a
	}
	return max(a, min(b, c))
}

func insertionSort(x []float64) {
	for i := 1; i < len(x); i++ {
		v, j := x[i], i
		for ; j > 0 && x[j-1] > v; j-- {
			x[j] = x[j-1]
		}
		x[j] = v
	}
}
