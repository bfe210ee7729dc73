package service

import (
	"context"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/internal/store"
)

// Quotes are what is stored of the prices of symbols, in their order: the last close, its
// change and age, the range of 52 weeks. simulated asks for those of the simulated
// market. One without a price says so.
func (s *Service) Quotes(ctx context.Context, c Caller, symbols []string, simulated bool) (all []analysis.Quote, err error) {
	if len(symbols) > watchedAtMost {
		return nil, fault("symbols", "", "there are more than 500 of them", "ask for fewer at once")
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		counter, err := s.counter(ctx, v, symbols, simulated)
		if err != nil {
			return err
		}
		for _, symbol := range symbols {
			all = append(all, counter.quote(symbol))
		}
		return nil
	})
	return all, err
}

// Watched is a list with what is known of what is in it.
type Watched struct {
	store.Watchlist
	Rows []WatchedRow // in the list's order
}

// WatchedRow is one instrument of a list.
type WatchedRow struct {
	store.WatchEntry
	Quote  analysis.Quote
	Target *TargetPrice // the caller's; nil: none
	Notes  int          // that the caller sees
}

// Watched is a list with quotes, the caller's targets and how many notes there are.
func (s *Service) Watched(ctx context.Context, c Caller, id string, simulated bool) (out Watched, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		if out.Watchlist, err = v.Watchlist(ctx, id); err != nil {
			return err
		}
		var symbols []string
		for _, e := range out.Entries {
			symbols = append(symbols, e.Symbol)
		}
		if len(symbols) == 0 {
			return nil
		}
		counter, err := s.counter(ctx, v, symbols, simulated)
		if err != nil {
			return err
		}
		targets, err := v.Targets(ctx, symbols)
		if err != nil {
			return err
		}
		notes, err := v.ResearchNotes(ctx, "")
		if err != nil {
			return err
		}
		for _, e := range out.Entries {
			row := WatchedRow{WatchEntry: e, Quote: counter.quote(e.Symbol)}
			if i := slices.IndexFunc(targets, func(t store.Target) bool { return t.Symbol == e.Symbol }); i >= 0 {
				t := counter.expect(targets[i])
				row.Target = &t
			}
			for _, n := range notes {
				if n.Symbol == e.Symbol {
					row.Notes++
				}
			}
			out.Rows = append(out.Rows, row)
		}
		return nil
	})
	return out, err
}

// counter gives quotes of what one snapshot holds.
type counter struct {
	panel *market.Panel
	asOf  date.Date
}

func (s *Service) counter(ctx context.Context, v store.View, symbols []string, simulated bool) (*counter, error) {
	asOf := date.FromTime(s.now().UTC())
	if len(symbols) == 0 {
		return &counter{market.NewPanel(), asOf}, nil
	}
	w := panelWants{symbols: slices.Compact(slices.Sorted(slices.Values(symbols))), version: store.LatestMarket, simulated: simulated, through: asOf, closed: true, rates: []string{}}
	panel, err := loadPanel(ctx, v, w)
	return &counter{panel, asOf}, err
}

func (c *counter) quote(symbol string) analysis.Quote {
	i, known := c.panel.Instrument(symbol)
	if !known {
		i = instrument.Instrument{Symbol: symbol}
		if o, err := instrument.ParseOCC(symbol); err == nil {
			o.Symbol, i = symbol, o
		}
	}
	i.Composition = nil // what a fund holds is no part of its quote
	return analysis.NewQuote(analysis.Quoted{Instrument: i, Prices: c.panel.Prices(symbol), Actions: c.panel.Actions(symbol), AsOf: c.asOf, Sessions: sessionsIn(c.panel)})
}

func (c *counter) expect(t store.Target) TargetPrice {
	q := c.quote(t.Symbol)
	return TargetPrice{t, analysis.Expect(&q, analysis.Target{Price: t.Price.Decimal, Currency: t.Currency, Horizon: t.Horizon, Set: date.FromTime(t.Set)}, c.panel.Actions(t.Symbol), c.asOf)}
}

// sessionsIn counts sessions by the calendars of a panel's instruments.
func sessionsIn(p *market.Panel) func(symbol string, from, to date.Date) int {
	return (&foldedBook{panel: p}).sessions
}
