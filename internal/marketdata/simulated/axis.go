package simulated

import (
	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
)

// axis is the days of the simulation: those on which New York or Frankfurt
// trades. Instruments keep the days of their own exchange, so that one market's
// holiday is a gap in its prices only.
type axis struct {
	days   []date.Date
	regime []int // index into regimes, per day
	nyse   calendar.Calendar
	xetra  calendar.Calendar
}

// newAxis covers six years up to the last New York session on or before asOf.
func newAxis(asOf date.Date) axis {
	nyse, _ := calendar.For("XNYS")
	xetra, _ := calendar.For("XETR")
	ax := axis{nyse: nyse, xetra: xetra}
	last := nyse.Last(asOf)
	first := nyse.First(last.AddYears(-years))
	for d := first; d <= last; d++ {
		if nyse.IsSession(d) || xetra.IsSession(d) {
			ax.days = append(ax.days, d)
			ax.regime = append(ax.regime, regimeOn(float64(last-d)/yearDays))
		}
	}
	return ax
}

func regimeOn(yearsAgo float64) int {
	k := 0
	for i, g := range regimes {
		if yearsAgo <= g.yearsAgo {
			k = i
		}
	}
	return k
}

// sessions returns the positions on the axis at which an exchange trades.
func (ax axis) sessions(exchange string) []int {
	c := ax.nyse
	if exchange == "XETR" {
		c = ax.xetra
	}
	at := make([]int, 0, len(ax.days))
	for i, d := range ax.days {
		if c.IsSession(d) {
			at = append(at, i)
		}
	}
	return at
}

// yearsAgo is how long before the last day the i-th one lies.
func (ax axis) yearsAgo(i int) float64 {
	return float64(ax.days[len(ax.days)-1]-ax.days[i]) / yearDays
}
