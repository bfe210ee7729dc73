package service

import (
	"context"
	"slices"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// At most so many sources are asked at the same time as is said, in the order of the list.
// Who has an answer makes room for the next while it is brought in: that takes longer than to
// ask, and is done for many at once. So much is on its way: inHand subjects that lack some
// days, or a few whose whole histories come.
const (
	inHand   = 512
	longHand = 24 // as much as a whole history counts
	longGap  = 400
	lookedAt = 256 // subjects whose days are read at once
)

// place is the right of a subject to ask a source. It is in the context of who asks.
type place struct {
	slots chan struct{}
	held  bool
}

type placeKey struct{}

// take waits until sources may be asked.
func (p *place) take(ctx context.Context) error {
	if p == nil || p.held {
		return nil
	}
	select {
	case p.slots <- struct{}{}:
		p.held = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave lets another ask.
func (p *place) leave() {
	if p != nil && p.held {
		<-p.slots
		p.held = false
	}
}

func placeOf(ctx context.Context) *place {
	p, _ := ctx.Value(placeKey{}).(*place)
	return p
}

// hand is how much is on its way.
type hand struct {
	mu    sync.Mutex
	freed *sync.Cond
	left  int
}

func newHand(most int) *hand {
	h := &hand{left: most}
	h.freed = sync.NewCond(&h.mu)
	return h
}

func (h *hand) take(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.left < n {
		h.freed.Wait()
	}
	h.left -= n
}

func (h *hand) give(n int) {
	h.mu.Lock()
	h.left += n
	h.mu.Unlock()
	h.freed.Broadcast()
}

// run asks for subjects in their order, some at the same time.
func (y *syncing) run(ctx context.Context, list []subject, most int) {
	if most == 1 {
		for _, x := range list {
			if ctx.Err() == nil {
				y.one(ctx, x)
			}
		}
		return
	}
	slots, room := make(chan struct{}, most), newHand(inHand)
	var all sync.WaitGroup
	for n, x := range list {
		if n%lookedAt == 0 {
			y.lookAhead(ctx, list[n:min(n+lookedAt, len(list))])
		}
		weight := 1
		if y.wantsLong(x) {
			weight = longHand
		}
		room.take(weight)
		p := &place{slots: slots}
		if p.take(ctx) != nil {
			break
		}
		all.Go(func() {
			defer room.give(weight)
			defer p.leave()
			if ctx.Err() == nil {
				y.one(context.WithValue(ctx, placeKey{}, p), x)
			}
		})
	}
	all.Wait()
}

// wantsLong reports whether years may come for a subject.
func (y *syncing) wantsLong(x subject) bool {
	row := y.rowOf(x)
	return y.options.Full || seriesKindOf(string(x.kind)) != "" && (unset(row.Last) || row.Last < date.FromTime(y.now.UTC())-longGap || !x.from.IsNone() && x.from < row.First-longGap)
}

// lookAhead reads for several subjects at once on which days they have values, as far as
// they are asked for: what a source was asked for before is not asked again.
func (y *syncing) lookAhead(ctx context.Context, list []subject) {
	symbols, from := map[store.SeriesKind][]string{}, map[store.SeriesKind]date.Date{}
	for _, x := range list {
		row, kind := y.rowOf(x), seriesKindOf(string(x.kind))
		if kind == "" || unset(row.First) || unset(row.Last) || x.from < row.First || y.options.Full {
			continue // all of its days count: it reads them itself
		}
		if len(symbols[kind]) == 0 || row.Last < from[kind] {
			from[kind] = row.Last
		}
		symbols[kind] = append(symbols[kind], x.symbol)
	}
	have := map[subjectKey][]date.Date{}
	for _, kind := range []marketdata.Kind{marketdata.Bars, marketdata.FX, marketdata.Rates} {
		of := seriesKindOf(string(kind))
		if len(symbols[of]) < 2 {
			continue
		}
		err := y.s.store.Read(ctx, y.as, func(ctx context.Context, v store.View) error {
			all, err := v.Series(ctx, store.SeriesQuery{Kind: of, Symbols: symbols[of], From: from[of], To: lastDay, Version: store.LatestMarket})
			for _, symbol := range symbols[of] {
				have[subjectKey{kind, symbol}] = []date.Date{}
			}
			for i := range all {
				if key := (subjectKey{kind, all[i].Symbol}); !all[i].Own {
					have[key] = append(have[key], all[i].Dates...)
				}
			}
			return err
		})
		if err != nil {
			return // each reads its own, and says what is wrong
		}
	}
	for key, days := range have {
		slices.Sort(days)
		have[key] = slices.Compact(days)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.have = have
}

// days are those on which all together have a value that everybody shares; where they were
// read ahead those after what was asked for before.
func (y *syncing) days(ctx context.Context, x subject) ([]date.Date, error) {
	y.mu.Lock()
	have, read := y.have[subjectKey{x.kind, x.symbol}]
	y.mu.Unlock()
	if read {
		return have, nil
	}
	err := y.s.store.Read(ctx, y.as, func(ctx context.Context, v store.View) error {
		all, err := v.Series(ctx, store.SeriesQuery{Kind: seriesKindOf(string(x.kind)), Symbols: []string{x.symbol}, From: date.None, To: lastDay, Version: store.LatestMarket})
		for _, s := range all {
			if !s.Own {
				have = append(have, s.Dates...)
			}
		}
		return err
	})
	slices.Sort(have)
	return slices.Compact(have), err
}
