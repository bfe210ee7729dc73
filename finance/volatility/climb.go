package volatility

import "math"

// budget is how often a climb may look at its function. A few dozen are usual.
const budget = 1000

// climb moves x uphill by the BFGS method with backtracking until the value
// stands still, and returns the value; ok is false when it was still rising
// after as many looks at f as the budget allows.
func climb(f func(x, gradient []float64) float64, x []float64) (value float64, ok bool) {
	n := len(x)
	g, next, nextG := make([]float64, n), make([]float64, n), make([]float64, n)
	step, s, y, hy := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	h := make([][]float64, n) // estimate of the inverse curvature
	for i := range h {
		h[i] = make([]float64, n)
	}
	reset := func() {
		for i := range h {
			clear(h[i])
			h[i][i] = 1
		}
	}
	reset()
	value = f(x, g)
	quiet, fresh := 0, true
	for looks := 1; looks < budget; {
		rise, longest := 0.0, 0.0
		for i := range step {
			step[i] = dot(h[i], g)
			longest = math.Max(longest, math.Abs(step[i]))
		}
		if fresh && longest > 0.25 { // the first step of a steepest climb is a guess
			for i := range step {
				step[i] *= 0.25 / longest
			}
			longest = 0.25
		}
		if longest > 2 {
			for i := range step {
				step[i] *= 2 / longest
			}
		}
		if rise = dot(step, g); !(rise > 0) {
			if fresh {
				return value, true
			}
			reset()
			fresh = true
			continue
		}
		better, scale := math.Inf(-1), 1.0
		for range 30 {
			looks++
			for i := range x {
				next[i] = x[i] + float64(scale*step[i])
			}
			if better = f(next, nextG); better >= value+1e-4*float64(scale*rise) {
				break
			}
			scale /= 2
		}
		if !(better >= value) {
			if fresh {
				return value, true
			}
			reset()
			fresh = true
			continue
		}
		if better-value <= 1e-11*math.Abs(value) {
			quiet++
		} else {
			quiet = 0
		}
		for i := range x {
			s[i], y[i] = next[i]-x[i], g[i]-nextG[i]
			x[i], g[i] = next[i], nextG[i]
		}
		value, fresh = better, false
		if quiet >= 3 {
			return value, true
		}
		if curve := dot(s, y); curve > 1e-12*dot(y, y) {
			update(h, s, y, hy, curve)
		}
	}
	return value, false
}

// update is the BFGS correction of the inverse curvature h.
func update(h [][]float64, s, y, hy []float64, curve float64) {
	for i := range hy {
		hy[i] = dot(h[i], y)
	}
	yhy := dot(y, hy)
	for i := range h {
		for j := range h {
			h[i][j] += (1+yhy/curve)*float64(s[i]*s[j])/curve - (float64(hy[i]*s[j])+float64(s[i]*hy[j]))/curve
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}
