package web

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/view"
)

// correlationCard is how the largest holdings move together.
func (w *writer) correlationCard() *view.HeatCard {
	k := &w.a.ExAnte.Correlation
	c := &view.HeatCard{Card: view.Card{ID: "correlation", Title: "Correlation", Note: "ordered by cluster"}}
	if k.Reason != "" || len(k.Symbols) == 0 {
		c.Missing = &view.Missing{Reason: sentence(k.Reason), Cure: "It takes two holdings with about three months of common prices.", Way: w.toData()}
		return c
	}
	c.Note += ", " + counted(w, k.Days, "day", "days")
	names := make([]string, len(k.Symbols))
	for i, symbol := range k.Symbols {
		names[i] = w.called(symbol)
	}
	matrix := make([][]float64, len(k.Matrix))
	for i := range k.Matrix {
		matrix[i] = k.Matrix[i]
	}
	runs, outlined := make([]int, len(k.Clusters)), 0
	for i := range k.Clusters {
		runs[i] = len(k.Clusters[i].Symbols)
		if runs[i] > 1 {
			outlined++
		}
	}
	c.Stats = []view.Figure{w.figure("Mean correlation", k.Mean, ratio), w.figure("Independent bets", k.Bets, decimal1), w.figure("Diversification ratio", k.Ratio, ratio)}
	c.Heat = chart.Correlations(names, matrix, runs, w.Locale)
	for i := range c.Heat.Cells {
		cell := &c.Heat.Cells[i]
		if f := w.pair(names[cell.X], names[cell.Y], matrix[cell.Y][cell.X]); f.Explain != nil {
			cell.How = f.Explain.Href
		}
	}
	c.Foot = counted(w, outlined, "cluster outlined", "clusters outlined") + ": what moves together beyond the market."
	if len(k.Symbols) < k.Of {
		c.Foot += fmt.Sprintf(" The %s largest of %s.", w.Count(len(k.Symbols)), counted(w, k.Of, "holding", "holdings"))
	}
	if w.a.Risk.Exposure.Short.Float64() < 0 {
		c.Foot += " A short that moves with your longs hedges them."
	}
	c.Table = &view.Table{Caption: "Correlation of daily returns", Head: append([]string{"Holding"}, names...)}
	for y := range names {
		row := make([]view.Figure, len(names))
		for x := range names {
			if x < y && y < len(matrix) && x < len(matrix[y]) {
				row[x] = w.pair(names[x], names[y], matrix[y][x])
			}
		}
		addRow(c.Table, names[y], row...)
	}
	return c
}

// pair is the correlation of two holdings.
func (w *writer) pair(a, b string, x float64) view.Figure {
	f := analysis.Unknown(analysis.Ratio, w.a.AsOf, "pair", "too few days that both have")
	if !math.IsNaN(x) {
		f = w.derived(x, analysis.Ratio, "pair", "Days", w.Count(w.a.ExAnte.Correlation.Days))
	}
	return w.figure("Correlation of "+a+" and "+b, f, ratio)
}

// clustersCard are the groups of holdings that move together.
func (w *writer) clustersCard() *view.FiguresCard {
	k := &w.a.ExAnte.Correlation
	if k.Reason != "" || len(k.Clusters) == 0 {
		return nil // the card of the correlation says why
	}
	c := &view.FiguresCard{Card: view.Card{ID: "clusters", Title: "Clusters"}}
	t := view.FigureTable{Caption: "Groups of holdings that move together", Head: []view.Heading{{Label: "Cluster"}, {Label: "Mean ρ", Title: "Mean correlation of its pairs"}, {Label: "Net", Title: "Value, shorts taken off", Wide: true}, {Label: "of value"}}}
	var alone []string
	for i := range k.Clusters {
		g := &k.Clusters[i]
		members := make([]string, len(g.Symbols))
		for n, symbol := range g.Symbols {
			members[n] = w.called(symbol)
		}
		if len(members) == 1 {
			alone = append(alone, members[0])
			continue
		}
		row := view.FigureRow{Name: g.Name, Note: strings.Join(few(members, 5), ", "), Title: strings.Join(members, ", ")}
		row.Cells = []view.Figure{quiet(w.figure(g.Name+", mean correlation", g.Mean, ratio)), w.figure(g.Name+", net", g.Net, whole), w.figure(g.Name+", share of value", g.Share, percent1)}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) > 0 {
		c.Tables = []view.FigureTable{t}
	}
	if len(alone) > 0 {
		c.After = append(c.After, view.Row{Name: "In none: " + strings.Join(few(alone, 12), ", "), Tone: view.Quiet})
	}
	c.After = append(c.After, w.leftOut("it could not be compared", k.Omitted)...)
	return c
}
