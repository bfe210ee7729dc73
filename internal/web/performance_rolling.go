package web

import (
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// rollingHead is what the card begins with until it is looked at.
var rollingHead = view.Card{ID: "rolling", Title: "Rolling measures", Note: "of the window that ends with each day"}

// rolledMeasure is one measure of the card.
type rolledMeasure struct {
	name, label string
	style       style
	own, bench  func(*analysis.Rolling) analysis.Numbers // bench may be nil
	format      string                                   // of the readout at the chart
}

func noNumbers(*analysis.Rolling) analysis.Numbers { return nil }

// rolledMeasures are in the order of the analysis' summary.
var rolledMeasures = []rolledMeasure{
	{"return", "Return", percent1, func(x *analysis.Rolling) analysis.Numbers { return x.Return }, func(x *analysis.Rolling) analysis.Numbers { return x.BenchmarkReturn }, "percent"},
	{"volatility", "Volatility", percent1, func(x *analysis.Rolling) analysis.Numbers { return x.Volatility }, func(x *analysis.Rolling) analysis.Numbers { return x.BenchmarkVol }, "level"},
	{"sharpe", "Sharpe", ratio, func(x *analysis.Rolling) analysis.Numbers { return x.Sharpe }, noNumbers, "plain"},
	{"beta", "Beta", ratio, func(x *analysis.Rolling) analysis.Numbers { return x.Beta }, noNumbers, "plain"},
	{"correlation", "Correlation", ratio, func(x *analysis.Rolling) analysis.Numbers { return x.Correlation }, noNumbers, "plain"},
}

// rolledAsked is the measure and the window of the address.
func (r *request) rolledAsked() (m rolledMeasure, window int) {
	q := r.URL.Query()
	m, window = rolledMeasures[0], analysis.RollingWindows[0]
	for _, known := range rolledMeasures {
		if known.name == q.Get("kind") {
			m = known
		}
	}
	if n, err := strconv.Atoi(q.Get("window")); err == nil && slices.Contains(analysis.RollingWindows, n) {
		window = n
	}
	return m, window
}

// performanceRolling is the page with its card of rolling measures, or the card alone
// where script asks for it.
func (s *site) performanceRolling(r *request) error {
	return s.performanceWith(r, func(w *writer, v *view.Performance) error {
		_, window := r.rolledAsked()
		got, err := s.svc.Rolling(r.Context(), r.caller, r.question(w.a), window)
		if err != nil {
			return err
		}
		v.Rolling = r.rollingCard(w, got)
		return nil
	})
}

// rollingCard draws one measure and states all of them.
func (r *request) rollingCard(w *writer, got *analysis.Rolling) *view.RollingCard {
	chosen, window := r.rolledAsked()
	here := r.address("/performance/rolling")
	c := &view.RollingCard{Card: rollingHead}
	c.Note = counted(w, window, "session", "sessions") + ", ending with each day"
	for _, n := range analysis.RollingWindows {
		c.Windows = append(c.Windows, view.Choice{Label: w.Count(n), Href: r.pageWith(here, "window", strconv.Itoa(n), howParameter, ""), Current: n == window})
	}
	if got.Reason != "" {
		c.Missing = &view.Missing{Reason: sentence(got.Reason), Cure: "A shorter window needs fewer days of history."}
		return c
	}
	data := r.address("/charts/rolling")
	for _, m := range rolledMeasures {
		choice := view.Choice{Label: m.label, Href: r.pageWith(here, "kind", m.name, "window", strconv.Itoa(window), howParameter, ""), Current: m.name == chosen.name,
			Source: r.pageWith(data, "kind", m.name, "window", strconv.Itoa(window), "period", w.a.Period.Label, "added", "", howParameter, "")}
		if m.own(got) == nil {
			choice.Disabled, choice.Why = true, "no benchmark"
		}
		c.Chart.Kinds = append(c.Chart.Kinds, choice)
		if choice.Current {
			c.Chart.Source = choice.Source
		}
	}
	c.Chart.ID, c.Chart.Title, c.Chart.Height = "rolling-chart", "Rolling measures", "value"
	c.Chart.Legend = []view.Legend{{Label: "Portfolio", Kind: "own"}}
	if got.BenchmarkReturn != nil {
		c.Chart.Legend = append(c.Chart.Legend, view.Legend{Label: benchmarkName(w.a) + " (return, volatility)", Kind: "bench"})
	}
	c.Chart.Summary = r.rolledSpec(w.a, got, chosen).Summary
	c.Summary = w.rollingSummary(got)
	c.Chart.Table = w.rollingTable(got)
	c.Foot = "Volatility and Sharpe a year, the return not. A window may begin before the period."
	return c
}

// rollingSummary says of each measure where it is and between what it moved.
func (w *writer) rollingSummary(got *analysis.Rolling) view.FigureTable {
	t := view.FigureTable{Caption: "Rolling measures of the period", Head: []view.Heading{{Label: "Measure"}, {Label: "Latest"}, {Label: "Lowest"}, {Label: "Median", Wide: true}, {Label: "Highest"}}}
	for i := range got.Summary {
		item, m := &got.Summary[i], rolledMeasures[i]
		cell := func(what string, f analysis.Figure, on date.Date) view.Figure {
			v := w.figure("Rolling "+m.name+", "+what, f, m.style)
			if f.Known() && m.name == "return" {
				v.Text = w.text(f, m.style, true)
			}
			if f.Known() && on != 0 && !on.IsNone() {
				v.Note = format.Date(on)
			}
			return v
		}
		t.Rows = append(t.Rows, view.FigureRow{Name: m.label, Cells: []view.Figure{cell("latest", item.Latest, 0), cell("lowest", item.Lowest, item.LowestOn), cell("median", item.Median, 0), cell("highest", item.Highest, item.HighestOn)}})
	}
	return t
}

// rollingTable is the chart as a table: the last session of each month.
func (w *writer) rollingTable(got *analysis.Rolling) *view.Table {
	t := &view.Table{Caption: "Rolling measures at the end of each month", Head: []string{"Window ends"}}
	for _, m := range rolledMeasures {
		t.Head = append(t.Head, m.label)
	}
	for i := len(got.Days) - 1; i >= 0; i-- {
		if i < len(got.Days)-1 {
			_, month, _ := got.Days[i].Civil()
			if _, next, _ := got.Days[i+1].Civil(); next == month {
				continue
			}
		}
		var cells []view.Figure
		for _, m := range rolledMeasures {
			f := analysis.Unknown(analysis.Ratio, got.Days[i], "rolling_"+m.name, "the window is not full")
			if list := m.own(got); i < len(list) && !math.IsNaN(list[i]) {
				unit := analysis.Ratio
				if m.style == percent1 {
					unit = analysis.Fraction
				}
				f = analysis.Measure(list[i], unit, got.Days[i], "rolling_"+m.name).From("Sessions of the window", w.Count(got.Window))
			}
			cells = append(cells, w.figure("Rolling "+m.name, f, m.style))
		}
		addRow(t, format.Date(got.Days[i]), cells...)
	}
	return t
}

// rolledSpec draws one measure.
func (r *request) rolledSpec(a *analysis.Analysis, got *analysis.Rolling, m rolledMeasure) chart.Spec {
	keep := thin(len(got.Days))
	c := chart.Rolling{Days: pick(got.Days, keep), Own: pick(m.own(got), keep), Benchmark: pick(m.bench(got), keep), Measure: m.label, Window: got.Window, Format: m.format}
	if a.Benchmark != nil {
		c.Name = benchmarkName(a)
	}
	return c.Spec(r.locale)
}

// rollingSpec is the data of the chart of the card.
func (r *request) rollingSpec(a *analysis.Analysis) (chart.Spec, error) {
	m, window := r.rolledAsked()
	got, err := r.site.svc.Rolling(r.Context(), r.caller, r.question(a), window)
	if err != nil {
		return chart.Spec{}, err
	}
	return r.rolledSpec(a, got, m), nil
}

// rollingAlone writes the card without its page.
func (r *request) rollingAlone(v *view.Performance) error {
	return r.show(http.StatusOK, page.Rolling(v.Rolling))
}
