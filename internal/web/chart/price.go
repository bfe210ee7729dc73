package chart

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Price is what the chart of an instrument's price is made of.
type Price struct {
	Bars     market.Bars // of the view that is shown; every close is known
	Values   []float64   // the line, on the days of Bars; the closes unless given
	Line     string      // what it is: "Close"
	Currency string
	Candles  bool // opens, highs and lows too
	Points   bool // few observations, each of them to be seen: valuations
	Events   []PriceEvent
	// Cost is the average cost of a piece; NaN is none. Below it stands CostText.
	Cost     float64
	CostText string
	Last     string // the last price as it is written at the axis; empty: not written
}

// PriceEvent is something that happened to the instrument, or that the portfolio did.
type PriceEvent struct {
	On   date.Date
	Kind string // buy, sell, dividend, split
	Text string // in the readout: "Bought 4,800 at 61.60"
	Flag string // on a split's flag: "10:1"
}

// Mark is an event on the days of a chart.
type Mark struct {
	At   int    `json:"at"`
	Kind string `json:"kind"`
	Text string `json:"text"`
	Flag string `json:"flag,omitempty"`
}

// Level is a horizontal line with its words.
type Level struct {
	Value float64 `json:"value"`
	Kind  string  `json:"kind"` // cost, last
	Text  string  `json:"text"`
}

// Candles names the series that candles are drawn from.
type Candles struct {
	Open  int `json:"open"`
	High  int `json:"high"`
	Low   int `json:"low"`
	Close int `json:"close"`
}

// volumeHeight is how high the bars of volume are, with what is between them and the
// prices.
const volumeHeight, volumeGap = 34, 10

// Spec draws prices as a line or as candles, volumes under them, and events over them.
func (p Price) Spec(locale format.Locale) Spec {
	days := p.Bars.Dates
	if len(days) == 0 {
		return Spec{Summary: "No prices in this period."}
	}
	values := p.Values
	if values == nil {
		values = p.Bars.Close
	}
	lists := [][]float64{values}
	if p.Candles {
		lists = [][]float64{p.Bars.High, p.Bars.Low, p.Bars.Close}
	}
	low, high, known := bounds(lists...)
	if !known {
		return Spec{Summary: "No prices in this period."}
	}
	// The average cost belongs into the picture unless it would press the prices flat.
	cost := p.Cost
	if span := high - low; cost < low-2*span || cost > high+2*span {
		cost = math.NaN()
	}
	low, high, _ = bounds([]float64{low, high, cost})
	axis := niceScale(low, high)
	decimals := priceDecimals(high)
	spec := Spec{
		Days: days, Ticks: ticks(days), Money: []bool{false},
		Labels: [][]string{axis.labels(func(f float64) string { return locale.Float(f, decimalsOf(axis.step)) })},
		Option: Option{
			Grid:  []Grid{{Left: 2, Right: 58, Top: 12, Bottom: 26}},
			XAxis: []Axis{timeAxis(days, 0, true)}, YAxis: []Axis{axis.valueAxis(0, "right")},
		},
		Summary: p.summary(locale, values, decimals),
	}
	if p.Candles {
		p.candles(&spec, decimals)
	} else {
		own := line(0, Values{values, decimals}, map[string]any{"color": "$ink-2", "width": 1.5})
		own["areaStyle"] = area("$ink-3", "10")
		own["z"] = 3
		if p.Points && len(days) <= 60 {
			own["symbol"], own["symbolSize"], own["showAllSymbol"] = "circle", 5, true
			own["itemStyle"] = map[string]any{"color": "$ink-2"}
		}
		spec.Option.Series = []Series{own}
		spec.Read = []Readout{{Name: p.Line, Series: 0, Format: "price", Colour: "$ink-2"}}
	}
	p.volume(&spec)
	p.marks(&spec)
	if !math.IsNaN(cost) && p.CostText != "" {
		spec.Levels = append(spec.Levels, Level{Value: cost, Kind: "cost", Text: p.CostText})
	}
	if end, ok := last(values); ok && p.Last != "" {
		spec.Levels = append(spec.Levels, Level{Value: end, Kind: "last", Text: p.Last})
	}
	return spec
}

// candles adds the four series that candles are drawn from; only their readout is theirs.
func (p Price) candles(spec *Spec, decimals int) {
	hidden := map[string]any{"width": 0, "opacity": 0}
	for i, c := range []struct {
		name   string
		values []float64
	}{{"Open", p.Bars.Open}, {"High", p.Bars.High}, {"Low", p.Bars.Low}, {"Close", p.Bars.Close}} {
		spec.Option.Series = append(spec.Option.Series, line(0, Values{c.values, decimals}, hidden))
		spec.Read = append(spec.Read, Readout{Name: c.name, Series: i, Format: "price", Colour: "$ink-2", Quiet: true})
	}
	spec.Candles = &Candles{0, 1, 2, 3}
	spec.Option.XAxis[0]["boundaryGap"] = true
}

// volume adds the pieces traded as bars below.
func (p Price) volume(spec *Spec) {
	_, high, known := bounds(p.Bars.Volume)
	if !known || high <= 0 {
		return
	}
	spec.Option.Grid[0].Bottom = 26 + volumeHeight + volumeGap
	spec.Option.XAxis[0]["axisLabel"] = off
	spec.Option.Grid = append(spec.Option.Grid, Grid{Left: 2, Right: 58, Bottom: 26, Height: volumeHeight})
	below := timeAxis(p.Bars.Dates, 1, true)
	below["boundaryGap"] = spec.Option.XAxis[0]["boundaryGap"]
	spec.Option.XAxis = append(spec.Option.XAxis, below)
	spec.Option.YAxis = append(spec.Option.YAxis, Axis{"type": "value", "gridIndex": 1, "min": 0, "max": high, "interval": high, "axisLine": off, "axisTick": off, "axisLabel": off, "splitLine": off})
	spec.Labels, spec.Money = append(spec.Labels, []string{}), append(spec.Money, false)
	at := len(spec.Option.Series)
	spec.Option.Series = append(spec.Option.Series, Series{"type": "bar", "xAxisIndex": 1, "yAxisIndex": 1, "data": Values{p.Bars.Volume, 0}, "silent": true, "barCategoryGap": "25%",
		"itemStyle": map[string]any{"color": "$rest"}, "emphasis": map[string]any{"disabled": true}})
	spec.Read = append(spec.Read, Readout{Name: "Volume", Series: at, Format: "whole", Colour: "$rest", Quiet: true})
}

// marks puts the events onto the days of the chart; what lies outside is left out.
func (p Price) marks(spec *Spec) {
	days := p.Bars.Dates
	for _, e := range p.Events {
		at := indexOf(days, e.On)
		if at < 0 {
			continue
		}
		spec.Marks = append(spec.Marks, Mark{At: at, Kind: e.Kind, Text: e.Text, Flag: e.Flag})
	}
}

func (p Price) summary(locale format.Locale, values []float64, decimals int) string {
	days := p.Bars.Dates
	end, _ := last(values)
	first := values[0]
	text := fmt.Sprintf("%s from %s to %s: from %s to %s %s", p.Line, format.Date(days[0]), format.Date(days[len(days)-1]), locale.Float(first, decimals), locale.Float(end, decimals), p.Currency)
	if n := len(p.Events); n > 0 {
		text += fmt.Sprintf(", with %s marked", counted(locale, n, "event", "events"))
	}
	return text + "."
}

func counted(locale format.Locale, n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return locale.Count(n) + " " + many
}

// priceDecimals is how many decimals prices of a height are sent with.
func priceDecimals(high float64) int {
	switch {
	case high < 1:
		return 6
	case high < 10:
		return 4
	}
	return 2
}

// decimalsOf is how many decimals the words of an axis need for its step.
func decimalsOf(step float64) int {
	n := 0
	for ; n < 6 && math.Abs(step-math.Round(step)) > 1e-9*math.Abs(step); n++ {
		step *= 10
	}
	return n
}
