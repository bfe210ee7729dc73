package web

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) performance(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	w := r.writer(a)
	frame := r.frame("Performance", "/performance")
	frame.Sheets = []string{s.assets.Figures}
	r.dated(&frame, a)
	v := view.Performance{Page: frame}
	if a.Bookings == 0 {
		v.Empty = &view.Empty{Icon: "chart-line", Title: "There is no return yet", Text: "Returns begin with the first transaction and the first price.",
			Ways: []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: r.address("/transactions/new")}}}
		return r.show(http.StatusOK, page.Performance(v))
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
	v.Contribution = &view.FiguresCard{Card: contributionHead}
	if r.URL.Query().Get("added") == "" {
		v.Later = r.with("added", "1", "period", a.Period.Label)
		return r.show(http.StatusOK, page.Performance(v))
	}
	split, err := r.contribution(a)
	if err != nil {
		return err
	}
	v.Contribution = w.contributionCard(split)
	v.Contribution.Export = r.pageWith(r.address("/charts/contribution.csv"), "period", a.Period.Label, "added", "")
	gatherMarks(&v.Contribution.Card, nil, tablesOf(v.Contribution), nil)
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
		c.Table.Rows = append(c.Table.Rows, []string{format.Date(d.Peak), w.Percent(d.Depth, 2), format.Date(d.Trough), recovered, w.Count(d.Days)})
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
		add("Ahead of the same payments by", a.Returns.AheadBy, whole, true, true)
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

// months are the returns of the months, in rows of years.
func (w *writer) months() view.Months {
	own := w.monthRows(func(m *analysis.MonthRow) float64 { return m.Return.Float64() }, func(y *analysis.YearRow) float64 { return y.Return.Float64() })
	positive, count := 0, 0
	for i := range w.a.Months {
		if f := w.a.Months[i].Return; f.Known() {
			count++
			if f.Float64() > 0 {
				positive++
			}
		}
	}
	note := fmt.Sprintf("%s of %s were positive.", w.Count(positive), counted(w, count, "month", "months"))
	m := view.Months{Views: []view.MonthsView{{Label: "Return", Blocks: [][]view.MonthsRow{own}, Note: "Return, %. " + note}}}
	if w.a.Benchmark == nil {
		return m
	}
	excess := w.monthRows(
		func(m *analysis.MonthRow) float64 { return m.Return.Float64() - m.Benchmark.Float64() },
		func(y *analysis.YearRow) float64 { return y.Return.Float64() - y.Benchmark.Float64() })
	name := benchmarkName(w.a)
	m.Views = append(m.Views,
		view.MonthsView{Label: "Both", Blocks: [][]view.MonthsRow{own, excess}, Note: "Above: return, %. Below: ahead of or behind " + name + ", pp. " + note},
		view.MonthsView{Label: "Excess", Blocks: [][]view.MonthsRow{excess}, Note: "Ahead of or behind " + name + ", pp."})
	if len(own) <= 4 {
		m.Chosen = 1
	}
	return m
}

// monthRows puts months into rows of years, the newest first.
func (w *writer) monthRows(month func(*analysis.MonthRow) float64, year func(*analysis.YearRow) float64) []view.MonthsRow {
	var rows []view.MonthsRow
	for i := len(w.a.Years) - 1; i >= 0; i-- {
		y := &w.a.Years[i]
		row := view.MonthsRow{Year: strconv.Itoa(y.Year), Total: w.SignedFloat(100*year(y), 1)}
		for k := range row.Cells {
			row.Cells[k] = view.MonthCell{Text: "·", Class: "none"}
		}
		for k := range w.a.Months {
			m := &w.a.Months[k]
			if m.Year != y.Year {
				continue
			}
			x := month(m)
			cell := view.MonthCell{Text: w.SignedFloat(100*x, 1), Class: chart.HeatClass(x), Title: fmt.Sprintf("%s %d: %s", format.Month(m.Month), m.Year, w.SignedPercent(x, 2))}
			if m.Partial {
				cell.Title += ", a part of the month"
			}
			if math.IsNaN(x) {
				cell.Text = format.Unknown
			}
			row.Cells[m.Month-1] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// periodTable are the standard periods.
func (w *writer) periodTable() (rows []view.PeriodRow, to, foot string) {
	for i := range w.a.Periods {
		p := &w.a.Periods[i]
		if p.Period.Label == "1D" || p.Period.Label == "1W" {
			continue
		}
		row := view.PeriodRow{Name: periodName(p.Period.Label), Own: w.text(p.Return, percent2, true), Benchmark: w.text(p.Benchmark, percent2, true), Active: strings.TrimSuffix(w.text(p.Active, points, true), "\u00a0pp"), Volatility: w.text(p.Volatility, percent1, false)}
		row.OwnTone, row.ActiveTone = toneOf(row.Own), toneOf(row.Active)
		row.Reason = reason(p.Return)
		rows = append(rows, row)
	}
	return rows, "To " + format.Date(w.a.AsOf), "Returns of the whole period, time-weighted; active in pp. Nothing is annualised here."
}

// difference is what led from the value at the start of the period to that at its end.
func (w *writer) difference() view.Waterfall {
	c := w.a.Change
	title := "What made the difference"
	if !c.Final.Known() || !c.Initial.Known() {
		why := reason(c.Final)
		if why == "" {
			why = reason(c.Initial)
		}
		return view.Waterfall{Title: title, Note: "not known: " + why}
	}
	byGroup := map[analysis.Group]float64{}
	known := true
	for i := range c.ByHolding {
		row := &c.ByHolding[i]
		if !row.Realised.Known() || !row.Unrealised.Known() {
			known = false
			continue
		}
		byGroup[row.Group] += row.Realised.Float64() + row.Unrealised.Float64()
	}
	var parts []chart.Difference
	add := func(name string, x float64) {
		if math.Abs(x) >= 0.5 {
			parts = append(parts, chart.Difference{Name: name, Amount: x})
		}
	}
	add("Paid in, net", c.Transfers.Float64())
	for i := range parts {
		parts[i].Neutral = true
	}
	rest := c.Realised.Float64() + c.Unrealised.Float64()
	if known {
		for _, g := range groupWords {
			add(g.word, byGroup[g.group])
			rest -= byGroup[g.group]
		}
		if math.Abs(rest) >= 1 {
			add("Other gains", rest)
		}
	} else {
		add("Realised", c.Realised.Float64())
		add("Unrealised", c.Unrealised.Float64())
	}
	add("Income", c.Dividends.Float64()+c.Interest.Float64())
	add("Fees and taxes", -c.Fees.Float64()-c.Taxes.Float64())
	add("Currency", c.Currency.Float64())
	note := string(w.a.Base) + " since " + format.Date(dayAfter(w.a.Period.Start)) + ", realised and unrealised"
	startName, start := "Start", c.Initial.Float64()
	if start == 0 && len(parts) > 0 && parts[0].Neutral {
		// From the very beginning: what was paid in is the ground the rest stands on.
		startName, start, parts = parts[0].Name, parts[0].Amount, parts[1:]
	}
	f := chart.Waterfall(title, note, startName, start, parts, "Value now", w.Locale)
	f.Check = "The parts add up exactly to the change in value, to the cent."
	return f
}

func dayAfter(d date.Date) date.Date { return d + 1 }
