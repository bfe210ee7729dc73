package web

import (
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/view"
)

// limitsMet counts the limits that hold; nil where none is set.
func (p *pair) limitsMet(got *service.WhatIf) *view.CompareRow {
	count := func(w *writer, list []service.LimitCheck) (text string, met int) {
		for _, l := range list {
			if l.Met {
				met++
			}
		}
		return w.Count(met) + " of " + w.Count(len(list)), met
	}
	if len(got.Limits.Before) == 0 {
		return nil
	}
	now, before := count(p.before, got.Limits.Before)
	row := &view.CompareRow{Name: "Limits met", Now: view.Figure{Label: "Limits met", Text: now, Explain: p.before.limitsExplained(got.Limits.Before)}}
	if p.tried {
		then, after := count(p.after, got.Limits.After)
		row.After = view.Figure{Label: "Limits met", Text: then, Explain: p.after.limitsExplained(got.Limits.After)}
		row.Changed = before != after
		row.Change = p.before.SignedFloat(float64(after-before), 0)
		row.ChangeHow = p.changed("Limits met", analysis.Count, float64(before), float64(after), now, then)
	}
	return row
}

// limitsExplained lists the limits with what stands against them.
func (w *writer) limitsExplained(list []service.LimitCheck) *view.Explain {
	kept := 0
	for _, l := range list {
		if l.Met {
			kept++
		}
	}
	f := w.derived(float64(kept), analysis.Count, "limits_kept")
	for _, l := range list {
		write := func(x float64) string {
			if l.Name == "beta" {
				return w.Float(x, 2)
			}
			return w.Percent(x, 1)
		}
		said := "not known: " + reason(l.Value)
		if l.Value.Known() {
			said = write(l.Value.Float64()) + ", within " + write(l.Limit.Float64())
			if !l.Met {
				said = write(l.Value.Float64()) + ", over " + write(l.Limit.Float64())
			}
		}
		f = f.From(capital(limitWords[l.Name]), said)
	}
	return w.explain("Limits met", f)
}

// limitsSaid names the limits that the trades break and those that hold again.
func limitsSaid(got *service.WhatIf) []view.Part {
	var broken, mended []string
	for i, l := range got.Limits.After {
		switch was := got.Limits.Before[i].Met; {
		case was && !l.Met:
			broken = append(broken, limitWords[l.Name])
		case !was && l.Met:
			mended = append(mended, limitWords[l.Name])
		}
	}
	var parts []view.Part
	if len(broken) > 0 {
		parts = append(parts, view.Words(" "), view.Part{Text: "Breaks the limit of " + strings.Join(broken, " and of ") + ".", Strong: true, Tone: view.Warn})
	}
	if len(mended) > 0 {
		parts = append(parts, view.Words(" Holds the limit of "+strings.Join(mended, " and of ")+" again."))
	}
	return parts
}

// limitWords are the limits in words.
var limitWords = map[string]string{"net_exposure": "net exposure", "gross_exposure": "gross exposure", "beta": "beta", "volatility": "volatility", "var": "VaR", "largest_position": "largest position"}
