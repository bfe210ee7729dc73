package risk

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/series"
)

// RollingMethod is how the tail of a day is predicted from the days before it.
type RollingMethod string

// The methods of a rolling backtest.
const (
	// RollingHistorical: quantile and mean tail of the last Window profits.
	RollingHistorical RollingMethod = "historical"
	// RollingNormal: normal with mean zero and the exponentially weighted
	// variance of all profits before, σ²ₜ₊₁ = λ σ²ₜ + (1 − λ) pₜ², begun with the
	// first square (RiskMetrics).
	RollingNormal RollingMethod = "ewma_normal"
	// RollingFiltered: quantile and mean tail of the last Window profits, each over
	// the volatility expected for its day, times the one expected for the day
	// predicted (Hull and White 1998).
	RollingFiltered RollingMethod = "filtered"
)

// RollingBacktest says how the VaR of each day is predicted, and for how many days. The
// zero value of a field is its usual one: historical, 252 periods, λ 0.94,
// confidence 0.95, 252 days.
type RollingBacktest struct {
	Method     RollingMethod
	Window     int
	Least      int // predict from so many on and let the window grow up to Window; the usual one is Window
	Decay      float64
	Confidence float64
	Days       int    // the last so many, or as many as can be predicted
	Null       ESNull // of the ES backtest; without Trials it has no p-values
}

// RolledBacktest holds what was predicted the evening before against what happened. The
// lists have an entry for each day tested: First, the place of the first one among
// the profits given, and those after it. Losses, VaR and ES are positive for
// losses; Breaches are the days, counted from First, whose loss was above VaR.
type RolledBacktest struct {
	First           int
	Losses, VaR, ES []float64
	Breaches        []int
	Coverage        Backtest
	Durations       Durations
	Shortfall       ESBacktest
}

// ErrRolling reports a rolling backtest that cannot be run as asked.
var ErrRolling = errors.New("the rolling backtest needs a method it knows, a window of two or more that does not begin longer than it becomes, decay and confidence between 0 and 1, and a positive number of days")

// Run backtests profits and losses of today's holdings, oldest first, gains
// positive. No prediction looks at its own day or a later one. The reason is
// Empty, TooShort when no day has the history that the method needs, NoVolatility
// when filtered history moved on a day for which no movement was expected, or
// OutOfRange when a profit is not a finite number.
func (r RollingBacktest) Run(profits []float64) (RolledBacktest, Reason, error) {
	if err := r.usual(); err != nil {
		return RolledBacktest{}, "", err
	}
	switch {
	case len(profits) == 0:
		return RolledBacktest{}, Empty, nil
	case series.FirstBad(profits) >= 0 || series.Largest(profits) > 1e150:
		return RolledBacktest{}, OutOfRange, nil
	}
	least := r.least()
	out := RolledBacktest{First: max(least, len(profits)-r.Days)}
	if out.First >= len(profits) {
		return RolledBacktest{}, TooShort, nil
	}
	if reason := out.predict(profits, r); reason != "" {
		return RolledBacktest{}, reason, nil
	}
	out.Losses = make([]float64, len(out.VaR))
	for k, limit := range out.VaR {
		out.Losses[k] = -profits[out.First+k] + 0
		if out.Losses[k] > limit {
			out.Breaches = append(out.Breaches, k)
		}
	}
	out.Coverage = RunBacktest(out.Losses, out.VaR, r.Confidence)
	out.Durations = DurationTest(out.Losses, out.VaR)
	out.Shortfall = RunESBacktest(out.Losses, out.VaR, out.ES, r.Confidence, r.Null)
	return out, "", nil
}

// usual fills in what was left open.
func (r *RollingBacktest) usual() error {
	if r.Method == "" {
		r.Method = RollingHistorical
	}
	if r.Window == 0 {
		r.Window = 252
	}
	if r.Least == 0 {
		r.Least = r.Window
	}
	if r.Decay == 0 {
		r.Decay = 0.94
	}
	if r.Confidence == 0 {
		r.Confidence = 0.95
	}
	if r.Days == 0 {
		r.Days = 252
	}
	known := r.Method == RollingHistorical || r.Method == RollingNormal || r.Method == RollingFiltered
	if !known || r.Window < 2 || r.Least < 2 || r.Least > r.Window || r.Days < 1 || !(r.Decay > 0 && r.Decay < 1) || !(r.Confidence > 0 && r.Confidence < 1) {
		return fmt.Errorf("method %q, window %d from %d on, decay %v, confidence %v, %d days: %w", r.Method, r.Window, r.Least, r.Decay, r.Confidence, r.Days, ErrRolling)
	}
	return nil
}

// warmUp is how many periods it takes until the first square weighs less than
// five percent in the weighted variance: 49 for a decay of 0.94.
func (r RollingBacktest) warmUp() int { return int(math.Ceil(math.Log(0.05) / math.Log(r.Decay))) }

// least is how many profits must lie before a day that is predicted.
func (r RollingBacktest) least() int {
	switch r.Method {
	case RollingNormal:
		return r.warmUp()
	case RollingFiltered:
		return r.warmUp() + r.Least
	}
	return r.Least
}

// predict fills VaR and ES of the days from First on.
func (out *RolledBacktest) predict(profits []float64, r RollingBacktest) Reason {
	days := len(profits) - out.First
	out.VaR, out.ES = make([]float64, days), make([]float64, days)
	if r.Method == RollingHistorical {
		w := newWindow(profits[:out.First], r.Window)
		for k := range days {
			quantile, mean := w.tail(1 - r.Confidence)
			out.VaR[k], out.ES[k] = -quantile+0, -mean+0
			w.next(profits[:out.First+k+1])
		}
		return ""
	}
	deviations := expected(profits, r.Decay)
	if r.Method == RollingNormal {
		unit := NormalTailOf(0, 1, r.Confidence)
		for k := range days {
			s := deviations[out.First+k]
			out.VaR[k], out.ES[k] = s*unit.VaR.Value, s*unit.ES.Value
		}
		return ""
	}
	standard := make([]float64, len(profits))
	begin := max(r.warmUp(), out.First-r.Window)
	for t := begin; t < len(profits); t++ {
		switch {
		case deviations[t] > 0:
			standard[t] = profits[t] / deviations[t]
		case profits[t] != 0:
			return NoVolatility
		}
	}
	standard = standard[begin:]
	w := newWindow(standard[:out.First-begin], r.Window)
	for k := range days {
		quantile, mean := w.tail(1 - r.Confidence)
		s := deviations[out.First+k]
		out.VaR[k], out.ES[k] = -float64(s*quantile)+0, -float64(s*mean)+0
		w.next(standard[:out.First-begin+k+1])
	}
	return ""
}

// expected is the exponentially weighted deviation expected for each period from
// those before it; the first has its own size.
func expected(profits []float64, decay float64) []float64 {
	out := make([]float64, len(profits))
	variance := profits[0] * profits[0]
	for t, p := range profits {
		out[t] = math.Sqrt(variance)
		variance = float64(decay*variance) + float64((1-decay)*float64(p*p))
	}
	return out
}

// window holds the last values of a series in order, at most so many.
type window struct {
	values []float64
	most   int
}

func newWindow(values []float64, most int) *window {
	w := &window{slices.Clone(values[max(0, len(values)-most):]), most}
	slices.Sort(w.values)
	return w
}

// next takes in the last value of the series and lets go of the one that is too old.
func (w *window) next(series []float64) {
	value := series[len(series)-1]
	to, _ := slices.BinarySearch(w.values, value)
	if len(w.values) < w.most {
		w.values = slices.Insert(w.values, to, value)
		return
	}
	from, _ := slices.BinarySearch(w.values, series[len(series)-1-w.most])
	if to > from {
		to--
		copy(w.values[from:to], w.values[from+1:to+1])
	} else {
		copy(w.values[to+1:from+1], w.values[to:from])
	}
	w.values[to] = value
}

// tail is the quantile at a share and the mean of what is not above it, as in
// HistoricalTail.
func (w *window) tail(share float64) (quantile, mean float64) {
	quantile = series.QuantileSorted(w.values, share)
	count := 0
	for count < len(w.values) && w.values[count] <= quantile {
		count++
	}
	return quantile, series.Sum(w.values[:count]) / float64(count)
}
