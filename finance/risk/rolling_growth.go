package risk

// stretch is what compounding needs to know of consecutive periods: growth over them, the
// highest and lowest growth from their start (which is 1), and the deepest drawdown.
type stretch struct{ growth, high, low, deepest float64 }

func single(r float64) stretch {
	g := 1 + r
	return stretch{g, max(1, g), min(1, g), min(0, r)}
}

// then is a followed by b. It holds for growth above zero.
func (a stretch) then(b stretch) stretch {
	return stretch{a.growth * b.growth, max(a.high, a.growth*b.high), min(a.low, a.growth*b.low), min(a.deepest, b.deepest, a.growth*b.low/a.high-1)}
}

// RollingReturn is the compounded return of each window.
func RollingReturn(returns []float64, window int) []Figure {
	return rollingGrowth(returns, window, func(s stretch) Figure { return measured(s.growth - 1) }, TotalReturn)
}

// RollingMaxDrawdown is the deepest drawdown inside each window, whose start is a peak:
// negative, 0 where growth never fell.
func RollingMaxDrawdown(returns []float64, window int) []Figure {
	return rollingGrowth(returns, window, func(s stretch) Figure { return measured(s.deepest) }, MaxDrawdown)
}

// rollingGrowth goes through the series in blocks of one window (van Herk 1992, Gil and
// Werman 1993): a window is the end of one block followed by the beginning of the next,
// and both are known from one pass each. That takes three steps a period, whatever the
// window. Windows in which everything was lost are measured by themselves.
func rollingGrowth(returns []float64, window int, figure func(stretch) Figure, direct func([]float64) Figure) []Figure {
	n := len(returns)
	if window < 1 {
		window = n + 2
	}
	out := unfilled(n, window)
	ends := make([]stretch, min(window, n)) // ends[k]: from position k of the block to its last
	var begun stretch                       // of the block after it
	lost := -1                              // last position with a return of −100 % or less
	for i, r := range returns {
		if !(r > -1) {
			lost = i
		}
		k := i % window // position in its block
		if k == 0 {
			begun = single(r)
		} else {
			begun = begun.then(single(r))
		}
		if i+1 >= window {
			switch {
			case lost > i-window:
				out[i] = direct(returns[i+1-window : i+1])
			case k == window-1:
				out[i] = figure(begun)
			default:
				out[i] = figure(ends[k+1].then(begun))
			}
		}
		if k == window-1 {
			ends[k] = single(r)
			for j := k - 1; j >= 0; j-- {
				ends[j] = single(returns[i-k+j]).then(ends[j+1])
			}
		}
	}
	return out
}
