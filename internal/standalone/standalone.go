// Package standalone makes an Analysis from files alone: no database, no server.
//
// The ledger is what the transaction files say together, the panel what the price
// files say. Files are read side by side; nothing is written.
package standalone

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/formats"
	"github.com/foliosight/foliosight/internal/importer/pricefile"
)

// Options say what is analysed and how.
type Options struct {
	Files     []string // transactions, in any format that can be imported
	Prices    []string // prices, actions, exchange and interest rates
	Format    string   // of the transaction files; empty or "auto": recognised
	Basis     string   // of the prices; empty or "auto": settled
	Base      money.Currency
	AsOf      date.Date // None: the last day with a price or a booking
	Period    string    // label; empty: Max
	From      date.Date // instead of Period
	Benchmark string
	RiskFree  string
	Method    ledger.Method
	// Oversold says what a sale of more than is held does.
	Oversold ledger.Oversold
	// KeepBookings keeps the transactions as they were booked beside the folded ledger.
	KeepBookings bool
	// AnnualiseShort annualises returns of less than a year too.
	AnnualiseShort bool
}

// ErrNoCurrency reports files that name no currency, and none was given.
var ErrNoCurrency = errors.New("the files name several currencies; say with --currency in which figures are wanted")

// Result is the analysis and what a person should know of the files behind it.
type Result struct {
	*analysis.Analysis
	Contribution *analysis.Contribution `json:"contribution"` // of what is held to the return of the period

	Rows    int      `json:"-"`
	Booked  int      `json:"-"`
	Ignored int      `json:"-"`
	Notes   []string `json:"-"`
}

// Analyze reads the files and computes everything.
func Analyze(o Options) (*Result, error) {
	b, err := Read(o)
	if err != nil {
		return nil, err
	}
	p := analysis.Prepare(b.Input)
	a, err := p.Run(b.Input.Period)
	if err != nil {
		return nil, err
	}
	c, err := p.Contribution(b.Input.Period)
	if err != nil {
		return nil, err
	}
	return &Result{Analysis: a, Contribution: c, Rows: b.rows, Booked: b.booked, Ignored: b.ignored, Notes: b.Notes}, nil
}

// Book is what the files say, folded and ready to be analysed.
type Book struct {
	Input        analysis.Input
	Transactions []ledger.Transaction // as they were booked
	Policy       ledger.Policy
	Notes        []string

	rows, booked, ignored int
}

// Read reads the files and folds the ledger.
func Read(o Options) (*Book, error) {
	var (
		books  books
		prices []*pricefile.File
		wrong  [2]error
		group  sync.WaitGroup
	)
	group.Add(2)
	go func() { defer group.Done(); books, wrong[0] = readBooks(o) }()
	go func() { defer group.Done(); prices, wrong[1] = readPrices(o.Prices) }()
	group.Wait()
	if err := errors.Join(wrong[:]...); err != nil {
		return nil, err
	}
	if err := books.settleCurrency(o.Base); err != nil {
		return nil, err
	}
	panel, notes, err := NewPanel(prices, o.Basis, books.Instrument)
	if err != nil {
		return nil, err
	}
	books.addPrices(panel)
	out := &Book{rows: books.rows, booked: len(books.transactions), ignored: books.ignored, Notes: append(books.notes, notes...)}
	if o.KeepBookings {
		out.Transactions = slices.Clone(books.transactions)
	}
	if out.Input, err = o.input(&books, panel); err != nil {
		return nil, err
	}
	out.Policy = out.Input.Book.Policy
	return out, nil
}

// input folds the ledger and settles the period.
func (o Options) input(b *books, panel *market.Panel) (analysis.Input, error) {
	asOf := o.AsOf
	if asOf.IsNone() || asOf == 0 {
		asOf = b.last
		for _, s := range panel.Symbols() {
			asOf = max(asOf, panel.Prices(s).Last())
		}
	}
	policy := b.policy
	if o.Method != "" {
		policy.Method, policy.MethodPerAccount = o.Method, nil
	}
	if o.Oversold != "" {
		policy.OnOversold = o.Oversold
	}
	book, err := portfolio.Fold(portfolio.Input{Base: b.base, Transactions: b.transactions, Instrument: b.Instrument, Policy: policy, Actions: panel.Actions, Through: asOf, Given: true})
	if err != nil {
		return analysis.Input{}, err
	}
	in := analysis.Input{Name: b.name, Book: book, Panel: panel, AsOf: asOf, Benchmark: o.Benchmark, RiskFree: o.RiskFree, AnnualiseShort: o.AnnualiseShort}
	if !o.From.IsNone() && o.From != 0 {
		in.Period = analysis.Period{Label: "Custom", Start: o.From, End: asOf}
		return in, nil
	}
	in.Period, err = analysis.NewPeriod(o.Period, asOf, book.First())
	return in, err
}

// books is what the transaction files say together.
type books struct {
	name         string
	base         money.Currency
	transactions []ledger.Transaction
	instruments  map[string]instrument.Instrument
	policy       ledger.Policy
	prices       map[string][]ledger.Point
	fx           map[string][]ledger.Point
	rows         int
	ignored      int
	last         date.Date
	notes        []string
}

// Instrument returns what the files say of a symbol.
func (b *books) Instrument(symbol string) instrument.Instrument {
	if i, ok := b.instruments[symbol]; ok {
		return i
	}
	if i, err := instrument.ParseOCC(symbol); err == nil {
		i.Symbol, i.Currency = symbol, b.base
		return i
	}
	return instrument.Instrument{Symbol: symbol, Currency: b.base}
}

func readBooks(o Options) (books, error) {
	b := books{instruments: map[string]instrument.Instrument{}, prices: map[string][]ledger.Point{}, fx: map[string][]ledger.Point{}, last: date.None, base: o.Base}
	for _, path := range o.Files {
		content, err := os.ReadFile(path)
		if err != nil {
			return b, err
		}
		name := filepath.Base(path)
		fallback := o.Base
		if fallback == "" {
			fallback = assumed
		}
		f, err := formats.Bookings(name, content, o.Format, importer.Options{BaseCurrency: fallback})
		if err != nil {
			return b, err
		}
		if len(f.Faults) > 0 {
			return b, f.Faults
		}
		b.add(f, name)
		if o.Base == "" && f.File.BaseCurrency == "" && !namesCurrency(content) {
			b.notes = append(b.notes, name+" names no currency: its amounts are taken as "+string(assumed)+" (--currency says otherwise)")
		}
	}
	return b, nil
}

// assumed is the currency of a file that names none, when the command line does not
// say either. The result says so.
const assumed money.Currency = "USD"

// namesCurrency reports whether the head of a file speaks of currencies at all.
func namesCurrency(content []byte) bool {
	head := bytes.ToLower(content[:min(len(content), 4096)])
	for _, word := range []string{"currency", "währung", "waehrung", "curdef", "ccy", "devise"} {
		if bytes.Contains(head, []byte(word)) {
			return true
		}
	}
	return false
}

func (b *books) add(read *importer.Bookings, name string) {
	f := read.File
	if b.name == "" {
		b.name = f.Name
	}
	if b.name == "" {
		b.name = name
	}
	if b.base == "" {
		b.base = f.BaseCurrency
	}
	if f.Policy != nil {
		b.policy = *f.Policy
	}
	b.rows += read.Counts.Rows
	b.ignored += read.Counts.Ignored
	if b.transactions == nil {
		b.transactions = read.Transactions
	} else {
		b.transactions = append(b.transactions, read.Transactions...)
	}
	for _, i := range f.Instruments {
		b.instruments[i.Symbol] = i
	}
	for symbol, points := range f.Prices {
		b.prices[symbol] = append(b.prices[symbol], points...)
	}
	for pair, points := range f.FX {
		b.fx[pair] = append(b.fx[pair], points...)
	}
	b.notes = append(b.notes, f.Notes...)
}

// settleCurrency finds the base currency and gives it to bookings that name none.
func (b *books) settleCurrency(wanted money.Currency) error {
	seen := map[money.Currency]bool{}
	var only money.Currency
	for i := range b.transactions {
		t := &b.transactions[i]
		b.last = max(b.last, t.Date)
		if t.Currency != "" && !seen[t.Currency] {
			seen[t.Currency] = true
			only = t.Currency
		}
	}
	switch {
	case wanted != "":
		b.base = wanted
	case b.base != "":
	case len(seen) == 1:
		b.base = only
	case len(seen) == 0:
		b.base = assumed
	default:
		return ErrNoCurrency
	}
	for i := range b.transactions {
		if t := &b.transactions[i]; t.Currency == "" {
			t.Currency = b.base
		}
	}
	for symbol, i := range b.instruments {
		if i.Currency == "" {
			i.Currency = b.base
			b.instruments[symbol] = i
		}
	}
	return nil
}

// addPrices gives the panel the prices that the transaction files carry themselves,
// where no price file has the symbol.
func (b *books) addPrices(panel *market.Panel) {
	for symbol, points := range b.prices {
		if panel.Prices(symbol) == nil {
			panel.SetPrices(symbol, market.FromPoints(points, "transaction file"))
		}
	}
	for name, points := range b.fx {
		if pair, err := market.ParsePair(name); err == nil && panel.FX(pair) == nil {
			panel.SetFX(pair, market.FromPoints(points, "transaction file"))
		}
	}
	for _, i := range b.instruments {
		panel.SetInstrument(i)
	}
}

func readPrices(paths []string) ([]*pricefile.File, error) {
	var out []*pricefile.File
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := pricefile.Read(filepath.Base(path), content)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// NewPanel brings price files onto one panel: prices settled to as traded, actions,
// exchange and interest rates. A series that cannot be settled is left out and named in
// the notes.
func NewPanel(files []*pricefile.File, basis string, known func(string) instrument.Instrument) (*market.Panel, []string, error) {
	want, err := pricefile.ParseBasis(basis)
	if err != nil {
		return nil, nil, err
	}
	together, faults := pricefile.SettleAll(files, nil, want)
	p := market.NewPanel()
	for _, x := range together.FX {
		p.SetFX(market.Pair{Base: x.Base, Quote: x.Quote}, market.NewSeries(x.Dates, x.Values, "file"))
	}
	for _, x := range together.Rates {
		p.SetRate(x.Series, market.NewSeries(x.Dates, x.Fractions(), "file"))
	}
	for _, s := range together.Series {
		if s.Verdict.Stored == pricefile.TotalReturn {
			p.SetTotalReturn(s.Symbol, market.NewSeries(s.Dates, s.AdjClose, s.File))
			continue
		}
		p.SetPrices(s.Symbol, market.NewSeries(s.Dates, s.Close, s.File))
		if len(s.Volume) == len(s.Dates) {
			p.SetVolume(s.Symbol, market.NewSeries(s.Dates, s.Volume, s.File))
		}
	}
	addActions(p, together, known)
	for i := range together.Funds {
		f := &together.Funds[i]
		p.SetInstrument(instrument.Instrument{Symbol: f.Symbol, Currency: known(f.Symbol).Currency, Composition: &f.Composition})
	}
	notes := together.Notes
	for _, x := range together.Rates {
		if x.InPercent() {
			notes = append(notes, x.Series+": published in percent, kept as a fraction")
		}
	}
	for _, f := range faults {
		notes = append(notes, "left out: "+f.Error())
	}
	return p, notes, nil
}

func addActions(p *market.Panel, together *pricefile.Together, known func(string) instrument.Instrument) {
	actions := map[string]*market.Actions{}
	of := func(symbol string) *market.Actions {
		a := actions[symbol]
		if a == nil {
			a = &market.Actions{}
			actions[symbol] = a
		}
		return a
	}
	for symbol, list := range together.Splits {
		for _, x := range list {
			of(symbol).Splits = append(of(symbol).Splits, market.SplitEvent{Date: x.Date, Ratio: x.Ratio})
		}
	}
	for symbol, list := range together.Dividends {
		for _, x := range list {
			of(symbol).Dividends = append(of(symbol).Dividends, market.DividendEvent{ExDate: x.Date, Amount: x.Amount, Currency: known(symbol).Currency})
		}
	}
	for symbol, a := range actions {
		p.SetActions(symbol, a)
	}
}
