package web

import (
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// attributionHead is what the card begins with. Like contributions it is fetched when it
// comes into sight.
var attributionHead = view.Card{ID: "attribution", Title: "Where the active return came from", Note: "over the benchmark, pp"}

// attributed names the parameter that asks for the card with its figures.
const attributedParameter = "attributed"

// addAttribution puts the card on the page, or the address under which it is fetched.
func (r *request) addAttribution(w *writer, v *view.Performance) error {
	v.Attribution = &view.FiguresCard{Card: attributionHead}
	if r.URL.Query().Get(attributedParameter) == "" {
		v.AttributionLater = r.pageWith(r.address("/performance"), attributedParameter, "1", "period", w.a.Period.Label, "added", "", "window", "", "kind", "", howParameter, "")
		return nil
	}
	q := service.Question{Period: w.a.Period.Label, Benchmark: r.URL.Query().Get("benchmark")}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	x, err := r.site.svc.Attribution(r.Context(), r.caller, q)
	if err != nil {
		return err
	}
	v.Attribution = w.attributionCard(x)
	gatherMarks(&v.Attribution.Card, nil, tablesOf(v.Attribution), nil)
	return nil
}

// attributionTabs are the lists of the card in the order of its tabs.
var attributionTabs = []struct{ label, caption, model, linking string }{
	{"Brinson–Fachler", "Effects by sector, each against the benchmark as a whole", "brinson_fachler", "carino"},
	{"Menchero", "The same, days linked after Menchero", "brinson_fachler", "menchero"},
	{"BHB", "Effects by sector after Brinson, Hood and Beebower", "brinson_hood_beebower", "carino"},
}

// attributionCard is the effects by sector and by currency.
func (w *writer) attributionCard(x *analysis.Attribution) *view.FiguresCard {
	card := &view.FiguresCard{Card: attributionHead}
	if x.Reason != "" && x.Currency.Reason != "" {
		card.Missing = &view.Missing{Reason: sentence(x.Reason), Way: w.toData()}
		return card
	}
	for _, tab := range attributionTabs {
		for i := range x.Splits {
			if l := &x.Splits[i]; l.Model == tab.model && l.Linking == tab.linking {
				card.Tables = append(card.Tables, w.attributionTable(tab.label, tab.caption, l))
			}
		}
	}
	if x.Reason != "" {
		card.Foot = "By sector it is not known: " + x.Reason + "."
	} else {
		var by []string
		for _, s := range x.Sectors {
			by = append(by, s.Sector+" "+s.By)
		}
		missed := w.text(x.Unmatched, points, true) + " a year more"
		if x.Unmatched.Known() && x.Unmatched.Float64() < 0 {
			missed = w.Points(-x.Unmatched.Float64(), 2) + " a year less"
		}
		card.Foot = "All effects add up to the active return of " + w.text(x.Active, points, true) + ". Sector weights of " + format.Date(x.WeightsOf) + ", carried on and back; returns by " + strings.Join(by, ", ") +
			". The benchmark returned " + strings.TrimPrefix(missed, "+") + " than these together, which selection bears."
	}
	for _, n := range x.Notes {
		card.Foot += " " + sentence(n)
	}
	if l := &x.Currency; l.Reason == "" {
		card.Tables = append(card.Tables, w.attributionTable("Currency", "Effects by currency", l))
	}
	return card
}

// attributionTable is one list of effects.
func (w *writer) attributionTable(label, caption string, l *analysis.AttributionList) view.FigureTable {
	currency := label == "Currency"
	t := view.FigureTable{Label: label, Caption: caption, Bars: true, Head: []view.Heading{{Label: "Sector"}, {Label: "Weight", Title: "Mean share of the capital", Wide: true}, {Label: "Benchmark", Title: "Mean share of the benchmark", Wide: true},
		{Label: "Allocation", Title: "From holding more or less of it", Wide: true}, {Label: "Selection", Title: "From holding other things within it", Wide: true}, {Label: "Interaction", Title: "From both together", Wide: true}, {Label: "Effect", Title: "Percentage points of the active return"}}}
	if currency {
		t.Head[0].Label = "Currency"
		t.Head[5] = view.Heading{Label: "Exchange", Title: "From exchange rates", Wide: true}
	}
	if l.Reason != "" {
		t.Missing = &view.Missing{Reason: sentence(l.Reason)}
		return t
	}
	var all []float64
	for i := range l.Rows {
		all = append(all, l.Rows[i].Total.Float64())
	}
	span := chart.SpanOf(all...)
	points := make([]float64, len(all))
	for i, x := range all {
		points[i] = 100 * x
	}
	parts := format.Parts(points, 2)
	row := func(name string, x *analysis.AttributionRow) view.FigureRow {
		third := x.Interaction
		if currency {
			third = x.Exchange
		}
		effect := w.told(name+", effect", w.contributionText(x.Total), x.Total)
		effect.Tone = toneOf(effect.Text)
		return view.FigureRow{Name: name, Cells: []view.Figure{quiet(w.figure(name+", mean weight", x.Weight, percent1)), quiet(w.figure(name+", in the benchmark", x.Benchmark, percent1)),
			quiet(w.told(name+", allocation", w.contributionText(x.Allocation), x.Allocation)), quiet(w.told(name+", selection", w.contributionText(x.Selection), x.Selection)), quiet(w.told(name+", third effect", w.contributionText(third), third)), effect}}
	}
	for i := range l.Rows {
		x := &l.Rows[i]
		name := named(x.Key)
		if x.Key == "cash" {
			name = "Cash and costs"
		}
		line := row(name, x)
		fill := "fill-gain"
		if all[i] < 0 {
			fill = "fill-loss"
		}
		line.Drawn = &view.Drawing{Zero: span.At(0), Spans: []view.Span{span.Bar(all[i], -8, 16, fill, all[i] < 0)}}
		effect := &line.Cells[len(line.Cells)-1]
		effect.Text = w.SignedFloat(parts[i], 2)
		effect.Tone = toneOf(effect.Text)
		t.Rows = append(t.Rows, line)
	}
	total := row("Active return", &l.Total)
	t.Total = &total
	return t
}
