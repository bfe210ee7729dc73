package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// months are the returns of the months, in rows of years.
func (w *writer) months() view.Months {
	own := w.monthRows("", func(m *analysis.MonthRow) analysis.Figure { return m.Return }, func(y *analysis.YearRow) analysis.Figure { return y.Return })
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
	excess := w.monthRows(", ahead",
		func(m *analysis.MonthRow) analysis.Figure { return w.ahead(m.Return, m.Benchmark, "month_excess") },
		func(y *analysis.YearRow) analysis.Figure { return w.ahead(y.Return, y.Benchmark, "year_excess") })
	name := benchmarkName(w.a)
	m.Views = append(m.Views,
		view.MonthsView{Label: "Both", Blocks: [][]view.MonthsRow{own, excess}, Note: "Above: return, %. Below: ahead of or behind " + name + ", pp. " + note},
		view.MonthsView{Label: "Excess", Blocks: [][]view.MonthsRow{excess}, Note: "Ahead of or behind " + name + ", pp."})
	if len(own) <= 4 {
		m.Chosen = 1
	}
	return m
}

// ahead is how far a return lies above that of the benchmark.
func (w *writer) ahead(own, benchmark analysis.Figure, method string) analysis.Figure {
	for _, f := range []analysis.Figure{own, benchmark} {
		if !f.Known() {
			return analysis.Unknown(analysis.Fraction, own.AsOf, method, reason(f))
		}
	}
	f := analysis.Measure(own.Float64()-benchmark.Float64(), analysis.Fraction, own.AsOf, method)
	return f.With(own.Status, own.Reasons...).From("Portfolio", w.SignedPercent(own.Float64(), 4)).From("Benchmark", w.SignedPercent(benchmark.Float64(), 4))
}

// monthRows puts months into rows of years, the newest first.
func (w *writer) monthRows(what string, month func(*analysis.MonthRow) analysis.Figure, year func(*analysis.YearRow) analysis.Figure) []view.MonthsRow {
	write := func(name string, f analysis.Figure) view.Figure {
		v := w.told(name+what, w.SignedFloat(100*f.Float64(), 1), f)
		v.Mark, v.Label = view.Complete, "" // said once, above; the row and the head name it
		return v
	}
	var rows []view.MonthsRow
	for i := len(w.a.Years) - 1; i >= 0; i-- {
		y := &w.a.Years[i]
		row := view.MonthsRow{Year: strconv.Itoa(y.Year), Total: write(strconv.Itoa(y.Year), year(y))}
		for k := range row.Cells {
			row.Cells[k] = view.MonthCell{Figure: view.Figure{Text: "·"}, Class: "none"}
		}
		for k := range w.a.Months {
			m := &w.a.Months[k]
			if m.Year != y.Year {
				continue
			}
			f := month(m)
			name := fmt.Sprintf("%s %d", format.Month(m.Month), m.Year)
			cell := view.MonthCell{Figure: write(name, f), Class: chart.HeatClass(f.Float64()), Title: name + ": " + w.SignedPercent(f.Float64(), 2)}
			if m.Partial {
				cell.Title += ", a part of the month"
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
		name := periodName(p.Period.Label)
		row := view.PeriodRow{Name: name, Own: w.change(name, p.Return, percent2), Benchmark: w.signed(name+", benchmark", p.Benchmark, percent2), Active: w.change(name+", active", p.Active, points), Volatility: w.figure(name+", volatility", p.Volatility, percent1)}
		row.Active.Text = strings.TrimSuffix(row.Active.Text, "\u00a0pp")
		for _, f := range []*view.Figure{&row.Own, &row.Benchmark, &row.Active, &row.Volatility} {
			f.Label = "" // the row and the head name it
		}
		row.Reason = reason(p.Return)
		rows = append(rows, row)
	}
	return rows, "To " + format.Date(w.a.AsOf), "Returns of the whole period, time-weighted; active in pp. Nothing is annualised here."
}
