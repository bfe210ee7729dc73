package service

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// shelves keep the market data that many portfolios of one night share: what all
// tenants have in common, of one market version and day. A tenant that brought market
// data of its own reads the store instead.
type shelves struct {
	mu  sync.Mutex
	all []*shelf // the one used last first
}

// keptShelves is how many days and versions stay in memory; prefetched how many symbols
// are read at once when a shelf is filled for the first time.
const (
	keptShelves = 2
	prefetched  = 3000
)

type shelfKey struct {
	shared    int64
	simulated bool
	through   date.Date
}

// shelf answers like a store of which it remembers what it was asked before. It is safe
// for concurrent use.
type shelf struct {
	key shelfKey

	mu          sync.Mutex
	instruments map[string]instrument.Instrument
	described   map[string]bool // asked for, known or not
	series      map[seriesKey]*heldSeries
	options     map[string][]store.Series // by underlying
	actions     map[string][]store.Action
	acted       map[string]bool
	markets     map[string]*sharedMarket
}

type seriesKey struct {
	kind store.SeriesKind
	full bool
}

type heldSeries struct {
	asked    map[string]bool
	bySymbol map[string][]store.Series
}

// sharedMarket is the factor model of all portfolios of one base currency, benchmark and
// set of currencies.
type sharedMarket struct {
	market *exante.Market
	covers map[string]bool
}

func (s *shelves) get(key shelfKey) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.all, func(x *shelf) bool { return x.key == key })
	var found *shelf
	if i >= 0 {
		found = s.all[i]
		s.all = slices.Delete(s.all, i, i+1)
	} else {
		found = &shelf{key: key, instruments: map[string]instrument.Instrument{}, described: map[string]bool{}, series: map[seriesKey]*heldSeries{}, options: map[string][]store.Series{},
			actions: map[string][]store.Action{}, acted: map[string]bool{}, markets: map[string]*sharedMarket{}}
	}
	s.all = append([]*shelf{found}, s.all[:min(len(s.all), keptShelves-1)]...)
	return found
}

// panel reads a panel and the factor model that goes with it: from the shelf where the
// tenant has no market data of its own, else from the store with a model of its own.
func (s *shelves) panel(ctx context.Context, v store.View, w panelWants, base money.Currency, benchmark string) (*market.Panel, *exante.Market, error) {
	if w.version.Own > 0 {
		p, err := loadPanel(ctx, v, w)
		return p, nil, err
	}
	on := s.get(shelfKey{w.version.Shared, w.simulated, w.through})
	on.mu.Lock()
	defer on.mu.Unlock()
	from := &shelfView{shelf: on, view: v}
	if err := from.prefetch(ctx, w); err != nil {
		return nil, nil, err
	}
	p, err := loadPanel(ctx, from, w)
	if err != nil {
		return nil, nil, err
	}
	m, err := from.model(ctx, p, w, base, benchmark)
	return p, m, err
}

// shelfView fills a shelf through one reader's view.
type shelfView struct {
	*shelf
	view store.View
}

// prefetch fills an empty shelf with everything there is, where that is not too much.
func (s *shelfView) prefetch(ctx context.Context, w panelWants) error {
	if len(s.series) > 0 {
		return nil
	}
	infos, err := s.view.SeriesInfo(ctx, store.Prices, w.simulated)
	if err != nil || len(infos) > prefetched {
		return err
	}
	var symbols []string
	for _, i := range infos {
		symbols = append(symbols, i.Symbol)
	}
	w.symbols = slices.Compact(slices.Sorted(slices.Values(append(symbols, w.symbols...))))
	_, err = loadPanel(ctx, s, w)
	return err
}

// model is the factor model of all portfolios with these terms. Its panel has every
// symbol on the shelf, and of the currencies those of the portfolio's own panel, so that
// rates between currencies go the same way. Where the model has no market factor its
// window depends on what is held: such a portfolio makes its own.
func (s *shelfView) model(ctx context.Context, p *market.Panel, w panelWants, base money.Currency, benchmark string) (*exante.Market, error) {
	w.closed = true
	for _, symbol := range w.symbols {
		if i, ok := p.Instrument(symbol); ok && i.Currency != "" && !slices.Contains(w.currencies, i.Currency) {
			w.currencies = append(w.currencies, i.Currency)
		}
	}
	slices.Sort(w.currencies)
	key := fmt.Sprintf("%s|%s|%v|%s", base, benchmark, w.currencies, strings.Join(w.rates, ","))
	if kept := s.markets[key]; kept != nil && covers(kept.covers, w.symbols) {
		return kept.orNone(), nil
	}
	held := s.series[seriesKey{store.Prices, false}]
	w.symbols = slices.Sorted(maps.Keys(held.asked))
	wide, err := loadPanel(ctx, s, w)
	if err != nil {
		return nil, err
	}
	kept := &sharedMarket{market: exante.NewMarket(wide, w.through, base, benchmark), covers: maps.Clone(held.asked)}
	s.markets[key] = kept
	return kept.orNone(), nil
}

// orNone is the model, or none where its window depends on what is held.
func (m *sharedMarket) orNone() *exante.Market {
	if m.market.Reason != "" {
		return nil
	}
	return m.market
}

// Instruments implements marketView.
func (s *shelfView) Instruments(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) (map[string]instrument.Instrument, error) {
	if missing := notIn(s.described, symbols); len(missing) > 0 {
		found, err := s.view.Instruments(ctx, missing, v, simulated)
		if err != nil {
			return nil, err
		}
		maps.Copy(s.instruments, found)
		mark(s.described, missing)
	}
	out := make(map[string]instrument.Instrument, len(symbols))
	for _, symbol := range symbols {
		if i, ok := s.instruments[symbol]; ok {
			out[symbol] = i
		}
	}
	return out, nil
}

// Series implements marketView. All of one kind are read for the same days.
func (s *shelfView) Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error) {
	if len(q.OptionsOn) > 0 {
		return s.chains(ctx, q)
	}
	key := seriesKey{q.Kind, q.Full}
	held := s.series[key]
	if held == nil {
		held = &heldSeries{asked: map[string]bool{}, bySymbol: map[string][]store.Series{}}
		s.series[key] = held
	}
	wanted := q.Symbols
	if q.Symbols = notIn(held.asked, wanted); len(q.Symbols) > 0 {
		found, err := s.view.Series(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			held.bySymbol[one.Symbol] = append(held.bySymbol[one.Symbol], one)
		}
		mark(held.asked, q.Symbols)
	}
	var out []store.Series
	for _, symbol := range wanted {
		out = append(out, held.bySymbol[symbol]...)
	}
	return out, nil
}

// chains are the series of all options on some underlyings.
func (s *shelfView) chains(ctx context.Context, q store.SeriesQuery) (out []store.Series, err error) {
	for _, underlying := range q.OptionsOn {
		found, asked := s.options[underlying]
		if !asked {
			one := q
			one.OptionsOn = []string{underlying}
			if found, err = s.view.Series(ctx, one); err != nil {
				return nil, err
			}
			s.options[underlying] = found
		}
		out = append(out, found...)
	}
	return out, nil
}

// OwnPrices implements marketView: a tenant that has some does not read from a shelf.
func (s *shelfView) OwnPrices(context.Context, []string, store.MarketVersion) ([]store.OwnPrice, error) {
	return nil, nil
}

// Actions implements marketView.
func (s *shelfView) Actions(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) ([]store.Action, error) {
	if missing := notIn(s.acted, symbols); len(missing) > 0 {
		found, err := s.view.Actions(ctx, missing, v, simulated)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			s.actions[a.Symbol] = append(s.actions[a.Symbol], a)
		}
		mark(s.acted, missing)
	}
	var out []store.Action
	for _, symbol := range symbols {
		out = append(out, s.actions[symbol]...)
	}
	return out, nil
}

func notIn(have map[string]bool, wanted []string) (missing []string) {
	for _, w := range wanted {
		if !have[w] {
			missing = append(missing, w)
		}
	}
	return missing
}

func mark(have map[string]bool, all []string) {
	for _, w := range all {
		have[w] = true
	}
}

func covers(have map[string]bool, wanted []string) bool {
	for _, w := range wanted {
		if !have[w] {
			return false
		}
	}
	return true
}
