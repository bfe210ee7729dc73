package analysis

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/risk"
)

// Rolling is how measures of the portfolio went: each day's figure is of the sessions of
// the window that ends with it. A window may begin before the period does, so that the
// first day of a short period has figures too. Numbers run parallel to Days, the sessions
// of the period; null where a window is not full or the measure does not exist.
type Rolling struct {
	Period          Period        `json:"period"`
	Window          int           `json:"window"`   // sessions
	Sessions        int           `json:"sessions"` // with a return, since the first booking
	Days            []date.Date   `json:"days"`
	Return          Numbers       `json:"return"`                     // compounded over the window
	Volatility      Numbers       `json:"volatility"`                 // a year
	Sharpe          Numbers       `json:"sharpe"`                     // a year
	Beta            Numbers       `json:"beta,omitempty"`             // to the benchmark
	Correlation     Numbers       `json:"correlation,omitempty"`      // with the benchmark
	BenchmarkReturn Numbers       `json:"benchmark_return,omitempty"` // compounded over the window
	BenchmarkVol    Numbers       `json:"benchmark_volatility,omitempty"`
	Summary         []RollingItem `json:"summary"` // a measure each
	Reason          string        `json:"reason,omitempty"`
}

// RollingItem is one measure over the period: as it is, between what it was, and what it
// was as often more as less.
type RollingItem struct {
	Measure   string    `json:"measure"` // return, volatility, sharpe, beta, correlation
	Latest    Figure    `json:"latest"`
	Lowest    Figure    `json:"lowest"`
	LowestOn  date.Date `json:"lowest_on,omitzero"`
	Highest   Figure    `json:"highest"`
	HighestOn date.Date `json:"highest_on,omitzero"`
	Median    Figure    `json:"median"`
}

// RollingWindows are the windows that are offered: a quarter, half a year, a year.
var RollingWindows = []int{63, 126, 252}

// ErrWindow reports a window that cannot be measured, with the cure.
var ErrWindow = errors.New("no such window")

// The shortest and the longest window.
const (
	shortestWindow = 20
	longestWindow  = 1260
)

// Rolling measures the portfolio over a window of so many sessions, moved through the
// period. It is apart from Run because it goes through the whole history.
func (p *Prepared) Rolling(period Period, window int) (*Rolling, error) {
	if window < shortestWindow || window > longestWindow {
		return nil, fmt.Errorf("%w: %d sessions; ask for %d to %d", ErrWindow, window, shortestWindow, longestWindow)
	}
	period, err := p.settle(period)
	if err != nil {
		return nil, err
	}
	r := p.runner
	r.Period = period
	return r.rolling(window), nil
}

func (r *runner) rolling(window int) *Rolling {
	begin := r.Period.Start
	if first := r.out.First; !first.IsNone() {
		begin = min(begin, first-1)
	}
	whole := performance.NewSpan(r.timeline, begin, r.Period.End)
	returns, bench, days := r.sessionReturns(whole)
	out := &Rolling{Period: r.Period, Window: window, Sessions: len(returns), Days: []date.Date{}, Return: Numbers{}, Volatility: Numbers{}, Sharpe: Numbers{}}
	free, _, freeWhy := r.riskFree(days)
	if len(returns) < window {
		out.Reason = fmt.Sprintf("%d daily returns so far, a window of %d needs as many", len(returns), window)
	}
	rolled, err := risk.Roll(risk.Sample{Returns: returns, Benchmark: bench, RiskFree: free, PeriodsPerYear: tradingDays}, window)
	if err != nil { // returns are finite by construction
		panic("analysis: " + err.Error())
	}
	from, _ := slices.BinarySearchFunc(days, r.Period.Start+1, func(d, want date.Date) int { return cmp.Compare(d, want) })
	out.Days = append(out.Days, days[from:]...)
	take := func(list []risk.Figure) Numbers {
		if list == nil {
			return nil
		}
		numbers := make(Numbers, 0, len(list)-from)
		for _, f := range list[from:] {
			if !f.Known() {
				f.Value = math.NaN()
			}
			numbers = append(numbers, f.Value)
		}
		return numbers
	}
	out.Return, out.Volatility, out.Sharpe, out.Beta, out.Correlation = take(rolled.Return), take(rolled.Volatility), take(rolled.Sharpe), take(rolled.Beta), take(rolled.Correlation)
	if bench != nil {
		out.BenchmarkReturn, out.BenchmarkVol = take(risk.RollingReturn(bench, window)), take(risk.RollingVolatility(bench, window, tradingDays))
	}
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	item := func(measure string, unit Unit, of Numbers, none string) {
		x := r.rollingItem(measure, unit, out, of, cmp.Or(none, out.Reason), s)
		if measure == "sharpe" && freeWhy != "" {
			for _, f := range []*Figure{&x.Latest, &x.Lowest, &x.Highest, &x.Median} {
				if f.Known() {
					*f = f.With(Estimated, "without a risk-free rate: "+freeWhy)
				}
			}
		}
		out.Summary = append(out.Summary, x)
	}
	none := ""
	if bench == nil {
		none = "no benchmark"
	}
	item("return", Fraction, out.Return, "")
	item("volatility", Fraction, out.Volatility, "")
	item("sharpe", Ratio, out.Sharpe, "")
	item("beta", Ratio, out.Beta, none)
	item("correlation", Ratio, out.Correlation, none)
	return out
}

// rollingItem says of one measure where it is and between what it moved.
func (r *runner) rollingItem(measure string, unit Unit, of *Rolling, numbers Numbers, why string, s performance.Span) RollingItem {
	method := "rolling_" + measure
	x := RollingItem{Measure: measure}
	low, high, latest := -1, -1, -1
	var known []float64
	for i, v := range numbers {
		if math.IsNaN(v) {
			continue
		}
		known, latest = append(known, v), i
		if low < 0 || v < numbers[low] {
			low = i
		}
		if high < 0 || v > numbers[high] {
			high = i
		}
	}
	if latest != len(numbers)-1 {
		latest = -1 // it does not exist for the last window
	}
	figure := func(at int) Figure {
		if at < 0 {
			return Unknown(unit, r.Period.End, method, cmp.Or(why, "it does not exist for these windows"))
		}
		f := r.gapStatus(Measure(numbers[at], unit, of.Days[at], method), s)
		return f.From("Sessions of the window", itoa(of.Window)).From("Window ends", of.Days[at].String())
	}
	x.Latest, x.Lowest, x.Highest = figure(latest), figure(low), figure(high)
	if low >= 0 {
		x.LowestOn, x.HighestOn = of.Days[low], of.Days[high]
	}
	if len(known) == 0 {
		x.Median = figure(-1)
		return x
	}
	slices.Sort(known)
	middle := (known[(len(known)-1)/2] + known[len(known)/2]) / 2
	x.Median = r.gapStatus(Measure(middle, unit, r.Period.End, method+"_median"), s).From("Sessions of the window", itoa(of.Window)).From("Windows", itoa(len(known)))
	return x
}
