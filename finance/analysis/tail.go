package analysis

import (
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/volatility"
)

// The history of today's holdings. It reaches back as far as all of them have prices, up
// to historyMost sessions, and to historyLeast where some are younger, of which then a
// part is missing; a tail needs tailMinimum. Plain history and the normal distribution
// take the last plainWindow of it, since they know no other volatility than the mean of
// what they are given: a longer one answers later to a change. Filtered history, which
// is brought to today's volatility, takes all of it, as the quantile of a year alone is
// passed too often at 99 % (docs/validation.md, section 3).
const (
	historyMost  = 1000
	historyLeast = 252
	plainWindow  = 252
	tailMinimum  = 60
)

// tail puts today's holdings back onto history and measures the loss of a day.
func (r *runner) tail() {
	r.pnl, r.pnlDays = r.backcast()
	plain := r.pnl[max(0, len(r.pnl)-plainWindow):]
	filtered, skipped, reason := r.filtered()
	for _, confidence := range []float64{0.95, 0.99} {
		r.tailRow("historical", confidence, len(plain), func() risk.Tail { return risk.HistoricalTail(plain, confidence) })
		r.tailRow("normal", confidence, len(plain), func() risk.Tail { return risk.NormalTail(plain, confidence) })
		row := r.tailRow("filtered", confidence, len(r.pnl)-skipped, func() risk.Tail {
			if reason != "" {
				return risk.Tail{VaR: risk.Figure{Reason: reason}, ES: risk.Figure{Reason: reason}}
			}
			return filtered.Tail(r.pnl, confidence)
		})
		if row.Days > 0 && row.Days < historyLeast {
			why := fmt.Sprintf("the history has %d days; a quantile of fewer than %d is rough", row.Days, historyLeast)
			row.VaR, row.ES = row.VaR.With(Estimated, why), row.ES.With(Estimated, why)
		}
	}
}

// filtered brings every day of the history to the volatility expected for tomorrow.
func (r *runner) filtered() (s risk.Scenarios, skipped int, reason risk.Reason) {
	weighted, reason, err := volatility.EWMA(r.pnl, volatility.DailyDecay)
	if err != nil { // the decay is a constant
		panic("analysis: " + err.Error())
	}
	if reason != "" {
		return s, 0, reason
	}
	skipped = min(weighted.WarmUp(), len(r.pnl))
	s, reason = risk.Filtered(weighted.Path, weighted.Next, skipped)
	return s, skipped, reason
}

// tailRow adds a row that rests on the last days of the history.
func (r *runner) tailRow(method string, confidence float64, days int, measure func() risk.Tail) *TailRow {
	out := &r.out.Risk
	out.Tail = append(out.Tail, TailRow{Method: method, Confidence: confidence, Horizon: 1})
	row := &out.Tail[len(out.Tail)-1]
	name, short := "var_"+method, "es_"+method
	if len(r.pnl) < tailMinimum {
		why := fmt.Sprintf("%d common days of history, at least %d are needed", len(r.pnl), tailMinimum)
		row.VaR, row.ES, row.VaRShare = Unknown(r.unit(), r.AsOf, name, why), Unknown(r.unit(), r.AsOf, short, why), Unknown(Fraction, r.AsOf, name, why)
		return row
	}
	t := measure()
	row.VaR, row.ES = r.loss(t.VaR, name, days), r.loss(t.ES, short, days)
	if row.VaR.Known() {
		row.Days, row.From = days, r.historyFrom(days)
	}
	switch total := r.totalValue(); {
	case !row.VaR.Known():
		row.VaRShare = Unknown(Fraction, r.AsOf, name, row.VaR.Reasons...)
	case total > 0:
		row.VaRShare = doubted(Measure(row.VaR.Float64()/total, Fraction, r.AsOf, name), r.doubtsOfHistory(r.historyFrom(days))...)
	default:
		row.VaRShare = Unknown(Fraction, r.AsOf, name, "the total value is not positive")
	}
	return row
}

// historyFrom is the close from which the last so many days of the history begin.
func (r *runner) historyFrom(days int) date.Date {
	if days >= len(r.pnlDays) {
		return r.out.Risk.Window.From
	}
	return r.pnlDays[len(r.pnlDays)-days-1]
}

// loss makes a tail figure in money, with the days that it rests on and what the history
// leaves out.
func (r *runner) loss(f risk.Figure, method string, days int) Figure {
	if !f.Known() {
		return Unknown(r.unit(), r.AsOf, method, riskReason(f.Reason))
	}
	return r.windowedOver(r.measured(f.Value, method), days)
}

// historyAxis is the sessions on which today's holdings had prices, as far back as the
// history reaches.
func (r *runner) historyAxis() []date.Date {
	var lists [][]date.Date
	common := date.Date(0)
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		symbol := h.Symbol
		if h.Instrument.Class == instrument.Option {
			symbol = h.Instrument.Underlying
		}
		s := r.Panel.Prices(symbol)
		if s == nil || len(s.Dates) == 0 || h.Instrument.Class == instrument.Private {
			continue
		}
		lists = append(lists, s.Dates)
		if first := s.Dates[0]; len(lists) == 1 || first > common {
			common = first
		}
	}
	days := market.Union(r.AsOf-historyMost*2, r.AsOf, lists...)
	days = slices.DeleteFunc(days, date.Date.IsWeekend)
	from := max(0, len(days)-historyMost-1)
	if young, _ := slices.BinarySearch(days, common); young > from {
		from = max(from, min(young, len(days)-historyLeast-1))
	}
	return days[from:]
}
