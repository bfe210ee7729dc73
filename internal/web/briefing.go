package web

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// briefing says in sentences what is worth knowing; what concerns the reader most
// comes first. It only reads the analysis.
func (w *writer) briefing() view.Briefing {
	day := w.a.ValuedOn
	b := view.Briefing{Date: fmt.Sprintf("%s %s", day.Weekday().String()[:3], format.DayMonth(day)), Foot: "Every figure opens its calculation."}
	if w.a.Simulated {
		b.Tag = &view.Tag{Text: "simulated", Mark: view.Simulated}
	}
	for _, item := range []func() (view.BriefItem, bool){w.briefDay, w.briefData, w.briefConcentration, w.briefExpiry, w.briefDrawdown, w.briefIncome, w.briefBenchmark} {
		if sentence, ok := item(); ok && len(b.Items) < 6 {
			b.Items = append(b.Items, sentence)
		}
	}
	return b
}

func plain(format string, args ...any) view.Part { return view.Words(fmt.Sprintf(format, args...)) }

func strong(text string) view.Part { return view.Part{Text: text, Strong: true} }

func amount(text string) view.Part { return view.Part{Text: text, Strong: true, Money: true} }

// briefDay: what the last session did, and who did it.
func (w *writer) briefDay() (view.BriefItem, bool) {
	change := w.a.Summary.DayChange
	if !change.Known() {
		return view.BriefItem{}, false
	}
	text := w.text(change, whole, true)
	item := view.BriefItem{Icon: "trending-up"}
	switch toneOf(text) {
	case view.Gain:
		item.Parts = []view.Part{plain("Up "), amount(text)}
	case view.Loss:
		item.Icon = "trending-down"
		item.Parts = []view.Part{plain("Down "), amount(text)}
	default:
		return view.BriefItem{Icon: "scale", Parts: []view.Part{plain("Unchanged on %s.", format.DayMonth(w.a.ValuedOn))}}, true
	}
	item.Parts = append(item.Parts, plain(" on %s.", format.DayMonth(w.a.ValuedOn)))
	up, down := w.sides()
	if len(up) > 0 {
		item.Parts = append(item.Parts, plain(" %s gave ", names(up)), amount(w.SignedFloat(sum(up), 0)))
		if len(down) > 0 {
			item.Parts = append(item.Parts, plain(", %s took ", names(down)), amount(w.SignedFloat(sum(down), 0)))
		}
		item.Parts = append(item.Parts, plain("."))
	} else if len(down) > 0 {
		item.Parts = append(item.Parts, plain(" %s took ", names(down)), amount(w.SignedFloat(sum(down), 0)), plain("."))
	}
	return item, true
}

// sides are the two holdings that gave and the two that took most.
func (w *writer) sides() (up, down []analysis.Mover) {
	for _, m := range w.a.Movers {
		if m.Change.Float64() > 0 && len(up) < 2 {
			up = append(up, m)
		}
	}
	for _, m := range slices.Backward(w.a.Movers) {
		if m.Change.Float64() < 0 && len(down) < 2 {
			down = append(down, m)
		}
	}
	return up, down
}

func names(movers []analysis.Mover) string {
	list := make([]string, len(movers))
	for i, m := range movers {
		list[i] = m.Symbol
		if inst, err := instrument.ParseOCC(m.Symbol); err == nil {
			list[i] = optionShort(inst)
		}
	}
	return strings.Join(list, " and ")
}

func sum(movers []analysis.Mover) float64 {
	total := 0.0
	for _, m := range movers {
		total += m.Change.Float64()
	}
	return total
}

// rateless are the currencies of cash that has no value, as they have no exchange rate.
func (w *writer) rateless() (list []string) {
	for i := range w.a.Cash {
		if c := &w.a.Cash[i]; !c.Value.Known() && !slices.Contains(list, string(c.Currency)) {
			list = append(list, string(c.Currency))
		}
	}
	slices.Sort(list)
	return list
}

// briefData: holdings and cash that the total leaves out or that rest on old prices.
func (w *writer) briefData() (view.BriefItem, bool) {
	d := w.a.Data
	link := view.Part{Text: "See which", Href: w.home + "/data"}
	switch {
	case len(d.Unpriced) > 0:
		parts := []view.Part{strong(counted(w, len(d.Unpriced), "holding has", "holdings have")), plain(" no price, so the total leaves %s out: %s. ", them(len(d.Unpriced)), strings.Join(few(d.Unpriced, 3), ", "))}
		if cash := w.rateless(); len(cash) > 0 {
			parts = append(parts, plain("It leaves out "), strong("cash in "+enumerate(few(cash, 3))), plain(" too, for want of an exchange rate. "))
		}
		return view.BriefItem{Icon: "triangle-alert", Parts: append(parts, link, plain("."))}, true
	case len(w.rateless()) > 0:
		return view.BriefItem{Icon: "triangle-alert", Parts: []view.Part{strong("Cash in " + enumerate(few(w.rateless(), 3))), plain(" has no exchange rate, so the total leaves it out. "), link, plain(".")}}, true
	case len(d.Stale) > 0:
		return view.BriefItem{Icon: "clock", Parts: []view.Part{strong(counted(w, len(d.Stale), "holding rests", "holdings rest")), plain(" on an old price: %s. ", strings.Join(few(d.Stale, 3), ", ")), link, plain(".")}}, true
	}
	return view.BriefItem{}, false
}

func counted(w *writer, n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return w.Count(n) + " " + many
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// briefConcentration: how much hangs on few names.
func (w *writer) briefConcentration() (view.BriefItem, bool) {
	c := w.a.Risk.Concentration
	if !c.LargestShare.Known() || !c.Effective.Known() || c.LargestShare.Float64() < 0.10 || len(w.a.Holdings) < 4 {
		return view.BriefItem{}, false
	}
	item := view.BriefItem{Icon: "layers", Parts: []view.Part{strong(c.Largest + " is " + w.text(c.LargestShare, percent1, false)), plain(" of gross exposure")}}
	if c.Top3.Known() {
		item.Parts = append(item.Parts, plain(", the three largest are "), strong(w.text(c.Top3, percent1, false)))
	}
	item.Parts = append(item.Parts, plain(". As concentrated as "), strong(w.Float(c.Effective.Float64(), 1)), plain(" equal positions."))
	return item, true
}

// briefExpiry: the options that end soon.
func (w *writer) briefExpiry() (view.BriefItem, bool) {
	var next *analysis.Holding
	for i := range w.a.Holdings {
		h := &w.a.Holdings[i]
		if h.Instrument.Class != instrument.Option || h.Instrument.Expiry <= w.a.AsOf || h.Instrument.Expiry > w.a.AsOf+45 {
			continue
		}
		if next == nil || h.Instrument.Expiry < next.Instrument.Expiry {
			next = h
		}
	}
	if next == nil {
		return view.BriefItem{}, false
	}
	days := int(next.Instrument.Expiry - w.a.AsOf)
	item := view.BriefItem{Icon: "calendar-clock", Parts: []view.Part{plain("%s expires in ", optionName(next.Instrument)), strong(counted(w, days, "day", "days"))}}
	if next.Unrealised.Known() {
		text := w.text(next.Unrealised, whole, true)
		item.Parts = append(item.Parts, plain(", "), view.Part{Text: text, Strong: true, Money: true, Tone: toneOf(text)}, plain(" so far"))
	}
	item.Parts = append(item.Parts, plain("."))
	return item, true
}

// briefDrawdown: how far below its high, where that is worth saying.
func (w *writer) briefDrawdown() (view.BriefItem, bool) {
	f := w.a.Risk.Realised.CurrentDrawdown
	if !f.Known() || f.Float64() > -0.01 || len(w.a.Drawdowns) == 0 {
		return view.BriefItem{}, false
	}
	item := view.BriefItem{Icon: "trending-down", Parts: []view.Part{strong(w.Percent(math.Abs(f.Float64()), 1)), plain(" below its high of the period")}}
	deepest := w.a.Drawdowns[0]
	item.Parts = append(item.Parts, plain("; the deepest fall was "), strong(w.Percent(math.Abs(deepest.Depth), 1)), plain(", to %s.", format.Date(deepest.Trough)))
	return item, true
}

// briefIncome: what was received in the period.
func (w *writer) briefIncome() (view.BriefItem, bool) {
	c := w.a.Change
	if !c.Dividends.Known() || !c.Interest.Known() {
		return view.BriefItem{}, false
	}
	total := c.Dividends.Amount.Decimal.Add(c.Interest.Amount.Decimal)
	if total.Sign() <= 0 {
		return view.BriefItem{}, false
	}
	return view.BriefItem{Icon: "hand-coins", Parts: []view.Part{amount(w.Decimal(total, 0)), plain(" of dividends and interest since %s.", format.Date(w.a.Period.Start+1))}}, true
}

// briefBenchmark: this year against the benchmark, and at which volatility.
func (w *writer) briefBenchmark() (view.BriefItem, bool) {
	row := periodRow(w.a, "YTD")
	if row == nil || w.a.Benchmark == nil || !row.Active.Known() {
		return view.BriefItem{}, false
	}
	text := w.text(row.Active, points, true)
	words := "Ahead of "
	switch toneOf(text) {
	case view.Loss:
		words = "Behind "
	case view.Plain:
		words = "Level with "
	}
	item := view.BriefItem{Icon: "scale", Parts: []view.Part{plain("%s%s by ", words, benchmarkName(w.a)), strong(strings.TrimLeft(text, "+−")), plain(" this year")}}
	own, other := w.a.Risk.Realised.Volatility, w.a.Risk.Realised.BenchmarkVolatility
	if own.Known() && other.Known() && other.Float64() > 0 {
		less := 1 - own.Float64()/other.Float64()
		switch {
		case less > 0.02:
			item.Parts = append(item.Parts, plain(", with %s less volatility", w.Percent(less, 0)))
		case less < -0.02:
			item.Parts = append(item.Parts, plain(", with %s more volatility", w.Percent(-less, 0)))
		}
	}
	item.Parts = append(item.Parts, plain("."))
	return item, true
}

// optionShort leaves the expiry out where the place is small: "VIX 25 C".
func optionShort(i instrument.Instrument) string {
	if !i.IsOption() {
		return i.Symbol
	}
	right := "C"
	if i.Right == instrument.Put {
		right = "P"
	}
	return i.Underlying + " " + i.Strike.Decimal.String() + " " + right
}

// optionName writes an option as people do: "VIX 16 Jul 25 25 C".
func optionName(i instrument.Instrument) string {
	if !i.IsOption() {
		return i.Symbol
	}
	y, m, d := i.Expiry.Civil()
	right := "C"
	if i.Right == instrument.Put {
		right = "P"
	}
	return fmt.Sprintf("%s %d %s %02d %s %s", i.Underlying, d, format.Month(int(m)), y%100, i.Strike.Decimal.String(), right)
}
