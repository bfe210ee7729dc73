package chart

import (
	"math"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Interval is an estimate with its interval. What is not significant is drawn hollow.
type Interval struct {
	At, Low, High float64
	Significant   bool
}

// Intervals draws estimates under each other on one axis through zero: a bar from zero
// to the estimate, a dot, and whiskers over the interval.
func Intervals(list []Interval, locale format.Locale) ([]*view.Drawing, []view.Tick) {
	var all []float64
	for _, i := range list {
		all = append(all, i.At, i.Low, i.High)
	}
	low, high, known := bounds(all, []float64{0})
	if !known || low == high {
		low, high = -1, 1
	}
	axis := niceScale(low, high)
	span := Span{axis.low, axis.high}
	var grid []float64
	var ticks []view.Tick
	for i, label := range axis.labels(func(f float64) string { return locale.Float(f, decimals(axis.step)) }) {
		at := span.At(axis.low + float64(i)*axis.step)
		grid = append(grid, at)
		ticks = append(ticks, view.Tick{At: at, Label: label, Second: i%2 == 1})
	}
	drawn := make([]*view.Drawing, len(list))
	for k, i := range list {
		d := &view.Drawing{Grid: grid, Zero: span.At(0)}
		if !math.IsNaN(i.At) {
			if i.Significant {
				d.Spans = []view.Span{span.Bar(i.At, -3, 6, "fill-soft", false)}
			}
			d.Dot = &view.Dot{At: span.At(i.At), Low: span.At(i.At), High: span.At(i.At), Hollow: !i.Significant}
			if !math.IsNaN(i.Low) && !math.IsNaN(i.High) {
				d.Dot.Low, d.Dot.High = span.At(i.Low), span.At(i.High)
			}
		}
		drawn[k] = d
	}
	return drawn, ticks
}

// decimals is how many a step needs to be written exactly.
func decimals(step float64) int {
	n := 0
	for scaled := step; n < 4 && math.Abs(scaled-math.Round(scaled)) > 1e-6; n++ {
		scaled *= 10
	}
	return n
}
