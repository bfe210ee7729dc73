package web

import (
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// factorsCard is how the portfolio moves with each factor, with the interval of that.
func (w *writer) factorsCard() *view.FiguresCard {
	e := w.a.ExAnte
	c := &view.FiguresCard{Card: view.Card{ID: "factors", Title: "Factor exposures", Note: "beta, 95% interval",
		Keys: []view.Key{{Label: "significant, |t| ≥ 2", Kind: "dot"}, {Label: "not significant", Kind: "hollow"}}}}
	if e.Model.Reason != "" || len(e.Factors) == 0 {
		c.Missing, c.Keys = w.noModel(), nil
		return c
	}
	t := view.FigureTable{Caption: "Beta to each factor with its t-statistic", Bars: true, Head: []view.Heading{{Label: "Factor", Hush: true}, {Label: "Beta", Hush: true}, {Label: "t", Hush: true}}}
	c.Table = &view.Table{Caption: "Factor exposures", Head: []string{"Factor", "Beta", "Low", "High", "t", string(w.a.Base), "Share of risk"}}
	var list []chart.Interval
	for i := range e.Factors {
		f := &e.Factors[i]
		per, size := "", 1.0
		if f.Kind == "rates" { // for a yield one point higher
			per, size = "for +1 pp", 0.01
		}
		list = append(list, chart.Interval{At: size * f.Beta.Float64(), Low: size * f.Low.Float64(), High: size * f.High.Float64(), Significant: f.Significant})
		beta := w.signed(f.Label+" beta", f.Beta, ratio)
		if f.Beta.Known() {
			beta.Text = w.SignedFloat(size*f.Beta.Float64(), 2)
		}
		if !f.Significant {
			beta = quiet(beta)
		}
		statistic := quiet(w.figure(f.Label+", t", f.T, decimal1))
		if f.T.Known() {
			statistic.Text = "t " + statistic.Text
		}
		t.Rows = append(t.Rows, view.FigureRow{Name: f.Label, Note: per, Cells: []view.Figure{beta, statistic}})
		number := func(what string, x analysis.Figure) view.Figure {
			return w.told(f.Label+", "+what, w.SignedFloat(size*x.Float64(), 2), x)
		}
		addRow(c.Table, f.Label, number("beta", f.Beta), number("low", f.Low), number("high", f.High), w.figure(f.Label+", t", f.T, decimal1), w.signed(f.Label+", money", f.Money, whole), w.figure(f.Label+", share of risk", f.Share, percent1))
	}
	drawn, ticks := chart.Intervals(list, w.Locale)
	for i := range t.Rows {
		t.Rows[i].Drawn = drawn[i]
	}
	t.Axis = ticks
	c.Tables = []view.FigureTable{t}
	return c
}

// backtestCard is the value at risk stated each day before against what happened.
func (w *writer) backtestCard() *view.BacktestCard {
	b := &w.a.ExAnte.Backtest
	c := &view.BacktestCard{Card: view.Card{ID: "backtest", Title: "VaR against what happened"}}
	if b.Reason != "" || len(b.Days) == 0 {
		c.Missing = &view.Missing{Reason: sentence(b.Reason), Cure: "The test needs about a year of common prices of what you hold.", Way: w.toData()}
		return c
	}
	c.Note = fmt.Sprintf("1 day, %s, %s, %s", w.Percent(b.Confidence, 0), tailMethod(b.Method), counted(w, len(b.Days), "day", "days"))
	c.Tag = &view.Tag{Text: "model accepted", Kind: "good", Icon: "check"}
	if !b.Accepted {
		c.Tag = &view.Tag{Text: "model rejected", Kind: "warn", Icon: "triangle-alert"}
	}
	c.Plot = chart.Backtest{Days: b.Days, Return: b.Return, Limit: b.Limit, Breaches: b.Breaches}.Draw(w.Locale)
	breaches := w.told("Breaches", w.Count(len(b.Breaches)), w.derived(float64(len(b.Breaches)), analysis.Count, "breaches", "Days", w.Count(len(b.Days)), "Confidence", w.Percent(b.Confidence, 0), "Expected", w.text(b.Expected, decimal1, false)))
	breaches.Note = "expected " + w.text(b.Expected, decimal1, false)
	c.Stats = []view.Figure{breaches, w.figure("Kupiec p", b.Kupiec, ratio), w.figure("Independence p", b.Independence, ratio)}
	if b.Zone != "" {
		c.Stats = append(c.Stats, view.Figure{Label: "Zone", Text: b.Zone})
	}
	c.Keys = []view.Key{{Label: "VaR the day before", Kind: "line"}, {Label: "breach", Kind: "breach"}}
	c.Table = &view.Table{Caption: "Each day's return, the value at risk stated the day before, and by how much it was exceeded", Head: []string{"Day", "Return", "Value at risk", "Beyond"}}
	for i := len(b.Days) - 1; i >= 0; i-- {
		day := format.Date(b.Days[i])
		on := func(what, text string, x float64, method string) view.Figure {
			f := analysis.Measure(x, analysis.Fraction, b.Days[i], method)
			return w.told(what+" on "+day, text, f)
		}
		beyond := plainFigure("")
		if slices.Contains(b.Breaches, i) {
			beyond = on("Beyond", w.Points(b.Return[i]-b.Limit[i], 2), b.Return[i]-b.Limit[i], "past_beyond")
		}
		addRow(c.Table, day, on("Return", w.SignedPercent(b.Return[i], 2), b.Return[i], "past_return"), on("Value at risk", w.Percent(-b.Limit[i], 2), -b.Limit[i], "past_var"), beyond)
	}
	return c
}

// tailMethods are the methods of measuring a tail, as people call them.
var tailMethods = map[string]string{
	"historical": "historical", "normal": "normal", "parametric": "factor model", "factor_model": "factor model", "model": "factor model", "ewma": "EWMA", "filtered": "volatility-filtered", "student_t": "Student t", "cornish_fisher": "Cornish–Fisher",
}

func tailMethod(method string) string {
	if word, ok := tailMethods[method]; ok {
		return word
	}
	return method
}

// tailCard is value at risk and expected shortfall by several methods.
func (w *writer) tailCard() *view.FiguresCard {
	c := &view.FiguresCard{Card: view.Card{ID: "tail", Title: "Value at risk and expected shortfall", Note: string(w.a.Base) + ", 1 day, loss positive"}, Stacked: true}
	rows := w.a.Risk.Tail
	if w.a.ExAnte != nil {
		rows = append(rows[:len(rows):len(rows)], w.a.ExAnte.Parametric...)
	}
	for _, confidence := range []float64{0.95, 0.99} {
		level := w.Percent(confidence, 0)
		t := view.FigureTable{Caption: c.Title + ", " + level, Head: []view.Heading{{Label: "At " + level}, {Label: "VaR"}, {Label: "of value"}, {Label: "ES", Title: "Expected shortfall: the mean loss beyond the value at risk"}}}
		for i := range rows {
			tail := &rows[i]
			if tail.Horizon != 1 || math.Abs(tail.Confidence-confidence) > 1e-9 {
				continue
			}
			method := tailMethod(tail.Method)
			t.Rows = append(t.Rows, view.FigureRow{Name: capital(method), Cells: []view.Figure{
				w.figure("VaR "+level+", "+method, tail.VaR, whole), quiet(w.figure("VaR "+level+", "+method+", of value", tail.VaRShare, percent2)), w.figure("ES "+level+", "+method, tail.ES, whole)}})
		}
		c.Tables = append(c.Tables, t)
	}
	if window := &w.a.Risk.Window; window.Days > 0 {
		c.Foot = "Today's holdings put back onto " + counted(w, window.Days, "day", "days") + " since " + format.Date(window.From) + "."
		if plain := tailRow(w.a, "historical", 0.95); plain != nil && plain.Days > 0 && plain.Days < window.Days {
			c.Foot += " Historical and normal take the last " + counted(w, plain.Days, "day", "days") + " of them; volatility-filtered takes all and brings each to tomorrow's volatility."
		}
	}
	return c
}
