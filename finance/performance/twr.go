package performance

import (
	"errors"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Span is a period (Start, End] on the days of a timeline: it begins at the close of
// Start, whose value is Initial, and covers the days From to To (positions in Days).
type Span struct {
	Start, End date.Date
	From, To   int // days From..To lie inside; From > To when none does
	Initial    float64
	Final      float64
}

// ErrNoCapital reports that nothing was invested on any day of the period, so that
// there is no return.
var ErrNoCapital = errors.New("nothing was invested in the period")

// NewSpan finds the period on a timeline. The value at the close of Start is the one
// of the last day on or before it, 0 when the timeline begins later.
func NewSpan(t *portfolio.Timeline, start, end date.Date) Span {
	s := Span{Start: start, End: end}
	s.From, _ = slices.BinarySearch(t.Days, start+1)
	to, found := slices.BinarySearch(t.Days, end)
	if !found {
		to--
	}
	s.To = to
	if s.From > 0 {
		s.Initial = t.Value[s.From-1]
	}
	if to >= 0 {
		s.Final = t.Value[to]
	}
	return s
}

// Days is the length of the period in calendar days.
func (s Span) Days() int { return int(s.End - s.Start) }

// Daily returns the return of each day of the span:
//
//	r = (V + outflow) / (V_prev + inflow) − 1
//
// inflows counted at the start of their day, outflows at its end. A day whose
// starting capital is not positive has no return: NaN.
func Daily(t *portfolio.Timeline, s Span) []float64 {
	if s.From > s.To {
		return nil
	}
	out := make([]float64, 0, s.To-s.From+1)
	previous := s.Initial
	for i := s.From; i <= s.To; i++ {
		out = append(out, dayReturn(previous, t.Value[i], t.Inflow[i], t.Outflow[i]))
		previous = t.Value[i]
	}
	return out
}

func dayReturn(previous, value, inflow, outflow float64) float64 {
	capital := previous + inflow
	if !(capital > capitalFloor*(math.Abs(previous)+inflow)) || capital <= 0 {
		return math.NaN()
	}
	return (value+outflow)/capital - 1
}

// capitalFloor is the share of what moved below which a day's capital is rounding dust.
const capitalFloor = 1e-12

// TWR links the daily returns of the period into one:
//
//	TWR = Π (1 + r_day) − 1
//
// Days without a return are left out. ErrNoCapital when there is none at all.
func TWR(t *portfolio.Timeline, s Span) (float64, error) { return Link(Daily(t, s)) }

// Link compounds returns, leaving NaN out.
func Link(returns []float64) (float64, error) {
	growth, any := 1.0, false
	for _, r := range returns {
		if !math.IsNaN(r) {
			growth *= 1 + r
			any = true
		}
	}
	if !any {
		return math.NaN(), ErrNoCapital
	}
	return growth - 1, nil
}

// Annualise turns the return of so many days into one a year, (1+r)^(365/days) − 1.
// It is the caller's to say that a period under a year was asked for on purpose.
func Annualise(total float64, days int) float64 {
	if days <= 0 || total <= -1 {
		return math.NaN()
	}
	return math.Pow(1+total, 365/float64(days)) - 1
}

// Growth is the compounded growth of 1 after each of the returns; a NaN leaves it
// where it was.
func Growth(returns []float64) []float64 {
	out := make([]float64, len(returns))
	growth := 1.0
	for i, r := range returns {
		if !math.IsNaN(r) {
			growth *= 1 + r
		}
		out[i] = growth
	}
	return out
}

// Drawdowns is how far the growth of the returns lies below its highest before: 0 at a
// high, −0.10 ten percent below. The start counts as a peak where something was invested
// by then; a portfolio that begins later has its first peak at its first close, so that
// the costs of the first purchase are no drawdown.
func Drawdowns(returns []float64, invested bool) []float64 {
	out := make([]float64, len(returns))
	growth, peak := 1.0, 0.0
	if invested {
		peak = 1
	}
	for i, r := range returns {
		if math.IsNaN(r) && peak == 0 {
			continue
		}
		if !math.IsNaN(r) {
			growth *= 1 + r
		}
		peak = max(peak, growth)
		if peak > 0 {
			out[i] = growth/peak - 1
		}
	}
	return out
}

// MaxDrawdown is the deepest of the drawdowns, at most 0, and its position; 0, −1 when
// there is none.
func MaxDrawdown(drawdowns []float64) (deepest float64, at int) {
	at = -1
	for i, d := range drawdowns {
		if d < deepest {
			deepest, at = d, i
		}
	}
	return deepest, at
}

// MoneyWeighted is the rate at which the flows of the span are worth its values: the
// XIRR of −initial, −inflows, +outflows, +final, actual days over 365.
func MoneyWeighted(t *portfolio.Timeline, s Span) (Rates, error) {
	flows := make([]Flow, 0, 16)
	if s.Initial != 0 {
		flows = append(flows, Flow{Date: s.Start, Amount: -s.Initial})
	}
	for i := s.From; i <= s.To; i++ {
		if net := t.Outflow[i] - t.Inflow[i]; net != 0 {
			flows = append(flows, Flow{Date: t.Days[i], Amount: net})
		}
	}
	flows = append(flows, Flow{Date: s.End, Amount: s.Final})
	return XIRR(flows)
}
