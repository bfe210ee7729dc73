// Package chart makes the options of the charts: what the browser's ECharts
// draws, and what our own script writes over it.
//
// Model: a Spec is complete and finished. Colours are roles ("$accent",
// "$accent/16" with an opacity in percent) that the theme resolves; axis words
// are written here in the reader's locale. Time is a category axis of days, so
// that every day with a value has the same width. Unknown values are gaps.
package chart

import (
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Spec is a chart ready to be sent.
type Spec struct {
	Option  Option      `json:"option"`
	Days    []date.Date `json:"days"`
	Ticks   []Tick      `json:"ticks"`
	Labels  [][]string  `json:"labels"` // of each value axis, from its lowest line
	Money   []bool      `json:"money"`  // which value axes are amounts: hidden in privacy mode
	Read    []Readout   `json:"read"`
	Apart   *Apart      `json:"apart,omitempty"`
	Events  []Event     `json:"events,omitempty"`
	Ends    []End       `json:"ends,omitempty"`
	Candles *Candles    `json:"candles,omitempty"`
	Marks   []Mark      `json:"marks,omitempty"`
	Levels  []Level     `json:"levels,omitempty"`
	Summary string      `json:"summary"`
}

// Option is the part of an ECharts option in use.
type Option struct {
	Grid   []Grid   `json:"grid"`
	XAxis  []Axis   `json:"xAxis"`
	YAxis  []Axis   `json:"yAxis"`
	Series []Series `json:"series"`
}

// Grid is a drawing area, by its distances from the edges.
type Grid struct {
	Left   float64 `json:"left"`
	Right  float64 `json:"right"`
	Top    float64 `json:"top,omitempty"`
	Bottom float64 `json:"bottom"`
	Height float64 `json:"height,omitempty"`
}

// Tick is a word under the time axis.
type Tick struct {
	At     int    `json:"at"`
	Text   string `json:"text"`
	Strong bool   `json:"strong,omitempty"`
	Year   int    `json:"year"`
	Month  int    `json:"month"`
}

// Readout is a line of the readout at the crosshair.
type Readout struct {
	Name   string `json:"name"`
	Series int    `json:"series"`
	Format string `json:"format"` // money, percent, level, plain, price, whole
	Colour string `json:"colour"`
	Hollow bool   `json:"hollow,omitempty"`
	Quiet  bool   `json:"quiet,omitempty"` // no dot on the line
}

// Apart says the difference of two series in words.
type Apart struct {
	Of     int    `json:"of"`
	From   int    `json:"from"`
	Ahead  string `json:"ahead"`
	Behind string `json:"behind"`
	Format string `json:"format"`
}

// Event is a day with its words: money in or out.
type Event struct {
	At   int    `json:"at"`
	Text string `json:"text"`
}

// End is the value written at the end of a line.
type End struct {
	Series int     `json:"series"`
	Value  float64 `json:"value"`
	Text   string  `json:"text"`
	Colour string  `json:"colour"`
}

// Axis is a time or a value axis.
type Axis map[string]any

// Series is a line or bars.
type Series map[string]any

// Values are the points of a series; what is not a number is a gap.
type Values struct {
	Of     []float64
	Places int // decimals kept
}

// MarshalJSON writes the values with the decimals they need and gaps as null.
func (v Values) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 8*len(v.Of)+2)
	out = append(out, '[')
	for i, f := range v.Of {
		if i > 0 {
			out = append(out, ',')
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			out = append(out, "null"...)
			continue
		}
		scale := math.Pow10(v.Places)
		out = strconv.AppendFloat(out, math.Round(f*scale)/scale, 'f', -1, 64)
	}
	return append(out, ']'), nil
}

// ticks puts a word under the first day of each month, the year where it
// begins; over less than three months, under the first day of each week.
func ticks(days []date.Date) []Tick {
	if len(days) == 0 {
		return []Tick{}
	}
	if days[len(days)-1]-days[0] < 80 {
		return weekTicks(days)
	}
	list := []Tick{} // the page reads a list, if an empty one
	for i := 1; i < len(days); i++ {
		y, m, _ := days[i].Civil()
		beforeYear, before, _ := days[i-1].Civil()
		if m == before && y == beforeYear {
			continue
		}
		tick := Tick{At: i, Text: format.Month(int(m)), Year: y, Month: int(m)}
		if int(m) == 1 {
			tick.Text, tick.Strong = strconv.Itoa(y), true
		}
		list = append(list, tick)
	}
	return list
}

func weekTicks(days []date.Date) []Tick {
	list := []Tick{}
	for i := 1; i < len(days); i++ {
		if days[i].Weekday() >= days[i-1].Weekday() && days[i]-days[i-1] < 7 {
			continue
		}
		// Numbered in a row, so that thinning keeps every second, third …
		list = append(list, Tick{At: i, Text: format.DayMonth(days[i]), Year: 0, Month: len(list) + 1})
	}
	return list
}

// scale is a value axis with round lines.
type scale struct{ low, high, step float64 }

// niceScale covers low to high with three to six round lines.
func niceScale(low, high float64) scale {
	if !(high > low) {
		pad := math.Max(math.Abs(high)*0.05, 0.01)
		low, high = low-pad, high+pad
	}
	raw := (high - low) / 4.5
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, candidate := range []float64{1, 2, 2.5, 3, 5} {
		if raw <= candidate*unit {
			step = candidate * unit
			break
		}
	}
	return scale{low: math.Floor(low/step+1e-9) * step, high: math.Ceil(high/step-1e-9) * step, step: step}
}

// labels writes the words of an axis from its lowest line.
func (s scale) labels(write func(float64) string) []string {
	var list []string
	for i := 0; i <= int(math.Round((s.high-s.low)/s.step)); i++ {
		value := s.low + float64(i)*s.step
		if math.Abs(value) < s.step*1e-6 {
			value = 0
		}
		list = append(list, write(value))
	}
	return list
}

// compact writes amounts alike on the whole axis.
func (s scale) compact(locale format.Locale) func(float64) string {
	return locale.Axis(math.Max(math.Abs(s.low), math.Abs(s.high)), s.step)
}

// valueAxis has horizontal lines and no line of its own.
func (s scale) valueAxis(grid int, side string) Axis {
	return Axis{
		"type": "value", "gridIndex": grid, "position": side, "min": s.low, "max": s.high, "interval": s.step,
		"axisLine": off, "axisTick": off,
		"axisLabel": map[string]any{"color": "$ink-3", "fontSize": 11, "margin": 8},
		"splitLine": map[string]any{"lineStyle": map[string]any{"color": "$grid"}},
	}
}

// timeAxis is the axis of days; only the lowest of several has words.
func timeAxis(days []date.Date, grid int, words bool) Axis {
	names := make([]string, len(days)) // the words come from ticks
	return Axis{
		"type": "category", "gridIndex": grid, "data": names, "boundaryGap": false,
		"axisLine": off, "axisTick": off, "splitLine": off,
		"axisLabel": map[string]any{"show": words, "color": "$ink-3", "fontSize": 11, "margin": 10},
	}
}

var off = map[string]any{"show": false}

// bounds finds the lowest and the highest of several series.
func bounds(lists ...[]float64) (low, high float64, any bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, list := range lists {
		for _, f := range list {
			if !math.IsNaN(f) && !math.IsInf(f, 0) {
				low, high = math.Min(low, f), math.Max(high, f)
			}
		}
	}
	return low, high, high >= low
}

// last is the newest known value.
func last(list []float64) (float64, bool) {
	for i := len(list) - 1; i >= 0; i-- {
		if !math.IsNaN(list[i]) {
			return list[i], true
		}
	}
	return 0, false
}

// line is a series of one stroke.
func line(axis int, values Values, style map[string]any) Series {
	return Series{
		"type": "line", "xAxisIndex": axis, "yAxisIndex": axis, "data": values, "symbol": "none", "silent": true,
		"lineStyle": style, "emphasis": map[string]any{"disabled": true},
	}
}

func ownStroke() map[string]any { return map[string]any{"color": "$accent", "width": 2} }

// benchmarkStroke is grey and dashed in every chart.
func benchmarkStroke() map[string]any {
	return map[string]any{"color": "$ink-3", "width": 1.4, "type": []int{4, 3}}
}

// area fades from a colour to nothing.
func area(colour string, from string) map[string]any {
	return map[string]any{"color": map[string]any{
		"type": "linear", "x": 0, "y": 0, "x2": 0, "y2": 1,
		"colorStops": []map[string]any{{"offset": 0, "color": colour + "/" + from}, {"offset": 1, "color": colour + "/0"}},
	}}
}
