package web

import (
	"math"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// contribution asks for what each holding added over the period of an analysis.
func (r *request) contribution(a *analysis.Analysis) (*analysis.Contribution, error) {
	q := service.Question{Period: a.Period.Label, Benchmark: r.URL.Query().Get("benchmark")}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	return r.site.svc.Contribution(r.Context(), r.caller, q)
}

// How many lines are drawn of those that added most, and of those that cost most.
const (
	mostAdded = 8
	mostTaken = 6
)

// contributionHead is what the card begins with. Its figures go through every day of every
// holding and weigh as much as the rest of the page: they are fetched when they are looked at.
var contributionHead = view.Card{ID: "contribution", Title: "What each holding added", Note: "to the time-weighted return, pp"}

// contributionCard is what each holding, sector and currency added to the return.
func (w *writer) contributionCard(c *analysis.Contribution) *view.FiguresCard {
	card := &view.FiguresCard{Card: contributionHead}
	if c.Reason != "" {
		card.Missing = &view.Missing{Reason: sentence(c.Reason), Way: w.toData()}
		return card
	}
	holdings := append([]analysis.ContributionRow(nil), c.Holdings...)
	card.Tables = []view.FigureTable{
		w.contributionTable("Holding", append(holdings, c.Rest), c),
		w.contributionTable("Sector", c.Sector, c),
		w.contributionTable("Class", c.Class, c),
		w.contributionTable("Currency", c.Currency, c),
	}
	card.Foot = "The lines add up to the return. Days are linked after " + strings.ToUpper(c.Linking[:1]) + c.Linking[1:]
	if c.LinkNote != "" {
		card.Foot += ": " + strings.TrimSuffix(c.LinkNote, " (link with frongello)")
	}
	card.Foot += "."
	if c.Unlinked.Known() && math.Abs(c.Unlinked.Float64()) >= 0.5 {
		card.Foot += " " + w.text(c.Unlinked, whole, true) + " " + string(w.a.Base) + " were made on days on which nothing was invested, which no return holds."
	}
	return card
}

// contributed is a line of the card.
type contributed struct {
	name, title string
	row         *analysis.ContributionRow
	text        string // of the contribution, rounded so that all add up
	others      int    // lines joined in it
}

// contributionTable is one way of splitting the return.
func (w *writer) contributionTable(label string, rows []analysis.ContributionRow, c *analysis.Contribution) view.FigureTable {
	byHolding, byCurrency := label == "Holding", label == "Currency"
	t := view.FigureTable{Label: label, Caption: "What was added to the return, by " + strings.ToLower(label), Bars: true, Head: []view.Heading{{Label: label}}}
	head := func(label, title string, wide bool) {
		t.Head = append(t.Head, view.Heading{Label: label, Title: title, Wide: wide})
	}
	if byCurrency {
		head("Local", "What was earned in the currency itself", true)
		head("Exchange", "What its exchange rate did, with what it did to the gains", true)
	} else {
		head("Weight", "Mean share of the capital", true)
	}
	if byHolding {
		head("Return", "Its own, over the days on which it was held", true)
	} else if !byCurrency {
		head(string(w.a.Base), "What it earned", true)
	}
	head("Added", "Percentage points of the return", false)
	list := w.mostContributed(rows, byHolding)
	var all []float64
	for _, l := range list {
		all = append(all, l.row.Contribution.Float64())
	}
	span := chart.SpanOf(all...)
	for _, l := range list {
		x := l.row.Contribution.Float64()
		fill := "fill-gain"
		if x < 0 {
			fill = "fill-loss"
		}
		line := view.FigureRow{Name: l.name, Title: l.title, Drawn: &view.Drawing{Zero: span.At(0), Spans: []view.Span{span.Bar(x, -8, 16, fill, x < 0)}}}
		if byCurrency {
			exchange := analysis.Measure(l.row.FX.Float64()+l.row.Cross.Float64(), analysis.Fraction, c.Period.End, "contribution_sum")
			line.Cells = append(line.Cells, quiet(w.told(l.name+", local", w.contributionText(l.row.Local), l.row.Local)), quiet(w.told(l.name+", exchange", w.contributionText(exchange), exchange)))
		} else {
			line.Cells = append(line.Cells, quiet(w.figure(l.name+", mean weight", l.row.Weight, percent1)))
		}
		switch {
		case byHolding && l.row.Return.Known():
			line.Cells = append(line.Cells, quiet(w.signed(l.name+", own return", l.row.Return, percent1)))
		case byHolding:
			line.Cells = append(line.Cells, quiet(plainFigure("")))
		case !byCurrency:
			line.Cells = append(line.Cells, quiet(w.signed(l.name+", earned", l.row.Gain, whole)))
		}
		added := w.figure(l.name+", added to the return", l.row.Contribution, points)
		added.Text, added.Tone = l.text, toneOf(l.text)
		line.Cells = append(line.Cells, added)
		t.Rows = append(t.Rows, line)
	}
	t.Total = &view.FigureRow{Name: "Return"}
	for range len(t.Head) - 2 {
		t.Total.Cells = append(t.Total.Cells, plainFigure(""))
	}
	total := w.figure("Added to the return", c.Effects.Contribution, percent2)
	total.Text = w.SignedFloat(100*c.Effects.Contribution.Float64(), 2)
	t.Total.Cells = append(t.Total.Cells, total)
	if byCurrency {
		exchange := analysis.Measure(c.Effects.FX.Float64()+c.Effects.Cross.Float64(), analysis.Fraction, c.Period.End, "contribution_sum")
		t.Total.Cells[0] = w.told("Local, all", w.contributionText(c.Effects.Local), c.Effects.Local)
		t.Total.Cells[1] = w.told("Exchange, all", w.contributionText(exchange), exchange)
	}
	return t
}

// contributionText is a contribution in percentage points, the unit left out.
func (w *writer) contributionText(f analysis.Figure) string {
	if !f.Known() {
		return format.Unknown
	}
	return w.SignedFloat(100*f.Float64(), 2)
}

// mostContributed are the lines that added most and cost most, in their order, and all
// others as one; texts are rounded so that they add up to the total as it is written.
func (w *writer) mostContributed(rows []analysis.ContributionRow, byHolding bool) []contributed {
	var list []contributed
	var rest *contributed
	for i := range rows {
		l := contributed{name: named(rows[i].Key), row: &rows[i]}
		switch {
		case byHolding && i == len(rows)-1: // what belongs to no holding
			l.name = "Cash and costs"
			rest = &l
			continue
		case byHolding:
			l.name, l.title = w.called(rows[i].Key), rows[i].Name
		case rows[i].Key == "cash":
			l.name = "Cash and costs"
		}
		list = append(list, l)
	}
	if n := len(list) - mostAdded - mostTaken; n > 1 {
		joined := analysis.ContributionRow{Weight: analysis.Measure(0, analysis.Fraction, w.a.AsOf, "others_added"), Contribution: analysis.Measure(0, analysis.Fraction, w.a.AsOf, "others_added")}
		fields := func(r *analysis.ContributionRow) []*analysis.Figure {
			return []*analysis.Figure{&r.Contribution, &r.Weight, &r.Local, &r.FX, &r.Cross}
		}
		sums := make([]float64, 5)
		for _, l := range list[mostAdded : mostAdded+n] {
			for k, f := range fields(l.row) {
				sums[k] += f.Float64()
			}
		}
		for k, f := range fields(&joined) {
			*f = analysis.Measure(sums[k], analysis.Fraction, w.a.AsOf, f.Method)
		}
		others := contributed{name: counted(w, n, "other", "others"), row: &joined, others: n}
		list = append(append(list[:mostAdded:mostAdded], others), list[mostAdded+n:]...)
	}
	if rest != nil {
		list = append(list, *rest)
	}
	values := make([]float64, len(list))
	for i, l := range list {
		values[i] = 100 * l.row.Contribution.Float64()
	}
	for i, x := range format.Parts(values, 2) {
		list[i].text = w.SignedFloat(x, 2)
	}
	return list
}

// contributionCSV is what every holding added, as a file.
func (r *request) contributionCSV(a *analysis.Analysis) error {
	c, err := r.contribution(a)
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	r.w.Header().Set("Content-Disposition", `attachment; filename="contribution.csv"`)
	w := sheet.NewWriter(r.w)
	if err := w.Write([]string{"holding", "name", "mean_weight", "return", "gain_" + strings.ToLower(string(a.Base)), "local", "currency", "both", "contribution"}); err != nil {
		return err
	}
	for _, row := range append(append([]analysis.ContributionRow(nil), c.Holdings...), c.Rest, c.Effects) {
		name := row.Name
		switch row.Key {
		case "cash":
			name = "Cash and costs"
		case "":
			name = "Time-weighted return"
		}
		if err := w.Write([]string{row.Key, name, csvNumber(row.Weight), csvNumber(row.Return), csvNumber(row.Gain), csvNumber(row.Local), csvNumber(row.FX), csvNumber(row.Cross), csvNumber(row.Contribution)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// csvNumber is a figure as a number for a program, empty where it is unknown.
func csvNumber(f analysis.Figure) string {
	switch {
	case !f.Known():
		return ""
	case f.Amount.Known:
		return f.Amount.Decimal.String()
	}
	return strconv.FormatFloat(f.Measured, 'g', -1, 64)
}
