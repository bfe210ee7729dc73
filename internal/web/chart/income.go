package chart

import (
	"math"
	"strconv"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// IncomeMonth is what a month brought and may bring; the parts are drawn one on another,
// what is negative below zero.
type IncomeMonth struct {
	Year, Month                    int
	Received, Announced, Estimated float64
	Title                          string
}

// The colours of the parts.
const (
	fillReceived  = "fill-1"
	fillAnnounced = "fill-2"
	fillEstimated = "fill-rest"
)

// Income draws months as columns. now is the first of them with something to come.
func Income(months []IncomeMonth, now int, locale format.Locale) view.IncomeBars {
	const width, height, left, right, top, bottom = 1100.0, 230.0, 12.0, 68.0, 22.0, 26.0
	low, high := 0.0, 0.0
	for _, m := range months {
		up, down := 0.0, 0.0
		for _, x := range []float64{m.Received, m.Announced, m.Estimated} {
			up, down = up+math.Max(x, 0), down+math.Min(x, 0)
		}
		low, high = math.Min(low, down), math.Max(high, up)
	}
	if high == 0 && low == 0 {
		high = 1
	}
	axis := niceScale(low, high)
	if low == 0 {
		axis.low = 0
	}
	y := func(v float64) float64 {
		return math.Round((top+(height-top-bottom)*(axis.high-v)/(axis.high-axis.low))*10) / 10
	}
	b := view.IncomeBars{Width: width, Height: height, Zero: y(0)}
	for i, label := range axis.labels(axis.compact(locale)) {
		b.Grid = append(b.Grid, view.GridLine{Y: y(axis.low + float64(i)*axis.step), Label: label})
	}
	slot := (width - left - right) / float64(max(1, len(months)))
	bar := math.Round(slot * 0.62)
	for i, m := range months {
		c := view.IncomeBar{X: math.Round(left + slot*float64(i) + (slot-bar)/2), W: bar, Label: format.Month(m.Month), Title: m.Title}
		if m.Month == 1 {
			c.Label, c.Year = strconv.Itoa(m.Year), true
		}
		up, down := 0.0, 0.0
		for _, part := range []struct {
			value   float64
			fill    string
			hatched bool
		}{{m.Received, fillReceived, false}, {m.Announced, fillAnnounced, false}, {m.Estimated, fillEstimated, true}} {
			if math.Abs(part.value) < 0.005 {
				continue
			}
			from := up
			if part.value < 0 {
				from = down
				down += part.value
			} else {
				up += part.value
			}
			a, z := y(from), y(from+part.value)
			c.Parts = append(c.Parts, view.IncomePart{Y: math.Min(a, z), H: math.Max(0.5, math.Round(math.Abs(a-z)*10)/10), Fill: part.fill, Hatched: part.hatched})
		}
		if len(c.Parts) > 0 {
			c.Value, c.ValueY = locale.Compact(m.Received+m.Announced+m.Estimated), y(up)-5
		}
		if i == now {
			b.Today = math.Round(left + slot*float64(i))
		}
		b.Months = append(b.Months, c)
	}
	b.Legend = []view.Row{{Name: "Received", Swatch: fillReceived}, {Name: "Announced", Swatch: fillAnnounced}, {Name: "Estimated", Swatch: fillEstimated, Hatched: true}}
	return b
}
