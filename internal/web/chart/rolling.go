package chart

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Rolling is what the chart of a measure over a moving window is made of: one number a
// session, NaN where there is none. Benchmark may be nil.
type Rolling struct {
	Days           []date.Date
	Own, Benchmark []float64
	Measure, Name  string // Name of the benchmark
	Window         int
	Format         string // percent (signed), level (a percentage without a plus), plain
}

// Spec draws the measure, and that of the benchmark dashed.
func (c Rolling) Spec(locale format.Locale) Spec {
	write, digits := func(x float64, n int) string { return locale.Float(x, n) }, 4
	switch c.Format {
	case "percent":
		write = locale.SignedPercent
	case "level":
		write = locale.Percent
	}
	low, high, known := bounds(c.Own, c.Benchmark)
	latest, any := last(c.Own)
	if !known || !any {
		return Spec{Days: c.Days, Ticks: []Tick{}, Labels: [][]string{}, Money: []bool{}, Read: []Readout{}, Option: Option{Grid: []Grid{}, XAxis: []Axis{}, YAxis: []Axis{}, Series: []Series{}},
			Summary: "No window is full in this period."}
	}
	if c.Format != "plain" && low > 0 { // percentages begin at zero, as their bars would
		low = 0
	}
	axis := niceScale(low, high)
	labels := axis.labels(func(x float64) string {
		if c.Format == "plain" {
			n := 1
			if axis.step < 0.0999 {
				n = 2
			}
			return write(x, n)
		}
		return write(x, places(axis.step))
	})
	own := line(0, Values{c.Own, digits}, ownStroke())
	own["z"] = 3
	spec := Spec{
		Days: c.Days, Ticks: ticks(c.Days), Labels: [][]string{labels}, Money: []bool{false},
		Option: Option{Grid: []Grid{{Left: 2, Right: 58, Top: 10, Bottom: 26}}, XAxis: []Axis{timeAxis(c.Days, 0, true)}, YAxis: []Axis{axis.valueAxis(0, "right")}, Series: []Series{own}},
		Read:   []Readout{{Name: "Portfolio", Series: 0, Format: c.Format, Colour: "$accent"}},
	}
	spec.Summary = fmt.Sprintf("%s over %d sessions, ending with each day: %s on %s", c.Measure, c.Window, write(latest, 2), format.Date(c.Days[len(c.Days)-1]))
	if c.Benchmark != nil {
		spec.Option.Series = append(spec.Option.Series, line(0, Values{c.Benchmark, digits}, benchmarkStroke()))
		spec.Read = append(spec.Read, Readout{Name: c.Name, Series: 1, Format: c.Format, Colour: "$ink-3", Hollow: true})
		if x, ok := last(c.Benchmark); ok {
			spec.Summary += ", " + c.Name + " " + write(x, 2)
		}
	}
	spec.Summary += "."
	return spec
}
