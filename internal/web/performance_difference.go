package web

import (
	"math"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

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
	var figures []analysis.Figure // of the parts
	add := func(name string, f analysis.Figure) {
		if x := f.Float64(); math.Abs(x) >= 0.5 {
			parts = append(parts, chart.Difference{Name: name, Amount: x})
			figures = append(figures, f)
		}
	}
	made := func(x float64, method string) analysis.Figure { return w.derived(x, w.base(), method) }
	add("Paid in, net", c.Transfers)
	for i := range parts {
		parts[i].Neutral = true
	}
	rest := c.Realised.Float64() + c.Unrealised.Float64()
	if known {
		for _, g := range groupWords {
			add(g.word, made(byGroup[g.group], "difference_group"))
			rest -= byGroup[g.group]
		}
		if math.Abs(rest) >= 1 {
			add("Other gains", made(rest, "difference_rest"))
		}
	} else {
		add("Realised", c.Realised)
		add("Unrealised", c.Unrealised)
	}
	add("Income", made(c.Dividends.Float64()+c.Interest.Float64(), "difference_gain"))
	add("Fees and taxes", made(-c.Fees.Float64()-c.Taxes.Float64(), "difference_costs"))
	add("Currency", c.Currency)
	note := string(w.a.Base) + " since " + format.Date(dayAfter(w.a.Period.Start)) + ", realised and unrealised"
	startName, start, first := "Start", c.Initial.Float64(), c.Initial
	if start == 0 && len(parts) > 0 && parts[0].Neutral {
		// From the very beginning: what was paid in is the ground the rest stands on.
		startName, start, first = parts[0].Name, parts[0].Amount, figures[0]
		parts, figures = parts[1:], figures[1:]
	}
	f := chart.Waterfall(title, note, startName, start, parts, "Value now", w.Locale)
	for i, figure := range append(append([]analysis.Figure{first}, figures...), c.Final) {
		if e := w.explain(f.Rows[i].Name, figure); e != nil {
			f.Rows[i].Explain, f.Steps[i].How = e, e.Href
		}
	}
	f.Check = "The parts add up exactly to the change in value, to the cent."
	return f
}

func dayAfter(d date.Date) date.Date { return d + 1 }
