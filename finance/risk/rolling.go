package risk

import "fmt"

// Rolling is a measure over each window of the last n periods, one figure a
// period: NaN never, a Reason until the first window is full. It takes time for every
// window; the functions below go through the series once.
func Rolling(returns []float64, window int, measure func([]float64) Figure) []Figure {
	out := make([]Figure, len(returns))
	for i := range returns {
		if i+1 < window || window < 1 {
			out[i] = missing(TooShort)
			continue
		}
		out[i] = measure(returns[i+1-window : i+1])
	}
	return out
}

// Rolled holds measures over each window of a sample, a figure a period.
type Rolled struct {
	Window      int
	Return      []Figure // compounded over the window
	Volatility  []Figure // annualised, n − 1
	Sharpe      []Figure // annualised, of the excess over the risk-free rate
	MaxDrawdown []Figure // inside the window, whose start is a peak; negative
	// Against the benchmark; nil without one.
	Beta, Correlation, TrackingError []Figure
}

// Roll computes every rolling measure of a sample over windows of so many periods, at
// least two. Each figure is what the measure of its name gives of the window alone. It
// refuses what Measure refuses.
func Roll(s Sample, window int) (*Rolled, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if window < 2 {
		return nil, fmt.Errorf("window: %d, want at least 2 periods", window)
	}
	out := &Rolled{Window: window, Return: RollingReturn(s.Returns, window), Volatility: RollingVolatility(s.Returns, window, s.PeriodsPerYear),
		Sharpe: RollingSharpe(Excess(s.Returns, s.RiskFree), window, s.PeriodsPerYear), MaxDrawdown: RollingMaxDrawdown(s.Returns, window)}
	if s.Benchmark != nil {
		out.Beta, out.Correlation = rollingPair(s.Returns, s.Benchmark, window)
		out.TrackingError = RollingVolatility(Excess(s.Returns, s.Benchmark), window, s.PeriodsPerYear)
	}
	return out, nil
}

// unfilled starts a list of figures in which the windows not yet full are too short.
func unfilled(n, window int) []Figure {
	out := make([]Figure, n)
	for i := range out[:min(n, max(window-1, 0))] {
		out[i] = missing(TooShort)
	}
	return out
}
