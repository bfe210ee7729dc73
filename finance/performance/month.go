package performance

import (
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Month is the return of one calendar month, or of the part of it inside the period.
type Month struct {
	Year    int        `json:"year"`
	Month   time.Month `json:"month"`
	Return  float64    `json:"return"`  // NaN when no day of it has one
	Partial bool       `json:"partial"` // the period covers only a part of the month
}

// Months links daily returns by calendar month. Days and returns run parallel; the
// period is (start, end].
func Months(days []date.Date, returns []float64, start, end date.Date) []Month {
	var out []Month
	growth, any := 1.0, false
	flush := func() {
		if len(out) == 0 {
			return
		}
		m := &out[len(out)-1]
		m.Return = math.NaN()
		if any {
			m.Return = growth - 1
		}
		growth, any = 1, false
	}
	for i, day := range days {
		y, m, _ := day.Civil()
		if len(out) == 0 || out[len(out)-1].Year != y || out[len(out)-1].Month != m {
			flush()
			first, last := day.StartOfMonth(), day.EndOfMonth()
			out = append(out, Month{Year: y, Month: m, Partial: start >= first || end < last})
		}
		if !math.IsNaN(returns[i]) {
			growth *= 1 + returns[i]
			any = true
		}
	}
	flush()
	return out
}

// Years compounds months into calendar years, leaving months without a return out.
func Years(months []Month) map[int]float64 {
	out := map[int]float64{}
	for _, m := range months {
		if math.IsNaN(m.Return) {
			continue
		}
		g, ok := out[m.Year]
		if !ok {
			g = 0
		}
		out[m.Year] = (1+g)*(1+m.Return) - 1
	}
	return out
}
