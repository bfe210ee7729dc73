package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// SupplyFilter selects supplies; the zero value selects all that concern the caller.
type SupplyFilter = store.SupplyFilter

// SupplyState is how it stands with a subject of the market data.
type SupplyState string

// The states.
const (
	SupplyCurrent SupplyState = "current" // there, up to the last session that is over
	SupplyLate    SupplyState = "late"    // there, but sessions are missing at its end
	SupplyRefused SupplyState = "refused" // the last attempt gave nothing
	SupplyNever   SupplyState = "never"   // not asked for yet
	SupplyUnasked SupplyState = "unasked" // nobody needs it any more: it is kept and not asked for
)

// Supplied is how it stands with one subject: what is kept of it, since when, from whom,
// and what became of the last attempt.
type Supplied struct {
	store.Supply
	State SupplyState
	// Says is the state in a sentence, with the cure where there is one.
	Says string
	// Age is how many sessions that are over lie after Last; 0: none, -1: it is not known.
	Age int
	// Calendar is whose sessions those are ("XNYS"), or "weekdays" where the exchange is
	// not known; empty for what has no sessions.
	Calendar string
	// Held is how many values are in quarantine and wait for a decision.
	Held int
	// Scored is what the score is made of; nil where it is not known.
	Scored *SupplyScore
}

// SupplyScore is what the score of a series counts, in sessions.
type SupplyScore struct {
	From     date.Date `json:"from"`
	To       date.Date `json:"to"`
	Sessions int       `json:"sessions"`
	Stale    int       `json:"stale"`
	Missing  int       `json:"missing"`
	Suspect  int       `json:"suspect"`
	Doubtful int       `json:"doubtful"`
	// Findings are the latest that something was found wrong with, newest first.
	Findings []SupplyFinding `json:"findings,omitempty"`
}

// SupplyFinding is what a check of quality said of a series.
type SupplyFinding struct {
	Kind     string    `json:"kind"`
	Severity string    `json:"severity"` // "suspect" is in quarantine, "doubtful" is shown only
	From     date.Date `json:"from"`
	To       date.Date `json:"to"`
	Reason   string    `json:"reason"`
}

// SupplyPage is a part of the supplies, by kind and symbol.
type SupplyPage struct {
	Supplies []Supplied
	Next     string // cursor; empty: this was the last page
}

// mostSupplies is how many one page has at most.
const mostSupplies = 500

// Supplies says where market data come from and how well: of everything for who runs the
// installation, for others of what they hold or watch.
func (s *Service) Supplies(ctx context.Context, c Caller, f SupplyFilter) (page SupplyPage, err error) {
	f.Limit = min(cmp.Or(max(f.Limit, 0), 100), mostSupplies)
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		mine, err := s.concerns(ctx, v, c)
		if err != nil {
			return err
		}
		most := f.Limit
		for {
			// Never more than there is room for, so that the store's cursor is where to go on.
			f.Limit = most - len(page.Supplies)
			p, err := v.Supplies(ctx, f)
			if err != nil {
				return err
			}
			for _, one := range p.Supplies {
				if mine(one.Symbol) {
					page.Supplies = append(page.Supplies, Supplied{Supply: one})
				}
			}
			page.Next = p.Next
			if p.Next == "" || len(page.Supplies) == most {
				return s.describe(ctx, v, page.Supplies)
			}
			f.After = p.Next
		}
	})
	return page, err
}

// Supply is how it stands with one subject; ErrNotFound where nobody whom the caller
// knows of asks for it.
func (s *Service) Supply(ctx context.Context, c Caller, kind, symbol string) (Supplied, error) {
	one := []Supplied{{}}
	err := s.read(ctx, c, func(ctx context.Context, v store.View) error {
		mine, err := s.concerns(ctx, v, c)
		if err != nil {
			return err
		}
		if !mine(symbol) {
			return fmt.Errorf("supply of %s %s: %w", kind, symbol, ErrNotFound)
		}
		if one[0].Supply, err = v.Supply(ctx, kind, symbol); err != nil {
			return err
		}
		return s.describe(ctx, v, one)
	})
	return one[0], err
}

// describe fills in what follows from supplies.
func (s *Service) describe(ctx context.Context, v store.View, all []Supplied) error {
	var symbols []string
	for i := range all {
		symbols = append(symbols, all[i].Symbol)
	}
	known, err := v.Instruments(ctx, symbols, store.LatestMarket, false)
	if err != nil {
		return err
	}
	held, err := openHeld(ctx, v, symbols)
	if err != nil {
		return err
	}
	for i := range all {
		one := &all[i]
		one.Held = held[heldKey{seriesKindOf(one.Kind), one.Symbol}]
		one.Age = -1
		if seriesKindOf(one.Kind) != "" {
			h := hoursOf(one.Kind, known[one.Symbol])
			one.Calendar = h.name()
			if !unset(one.Last) {
				if over, err := h.over(s.now()); err == nil {
					one.Age = len(h.sessions(one.Last+1, over))
				}
			}
		}
		if len(one.Parts) > 2 {
			var score SupplyScore
			if json.Unmarshal(one.Parts, &score) == nil && score.Sessions > 0 {
				one.Scored = &score
			}
		}
		one.judge()
	}
	return nil
}

// judge says how a supply stands, in a word and in a sentence.
func (one *Supplied) judge() {
	switch {
	case !one.Needed:
		one.State, one.Says = SupplyUnasked, "nobody holds or watches it any more; what is there is kept"
	case one.Asked.IsZero():
		one.State, one.Says = SupplyNever, "it was not asked for yet"
		if one.Words != "" {
			one.Says = one.Words
		}
	case one.Reason != "" && one.Age == 0 && one.Provider != "" && !one.Succeeded.IsZero() && seriesKindOf(one.Kind) != "":
		one.State, one.Says = SupplyCurrent, fmt.Sprintf("up to date, through %s; more could not be got: %s", one.Last, cmp.Or(one.Words, one.Reason))
	case one.Reason != "":
		one.State, one.Says = SupplyRefused, cmp.Or(one.Words, one.Reason)
	case one.Age > 0:
		one.State, one.Says = SupplyLate, fmt.Sprintf("%s of %s missing since %s", numberOf(one.Age, "session", "sessions"), one.Calendar, one.Last)
	default:
		one.State, one.Says = SupplyCurrent, "up to date"
		if !unset(one.Last) {
			one.Says = "up to date, through " + one.Last.String()
		}
	}
}

func numberOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

type heldKey struct {
	kind   store.SeriesKind
	symbol string
}

// openHeld counts the held values of symbols that wait for a decision.
func openHeld(ctx context.Context, v store.View, symbols []string) (map[heldKey]int, error) {
	count := map[heldKey]int{}
	f := store.HeldFilter{Decision: store.HeldOpen, Limit: 1000}
	for {
		all, err := v.HeldValues(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			if slices.Contains(symbols, h.Symbol) {
				count[heldKey{h.Kind, h.Symbol}]++
			}
		}
		if len(all) < f.Limit {
			return count, nil
		}
		f.Before = all[len(all)-1].ID
	}
}

// HeldFilter selects held values; the zero value selects all that concern the caller.
type HeldFilter = store.HeldFilter

// HeldPage is a part of the held values, the newest found first.
type HeldPage struct {
	Values []store.HeldValue
	Next   string // the Before of the following page; empty: this was the last
}

// HeldBack are the values that are kept out of their series until somebody decides, and
// those about which somebody did: of everything for who runs the installation, for others
// of what they hold or watch.
func (s *Service) HeldBack(ctx context.Context, c Caller, f HeldFilter) (page HeldPage, err error) {
	most := min(cmp.Or(max(f.Limit, 0), 100), mostSupplies)
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		mine, err := s.concerns(ctx, v, c)
		if err != nil {
			return err
		}
		f.Limit = most + 1 // one more, to see whether there are more
		for {
			all, err := v.HeldValues(ctx, f)
			if err != nil {
				return err
			}
			for _, h := range all {
				if !h.Own && !mine(h.Symbol) {
					continue
				}
				if len(page.Values) == most {
					page.Next = page.Values[most-1].ID
					return nil
				}
				page.Values = append(page.Values, h)
			}
			if len(all) < f.Limit {
				return nil
			}
			f.Before = all[len(all)-1].ID
		}
	})
	return page, err
}

// Decide decides about a value that is held back, and lets the series follow in the same
// transaction: accepted, the day is as the source has it; corrected, it has the close that
// is given; dropped, or taken back (store.HeldOpen), it has no value. Values that all
// share are for who runs the installation; others enter a price of their own, which wins.
func (s *Service) Decide(ctx context.Context, c Caller, id string, verdict store.Verdict) (h store.HeldValue, err error) {
	if len(verdict.Note) > longestNote {
		return h, fault("note", "", "it is too long", fmt.Sprintf("use at most %d letters", longestNote))
	}
	if verdict.Decision == store.HeldCorrected && !(verdict.Corrected > 0) {
		return h, fault("corrected", fmt.Sprint(verdict.Corrected), "a close is more than nothing", "give the close that is to stand")
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		before, err := tx.HeldValue(ctx, id)
		if err != nil {
			return err
		}
		mine, err := s.concerns(ctx, tx, c)
		if err != nil {
			return err
		}
		switch {
		case !before.Own && !mine(before.Symbol):
			return fmt.Errorf("held value %s: %w", id, ErrNotFound)
		case !before.Own && !c.Operator:
			return fmt.Errorf("held value %s: all who use the installation share it, and who runs it decides; a price of your own wins over it: %w", id, ErrForbidden)
		}
		if h, err = tx.DecideHeld(ctx, id, verdict); err != nil {
			return err
		}
		if err := follow(ctx, tx, h); err != nil {
			return err
		}
		return s.checkPricesSoon(ctx, tx)
	})
	return h, err
}

// longestNote is how long a reason for a decision may be.
const longestNote = 1000

// follow puts the day of a held value into its series as it was decided, or takes it out.
func follow(ctx context.Context, tx store.Tx, h store.HeldValue) error {
	batch := store.Batch{Own: h.Own, Source: h.Source, Reason: fmt.Sprintf("%s of %s: %s", h.Day, h.Symbol, h.Decision)}
	whole, err := ownSeries(ctx, tx, h.Kind, h.Symbol, h.Source, h.Own)
	if err != nil {
		return err
	}
	switch h.Decision {
	case store.HeldAccepted, store.HeldCorrected:
		bar := h.Bar
		if h.Decision == store.HeldCorrected {
			bar = correctedBar(h)
		}
		batch.Series = []store.Series{oneDay(h, bar)}
		if whole != nil {
			batch.Series[0].Currency = whole.Currency
		}
	default:
		at, there := -1, false
		if whole != nil {
			at, there = slices.BinarySearch(whole.Dates, h.Day)
		}
		if !there {
			return nil
		}
		batch.Whole = true
		batch.Series = []store.Series{withoutDay(*whole, at)}
	}
	_, err = tx.WriteMarket(ctx, batch)
	return err
}

// ownSeries is what one source has of a series; nil where it has nothing.
func ownSeries(ctx context.Context, v store.View, kind store.SeriesKind, symbol, source string, own bool) (*store.Series, error) {
	all, err := v.Series(ctx, store.SeriesQuery{Kind: kind, Symbols: []string{symbol}, From: date.None, To: lastDay, Version: store.LatestMarket, Full: true, Simulated: source == store.Simulated})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Source == source && all[i].Own == own {
			return &all[i], nil
		}
	}
	return nil, nil
}

// lastDay is after every day that a series can have.
var lastDay = date.Must(9999, 12, 31)

// correctedBar has the close that stands, and of the rest what it does not contradict.
func correctedBar(h store.HeldValue) store.Bar {
	nan := math.NaN()
	b := store.Bar{Open: nan, High: nan, Low: nan, Close: h.Corrected, Volume: h.Bar.Volume, Adjusted: nan}
	if h.Bar.Low <= h.Corrected && h.Corrected <= h.Bar.High {
		b.Open, b.High, b.Low = h.Bar.Open, h.Bar.High, h.Bar.Low
	}
	return b
}

func oneDay(h store.HeldValue, b store.Bar) store.Series {
	s := store.Series{Kind: h.Kind, Symbol: h.Symbol, Dates: []date.Date{h.Day}, Close: []float64{b.Close}}
	if h.Kind == store.Prices {
		s.Open, s.High, s.Low, s.Volume, s.Adjusted = []float64{b.Open}, []float64{b.High}, []float64{b.Low}, []float64{b.Volume}, []float64{b.Adjusted}
	}
	return s
}

func withoutDay(s store.Series, at int) store.Series {
	s.Dates = slices.Delete(slices.Clone(s.Dates), at, at+1)
	for _, column := range []*[]float64{&s.Close, &s.Open, &s.High, &s.Low, &s.Volume, &s.Adjusted} {
		if len(*column) > 0 {
			*column = slices.Delete(slices.Clone(*column), at, at+1)
		}
	}
	return s
}

// concerns says of which symbols the caller may hear that somebody holds them: who runs
// the installation of all, others of those that they hold or watch themselves.
func (s *Service) concerns(ctx context.Context, v store.View, c Caller) (func(symbol string) bool, error) {
	if c.Operator {
		return func(string) bool { return true }, nil
	}
	mine := map[string]bool{}
	portfolios, err := v.Portfolios(ctx, true)
	if err != nil {
		return nil, err
	}
	for _, p := range portfolios {
		transactions, err := v.Transactions(ctx, p.ID, store.Latest)
		if err != nil {
			return nil, err
		}
		w := wantsOf(transactions, p.Base, p.Benchmark)
		for _, symbol := range w.symbols {
			mine[symbol] = true
		}
		for _, pair := range pairsFor(w.currencies) {
			mine[pair] = true
		}
	}
	lists, err := v.Watchlists(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		for _, e := range l.Entries {
			mine[e.Symbol] = true
		}
	}
	targets, err := v.Targets(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		mine[t.Symbol] = true
	}
	for _, rate := range neededRates() {
		mine[rate] = true
	}
	return func(symbol string) bool { return mine[symbol] }, nil
}
