package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// path draws a replay day by day in a box of 1000 × 100: nil where there is none.
func (w *writer) path(s *analysis.Scenario) *view.ScenarioPath {
	if s.Path == nil || len(s.Path.PnL) < 2 {
		return nil
	}
	x := s.Path.PnL
	low, high, at := 0.0, 0.0, 0
	for i, y := range x {
		if math.IsNaN(y) {
			return nil
		}
		if y < x[at] {
			at = i
		}
		low, high = math.Min(low, y), math.Max(high, y)
	}
	step := niceStep(high - low)
	low, high = step*math.Floor(low/step), step*math.Ceil(high/step)
	if low == high {
		high = low + step
	}
	place := func(y float64) float64 { return math.Round(1000*(high-y)/(high-low)) / 10 }
	n := len(x)
	// It begins at zero, at the close before the first day.
	var line strings.Builder
	fmt.Fprintf(&line, "M0 %s", number(place(0)))
	for i, y := range x {
		fmt.Fprintf(&line, "L%s %s", number(math.Round(10000*float64(i+1)/float64(n))/10), number(place(y)))
	}
	p := &view.ScenarioPath{Title: "Day by day", Note: "what today’s holdings would have gained or lost since " + format.Date(s.From) + ", % of value",
		Line: line.String(), Area: line.String() + fmt.Sprintf("L1000 %s L0 %s Z", number(place(0)), number(place(0))), Zero: place(0)}
	for y := low; y <= high+step/2; y += step {
		p.Grid = append(p.Grid, view.GridLine{Y: place(y), Label: w.percentOf(y, step)})
	}
	months := 0
	for i, d := range s.Path.Days {
		_, m, _ := d.Civil()
		if i == 0 {
			continue
		}
		if _, before, _ := s.Path.Days[i-1].Civil(); m != before {
			months++
		}
	}
	every := 1 + months/8
	seen := 0
	for i, d := range s.Path.Days {
		if i == 0 {
			continue
		}
		year, m, _ := d.Civil()
		if _, before, _ := s.Path.Days[i-1].Civil(); m != before {
			if seen%every == 0 && float64(i)/float64(n) < 0.94 {
				label := format.Month(int(m))
				if m == 1 {
					label = strconv.Itoa(year)
				}
				p.Days = append(p.Days, view.PlacedWord{X: math.Round(10000*float64(i+1)/float64(n)) / 100, Label: label})
			}
			seen++
		}
	}
	on := func(i, places int) view.Figure {
		return w.told(s.Name+" until "+format.Date(s.Path.Days[i]), w.SignedPercent(x[i], places), analysis.Measure(x[i], analysis.Fraction, s.Path.Days[i], "scenario_path"))
	}
	p.Last = on(n-1, 1)
	p.LastY, p.Tone = place(x[n-1]), toneOf(p.Last.Text)
	p.Low = "Lowest on " + format.Date(s.Path.Days[at]) + " at " + w.SignedPercent(x[at], 1) + "."
	p.Summary = fmt.Sprintf("%s: %s after %d days. %s", s.Name, p.Last.Text, n, p.Low)
	p.Table = view.Table{Caption: "Gain or loss by day", Head: []string{"Day", "Since the start"}}
	for i, d := range s.Path.Days {
		if i%max(1, n/60) == 0 || i == n-1 {
			addRow(&p.Table, format.Date(d), on(i, 2))
		}
	}
	return p
}

// niceStep divides a range into three to six.
func niceStep(span float64) float64 {
	if span <= 0 {
		return 0.01
	}
	size := math.Pow(10, math.Floor(math.Log10(span)))
	for _, m := range []float64{0.2, 0.25, 0.5, 1, 2} {
		if span/(m*size) <= 5 {
			return m * size
		}
	}
	return 2 * size
}

// percentOf writes a label of an axis with as many decimals as its step needs.
func (w *writer) percentOf(y, step float64) string {
	places := 0
	if step < 0.0099 {
		places = 1
	}
	return w.Percent(y, places)
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
