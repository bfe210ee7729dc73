package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// aboutSource is under which name the description of an instrument is kept that follows
// from what sources say of it; each of them is named in its document and in the composition.
// Others who describe it (files, and people for themselves) stand over it: its name comes
// before theirs, and what they leave open it fills in.
const aboutSource = "about"

// describe writes what an instrument is by all that sources said of it, the one that spoke
// last first: name, class, exchange, currency, identifiers, country, sector in the one
// taxonomy, and of a fund what it holds. It is derived anew each time from their documents.
func (y *syncing) describe(ctx context.Context, tx store.Tx, symbol string, kind marketdata.Kind, last string, notes *[]string) error {
	i, err := descriptionOf(ctx, tx, symbol, last, notes)
	if err != nil {
		return err
	}
	if i.Currency == "" {
		i.Currency = y.known[symbol].Currency
	}
	if i == (instrument.Instrument{Symbol: symbol, Currency: i.Currency}) {
		return nil // nothing follows from it
	}
	_, err = tx.WriteMarket(ctx, store.Batch{Source: aboutSource, Reason: fmt.Sprintf("%s of %s by %s", kind, symbol, last), Instruments: []instrument.Instrument{i}})
	return err
}

func descriptionOf(ctx context.Context, v store.View, symbol, last string, notes *[]string) (i instrument.Instrument, err error) {
	i.Symbol = symbol
	profiles, err := documents[marketdata.Profile](ctx, v, store.DocumentQuery{Kind: store.ProfileDocument, Symbols: []string{symbol}})
	if err != nil {
		return i, err
	}
	latestFirst(profiles, last)
	for k := range profiles {
		said := profiles[k].body.Instrument
		said.Symbol, said.Composition, said.Sector = symbol, nil, instrument.SectorOf(said.Sector)
		if said.Class == instrument.Option || said.Class == instrument.Bond || said.Class == instrument.Private {
			continue // it was asked for as a share or a fund
		}
		if said.Class == instrument.ETF || said.Class == instrument.Fund {
			said.Sector = "" // that of who manages it
		}
		i = i.Beside(said)
	}
	held, err := documents[marketdata.FundHoldings](ctx, v, store.DocumentQuery{Kind: store.HoldingsDocument, Symbols: []string{symbol}})
	if err != nil {
		return i, err
	}
	latestFirst(held, last)
	i.Composition = composed(held)
	if i.Composition != nil {
		if flaw := i.Composition.Check(symbol); flaw != nil {
			*notes = append(*notes, "what it holds is not taken: "+flaw.Error())
			i.Composition = nil
		}
	}
	return i, nil
}

// latestFirst puts the documents of the source that spoke last first, then those that were
// fetched last.
func latestFirst[T any](all []sourced[T], last string) {
	slices.SortStableFunc(all, func(a, b sourced[T]) int {
		if (a.Source == last) != (b.Source == last) {
			if a.Source == last {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Fetched.Compare(a.Fetched), compareText(a.Source, b.Source))
	})
}

// composed is what a fund holds by the latest list, with weights of sectors where a source
// states them; nil where there is no list.
func composed(held []sourced[marketdata.FundHoldings]) *instrument.Composition {
	at := slices.IndexFunc(held, func(h sourced[marketdata.FundHoldings]) bool { return len(h.body.Composition.Constituents) > 0 })
	if at < 0 {
		return nil
	}
	list := held[at].body.Composition
	out := &instrument.Composition{AsOf: list.AsOf, Source: held[at].Source, Constituents: slices.Clone(list.Constituents), Sectors: slices.Clone(list.Sectors)}
	for k := range held {
		if more := held[k].body.Composition.Sectors; len(out.Sectors) == 0 && len(more) > 0 {
			out.Sectors = slices.Clone(more)
			if held[k].Source != out.Source {
				out.Source += ", sectors of " + held[k].Source
			}
		}
	}
	for k := range out.Constituents {
		out.Constituents[k].Sector = instrument.SectorOf(out.Constituents[k].Sector)
	}
	for k := range out.Sectors {
		out.Sectors[k].Sector = cmp.Or(instrument.SectorOf(out.Sectors[k].Sector), out.Sectors[k].Sector)
	}
	return out
}
