package service

import (
	"context"
	"fmt"
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
	in := &priceImport{options: o, basis: basis, out: &PriceImport{}, splits: map[string][]pricefile.Action{}, dividends: map[string][]pricefile.Action{}, settled: map[string]pricefile.Series{}}
	for _, f := range files {
		read, err := pricefile.Read(f.Name, f.Content)
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
		in.out.BatchResult, err = tx.WriteMarket(ctx, batch)
		return err
	})
	return in.out, err
}

// priceImport is files on their way into one batch.
type priceImport struct {
	options   PriceOptions
	basis     pricefile.Basis
	files     []*pricefile.File
	out       *PriceImport
	known     map[string]instrument.Instrument
	splits    map[string][]pricefile.Action // the whole list of a symbol; absent: not known
	dividends map[string][]pricefile.Action
	settled   map[string]pricefile.Series
	seen      []pricefile.Action // splits seen in the prices
}

func (in *priceImport) settle(ctx context.Context, v store.View) (store.Batch, error) {
	b := store.Batch{Source: in.options.Source}
	if err := in.gather(ctx, v); err != nil {
		return b, err
	}
	var names []string
	for _, f := range in.files {
		names = append(names, f.Name)
		result, series, err := in.prices(f)
		if err != nil {
			return b, err
		}
		b.Series = append(b.Series, series...)
		b.Series = append(b.Series, in.rates(f, &result)...)
		in.out.Files = append(in.out.Files, result)
	}
	b.Reason = strings.Join(names, ", ")
	if len(b.Reason) > 200 {
		b.Reason = b.Reason[:200]
	}
	dividends, err := in.settleDividends()
	if err != nil {
		return b, err
	}
	b.Actions = append(in.splitActions(), dividends...)
	b.Series, err = joined(b.Series)
	return b, err
}

// gather collects what is known of splits: what the files say, else what the store has.
func (in *priceImport) gather(ctx context.Context, v store.View) (err error) {
	for _, f := range in.files {
		for symbol, list := range f.Splits() {
			in.splits[symbol] = append(in.splits[symbol], list...)
		}
		for symbol, list := range f.Dividends() {
			in.dividends[symbol] = append(in.dividends[symbol], list...)
		}
	}
	if in.known, err = v.Instruments(ctx, nil, store.LatestMarket, false); err != nil {
		return err
	}
	kept, err := v.Actions(ctx, nil, store.LatestMarket, false)
	if err != nil {
		return err
	}
	said := map[string]bool{}
	for symbol := range in.splits {
		said[symbol] = true
	}
	for _, a := range kept {
		if a.Kind == store.SplitAction && !said[a.Symbol] {
			in.splits[a.Symbol] = append(in.splits[a.Symbol], pricefile.Action{Date: a.Date, Symbol: a.Symbol, Kind: pricefile.Split, Ratio: *a.Ratio})
		}
	}
	for symbol, list := range in.splits {
		in.splits[symbol] = pricefile.SortActions(list)
	}
	return nil
}

func (in *priceImport) currency(symbol string) money.Currency {
	if i, ok := in.known[symbol]; ok && i.Currency != "" {
		return i.Currency
	}
	return in.options.Currency
}

// prices puts the series of a file back as traded.
func (in *priceImport) prices(f *pricefile.File) (PriceFileResult, []store.Series, error) {
	r := PriceFileResult{File: f.Name, Kind: string(f.Layout), Rows: f.Rows, Notes: slices.Clone(f.Notes), From: date.None, To: date.None}
	var all []store.Series
	symbols, bases, said := map[string]bool{}, map[pricefile.Basis]bool{}, map[string]int{}
	for _, s := range f.Series {
		var list []pricefile.Action
		if known, ok := in.splits[s.Symbol]; ok {
			list = append([]pricefile.Action{}, known...) // known and empty is not the same as not known
		}
		settled, verdict, err := pricefile.Settle(s, list, in.basis)
		if err != nil {
			return r, nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		in.seen = append(in.seen, verdict.Splits...)
		out := store.Series{Kind: store.Prices, Symbol: s.Symbol, Currency: in.currency(s.Symbol), Dates: settled.Dates, Close: settled.Close,
			Open: settled.Open, High: settled.High, Low: settled.Low, Volume: settled.Volume, Adjusted: settled.AdjClose}
		if verdict.Stored == pricefile.TotalReturn {
			out = store.Series{Kind: store.Totals, Symbol: s.Symbol, Currency: out.Currency, Dates: settled.Dates, Close: settled.AdjClose}
		} else {
			in.settled[s.Symbol] = settled
		}
		all = append(all, out)
		symbols[s.Symbol], bases[verdict.Found] = true, true
		r.span(settled.Dates)
		for _, n := range verdict.Notes {
			said[n]++
		}
	}
	for _, a := range f.Actions {
		symbols[a.Symbol] = true
		r.span([]date.Date{a.Date})
	}
	r.Symbols = len(symbols)
	for _, b := range []pricefile.Basis{pricefile.Traded, pricefile.SplitAdjusted, pricefile.TotalReturn} {
		if bases[b] {
			r.Basis = strings.TrimPrefix(r.Basis+", "+string(b), ", ")
		}
	}
	for _, n := range sortedKeys(said) {
		if said[n] > 1 {
			n = fmt.Sprintf("%d series: %s", said[n], n)
		}
		r.Notes = append(r.Notes, n)
	}
	return r, all, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

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

// percent are the beginnings of the names under which central banks publish interest
// rates in percent a year; they are kept as fractions.
var percent = []string{"DGS", "DTB", "TB3MS", "DFF", "FEDFUNDS", "SOFR", "EFFR", "ESTR", "ECBESTR", "SONIA", "EURIBOR", "DFII"}

// rates are the exchange and interest rates of a file.
func (in *priceImport) rates(f *pricefile.File, r *PriceFileResult) []store.Series {
	var all []store.Series
	for _, x := range f.FX {
		all = append(all, store.Series{Kind: store.FX, Symbol: string(x.Base) + "/" + string(x.Quote), Currency: x.Quote, Dates: x.Dates, Close: x.Values})
		r.Symbols++
		r.span(x.Dates)
	}
	for _, x := range f.Rates {
		values := x.Values
		if slices.ContainsFunc(percent, func(p string) bool { return strings.HasPrefix(strings.ToUpper(x.Series), p) }) {
			values = make([]float64, len(x.Values))
			for i, v := range x.Values {
				values[i] = v / 100
			}
			r.Notes = append(r.Notes, x.Series+" is published in percent and kept as a fraction")
		}
		all = append(all, store.Series{Kind: store.Rates, Symbol: x.Series, Dates: x.Dates, Close: values})
		r.Symbols++
		r.span(x.Dates)
	}
	return all
}

func (in *priceImport) splitActions() []store.Action {
	var all []store.Action
	given := slices.Clone(in.seen)
	for _, f := range in.files {
		for _, list := range f.Splits() {
			given = append(given, list...)
		}
	}
	for _, a := range pricefile.SortActions(given) {
		ratio := a.Ratio
		all = append(all, store.Action{Kind: store.SplitAction, Symbol: a.Symbol, Date: a.Date, Ratio: &ratio})
	}
	return all
}

// settleDividends puts the dividends back per share as they were paid.
func (in *priceImport) settleDividends() ([]store.Action, error) {
	var given []pricefile.Action
	for _, symbol := range sortedKeys(in.dividends) {
		given = append(given, in.dividends[symbol]...)
	}
	if len(given) == 0 {
		return nil, nil
	}
	paid, _, err := pricefile.SettleDividends(given, pricefile.Evidence{Splits: in.splits, Prices: in.settled}, in.basis)
	if err != nil {
		return nil, err
	}
	all := make([]store.Action, 0, len(paid))
	for _, a := range paid {
		all = append(all, store.Action{Kind: store.DividendAction, Symbol: a.Symbol, Date: a.Date, Amount: money.Some(a.Amount), Currency: in.currency(a.Symbol)})
	}
	return all, nil
}

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

// OwnPrices are the prices and valuations that people of the tenant entered.
func (s *Service) OwnPrices(ctx context.Context, c Caller, symbols []string) (all []store.OwnPrice, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.OwnPrices(ctx, symbols, store.LatestMarket)
		return err
	})
	return all, err
}

// SetOwnPrices enters prices and valuations; on their days they win over all others.
func (s *Service) SetOwnPrices(ctx context.Context, c Caller, prices []store.OwnPrice) error {
	var faults ledger.Faults
	bad := func(row int, field, value, problem, cure string) {
		faults = append(faults, &ledger.Fault{Row: row, Field: field, Value: value, Problem: problem, Cure: cure})
	}
	for i := range prices {
		p := &prices[i]
		p.Symbol = strings.TrimSpace(p.Symbol)
		if p.Symbol == "" || len(p.Symbol) > 100 {
			bad(i+1, "symbol", p.Symbol, "it is empty or too long", "name the security")
		}
		if p.Date == 0 || p.Date.IsNone() || p.Date > s.today() {
			bad(i+1, "date", p.Date.String(), "there is none, or it lies in the future", "give the day as YYYY-MM-DD")
		}
		if p.Price.Sign() < 0 {
			bad(i+1, "price", p.Price.String(), "prices are not negative", "give the price of one piece")
		}
		if code, err := money.ParseCurrency(string(p.Currency)); err != nil || code != p.Currency {
			bad(i+1, "currency", string(p.Currency), "it is not a currency code", "use the ISO code in capitals, such as EUR")
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if err := inTheirCurrency(ctx, tx, prices); err != nil {
			return err
		}
		_, err := tx.SetOwnPrices(ctx, prices)
		return err
	})
}

// inTheirCurrency refuses a price in another currency than the instrument is quoted in:
// the two would be valued as one series.
func inTheirCurrency(ctx context.Context, v store.View, prices []store.OwnPrice) error {
	var symbols []string
	for _, p := range prices {
		symbols = append(symbols, p.Symbol)
	}
	known, err := v.Instruments(ctx, symbols, store.LatestMarket, false)
	if err != nil {
		return err
	}
	var faults ledger.Faults
	for i, p := range prices {
		if inst, ok := known[p.Symbol]; ok && inst.Currency != "" && inst.Currency != p.Currency {
			faults = append(faults, &ledger.Fault{Row: i + 1, Field: "currency", Value: string(p.Currency), Problem: fmt.Sprintf("%s is quoted in %s", p.Symbol, inst.Currency),
				Cure: "give the price in " + string(inst.Currency)})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// DeleteOwnPrice takes a price or valuation out; it stays in the history.
func (s *Service) DeleteOwnPrice(ctx context.Context, c Caller, symbol string, day date.Date) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.DeleteOwnPrice(ctx, symbol, day)
		return err
	})
}
