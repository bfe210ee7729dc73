package chart

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Compare is what the chart of instruments side by side is made of.
type Compare struct {
	Days  []date.Date
	Lines []Compared // at most seven: there are so many colours
}

// Compared is one line: 100 at its first day, NaN where it is not known.
type Compared struct {
	Name   string
	Values []float64
}

// Spec draws the lines over each other.
func (c Compare) Spec(locale format.Locale) Spec {
	var all [][]float64
	for _, l := range c.Lines {
		all = append(all, l.Values)
	}
	low, high, known := bounds(all...)
	if !known || len(c.Days) < 2 {
		return Spec{Summary: "There are no prices in this period."}
	}
	axis := niceScale(low, high)
	spec := Spec{
		Days: c.Days, Ticks: ticks(c.Days), Money: []bool{false},
		Labels: [][]string{axis.labels(func(f float64) string { return locale.Float(f, 0) })},
		Option: Option{XAxis: []Axis{timeAxis(c.Days, 0, true)}, YAxis: []Axis{axis.valueAxis(0, "left")}, Grid: []Grid{{Left: 44, Right: 52, Top: 10, Bottom: 26}}},
	}
	var words []string
	for i, l := range c.Lines {
		colour := fmt.Sprintf("$series-%d", i+1)
		spec.Option.Series = append(spec.Option.Series, line(0, Values{l.Values, 2}, map[string]any{"color": colour, "width": 1.6}))
		spec.Read = append(spec.Read, Readout{Name: l.Name, Series: i, Format: "plain", Colour: colour})
		if end, ok := last(l.Values); ok {
			spec.Ends = append(spec.Ends, End{Series: i, Value: end, Text: locale.Float(end, 0), Colour: colour})
			words = append(words, l.Name+" "+locale.Float(end, 1))
		}
	}
	spec.Summary = fmt.Sprintf("100 at the beginning, from %s to %s: %s.", format.Date(c.Days[0]), format.Date(c.Days[len(c.Days)-1]), strings.Join(words, ", "))
	return spec
}
