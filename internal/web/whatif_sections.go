package web

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// mostCompared is how many holdings are compared beside those that change.
const mostCompared = 20

// sized is a holding, or cash, with its value before and after as displayed.
type sized struct {
	name      string
	before    float64
	after     float64
	cash      bool
	now, then analysis.Figure
	changed   bool
}

// orNone is a value, or that nothing is held on this side.
func (s *sized) orNone(f analysis.Figure, w *writer) analysis.Figure {
	if f.Method == "" {
		return w.derived(0, w.base(), "not_held")
	}
	return f
}

// holdings compares the values of what is held; they add up as displayed.
func (p *pair) holdings() view.CompareSection {
	s := view.CompareSection{Label: "Holdings", Head: [4]string{"Position", "Now", "After", "Change"}}
	list := p.sizes()
	settleSizes(list, p.before.a.Summary.Value.Float64(), p.after.a.Summary.Value.Float64())
	slices.SortStableFunc(list, func(x, y sized) int {
		switch {
		case x.changed != y.changed && x.changed:
			return -1
		case x.changed != y.changed:
			return 1
		}
		return cmp.Compare(math.Abs(y.before), math.Abs(x.before))
	})
	w := p.before
	write := func(x float64) view.Figure { return view.Figure{Text: w.Float(x, 0), Money: true} }
	line := func(name string, before, after float64) view.CompareRow {
		row := view.CompareRow{Name: name, Now: write(before)}
		if p.tried {
			row.After, row.Change = write(after), w.SignedFloat(after-before, 0)
			row.ChangeHow = p.changed(name, w.base(), before, after, row.Now.Text, row.After.Text)
		}
		return row
	}
	rest, restBefore, restAfter := 0, 0.0, 0.0
	changed := 0
	for _, l := range list {
		if l.changed {
			changed++
		}
	}
	for i, l := range list {
		if !l.changed && i >= changed+mostCompared {
			rest, restBefore, restAfter = rest+1, restBefore+zeroOf(l.before), restAfter+zeroOf(l.after)
			continue
		}
		row := line(l.name, l.before, l.after)
		row.Changed = l.changed && p.tried
		row.Now.Explain, row.Now.Label = w.explain(l.name, l.orNone(l.now, w)), l.name
		if p.tried {
			row.After.Explain, row.After.Label = p.after.explain(l.name, l.orNone(l.then, w)), l.name
		}
		s.Rows = append(s.Rows, row)
	}
	if rest > 0 {
		row := line(counted(w, rest, "smaller position", "smaller positions")+", unchanged", restBefore, restAfter)
		row.Now.Explain, row.Now.Label = w.explain(row.Name, w.derived(restBefore, w.base(), "others_added", "Positions", w.Count(rest))), row.Name
		if p.tried {
			row.After.Explain, row.After.Label = p.after.explain(row.Name, w.derived(restAfter, w.base(), "others_added", "Positions", w.Count(rest))), row.Name
		}
		s.Rows = append(s.Rows, row)
	}
	total := p.row("Total value", p.before.a.Summary.Value, p.after.a.Summary.Value, whole, false)
	total.Total = true
	s.Rows = append(s.Rows, total)
	return s
}

// settleSizes rounds the values of both sides so that they add up to the rounded totals.
// What does not change is written alike on both: only what is traded takes up the rounding
// of the second side.
func settleSizes(list []sized, before, after float64) {
	values := make([]float64, len(list))
	for i := range list {
		values[i] = list[i].before
	}
	traded, of := []float64(nil), []int(nil)
	rest := math.Round(after)
	for i, x := range format.PartsOf(before, values, 0) {
		list[i].before = x
		if list[i].changed {
			traded, of = append(traded, list[i].after), append(of, i)
			continue
		}
		list[i].after = x
		rest -= zeroOf(x)
	}
	for n, x := range format.PartsOf(rest, traded, 0) {
		list[of[n]].after = x
	}
}

func zeroOf(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// sizes are the values of all holdings and of cash, before and after.
func (p *pair) sizes() []sized {
	var list []sized
	at := map[string]int{}
	add := func(key, name string, cash, second bool, f analysis.Figure) {
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key] = i
			nothing := analysis.Figure{}
			list = append(list, sized{name: name, cash: cash, now: nothing, then: nothing})
		}
		if second {
			list[i].after, list[i].then = f.Float64(), f
		} else {
			list[i].before, list[i].now = f.Float64(), f
		}
	}
	for n, w := range []*writer{p.before, p.after} {
		for i := range w.a.Holdings {
			h := &w.a.Holdings[i]
			add(h.Symbol, shortName(h), false, n == 1, h.Value)
		}
		for i := range w.a.Cash {
			c := &w.a.Cash[i]
			if !c.Amount.IsZero() {
				add("cash "+c.Account+" "+string(c.Currency), "Cash "+string(c.Currency)+", "+c.Account, true, n == 1, c.Value)
			}
		}
	}
	for i := range list {
		l := &list[i]
		l.changed = math.Abs(l.before-l.after) > 0.005
	}
	return list
}

// sides compares exposures and sectors.
func (p *pair) sides() view.CompareSection {
	s := view.CompareSection{Label: "Exposures", Head: [4]string{"Of value", "Now", "After", "Change"}}
	b, a := &p.before.a.Risk.Exposure, &p.after.a.Risk.Exposure
	s.Rows = []view.CompareRow{
		p.row("Long", b.LongShare, a.LongShare, percent1, false), p.row("Short", b.ShortShare, a.ShortShare, percent1, false),
		p.row("Gross", b.GrossShare, a.GrossShare, percent1, false), p.row("Net", b.NetShare, a.NetShare, percent1, false),
		p.row("Net, delta-adjusted", ofValue(p.before.a, b.DeltaAdjusted), ofValue(p.after.a, a.DeltaAdjusted), percent1, false),
		p.row("Options, delta", ofValue(p.before.a, b.OptionsDelta), ofValue(p.after.a, a.OptionsDelta), percent1, false),
		p.row("Options, notional", ofValue(p.before.a, b.Notional), ofValue(p.after.a, a.Notional), percent1, false),
		p.row("Effective positions", p.before.a.Risk.Concentration.Effective, p.after.a.Risk.Concentration.Effective, ratio, false),
	}
	s.Rows = append(s.Rows, p.slices("By sector", p.before.a.Allocation.Sector, p.after.a.Allocation.Sector)...)
	s.Rows = append(s.Rows, p.slices("By currency", p.before.a.Allocation.Currency, p.after.a.Allocation.Currency)...)
	return s
}

// slices compares one way of splitting the value.
func (p *pair) slices(title string, before, after []analysis.Slice) []view.CompareRow {
	rows := []view.CompareRow{{Name: title, Head: true}}
	figure := func(list []analysis.Slice, key string, a *analysis.Analysis) analysis.Figure {
		for _, s := range list {
			if s.Key == key {
				return analysis.Measure(s.Weight.Float64(), analysis.Fraction, a.AsOf, "allocation_weight").From("Holdings", strconv.Itoa(s.Count))
			}
		}
		return analysis.Measure(0, analysis.Fraction, a.AsOf, "not_held")
	}
	seen := map[string]bool{}
	for _, list := range [][]analysis.Slice{before, after} {
		for _, s := range list {
			if !seen[s.Key] {
				seen[s.Key] = true
				rows = append(rows, p.row(named(s.Key), figure(before, s.Key, p.before.a), figure(after, s.Key, p.after.a), percent1, false))
			}
		}
	}
	return rows
}

// factors compares the betas of the model.
func (p *pair) factors() view.CompareSection {
	s := view.CompareSection{Label: "Factors", Head: [4]string{"Beta to", "Now", "After", "Change"}}
	b, a := p.before.a.ExAnte, p.after.a.ExAnte
	if b == nil || a == nil || len(b.Factors) == 0 {
		s.Empty = "There is no factor model" + because(b) + "."
		return s
	}
	after := map[string]analysis.Figure{}
	for _, f := range a.Factors {
		after[f.Key] = f.Beta
	}
	for _, f := range b.Factors {
		then, ok := after[f.Key]
		if !ok {
			then = analysis.Unknown(analysis.Ratio, p.after.a.AsOf, f.Beta.Method, "the factor is not in the model")
		}
		s.Rows = append(s.Rows, p.row(f.Label, f.Beta, then, ratio, false))
	}
	s.Rows = append(s.Rows, p.row("Tracking error, a year", b.Active.TrackingError, a.Active.TrackingError, percent1, false))
	s.Note = "Betas of the total value; of rates the change of the value for a change of the yield of 1."
	return s
}

func because(e *analysis.ExAnte) string {
	if e == nil || e.Model.Reason == "" {
		return ""
	}
	return ": " + e.Model.Reason
}

// scenarios compares all of them.
func (p *pair) scenarios() view.CompareSection {
	s := view.CompareSection{Label: "Scenarios", Head: [4]string{"Gain or loss, " + string(p.before.a.Base), "Now", "After", "Change"}, Rows: p.scenarioRows(func(*analysis.Scenario) bool { return true })}
	if len(s.Rows) == 0 {
		s.Empty = "No scenario can be evaluated" + because(p.before.a.ExAnte) + "."
	}
	return s
}
