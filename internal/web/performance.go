package web

import (
	"math"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// performance is how the portfolio grew, and against what.
func (s *site) performance(r *request) error { return s.performanceWith(r, nil) }

// performanceWith writes the page with the card of rolling measures that roll fills in;
// the card alone where script asks for it.
func (s *site) performanceWith(r *request, roll func(*writer, *view.Performance) error) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	w := r.asked(a)
	frame := r.frame("Performance", "/performance")
	frame.Sheets = []string{s.assets.Figures}
	r.dated(&frame, a)
	v := view.Performance{Page: frame}
	if a.Bookings == 0 {
		v.Empty = &view.Empty{Icon: "chart-line", Title: "There is no return yet", Text: "Returns begin with the first transaction and the first price.",
			Ways: []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: r.address("/transactions/new")}}}
		return r.show(http.StatusOK, page.Performance(v))
	}
	v.Rolling = &view.RollingCard{Card: rollingHead}
	// Script asks for a card that stands below when it comes into sight, and gets it alone.
	alone := r.Header.Get("HX-Request") != ""
	v.RollingLater = r.pageWith(r.address("/performance/rolling"), "period", a.Period.Label, "added", "", howParameter, "")
	if roll != nil {
		if err := roll(w, &v); err != nil {
			return err
		}
		v.RollingLater = ""
		if alone {
			return r.rollingAlone(&v)
		}
	}
	v.Periods = r.periods(a, nil)
	v.Range = format.Date(a.Period.Start) + " – " + format.Date(a.Period.End)
	v.Benchmark = "No benchmark"
	if a.Benchmark != nil {
		v.Benchmark = benchmarkName(a) + ", " + a.Benchmark.Basis
		v.Benchmarks = []view.Link{{Label: benchmarkName(a), Note: a.Benchmark.Basis, Href: r.with(), Current: true}}
		if r.portfolio != nil {
			v.Benchmarks = append(v.Benchmarks, view.Link{Label: "Choose another …", Href: r.address("/edit")})
		}
	}
	v.Chart = r.growthChart(w)
	v.TWR, v.MWR, v.Words = w.twoReturns()
	v.AgainstTitle = "Against the benchmark"
	if a.Benchmark == nil {
		v.AgainstTitle = "Measures of risk"
	}
	v.Against, v.AgainstNote = w.against()
	v.Months = w.months()
	v.Table, v.TableTo, v.TableFoot = w.periodTable()
	v.Difference = w.difference()
	if err := r.addAttribution(w, &v); err != nil {
		return err
	}
	if alone && v.AttributionLater == "" {
		return r.show(http.StatusOK, page.CardAlone(v.Attribution))
	}
	v.Contribution = &view.FiguresCard{Card: contributionHead}
	if r.URL.Query().Get("added") == "" {
		if done, err := r.answered(w, "Performance", "/performance"); done {
			return err
		}
		v.Later = r.pageWith(r.address("/performance"), "added", "1", "period", a.Period.Label, "window", "", "kind", "")
		return r.show(http.StatusOK, page.Performance(v))
	}
	split, err := r.contribution(a)
	if err != nil {
		return err
	}
	v.Contribution = w.contributionCard(split)
	v.Contribution.Export = r.pageWith(r.address("/charts/contribution.csv"), "period", a.Period.Label, "added", "")
	gatherMarks(&v.Contribution.Card, nil, tablesOf(v.Contribution), nil)
	if alone {
		return r.show(http.StatusOK, page.CardAlone(v.Contribution))
	}
	if done, err := r.answered(w, "Performance", "/performance"); done {
		return err
	}
	return r.show(http.StatusOK, page.Performance(v))
}

func (r *request) growthChart(w *writer) view.Chart {
	a := w.a
	c := view.Chart{ID: "growth", Title: "Return and drawdown", Note: "time-weighted", Height: "tall", Legend: []view.Legend{{Label: "Portfolio", Kind: "own"}}}
	if a.Benchmark != nil {
		c.Legend = append(c.Legend, view.Legend{Label: benchmarkName(a), Kind: "bench"})
	}
	c.Source = r.pageWith(r.address("/charts/growth"), "period", a.Period.Label)
	c.Summary = r.growth(a).Spec(r.locale).Summary
	c.Export = r.pageWith(r.address("/charts/value.csv"), "period", a.Period.Label)
	c.Table = &view.Table{Caption: "The deepest falls of the period", Head: []string{"From", "Depth", "Lowest on", "Recovered", "Days"}}
	for i, d := range a.Drawdowns {
		if i == 10 {
			break
		}
		recovered := "not yet"
		if !d.Recovery.IsNone() && d.Recovery != 0 {
			recovered = format.Date(d.Recovery)
		}
		of := "Fall from " + format.Date(d.Peak)
		depth := w.told(of, w.Percent(d.Depth, 2), analysis.Measure(d.Depth, analysis.Fraction, d.Trough, "drawdown_depth"))
		days := w.told(of+", days", w.Count(d.Days), w.derived(float64(d.Days), analysis.Days, "drawdown_days", "Peak", format.Date(d.Peak), "Recovered", recovered))
		addRow(c.Table, format.Date(d.Peak), depth, plainFigure(format.Date(d.Trough)), plainFigure(recovered), days)
	}
	return c
}

// twoReturns are the two returns with the words between them.
func (w *writer) twoReturns() (twr, mwr view.Figure, text []view.Part) {
	r := w.a.Returns
	if r.TimeWeightedAnnual.Known() && w.a.Period.Full() {
		twr = w.signed("Time-weighted", r.TimeWeightedAnnual, percent2)
		twr.Note = "a year · " + w.text(r.TimeWeighted, percent2, true) + " in all"
	} else {
		twr = w.signed("Time-weighted", r.TimeWeighted, percent2)
		twr.Note = "in all, under a year"
	}
	mwr = w.signed("Money-weighted", r.MoneyWeighted, percent2)
	mwr.Note = "a year · XIRR, act/365"
	if days := int(w.a.Period.End - max(w.a.Period.Start, w.a.First-1)); r.MoneyWeighted.Known() && !w.a.Period.Full() {
		// Beside a return that is not annualised stands one that is not either; it counts from
		// the first payment where the period begins before.
		whole := analysis.Measure(math.Pow(1+r.MoneyWeighted.Float64(), float64(days)/365)-1, analysis.Fraction, w.a.Period.End, "money_weighted_period").
			From("A year", w.text(r.MoneyWeighted, percent2, true)).From("Days", w.Count(days))
		whole.Status, whole.Reasons = r.MoneyWeighted.Status, r.MoneyWeighted.Reasons
		mwr = w.signed("Money-weighted", whole, percent2)
		mwr.Note = "in all · XIRR " + w.text(r.MoneyWeighted, percent2, true) + " a year"
	}
	text = []view.Part{view.Words("The first measures the decisions, whatever was paid in. The second measures your money.")}
	if r.TimeWeightedAnnual.Known() && r.MoneyWeighted.Known() && w.a.Period.Full() {
		// A displayed difference is that of the displayed figures.
		cents := math.Round(1e4*r.MoneyWeighted.Float64()) - math.Round(1e4*r.TimeWeightedAnnual.Float64())
		switch {
		case cents > 0:
			text = append(text, view.Words(" The times of your payments added "), strong(strings.TrimPrefix(w.Points(cents/1e4, 2), "+")), view.Words(" a year."))
		case cents < 0:
			text = append(text, view.Words(" The times of your payments cost "), strong(strings.TrimPrefix(w.Points(-cents/1e4, 2), "+")), view.Words(" a year."))
		default:
			text = append(text, view.Words(" Here they agree."))
		}
	}
	return twr, mwr, text
}

// against are the measures beside the benchmark and of the period's returns.
func (w *writer) against() (rows []view.Row, note string) {
	a := w.a
	note = strings.ToLower(periodName(a.Period.Label))
	add := func(name string, f analysis.Figure, s style, signed, toned bool) *view.Row {
		row := view.Row{Name: name, Value: w.text(f, s, signed), Money: f.Amount.Known, Mark: mark(f.Status), MarkText: strings.Join(few(f.Reasons, 3), "; "), Explain: w.explain(name, f)}
		if toned {
			row.Tone = toneOf(row.Value)
		}
		if !f.Known() {
			row.MarkText, row.Mark = "", view.Complete
			row.Value, row.Aside, row.Tone = format.Unknown, "", view.Quiet
			row.Name += ": " + reason(f)
		}
		rows = append(rows, row)
		return &rows[len(rows)-1]
	}
	if a.Benchmark != nil {
		add("Active return", a.Returns.Active, points, true, true)
		add("Against the same payments in it", a.Returns.AheadBy, whole, true, true)
		add("Tracking error", a.Risk.Realised.TrackingError, percent1, false, false)
		add("Information ratio", a.Risk.Realised.InformationRatio, ratio, false, false)
		add("Beta", a.Risk.Realised.Beta, ratio, false, false)
		add("Correlation", a.Risk.Realised.Correlation, ratio, false, false)
	}
	sharpe := "Sharpe ratio"
	if a.Risk.Realised.RiskFree.Known() {
		sharpe += ", rf " + w.text(a.Risk.Realised.RiskFree, percent1, false)
	}
	add(sharpe, a.Risk.Realised.Sharpe, ratio, false, false)
	add("Sortino ratio", a.Risk.Realised.Sortino, ratio, false, false)
	volatility := add("Volatility, a year", a.Risk.Realised.Volatility, percent1, false, false)
	if a.Benchmark != nil && a.Risk.Realised.BenchmarkVolatility.Known() {
		volatility.Aside = w.text(a.Risk.Realised.BenchmarkVolatility, percent1, false)
	}
	deepest := add("Deepest drawdown", a.Risk.Realised.MaxDrawdown, percent1, false, false)
	if a.Benchmark != nil && a.Risk.Realised.BenchmarkMaxDrawdown.Known() {
		deepest.Aside = w.text(a.Risk.Realised.BenchmarkMaxDrawdown, percent1, false)
	}
	return rows, note
}

func periodName(label string) string {
	if word, ok := periodWords[label]; ok {
		return word
	}
	return label
}
