package web

import (
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// capital is a text with a capital at its beginning.
func capital(s string) string { return strings.TrimSuffix(sentence(s), ".") }

// outlookCard is how much today's holdings move: expected, and of late.
func (w *writer) outlookCard() *view.FiguresCard {
	o := &w.a.ExAnte.Volatility
	c := &view.FiguresCard{Card: view.Card{ID: "volatility", Title: "Volatility and its forecast", Note: "a year, today's holdings"}}
	if o.Trend != "" {
		icon := map[string]string{"rising": "trending-up", "falling": "trending-down"}[o.Trend]
		c.Tag = &view.Tag{Text: o.Trend, Icon: icon}
	}
	lines := []struct {
		name, note string
		f          analysis.Figure
	}{{"Factor model", "betas × factor covariance, specific part added", o.Model}, {"Next day, EWMA", "recent days weigh most", o.EWMA}, {"Last 21 days", "", o.Realised21}, {"Last 63 days", "", o.Realised63}}
	var all []float64
	for _, line := range lines {
		all = append(all, line.f.Float64())
	}
	span := chart.SpanOf(all...)
	t := view.FigureTable{Caption: c.Title, Bars: true, Head: []view.Heading{{Label: "Measure", Hush: true}, {Label: "Volatility", Hush: true}}}
	for i, line := range lines {
		fill := "fill-grey"
		if i < 2 {
			fill = "fill-1"
		}
		t.Rows = append(t.Rows, view.FigureRow{Name: line.name, Title: line.note, Drawn: &view.Drawing{Zero: span.At(0), Spans: []view.Span{span.Bar(line.f.Float64(), -7, 14, fill, false)}}, Cells: []view.Figure{w.figure(line.name, line.f, percent1)}})
	}
	c.Tables = []view.FigureTable{t}
	c.Keys = []view.Key{{Label: "expected", Kind: "fill-1"}, {Label: "measured", Kind: "fill-grey"}}
	add := func(name string, f analysis.Figure, s style) {
		row := view.Row{Name: name, Value: w.text(f, s, false), Explain: w.explain(name, f), Mark: mark(f.Status), MarkText: strings.Join(few(f.Reasons, 3), "; ")}
		if !f.Known() {
			row.Name, row.Tone, row.Mark = name+": "+reason(f), view.Quiet, view.Complete
		}
		c.After = append(c.After, row)
	}
	add("Part of the window that was calmer than the last 21 days", o.Percentile, percent0)
	if w.a.Benchmark != nil {
		add("Tracking error to "+benchmarkName(w.a)+", of the model", w.a.ExAnte.Active.TrackingError, percent1)
		add("Beta to "+benchmarkName(w.a)+", of the model", w.a.ExAnte.Active.Beta, ratio)
	}
	return c
}

// mostSlow is how many of the slowest holdings are shown.
const mostSlow = 4

// liquidityCard is how fast and at what cost holdings could be sold.
func (w *writer) liquidityCard() *view.FiguresCard {
	l := &w.a.ExAnte.Liquidity
	c := &view.FiguresCard{Card: view.Card{ID: "liquidity", Title: "Liquidity"}}
	if l.Reason != "" {
		c.Missing = &view.Missing{Reason: sentence(l.Reason), Cure: "It takes traded volumes beside the closing prices; price files may carry them.", Way: &view.Link{Label: "Bring in prices", Href: w.home + "/prices"}}
		return c
	}
	c.Note = "trading " + w.Percent(l.Participation, 0) + " of the usual volume"
	profile := view.FigureTable{Caption: "What could be sold within so many days", Bars: true, Head: []view.Heading{{Label: "Within", Hush: true}, {Label: "Share of the gross value", Hush: true}}}
	span := chart.Span{Low: 0, High: 1}
	for _, within := range l.Within {
		name := "Within " + counted(w, within.Days, "day", "days")
		profile.Rows = append(profile.Rows, view.FigureRow{Name: name, Drawn: &view.Drawing{Zero: 0, Spans: []view.Span{span.Bar(within.Share.Float64(), -7, 14, "fill-1", false)}}, Cells: []view.Figure{w.figure(name, within.Share, percent1)}})
	}
	slowest := view.FigureTable{Caption: "The holdings that take longest to sell", Head: []view.Heading{{Label: "Slowest"}, {Label: string(w.a.Base), Wide: true}, {Label: "Days"}, {Label: "Cost", Title: "Of selling it, square-root impact"}}}
	for i := range l.Rows {
		if i == mostSlow {
			slowest.Note = "And " + counted(w, len(l.Rows)-i, "quicker one.", "quicker ones.")
			break
		}
		row := &l.Rows[i]
		slowest.Rows = append(slowest.Rows, view.FigureRow{Name: w.called(row.Symbol), Title: w.fullName(row.Symbol),
			Cells: []view.Figure{quiet(w.figure(row.Symbol+", value", row.Value, whole)), w.days(row.Symbol+", days to sell", row.Days), w.figure(row.Symbol+", cost of selling", row.Cost, whole)}})
	}
	c.Tables, c.Stacked = []view.FigureTable{profile, slowest}, true
	cost := view.Row{Name: "Cost of selling everything", Value: w.text(l.Cost, whole, false), Money: true, Explain: w.explain("Cost of selling everything", l.Cost), Mark: mark(l.Cost.Status), MarkText: strings.Join(few(l.Cost.Reasons, 3), "; ")}
	if !l.Cost.Known() {
		cost.Name, cost.Tone, cost.Mark, cost.Money = cost.Name+": "+reason(l.Cost), view.Quiet, view.Complete, false
	}
	c.After = append(c.After, cost)
	c.After = append(c.After, w.leftOut("not known", l.Unknown)...)
	c.Foot = "Shares of the gross value, all holdings sold at the same time; cost by square-root impact."
	return c
}

// days writes a number of days: part of one, or rounded.
func (w *writer) days(label string, f analysis.Figure) view.Figure {
	v := w.figure(label, f, decimal1)
	if f.Known() && f.Float64() < 0.05 && f.Float64() > 0 {
		v.Text = "< " + w.Float(0.1, 1)
	}
	return v
}

// leftOut names what is left out with the reason, what has the same reason together.
func (w *writer) leftOut(word string, list []analysis.LeftOut) []view.Row {
	var reasons []string
	named := map[string][]string{}
	for _, left := range list {
		why := left.Reason
		if why == "" {
			why = word
		}
		if named[why] == nil {
			reasons = append(reasons, why)
		}
		named[why] = append(named[why], w.called(left.Symbol))
	}
	rows := make([]view.Row, len(reasons))
	for i, why := range reasons {
		rows[i] = view.Row{Name: strings.Join(few(named[why], 5), ", ") + ": " + why, Tone: view.Quiet}
	}
	return rows
}

// greeksCard are the options' sensitivities; nil where there are no options.
func (w *writer) greeksCard() *view.FiguresCard {
	g := &w.a.ExAnte.Greeks
	held := false
	for i := range w.a.Holdings {
		held = held || w.a.Holdings[i].Instrument.IsOption()
	}
	if !held {
		return nil
	}
	c := &view.FiguresCard{Card: view.Card{ID: "greeks", Title: "Options", Note: "sensitivities in " + string(w.a.Base)}}
	if g.Reason != "" {
		c.Missing = &view.Missing{Reason: sentence(g.Reason), Cure: "An option needs its terms, its own price and its underlying's.", Way: w.toData()}
		return c
	}
	t := view.FigureTable{Caption: "The options' sensitivities", Head: []view.Heading{
		{Label: "Option"}, {Label: "Spot", Title: "Price of the underlying", Wide: true}, {Label: "Volatility", Title: "Implied by the option's own price", Wide: true},
		{Label: "Delta", Title: "Gain for a rise of 100% of the underlying"}, {Label: "Gamma", Title: "Change of the delta for a rise of 1%"}, {Label: "Theta", Title: "Gain of a calendar day"},
		{Label: "Vega", Title: "Gain for a volatility one point higher"}, {Label: "Rho", Title: "Gain for an interest rate one basis point higher", Wide: true}}}
	cells := func(name string, delta, gamma, theta, vega, rho analysis.Figure) []view.Figure {
		list := []view.Figure{w.figure(name+", delta", delta, whole), w.figure(name+", gamma", gamma, whole), w.figure(name+", theta", theta, whole), w.figure(name+", vega", vega, whole), w.figure(name+", rho", rho, exact)}
		for i := range list {
			list[i].Money = true
		}
		return list
	}
	for i := range g.Rows {
		row := &g.Rows[i]
		name := w.called(row.Symbol)
		t.Rows = append(t.Rows, view.FigureRow{Name: name, Note: expiryNote(row.Expiry), Title: row.Symbol, Cells: append([]view.Figure{quiet(w.figure(name+", spot", row.Spot, ratio)), quiet(w.figure(name+", volatility", row.Volatility, percent1))}, cells(name, row.Delta, row.Gamma, row.Theta, row.Vega, row.Rho)...)})
	}
	t.Total = &view.FigureRow{Name: "All options", Cells: append([]view.Figure{plainFigure(""), plainFigure("")}, cells("All options", g.Delta, g.Gamma, g.Theta, g.Vega, g.Rho)...)}
	c.Tables = []view.FigureTable{t}
	c.Foot = "Delta: for a rise of 100% of the underlyings; gamma: change of delta for 1%; theta: a calendar day; vega: a volatility point; rho: a basis point."
	return c
}

// expiryNote says when an option ends.
func expiryNote(on date.Date) string {
	if on == 0 || on.IsNone() {
		return ""
	}
	return format.Date(on)
}

// rateMethods are how a duration was found, in words.
var rateMethods = map[string]string{"cash_flows": "cash flows", "regression": "regression on yields"}

// ratesCard is what a change of yields does; nil where nothing reacts.
func (w *writer) ratesCard() *view.FiguresCard {
	k := &w.a.ExAnte.Rates
	if len(k.Rows) == 0 && k.Reason == "" {
		return nil
	}
	c := &view.FiguresCard{Card: view.Card{ID: "rates", Title: "Interest rates", Note: "loss for yields one basis point higher"}}
	if k.Reason != "" {
		c.Missing = &view.Missing{Reason: sentence(k.Reason), Cure: "Bonds need their terms; other holdings are measured against a series of yields.", Way: w.toData()}
		return c
	}
	t := view.FigureTable{Caption: "Interest-rate risk by holding, the largest", Head: []view.Heading{{Label: "Holding"}, {Label: "Duration", Title: "Loss in percent for yields one point higher"}, {Label: "DV01, " + string(w.a.Base)}, {Label: "t", Title: "Of the regression", Wide: true}}}
	all := &view.Table{Caption: "Interest-rate risk by holding", Head: []string{"Holding", "Found by", "Duration", "DV01, " + string(w.a.Base), "t"}}
	methods := map[string]bool{}
	for i := range k.Rows {
		methods[k.Rows[i].Method] = true
	}
	for i := range k.Rows {
		row := &k.Rows[i]
		method := row.Method
		if word, ok := rateMethods[method]; ok {
			method = word
		}
		name := w.called(row.Symbol)
		addRow(all, name, plainFigure(method), w.figure(row.Symbol+", duration", row.Duration, ratio), w.figure(row.Symbol+", DV01", row.DV01, exact), w.figure(row.Symbol+", t", row.T, decimal1))
		if i >= mostNames {
			continue
		}
		line := view.FigureRow{Name: name, Title: method, Cells: []view.Figure{w.figure(row.Symbol+", duration", row.Duration, ratio), w.figure(row.Symbol+", DV01", row.DV01, exact), quiet(w.figure(row.Symbol+", t", row.T, decimal1))}}
		if len(methods) > 1 {
			line.Note = method
		}
		t.Rows = append(t.Rows, line)
	}
	t.Total = &view.FigureRow{Name: "All holdings", Cells: []view.Figure{plainFigure(""), w.figure("DV01", k.DV01, exact), plainFigure("")}}
	c.Tables = []view.FigureTable{t}
	switch {
	case len(methods) > 1:
		c.Foot = "By a bond's own cash flows; for what has none, by a regression on yields."
	case methods["regression"]:
		c.Foot = "By a regression on changes of the yield; below a t of 2 it may as well be nothing."
	default:
		c.Foot = "By the bonds' own cash flows."
	}
	if len(k.Rows) > mostNames {
		c.Table = all
	}
	return c
}

// modelCard says what all of it rests on.
func (w *writer) modelCard() *view.FiguresCard {
	m := &w.a.ExAnte.Model
	if m.Reason != "" {
		return nil // the cards that need it say why
	}
	c := &view.FiguresCard{Card: view.Card{ID: "model", Title: "The model behind this page", Note: format.Date(m.From) + " – " + format.Date(m.To) + ", " + counted(w, m.Days, "daily return", "daily returns")}}
	c.Small = []view.Figure{w.figure("Variance explained, R²", m.R2, percent1), w.figure("Exposure covered", m.Covered, percent1), w.told("Condition number", w.Float(m.Condition, 1), w.derived(m.Condition, analysis.Ratio, "condition", "Factors", w.Count(len(m.Factors)), "Daily moves", w.Count(m.Days)))}
	t := view.FigureTable{Caption: "The factors of the model", Head: []view.Heading{{Label: "Factor"}, {Label: "Measured by"}, {Label: "Volatility", Title: "A year"}}}
	for i := range m.Factors {
		f := &m.Factors[i]
		t.Rows = append(t.Rows, view.FigureRow{Name: f.Label, Cells: []view.Figure{quiet(plainFigure(f.Proxy)), w.figure(f.Label+", volatility", f.Volatility, percent1)}})
	}
	c.Tables = []view.FigureTable{t}
	c.After = w.leftOut("outside the model", m.LeftOut)
	if len(m.Limited) > 0 {
		names := make([]string, len(m.Limited))
		for i, symbol := range m.Limited {
			names[i] = w.called(symbol)
		}
		c.After = append(c.After, view.Row{Name: "Fitted on a part of the window: " + strings.Join(few(names, 8), ", "), Tone: view.Quiet})
	}
	for _, note := range m.Notes {
		c.After = append(c.After, view.Row{Name: sentence(note), Tone: view.Quiet})
	}
	c.Foot = "One model for volatility, value at risk, tracking error and scenarios, so that they agree."
	return c
}
