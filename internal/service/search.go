package service

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/instrument/search"
	"github.com/foliosight/foliosight/internal/store"
)

// keptIndexes is how many markets stay ready to be searched.
const keptIndexes = 8

// foundAtMost is how many instruments a search gives, and typedAtMost how many letters
// of what was typed it takes.
const (
	foundAtMost = 50
	typedAtMost = 200
)

// FoundInstrument is an instrument that a search found.
type FoundInstrument struct {
	Instrument instrument.Instrument
	Kind       search.Kind
	Via        string    // the other name by which it was found, such as an ISIN; empty: by itself
	Until      date.Date // the day from which it is not called that any more; None: it still is
	Last       date.Date // of its stored prices; None: there are none
	// Source says that nothing is stored of it and nobody holds it: the source named it on
	// the day On, when it was asked. Empty: it is stored.
	Source string
	On     date.Date
}

// searched is the instruments of one market, ready to be searched.
type searched struct {
	index *search.Index
	known map[string]instrument.Instrument
	last  map[string]date.Date
}

// SearchInstruments finds stored instruments by what was typed: symbols in any of their
// forms, identifiers, symbols they had, names, with typing errors; the closest first, at
// most limit (0: 10), and behind them what sources named when they were asked. It asks no
// provider. simulated searches the simulated market instead.
func (s *Service) SearchInstruments(ctx context.Context, c Caller, typed string, limit int, simulated bool) (all []FoundInstrument, err error) {
	typed = strings.TrimSpace(typed)
	if limit <= 0 {
		limit = 10
	}
	switch {
	case !utf8.ValidString(typed):
		return nil, fault("q", strings.ToValidUTF8(typed, "�"), "it is not text in UTF-8", "send it as UTF-8")
	case utf8.RuneCountInString(typed) > typedAtMost:
		return nil, fault("q", string([]rune(typed)[:20])+"…", "it is too long", "give at most 200 letters")
	case limit > foundAtMost:
		limit = foundAtMost
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		x, err := s.analyses.searchedIn(ctx, v, simulated)
		if err != nil {
			return err
		}
		named, err := namedBy(ctx, v, typed)
		if err != nil {
			return err
		}
		all = x.find(typed, limit, named)
		if simulated {
			return nil
		}
		all, err = s.analyses.addNamed(ctx, v, x, typed, limit, s.now(), all)
		return err
	})
	return all, err
}

// find puts what the list of names says before what is like what was typed, but after
// the symbol itself.
func (x *searched) find(typed string, limit int, named []store.Alias) []FoundInstrument {
	var all []FoundInstrument
	add := func(symbol string, kind search.Kind, via string, until date.Date) {
		i, known := x.known[symbol]
		if !known || slices.ContainsFunc(all, func(f FoundInstrument) bool { return f.Instrument.Symbol == symbol }) || len(all) >= limit {
			return
		}
		f := FoundInstrument{Instrument: i, Kind: kind, Via: via, Until: until, Last: date.None}
		if last, ok := x.last[symbol]; ok {
			f.Last = last
		}
		all = append(all, f)
	}
	hits := x.index.Search(typed, limit)
	for _, h := range hits {
		if h.Kind == search.BySymbol {
			add(x.index.Entry(h.Entry).Symbol, h.Kind, "", date.None)
		}
	}
	for _, a := range named {
		add(a.Symbol, search.ByName, a.Value, a.Until)
	}
	for _, h := range hits {
		via := ""
		if h.Kind == search.ByName {
			via = strings.ToUpper(typed)
		}
		add(x.index.Entry(h.Entry).Symbol, h.Kind, via, date.None)
	}
	return all
}

// namedBy are the instruments that the list of names knows under what was typed, those
// called so now before those that were.
func namedBy(ctx context.Context, v store.View, typed string) ([]store.Alias, error) {
	if typed == "" {
		return nil, nil
	}
	var all []store.Alias
	schemes, value := instrument.Identify(typed)
	for _, scheme := range schemes {
		meant, err := v.Meanings(ctx, string(scheme), value)
		if err != nil {
			return nil, err
		}
		all = append(all, meant...)
	}
	for i := range all {
		if unset(all[i].Until) {
			all[i].Until = date.None
		}
	}
	slices.SortStableFunc(all, func(a, b store.Alias) int {
		switch {
		case a.Until == b.Until:
			return 0
		case a.Until.IsNone() || !b.Until.IsNone() && a.Until > b.Until:
			return -1
		}
		return 1
	})
	return all, nil
}

// searchedIn makes what is stored of a market ready to be searched, or remembers it.
func (a *analyses) searchedIn(ctx context.Context, v store.View, simulated bool) (*searched, error) {
	version, err := v.MarketVersion(ctx)
	if err != nil {
		return nil, err
	}
	key := keyOf(v, version, simulated)
	if kept, ok := a.indexes.GetIfPresent(key); ok {
		return kept, nil
	}
	x := &searched{last: map[string]date.Date{}}
	if x.known, err = v.Instruments(ctx, nil, version, simulated); err != nil {
		return nil, err
	}
	infos, err := v.SeriesInfo(ctx, store.Prices, simulated)
	if err != nil {
		return nil, err
	}
	for _, i := range infos {
		x.last[i.Symbol] = max(i.Last, x.last[i.Symbol])
		if _, described := x.known[i.Symbol]; !described {
			x.known[i.Symbol] = undescribed(i)
		}
	}
	var entries []search.Entry
	for _, symbol := range sortedKeys(x.known) {
		i := x.known[symbol]
		i.Composition, i.Simulated = nil, simulated
		x.known[symbol] = i
		entries = append(entries, search.Entry{Symbol: symbol, Title: i.Name, Names: exactNames(i), Minor: i.Class == instrument.Option})
	}
	x.index = search.New(entries)
	if !writing(ctx) {
		a.indexes.Set(key, x)
	}
	return x, nil
}

// undescribed is an instrument of which only prices are known. What it is, is not; only
// an option's symbol says its terms by its standard.
func undescribed(i store.SeriesInfo) instrument.Instrument {
	out := instrument.Instrument{}
	if o, err := instrument.ParseOCC(i.Symbol); err == nil {
		out = o
	}
	out.Symbol, out.Currency = i.Symbol, i.Currency
	return out
}

// exactNames are what an instrument is called besides its symbol.
func exactNames(i instrument.Instrument) []string {
	names := instrument.TickerForms(i.Symbol, i.Exchange)
	for _, id := range []string{i.ISIN, i.CUSIP, i.FIGI} {
		if id != "" {
			names = append(names, id)
		}
	}
	return names
}
