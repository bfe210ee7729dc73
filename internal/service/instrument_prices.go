package service

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// PriceHistory is what is stored of the prices of an instrument.
type PriceHistory struct {
	Currency money.Currency // of the prices; may be a minor unit such as GBX
	AsOf     date.Date
	Bars     market.Bars // as traded; every close is known
	Adjusted market.Bars // the same in pieces of AsOf
	// Total is the worth of a piece of AsOf to a holder who reinvests dividends, scaled to
	// end at the last price; on the days of Bars.
	Total     []float64
	Skipped   int // dividends left out of Total: they are in another currency
	Splits    []market.SplitEvent
	Dividends []market.DividendEvent
	Sources   []PriceSource    // that the prices come from, the one believed first first
	Entered   []store.OwnPrice // by hand, valuations among them, the newest first
	Missing   string           // why there is no price; empty: there is one
}

// PriceSource is one source of prices and how far it reaches.
type PriceSource struct {
	Source      string
	Own         bool
	First, Last date.Date
	Days        int
}

func (h *PriceHistory) actions() *market.Actions {
	return &market.Actions{Splits: h.Splits, Dividends: h.Dividends}
}

// history is a price history with what it was made from.
type history struct {
	PriceHistory
	instrument instrument.Instrument
	described  bool // the market, or the tenant, says what it is
	panel      *market.Panel
}

type historyWants struct {
	symbol    string
	version   store.MarketVersion
	simulated bool
	through   date.Date
}

// historyOf reads the prices and actions of a symbol, as the analyses see them.
func historyOf(ctx context.Context, v marketView, w historyWants) (*history, error) {
	symbols := []string{w.symbol}
	h := &history{panel: market.NewPanel(), instrument: instrument.Instrument{Symbol: w.symbol, Simulated: w.simulated}}
	h.AsOf = w.through
	if o, err := instrument.ParseOCC(w.symbol); err == nil { // an OCC symbol says itself what it is
		o.Symbol = w.symbol
		h.instrument, h.described = o, true
	}
	all, err := v.Instruments(ctx, symbols, w.version, w.simulated)
	if err != nil {
		return nil, err
	}
	if i, ok := all[w.symbol]; ok {
		i.Simulated = w.simulated
		h.instrument, h.described = i, true
		h.panel.SetInstrument(i)
	}
	wants := panelWants{symbols: symbols, version: w.version, simulated: w.simulated, through: w.through, closed: true}
	if err := wants.prices(ctx, v, h.panel); err != nil {
		return nil, err
	}
	if err := wants.actions(ctx, v, h.panel); err != nil {
		return nil, err
	}
	if i, ok := h.panel.Instrument(w.symbol); ok && !h.described {
		h.instrument = i
	}
	if a := h.panel.Actions(w.symbol); a != nil {
		a.Sort()
		h.Splits, h.Dividends = until(a, w.through)
	}
	if h.Entered, err = v.OwnPrices(ctx, symbols, w.version); err != nil {
		return nil, err
	}
	q := wants.query(store.Prices, symbols)
	q.Full = true
	series, err := v.Series(ctx, q)
	if err != nil {
		return nil, err
	}
	h.Currency = h.instrument.Currency
	h.bars(series)
	slices.Reverse(h.Entered)
	h.total(w.symbol)
	if len(h.Bars.Dates) == 0 {
		h.Missing = fmt.Sprintf("no price of %s is stored up to %s; import a file of prices, or enter one", w.symbol, w.through)
	}
	return h, nil
}

// until are the actions up to a day.
func until(a *market.Actions, through date.Date) (splits []market.SplitEvent, dividends []market.DividendEvent) {
	for _, s := range a.Splits {
		if s.Date <= through {
			splits = append(splits, s)
		}
	}
	for _, d := range a.Dividends {
		if d.ExDate <= through {
			dividends = append(dividends, d)
		}
	}
	return splits, dividends
}

// bars joins the series of several sources and what was entered by hand, as the panel
// does, with all their columns.
func (h *history) bars(series []store.Series) {
	var s store.Series
	for i := len(series) - 1; i >= 0; i-- {
		x := series[i]
		if len(x.Dates) == 0 {
			continue
		}
		if h.Currency == "" {
			h.Currency = x.Currency
		}
		h.Sources = append(h.Sources, PriceSource{Source: x.Source, Own: x.Own, First: x.Dates[0], Last: x.Dates[len(x.Dates)-1], Days: len(x.Dates)})
		s = store.Overlay(s, x)
	}
	slices.Reverse(h.Sources)
	var entered store.Series
	for _, o := range h.Entered { // by day
		if o.Date > h.AsOf {
			continue
		}
		entered.Dates, entered.Close = append(entered.Dates, o.Date), append(entered.Close, o.Price.Float64())
	}
	if len(entered.Dates) > 0 {
		s = store.Overlay(s, entered)
		h.Sources = append([]PriceSource{{Source: ownSource, Own: true, First: entered.Dates[0], Last: entered.Dates[len(entered.Dates)-1], Days: len(entered.Dates)}}, h.Sources...)
	}
	columns := func(s *store.Series) []*[]float64 {
		return []*[]float64{&s.Open, &s.High, &s.Low, &s.Volume}
	}
	for _, c := range columns(&s) {
		if len(*c) == 0 {
			*c = slices.Repeat([]float64{math.NaN()}, len(s.Dates))
		}
	}
	b := &h.Bars
	for i, day := range s.Dates {
		if math.IsNaN(s.Close[i]) {
			continue
		}
		b.Dates, b.Close = append(b.Dates, day), append(b.Close, s.Close[i])
		b.Open, b.High, b.Low, b.Volume = append(b.Open, s.Open[i]), append(b.High, s.High[i]), append(b.Low, s.Low[i]), append(b.Volume, s.Volume[i])
	}
	h.Adjusted = b.Adjusted(h.actions(), h.AsOf)
}

// total puts the total-return series onto the days of the bars.
func (h *history) total(symbol string) {
	series, skipped := market.TotalReturn(h.panel.Prices(symbol), h.panel.Actions(symbol), h.Currency, h.AsOf)
	h.Skipped = skipped
	h.Total = make([]float64, len(h.Bars.Dates))
	for i, day := range h.Bars.Dates {
		h.Total[i] = math.NaN()
		if at := series.Index(day); at >= 0 && series.Dates[at] == day {
			h.Total[i] = series.Values[at]
		}
	}
}

// InstrumentPrices are the stored prices of a symbol from one day to another (zero or
// None: as far as they reach). A symbol without any is ErrNotFound.
func (s *Service) InstrumentPrices(ctx context.Context, c Caller, symbol string, simulated bool, from, to date.Date) (PriceHistory, error) {
	if err := checkSymbol(symbol); err != nil {
		return PriceHistory{}, err
	}
	if !unset(from) && !unset(to) && to < from {
		return PriceHistory{}, &ledger.Fault{Field: "to", Value: to.String(), Problem: "lies before the first day, " + from.String(), Cure: "give a later day"}
	}
	var out PriceHistory
	err := s.read(ctx, c, func(ctx context.Context, v store.View) error {
		h, err := historyOf(ctx, v, historyWants{symbol: symbol, version: store.LatestMarket, simulated: simulated, through: s.today()})
		if err != nil {
			return err
		}
		if len(h.Bars.Dates) == 0 && !h.described {
			return fmt.Errorf("instrument %q: %w", symbol, ErrNotFound)
		}
		out = h.PriceHistory
		return nil
	})
	if err == nil {
		out.cut(from, to)
	}
	return out, err
}

// cut leaves the days from one to another.
func (h *PriceHistory) cut(from, to date.Date) {
	first, last := 0, len(h.Bars.Dates)
	if !unset(from) {
		first, _ = slices.BinarySearch(h.Bars.Dates, from)
	}
	if !unset(to) {
		last, _ = slices.BinarySearch(h.Bars.Dates, to+1)
	}
	for _, b := range []*market.Bars{&h.Bars, &h.Adjusted} {
		b.Dates = b.Dates[first:last]
		for _, c := range []*[]float64{&b.Open, &b.High, &b.Low, &b.Close, &b.Volume} {
			*c = (*c)[first:last]
		}
	}
	h.Total = h.Total[first:last]
}
