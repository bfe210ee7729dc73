package web

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// pair writes figures of before and after.
type pair struct {
	before, after *writer
	tried         bool
}

// row compares two figures. What is a gain or a loss is toned.
func (p *pair) row(name string, now, after analysis.Figure, s style, toned bool) view.CompareRow {
	write := func(w *writer, f analysis.Figure) view.Figure {
		if toned {
			return w.change(name, f, s)
		}
		return w.figure(name, f, s)
	}
	row := view.CompareRow{Name: name, Now: write(p.before, now)}
	row.Now.Mark, row.Mark, row.MarkText = view.Complete, row.Now.Mark, row.Now.MarkText
	if !p.tried {
		return row
	}
	row.After = write(p.after, after)
	row.Mark, row.MarkText = row.After.Mark, row.After.MarkText
	row.After.Mark = view.Complete
	row.Change = p.before.differenceOf(now, after, s)
	row.ChangeHow = p.changed(name, now.Unit, now.Float64(), after.Float64(), row.Now.Text, row.After.Text)
	row.Changed = row.Change != "" && row.Change != format.Unknown && strings.ContainsAny(row.Change, "+−")
	if toned {
		row.Tone = toneOf(row.Change)
	}
	return row
}

// changed is how the difference of two figures is made; nil where one of them is not
// known.
func (p *pair) changed(name string, unit analysis.Unit, now, after float64, before, then string) *view.Explain {
	return p.before.explain(name+", change", p.before.derived(after-now, unit, "what_if_change", "Now", before, "After", then))
}

// differenceOf is that of two figures as they are displayed.
func (w *writer) differenceOf(now, after analysis.Figure, s style) string {
	if !now.Known() || !after.Known() {
		return format.Unknown
	}
	places, scale := 0, 1.0
	switch {
	case now.Amount.Known:
		if s == exact {
			places = int(max(money.Currency(now.Unit).Places(), 0))
		}
		return w.SignedDecimal(after.Amount.Decimal.Round(int32(places)).Sub(now.Amount.Decimal.Round(int32(places))), places)
	case s == percent1:
		places, scale = 1, 100
	case s == percent2 || s == points:
		places, scale = 2, 100
	case s == ratio:
		places = 2
	}
	round := func(f analysis.Figure) float64 {
		return math.Round(f.Float64()*scale*math.Pow10(places)) / math.Pow10(places)
	}
	text := w.SignedFloat(round(after)-round(now), places)
	if scale == 100 {
		text += "\u00a0pp"
	}
	return text
}

// compare fills the figures before and after.
func (p *whatIfPage) compare(v *view.WhatIf) *writer {
	b, a := p.got.Before, p.got.After
	x := &pair{before: p.asked(b), after: p.writer(a), tried: v.Tried}
	x.after.asking = x.before.asking // one page, whichever side is asked
	v.Against = string(b.Base) + ", " + format.Date(b.AsOf)
	v.Compare = append(x.traded(p.got), x.exposures()...)
	v.Compare = append(v.Compare, x.risks()...)
	v.Compare = append(v.Compare, x.worst(3)...)
	if row := x.limitsMet(p.got); row != nil {
		v.Compare = append(v.Compare, *row)
	}
	cash := x.row("Cash", b.Summary.Cash, a.Summary.Cash, whole, false)
	v.Compare = append(v.Compare, cash)
	if v.Tried {
		v.Words = append(x.words(p.got), limitsSaid(p.got)...)
	}
	if v.Tried {
		v.Sections = []view.CompareSection{x.holdings(), x.sides(), x.factors(), x.scenarios()}
	}
	return x.before
}

// traded are the weights of what is traded.
func (p *pair) traded(got *service.WhatIf) []view.CompareRow {
	var rows []view.CompareRow
	seen := map[string]bool{}
	for i := range got.Trades {
		t := &got.Trades[i]
		if seen[t.Symbol] {
			continue
		}
		seen[t.Symbol] = true
		name := t.Symbol
		if t.Instrument.IsOption() {
			name = optionName(t.Instrument)
		}
		rows = append(rows, p.row(name+", % of value", weightOf(got.Before, t.Symbol), weightOf(got.After, t.Symbol), percent1, false))
	}
	return rows
}

// weightOf is the weight of a symbol: none where it is not held.
func weightOf(a *analysis.Analysis, symbol string) analysis.Figure {
	for i := range a.Holdings {
		if a.Holdings[i].Symbol == symbol {
			return a.Holdings[i].Weight
		}
	}
	return analysis.Measure(0, analysis.Fraction, a.AsOf, "not_held")
}

func (p *pair) exposures() []view.CompareRow {
	b, a := &p.before.a.Risk.Exposure, &p.after.a.Risk.Exposure
	return []view.CompareRow{
		p.row("Net exposure", b.NetShare, a.NetShare, percent1, false),
		p.row("Net, delta-adjusted", ofValue(p.before.a, b.DeltaAdjusted), ofValue(p.after.a, a.DeltaAdjusted), percent1, false),
		p.row("Gross exposure", b.GrossShare, a.GrossShare, percent1, false),
		p.row("Largest position", service.LargestWeight(p.before.a), service.LargestWeight(p.after.a), percent1, false),
	}
}

// ofValue is an amount as a share of the total value.
func ofValue(a *analysis.Analysis, f analysis.Figure) analysis.Figure {
	total := a.Summary.Value
	switch {
	case !f.Known():
		return f
	case !total.Known() || total.Float64() <= 0:
		return analysis.Unknown(analysis.Fraction, f.AsOf, f.Method, "the total value is not positive")
	}
	share := analysis.Measure(f.Float64()/total.Float64(), analysis.Fraction, f.AsOf, f.Method)
	return share.With(f.Status, f.Reasons...)
}

// risks are what the model and the past say of today's holdings.
func (p *pair) risks() []view.CompareRow {
	b, a := expected(p.before.a), expected(p.after.a)
	beta := "Beta"
	if p.before.a.Benchmark != nil {
		beta = "Beta to " + benchmarkName(p.before.a)
	}
	rows := []view.CompareRow{p.row(beta, b.beta, a.beta, ratio, false), p.row("Volatility expected, a year", b.volatility, a.volatility, percent1, false)}
	tb, ta := tailRow(p.before.a, "historical", 0.95), tailRow(p.after.a, "historical", 0.95)
	if tb != nil && ta != nil {
		rows = append(rows, p.row("VaR 95%, 1 day", tb.VaR, ta.VaR, whole, false), p.row("Expected shortfall 95%", tb.ES, ta.ES, whole, false))
	}
	return rows
}

type outlook struct{ beta, volatility analysis.Figure }

// expected is what the factor model says; without one, why there is none.
func expected(a *analysis.Analysis) outlook {
	if a.ExAnte == nil {
		why := "there is no factor model"
		return outlook{analysis.Unknown(analysis.Ratio, a.AsOf, "beta", why), analysis.Unknown(analysis.Fraction, a.AsOf, "volatility", why)}
	}
	return outlook{a.ExAnte.Active.Beta, a.ExAnte.Volatility.Model}
}

// worst are the scenarios that cost most as things are, but for the extreme ones.
func (p *pair) worst(n int) []view.CompareRow {
	rows := p.scenarioRows(func(s *analysis.Scenario) bool { return s.Severity != string(scenario.Extreme) })
	return rows[:min(n, len(rows))]
}

// scenarioRows compares the scenarios that are wanted, the worst first.
func (p *pair) scenarioRows(wanted func(*analysis.Scenario) bool) []view.CompareRow {
	b, a := p.before.a.ExAnte, p.after.a.ExAnte
	if b == nil || a == nil {
		return nil
	}
	after := map[string]*analysis.Scenario{}
	for i := range a.Scenarios {
		after[a.Scenarios[i].ID] = &a.Scenarios[i]
	}
	var known []*analysis.Scenario
	for i := range b.Scenarios {
		if s := &b.Scenarios[i]; s.PnL.Known() && after[s.ID] != nil && wanted(s) {
			known = append(known, s)
		}
	}
	slices.SortStableFunc(known, func(x, y *analysis.Scenario) int { return cmp.Compare(x.PnL.Float64(), y.PnL.Float64()) })
	var rows []view.CompareRow
	for _, s := range known {
		rows = append(rows, p.row(s.Name, s.PnL, after[s.ID].PnL, whole, true))
	}
	return rows
}

// words says what happens to cash and what is realised.
func (p *pair) words(got *service.WhatIf) []view.Part {
	w := p.after
	var parts []view.Part
	for i, c := range got.Cash {
		if i == 0 {
			parts = append(parts, view.Words("Cash "))
		} else {
			parts = append(parts, view.Words(", "))
		}
		parts = append(parts, view.Part{Text: w.SignedDecimal(c.After.Sub(c.Before), 0) + " " + string(c.Currency), Strong: true, Money: true}, view.Words(" to "),
			view.Part{Text: w.Decimal(c.After, 0), Strong: true, Money: true})
		if c.Account != "" {
			parts = append(parts, view.Words(" in "+c.Account))
		}
		if c.After.Sign() < 0 && c.Before.Sign() >= 0 {
			parts = append(parts, view.Words(" (below zero: it would be borrowed)"))
		}
	}
	if len(got.Cash) > 0 {
		parts = append(parts, view.Words(". "))
	}
	if got.Realised.Lots == 0 {
		return append(parts, view.Words("No lot is closed, so nothing is realised."))
	}
	said := 0
	for _, t := range []struct {
		word string
		gain analysis.Figure
	}{{"long-term", got.Realised.Long}, {"short-term", got.Realised.Short}} {
		if t.gain.Known() && t.gain.Float64() == 0 {
			continue
		}
		lead := "Realises "
		if said++; said > 1 {
			lead = " and "
		}
		text := w.text(t.gain, whole, true)
		parts = append(parts, view.Words(lead), view.Part{Text: text, Strong: true, Money: true, Tone: toneOf(text)}, view.Words(" "+t.word))
	}
	if said == 0 {
		parts = append(parts, view.Words("Closes "+counted(w, got.Realised.Lots, "lot", "lots")+" without a gain or loss"))
	}
	if word := lotsWord(got); word != "" {
		parts = append(parts, view.Words(" ("+strings.ToLower(word)+")"))
	}
	parts = append(parts, view.Words("."))
	if got.Realised.Long.Status == analysis.Partial {
		parts = append(parts, view.Words(" Not all of it is known: "+strings.Join(few(got.Realised.Long.Reasons, 2), "; ")+"."))
	}
	return parts
}

// lotsWord says how the lots that are closed were chosen: named by the trades, or by the
// portfolio's method; both where only some trades name theirs.
func lotsWord(got *service.WhatIf) string {
	named, closing := 0, 0
	for i := range got.Trades {
		if t := &got.Trades[i]; t.Side == service.SellSide || t.Side == service.CoverSide {
			closing++
			if !t.Lot.None() {
				named++
			}
		}
	}
	word := methodWord(got.Method)
	switch {
	case named == 0 || word == "":
		return word
	case named == closing:
		return "by the lots that the trades name"
	}
	return word + " where a trade names no lot"
}

func methodWord(m ledger.Method) string {
	for _, known := range methods {
		if known.method == m {
			return known.word
		}
	}
	return ""
}
