package web

import (
	"math"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/view"
)

// exposureLine is a line of the exposure card.
type exposureLine struct {
	name          string
	amount, share analysis.Figure
	fill          string
	limit         money.Decimal
}

// exposureCard is how much is at work on either side, options at their market value or
// at what their underlyings are worth.
func (w *writer) exposureCard(l limits) *view.FiguresCard {
	e := &w.a.Risk.Exposure
	delta := exposureLine{"Net, delta-adjusted", e.DeltaAdjusted, e.DeltaShare, "fill-grey", money.Zero}
	market := []exposureLine{
		{"Long", e.Long, e.LongShare, "fill-1", money.Zero}, {"Short", e.Short, e.ShortShare, "fill-4", money.Zero},
		{"Net", e.Net, e.NetShare, "fill-grey", l.Net}, {"Gross", e.Gross, e.GrossShare, "fill-grey", l.Gross}, delta,
	}
	n := &e.AtNotional
	notional := []exposureLine{
		{"Long", n.Long, n.LongShare, "fill-1", money.Zero}, {"Short", n.Short, n.ShortShare, "fill-4", money.Zero},
		{"Net", n.Net, n.NetShare, "fill-grey", money.Zero}, {"Gross", n.Gross, n.GrossShare, "fill-grey", money.Zero}, delta,
	}
	c := &view.FiguresCard{Card: view.Card{ID: "exposure", Title: "Exposure", Note: string(w.a.Base) + " and % of value"}}
	c.Foot = "With options and private assets, without cash."
	if l.Net.Sign() > 0 || l.Gross.Sign() > 0 {
		c.Keys = []view.Key{{Label: "your limit", Kind: "limit"}}
	}
	c.Tables = []view.FigureTable{
		w.exposureTable("Market value", "Exposure at market value", market),
		w.exposureTable("Notional", "Exposure with options at what their underlyings are worth", notional),
	}
	return c
}

func (w *writer) exposureTable(label, caption string, lines []exposureLine) view.FigureTable {
	var all []float64
	for _, line := range lines {
		all = append(all, line.share.Float64(), line.limit.Float64())
	}
	span := chart.SpanOf(all...)
	t := view.FigureTable{Label: label, Caption: caption, Bars: true, Head: []view.Heading{{Label: "Side", Hush: true}, {Label: string(w.a.Base), Wide: true, Hush: true}, {Label: "of value", Hush: true}}}
	for _, line := range lines {
		row := view.FigureRow{Name: line.name, Cells: []view.Figure{w.figure(line.name+" exposure", line.amount, whole), w.figure(line.name+" exposure", line.share, percent1)}}
		fill, share := line.fill, line.share.Float64()
		row.Drawn = &view.Drawing{Zero: span.At(0)}
		if line.limit.Sign() > 0 {
			row.Drawn.Tick = span.At(line.limit.Float64())
			if math.Abs(share) > line.limit.Float64() {
				fill = "fill-over"
				row.Note, row.NoteTone = "over your "+w.Percent(line.limit.Float64(), 0), view.Warn
			}
		}
		row.Drawn.Spans = []view.Span{span.Bar(share, -8, 16, fill, false)}
		t.Rows = append(t.Rows, row)
	}
	return t
}
