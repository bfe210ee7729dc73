package lot

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Keeper keeps the lots of a ledger. Bookings are applied in the order of ledger.Sort.
// It is not safe for use by several goroutines.
type Keeper struct {
	// IgnoreLotSpec lets every sale follow the method alone.
	IgnoreLotSpec bool

	policy     ledger.Policy
	instrument func(symbol string) instrument.Instrument
	symbolAt   map[string]int32
	accountAt  map[string]int32
	accounts   []string
	methods    []method // by account
	books      []*book
	applied    int
	lastID     int32
	out        []Disposal
	moved      []Lot
	picks      []pick
	expensed   bool
	lastBook   *book // of the booking before: bookings of one symbol come in runs
}

// book is everything open of one symbol.
type book struct {
	symbol  string
	size    money.Decimal // contract size
	shelves []*shelf      // by account, nil where nothing ever was
	pools   [2]pool       // long and short over all accounts, for AVERAGEALL
	pooled  bool          // some pool of the book or of its shelves is in use
}

// NewKeeper returns an empty Keeper. instrument is asked once for each symbol, and
// again for the terms of an option that is exercised; nil treats every symbol as a
// plain one of contract size one.
func NewKeeper(policy ledger.Policy, instruments func(symbol string) instrument.Instrument) *Keeper {
	if instruments == nil {
		instruments = func(symbol string) instrument.Instrument { return instrument.Instrument{Symbol: symbol} }
	}
	return &Keeper{
		policy: policy, instrument: instruments, expensed: !policy.CostsInBasis(),
		symbolAt: map[string]int32{}, accountAt: map[string]int32{},
	}
}

// Apply books t and returns what it disposed of; the slice is valid until the next
// call. Bookings that touch no position return nothing. Transactions are numbered in
// the order of the calls, from 0; ApplyAt numbers them as the caller does. The error is
// a *ledger.Fault around one of this package's errors, and then nothing has changed.
func (k *Keeper) Apply(t *ledger.Transaction) ([]Disposal, error) { return k.ApplyAt(k.applied, t) }

// ApplyAt is Apply of the booking with the given index, which Lot.Booking and
// Disposal.Transaction repeat.
func (k *Keeper) ApplyAt(index int, t *ledger.Transaction) ([]Disposal, error) {
	k.out, k.moved = k.out[:0], nil
	if t.Symbol == "" {
		k.applied = index + 1
		return nil, nil
	}
	b := booking{Keeper: k, Transaction: t, index: index}
	if err := b.apply(); err != nil {
		return nil, err
	}
	k.applied = index + 1
	return k.out, nil
}

// booking is a transaction on its way into the Keeper.
type booking struct {
	*Keeper
	*ledger.Transaction
	index int
}

func (b *booking) apply() error {
	switch b.Effect().Position {
	case ledger.Opens:
		return b.opens()
	case ledger.OpensShort:
		return b.opensShort()
	case ledger.Closes:
		return b.closes(long)
	case ledger.ClosesShort:
		return b.closes(short)
	case ledger.Moves:
		return b.moves()
	case ledger.Rewrites:
		return b.rewrites()
	case ledger.Ends:
		return b.ends()
	}
	if b.Type == ledger.ReturnOfCapital {
		return b.returnsCapital()
	}
	return nil
}

// positive is the booking's quantity, which must be there and above zero.
func (b *booking) positive() (money.Decimal, error) {
	if !b.Quantity.Known || b.Quantity.Decimal.Sign() <= 0 {
		given := ""
		if b.Quantity.Known {
			given = b.Quantity.Decimal.String()
		}
		return money.Zero, refuse(b.Transaction, ErrQuantity, "quantity", given,
			"give how many pieces, a number above zero; the type says the direction", "no quantity to book")
	}
	return b.Quantity.Decimal, nil
}

// opens books what adds to a long position. Where shorts are allowed by policy it
// covers an open short first.
func (b *booking) opens() error {
	q, err := b.positive()
	if err != nil {
		return err
	}
	v, ok := b.value()
	if !ok {
		return b.costUnknown()
	}
	s := b.shelf(b.Account, b.Symbol)
	if b.policy.OnOversold == ledger.GoShort && len(s.sides[short].lots) > 0 && s.method != none {
		return b.close(s, short, q, v, true)
	}
	b.open(s, long, q, v, b.openingDate())
	return nil
}

// opensShort books a short sale, or something owed.
func (b *booking) opensShort() error {
	q, err := b.positive()
	if err != nil {
		return err
	}
	v, ok := b.value()
	if !ok {
		return b.costUnknown()
	}
	b.open(b.shelf(b.Account, b.Symbol), short, q, v, b.openingDate())
	return nil
}

func (b *booking) costUnknown() error {
	return refuse(b.Transaction, ErrCostUnknown, "amount", "", "give the price per unit, or the amount with costs", "neither price nor amount is given")
}

// openingDate is what the holding period of a new lot counts from.
func (b *booking) openingDate() date.Date {
	if b.LotDate.IsNone() || b.LotDate == 0 {
		return b.Date
	}
	return b.LotDate
}

// closes books a sale from long lots, or a purchase that covers short ones.
func (b *booking) closes(on sideOf) error {
	if b.Quantity.Known && b.Quantity.Decimal.IsZero() {
		return nil // a sale of nothing sells nothing
	}
	q, err := b.positive()
	if err != nil {
		return err
	}
	v, priced := b.value()
	if b.Type == ledger.Spend {
		v, priced = worth{}, true // leaves without proceeds
	}
	s := b.shelf(b.Account, b.Symbol)
	if s.method == none && b.spec() == nil {
		if !priced {
			return b.costUnknown()
		}
		b.open(s, other(on), q, v, b.openingDate())
		return nil
	}
	return b.close(s, on, q, v, priced)
}

// worth is the gross value of a booking and its costs, all positive.
type worth struct{ gross, fees, taxes money.Decimal }

// value is what the booking is worth; ok is false where nothing says it.
func (b *booking) value() (v worth, ok bool) {
	v.gross, ok = ledger.Gross(b.Transaction, b.book(b.Symbol).size)
	v.fees, v.taxes = b.Fees.OrZero(), b.Taxes.OrZero()
	return v, ok
}

// part is the share of v that belongs to q of whole.
func (v worth) part(q, whole money.Decimal) worth {
	return worth{share(v.gross, q, whole), share(v.fees, q, whole), share(v.taxes, q, whole)}
}

func (v worth) less(w worth) worth {
	return worth{v.gross.Sub(w.gross), v.fees.Sub(w.fees), v.taxes.Sub(w.taxes)}
}

// share is amount × part / whole, rounded to money.Places.
func share(amount, part, whole money.Decimal) money.Decimal {
	if amount.IsZero() {
		return money.Zero
	}
	return amount.MulDiv(part, whole, money.Places)
}

// open puts a new lot on a shelf.
func (b *booking) open(s *shelf, on sideOf, q money.Decimal, v worth, opened date.Date) {
	b.lastID++
	l := Lot{
		Account: s.account, Symbol: s.symbol, Quantity: q, Gross: v.gross, Fees: v.fees, Taxes: v.taxes,
		Currency: b.Currency, Opened: opened, Label: b.LotLabel, Booking: b.index, ID: b.lastID, expensed: b.expensed,
	}
	if on == short {
		l.Quantity, l.Gross = q.Neg(), v.gross.Neg()
	}
	s.insert(on, l)
}

// spec is the booking's lot_spec, nil where it has none or it is to be ignored.
func (b *booking) spec() *ledger.LotSpec {
	if b.IgnoreLotSpec {
		return nil
	}
	return b.LotSpec
}

// book returns the book of a symbol, opened when it is new.
func (k *Keeper) book(symbol string) *book {
	if b := k.lastBook; b != nil && b.symbol == symbol {
		return b
	}
	at, ok := k.symbolAt[symbol]
	if !ok {
		size := k.instrument(symbol).ContractSize()
		at = int32(len(k.books))
		k.symbolAt[symbol] = at
		k.books = append(k.books, &book{symbol: symbol, size: size})
	}
	k.lastBook = k.books[at]
	return k.lastBook
}

// shelf returns the shelf of a symbol in an account, made when it is new.
func (k *Keeper) shelf(account, symbol string) *shelf {
	at := k.account(account)
	b := k.book(symbol)
	for at >= len(b.shelves) {
		b.shelves = append(b.shelves, nil)
	}
	s := b.shelves[at]
	if s == nil {
		s = &shelf{of: b, account: account, symbol: symbol, method: k.methods[at]}
		b.shelves[at] = s
	}
	return s
}
