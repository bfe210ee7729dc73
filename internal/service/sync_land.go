package service

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// landing is what came for a subject, on its way into the store. Several are brought in by
// one transaction: what waits while one is under way goes with the next. Both functions may
// be called again in a transaction of its own when one that several shared failed, and then
// begin anew.
type landing struct {
	symbol   string
	kind     store.SeriesKind // of the series that are looked at; empty: none are
	from, to date.Date        // of which days
	// check looks at what came and says what of it is written; nil: nothing.
	check func(ctx context.Context, tx *landingTx) (*store.Batch, error)
	// settle says how the subject stands after what was written.
	settle func(ctx context.Context, tx *landingTx, wrote store.BatchPart) ([]store.Supply, error)

	done chan error
}

// mostLanded is how many are brought in by a transaction at most: others wait for it.
const mostLanded = 250

// lander brings landings in.
type lander struct {
	mu      sync.Mutex
	waiting []*landing
	busy    bool // somebody brings in what waits
}

// land brings a landing in, and returns when it is there.
func (y *syncing) land(ctx context.Context, one *landing) error {
	placeOf(ctx).leave()
	one.done = make(chan error, 1)
	l := &y.lander
	l.mu.Lock()
	l.waiting = append(l.waiting, one)
	if l.busy {
		l.mu.Unlock()
		return <-one.done
	}
	l.busy = true
	for {
		next := l.next()
		if l.busy = len(next) > 0; !l.busy {
			break
		}
		l.mu.Unlock()
		y.bringIn(ctx, next)
		l.mu.Lock()
	}
	l.mu.Unlock()
	return <-one.done
}

// next takes those that wait, one of each symbol: a second sees what the first wrote.
func (l *lander) next() (all []*landing) {
	symbols := map[string]bool{}
	l.waiting = slices.DeleteFunc(l.waiting, func(one *landing) bool {
		if len(all) == mostLanded || symbols[one.symbol] {
			return false
		}
		symbols[one.symbol] = true
		all = append(all, one)
		return true
	})
	return all
}

// bringIn brings several in together, and each for itself where that fails: what is wrong
// with one costs the others nothing.
func (y *syncing) bringIn(ctx context.Context, all []*landing) {
	err := y.together(ctx, all)
	for _, one := range all {
		if err != nil && len(all) > 1 && ctx.Err() == nil {
			one.done <- y.together(ctx, []*landing{one})
			continue
		}
		one.done <- err
	}
}

func (y *syncing) together(ctx context.Context, all []*landing) error {
	var rows []store.Supply
	err := y.s.store.As(ctx, y.as, func(ctx context.Context, tx store.Tx) error {
		t := &landingTx{Tx: tx, all: all}
		batches, wrote, raised := make([]*store.Batch, len(all)), map[string]*store.BatchPart{}, false
		for i, one := range all {
			wrote[one.symbol] = &store.BatchPart{Symbol: one.symbol}
			var err error
			if one.check == nil {
				continue
			}
			if batches[i], err = one.check(ctx, t); err != nil {
				return err
			}
		}
		for _, b := range bySource(batches) {
			b.Each = func(p store.BatchPart) {
				w := wrote[p.Symbol]
				w.Added, w.Replaced, w.Actions = w.Added+p.Added, w.Replaced+p.Replaced, w.Actions+p.Actions
			}
			result, err := y.keep(ctx, tx, b)
			if err != nil {
				return fmt.Errorf("%s: %w", b.Source, err)
			}
			raised = raised || result.Changed
			t.forget()
		}
		rows = nil
		for _, one := range all {
			some, err := one.settle(ctx, t, *wrote[one.symbol])
			if err != nil {
				return err
			}
			rows = append(rows, some...)
		}
		if !raised {
			if err := y.raiseForScores(ctx, tx, rows); err != nil {
				return err
			}
		}
		return tx.PutSupplies(ctx, rows)
	})
	if err == nil {
		y.remember(rows)
	}
	return err
}

// raiseForScores raises the market version where nothing was written and a score says of a
// series what it did not say before, or does not say any more: figures say so too.
func (y *syncing) raiseForScores(ctx context.Context, tx store.Tx, rows []store.Supply) error {
	for i := range rows {
		row := &rows[i]
		was := y.rowOf(subject{kind: marketdata.Kind(row.Kind), symbol: row.Symbol})
		if weakens(&was) == weakens(row) {
			continue
		}
		_, err := tx.WriteMarket(ctx, store.Batch{Source: row.Provider, Reason: "the score of " + row.Symbol, Raise: true})
		return err
	}
	return nil
}

// bySource makes one batch of those of a source.
func bySource(batches []*store.Batch) (all []store.Batch) {
	for _, b := range batches {
		if b == nil || len(b.Series)+len(b.Actions) == 0 {
			continue
		}
		at := slices.IndexFunc(all, func(one store.Batch) bool { return one.Source == b.Source })
		if at < 0 {
			all = append(all, store.Batch{Source: b.Source, Reason: b.Reason})
			at = len(all) - 1
		}
		all[at].Series, all[at].Actions = append(all[at].Series, b.Series...), append(all[at].Actions, b.Actions...)
	}
	return all
}

// landingTx is a transaction that reads for all its landings at once what is asked of it for
// one after the other.
type landingTx struct {
	store.Tx
	all     []*landing
	series  map[store.SeriesKind]map[string][]store.Series
	actions map[string][]store.Action
	held    map[store.SeriesKind]map[string][]store.HeldValue // nil of a kind: they are too many
}

// forget drops what was read, because something was written.
func (t *landingTx) forget() { t.series, t.actions, t.held = nil, nil, nil }

// symbols are those whose series of a kind are looked at, with the days.
func (t *landingTx) symbols(kind store.SeriesKind) (symbols []string, days span) {
	days = span{lastDay, date.None}
	for _, one := range t.all {
		if one.kind == kind {
			symbols = append(symbols, one.symbol)
			days.from, days.to = min(days.from, one.from), max(days.to, one.to)
		}
	}
	return symbols, days
}

// Series implements store.View.
func (t *landingTx) Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error) {
	if len(t.all) == 1 || len(q.Symbols) != 1 || q.Version != store.LatestMarket || q.Simulated || len(q.OptionsOn) > 0 {
		return t.Tx.Series(ctx, q)
	}
	symbols, days := t.symbols(q.Kind)
	if !slices.Contains(symbols, q.Symbols[0]) || q.From < days.from || q.To > days.to || q.To.IsNone() {
		return t.Tx.Series(ctx, q)
	}
	if t.series[q.Kind] == nil {
		all, err := t.Tx.Series(ctx, store.SeriesQuery{Kind: q.Kind, Symbols: symbols, From: days.from, To: days.to, Version: q.Version, Full: true})
		if err != nil {
			return nil, err
		}
		bySymbol := make(map[string][]store.Series, len(symbols))
		for i := range all {
			bySymbol[all[i].Symbol] = append(bySymbol[all[i].Symbol], all[i])
		}
		if t.series == nil {
			t.series = map[store.SeriesKind]map[string][]store.Series{}
		}
		t.series[q.Kind] = bySymbol
	}
	var out []store.Series
	for _, s := range t.series[q.Kind][q.Symbols[0]] {
		if s = cutTo(s, q.From, q.To); len(s.Dates) > 0 {
			out = append(out, s)
		}
	}
	return out, nil
}

// cutTo is a series within two days, both included.
func cutTo(s store.Series, from, to date.Date) store.Series {
	i, _ := slices.BinarySearch(s.Dates, from)
	j, _ := slices.BinarySearch(s.Dates, to+1)
	for _, c := range []*[]float64{&s.Close, &s.Open, &s.High, &s.Low, &s.Volume, &s.Adjusted} {
		if len(*c) > 0 {
			*c = (*c)[i:j:j]
		}
	}
	s.Dates = s.Dates[i:j:j]
	return s
}

// Actions implements store.View.
func (t *landingTx) Actions(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) ([]store.Action, error) {
	known := func(symbol string) bool {
		return slices.ContainsFunc(t.all, func(one *landing) bool { return one.symbol == symbol })
	}
	if len(t.all) == 1 || len(symbols) != 1 || v != store.LatestMarket || simulated || !known(symbols[0]) {
		return t.Tx.Actions(ctx, symbols, v, simulated)
	}
	if t.actions == nil {
		var all []string
		for _, one := range t.all {
			all = append(all, one.symbol)
		}
		rows, err := t.Tx.Actions(ctx, all, v, simulated)
		if err != nil {
			return nil, err
		}
		t.actions = map[string][]store.Action{}
		for _, a := range rows {
			t.actions[a.Symbol] = append(t.actions[a.Symbol], a)
		}
	}
	return slices.Clone(t.actions[symbols[0]]), nil
}

// mostHeldRead is how many values that were held back are read at once.
const mostHeldRead = 1000

// HeldValues implements store.View.
func (t *landingTx) HeldValues(ctx context.Context, f store.HeldFilter) ([]store.HeldValue, error) {
	if len(t.all) == 1 || f.Symbol == "" || f.Kind == "" || f.Decision != "" || f.Before != "" || f.Limit != mostHeldRead {
		return t.Tx.HeldValues(ctx, f)
	}
	of, read := t.held[f.Kind]
	if !read {
		all, err := t.Tx.HeldValues(ctx, store.HeldFilter{Kind: f.Kind, Limit: mostHeldRead})
		if err != nil {
			return nil, err
		}
		if len(all) < mostHeldRead {
			of = map[string][]store.HeldValue{}
			for _, h := range all {
				of[h.Symbol] = append(of[h.Symbol], h)
			}
		}
		if t.held == nil {
			t.held = map[store.SeriesKind]map[string][]store.HeldValue{}
		}
		t.held[f.Kind] = of
	}
	if of == nil {
		return t.Tx.HeldValues(ctx, f)
	}
	var out []store.HeldValue
	for _, h := range of[f.Symbol] {
		if f.Source == "" || h.Source == f.Source {
			out = append(out, h)
		}
	}
	return out, nil
}
