package volatility

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

// The decays of RiskMetrics: for daily and for monthly returns.
const (
	DailyDecay   = 0.94
	MonthlyDecay = 0.97
)

// ErrDecay reports a decay outside (0, 1).
var ErrDecay = fmt.Errorf("the decay must lie between 0 and 1, such as %v for daily returns", DailyDecay)

// Constant is the sample variance (n − 1) as a model: every period is expected
// to vary alike.
type Constant struct{ Variance float64 }

// Sample measures the variance of returns about their mean.
func Sample(returns []float64) (Constant, risk.Reason) {
	switch {
	case len(returns) == 0:
		return Constant{}, risk.Empty
	case len(returns) < 2:
		return Constant{}, risk.TooShort
	}
	v := figure(series.Variance(returns))
	return Constant{v.Value}, v.Reason
}

// Forecast expects the same variance for h periods.
func (c Constant) Forecast(h int) Forecast { return flat(c.Variance, h) }

// Weighted is an exponentially weighted variance with mean zero. Path is the
// variance expected for each period, Next that for the period after the last.
type Weighted struct {
	Decay float64
	Path  []float64
	Next  float64
}

// EWMA runs σ²ₜ₊₁ = λ σ²ₜ + (1 − λ) rₜ², begun with the first square. The first
// period has no expectation from before: its own square stands in Path.
func EWMA(returns []float64, decay float64) (Weighted, risk.Reason, error) {
	if !(decay > 0 && decay < 1) {
		return Weighted{}, "", fmt.Errorf("%v: %w", decay, ErrDecay)
	}
	if len(returns) == 0 {
		return Weighted{}, risk.Empty, nil
	}
	out := Weighted{Decay: decay, Path: make([]float64, len(returns)), Next: returns[0] * returns[0]}
	for t, r := range returns {
		out.Path[t] = out.Next
		out.Next = float64(decay*out.Next) + float64((1-decay)*float64(r*r))
	}
	if !figure(out.Next).Known() || series.FirstBad(out.Path) >= 0 {
		return Weighted{}, risk.OutOfRange, nil
	}
	return out, "", nil
}

// Forecast expects the last variance for h periods: the model has no level to
// return to.
func (w Weighted) Forecast(h int) Forecast { return flat(w.Next, h) }

// WarmUp is the number of periods until the arbitrary beginning weighs less than
// five percent: 49 for a decay of 0.94.
func (w Weighted) WarmUp() int { return int(math.Ceil(math.Log(0.05) / math.Log(w.Decay))) }
