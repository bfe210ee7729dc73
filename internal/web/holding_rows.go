package web

import (
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// line is a holding or a cash balance on its way to a row: the numbers that are
// shown are already rounded so that they add up.
type line struct {
	h      *analysis.Holding // nil for cash
	cash   *analysis.CashBalance
	group  analysis.Group
	value  float64 // as displayed, NaN when unknown
	weight float64 // as displayed, in percent
	day    float64 // as displayed, NaN when unknown
	gain   float64 // as displayed, NaN when unknown
}

// lines are all holdings and balances with figures that add up as displayed.
func (w *writer) lines() []line {
	a := w.a
	var list []line
	for i := range a.Holdings {
		h := &a.Holdings[i]
		list = append(list, line{h: h, group: h.Group, value: h.Value.Float64(), weight: 100 * h.Weight.Float64(), day: h.DayChange.Float64(), gain: h.Unrealised.Float64()})
	}
	for i := range a.Cash {
		c := &a.Cash[i]
		if c.Amount.IsZero() {
			continue
		}
		list = append(list, line{cash: c, group: analysis.CashGroup, value: c.Value.Float64(), weight: 100 * c.Weight.Float64(), day: math.NaN(), gain: math.NaN()})
	}
	settle := func(field func(*line) *float64, places int) {
		values := make([]float64, len(list))
		for i := range list {
			values[i] = *field(&list[i])
		}
		for i, v := range format.Parts(values, places) {
			*field(&list[i]) = v
		}
	}
	settle(func(l *line) *float64 { return &l.value }, 0)
	settle(func(l *line) *float64 { return &l.weight }, 1)
	settle(func(l *line) *float64 { return &l.day }, 0)
	settle(func(l *line) *float64 { return &l.gain }, 0)
	return list
}

// row is one line of the table.
func (r *request) row(w *writer, l *line, largest float64) view.HoldingRow {
	row := view.HoldingRow{Value: w.Float(l.value, 0), Unrealised: w.SignedFloat(l.gain, 0), Weight: format.Unknown, Quantity: format.Unknown, Price: format.Unknown, Day: format.Unknown, Cost: format.Unknown, Part: format.Unknown}
	row.Tone = toneOf(row.Unrealised)
	if !math.IsNaN(l.weight) {
		row.Weight = w.Float(l.weight, 1) + w.percentSign()
		if largest > 0 {
			row.WeightShare = math.Round(100 * math.Abs(l.weight) / largest)
		}
	}
	row.Short = l.value < 0
	if l.cash != nil {
		row.ID, row.Symbol, row.Name = "cash-"+anchor(l.cash.Account)+"-"+string(l.cash.Currency), string(l.cash.Currency), l.cash.Account
		row.Quantity = w.Decimal(l.cash.Amount, int(max(0, l.cash.Currency.Places())))
		row.Price, row.Day, row.Cost, row.Unrealised, row.Part = "", "", "", "", ""
		row.Mark, row.MarkText = unknownMark(l.cash.Value)
		return row
	}
	h := l.h
	row.ID, row.Symbol, row.Name = anchor(h.Symbol), shortName(h), h.Instrument.Name
	if h.Instrument.IsOption() {
		row.Name = h.Symbol
	}
	row.Quantity = w.Quantity(h.Quantity)
	if h.Price.Known {
		row.Price = w.Price(h.Price.Decimal)
		if h.Instrument.Currency != w.a.Base {
			row.Price += " " + string(h.Instrument.Currency)
		}
	}
	row.Day = w.text(h.DayReturn, percent2, true)
	row.DayTone = toneOf(row.Day)
	row.Spark, row.SparkEnd = chart.Spark(h.Spark)
	row.Mark, row.MarkText = unknownMark(h.Value)
	if h.UnitCost.Known {
		row.Cost = w.unitCost(h.UnitCost.Decimal)
		if len(h.Lots) > 0 && h.Lots[0].Currency != w.a.Base {
			row.Cost += " " + string(h.Lots[0].Currency)
		}
	}
	row.Part = w.text(h.UnrealisedReturn, percent1, true)
	row.Tag = w.tag(h)
	row.Page = r.address(instrumentPath(h.Symbol)) + r.kept()
	row.Href = r.with("open", h.Symbol) + "#h-" + row.ID
	if r.URL.Query().Get("open") == h.Symbol {
		row.Open, row.Lots, row.Href = true, w.lots(h), r.with("open", "")+"#h-"+row.ID
	}
	return row
}

// unitCost writes a cost of one: two decimals, more where it is small.
func (w *writer) unitCost(d money.Decimal) string {
	if d.Abs().Less(money.One) {
		return w.Price(d.Round(4))
	}
	return w.Decimal(d, 2)
}

func unknownMark(f analysis.Figure) (view.Mark, string) {
	if !f.Known() {
		return view.Partial, "left out of the total: " + reason(f)
	}
	return mark(f.Status), strings.Join(few(f.Reasons, 3), "; ")
}

// tag is a word about a holding: an option's days to go.
func (w *writer) tag(h *analysis.Holding) *view.Tag {
	if h.Instrument.IsOption() {
		if days := int(h.Instrument.Expiry - w.a.AsOf); days >= 0 && days <= 30 {
			return &view.Tag{Text: w.Count(days) + " d"}
		}
	}
	return nil
}

// sum adds up lines as they are displayed.
func (w *writer) sum(name string, lines []line) view.HoldingRow {
	var value, weight, day, gain, cost float64
	var days, gains, weights, values int
	for _, l := range lines {
		if !math.IsNaN(l.value) {
			value += l.value
			values++
		}
		if !math.IsNaN(l.weight) {
			weight += l.weight
			weights++
		}
		if !math.IsNaN(l.day) {
			day += l.day
			days++
		}
		if !math.IsNaN(l.gain) {
			gain += l.gain
			gains++
			cost += math.Abs(l.h.Cost.Float64())
		}
	}
	row := view.HoldingRow{Symbol: name, Value: w.Float(value, 0), Weight: format.Unknown}
	if values == 0 && len(lines) > 0 { // the mark says why
		row.Value = format.Unknown
	}
	if weights > 0 {
		row.Weight = w.Float(weight, 1) + w.percentSign()
	}
	if days > 0 {
		row.Day = w.SignedFloat(day, 0)
		row.DayTone = toneOf(row.Day)
	}
	if gains > 0 {
		row.Unrealised = w.SignedFloat(gain, 0)
		row.Tone = toneOf(row.Unrealised)
		if cost > 0 {
			row.Part = w.SignedPercent(gain/cost, 1)
		}
	}
	row.Mark, row.MarkText = sumMark(lines)
	return row
}

// sumMark is the mark of the largest marked part.
func sumMark(lines []line) (view.Mark, string) {
	var out view.Mark
	var text string
	most := -1.0
	for _, l := range lines {
		if l.h == nil {
			continue
		}
		m, why := unknownMark(l.h.Value)
		weight := math.Abs(l.value)
		if math.IsNaN(weight) {
			weight = math.Inf(1)
		}
		if m != view.Complete && weight > most {
			out, text, most = m, l.h.Symbol+": "+why, weight
		}
	}
	return out, text
}

// wholeDay gives the total the change of the whole portfolio on the day and says what
// it has beside the changes of the holdings.
func (w *writer) wholeDay(total *view.HoldingRow) string {
	change := w.a.Summary.DayChange
	if !change.Known() {
		return ""
	}
	sum := total.Day
	total.Day = w.text(change, whole, true)
	total.DayTone = toneOf(total.Day)
	if sum == total.Day || sum == "" {
		return ""
	}
	rest := change.Float64()
	for i := range w.a.Holdings {
		if f := w.a.Holdings[i].DayChange; f.Known() {
			rest -= f.Float64()
		}
	}
	text := w.SignedFloat(rest, 0)
	if toneOf(text) == view.Plain {
		return ""
	}
	also := "currency on cash, income and costs"
	if len(w.a.Data.Estimated) > 0 {
		also = "new valuations, " + also
	}
	return "The day also has " + text + " of " + also + "."
}

func (w *writer) holdingsNote() string {
	var without []string
	if n := len(w.a.Data.Unpriced); n > 0 {
		without = append(without, counted(w, n, "holding", "holdings")+" without a price: "+strings.Join(few(w.a.Data.Unpriced, 8), ", "))
	}
	if cash := w.rateless(); len(cash) > 0 {
		without = append(without, "cash without an exchange rate: "+strings.Join(few(cash, 8), ", "))
	}
	if len(without) == 0 {
		return ""
	}
	return "The total leaves out " + strings.Join(without, "; and ") + "."
}
