package chart

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Growth is what the chart of return is made of: cumulative returns since the
// first day, as fractions. The benchmark may be nil.
type Growth struct {
	Days      []date.Date
	Own       []float64
	Benchmark []float64
	Name      string
	// OwnDepth and BenchmarkDepth are the drawdowns, for WithDrawdown.
	OwnDepth       []float64
	BenchmarkDepth []float64
}

// Returns are sent with four decimals of a fraction: two of the percentage, which is
// what the readout says.

// Spec draws the returns alone: the other face of the value chart.
func (g Growth) Spec(locale format.Locale) Spec {
	spec, known := g.returns(locale, "right")
	if !known {
		return Spec{Summary: "No returns in this period."}
	}
	spec.Option.Grid = []Grid{{Left: 2, Right: 58, Top: 10, Bottom: 26}}
	return spec
}

// WithDrawdown draws the returns over the drawdown from the highest point.
func (g Growth) WithDrawdown(locale format.Locale) Spec {
	spec, known := g.returns(locale, "left")
	if !known {
		return Spec{Summary: "No returns in this period."}
	}
	own, bench := g.OwnDepth, g.BenchmarkDepth
	low, _, _ := bounds(own, bench, []float64{0, -0.01})
	axis := niceDepth(low)
	const below = 118 // the height of the lower part with its words
	spec.Option.Grid = []Grid{{Left: 52, Right: 52, Top: 10, Bottom: below + 16}, {Left: 52, Right: 52, Height: below - 28, Top: 0, Bottom: 26}}
	spec.Option.XAxis = []Axis{timeAxis(g.Days, 0, false), timeAxis(g.Days, 1, true)}
	spec.Option.YAxis = append(spec.Option.YAxis, axis.valueAxis(1, "left"))
	spec.Labels = append(spec.Labels, axis.labels(func(f float64) string { return locale.Percent(f, places(axis.step)) }))
	spec.Money = append(spec.Money, false)
	depth := line(1, Values{own, 4}, map[string]any{"color": "$loss", "width": 1.4})
	depth["areaStyle"] = map[string]any{"color": "$loss-fill/16", "origin": "end"}
	at := len(spec.Option.Series)
	spec.Option.Series = append(spec.Option.Series, depth)
	spec.Read = append(spec.Read, Readout{Name: "Below its high", Series: at, Format: "percent", Colour: "$loss"})
	if bench != nil {
		spec.Option.Series = append(spec.Option.Series, line(1, Values{bench, 4}, benchmarkStroke()))
	}
	spec.Ends = g.ends(locale)
	return spec
}

func (g Growth) returns(locale format.Locale, side string) (Spec, bool) {
	low, high, known := bounds(g.Own, g.Benchmark, []float64{0})
	if _, any := last(g.Own); !known || !any {
		return Spec{}, false
	}
	axis := niceScale(low, high)
	own := line(0, Values{g.Own, 4}, ownStroke())
	own["areaStyle"] = area("$accent", "12")
	own["z"] = 3
	spec := Spec{
		Days: g.Days, Ticks: ticks(g.Days), Money: []bool{false},
		Labels: [][]string{axis.labels(func(f float64) string { return locale.SignedPercent(f, places(axis.step)) })},
		Option: Option{
			XAxis: []Axis{timeAxis(g.Days, 0, true)}, YAxis: []Axis{axis.valueAxis(0, side)}, Series: []Series{own},
		},
		Read:    []Readout{{Name: "Portfolio", Series: 0, Format: "percent", Colour: "$accent"}},
		Summary: g.summary(locale),
	}
	if g.Benchmark != nil {
		spec.Option.Series = append(spec.Option.Series, line(0, Values{g.Benchmark, 4}, benchmarkStroke()))
		spec.Read = append(spec.Read, Readout{Name: g.Name, Series: 1, Format: "percent", Colour: "$ink-3", Hollow: true})
		spec.Apart = &Apart{Of: 0, From: 1, Ahead: "Ahead by", Behind: "Behind by", Format: "percent"}
	}
	return spec, true
}

func (g Growth) ends(locale format.Locale) []End {
	var list []End
	if f, ok := last(g.Own); ok {
		list = append(list, End{Series: 0, Value: f, Text: locale.SignedFloat(100*f, 1), Colour: "$accent"})
	}
	if f, ok := last(g.Benchmark); ok {
		list = append(list, End{Series: 1, Value: f, Text: locale.SignedFloat(100*f, 1), Colour: "$ink-3"})
	}
	return list
}

// niceDepth is a scale from a round depth up to zero with two or three lines.
func niceDepth(low float64) scale {
	for _, step := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5} {
		if -low <= 2*step {
			return scale{low: -2 * step, high: 0, step: step}
		}
	}
	return scale{low: math.Floor(low/0.5) * 0.5, high: 0, step: 0.5}
}

// places is how many decimals of a percentage a step needs.
func places(step float64) int {
	if step < 0.00999 {
		return 1
	}
	return 0
}

func (g Growth) summary(locale format.Locale) string {
	end, _ := last(g.Own)
	text := fmt.Sprintf("Return from %s to %s: %s", format.Date(g.Days[0]), format.Date(g.Days[len(g.Days)-1]), locale.SignedPercent(end, 2))
	if bench, ok := last(g.Benchmark); ok {
		text += fmt.Sprintf(", %s %s", g.Name, locale.SignedPercent(bench, 2))
	}
	return text + "."
}
