package service

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lookthrough"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// panelWants says what a panel has to hold.
type panelWants struct {
	symbols    []string // instruments, the benchmark among them; sorted
	currencies []money.Currency
	rates      []string
	version    store.MarketVersion
	simulated  bool
	through    date.Date
	// closed leaves it at the currencies given; else those of the instruments join them.
	closed bool
	// made notes the series that loading put together, which are the panel's alone; nil:
	// nobody wants to know.
	made map[*market.Series]bool
}

// own notes that a series is the panel's alone.
func (w *panelWants) own(s *market.Series) *market.Series {
	if w.made != nil {
		w.made[s] = true
	}
	return s
}

// marketView is what a panel is read from: a store, or what is remembered of one.
type marketView interface {
	Instruments(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) (map[string]instrument.Instrument, error)
	Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error)
	OwnPrices(ctx context.Context, symbols []string, v store.MarketVersion) ([]store.OwnPrice, error)
	Actions(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) ([]store.Action, error)
}

// wantsOf gathers what valuing the bookings needs of the market.
func wantsOf(transactions []ledger.Transaction, base money.Currency, benchmark string) panelWants {
	symbols, currencies := map[string]bool{}, map[money.Currency]bool{base: true}
	add := func(symbol string) {
		if symbol == "" || symbols[symbol] {
			return
		}
		symbols[symbol] = true
		if o, err := instrument.ParseOCC(symbol); err == nil {
			symbols[o.Underlying] = true
		}
	}
	add(benchmark)
	for _, symbol := range append(exante.Symbols(), analysis.SectorFunds()...) { // of the factor model, and of attribution
		add(symbol)
	}
	for i := range transactions {
		t := &transactions[i]
		add(t.Symbol)
		add(t.ToSymbol)
		for _, c := range []money.Currency{t.Currency, t.ToCurrency} {
			if c != "" {
				currencies[c] = true
			}
		}
	}
	return panelWants{symbols: slices.Sorted(maps.Keys(symbols)), currencies: slices.Sorted(maps.Keys(currencies))}
}

// loadPanel reads the panel from the store, in the reader's own snapshot.
func loadPanel(ctx context.Context, v marketView, w panelWants) (*market.Panel, error) {
	p := market.NewPanel()
	p.SetVersion(max(w.version.Shared, 0) + max(w.version.Own, 0))
	known, err := v.Instruments(ctx, w.symbols, w.version, w.simulated)
	if err != nil {
		return nil, err
	}
	if w.addUnderlyings(known) {
		if known, err = v.Instruments(ctx, w.symbols, w.version, w.simulated); err != nil {
			return nil, err
		}
	}
	for _, symbol := range slices.Sorted(maps.Keys(known)) {
		i := known[symbol]
		i.Simulated = w.simulated
		p.SetInstrument(i)
		if i.Currency != "" && !w.closed && !slices.Contains(w.currencies, i.Currency) {
			w.currencies = append(w.currencies, i.Currency)
		}
	}
	if err := w.constituents(ctx, v, p, known); err != nil {
		return nil, err
	}
	if err := w.prices(ctx, v, p); err != nil {
		return nil, err
	}
	if err := w.chains(ctx, v, p); err != nil {
		return nil, err
	}
	if err := w.volumes(ctx, v, p); err != nil {
		return nil, err
	}
	if err := w.exchange(ctx, v, p); err != nil {
		return nil, err
	}
	return p, w.actions(ctx, v, p)
}

// addUnderlyings asks for the underlyings of options too, and says whether there are
// any that were not asked for.
func (w *panelWants) addUnderlyings(known map[string]instrument.Instrument) bool {
	asked := len(w.symbols)
	for _, i := range known {
		if i.Underlying != "" && !slices.Contains(w.symbols, i.Underlying) {
			w.symbols = append(w.symbols, i.Underlying)
		}
	}
	slices.Sort(w.symbols)
	return len(w.symbols) > asked
}

// constituents describes what funds hold, without prices: a constituent may be a fund of
// which it is known what it holds, and lists leave out what the store may know.
func (w *panelWants) constituents(ctx context.Context, v marketView, p *market.Panel, known map[string]instrument.Instrument) error {
	asked := maps.Clone(known)
	for range lookthrough.Depth {
		var symbols []string
		for _, i := range known {
			if i.Composition == nil {
				continue
			}
			for k := range i.Composition.Constituents {
				symbol := i.Composition.Constituents[k].Symbol
				if _, before := asked[symbol]; !before && symbol != "" {
					asked[symbol] = instrument.Instrument{}
					symbols = append(symbols, symbol)
				}
			}
		}
		if len(symbols) == 0 {
			return nil
		}
		var err error
		if known, err = v.Instruments(ctx, symbols, w.version, w.simulated); err != nil {
			return err
		}
		for _, i := range known {
			p.SetInstrument(i)
		}
	}
	return nil
}

func (w *panelWants) query(kind store.SeriesKind, symbols []string) store.SeriesQuery {
	return store.SeriesQuery{Kind: kind, Symbols: symbols, From: date.None, To: w.through, Version: w.version, Simulated: w.simulated}
}

// prices loads closes; what the user entered stands over what sources say.
func (w *panelWants) prices(ctx context.Context, v marketView, p *market.Panel) error {
	series, err := v.Series(ctx, w.query(store.Prices, w.symbols))
	if err != nil {
		return err
	}
	own, err := v.OwnPrices(ctx, w.symbols, w.version)
	if err != nil {
		return err
	}
	entered := map[string][]ledger.Point{}
	for _, o := range own {
		if o.Date <= w.through {
			entered[o.Symbol] = append(entered[o.Symbol], ledger.Point{Date: o.Date, Value: o.Price})
		}
		if _, ok := p.Instrument(o.Symbol); !ok {
			class := instrument.Unknown
			if o.Valuation {
				class = instrument.Private
			}
			p.SetInstrument(instrument.Instrument{Symbol: o.Symbol, Currency: o.Currency, Class: class, Simulated: w.simulated})
		}
	}
	for symbol, list := range bySymbol(series) {
		s := w.merged(list)
		if i, ok := p.Instrument(symbol); !ok || i.Currency == "" {
			if o, err := instrument.ParseOCC(symbol); err == nil && !ok {
				i = o
			}
			i.Symbol, i.Currency, i.Simulated = symbol, list[0].Currency, w.simulated
			p.SetInstrument(i)
		}
		if points := entered[symbol]; len(points) > 0 {
			s = w.own(market.Overlay(s, market.FromPoints(points, "entered")))
			delete(entered, symbol)
		}
		p.SetPrices(symbol, s)
	}
	for symbol, points := range entered {
		p.SetPrices(symbol, w.own(market.FromPoints(points, "entered")))
	}
	return nil
}

// chains loads the quotes of the other options on the underlyings of options without a
// price, which say with what volatility these are marked: of every day, as a panel serves
// analyses as of any.
func (w *panelWants) chains(ctx context.Context, v marketView, p *market.Panel) error {
	var underlyings []string
	for _, symbol := range w.symbols {
		o, known := p.Instrument(symbol)
		if !known || !o.IsOption() {
			var err error
			if o, err = instrument.ParseOCC(symbol); err != nil {
				continue
			}
		}
		if p.Prices(symbol) == nil && !slices.Contains(underlyings, o.Underlying) {
			underlyings = append(underlyings, o.Underlying)
		}
	}
	if len(underlyings) == 0 {
		return nil
	}
	q := w.query(store.Prices, []string{}) // none by name
	q.OptionsOn = underlyings
	series, err := v.Series(ctx, q)
	if err != nil {
		return err
	}
	for symbol, list := range bySymbol(series) {
		if p.Prices(symbol) == nil {
			p.SetPrices(symbol, w.own(merged(list))) // read anew for each panel
		}
	}
	return nil
}

// volumeDays is how many of the last calendar days' volumes a panel holds: what liquidity
// needs.
const volumeDays = 70

// volumes loads how much was traded of late.
func (w *panelWants) volumes(ctx context.Context, v marketView, p *market.Panel) error {
	q := w.query(store.Prices, w.symbols)
	q.From, q.Full = w.through-volumeDays, true
	series, err := v.Series(ctx, q)
	if err != nil {
		return err
	}
	for symbol, list := range bySymbol(series) {
		if s := list[0]; len(s.Volume) == len(s.Dates) && len(s.Dates) > 0 { // of the source that is believed first
			p.SetVolume(symbol, market.NewSeries(s.Dates, s.Volume, s.Source))
		}
	}
	return nil
}

func bySymbol(series []store.Series) map[string][]store.Series {
	out := map[string][]store.Series{}
	for _, s := range series {
		out[s.Symbol] = append(out[s.Symbol], s)
	}
	return out
}

// merged joins the series of one symbol: the first that has a day says its value.
func merged(list []store.Series) *market.Series {
	s := market.NewSeries(list[len(list)-1].Dates, list[len(list)-1].Close, list[len(list)-1].Source)
	for i := len(list) - 2; i >= 0; i-- {
		s = market.Overlay(s, market.NewSeries(list[i].Dates, list[i].Close, list[i].Source))
	}
	return s
}

// merged is merged, which makes a series where there are several.
func (w *panelWants) merged(list []store.Series) *market.Series {
	s := merged(list)
	if len(list) > 1 {
		w.own(s)
	}
	return s
}

// exchange loads the rates between the currencies in use, and through the pivots.
func (w *panelWants) exchange(ctx context.Context, v marketView, p *market.Panel) error {
	majors := map[money.Currency]bool{"EUR": true, "USD": true}
	for _, c := range w.currencies {
		major, _ := c.Major()
		majors[major] = true
	}
	list := slices.Sorted(maps.Keys(majors))
	var pairs []string
	for _, a := range list {
		for _, b := range list {
			if a != b {
				pairs = append(pairs, market.Pair{Base: a, Quote: b}.String())
			}
		}
	}
	series, err := v.Series(ctx, w.query(store.FX, pairs))
	if err != nil {
		return err
	}
	for name, list := range bySymbol(series) {
		pair, err := market.ParsePair(name)
		if err != nil {
			return err
		}
		p.SetFX(pair, w.merged(list))
	}
	rates, err := v.Series(ctx, w.query(store.Rates, w.rates))
	if err != nil {
		return err
	}
	for name, list := range bySymbol(rates) {
		p.SetRate(name, w.merged(list))
	}
	return nil
}

// actions loads splits and dividends; of several sources the first that knows a symbol
// says all of its actions.
func (w *panelWants) actions(ctx context.Context, v marketView, p *market.Panel) error {
	rows, err := v.Actions(ctx, w.symbols, w.version, w.simulated)
	if err != nil {
		return err
	}
	says := map[string]string{}
	found := map[string]*market.Actions{}
	for _, r := range rows {
		key := r.Symbol + "\x00" + string(r.Kind)
		source := cmp.Or(r.Source, "own")
		if first, ok := says[key]; !ok {
			says[key] = source
		} else if first != source {
			continue
		}
		a := found[r.Symbol]
		if a == nil {
			a = &market.Actions{}
			found[r.Symbol] = a
		}
		switch {
		case r.Kind == store.SplitAction && r.Ratio != nil:
			a.Splits = append(a.Splits, market.SplitEvent{Date: r.Date, Ratio: *r.Ratio})
		case r.Kind == store.DividendAction && r.Amount.Known:
			if inst, _ := p.Instrument(r.Symbol); r.Currency == "" {
				r.Currency = inst.Currency // a list that states none is in the share's own
			}
			a.Dividends = append(a.Dividends, market.DividendEvent{ExDate: r.Date, PayDate: r.PayDate, Amount: r.Amount.Decimal, Currency: r.Currency})
		}
	}
	for symbol, a := range found {
		p.SetActions(symbol, a)
	}
	return nil
}
