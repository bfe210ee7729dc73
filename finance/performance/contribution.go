package performance

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Linking is how the contributions of single days are joined so that they add up to the
// return of the period.
type Linking string

// The ways of linking.
const (
	// Carino scales each day by k/K with k = ln(1+r)/r of the day and K the same of the
	// period (Carino 1999). The order of days does not matter; a day on which everything
	// was lost has no logarithm.
	Carino Linking = "carino"
	// Frongello lets each day's contribution count on the growth of the portfolio before
	// it (Frongello 2002). It depends on the order of days and exists for every return.
	Frongello Linking = "frongello"
)

// The errors of contributions.
var (
	ErrLinking = errors.New("no such linking (use carino or frongello)")
	ErrLost    = errors.New("everything was lost, which Carino's linking has no logarithm for (link with frongello)")
)

// Contribution is what one holding added to the return of the portfolio.
type Contribution struct {
	Symbol       string
	Contribution float64 // a fraction; all of them and the rest add up to the return
	Weight       float64 // mean over the days with a return of its capital in the portfolio's, a short one negative
	Return       float64 // its own, linked over the days on which it had capital; NaN without one
	Gain         float64 // in the base currency, of the days with a return, income and costs included
}

// Contributions split the time-weighted return of a period.
type Contributions struct {
	Return   float64
	Linking  Linking
	Holdings []Contribution // of what moved or was held, in order of first appearance
	// Rest is cash with its interest and currency, fees and taxes that belong to no
	// holding and the taxes of holdings, which are their owner's. Its Return is NaN.
	Rest Contribution
	Days int // days with a return
	// Unlinked is what was gained on the days without a return, which neither the return
	// nor the contributions hold; UnlinkedDays counts those on which something was.
	Unlinked     float64
	UnlinkedDays int
}

// NewContributions splits the return of node over a span of its timeline t, which view
// computed:
//
//	contribution of a day  gain / (V_prev + inflow) of the portfolio
//	gain of a holding      V − V_prev − inflow + outflow of its own
//	capital of a holding   V_prev + inflow; V_prev − outflow of a short one
//
// so that flows count as in the portfolio's return: what comes in at the start of its
// day, what goes out at its end; a short sale opens at the start and is covered at the
// end. The return of a holding is its gain over its capital without sign: positive where
// money was made. Contributions add up to the return but for rounding.
func NewContributions(view *portfolio.View, node portfolio.Node, t *portfolio.Timeline, s Span, linking Linking) (*Contributions, error) {
	l, err := newLinker(t, s, linking)
	if err != nil {
		return nil, err
	}
	out := &Contributions{Return: l.total, Linking: linking, Days: l.days, Unlinked: l.unlinked, UnlinkedDays: l.unlinkedDays, Rest: Contribution{Weight: 1, Return: math.NaN()}}
	rest := l.gains
	view.EachHolding(node, l.start(), func(symbol string, h *portfolio.Timeline) {
		c, held := l.holding(h, rest)
		if !held {
			return
		}
		c.Symbol = symbol
		out.Holdings = append(out.Holdings, c)
		out.Rest.Weight -= c.Weight
	})
	for k, gain := range rest {
		out.Rest.Contribution += float64(gain * l.scale[k])
		if l.share[k] != 0 {
			out.Rest.Gain += gain
		}
	}
	return out, nil
}

// linker holds, for each day of a span, what turns a gain into a linked contribution.
type linker struct {
	t            *portfolio.Timeline
	s            Span
	total        float64
	days         int
	unlinked     float64
	unlinkedDays int
	gains        []float64 // of the portfolio
	scale        []float64 // linked contribution for one unit of gain; 0 on a day without a return
	share        []float64 // 1 / (capital × days); 0 on a day without a return
}

func newLinker(t *portfolio.Timeline, s Span, linking Linking) (*linker, error) {
	if linking != Carino && linking != Frongello {
		return nil, fmt.Errorf("%q: %w", linking, ErrLinking)
	}
	n := max(s.To-s.From+1, 0)
	block := make([]float64, 3*n)
	l := &linker{t: t, s: s, gains: block[:n:n], scale: block[n : 2*n : 2*n], share: block[2*n:]}
	growth, previous := 1.0, s.Initial
	for k := range n {
		i := s.From + k
		value, in, out := t.Value[i], t.Inflow[i], t.Outflow[i]
		gain := value - previous - in + out
		l.gains[k] = gain
		r := dayReturn(previous, value, in, out)
		if math.IsNaN(r) {
			if gain != 0 {
				l.unlinked += gain
				l.unlinkedDays++
			}
			previous = value
			continue
		}
		if r <= -1 && linking == Carino {
			return nil, fmt.Errorf("on %s: %w", t.Days[i], ErrLost)
		}
		l.days++
		capital := previous + in
		l.share[k] = 1 / capital
		if linking == Carino {
			l.scale[k] = logarithmic(r) / capital
		} else {
			l.scale[k] = growth / capital
		}
		growth *= 1 + r
		previous = value
	}
	if l.days == 0 {
		return nil, ErrNoCapital
	}
	l.total = growth - 1
	whole := 1.0
	if linking == Carino {
		whole = logarithmic(l.total)
	}
	for k := range n {
		l.scale[k] /= whole
		l.share[k] /= float64(l.days)
	}
	return l, nil
}

// logarithmic is ln(1+r)/r, 1 where nothing moved.
func logarithmic(r float64) float64 {
	if r == 0 {
		return 1
	}
	return math.Log1p(r) / r
}

// holding sums up one holding and takes its gains out of the rest.
func (l *linker) holding(h *portfolio.Timeline, rest []float64) (c Contribution, held bool) {
	from, to := l.s.From, l.s.To+1
	values, inflows, outflows := h.Value[from:to], h.Inflow[from:to], h.Outflow[from:to]
	previous := l.before(h)
	growth, any := 1.0, false
	for k, value := range values {
		in, out := inflows[k], outflows[k]
		gain, capital := value-previous, previous
		if in != 0 || out != 0 {
			gain += out - in
			capital = capitalOf(previous, value, in, out)
		} else if previous == 0 && value == 0 {
			continue
		}
		held = true
		rest[k] -= gain
		c.Contribution += float64(gain * l.scale[k])
		c.Weight += float64(capital * l.share[k])
		if l.share[k] != 0 {
			c.Gain += gain
		}
		if size := math.Abs(capital); size > capitalFloor*(math.Abs(previous)+in+out) {
			growth *= 1 + gain/size
			any = true
		}
		previous = value
	}
	c.Return = growth - 1
	if !any || growth < 0 {
		c.Return = math.NaN()
	}
	return c, held
}

// before is the value at the close before the span.
func (l *linker) before(h *portfolio.Timeline) float64 {
	if l.s.From == 0 {
		return 0
	}
	return h.Value[l.s.From-1]
}

// Capital is what a holding worked with on a day, negative when it is short, by the
// conventions of NewContributions; its gain over it is its return of the day.
func Capital(previous, value, inflow, outflow float64) float64 {
	if inflow == 0 && outflow == 0 {
		return previous
	}
	return capitalOf(previous, value, inflow, outflow)
}

// capitalOf is what a holding worked with on a day with flows, negative when it is short:
// it is the side that was held, or the one that the day opened. Money that only left or
// came, such as a dividend after the sale, has no capital.
func capitalOf(previous, value, in, out float64) float64 {
	switch {
	case previous > 0 || previous == 0 && value > 0:
		return previous + in
	case previous < 0 || value < 0:
		return previous - out
	case out > 0: // opened and closed within the day
		return in
	}
	return 0
}

// start is the day from which timelines of holdings are needed.
func (l *linker) start() date.Date { return l.t.Days[max(l.s.From-1, 0)] }
