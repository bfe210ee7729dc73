package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/store"
)

// Resolved is what an identifier means on a day.
type Resolved struct {
	Instrument instrument.Instrument
	Scheme     instrument.Scheme // under which it is known by that identifier
	Known      bool              // something is stored of it; else only its symbol says what it is
	Names      []store.Alias     // every name it has or had, by scheme and day
}

// ResolveInstrument says what an ISIN, FIGI, CUSIP, option symbol or ticker means on a day
// (None: today). A symbol that was given up means what it meant then. An identifier that
// several listings have gives them all, the one whose symbol it is first. What nothing is
// stored of is ErrNotFound, but for option symbols, which spell out their terms.
func (s *Service) ResolveInstrument(ctx context.Context, c Caller, identifier string, on date.Date, simulated bool) (all []Resolved, err error) {
	identifier = strings.TrimSpace(identifier)
	if err := checkSymbol(identifier); err != nil {
		return nil, err
	}
	if unset(on) {
		on = date.FromTime(s.now().UTC())
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		x, err := s.analyses.searchedIn(ctx, v, simulated)
		if err != nil {
			return err
		}
		r := meanings{view: v, in: x, on: on}
		if err := r.resolve(ctx, identifier); err != nil {
			return err
		}
		all = r.all
		return nil
	})
	return all, err
}

// meanings gathers what an identifier means.
type meanings struct {
	view store.View
	in   *searched
	on   date.Date
	all  []Resolved
}

func (r *meanings) resolve(ctx context.Context, identifier string) error {
	schemes, value := instrument.Identify(identifier)
	for _, scheme := range schemes {
		symbol, err := r.view.Resolve(ctx, string(scheme), value, r.on)
		switch {
		case err == nil:
			if err := r.add(ctx, symbol, scheme); err != nil {
				return err
			}
		case !errors.Is(err, ErrNotFound):
			return err
		}
	}
	if len(r.all) == 0 {
		if _, stored := r.in.known[identifier]; stored {
			value = identifier // symbols may have small letters
		}
		if err := r.listed(ctx, schemes, value); err != nil {
			return err
		}
	}
	if len(r.all) == 0 && schemes[0] == instrument.OCCSym {
		o, err := instrument.ParseOCC(value)
		if err != nil {
			return err
		}
		r.all = append(r.all, Resolved{Instrument: o, Scheme: instrument.OCCSym})
	}
	if len(r.all) == 0 {
		return fmt.Errorf("%q on %s: %w", identifier, r.on, ErrNotFound)
	}
	return nil
}

// listed finds the identifier among the stored instruments: as a symbol, as an
// identifier, and last as another form of a ticker.
func (r *meanings) listed(ctx context.Context, schemes []instrument.Scheme, value string) error {
	if _, ok := r.in.known[value]; ok {
		return r.add(ctx, value, schemes[0])
	}
	for _, by := range []struct {
		scheme instrument.Scheme
		of     func(i instrument.Instrument) string
	}{
		{instrument.ISIN, func(i instrument.Instrument) string { return i.ISIN }},
		{instrument.CUSIP, func(i instrument.Instrument) string { return i.CUSIP }},
		{instrument.FIGI, func(i instrument.Instrument) string { return i.FIGI }},
	} {
		if !slices.Contains(schemes, by.scheme) {
			continue
		}
		for _, symbol := range sortedKeys(r.in.known) {
			if strings.EqualFold(by.of(r.in.known[symbol]), value) {
				if err := r.add(ctx, symbol, by.scheme); err != nil {
					return err
				}
			}
		}
	}
	if len(r.all) > 0 {
		return nil
	}
	for _, symbol := range sortedKeys(r.in.known) {
		i := r.in.known[symbol]
		if strings.EqualFold(symbol, value) || slices.ContainsFunc(instrument.TickerForms(symbol, i.Exchange), func(f string) bool { return strings.EqualFold(f, value) }) {
			if err := r.add(ctx, symbol, instrument.Ticker); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *meanings) add(ctx context.Context, symbol string, scheme instrument.Scheme) error {
	if slices.ContainsFunc(r.all, func(o Resolved) bool { return o.Instrument.Symbol == symbol }) {
		return nil
	}
	i, known := r.in.known[symbol]
	if !known {
		i = instrument.Instrument{Symbol: symbol}
	}
	names, err := r.view.Aliases(ctx, symbol)
	if err != nil {
		return err
	}
	r.all = append(r.all, Resolved{Instrument: i, Scheme: scheme, Known: known, Names: names})
	return nil
}
