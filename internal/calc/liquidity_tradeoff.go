package calc

import (
	"math"

	"github.com/foliosight/foliosight/finance/liquidity"
)

// tradeoffQuestion asks what time is worth: the days to sell within, how positions move
// together, how heavily risk weighs, and when trades settle.
type tradeoffQuestion struct {
	Within      []int    `json:"within_days"`
	Correlation matrix   `json:"correlation"`
	Aversion    *float64 `json:"risk_aversion"`
	Settlement  *int     `json:"settlement_days"`
}

// mostSchedules bounds the numbers of days that are answered; mostBestDays the search for
// the best one: a year.
const (
	mostSchedules = 1000
	mostBestDays  = 252
)

// checkTradeoff fills what was not given.
func (q *tradeoffQuestion) checkTradeoff(positions int) error {
	if q.Within == nil {
		q.Within = []int{1, 2, 3, 5, 10, 20}
	}
	if len(q.Within) > mostSchedules {
		return refuse("out_of_range", "within_days: %d given, at most %d", len(q.Within), mostSchedules)
	}
	tenth, next := 0.1, 1
	if q.Aversion == nil {
		q.Aversion = &tenth
	}
	if !(*q.Aversion >= 0) {
		return refuse("out_of_range", "risk_aversion: %v, want none or more", *q.Aversion)
	}
	if q.Settlement == nil {
		q.Settlement = &next
	}
	if *q.Settlement < 0 {
		return refuse("out_of_range", "settlement_days: %d, want none or more", *q.Settlement)
	}
	if !q.Correlation.given {
		return nil
	}
	rows, err := q.Correlation.square("correlation", positions)
	if err != nil {
		return err
	}
	if len(rows) != positions {
		return refuse("length_mismatch", "correlation: %d rows for %d positions", len(rows), positions)
	}
	for i, row := range rows {
		for j, v := range row {
			if !(math.Abs(v) <= 1+1e-9) || i == j && math.Abs(v-1) > 1e-9 {
				return refuse("out_of_range", "correlation: [%d][%d] is %v", i, j, v)
			}
		}
	}
	return nil
}

// classify adds the class of the rule and the best time to a position.
func (q *tradeoffQuestion) classify(o *object, p liquidity.Position, participation, impact float64) {
	o.set("class", liquidity.Classify(p.Days(participation), *q.Settlement))
	if best := p.Best(impact, *q.Aversion, mostBestDays); best > 0 {
		o.set("best_days", best)
	} else {
		o.missing("best_days", "no_cost_known")
	}
}

// classes adds up the positions of each class.
func (q *tradeoffQuestion) classes(positions []liquidity.Position, participation float64) []*object {
	names := []liquidity.Class{liquidity.HighlyLiquid, liquidity.ModeratelyLiquid, liquidity.LessLiquid, liquidity.Illiquid, liquidity.Unclassified}
	values, counts, gross := make([]float64, len(names)), make([]int, len(names)), 0.0
	for _, p := range positions {
		class, size := liquidity.Classify(p.Days(participation), *q.Settlement), math.Abs(p.Value)
		for i, name := range names {
			if name != class {
				continue
			}
			counts[i]++
			if size == size {
				values[i] += size
				gross += size
			}
		}
	}
	out := make([]*object, len(names))
	for i, name := range names {
		out[i] = new(object)
		out[i].set("name", name)
		out[i].figure("value", values[i], "")
		out[i].figure("share", values[i]/gross, unlessReason(gross > 0, "no_value"))
		out[i].set("count", counts[i])
	}
	return out
}

// tradeoff is cost against risk for each number of days.
func (q *tradeoffQuestion) tradeoff(positions []liquidity.Position, participation, impact float64) ([]*object, error) {
	out := make([]*object, len(q.Within))
	for i, days := range q.Within {
		t, err := liquidity.Over(positions, days, impact, participation, q.Correlation.rows)
		if err != nil {
			return nil, refuse("out_of_range", "within_days[%d]: %v", i, err)
		}
		empty := unlessReason(t.Gross > 0, "no_value")
		none := first(empty, unlessReason(t.Covered > 0, "no_cost_known"))
		o := new(object)
		o.set("days", days)
		o.figure("spread_cost", t.Cost.Spread, none)
		o.figure("impact_cost", t.Cost.Impact, none)
		o.figure("cost", t.Cost.Total(), none)
		o.figure("risk", t.Risk, first(none, unlessReason(q.Correlation.given, "no_correlation")))
		o.figure("risk_apart", t.Apart, none)
		o.figure("risk_together", t.Together, none)
		o.figure("coverage", t.Covered, empty)
		o.figure("feasible", t.Feasible, empty)
		out[i] = o
	}
	return out, nil
}
