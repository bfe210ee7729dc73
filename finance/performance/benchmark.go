package performance

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/portfolio"
)

// ErrNoBenchmark reports that the benchmark has no value where the period needs one.
var ErrNoBenchmark = errors.New("the benchmark has no value at the start of the period")

// SameFlows is what the portfolio's flows would have become in the benchmark: its
// starting value buys units at the close of the period's first day, each flow buys or
// sells units at the close of its own day. Index is the benchmark on the timeline's
// days in the base currency (NaN unknown). The result runs over the days From..To of
// the span.
//
// Withdrawals beyond what is left make the simulated holding negative; they are not
// clipped, as the comparison would then flatter the portfolio.
func SameFlows(t *portfolio.Timeline, s Span, index []float64) ([]float64, error) {
	units := 0.0
	if s.Initial != 0 {
		if s.From == 0 || !(index[s.From-1] > 0) {
			return nil, ErrNoBenchmark
		}
		units = s.Initial / index[s.From-1]
	}
	out := make([]float64, 0, max(s.To-s.From+1, 0))
	for i := s.From; i <= s.To; i++ {
		if net := t.Inflow[i] - t.Outflow[i]; net != 0 {
			if !(index[i] > 0) {
				return nil, ErrNoBenchmark
			}
			units += net / index[i]
		}
		value := units * index[i]
		if units == 0 {
			value = 0
		}
		out = append(out, value)
	}
	return out, nil
}

// IndexReturn is the benchmark's own return over the span: last known over the value
// at the close of its start.
func IndexReturn(s Span, index []float64) (float64, error) {
	if s.From == 0 || s.From > s.To || !(index[s.From-1] > 0) || math.IsNaN(index[s.To]) {
		return math.NaN(), ErrNoBenchmark
	}
	return index[s.To]/index[s.From-1] - 1, nil
}

// IndexDaily is the benchmark's return on each day of the span, NaN where unknown.
func IndexDaily(s Span, index []float64) []float64 {
	out := make([]float64, 0, max(s.To-s.From+1, 0))
	for i := s.From; i <= s.To; i++ {
		r := math.NaN()
		if i > 0 && index[i-1] > 0 {
			r = index[i]/index[i-1] - 1
		}
		out = append(out, r)
	}
	return out
}
