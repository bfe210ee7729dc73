package analysis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
)

// Period is a stretch of time (Start, End] with the word for it.
type Period struct {
	Label string    `json:"label"`
	Start date.Date `json:"start"`
	End   date.Date `json:"end"`
}

// ErrPeriod reports a word that is no period.
var ErrPeriod = errors.New("no such period (use 1D, 1W, 1M, 3M, 6M, YTD, 1Y, 3Y, 5Y, 10Y or Max)")

// Days is the length of the period in calendar days.
func (p Period) Days() int { return int(p.End - p.Start) }

// Full reports whether the period is at least a year long: from a day to the same day
// of the next year, so that a leap day makes no difference.
func (p Period) Full() bool { return p.Start.AddYears(1) <= p.End }

// periodLabels are the standard periods, in the order of the picker.
var periodLabels = []string{"1D", "1W", "1M", "3M", "6M", "YTD", "1Y", "3Y", "5Y", "10Y", "Max"}

// PeriodLabels are the words for the standard periods.
func PeriodLabels() []string { return append([]string(nil), periodLabels...) }

// NewPeriod returns a standard period that ends on asOf; first is the day of the first
// booking, the day before which "Max" starts.
func NewPeriod(label string, asOf, first date.Date) (Period, error) {
	start := asOf
	switch strings.ToUpper(label) {
	case "1D":
		start = asOf - 1
	case "1W":
		start = asOf - 7
	case "1M":
		start = asOf.AddMonths(-1)
	case "3M":
		start = asOf.AddMonths(-3)
	case "6M":
		start = asOf.AddMonths(-6)
	case "YTD":
		start = asOf.EndOfPreviousYear()
	case "1Y":
		start = asOf.AddYears(-1)
	case "3Y":
		start = asOf.AddYears(-3)
	case "5Y":
		start = asOf.AddYears(-5)
	case "10Y":
		start = asOf.AddYears(-10)
	case "MAX", "ALL", "":
		label, start = "Max", first-1
		if first.IsNone() || first > asOf {
			start = asOf - 1
		}
	default:
		return Period{}, fmt.Errorf("%q: %w", label, ErrPeriod)
	}
	return Period{Label: label, Start: start, End: asOf}, nil
}
