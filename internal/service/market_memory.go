package service

import (
	"context"
	"slices"

	"github.com/maypok86/otter/v2"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/store"
)

// marketMemory remembers, symbol by symbol, what all tenants share of the market in one
// version, so that the portfolios of a thousand people hold the same series once, and a
// panel made anew asks the store for nothing it gave before. What a tenant brought of
// its own is not remembered here.
type marketMemory struct {
	series      *otter.Cache[seriesMemo, []store.Series]
	instruments *otter.Cache[marketMemo, knownOrNot]
	actions     *otter.Cache[marketMemo, []store.Action]
}

// marketMemo names what is known of a symbol in a version of the shared market.
type marketMemo struct {
	shared    int64
	simulated bool
	symbol    string
}

// seriesMemo names a part of the series of a symbol.
type seriesMemo struct {
	marketMemo
	kind     store.SeriesKind
	from, to date.Date
	full     bool
}

// knownOrNot is an instrument, or that the store has none.
type knownOrNot struct {
	instrument instrument.Instrument
	known      bool
}

// How much is remembered: bytes of series, and symbols.
const (
	seriesAtMost = 128 << 20
	keptSymbols  = 20_000
)

func newMarketMemory() *marketMemory {
	return &marketMemory{
		series: otter.Must(&otter.Options[seriesMemo, []store.Series]{MaximumWeight: seriesAtMost, Weigher: func(_ seriesMemo, all []store.Series) uint32 {
			n := 200
			for i := range all {
				n += 200 + 4*len(all[i].Dates) + 8*(len(all[i].Close)+len(all[i].Open)+len(all[i].High)+len(all[i].Low)+len(all[i].Volume)+len(all[i].Adjusted))
			}
			return uint32(min(n, seriesAtMost))
		}}),
		instruments: otter.Must(&otter.Options[marketMemo, knownOrNot]{MaximumSize: keptSymbols}),
		actions:     otter.Must(&otter.Options[marketMemo, []store.Action]{MaximumSize: keptSymbols}),
	}
}

// view reads what is wanted through the memory; directly where the tenant has market
// data of its own, or where what is being written is seen before it is committed. shared
// says whether others may hold the same series.
func (m *marketMemory) view(ctx context.Context, v store.View, w panelWants) (from marketView, shared bool) {
	if w.version.Own > 0 || writing(ctx) {
		return v, false
	}
	return &memoryView{m, v}, true
}

// memoryView is a reader's view with the memory before it.
type memoryView struct {
	*marketMemory
	store.View
}

// recall gives what is remembered of some symbols and asks for the rest, which find
// gives by symbol.
func recall[K comparable, V any](cache *otter.Cache[K, V], symbols []string, key func(symbol string) K, find func(missing []string) (map[string]V, error)) (map[string]V, error) {
	out := make(map[string]V, len(symbols))
	var missing []string
	for _, symbol := range symbols {
		if got, ok := cache.GetIfPresent(key(symbol)); ok {
			out[symbol] = got
		} else {
			missing = append(missing, symbol)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	found, err := find(missing)
	if err != nil {
		return nil, err
	}
	for _, symbol := range missing { // what was not found is remembered too
		cache.Set(key(symbol), found[symbol])
		out[symbol] = found[symbol]
	}
	return out, nil
}

// Instruments implements marketView.
func (m *memoryView) Instruments(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) (map[string]instrument.Instrument, error) {
	all, err := recall(m.instruments, symbols, func(symbol string) marketMemo { return marketMemo{v.Shared, simulated, symbol} }, func(missing []string) (map[string]knownOrNot, error) {
		found, err := m.View.Instruments(ctx, missing, v, simulated)
		out := make(map[string]knownOrNot, len(found))
		for symbol, i := range found {
			out[symbol] = knownOrNot{i, true}
		}
		return out, err
	})
	out := make(map[string]instrument.Instrument, len(all))
	for symbol, d := range all {
		if d.known {
			out[symbol] = d.instrument
		}
	}
	return out, err
}

// Series implements marketView. The options on underlyings are many and seldom asked
// for: they are read each time.
func (m *memoryView) Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error) {
	if len(q.OptionsOn) > 0 || q.Symbols == nil {
		return m.View.Series(ctx, q)
	}
	symbols := slices.Clone(q.Symbols)
	all, err := recall(m.series, symbols, func(symbol string) seriesMemo {
		return seriesMemo{marketMemo{q.Version.Shared, q.Simulated, symbol}, q.Kind, q.From, q.To, q.Full}
	}, func(missing []string) (map[string][]store.Series, error) {
		q.Symbols = missing
		found, err := m.View.Series(ctx, q)
		return bySymbol(found), err
	})
	var out []store.Series
	for _, symbol := range symbols {
		out = append(out, all[symbol]...)
	}
	return out, err
}

// OwnPrices implements marketView: a tenant that has some does not read from memory.
func (m *memoryView) OwnPrices(context.Context, []string, store.MarketVersion) ([]store.OwnPrice, error) {
	return nil, nil
}

// Actions implements marketView.
func (m *memoryView) Actions(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) ([]store.Action, error) {
	all, err := recall(m.actions, symbols, func(symbol string) marketMemo { return marketMemo{v.Shared, simulated, symbol} }, func(missing []string) (map[string][]store.Action, error) {
		found, err := m.View.Actions(ctx, missing, v, simulated)
		out := map[string][]store.Action{}
		for _, a := range found {
			out[a.Symbol] = append(out[a.Symbol], a)
		}
		return out, err
	})
	var out []store.Action
	for _, symbol := range symbols {
		out = append(out, all[symbol]...)
	}
	return out, err
}
