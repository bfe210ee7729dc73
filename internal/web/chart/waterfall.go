package chart

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Difference is one cause between two values.
type Difference struct {
	Name   string
	Amount float64
	// Neutral is for what is neither gained nor lost: money paid in or out.
	Neutral bool
}

// Waterfall draws how causes lead from a start to an end value. The parts are
// rounded so that what is written adds up; a falling step is hatched. When the
// axis does not begin at zero, the note says so.
func Waterfall(title, currency string, startName string, start float64, parts []Difference, endName string, locale format.Locale) view.Waterfall {
	const width, height, left, right, top, bottom = 1100.0, 264.0, 20.0, 76.0, 26.0, 26.0
	levels := []float64{start}
	for _, part := range parts {
		levels = append(levels, levels[len(levels)-1]+part.Amount)
	}
	end := levels[len(levels)-1]
	low, high, _ := bounds(levels)
	if low > 0 && low < 0.5*high {
		low = 0
	}
	axis := niceScale(math.Min(low, high), high)
	if low >= 0 && axis.low < 0 {
		axis.low = 0
	}
	y := func(v float64) float64 {
		return math.Round((top+(height-top-bottom)*(axis.high-v)/(axis.high-axis.low))*10) / 10
	}
	w := view.Waterfall{Title: title, Width: width, Height: height}
	w.Note = currency
	if axis.low != 0 {
		w.Note += fmt.Sprintf("; the axis begins at %s", locale.Compact(axis.low))
	}
	for i, label := range axis.labels(axis.compact(locale)) {
		w.Grid = append(w.Grid, view.GridLine{Y: y(axis.low + float64(i)*axis.step), Label: label})
	}
	count := len(parts) + 2
	slot := (width - left - right) / float64(count)
	bar := math.Round(slot * 0.52)
	x := func(i int) float64 { return math.Round(left + slot*float64(i) + (slot-bar)/2) }
	base := y(math.Max(axis.low, math.Min(0, axis.high)))
	whole := func(i int, name string, value float64) view.Step {
		return view.Step{
			X: x(i), Y: math.Min(y(value), base), W: bar, H: math.Abs(base - y(value)), Label: name,
			Value: locale.Compact(value), Fill: "fill-7", Title: name + " " + locale.Float(value, 0) + " " + currency, LinkY: y(value),
		}
	}
	first := whole(0, startName, start)
	first.LinkTo = x(1)
	w.Steps = append(w.Steps, first)
	w.Rows = append(w.Rows, view.Row{Name: startName, Value: locale.Float(start, 0), Money: true})
	for i, part := range parts {
		from, to := levels[i], levels[i+1]
		step := view.Step{
			X: x(i + 1), Y: math.Min(y(from), y(to)), W: bar, H: math.Max(1, math.Abs(y(from)-y(to))), Label: part.Name,
			Value: locale.SignedCompact(part.Amount), Fill: "fill-gain", Tone: view.Gain, LinkY: y(to), LinkTo: x(i + 2),
			Title: part.Name + " " + locale.SignedFloat(part.Amount, 0) + " " + currency,
		}
		switch {
		case part.Neutral:
			step.Fill, step.Tone, step.Hatched = "fill-rest", view.Plain, part.Amount < 0
		case part.Amount < 0:
			step.Fill, step.Tone, step.Hatched = "fill-loss", view.Loss, true
		case part.Amount == 0:
			step.Tone = view.Plain
		}
		w.Steps = append(w.Steps, step)
	}
	w.Steps = append(w.Steps, whole(count-1, endName, end))
	w.Rows = append(w.Rows, differenceRows(start, parts, locale)...)
	w.Rows = append(w.Rows, view.Row{Name: endName, Value: locale.Float(end, 0), Money: true, Total: true})
	w.Summary = fmt.Sprintf("%s: from %s to %s %s in %d steps.", title, locale.Float(start, 0), locale.Float(end, 0), currency, len(parts))
	return w
}

// differenceRows writes the parts so that, as displayed, start and parts add
// up to the end.
func differenceRows(start float64, parts []Difference, locale format.Locale) []view.Row {
	end, amounts := start, make([]float64, len(parts))
	for i, part := range parts {
		amounts[i] = part.Amount
		end += part.Amount
	}
	rounded := format.PartsOf(math.Round(end)-math.Round(start), amounts, 0)
	rows := make([]view.Row, len(parts))
	for i, part := range parts {
		tone := view.Plain
		if part.Neutral {
			tone = view.Plain
		} else if rounded[i] > 0 {
			tone = view.Gain
		} else if rounded[i] < 0 {
			tone = view.Loss
		}
		rows[i] = view.Row{Name: part.Name, Value: locale.SignedFloat(rounded[i], 0), Tone: tone, Money: true}
	}
	return rows
}

// HeatClass tints a monthly return: full at ±8.5 percent, in eight steps.
func HeatClass(r float64) string {
	if math.IsNaN(r) {
		return "none"
	}
	step := int(math.Ceil(math.Abs(r) / 0.085 * 8))
	if math.Abs(r) < 0.0005 {
		return "h0"
	}
	sign := "hp"
	if r < 0 {
		sign = "hn"
	}
	return fmt.Sprintf("%s p%d", sign, min(8, max(1, step)))
}
