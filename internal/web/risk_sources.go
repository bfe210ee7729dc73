package web

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// source is a part of the risk, however it is split.
type source struct {
	name, title       string
	volatility, share analysis.Figure
	count             int // parts joined in it, 0 for one that stands for itself
}

// sourcesCard is where risk comes from: by factor, by position, by sector.
func (w *writer) sourcesCard() *view.SourcesCard {
	e := w.a.ExAnte
	c := &view.SourcesCard{Card: view.Card{ID: "sources", Title: "Where risk comes from", Note: "factor model"}}
	if e.Model.Reason != "" {
		c.Missing = w.noModel()
		return c
	}
	c.Views = []view.SourcesView{
		w.sourcesView("Factors", "Alone", "Volatility a year if this were all", fromSources(e.Sources.ByFactor)),
		w.sourcesView("Positions", "Own", "Volatility a year of the holding itself", w.fromPositions()),
		w.sourcesView("Sectors", "Alone", "Volatility a year if this were all", fromSources(e.Sources.BySector)),
	}
	c.Foot = "Shares of the variance; a negative one hedges."
	if e.Model.R2.Known() {
		c.Foot += " Factors explain " + w.text(e.Model.R2, percent1, false) + " (R²)."
	}
	if e.Model.Covered.Known() && e.Model.Covered.Float64() < 0.9995 {
		c.Foot += " The model covers " + w.text(e.Model.Covered, percent1, false) + " of the gross exposure."
	}
	return c
}

// noModel says why there is no factor model and what helps.
func (w *writer) noModel() *view.Missing {
	return &view.Missing{Reason: sentence(w.a.ExAnte.Model.Reason), Cure: "The model needs prices of your holdings and of the series its factors are measured by, over the same days.", Way: w.toData()}
}

func fromSources(list []analysis.Source) []source {
	out := make([]source, len(list))
	for i, s := range list {
		out[i] = source{name: s.Name, volatility: s.Volatility, share: s.Share}
	}
	return out
}

func (w *writer) fromPositions() []source {
	var out []source
	for i := range w.a.ExAnte.Positions {
		if p := &w.a.ExAnte.Positions[i]; p.Share.Known() {
			out = append(out, source{name: w.called(p.Symbol), title: w.fullName(p.Symbol), volatility: p.Volatility, share: p.Share})
		}
	}
	return out
}

// mostSources is how many parts are told apart; the rest is "All other".
const mostSources = 7

// specific is what a holding does on its own; it comes last and is grey.
func specific(name string) bool { return strings.HasPrefix(strings.ToLower(name), "specific") }

func (w *writer) sourcesView(label, column, title string, list []source) view.SourcesView {
	v := view.SourcesView{FigureTable: view.FigureTable{Label: label, Caption: "Where risk comes from, by " + strings.ToLower(strings.TrimSuffix(label, "s")),
		Head: []view.Heading{{Label: strings.TrimSuffix(label, "s")}, {Label: column, Title: title}, {Label: "Share of risk", Title: "Share of the variance"}}}}
	if len(list) == 0 {
		v.Missing = &view.Missing{Reason: "Nothing that is held is in the model.", Way: w.toData()}
		return v
	}
	slices.SortStableFunc(list, func(a, b source) int {
		if specific(a.name) != specific(b.name) {
			if specific(a.name) {
				return 1
			}
			return -1
		}
		return cmp.Compare(math.Abs(b.share.Float64()), math.Abs(a.share.Float64()))
	})
	list = joinSources(w, list)
	shares := make([]analysis.Figure, len(list))
	size, total := 0.0, 0.0
	for i, s := range list {
		shares[i] = s.share
		if s.share.Known() {
			total += s.share.Float64()
			size += math.Abs(s.share.Float64())
		}
	}
	texts := w.addedUp("Share of risk", shares)
	const gap = 0.4
	room, from, colour := 100-gap*float64(len(list)-1), 0.0, 0
	for i, s := range list {
		fill := "fill-7"
		if !specific(s.name) && s.count == 0 {
			fill = sourceFills[colour%len(sourceFills)]
			colour++
		} else if s.count > 0 {
			fill = "fill-rest"
		}
		hedges := strings.HasPrefix(texts[i].Text, "−")
		if size > 0 && s.share.Known() {
			part := math.Abs(s.share.Float64()) / size * room
			v.Slices = append(v.Slices, view.Slice{From: from, Share: part, Fill: fill, Hatched: hedges})
			from += part + gap
		}
		texts[i].Label = s.name + ", share of risk"
		row := view.FigureRow{Name: s.name, Title: s.title, Swatch: fill, Hatched: hedges, Cells: []view.Figure{quiet(w.figure(s.name+", volatility", s.volatility, percent1)), texts[i]}}
		if s.count > 0 {
			row.Cells[0] = quiet(plainFigure(""))
		}
		v.Rows = append(v.Rows, row)
	}
	v.Total = &view.FigureRow{Name: "Total volatility", Cells: []view.Figure{w.figure("Total volatility", w.a.ExAnte.Sources.Total, percent1), w.told("Share of risk, all", w.Percent(total, 1), w.derived(total, analysis.Fraction, "risk_total", "Parts", w.Count(len(list))))}}
	return v
}

// sourceFills are the series colours in their order; plum is for shorts and grey for
// the specific part.
var sourceFills = []string{"fill-1", "fill-2", "fill-3", "fill-5", "fill-6"}

// joinSources keeps the largest parts and joins the others; the specific part stays.
func joinSources(w *writer, list []source) []source {
	if len(list) <= mostSources {
		return list
	}
	var last []source
	if s := list[len(list)-1]; specific(s.name) {
		last, list = []source{s}, list[:len(list)-1]
	}
	keep := mostSources - 1 - len(last)
	other := source{count: len(list) - keep}
	other.name = counted(w, other.count, "other", "others")
	total := 0.0
	for _, s := range list[keep:] {
		if s.share.Known() {
			total += s.share.Float64()
		}
	}
	other.share = w.derived(total, analysis.Fraction, "risk_joined", "Parts together", w.Count(other.count))
	return append(append(slices.Clone(list[:keep]), other), last...)
}

// mostShares is how many holdings are drawn with their share of risk.
const mostShares = 9

// sharesCard compares the share of risk with the share of value, holding by holding.
func (w *writer) sharesCard() *view.FiguresCard {
	c := &view.FiguresCard{Card: view.Card{ID: "shares", Title: "Share of risk and of value", Keys: []view.Key{{Label: "risk", Kind: "fill-1"}, {Label: "value", Kind: "fill-rest"}}}}
	if w.a.ExAnte.Model.Reason != "" {
		c.Missing, c.Keys = w.noModel(), nil
		return c
	}
	var drawn []*analysis.Position
	var all []float64
	for i := range w.a.ExAnte.Positions {
		if p := &w.a.ExAnte.Positions[i]; p.Share.Known() && len(drawn) < mostShares {
			drawn = append(drawn, p)
			all = append(all, p.Share.Float64(), p.Weight.Float64())
		}
	}
	span := chart.SpanOf(all...)
	t := view.FigureTable{Caption: "Share of risk and of value by holding, the largest", Bars: true, Head: []view.Heading{{Label: "Holding", Hush: true}, {Label: "Risk"}, {Label: "Value"}}}
	for _, p := range drawn {
		t.Rows = append(t.Rows, view.FigureRow{Name: w.called(p.Symbol), Title: w.fullName(p.Symbol),
			Drawn: &view.Drawing{Zero: span.At(0), Spans: []view.Span{span.Bar(p.Share.Float64(), -9, 9, "fill-1", false), span.Bar(p.Weight.Float64(), 1.5, 6, "fill-rest", false)}},
			Cells: []view.Figure{w.figure(p.Symbol+", share of risk", p.Share, percent1), quiet(w.figure(p.Symbol+", share of value", p.Weight, percent1))}})
	}
	c.Tables = []view.FigureTable{t}
	if n := len(w.a.ExAnte.Positions) - len(drawn); n > 0 {
		c.Foot = counted(w, n, "more in the table.", "more in the table.")
	}
	c.Table = w.positionsTable()
	return c
}

// positionsTable is every holding's part in the risk.
func (w *writer) positionsTable() *view.Table {
	t := &view.Table{Caption: "Every holding's part in the risk: components add up to the value at risk of the model, 95%, 1 day",
		Head: []string{"Holding", "Risk", "Value", "Component VaR", "Incremental VaR", "Marginal VaR", "Volatility", "Market beta", "R²", "Days"}}
	for i := range w.a.ExAnte.Positions {
		p := &w.a.ExAnte.Positions[i]
		name := w.called(p.Symbol)
		if p.Reason != "" {
			name += " – " + p.Reason
		}
		days := view.Figure{Text: format.Unknown, Reason: "it is not in the model"}
		if p.Reason == "" {
			days = w.told(p.Symbol+", days", w.Count(p.Days), w.derived(float64(p.Days), analysis.Days, "count"))
		}
		addRow(t, name, w.figure(p.Symbol+", share of risk", p.Share, percent1), w.figure(p.Symbol+", share of value", p.Weight, percent1), w.figure(p.Symbol+", component VaR", p.Component, whole), w.figure(p.Symbol+", incremental VaR", p.Incremental, whole),
			w.figure(p.Symbol+", marginal VaR", p.Marginal, percent2), w.figure(p.Symbol+", volatility", p.Volatility, percent1), w.figure(p.Symbol+", market beta", p.MarketBeta, ratio), w.figure(p.Symbol+", R²", p.R2, ratio), days)
	}
	return t
}
