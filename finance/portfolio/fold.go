package portfolio

import (
	"sync"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
)

// Fold folds a ledger. The error is a *ledger.Fault that names the booking which
// cannot have happened. Input.Instrument is asked by one goroutine at a time.
func Fold(in Input) (*Book, error) {
	b := newBook(in)
	b.arrange(in)
	b.events = make([]event, 0, len(b.Transactions))
	lots := b.keepLots(in)
	f := folder{Book: b}
	for i := range b.Transactions {
		if err := f.apply(i); err != nil {
			lots.told(i)
			if earlier := lots.wait(); earlier != nil {
				return nil, earlier
			}
			return nil, err
		}
		if i%lotsBehind == lotsBehind-1 {
			lots.told(i + 1)
		}
	}
	lots.told(len(b.Transactions))
	if err := lots.wait(); err != nil {
		return nil, err
	}
	return b, nil
}

// lotsBehind is after how many bookings the lots follow: they are kept beside the
// quantities, on another core.
const lotsBehind = 512

// lotFolder keeps the lots of bookings that the fold has completed.
type lotFolder struct {
	book      *Book
	keeper    *lot.Keeper
	completed chan int // up to which booking; nil without lots
	done      chan struct{}
	disposals []lot.Disposal
	moves     []Move
	err       error
}

// keepLots starts keeping lots.
func (b *Book) keepLots(in Input) *lotFolder {
	l := &lotFolder{book: b}
	if in.WithoutLots {
		return l
	}
	l.keeper = lot.NewKeeper(in.Policy, b.instrument)
	l.disposals = make([]lot.Disposal, 0, b.closings())
	l.completed, l.done = make(chan int, len(b.Transactions)/lotsBehind+2), make(chan struct{})
	go l.run()
	return l
}

func (l *lotFolder) run() {
	defer close(l.done)
	from := 0
	for to := range l.completed {
		for ; from < to && l.err == nil; from++ {
			l.apply(from)
		}
	}
}

func (l *lotFolder) apply(i int) {
	t := &l.book.Transactions[i]
	if t.Symbol == "" {
		return
	}
	disposals, err := l.keeper.ApplyAt(i, t)
	if err != nil {
		l.err = l.book.fault(i, err)
		return
	}
	l.disposals = append(l.disposals, disposals...)
	for _, x := range l.keeper.Moved() {
		l.moves = append(l.moves, Move{Transaction: i, Booking: x.Booking, Quantity: x.Quantity})
	}
}

// told says that the bookings before position to are complete.
func (l *lotFolder) told(to int) {
	if l.completed != nil {
		l.completed <- to
	}
}

// wait ends the keeping of lots and gives them to the book.
func (l *lotFolder) wait() error {
	if l.completed == nil {
		return nil
	}
	close(l.completed)
	<-l.done
	l.book.Lots, l.book.Disposals, l.book.Moves = l.keeper, l.disposals, l.moves
	return l.err
}

// closings is about how many disposals the bookings make: a sale takes a part of a lot at
// its end, and finishes others before.
func (b *Book) closings() int {
	opens, closes := 0, 0
	for i := range b.Transactions {
		switch b.Transactions[i].Effect().Position {
		case ledger.Untouched:
		case ledger.Opens, ledger.OpensShort:
			opens++
		default:
			closes++
		}
	}
	return closes + min(2*closes, opens/2+opens/8)
}

func newBook(in Input) *Book {
	if in.Instrument == nil {
		base := in.Base
		in.Instrument = func(s string) instrument.Instrument { return instrument.Instrument{Symbol: s, Currency: base} }
	}
	var one sync.Mutex
	ask := func(symbol string) instrument.Instrument {
		one.Lock()
		defer one.Unlock()
		return in.Instrument(symbol)
	}
	return &Book{
		Base: in.Base, Policy: in.Policy, instrument: ask,
		accountAt: map[string]int32{}, symbolAt: map[string]int32{}, currencyAt: map[money.Currency]int32{},
		positionAt: map[positionKey]int32{}, cashAt: map[[2]int32]int32{},
	}
}

// folder applies bookings to a Book one after the other: quantities and cash.
type folder struct {
	*Book
	now  int32 // the booking at hand
	dust map[positionKey]money.Decimal
}

func (f *folder) apply(i int) error {
	t := &f.Transactions[i]
	f.now = int32(i)
	effect, known := ledger.EffectOf(t.Type)
	if !known {
		return &ledger.Fault{ID: t.ID, Field: "type", Value: string(t.Type), Problem: "there is no such transaction type", Cure: "use one of the ledger's types, such as buy, sell or dividend"}
	}
	symbol, toSymbol := int32(-1), int32(-1)
	inst := &instrument.Instrument{}
	if t.Symbol != "" {
		symbol = f.symbol(t.Symbol)
		inst = &f.instruments[symbol]
	}
	if err := ledger.Complete(t, *inst); err != nil {
		return f.fault(i, err)
	}
	if t.ToSymbol != "" {
		toSymbol = f.symbol(t.ToSymbol)
	}
	f.events = append(f.events, event{transaction: int32(i), day: t.Date, post: posting(t), account: f.account(t.Account), to: -1, symbol: symbol, toSymbol: toSymbol})
	e := &f.events[len(f.events)-1]
	e.cash = e.account
	if t.CashAccount != "" {
		e.cash = f.account(t.CashAccount)
	}
	if t.ToAccount != "" {
		e.to = f.account(t.ToAccount)
	} else if t.Type == ledger.InternalMove {
		e.to = e.account
	}
	e.measure(f, t)
	switch effect.Position {
	case ledger.Moves, ledger.Rewrites, ledger.Ends:
		f.rewritten = true
	case ledger.Untouched:
		f.rewritten = f.rewritten || e.post == postCapital
	}
	f.moveCash(t, effect, e)
	if symbol >= 0 {
		return f.moveHoldings(t, effect, e)
	}
	return nil
}

func (f *folder) account(name string) int32 {
	i, ok := f.accountAt[name]
	if !ok {
		i = int32(len(f.Accounts))
		f.accountAt[name] = i
		f.Accounts = append(f.Accounts, name)
		f.born.accounts = append(f.born.accounts, f.now)
	}
	return i
}

func (f *folder) symbol(name string) int32 {
	i, ok := f.symbolAt[name]
	if !ok {
		i = int32(len(f.Symbols))
		f.symbolAt[name] = i
		f.Symbols = append(f.Symbols, name)
		f.born.symbols = append(f.born.symbols, f.now)
		f.instruments = append(f.instruments, f.instrument(name))
		f.totals = append(f.totals, line{account: -1, what: i})
	}
	return i
}

func (f *folder) currency(c money.Currency) int32 {
	if n := len(f.Currencies); n > 0 && f.Currencies[0] == c {
		return 0
	}
	i, ok := f.currencyAt[c]
	if !ok {
		i = int32(len(f.Currencies))
		f.currencyAt[c] = i
		f.Currencies = append(f.Currencies, c)
		f.born.currencies = append(f.born.currencies, f.now)
	}
	return i
}

// moveCash books what the transaction does to cash.
func (f *folder) moveCash(t *ledger.Transaction, effect ledger.Effect, e *event) {
	amount := t.Amount.OrZero()
	switch {
	case t.Type == ledger.InternalMove && t.Symbol == "":
		f.pay(e.cash, e.currency, t, amount.Neg())
		f.pay(e.to, e.toCurrency, t, Arrived(t))
	case effect.Cash > 0:
		f.pay(e.cash, e.currency, t, amount)
	case effect.Cash < 0:
		f.pay(e.cash, e.currency, t, amount.Neg())
	}
}

// Arrived is what an internal transfer of cash brings where it goes: as booked, else
// what left less its costs.
func Arrived(t *ledger.Transaction) money.Decimal {
	if t.ToAmount.Known {
		return t.ToAmount.Decimal
	}
	return t.Amount.OrZero().Sub(t.Fees.OrZero()).Sub(t.Taxes.OrZero())
}

func (f *folder) pay(account, currency int32, t *ledger.Transaction, amount money.Decimal) {
	if amount.IsZero() {
		return
	}
	key := [2]int32{account, currency}
	i, ok := f.cashAt[key]
	if !ok {
		i = int32(len(f.cash))
		f.cashAt[key] = i
		f.cash = append(f.cash, line{account: account, what: currency})
		f.born.cash = append(f.born.cash, f.now)
	}
	f.cash[i].push(t.Date, amount)
}
