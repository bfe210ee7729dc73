package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// What the parent tells the child.
const (
	childPath = "FOLIOSIGHT_CRASH_PATH" // of the database
	childSeed = "FOLIOSIGHT_CRASH_SEED"
)

// line is what the child says on standard output, a JSON document a line: first what it
// is about to do, then, once that is committed, what it was.
type line struct {
	Intent  string `json:"intent,omitempty"`  // the operation that begins
	Rows    int    `json:"rows,omitempty"`    // bookings an import is going to make
	Done    string `json:"done,omitempty"`    // the operation that was committed
	Refused string `json:"refused,omitempty"` // why it was not; nothing may have changed
	Version int64  `json:"version,omitempty"` // of the ledger, after it
	// Entered are the bookings that came in, where the one who booked knows them.
	Entered []ledger.Transaction `json:"entered,omitempty"`
	Price   *store.OwnPrice      `json:"price,omitempty"`
}

const (
	ownSymbol = "HOUSE" // what prices are entered for by hand
	password  = "a sentence is easiest"
)

var firstDay = date.MustParse("2024-01-02")

// books is the child: a user who never rests.
type books struct {
	ctx       context.Context
	svc       *service.Service
	caller    service.Caller
	portfolio string
	random    *rand.Rand
	standing  int // imports that stand, as last seen
}

// mostImports keep the file small enough for the changes to stay quick.
const mostImports = 15

func runChild(path string) error {
	seed, err := strconv.ParseUint(os.Getenv(childSeed), 10, 64)
	if err != nil {
		return err
	}
	ctx := context.Background()
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		return err
	}
	b := &books{ctx: ctx, svc: service.New(service.Options{Store: db}), random: rand.New(rand.NewPCG(seed, 0))}
	if err := b.enter(); err != nil {
		return err
	}
	say(line{Done: "open"})
	for {
		if err := b.step(); err != nil {
			return err
		}
	}
}

// say writes one line in one system call.
func say(l line) {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

// enter signs in, setting up owner and portfolio where an earlier life has not.
func (b *books) enter() error {
	fresh, err := b.svc.NeedsSetup(b.ctx)
	if err != nil {
		return err
	}
	if fresh {
		owner := service.NewOwner{Email: "ada@example.org", Password: password, Name: "Ada", BaseCurrency: "EUR"}
		if _, err := b.svc.SetUp(b.ctx, owner); err != nil {
			return err
		}
	}
	if b.caller, err = b.svc.Owner(b.ctx); err != nil {
		return err
	}
	all, err := b.svc.Portfolios(b.ctx, b.caller, false)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		p, err := b.svc.CreatePortfolio(b.ctx, b.caller, service.NewPortfolio{Name: "Savings", Base: "EUR"})
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	b.portfolio = all[0].ID
	return nil
}

// step does one thing a user might do. What the services refuse, such as the deletion of
// a purchase whose shares were sold, is said too: it must have changed nothing.
func (b *books) step() error {
	operations := []struct {
		weight int
		name   string
		do     func() (line, error)
	}{
		{5, "book", b.book}, {3, "edit", b.edit}, {2, "delete", b.remove}, {2, "undo version", b.undoVersion},
		{4, "import", b.importFile}, {3, "undo import", b.undoImport}, {2, "price", b.price},
	}
	pick := b.random.IntN(21)
	for _, o := range operations {
		if pick -= o.weight; pick >= 0 {
			continue
		}
		if o.name == "import" && b.standing > mostImports {
			continue // the one after it, which undoes one
		}
		if o.name != "import" { // which says its intent itself, with its size
			say(line{Intent: o.name})
		}
		l, err := o.do()
		var fault *ledger.Fault
		switch {
		case errors.As(err, &fault), errors.Is(err, service.ErrStale), errors.Is(err, errNothing):
			l = line{Refused: err.Error()}
		case err != nil:
			return fmt.Errorf("%s: %w", o.name, err)
		default:
			l.Done = o.name
		}
		say(l)
		return nil
	}
	panic("the weights do not sum to what is drawn from")
}

var errNothing = errors.New("there is nothing to do this to")

func (b *books) day() date.Date { return firstDay + date.Date(b.random.IntN(600)) }

func (b *books) cents(most int64) money.Optional {
	return money.Some(money.New(1+b.random.Int64N(most*100), 2))
}

// cashBooking is a booking that is possible at any time.
func (b *books) cashBooking() ledger.Transaction {
	kinds := []ledger.Type{ledger.Deposit, ledger.Withdrawal, ledger.Fee, ledger.Interest}
	return ledger.Transaction{Date: b.day(), Type: kinds[b.random.IntN(len(kinds))], Account: "Bank", Amount: b.cents(500), Currency: "EUR",
		Note: fmt.Sprint("n", b.random.IntN(1000))}
}

// trade buys, or sells what may not be held.
func (b *books) trade(symbol string) ledger.Transaction {
	t := ledger.Transaction{Date: b.day(), Type: ledger.Buy, Account: "Bank", Symbol: symbol, Quantity: money.Some(money.Int(1 + b.random.Int64N(20))),
		Price: b.cents(90), Fees: money.Some(money.Int(1)), Currency: "EUR"}
	if b.random.IntN(4) == 0 {
		t.Type = ledger.Sell
	}
	return t
}

func (b *books) book() (line, error) {
	var added []ledger.Transaction
	for range 1 + b.random.IntN(3) {
		if b.random.IntN(2) == 0 {
			added = append(added, b.trade(ownSymbol))
		} else {
			added = append(added, b.cashBooking())
		}
	}
	booked, err := b.svc.Book(b.ctx, b.caller, b.portfolio, store.AnyVersion, added)
	for i, id := range booked.IDs {
		added[i].ID = id
	}
	return line{Version: booked.Version.Version, Entered: added}, err
}

// row draws a booking in force.
func (b *books) row() (store.Row, error) {
	page, err := b.svc.Transactions(b.ctx, b.caller, b.portfolio, store.Filter{Limit: 60, Oldest: b.random.IntN(2) == 0})
	if err != nil {
		return store.Row{}, err
	}
	if len(page.Rows) == 0 {
		return store.Row{}, errNothing
	}
	return page.Rows[b.random.IntN(len(page.Rows))], nil
}

func (b *books) edit() (line, error) {
	row, err := b.row()
	if err != nil {
		return line{}, err
	}
	changed := row.Transaction
	changed.Note = fmt.Sprint("edited ", b.random.IntN(1000))
	if changed.Symbol == "" {
		changed.Amount = b.cents(500)
	} else {
		changed.Price = b.cents(90)
	}
	booked, err := b.svc.Edit(b.ctx, b.caller, b.portfolio, row.ID, store.AnyVersion, changed)
	if err != nil {
		return line{}, err
	}
	changed.ID = booked.IDs[0]
	return line{Version: booked.Version.Version, Entered: []ledger.Transaction{changed}}, nil
}

func (b *books) remove() (line, error) {
	row, err := b.row()
	if err != nil {
		return line{}, err
	}
	booked, err := b.svc.Delete(b.ctx, b.caller, b.portfolio, store.AnyVersion, []string{row.ID})
	return line{Version: booked.Version.Version}, err
}

// undoVersion takes back one of the last changes; undone once, it comes back as a whole.
func (b *books) undoVersion() (line, error) {
	p, err := b.svc.Portfolio(b.ctx, b.caller, b.portfolio)
	if err != nil {
		return line{}, err
	}
	if p.Version == 0 {
		return line{}, errNothing
	}
	version := p.Version - b.random.Int64N(min(4, p.Version))
	made, err := b.svc.Versions(b.ctx, b.caller, b.portfolio, version-1)
	if err != nil {
		return line{}, err
	}
	if made[0].Import != "" && made[0].Kind != store.Imported {
		return line{}, errNothing // an import that was undone comes back by importing its file again
	}
	booked, err := b.svc.UndoVersion(b.ctx, b.caller, b.portfolio, version, store.AnyVersion)
	return line{Version: booked.Version.Version}, err
}

// importFile books a document of its own symbol: purchases, a deposit, and prices.
func (b *books) importFile() (line, error) {
	symbol := fmt.Sprintf("IMP%08X", b.random.Uint32())
	doc := ledger.Document{BaseCurrency: "EUR", Accounts: ledger.AccountList{{Name: "Bank", Currency: "EUR"}},
		Symbols: map[string]instrument.Instrument{symbol: {Symbol: symbol, Currency: "EUR", Class: instrument.Equity}},
		Prices:  map[string][]ledger.Point{}}
	rows := 5 + b.random.IntN(60)
	for i := range rows {
		t := b.cashBooking()
		if i%2 == 0 {
			t = b.trade(symbol)
			t.Type = ledger.Buy
		}
		t.ID = fmt.Sprint(symbol, "-", i)
		doc.Transactions = append(doc.Transactions, t)
	}
	for i := range 40 {
		doc.Prices[symbol] = append(doc.Prices[symbol], ledger.Point{Date: firstDay + date.Date(20*i), Value: b.cents(90).Decimal})
	}
	content, err := json.Marshal(doc)
	if err != nil {
		return line{}, err
	}
	say(line{Intent: "import", Rows: rows})
	preview, err := b.svc.CommitImport(b.ctx, b.caller, b.portfolio, service.File{Name: symbol + ".json", Content: content}, service.ImportOptions{Expected: store.AnyVersion})
	if err != nil {
		return line{}, err
	}
	b.standing++
	l := line{Version: preview.Import.Version}
	for _, r := range preview.Rows {
		l.Entered = append(l.Entered, r.Transactions...)
	}
	return l, nil
}

func (b *books) undoImport() (line, error) {
	all, err := b.svc.Imports(b.ctx, b.caller, b.portfolio)
	if err != nil {
		return line{}, err
	}
	var standing []string
	for _, i := range all {
		if i.Undone == 0 {
			standing = append(standing, i.ID)
		}
	}
	if b.standing = len(standing); b.standing < 6 { // leave some to look at
		return line{}, errNothing
	}
	booked, err := b.svc.UndoImport(b.ctx, b.caller, b.portfolio, standing[b.random.IntN(len(standing))], store.AnyVersion)
	return line{Version: booked.Version.Version}, err
}

// price enters a price by hand; each time another, so that it is never a repetition.
func (b *books) price() (line, error) {
	p := store.OwnPrice{Symbol: ownSymbol, Date: b.day(), Price: b.cents(1 << 40).Decimal, Currency: "EUR"}
	return line{Price: &p}, b.svc.SetOwnPrices(b.ctx, b.caller, []store.OwnPrice{p})
}
