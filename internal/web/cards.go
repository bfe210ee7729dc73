package web

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// fills are the series colours in their order, without plum: that is for shorts.
var fills = []string{"fill-1", "fill-2", "fill-3", "fill-5", "fill-6", "fill-7"}

// words are the names of allocation keys that are not names themselves.
var words = map[string]string{
	"equity": "Shares", "equity short": "Shares, short", "etf": "Exchange-traded funds", "etf short": "Exchange-traded funds, short", "fund": "Funds",
	"bond": "Bonds", "option": "Options", "option short": "Options, short", "future": "Futures", "crypto": "Crypto-currencies", "commodity": "Commodities",
	"private": "Private assets", "index": "Indices", "currency": "Currencies", "cash": "Cash", "unknown": "Not classified", "unknown short": "Not classified, short",
	"funds": "Funds", "options": "Options", "private assets": "Private assets", "long": "Long", "short": "Short", "": "Not named",
}

func named(key string) string {
	if word, ok := words[key]; ok {
		return word
	}
	return key
}

// allocation is the value split by class, sector and currency.
func (w *writer) allocation() view.Allocation {
	a := w.a.Allocation
	return view.Allocation{Views: []view.AllocationView{
		w.allocationView("Class", a.Class), w.allocationView("Sector", a.Sector), w.allocationView("Currency", a.Currency),
	}}
}

// mostSlices is how many parts are told apart; the rest is "All other".
const mostSlices = 7

func (w *writer) allocationView(label string, slices []analysis.Slice) view.AllocationView {
	v := view.AllocationView{Label: label}
	slices = joined(slices)
	gross := 0.0
	values, weights := make([]float64, len(slices)), make([]float64, len(slices))
	for i, s := range slices {
		values[i], weights[i] = s.Value.Float64(), 100*s.Weight.Float64()
		gross += math.Abs(values[i])
	}
	values, weights = format.Parts(values, 0), format.Parts(weights, 1)
	total, from, colour := 0.0, 0.0, 0
	const gap = 0.5
	room := 100 - gap*float64(max(0, len(slices)-1))
	for i, s := range slices {
		fill, hatched := "fill-rest", false
		switch {
		case strings.HasSuffix(s.Key, "short") || s.Value.Sign() < 0 && s.Key != "cash":
			fill, hatched = "fill-4", true
		case s.Key == "cash" || s.Key == "All other":
		default:
			fill = fills[colour%len(fills)]
			colour++
		}
		if gross > 0 {
			share := math.Abs(values[i]) / gross * room
			v.Slices = append(v.Slices, view.Slice{From: from, Share: share, Fill: fill, Hatched: hatched})
			from += share + gap
		}
		row := view.Row{Name: named(s.Key), Swatch: fill, Hatched: hatched, Value: w.Float(values[i], 0), Money: true, Aside: w.Float(weights[i], 1) + w.percentSign()}
		if s.Weight.IsZero() && w.a.Summary.Value.Float64() <= 0 {
			row.Aside = format.Unknown
		}
		v.Rows = append(v.Rows, row)
		total += values[i]
	}
	aside := w.Percent(1, 1)
	if w.a.Summary.Value.Float64() <= 0 {
		aside = format.Unknown
	}
	if len(slices) > 0 { // else there is nothing to add up
		v.Rows = append(v.Rows, view.Row{Name: "Total", Value: w.Float(total, 0), Money: true, Aside: aside, Total: true})
	}
	var without []string
	if n := len(w.a.Data.Unpriced); n > 0 {
		without = append(without, counted(w, n, "holding that has no price", "holdings that have no price"))
	}
	if cash := w.rateless(); len(cash) > 0 {
		without = append(without, "cash in "+enumerate(few(cash, 3)))
	}
	if len(without) > 0 {
		v.Note = "Without " + enumerate(without) + "."
	}
	return v
}

// joined keeps the largest parts and joins the others.
func joined(slices []analysis.Slice) []analysis.Slice {
	if len(slices) <= mostSlices {
		return slices
	}
	kept := append([]analysis.Slice(nil), slices[:mostSlices-1]...)
	other := analysis.Slice{Key: "All other"}
	for _, s := range slices[mostSlices-1:] {
		if s.Key == "cash" {
			kept = append(kept, s)
			continue
		}
		other.Value, other.Weight, other.Count = other.Value.Add(s.Value), other.Weight.Add(s.Weight), other.Count+s.Count
	}
	return append(kept, other)
}

// percentSign is the sign with what the locale puts before it.
func (w *writer) percentSign() string { return strings.TrimPrefix(w.Percent(0, 0), "0") }

// movers are the holdings whose value moved most.
func (w *writer) movers() view.Movers {
	m := view.Movers{Note: format.DayMonth(w.a.ValuedOn) + ", " + string(w.a.Base) + " and price"}
	largest := 0.0
	for _, mover := range w.a.Movers {
		largest = math.Max(largest, math.Abs(mover.Change.Float64()))
	}
	for _, mover := range w.a.Movers {
		h := w.holding(mover.Symbol)
		item := view.Mover{Symbol: mover.Symbol, Share: 92 * mover.Change.Float64() / largest, Money: w.text(mover.Change, whole, true), Part: w.text(mover.Return, percent2, true), Href: w.home + "/holdings?open=" + escape(mover.Symbol) + "#h-" + anchor(mover.Symbol)}
		item.Tone = toneOf(item.Money)
		if mover.Short && (h == nil || !h.Instrument.IsOption()) {
			item.Note = "short"
		}
		if h != nil {
			item.Symbol = optionShort(h.Instrument)
			if item.Symbol == "" {
				item.Symbol = h.Symbol
			}
		}
		m.Items = append(m.Items, item)
	}
	if len(m.Items) == 0 {
		m.Empty = "No price moved on the last session."
	}
	return m
}

func (w *writer) holding(symbol string) *analysis.Holding {
	for i := range w.a.Holdings {
		if w.a.Holdings[i].Symbol == symbol {
			return &w.a.Holdings[i]
		}
	}
	return nil
}

// shortName is what a holding is called in a table: an option by its terms.
func shortName(h *analysis.Holding) string {
	if h.Instrument.IsOption() {
		return optionName(h.Instrument)
	}
	return h.Symbol
}

// dataCard says how current and complete the inputs are.
func (w *writer) dataCard() view.DataCard {
	d := w.a.Data
	c := view.DataCard{Href: w.home + "/data", Tag: view.Tag{Text: "Healthy", Kind: "good"}}
	dot := "live"
	if d.Priced < d.Holdings {
		dot, c.Tag = "stale", view.Tag{Text: "Look here", Kind: "warn"}
	}
	c.Rows = append(c.Rows, view.Row{Name: "Prices", Dot: dot, Value: fmt.Sprintf("%s of %s · %s", w.Count(d.Priced), w.Count(d.Holdings), format.DayMonth(w.a.ValuedOn)), Tone: view.Quiet})
	for _, rate := range d.Rates {
		row := view.Row{Name: string(rate.Currency) + " to " + string(w.a.Base), Dot: "live", Value: format.Date(rate.Observed), Tone: view.Quiet}
		if rate.Reason != "" {
			row.Dot, row.Value = "stale", "unknown"
			c.Tag = view.Tag{Text: "Look here", Kind: "warn"}
		} else if w.oldRate(rate) {
			row.Dot, c.Tag = "stale", view.Tag{Text: "Look here", Kind: "warn"}
		}
		c.Rows = append(c.Rows, row)
	}
	if d.MarketSplits > 0 {
		c.Rows = append(c.Rows, view.Row{Name: "Splits applied", Dot: "live", Value: w.Count(d.MarketSplits), Tone: view.Quiet})
	}
	if n := len(d.Estimated); n > 0 {
		c.Rows = append(c.Rows, view.Row{Name: "By valuation", Lead: view.Estimated, Value: counted(w, n, "holding", "holdings"), Tone: view.Quiet})
	}
	for _, symbol := range few(d.Stale, 3) {
		row := view.Row{Name: symbol, Lead: view.Stale, Value: "old price", Tone: view.Quiet}
		if h := w.holding(symbol); h != nil {
			row.Value = "price of " + format.Date(h.PriceDate)
		}
		c.Rows = append(c.Rows, row)
	}
	for _, symbol := range few(d.Unpriced, 3) {
		c.Rows = append(c.Rows, view.Row{Name: symbol, Lead: view.Partial, Value: "no price", Tone: view.Quiet})
	}
	c.Rows = append(c.Rows, view.Row{Name: "Transactions", Dot: "live", Value: w.Count(w.a.Bookings) + " booked", Href: w.home + "/transactions"})
	if b := w.a.Benchmark; b != nil {
		c.Rows = append(c.Rows, view.Row{Name: "Benchmark", Dot: "live", Value: b.Symbol + ", " + b.Basis, Tone: view.Quiet})
	}
	if window := w.a.Risk.Window; window.Covered.Known() {
		row := view.Row{Name: "History for risk", Dot: "live", Value: w.text(window.Covered, percent1, false) + " of exposure", Tone: view.Quiet}
		if len(window.Excluded)+len(window.Partial) > 0 {
			row.Dot, row.Lead, row.MarkText = "", view.Partial, ""
		}
		c.Rows = append(c.Rows, row)
	}
	if w.a.Simulated {
		c.Rows = append(c.Rows, view.Row{Name: "Market", Lead: view.Simulated, Value: "simulated", Tone: view.Quiet})
	}
	return c
}

// anchor makes a symbol usable as the id of a row.
func anchor(symbol string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, symbol)
}
