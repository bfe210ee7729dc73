package web_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/demo"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web"
)

// fake answers what the pages ask from the demonstration books, in memory. What it
// does not override panics, so that a page cannot ask for it unnoticed.
type fake struct {
	web.Services
	demo  *demo.Demo
	panel *market.Panel
	books map[string]*portfolio.Book

	mu       sync.Mutex
	items    []store.Portfolio
	rows     map[string][]store.Row
	versions map[string][]store.Version
	own      []store.OwnPrice
	imports  []store.Import
	fresh    bool
	drafts   map[string]service.ImportDraft
	supply   supplied
	operator bool // who is signed in runs the installation
}

var asOf = date.Must(2026, 11, 20)

const secret = "a-token-that-nobody-can-guess"

func newFake() *fake {
	f := &fake{demo: demo.New(asOf), rows: map[string][]store.Row{}, books: map[string]*portfolio.Book{}, versions: map[string][]store.Version{}, supply: newSupplied()}
	f.panel = f.demo.Panel()
	for i := range f.demo.Books {
		b := &f.demo.Books[i]
		f.items = append(f.items, store.Portfolio{ID: b.Key, Owner: "u", Name: b.Name, Base: b.BaseCurrency, Policy: b.Policy, Benchmark: b.Benchmark, Simulated: true, Version: 1, Role: store.CanManage, Revision: 1,
			Settings: []byte(`{"limits":{"gross_exposure":"1.5","largest_position":"0.2","var":"0.02"}}`)})
		for n, t := range b.Transactions {
			t.ID = b.Key + "-" + t.Source
			f.rows[b.Key] = append(f.rows[b.Key], store.Row{Transaction: t, Origin: t.ID, Sequence: int64(n), Entered: 1, Import: "i-" + b.Key})
		}
		f.versions[b.Key] = []store.Version{{Version: 1, Committed: time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC), User: "u", Kind: store.Imported, Entered: len(b.Transactions)}}
	}
	f.items = append(f.items, store.Portfolio{ID: "empty", Owner: "u", Name: "Mara’s portfolio", Base: "CHF", Role: store.CanManage, Revision: 1})
	return f
}

func (f *fake) book(id string) *portfolio.Book {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.books[id]; b != nil {
		return b
	}
	var transactions []ledger.Transaction
	base := money.Currency("USD")
	var policy ledger.Policy
	instruments, splits := map[string]instrument.Instrument{}, map[string]bool{}
	for i := range f.demo.Books {
		b := &f.demo.Books[i]
		if id == b.Key {
			base, policy = b.BaseCurrency, b.Policy
		}
		if id != b.Key && id != "all" {
			continue
		}
		for _, inst := range b.Instruments {
			instruments[inst.Symbol] = inst
		}
		for _, row := range f.rows[b.Key] {
			// A split is of the instrument, not of a portfolio: all together book it once.
			split := row.Symbol + row.Date.String()
			if row.Superseded == 0 && (row.Type != ledger.Split || !splits[split]) {
				transactions = append(transactions, row.Transaction)
				splits[split] = splits[split] || row.Type == ledger.Split
			}
		}
	}
	b, err := portfolio.Fold(portfolio.Input{Transactions: transactions, Base: base, Policy: policy, Through: asOf, Actions: f.panel.Actions,
		Instrument: func(s string) instrument.Instrument {
			if inst, ok := instruments[s]; ok {
				return inst
			}
			inst, _ := f.panel.Instrument(s)
			return inst
		}})
	if err != nil {
		panic(err)
	}
	f.books[id] = b
	return b
}

func (f *fake) Analysis(_ context.Context, _ service.Caller, q service.Question) (*analysis.Analysis, error) {
	in, err := f.input(q)
	if err != nil {
		return nil, err
	}
	return analysis.Run(in)
}

func (f *fake) Contribution(_ context.Context, _ service.Caller, q service.Question) (*analysis.Contribution, error) {
	in, err := f.input(q)
	if err != nil {
		return nil, err
	}
	return analysis.Prepare(in).Contribution(in.Period)
}

func (f *fake) Attribution(_ context.Context, _ service.Caller, q service.Question) (*analysis.Attribution, error) {
	in, err := f.input(q)
	if err != nil {
		return nil, err
	}
	return analysis.Prepare(in).Attribution(in.Period)
}

// input is what a question is answered from.
func (f *fake) input(q service.Question) (analysis.Input, error) {
	id := "all"
	if len(q.Portfolios) == 1 {
		id = q.Portfolios[0]
	}
	in := analysis.Input{Name: id, Book: f.book(id), Panel: f.panel, AsOf: asOf, LedgerVersion: 1}
	for _, p := range f.items {
		if p.ID == id {
			in.Book.Base, in.Benchmark = p.Base, p.Benchmark
		}
	}
	if id == "all" {
		in.Benchmark = f.items[0].Benchmark
	}
	var err error
	in.Period, err = analysis.NewPeriod(q.Period, asOf, in.Book.First())
	return in, err
}

func (f *fake) NeedsSetup(context.Context) (bool, error) { return f.fresh, nil }

func (f *fake) SignIn(_ context.Context, email, password, _ string) (service.SignedIn, error) {
	if email != "mara@example.org" || password != "correct horse battery" {
		return service.SignedIn{}, service.ErrCredentials
	}
	return service.SignedIn{Token: secret, Expires: time.Now().Add(time.Hour)}, nil
}

func (f *fake) Authenticate(_ context.Context, token string) (service.Caller, error) {
	if token != secret {
		return service.Caller{}, service.ErrSignedOut
	}
	return service.Caller{Identity: store.Identity{Tenant: "t", User: "u", Operator: f.operator}, Session: "s"}, nil
}

func (f *fake) AlertsWaiting(context.Context, service.Caller) (int, error) { return 0, nil }

func (f *fake) Doors() service.Doors {
	return service.Doors{Registration: service.Invite, Mail: true, Passkeys: true, Providers: []service.ProviderInfo{{Name: "work", Label: "Work"}}}
}

func (f *fake) SignOut(context.Context, service.Caller) error { return nil }

func (f *fake) Feature(context.Context, service.Caller, string) (bool, error) { return true, nil }

func (f *fake) Me(context.Context, service.Caller) (store.User, error) {
	return store.User{ID: "u", Name: "Mara Keller", Email: "mara@example.org", Role: store.Owner, BaseCurrency: "USD", TimeZone: "Europe/Zurich"}, nil
}

func (f *fake) Portfolios(context.Context, service.Caller, bool) ([]store.Portfolio, error) {
	return slices.Clone(f.items), nil
}

func (f *fake) Accounts(_ context.Context, _ service.Caller, id string) ([]store.Account, error) {
	var list []store.Account
	for _, b := range f.demo.Books {
		if b.Key == id {
			for _, a := range b.Accounts {
				list = append(list, store.Account{Name: a.Name, Label: a.Label, Currency: a.Currency})
			}
		}
	}
	return list, nil
}

func (f *fake) Transactions(_ context.Context, _ service.Caller, id string, filter store.Filter) (store.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var page store.Page
	for _, row := range f.rows[id] {
		if row.Superseded != 0 || len(filter.Types) > 0 && row.Type != filter.Types[0] || filter.Text != "" && !strings.Contains(strings.ToLower(row.Symbol), strings.ToLower(filter.Text)) {
			continue
		}
		page.Rows = append(page.Rows, row)
	}
	page.Total = len(page.Rows)
	slices.SortStableFunc(page.Rows, func(a, b store.Row) int { return int(b.Date - a.Date) })
	if filter.Limit > 0 && len(page.Rows) > filter.Limit {
		page.Rows, page.Next = page.Rows[:filter.Limit], "next"
	}
	return page, nil
}

func (f *fake) Transaction(_ context.Context, _ service.Caller, id, row string) (service.Booking, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rows[id] {
		if r.ID == row {
			return service.Booking{Current: r, History: []store.Row{r}}, nil
		}
	}
	return service.Booking{}, service.ErrNotFound
}

func (f *fake) Versions(_ context.Context, _ service.Caller, id string, _ int64) ([]store.Version, error) {
	return f.versions[id], nil
}

// change appends a version and forgets what was folded.
func (f *fake) change(id string, kind store.Kind) store.Version {
	v := store.Version{Version: int64(len(f.versions[id]) + 1), Committed: time.Now(), User: "u", Kind: kind}
	f.versions[id] = append(f.versions[id], v)
	delete(f.books, id)
	return v
}

func (f *fake) Book(_ context.Context, _ service.Caller, id string, _ int64, list []ledger.Transaction) (service.Booked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.change(id, store.Booked)
	for _, t := range list {
		if t.Symbol == "WRONG" {
			return service.Booked{}, ledger.Faults{{Field: "quantity", Value: "5", Problem: "you would sell more than is open", Cure: "sell at most 3"}}
		}
		t.ID = store.NewID()
		f.rows[id] = append(f.rows[id], store.Row{Transaction: t, Entered: v.Version, Origin: t.ID})
	}
	return service.Booked{Version: v}, nil
}

func (f *fake) Delete(_ context.Context, _ service.Caller, id string, _ int64, rows []string) (service.Booked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.change(id, store.Deleted)
	for i := range f.rows[id] {
		if slices.Contains(rows, f.rows[id][i].ID) {
			f.rows[id][i].Superseded = v.Version
		}
	}
	return service.Booked{Version: v}, nil
}

func (f *fake) UndoVersion(_ context.Context, _ service.Caller, id string, version, _ int64) (service.Booked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rows[id] {
		row := &f.rows[id][i]
		if row.Superseded == version {
			row.Superseded = 0
		}
		if row.Entered == version {
			row.Superseded = version + 1
		}
	}
	return service.Booked{Version: f.change(id, store.Undone)}, nil
}

func (f *fake) Formats() []service.FormatInfo {
	return []service.FormatInfo{{Name: "csv", Label: "Transactions, CSV"}, {Name: "ibkr-flex", Label: "Interactive Brokers, Flex XML"}, {Name: "ofx", Label: "OFX and QFX"}}
}

func (f *fake) Imports(_ context.Context, _ service.Caller, id string) ([]store.Import, error) {
	return f.imports, nil
}

func (f *fake) PreviewImport(_ context.Context, _ service.Caller, _ string, file service.File, _ service.ImportOptions) (*service.Preview, error) {
	if strings.Contains(string(file.Content), "not a broker") {
		return nil, &ledger.Fault{File: file.Name, Row: 3, Field: "date", Value: "31 June", Problem: "this is not a date", Cure: "write it as 2025-06-30"}
	}
	buy := ledger.Transaction{Date: asOf - 3, Type: ledger.Buy, Account: "Prime", Symbol: "AAPL", Quantity: money.Some(money.Int(120)), Price: money.Some(money.MustParse("203.92")), Currency: "USD"}
	sale := ledger.Transaction{Date: asOf - 2, Type: ledger.Sell, Account: "Prime", Symbol: "ZM", Quantity: money.Some(money.Int(4000)), Price: money.Some(money.MustParse("78.20")), Currency: "USD"}
	return &service.Preview{File: file.Name, Format: service.FormatInfo{Name: "csv", Label: "Transactions, CSV"}, Version: 1, Read: 3, New: 1, Present: 1, Refused: 1, Bookings: 1, From: buy.Date, To: buy.Date,
		Rows: []service.PreviewRow{
			{Number: 2, Status: service.RowNew, Transactions: []ledger.Transaction{buy}}, {Number: 3, Status: service.RowPresent, Reason: "same reference as in the import of 27 June", Transactions: []ledger.Transaction{buy}},
			{Number: 4, Status: service.RowRefused, Transactions: []ledger.Transaction{sale}, Faults: ledger.Faults{{Field: "quantity", Problem: "you would sell more than is open: 0 long, 2,000 short", Cure: "book it as buy to cover, or import the purchase first"}}}},
		Cash: []service.CashChange{{Account: "Prime", Currency: "USD", Before: money.Zero, After: money.MustParse("-24470.40")}}, Holdings: []service.HoldingChange{{Symbol: "AAPL", New: false}}, LotsOpened: 1}, nil
}

func (f *fake) CommitImport(ctx context.Context, c service.Caller, id string, file service.File, o service.ImportOptions) (*service.Preview, error) {
	p, err := f.PreviewImport(ctx, c, id, file, o)
	if err == nil {
		p.Import = &store.Import{ID: "i-1", Portfolio: id, File: file.Name, Format: "csv", Booked: 1, Version: 2, Created: time.Now()}
		f.imports = append(f.imports, *p.Import)
	}
	return p, err
}

func (f *fake) UndoImport(context.Context, service.Caller, string, string, int64) (service.Booked, error) {
	f.imports[0].Undone = 3
	return service.Booked{Version: store.Version{Version: 3, Removed: 1}}, nil
}

func (f *fake) OwnPrices(context.Context, service.Caller, []string) ([]store.OwnPrice, error) {
	return f.own, nil
}

func (f *fake) SetOwnPrices(_ context.Context, _ service.Caller, prices []store.OwnPrice) error {
	f.own = append(f.own, prices...)
	return nil
}

func (f *fake) DataStatus(_ context.Context, _ service.Caller, _ string, _ date.Date) ([]service.SeriesStatus, error) {
	return []service.SeriesStatus{{SeriesInfo: store.SeriesInfo{Kind: store.Prices, Symbol: "AAPL", Source: store.Simulated, First: asOf - 2000, Last: asOf, Count: 1508}, Status: "complete"},
		{SeriesInfo: store.SeriesInfo{Kind: store.Prices, Symbol: "ZM", Source: store.Simulated, First: asOf - 2000, Last: asOf - 20, Count: 1490}, Age: 14, Status: "stale", Reason: "no price since then"}}, nil
}

func (f *fake) KeepImportDraft(_ context.Context, c service.Caller, d service.ImportDraft) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := "draft-" + strconv.Itoa(len(f.drafts)+1)
	if f.drafts == nil {
		f.drafts = map[string]service.ImportDraft{}
	}
	f.drafts[id] = d
	return id, nil
}

func (f *fake) ImportDraft(_ context.Context, _ service.Caller, portfolio, id string) (service.ImportDraft, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, ok := f.drafts[id]
	if !ok || d.Portfolio != portfolio {
		return d, service.ErrNotFound
	}
	return d, nil
}

func (f *fake) DropImportDraft(_ context.Context, _ service.Caller, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.drafts, id)
	return nil
}
