package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Backtest is the value at risk of past days against what happened: fractions of the
// value, parallel to Days. Limit is the value at risk as the return it stands for, so
// negative.
type Backtest struct {
	Days     []date.Date
	Return   []float64
	Limit    []float64
	Breaches []int
}

// box is the side of the square that paths are drawn in.
const box = 1000.0

// Draw draws a line from zero for each day, the value at risk across them, and a mark on
// each breach.
func (b Backtest) Draw(locale format.Locale) view.Backtest {
	low, high, known := bounds(b.Return, b.Limit, []float64{0})
	if !known || len(b.Days) == 0 {
		return view.Backtest{Summary: "No days to compare."}
	}
	axis := niceScale(low, high)
	y := func(v float64) float64 { return (axis.high - v) / (axis.high - axis.low) }
	x := func(i int) float64 { return (float64(i) + 0.5) / float64(len(b.Days)) }
	out := view.Backtest{Zero: hundredths(100 * y(0)), Dense: len(b.Days) > 320}
	for i, label := range axis.labels(func(f float64) string { return locale.SignedPercent(f, percentPlaces(axis.step)) }) {
		out.Levels = append(out.Levels, view.Tick{At: hundredths(100 * y(axis.low+float64(i)*axis.step)), Label: label})
	}
	out.Months = monthTicks(b.Days, x)
	var days, line strings.Builder
	pen := "M"
	for i := range b.Days {
		if r := b.Return[i]; !math.IsNaN(r) {
			fmt.Fprintf(&days, "M%s %sV%s", short(box*x(i)), short(box*y(0)), short(box*y(r)))
		}
		if math.IsNaN(b.Limit[i]) {
			pen = "M"
			continue
		}
		line.WriteString(pen + short(box*x(i)) + " " + short(box*y(b.Limit[i])))
		pen = "L"
	}
	out.Days, out.Line = days.String(), line.String()
	for _, i := range b.Breaches {
		if i < 0 || i >= len(b.Days) || math.IsNaN(b.Return[i]) {
			continue
		}
		out.Breaches = append(out.Breaches, view.Breach{X: hundredths(100 * x(i)), Y: hundredths(100 * y(b.Return[i])),
			Title: fmt.Sprintf("%s: %s, value at risk %s", format.Date(b.Days[i]), locale.Percent(b.Return[i], 2), locale.Percent(-b.Limit[i], 2))})
	}
	out.Summary = fmt.Sprintf("%d of %d days from %s to %s lost more than the value at risk stated the day before", len(b.Breaches), len(b.Days), format.Date(b.Days[0]), format.Date(b.Days[len(b.Days)-1]))
	if worst, at := lowest(b.Return); at >= 0 {
		out.Summary += fmt.Sprintf("; the worst was %s on %s", locale.Percent(worst, 2), format.Date(b.Days[at]))
	}
	out.Summary += "."
	return out
}

// monthTicks names the months, of many only every third.
func monthTicks(days []date.Date, x func(int) float64) []view.Tick {
	var list []view.Tick
	found := ticks(days)
	step := 1
	if len(found) > 14 {
		step = 3
	}
	for _, t := range found {
		at := hundredths(100 * x(t.At))
		if step > 1 && (t.Month-1)%step != 0 || at > 97 || at < 2 {
			continue
		}
		list = append(list, view.Tick{At: at, Label: t.Text, Strong: t.Strong, Second: t.Month%2 == 0})
	}
	return list
}

// percentPlaces is how many decimals of a percentage the lines of an axis need.
func percentPlaces(step float64) int { return max(0, decimals(step)-2) }

func lowest(list []float64) (least float64, at int) {
	at = -1
	for i, f := range list {
		if !math.IsNaN(f) && (at < 0 || f < least) {
			least, at = f, i
		}
	}
	return least, at
}
