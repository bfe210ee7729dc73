package web

import (
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/lookthrough"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// mostNames is how many lines a way of splitting the book shows.
const mostNames = 8

// concentrationCard is how much hangs on few names, and on which, funds looked through.
func (w *writer) concentrationCard() *view.FiguresCard {
	k := &w.a.Risk.Concentration
	l := &k.LookThrough
	c := &view.FiguresCard{Card: view.Card{ID: "concentration", Title: "Concentration"}}
	c.Mark, c.MarkText = mark(l.Net.Status), strings.Join(few(l.Net.Reasons, 6), "; ") // of all lines
	c.Small = []view.Figure{
		w.beside(w.figure("HHI", k.HHI, ratio3), l.Through.HHI, ratio3), w.beside(w.figure("Effective names", k.Effective, decimal1), l.Through.Effective, decimal1),
		w.beside(w.figure("Three largest", k.Top3, percent1), l.Through.Top3, percent1), w.beside(w.figure("Ten largest", k.Top10, percent1), l.Through.Top10, percent1),
	}
	c.Foot = "Exposure and its share of the value, without cash; options at the delta of their underlying."
	if len(l.Funds) > 0 {
		known := w.figure("Funds known", l.Known, percent0)
		known.Note = "no list of holdings"
		if l.AsOf != 0 {
			known.Note = "as of " + format.Date(l.AsOf)
			c.Foot = "Funds count with what they hold, where that is known. " + c.Foot
		}
		c.Small = append(c.Small, known)
	}
	c.Tables = []view.FigureTable{
		w.exposedTable("Name", l.Names), w.exposedTable("Sector", l.Sectors), w.exposedTable("Country", l.Countries),
		w.exposedTable("Currency", l.Currencies), w.exposedTable("Issuer", l.Issuers),
	}
	if l.Indirect() {
		c.Keys = []view.Key{{Label: "held directly", Kind: "fill-1"}, {Label: "through funds", Kind: "fill-1 hedge"}}
	}
	return c
}

// beside notes under a figure what it is behind the funds, where there are any to look
// through.
func (w *writer) beside(f view.Figure, through analysis.Figure, s style) view.Figure {
	if w.a.Risk.Concentration.LookThrough.Indirect() && through.Known() {
		f.Note = w.text(through, s, false) + " behind funds"
	}
	return f
}

// exposedTable is the largest lines of one way of splitting the book.
func (w *writer) exposedTable(label string, lines []analysis.Exposed) view.FigureTable {
	t := view.FigureTable{Label: label, Caption: "The exposure by " + strings.ToLower(label), Bars: true,
		Head: []view.Heading{{Label: label, Hush: true}, {Label: string(w.a.Base), Hush: true, Wide: true}, {Label: "of value", Hush: true}}}
	lines, hidden := largestOf(lines)
	if hidden > 0 {
		t.Note = "And " + counted(w, hidden, "smaller name.", "smaller names.")
	}
	var ends []float64
	for i := range lines {
		direct, indirect := partsOf(&lines[i])
		ends = append(ends, direct, indirect[0], indirect[1])
	}
	span := chart.SpanOf(ends...)
	for i := range lines {
		x := &lines[i]
		net, weight := w.a.Risk.Concentration.LookThrough.Exposure(x)
		row := view.FigureRow{Name: exposedName(x), Title: x.Name, Drawn: exposedBar(span, x)}
		row.Cells = []view.Figure{quiet(w.figure(row.Name+", exposure", net, whole)), w.figure(row.Name+", of value", weight, percent1)}
		unmark(cellsOf(&row)) // the card has the mark of all its lines
		t.Rows = append(t.Rows, row)
	}
	return t
}

// largestOf are the lines of the largest net amounts, as that is what is shown, and how
// many names the others have.
func largestOf(lines []analysis.Exposed) (shown []analysis.Exposed, hidden int) {
	for _, x := range lines {
		if x.Key == "" {
			hidden += x.Count
			continue
		}
		shown = append(shown, x)
	}
	slices.SortStableFunc(shown, func(a, b analysis.Exposed) int { return b.Net.Abs().Cmp(a.Net.Abs()) })
	for len(shown) > mostNames {
		hidden += shown[len(shown)-1].Count
		shown = shown[:len(shown)-1]
	}
	return shown, hidden
}

func exposedName(x *analysis.Exposed) string {
	switch {
	case x.Rest:
		return lookthrough.RestOf(x.Key)
	case x.Key == lookthrough.Unknown:
		return "Not known"
	}
	return named(x.Key)
}

// partsOf is where the bars of a line end: the direct part begins at zero, the indirect
// one, from and to, at its end where both are on one side, else at zero.
func partsOf(x *analysis.Exposed) (direct float64, indirect [2]float64) {
	direct, through := x.Direct.Float64(), x.Indirect.Float64()
	if (direct < 0) == (through < 0) {
		return direct, [2]float64{direct, direct + through}
	}
	return direct, [2]float64{0, through}
}

// exposedBar is the bar of a line: what is held directly, then what funds hold, fainter.
// A short's is plum, what is not known grey.
func exposedBar(span chart.Span, x *analysis.Exposed) *view.Drawing {
	fill := func(v float64) string {
		switch {
		case x.Rest || x.Key == lookthrough.Unknown:
			return "fill-grey"
		case v < 0:
			return "fill-4"
		}
		return "fill-1"
	}
	d := &view.Drawing{Zero: span.At(0)}
	direct, indirect := partsOf(x)
	if direct != 0 {
		d.Spans = append(d.Spans, span.Bar(direct, -6, 12, fill(direct), false))
	}
	if from, to := indirect[0], indirect[1]; from != to {
		d.Spans = append(d.Spans, span.Between(from, to, -6, 12, fill(to), true))
	}
	return d
}
