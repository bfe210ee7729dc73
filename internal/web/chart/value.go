package chart

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Value is what the chart of value is made of: one number a day, in the base
// currency. Benchmark and PaidIn may be nil.
type Value struct {
	Days      []date.Date
	Own       []float64
	Benchmark []float64 // the benchmark given the same flows
	PaidIn    []float64 // what was put in until then, less what was taken out
	Name      string    // of the benchmark
	Currency  string
	PaidName  string // what the line of payments is called
	Flows     []Flow
}

// Flow is money paid in (positive) or taken out.
type Flow struct {
	On     date.Date
	Amount float64
}

// Spec draws value against the benchmark with the same flows.
func (v Value) Spec(locale format.Locale) Spec {
	low, high, known := bounds(v.Own, v.Benchmark, v.PaidIn)
	if !known {
		return Spec{Summary: "No values in this period."}
	}
	axis := niceScale(low, high)
	own := line(0, Values{v.Own, 0}, ownStroke())
	own["areaStyle"] = area("$accent", "16")
	own["z"] = 3
	spec := Spec{
		Days: v.Days, Ticks: ticks(v.Days),
		Labels: [][]string{axis.labels(axis.compact(locale))}, Money: []bool{true},
		Option: Option{
			Grid:   []Grid{{Left: 2, Right: 58, Top: 10, Bottom: 26}},
			XAxis:  []Axis{timeAxis(v.Days, 0, true)},
			YAxis:  []Axis{axis.valueAxis(0, "right")},
			Series: []Series{own},
		},
		Read:    []Readout{{Name: "Portfolio", Series: 0, Format: "money", Colour: "$accent"}},
		Events:  v.events(locale, math.Abs(high)),
		Summary: v.summary(locale),
	}
	if v.Benchmark != nil {
		spec.Option.Series = append(spec.Option.Series, line(0, Values{v.Benchmark, 0}, benchmarkStroke()))
		spec.Read = append(spec.Read, Readout{Name: v.Name, Series: 1, Format: "money", Colour: "$ink-3", Hollow: true})
		spec.Apart = &Apart{Of: 0, From: 1, Ahead: "Ahead by", Behind: "Behind by", Format: "money"}
	}
	if v.PaidIn != nil {
		paid := line(0, Values{v.PaidIn, 0}, map[string]any{"color": "$series-7", "width": 1})
		paid["step"] = "end"
		at := len(spec.Option.Series)
		spec.Option.Series = append(spec.Option.Series, paid)
		spec.Read = append(spec.Read, Readout{Name: v.PaidName, Series: at, Format: "money", Colour: "$series-7", Quiet: true})
	}
	return spec
}

// events are the flows worth a line: the largest six, each at least two
// percent of the picture.
func (v Value) events(locale format.Locale, size float64) []Event {
	byDay := map[int]float64{}
	var order []int
	for _, flow := range v.Flows {
		at := indexOf(v.Days, flow.On)
		if at < 0 {
			continue
		}
		if _, seen := byDay[at]; !seen {
			order = append(order, at)
		}
		byDay[at] += flow.Amount
	}
	floor := 0.02 * size
	for len(order) > 6 {
		floor *= 1.4
		order = keep(order, func(at int) bool { return math.Abs(byDay[at]) >= floor })
	}
	order = keep(order, func(at int) bool { return math.Abs(byDay[at]) >= floor })
	events := make([]Event, 0, len(order))
	for _, at := range order {
		words := " paid in"
		if byDay[at] < 0 {
			words = " paid out"
		}
		events = append(events, Event{At: at, Text: locale.SignedCompact(byDay[at]) + words})
	}
	return events
}

func keep(list []int, ok func(int) bool) []int {
	var kept []int
	for _, item := range list {
		if ok(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// indexOf is the first day on or after on; -1 outside the days.
func indexOf(days []date.Date, on date.Date) int {
	if len(days) == 0 || on < days[0] {
		return -1
	}
	for i, day := range days {
		if day >= on {
			return i
		}
	}
	return -1
}

func (v Value) summary(locale format.Locale) string {
	end, _ := last(v.Own)
	text := fmt.Sprintf("Value from %s to %s; it ends at %s %s",
		format.Date(v.Days[0]), format.Date(v.Days[len(v.Days)-1]), locale.Float(end, 0), v.Currency)
	if bench, ok := last(v.Benchmark); ok {
		text += fmt.Sprintf(", %s with the same flows at %s", v.Name, locale.Float(bench, 0))
	}
	return text + "."
}
