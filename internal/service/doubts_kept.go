package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/finance/snapshot"
	"github.com/foliosight/foliosight/internal/store"
)

// What is held back and how series score is not kept in versions: a decision is taken back,
// a score is overwritten. A snapshot therefore holds what was said against its series when
// it was made, beside the versions and terms, as one more thing that its figures follow
// from: computed again they follow from the same.

// keptDoubt is what speaks against one series, as a snapshot holds it.
type keptDoubt struct {
	Kind   store.SeriesKind `json:"kind"`
	Symbol string           `json:"symbol"`
	Found  []keptFinding    `json:"found,omitempty"`
	Score  *keptScore       `json:"score,omitempty"`
}

type keptFinding struct {
	Kind     quality.Kind     `json:"finding"`
	Severity quality.Severity `json:"severity"`
	From     date.Date        `json:"from"`
	To       date.Date        `json:"to"`
	Count    int              `json:"count,omitempty"`
	Seen     *float64         `json:"seen,omitempty"` // nil: not known
	Expected *float64         `json:"expected,omitempty"`
	Reason   string           `json:"reason"`
	Source   string           `json:"source,omitempty"`
}

type keptScore struct {
	From     date.Date `json:"from"`
	To       date.Date `json:"to"`
	Sessions int       `json:"sessions"`
	Stale    int       `json:"stale"`
	Missing  int       `json:"missing"`
	Suspect  int       `json:"suspect"`
	Doubtful int       `json:"doubtful"`
	Points   float64   `json:"points"`
}

func orNil(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// keep writes what was gathered, in one order whatever the order it came in.
func (g *gathered) keep() ([]byte, error) {
	keys := map[heldKey]bool{}
	for key := range g.found {
		keys[key] = true
	}
	for key := range g.scores {
		keys[key] = true
	}
	all := []keptDoubt{}
	for _, key := range slices.SortedFunc(maps.Keys(keys), func(a, b heldKey) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.symbol, b.symbol)) }) {
		one := keptDoubt{Kind: key.kind, Symbol: key.symbol}
		found := slices.Clone(g.found[key])
		slices.SortStableFunc(found, inOrder)
		for _, f := range found {
			one.Found = append(one.Found, keptFinding{f.Kind, f.Severity, f.From, f.To, f.Count, orNil(f.Seen), orNil(f.Expected), f.Reason, f.Source})
		}
		if c := g.scores[key]; c != nil {
			one.Score = &keptScore{c.From, c.To, c.Sessions, c.Stale, c.Missing, c.Suspect, c.Doubtful, c.Points}
		}
		all = append(all, one)
	}
	return json.Marshal(all)
}

// keptDoubts reads what a snapshot holds; one that was made before they did holds none.
func keptDoubts(text []byte) (analysis.Doubts, error) {
	var all []keptDoubt
	if len(text) == 0 {
		return analysis.Doubts{}, nil
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return analysis.Doubts{}, fmt.Errorf("what the snapshot says against its series: %w", err)
	}
	g := gathered{found: map[heldKey][]quality.Finding{}, scores: map[heldKey]*quality.Score{}}
	for _, one := range all {
		key := heldKey{one.Kind, one.Symbol}
		for _, f := range one.Found {
			g.found[key] = append(g.found[key], quality.Finding{Kind: f.Kind, Severity: f.Severity, From: f.From, To: f.To, Count: f.Count, Seen: orNaN(f.Seen), Expected: orNaN(f.Expected), Reason: f.Reason, Source: f.Source})
		}
		if c := one.Score; c != nil {
			g.scores[key] = &quality.Score{From: c.From, To: c.To, Sessions: c.Sessions, Stale: c.Stale, Missing: c.Missing, Suspect: c.Suspect, Doubtful: c.Doubtful, Points: c.Points}
		}
	}
	return g.doubts()
}

// doubts is the first step of a nightly analysis: what speaks against the series of its
// panel now. Where the market has moved on since the run began, it is what was held back
// when it began.
func (n *NightlyAnalysis) doubts(ctx context.Context) (part snapshot.Part, err error) {
	part.Status = analysis.Complete
	d := &n.document
	err = n.s.read(ctx, n.caller, func(ctx context.Context, v store.View) error {
		now, err := v.MarketVersion(ctx)
		if err != nil {
			return err
		}
		known := time.Time{}
		if now != n.run.Market {
			known = n.run.Started
		}
		_, panel, _, err := n.s.analyses.panelOf(ctx, v, n.run.Portfolio, d, true)
		if err != nil {
			return err
		}
		g, err := gatherDoubts(ctx, v, panel, d.Terms.Simulated, known)
		if err != nil {
			return err
		}
		part.JSON, err = g.keep()
		if len(g.found)+len(g.scores) > 0 {
			part.Reason = fmt.Sprintf("%d series are held back in part or doubtful", seriesIn(g))
		}
		return err
	})
	return part, err
}

func seriesIn(g *gathered) int {
	n := len(g.found)
	for key := range g.scores {
		if _, both := g.found[key]; !both {
			n++
		}
	}
	return n
}

// lastHeld is the last day, at most through, of which a price of a symbol is held back;
// None: there is none.
func lastHeld(d *analysis.Doubts, symbol string, after, through date.Date) date.Date {
	one := d.Prices[symbol]
	if one == nil || after >= through {
		return date.None
	}
	last := date.None
	held, _ := one.Quarantine.Between(after+1, through)
	for i := range held {
		if held[i].To <= through {
			last = max(last, held[i].To)
		}
	}
	return last
}
