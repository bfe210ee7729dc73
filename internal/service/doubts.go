package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/store"
)

// doubtsOf gathers what speaks against the series of a panel: what is held back and not
// there from another source or by hand, what was doubtful when it was checked last, and
// scores. Each change of what is held back or doubtful, and of whether a score is good
// enough, raises the market version, so that what was gathered for one stays true; by how
// much a score misses that may be what it was when the version began.
func doubtsOf(ctx context.Context, v store.View, p *market.Panel, set *asked) (analysis.Doubts, error) {
	g, err := gatherDoubts(ctx, v, p, set.simulated, set.knownOn)
	if err != nil {
		return analysis.Doubts{}, err
	}
	return g.doubts()
}

// gatherDoubts gathers it, as it was known at a time (zero: now).
func gatherDoubts(ctx context.Context, v store.View, p *market.Panel, simulated bool, knownOn time.Time) (*gathered, error) {
	g := &gathered{panel: p, found: map[heldKey][]quality.Finding{}, scores: map[heldKey]*quality.Score{}}
	if err := g.held(ctx, v, simulated, knownOn); err != nil {
		return nil, err
	}
	if !simulated && knownOn.IsZero() { // what a score was is not kept
		if err := g.scored(ctx, v); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func inOrder(a, b quality.Finding) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Kind, b.Kind))
}

// gathered is what speaks against series of a panel.
type gathered struct {
	panel  *market.Panel
	found  map[heldKey][]quality.Finding
	scores map[heldKey]*quality.Score
}

// seriesOf is a series of the panel, nil where it has none.
func (g *gathered) seriesOf(key heldKey) *market.Series {
	switch key.kind {
	case store.Prices:
		return g.panel.Prices(key.symbol)
	case store.FX:
		if pair, err := market.ParsePair(key.symbol); err == nil {
			return g.panel.FX(pair)
		}
	case store.Rates:
		return g.panel.Rate(key.symbol)
	}
	return nil
}

// held finds the values that wait for a decision, or that did at an earlier time.
func (g *gathered) held(ctx context.Context, v store.View, simulated bool, knownOn time.Time) error {
	f := store.HeldFilter{Decision: store.HeldOpen, Limit: 1000}
	if !knownOn.IsZero() {
		f.Decision = ""
	}
	for {
		page, err := v.HeldValues(ctx, f)
		if err != nil {
			return err
		}
		for i := range page {
			h := &page[i]
			if !knownOn.IsZero() && (h.Found.After(knownOn) || h.Decision != store.HeldOpen && !h.Decided.After(knownOn)) {
				continue
			}
			if simulated == (h.Source == store.Simulated) {
				g.hold(h)
			}
		}
		if len(page) < f.Limit {
			return nil
		}
		f.Before = page[len(page)-1].ID
	}
}

// hold takes in a held value where one is missing for it: not on days that have no session,
// nor where another source or a price of one's own has the day.
func (g *gathered) hold(h *store.HeldValue) {
	key := heldKey{h.Kind, h.Symbol}
	s := g.seriesOf(key)
	if kind := quality.Kind(h.Finding); s == nil || kind == quality.ClosedDay || kind == quality.OutOfRange {
		return
	}
	if _, there := slices.BinarySearch(s.Dates, h.Day); there {
		return
	}
	g.found[key] = append(g.found[key], quality.Finding{Kind: quality.Kind(h.Finding), Severity: quality.Suspect, From: h.Day, To: h.Day, Count: 1,
		Seen: h.Bar.Close, Expected: h.Expected, Reason: cmp.Or(h.Reason, h.Finding), Source: h.Source})
}

// scored reads the scores of the panel's series, with the doubts about the source that the
// panel believes.
func (g *gathered) scored(ctx context.Context, v store.View) error {
	names := slices.Concat(g.panel.Symbols(), g.panel.RateNames())
	for _, pair := range g.panel.Pairs() {
		names = append(names, pair.String())
	}
	if len(names) == 0 {
		return nil
	}
	for f := (store.SupplyFilter{Symbols: names, Limit: 1000}); ; {
		page, err := v.Supplies(ctx, f)
		if err != nil {
			return err
		}
		for i := range page.Supplies {
			one := &page.Supplies[i]
			key := heldKey{seriesKindOf(one.Kind), one.Symbol}
			s := g.seriesOf(key)
			var parts SupplyScore
			if s == nil || one.Score == nil || s.Source != one.Provider || json.Unmarshal(one.Parts, &parts) != nil || parts.Sessions == 0 {
				continue
			}
			g.score(key, one.Provider, &parts)
		}
		if f.After = page.Next; f.After == "" {
			return nil
		}
	}
}

func (g *gathered) score(key heldKey, source string, parts *SupplyScore) {
	c := quality.Score{From: parts.From, To: parts.To, Sessions: parts.Sessions, Stale: parts.Stale, Missing: parts.Missing, Suspect: parts.Suspect, Doubtful: parts.Doubtful}
	c.Points = 100 * float64(c.Sessions-c.Stale-c.Missing-c.Suspect) / float64(c.Sessions)
	if c.Points < quality.Sound {
		g.scores[key] = &c
	}
	for _, x := range parts.Findings {
		f := quality.Finding{Kind: quality.Kind(x.Kind), Severity: quality.Severity(x.Severity), From: x.From, To: x.To, Reason: x.Reason, Source: source}
		if f.Severity == quality.Doubtful && f.Questions() {
			g.found[key] = append(g.found[key], f)
		}
	}
}

// weakens is what of the score of a series weakens figures, in words to compare; empty:
// nothing does. By how much a score is too low makes no difference.
func weakens(row *store.Supply) string {
	var parts SupplyScore
	if row.Score == nil || json.Unmarshal(row.Parts, &parts) != nil || parts.Sessions == 0 {
		return ""
	}
	g := &gathered{found: map[heldKey][]quality.Finding{}, scores: map[heldKey]*quality.Score{}}
	key := heldKey{seriesKindOf(row.Kind), row.Symbol}
	g.score(key, row.Provider, &parts)
	if len(g.found)+len(g.scores) == 0 {
		return ""
	}
	words := []string{row.Provider}
	if g.scores[key] != nil {
		words = append(words, "low")
	}
	slices.SortStableFunc(g.found[key], inOrder)
	for _, f := range g.found[key] {
		words = append(words, fmt.Sprint(f.Kind, f.From, f.To, f.Reason))
	}
	return strings.Join(words, "; ")
}

// doubts puts together what was gathered.
func (g *gathered) doubts() (d analysis.Doubts, err error) {
	of := func(key heldKey) (*analysis.Doubt, error) {
		switch key.kind {
		case store.FX:
			pair, err := market.ParsePair(key.symbol)
			return in(&d.FX, pair), err
		case store.Rates:
			return in(&d.Rates, key.symbol), nil
		}
		return in(&d.Prices, key.symbol), nil
	}
	for key, found := range g.found {
		one, err := of(key)
		if err != nil {
			return d, err
		}
		slices.SortStableFunc(found, inOrder)
		one.Quarantine = quality.Hold(found, nil)
	}
	for key, c := range g.scores {
		one, err := of(key)
		if err != nil {
			return d, err
		}
		one.Score = c
	}
	return d, nil
}

// in is the doubt of a series in a map that is made when it is first needed.
func in[K comparable](m *map[K]*analysis.Doubt, key K) *analysis.Doubt {
	if *m == nil {
		*m = map[K]*analysis.Doubt{}
	}
	if (*m)[key] == nil {
		(*m)[key] = &analysis.Doubt{}
	}
	return (*m)[key]
}
