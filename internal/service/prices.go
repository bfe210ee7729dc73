package service

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer/pricefile"
	"github.com/foliosight/foliosight/internal/store"
)

// ImportPrices reads files of prices, splits and dividends, exchange and interest
// rates, settles their basis together, and keeps them: all files or none. Shared data
// are for operators; of others they become the tenant's own.
func (s *Service) ImportPrices(ctx context.Context, c Caller, files []File, o PriceOptions) (*PriceImport, error) {
	basis, err := pricefile.ParseBasis(o.Basis)
	if err != nil {
		return nil, &ledger.Fault{Field: "basis", Value: o.Basis, Problem: "there is no such basis", Cure: "use auto, traded, split-adjusted or total-return", Err: err}
	}
	if o.Source == "" {
		o.Source = "file"
	}
	if o.Source == store.Simulated {
		return nil, &ledger.Fault{Field: "source", Value: o.Source, Problem: "the simulated market makes its prices itself", Cure: "give another name"}
	}
	in := &priceImport{options: o, basis: basis, out: &PriceImport{}}
	for _, f := range files {
		read, err := pricefile.ReadUpTo(f.Name, f.Content, unpackedFor(c))
		if err != nil {
			return nil, err
		}
		in.files = append(in.files, read)
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		batch, err := in.settle(ctx, tx)
		if err != nil {
			return err
		}
		batch.Own = o.Own || !c.Operator
		if in.out.BatchResult, err = tx.WriteMarket(ctx, batch); err != nil {
			return err
		}
		if err := s.incomeAfterMarket(ctx, tx, batch.Own); err != nil {
			return err
		}
		return s.checkPricesSoon(ctx, tx)
	})
	return in.out, err
}

// sentUnpacked is how large a file of prices that came over the network may be unpacked.
const sentUnpacked = 256 << 20

// unpackedFor is how large a file of prices may be: on this machine's own command line,
// where nobody is signed in, as large as is read at all.
func unpackedFor(c Caller) int64 {
	if c.Session != "" || c.Scope != "" {
		return sentUnpacked
	}
	return pricefile.MaxBytes
}

// priceImport is files on their way into one batch.
type priceImport struct {
	options PriceOptions
	basis   pricefile.Basis
	files   []*pricefile.File
	out     *PriceImport
	known   map[string]instrument.Instrument
}

func (in *priceImport) settle(ctx context.Context, v store.View) (store.Batch, error) {
	b := store.Batch{Source: in.options.Source}
	var err error
	if in.known, err = v.Instruments(ctx, nil, store.LatestMarket, false); err != nil {
		return b, err
	}
	splits, err := in.keptSplits(ctx, v)
	if err != nil {
		return b, err
	}
	kept, err := in.keptPrices(ctx, v)
	if err != nil {
		return b, err
	}
	together, faults := pricefile.SettleBeside(in.files, splits, kept, in.basis)
	if len(faults) > 0 {
		return b, faults
	}
	in.report(together)
	for i := range together.Series {
		b.Series = append(b.Series, in.series(&together.Series[i]))
	}
	b.Series = append(b.Series, in.rates(together)...)
	b.Actions = in.actions(together, splits)
	b.Instruments = in.funds(together)
	b.Reason = in.names()
	b.Series, err = joined(b.Series)
	return b, err
}

func (in *priceImport) names() string {
	var names []string
	for _, f := range in.files {
		names = append(names, f.Name)
	}
	return strings.ToValidUTF8(fmt.Sprintf("%.200s", strings.Join(names, ", ")), "")
}

// keptSplits are the lists of splits that the store has, of symbols for which the files
// state none.
func (in *priceImport) keptSplits(ctx context.Context, v store.View) (map[string][]pricefile.Action, error) {
	said := map[string]bool{}
	for _, f := range in.files {
		for symbol := range f.Splits() {
			said[symbol] = true
		}
	}
	actions, err := v.Actions(ctx, nil, store.LatestMarket, false)
	if err != nil {
		return nil, err
	}
	kept := map[string][]pricefile.Action{}
	for _, a := range actions {
		if a.Kind == store.SplitAction && !said[a.Symbol] {
			kept[a.Symbol] = append(kept[a.Symbol], pricefile.Action{Date: a.Date, Symbol: a.Symbol, Kind: pricefile.Split, Ratio: *a.Ratio})
		}
	}
	for symbol, list := range kept {
		kept[symbol] = pricefile.SortActions(list) // several sources may say the same
	}
	return kept, nil
}

// keptPrices are the prices that the store has, as traded, of symbols for which the
// files state dividends and no prices.
func (in *priceImport) keptPrices(ctx context.Context, v store.View) (map[string]pricefile.Series, error) {
	priced, wanted := map[string]bool{}, map[string]bool{}
	for _, f := range in.files {
		for i := range f.Series {
			priced[f.Series[i].Symbol] = true
		}
	}
	for _, f := range in.files {
		for symbol := range f.Dividends() {
			if !priced[symbol] {
				wanted[symbol] = true
			}
		}
	}
	kept := map[string]pricefile.Series{}
	if len(wanted) == 0 {
		return kept, nil
	}
	all, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: sortedKeys(wanted), From: date.None, Version: store.LatestMarket, Full: true})
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		// The source's own prices say most about its dividends.
		if _, other := kept[s.Symbol]; !other || s.Source == in.options.Source {
			kept[s.Symbol] = pricefile.Series{Symbol: s.Symbol, Dates: s.Dates, Open: s.Open, High: s.High, Low: s.Low, Close: s.Close, Volume: s.Volume, AdjClose: s.Adjusted}
		}
	}
	return kept, nil
}

func (in *priceImport) currency(symbol string) money.Currency {
	if i, ok := in.known[symbol]; ok && i.Currency != "" {
		return i.Currency
	}
	if o, err := instrument.ParseOCC(symbol); err == nil && in.known[o.Underlying].Currency != "" {
		return in.known[o.Underlying].Currency
	}
	return in.options.Currency
}

// series is a settled series as it is kept.
func (in *priceImport) series(s *pricefile.Settled) store.Series {
	out := store.Series{Kind: store.Prices, Symbol: s.Symbol, Currency: in.currency(s.Symbol), Dates: s.Dates, Close: s.Close,
		Open: s.Open, High: s.High, Low: s.Low, Volume: s.Volume, Adjusted: s.AdjClose}
	if s.Verdict.Stored == pricefile.TotalReturn {
		return store.Series{Kind: store.Totals, Symbol: s.Symbol, Currency: out.Currency, Dates: s.Dates, Close: s.AdjClose}
	}
	return out
}

// funds are the funds whose holdings the files list: descriptions that say nothing else.
func (in *priceImport) funds(t *pricefile.Together) []instrument.Instrument {
	var all []instrument.Instrument
	for i := range t.Funds {
		f := &t.Funds[i]
		all = append(all, instrument.Instrument{Symbol: f.Symbol, Currency: in.known[f.Symbol].Currency, Composition: &f.Composition})
	}
	return all
}

// rates are the exchange and interest rates of the files.
func (in *priceImport) rates(t *pricefile.Together) []store.Series {
	var all []store.Series
	for _, x := range t.FX {
		all = append(all, store.Series{Kind: store.FX, Symbol: string(x.Base) + "/" + string(x.Quote), Currency: x.Quote, Dates: x.Dates, Close: x.Values})
	}
	for _, x := range t.Rates {
		all = append(all, store.Series{Kind: store.Rates, Symbol: x.Series, Dates: x.Dates, Close: x.Fractions()})
	}
	return all
}

// actions are the splits and dividends that the files state or show; those that the
// store has already under another source are not repeated.
func (in *priceImport) actions(t *pricefile.Together, kept map[string][]pricefile.Action) []store.Action {
	var all []store.Action
	for _, symbol := range sortedKeys(t.Splits) {
		for _, a := range t.Splits[symbol] {
			if slices.ContainsFunc(kept[symbol], func(k pricefile.Action) bool { return k.Date == a.Date }) {
				continue
			}
			ratio := a.Ratio
			all = append(all, store.Action{Kind: store.SplitAction, Symbol: symbol, Date: a.Date, Ratio: &ratio})
		}
	}
	for _, symbol := range sortedKeys(t.Dividends) {
		for _, a := range t.Dividends[symbol] {
			all = append(all, store.Action{Kind: store.DividendAction, Symbol: symbol, Date: a.Date, Amount: money.Some(a.Amount), Currency: in.currency(symbol)})
		}
	}
	return all
}

// report says what each file brought.
func (in *priceImport) report(t *pricefile.Together) {
	for _, f := range in.files {
		r := PriceFileResult{File: f.Name, Kind: string(f.Layout), Rows: f.Rows, From: date.None, To: date.None}
		symbols, bases := map[string]bool{}, map[pricefile.Basis]bool{}
		said := map[string][]string{} // what is noted, and of which symbols
		for i := range t.Series {
			if s := &t.Series[i]; s.File == f.Name {
				symbols[s.Symbol], bases[s.Verdict.Found] = true, true
				r.span(s.Dates)
				for _, n := range s.Verdict.Notes {
					said[n] = append(said[n], s.Symbol)
				}
			}
		}
		for _, a := range f.Actions {
			symbols[a.Symbol] = true
			r.span([]date.Date{a.Date})
		}
		for i := range f.Funds {
			symbols[f.Funds[i].Symbol] = true
			if on := f.Funds[i].Composition.AsOf; on != 0 {
				r.span([]date.Date{on})
			}
		}
		for _, x := range f.FX {
			symbols[string(x.Base)+"/"+string(x.Quote)] = true
			r.span(x.Dates)
		}
		for _, x := range f.Rates {
			symbols[x.Series] = true
			r.span(x.Dates)
			if x.InPercent() {
				said[fromPercent] = append(said[fromPercent], x.Series)
			}
		}
		r.Symbols = len(symbols)
		for _, b := range []pricefile.Basis{pricefile.Traded, pricefile.SplitAdjusted, pricefile.TotalReturn} {
			if bases[b] {
				r.Basis = strings.TrimPrefix(r.Basis+", "+string(b), ", ")
			}
		}
		r.Notes = slices.Clone(f.Notes)
		for _, n := range sortedKeys(said) {
			r.Notes = append(r.Notes, pricefile.Of(said[n], n))
		}
		in.out.Files = append(in.out.Files, r)
	}
}

const fromPercent = "published in percent, kept as a fraction"

// span widens the days that a file covers.
func (r *PriceFileResult) span(dates []date.Date) {
	if len(dates) == 0 {
		return
	}
	first, last := dates[0], dates[len(dates)-1]
	if r.From.IsNone() {
		r.From, r.To = first, last
	}
	r.From, r.To = min(r.From, first), max(r.To, last)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// joined makes one series of those of one symbol that several files carry: where two
// say the same day, the file given last counts.
func joined(all []store.Series) ([]store.Series, error) {
	at := map[string]int{}
	var out []store.Series
	for _, s := range all {
		key := string(s.Kind) + "\x00" + s.Symbol
		i, twice := at[key]
		if !twice {
			at[key] = len(out)
			out = append(out, s)
			continue
		}
		if out[i].Currency != s.Currency {
			return nil, &ledger.Fault{Field: "currency", Value: string(s.Currency), Problem: s.Symbol + " is in " + string(out[i].Currency) + " in another of the files", Cure: "import them one after the other"}
		}
		out[i] = store.Overlay(out[i], s)
	}
	return out, nil
}
