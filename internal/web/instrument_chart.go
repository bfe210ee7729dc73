package web

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// The views of a price.
const (
	adjustedView = ""
	tradedView   = "traded"
	totalView    = "total"
)

// mine is the range since the first booking.
const mine = "mine"

// priceRanges are the ranges of the chart, and where each begins before the last day.
var priceRanges = []struct {
	name, label string
	from        func(last date.Date) date.Date
}{
	{"1M", "1M", func(d date.Date) date.Date { return d.AddMonths(-1) }},
	{"3M", "3M", func(d date.Date) date.Date { return d.AddMonths(-3) }},
	{"YTD", "YTD", func(d date.Date) date.Date { return d.EndOfPreviousYear() }},
	{"1Y", "1Y", func(d date.Date) date.Date { return d.AddYears(-1) }},
	{"5Y", "5Y", func(d date.Date) date.Date { return d.AddYears(-5) }},
	{"all", "All", func(date.Date) date.Date { return date.None }},
	{mine, "Mine", nil},
}

// priceChoice is what the address asks of the chart.
type priceChoice struct{ span, kind, view string }

func (p *instrumentPage) chosen() priceChoice {
	query := p.URL.Query()
	c := priceChoice{span: query.Get("range"), kind: query.Get("kind"), view: query.Get("view")}
	known := false
	for _, r := range priceRanges {
		known = known || r.name == c.span && (r.name != mine || p.d.Position.Ever())
	}
	if !known {
		c.span = "1Y"
		if p.d.Position.Ever() {
			c.span = mine
		}
		if p.d.Instrument.Class == instrument.Private {
			c.span = "all"
		}
	}
	if c.view != tradedView && c.view != totalView {
		c.view = adjustedView
	}
	if c.kind != "candles" || c.view == totalView || !p.d.Prices.Bars.Whole() {
		c.kind = ""
	}
	return c
}

// from is the first day of a range.
func (p *instrumentPage) from(span string) date.Date {
	dates := p.d.Prices.Bars.Dates
	if len(dates) == 0 {
		return date.None
	}
	if span == mine {
		return p.d.Position.Bookings[0].Date - 20 // what it was before is part of the picture
	}
	for _, r := range priceRanges {
		if r.name == span {
			return r.from(dates[len(dates)-1])
		}
	}
	return date.None
}

// chart fills in the chart with its choices.
func (p *instrumentPage) chart(v *view.Instrument) {
	c := p.chosen()
	h := &p.d.Prices
	at := func(path string, change ...string) string {
		pairs := append([]string{"range", c.span, "kind", c.kind, "view", c.view}, change...)
		return p.pageWith(path, pairs...)
	}
	choice := func(label string, current bool, change ...string) view.Choice {
		return view.Choice{Label: label, Href: at(p.path, change...) + "#price", Current: current, Source: at(p.path+"/chart", change...)}
	}
	k := view.Chart{ID: "price", Title: "Price", Height: "price", Source: at(p.path + "/chart"), Export: p.path + "/prices.csv", Summary: h.Missing}
	v.Chart = k
	if len(h.Bars.Dates) == 0 {
		return
	}
	k.Note = string(h.Currency)
	candles := choice("Candles", c.kind == "candles", "kind", "candles")
	if !h.Bars.Whole() {
		candles.Disabled, candles.Why = true, "only closes are stored"
	}
	if p.d.Instrument.Class != instrument.Private {
		k.Kinds = []view.Choice{choice("Line", c.kind == "", "kind", "line"), candles}
	}
	v.Views = []view.Choice{choice("Price", c.view == adjustedView, "view", "adjusted"), choice("As traded", c.view == tradedView, "view", tradedView), choice("Total return", c.view == totalView, "view", totalView)}
	if len(h.Splits) == 0 {
		v.Views[1].Disabled, v.Views[1].Why = true, "there were no splits: prices are as traded"
	}
	if len(h.Dividends) == 0 {
		v.Views[2].Disabled, v.Views[2].Why = true, "no dividends are stored"
	}
	if v.Views[1].Disabled && v.Views[2].Disabled {
		v.Views = nil
	}
	first := h.Bars.Dates[0]
	for _, r := range priceRanges {
		if r.name == mine && !p.d.Position.Ever() {
			continue
		}
		x := choice(r.label, c.span == r.name, "range", r.name)
		if r.name != "all" && p.from(r.name) < first && r.name != mine {
			before := false
			for _, y := range k.Periods { // the first that reaches beyond the data shows all of it
				before = before || y.Disabled
			}
			x.Disabled, x.Why = before && !x.Current, "prices begin on "+format.Date(first)
			if !before && !x.Current {
				x.Disabled = p.from(r.name)+31 < first
			}
		}
		k.Periods = append(k.Periods, x)
	}
	spec := p.priceSpec(c)
	k.Summary = spec.Summary
	k.Table = p.priceTable(c)
	v.Chart = k
	seen := map[string]bool{}
	for _, m := range spec.Marks {
		seen[m.Kind] = true
	}
	for _, kind := range []string{"buy", "sell", "dividend", "split"} {
		if seen[kind] {
			v.Events = append(v.Events, kind)
		}
	}
	v.ChartFoot = p.chartFoot(c)
}

// chartFoot says how the picture is made.
func (p *instrumentPage) chartFoot(c priceChoice) string {
	h := &p.d.Prices
	text := "Closes in today’s pieces: splits are taken out of what is before them."
	switch {
	case c.view == tradedView:
		text = "Closes as they were traded; at a split the price steps."
	case c.view == totalView:
		text = "What a piece became to a holder who reinvests each dividend at the close of its ex-date, scaled to the last price."
		if h.Skipped > 0 {
			text += " " + counted(p.w, h.Skipped, "dividend in another currency is", "dividends in another currency are") + " left out."
		}
	case len(h.Splits) == 0:
		text = "Closes as they were traded."
	}
	if p.d.Instrument.Class == instrument.Private {
		text = "Valuations that were entered; nothing is drawn between them but the line."
	}
	for i, s := range h.Sources {
		if i == 0 {
			text += " Source: "
		} else {
			text += ", "
		}
		text += fmt.Sprintf("%s (%s – %s)", sourceName(s.Source, s.Own), format.Date(s.First), format.Date(s.Last))
	}
	if len(h.Sources) > 0 {
		text += "."
	}
	return text
}

// shown is the bars of a view from a day on.
func (p *instrumentPage) shown(c priceChoice) (b market.Bars, values []float64) {
	h := &p.d.Prices
	b = h.Adjusted
	if c.view == tradedView {
		b = h.Bars
	}
	from := p.from(c.span)
	first := 0
	for first < len(b.Dates)-1 && b.Dates[first] < from {
		first++
	}
	cut := func(list []float64) []float64 { return list[first:] }
	b = market.Bars{Dates: b.Dates[first:], Open: cut(b.Open), High: cut(b.High), Low: cut(b.Low), Close: cut(b.Close), Volume: cut(b.Volume)}
	values = b.Close
	if c.view == totalView {
		values = cut(h.Total)
	}
	return b, values
}

// The most candles that can be told apart, before days are joined to weeks and these to
// months.
const mostCandles = 320

func (p *instrumentPage) priceSpec(c priceChoice) chart.Spec {
	b, values := p.shown(c)
	x := chart.Price{Line: "Close", Currency: string(p.d.Prices.Currency), Candles: c.kind == "candles", Cost: math.NaN(), Points: p.d.Instrument.Class == instrument.Private}
	if c.view == totalView {
		x.Line = "With dividends"
	}
	if x.Points {
		x.Line = "Valuation"
	}
	switch {
	case x.Candles && len(b.Dates) > 5*mostCandles:
		x.Bars = b.Months()
	case x.Candles && len(b.Dates) > mostCandles:
		x.Bars = b.Weeks()
	case x.Candles:
		x.Bars = b
	default:
		keep := thin(len(b.Dates))
		x.Bars = market.Bars{Dates: pick(b.Dates, keep), Close: pick(b.Close, keep), Volume: pick(b.Volume, keep)}
		x.Values = pick(values, keep)
	}
	x.Events = p.events(b.Dates)
	if h := p.d.Position.Holding; h != nil && h.UnitCost.Known && c.view == adjustedView && len(h.Lots) > 0 && h.Lots[0].Currency == p.d.Prices.Currency {
		x.Cost, x.CostText = h.UnitCost.Decimal.Float64(), "Average cost "+p.w.unitCost(h.UnitCost.Decimal)
	}
	if q := p.d.Quote.Price; q.Known() {
		x.Last = p.locale.Price(q.Amount.Decimal.Round(4))
	}
	return x.Spec(p.locale)
}

// events are the bookings, dividends and splits within the days that are shown.
func (p *instrumentPage) events(days []date.Date) []chart.PriceEvent {
	if len(days) == 0 {
		return nil
	}
	var list []chart.PriceEvent
	add := func(e chart.PriceEvent) {
		if e.On >= days[0] && e.On <= days[len(days)-1] {
			list = append(list, e)
		}
	}
	for _, s := range p.d.Prices.Splits {
		flag := p.locale.Quantity(s.Ratio.New) + ":" + p.locale.Quantity(s.Ratio.Old)
		add(chart.PriceEvent{On: s.Date, Kind: "split", Text: "Split " + flag, Flag: flag})
	}
	paid := map[date.Date]bool{}
	for _, d := range p.d.Prices.Dividends {
		paid[d.ExDate] = true
		add(chart.PriceEvent{On: d.ExDate, Kind: "dividend", Text: "Dividend of " + p.locale.Price(d.Amount) + " " + string(d.Currency) + " a piece, ex-date"})
	}
	for i := range p.d.Position.Bookings {
		t := &p.d.Position.Bookings[i]
		kind, word := "", ""
		switch t.Type {
		case ledger.Buy:
			kind, word = "buy", "Bought "
		case ledger.BuyToCover:
			kind, word = "buy", "Covered "
		case ledger.Sell:
			kind, word = "sell", "Sold "
		case ledger.SellShort:
			kind, word = "sell", "Sold short "
		case ledger.Dividend, ledger.Coupon:
			// Where the market's list has none, what was received says that there was one.
			if len(paid) == 0 {
				text := typeName(t.Type) + " received"
				if t.Amount.Known {
					text += ", " + p.locale.Decimal(t.Amount.Decimal, 2) + " " + string(t.Currency)
				}
				add(chart.PriceEvent{On: t.Date, Kind: "dividend", Text: text})
			}
			continue
		default:
			continue
		}
		text := word + p.locale.Quantity(t.Quantity.Or(money.Zero).Abs())
		if t.Price.Known {
			text += " at " + p.locale.Price(t.Price.Decimal)
		}
		add(chart.PriceEvent{On: t.Date, Kind: kind, Text: text})
	}
	return list
}

// mostInTable is how many days the table beside the chart has; the file has all.
const mostInTable = 60

// priceTable is the newest of what the chart shows, as a table.
func (p *instrumentPage) priceTable(c priceChoice) *view.Table {
	b, values := p.shown(c)
	t := &view.Table{Caption: "Prices, the newest first", Head: []string{"Day", "Open", "High", "Low", "Close", "Volume"}}
	if c.view == totalView {
		t.Head[4] = "With dividends"
	}
	if !b.Whole() {
		t.Head = []string{t.Head[0], t.Head[4]}
	}
	write := func(x float64, places int) string {
		if math.IsNaN(x) {
			return format.Unknown
		}
		return p.locale.Float(x, places)
	}
	for i := len(b.Dates) - 1; i >= max(0, len(b.Dates)-mostInTable); i-- {
		row := []string{format.Date(b.Dates[i]), write(values[i], 2)}
		if b.Whole() {
			row = []string{row[0], write(b.Open[i], 2), write(b.High[i], 2), write(b.Low[i], 2), row[1], write(b.Volume[i], 0)}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(b.Dates) > mostInTable {
		t.Caption += fmt.Sprintf(", %d of %d days", mostInTable, len(b.Dates))
	}
	return t
}

// instrumentChart answers the data of the chart.
func (s *site) instrumentChart(r *request) error {
	d, err := r.dossier()
	if err != nil {
		return err
	}
	p := &instrumentPage{request: r, w: r.writer(d.Position.Analysis), d: d}
	r.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(r.w).Encode(p.priceSpec(p.chosen()))
}

// instrumentCSV writes every stored day, unrounded.
func (s *site) instrumentCSV(r *request) error {
	d, err := r.dossier()
	if err != nil {
		return err
	}
	h := &d.Prices
	if len(h.Bars.Dates) == 0 {
		return store.ErrNotFound
	}
	r.attachment("text/csv; charset=utf-8", "prices-"+anchor(d.Instrument.Symbol)+".csv")
	out := sheet.NewWriter(r.w)
	_ = out.Write([]string{"date", "open", "high", "low", "close", "volume", "close_split_adjusted", "total_return", "currency"}) // Flush reports
	number := func(x float64) string {
		if math.IsNaN(x) {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	for i, day := range h.Bars.Dates {
		_ = out.Write([]string{day.String(), number(h.Bars.Open[i]), number(h.Bars.High[i]), number(h.Bars.Low[i]), number(h.Bars.Close[i]), number(h.Bars.Volume[i]), number(h.Adjusted.Close[i]), number(h.Total[i]), string(h.Currency)})
	}
	out.Flush()
	return out.Error()
}
