// Package portfolio says what is held on each day and what it is worth.
//
// Model: a Book is the fold of a ledger: quantities by account and symbol, cash by
// account and currency, lots and disposals, each as it stood after every day that
// changed it. A Timeline is a Book seen through a market panel: the value of a node
// (the portfolio, an account, a holding) at the close of each day and the flows that
// crossed its border.
//
// Units: quantities are exact decimals; daily values and flows are float64 in the
// base currency. An inflow and an outflow are both positive numbers. A short
// position's quantity and value are negative.
//
// A position without a price or an exchange rate is left out of the values, named,
// and its purchases and sales count as flows across the border while it is out, so
// that what is unknown makes neither gain nor loss.
package portfolio

import (
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Input is what a Book is folded from.
type Input struct {
	Base         money.Currency
	Transactions []ledger.Transaction // in entry order
	Instrument   func(symbol string) instrument.Instrument
	Policy       ledger.Policy
	// Actions gives the splits known to the market; one that the ledger does not book
	// itself is applied to what is held. Nil: only the ledger's own splits count.
	Actions func(symbol string) *market.Actions
	// Through leaves out the bookings after it; date.None takes all.
	Through date.Date
	// WithoutLots skips lots and disposals, for values and returns alone.
	WithoutLots bool
}

// Book is a folded ledger. It is not changed after Fold and may be shared.
type Book struct {
	Base         money.Currency
	Policy       ledger.Policy
	Transactions []ledger.Transaction // completed, in the order they took effect
	Accounts     []string             // in order of first appearance
	Symbols      []string             // in order of first appearance
	Currencies   []money.Currency     // of cash, in order of first appearance
	Disposals    []lot.Disposal       // in order; Disposal.Transaction indexes Transactions
	Lots         *lot.Keeper          // as after the last booking; nil WithoutLots
	MarketSplits int                  // splits applied from the market's list

	instrument func(string) instrument.Instrument
	accountAt  map[string]int32
	symbolAt   map[string]int32
	currencyAt map[money.Currency]int32
	positions  []position
	positionAt map[[2]int32]int32
	cash       []cashLine
	cashAt     map[[2]int32]int32
	events     []event // one a transaction
}

// position is the quantity of a symbol in an account over time.
type position struct {
	account, symbol int32
	steps           []step
}

// cashLine is the balance of a currency in an account over time.
type cashLine struct {
	account, currency int32
	steps             []step
}

// step is a quantity or balance from the close of day on.
type step struct {
	day   date.Date
	after money.Decimal
}

// event is the float64 shadow of a transaction for the daily measures.
type event struct {
	day                       date.Date
	account, cash, to         int32 // account of the security, of the cash, receiving; −1 none
	symbol, toSymbol          int32 // −1 none
	currency, toCurrency      int32
	quantity                  float64 // as booked, positive
	amount, fees, taxes, toAm float64 // in currency
	foreign                   float64 // gross value in the base currency as recorded; 0 none
}

// Fold folds a ledger. The error is a *ledger.Fault that names the booking which
// cannot have happened.
func Fold(in Input) (*Book, error) {
	b := &Book{
		Base: in.Base, Policy: in.Policy, instrument: in.Instrument,
		accountAt: map[string]int32{}, symbolAt: map[string]int32{}, currencyAt: map[money.Currency]int32{},
		positionAt: map[[2]int32]int32{}, cashAt: map[[2]int32]int32{},
	}
	b.arrange(in)
	if !in.WithoutLots {
		b.Lots = lot.NewKeeper(in.Policy, in.Instrument)
	}
	b.events = make([]event, len(b.Transactions))
	f := folder{Book: b}
	for i := range b.Transactions {
		if err := f.apply(i); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// arrange completes the bookings, adds the market's splits and puts all in order.
func (b *Book) arrange(in Input) {
	order := ledger.Order(in.Transactions)
	b.Transactions = make([]ledger.Transaction, 0, len(order))
	for _, at := range order {
		t := &in.Transactions[at]
		if !in.Through.IsNone() && t.Date > in.Through {
			continue
		}
		b.Transactions = append(b.Transactions, *t)
	}
	if in.Actions == nil {
		return
	}
	extra := marketSplits(b.Transactions, in.Actions, in.Through)
	if len(extra) > 0 {
		b.MarketSplits = len(extra)
		b.Transactions = append(b.Transactions, extra...)
		slices.SortStableFunc(b.Transactions, ledger.Compare)
	}
}

// SplitWindow is how many days a ledger's own split may lie from the market's date of
// it and still be the same split.
const SplitWindow = 10

// marketSplits are the splits of held symbols that the ledger does not book itself.
func marketSplits(transactions []ledger.Transaction, actions func(string) *market.Actions, through date.Date) []ledger.Transaction {
	first := map[string]date.Date{}
	var symbols []string
	last := date.None
	for i := range transactions {
		t := &transactions[i]
		for _, s := range []string{t.Symbol, t.ToSymbol} {
			if _, ok := first[s]; !ok && s != "" {
				first[s] = t.Date
				symbols = append(symbols, s)
			}
		}
		last = max(last, t.Date)
	}
	var out []ledger.Transaction
	for _, symbol := range symbols {
		a := actions(symbol)
		if a == nil {
			continue
		}
		for _, s := range a.Splits {
			if s.Date <= first[symbol] || !through.IsNone() && s.Date > through {
				continue
			}
			if booked(transactions, symbol, s) {
				continue
			}
			out = append(out, ledger.Transaction{
				ID: "market-split:" + symbol + ":" + s.Date.String(), Date: s.Date, Type: ledger.Split, Symbol: symbol,
				Ratio: &ledger.Ratio{New: s.Ratio.New, Old: s.Ratio.Old}, Note: "from the market's list of splits",
			})
		}
	}
	return out
}

func booked(transactions []ledger.Transaction, symbol string, s market.SplitEvent) bool {
	from, _ := slices.BinarySearchFunc(transactions, s.Date-SplitWindow, func(t ledger.Transaction, d date.Date) int { return int(t.Date) - int(d) })
	for i := from; i < len(transactions) && transactions[i].Date <= s.Date+SplitWindow; i++ {
		if transactions[i].Type == ledger.Split && transactions[i].Symbol == symbol {
			return true
		}
	}
	return false
}

// Instrument returns what is known of a symbol.
func (b *Book) Instrument(symbol string) instrument.Instrument { return b.instrument(symbol) }

// First and Last are the days of the first and last booking, date.None for an empty ledger.
func (b *Book) First() date.Date {
	if len(b.Transactions) == 0 {
		return date.None
	}
	return b.Transactions[0].Date
}

// Last is the day of the last booking.
func (b *Book) Last() date.Date {
	if len(b.Transactions) == 0 {
		return date.None
	}
	return b.Transactions[len(b.Transactions)-1].Date
}

// at returns what a line of steps stood at by the close of day.
func at(steps []step, day date.Date) money.Decimal {
	i, found := slices.BinarySearchFunc(steps, day, func(s step, d date.Date) int { return int(s.day) - int(d) })
	if found {
		return steps[i].after
	}
	if i == 0 {
		return money.Zero
	}
	return steps[i-1].after
}

// Holding is a quantity of a symbol in an account.
type Holding struct {
	Account  string
	Symbol   string
	Quantity money.Decimal
}

// Holdings returns what node held at the close of day, without zeros, in the order in
// which positions first appeared.
func (b *Book) Holdings(node Node, day date.Date) []Holding {
	pick := b.pick(node)
	var out []Holding
	for _, p := range b.positions {
		if !pick.position(p) {
			continue
		}
		if q := at(p.steps, day); !q.IsZero() {
			out = append(out, Holding{b.Accounts[p.account], b.Symbols[p.symbol], q})
		}
	}
	return out
}

// Quantity is how much of a symbol node held at the close of day, over all its accounts.
func (b *Book) Quantity(node Node, symbol string, day date.Date) money.Decimal {
	sum := money.Zero
	s, ok := b.symbolAt[symbol]
	if !ok {
		return sum
	}
	pick := b.pick(node)
	for _, p := range b.positions {
		if p.symbol == s && pick.position(p) {
			sum = sum.Add(at(p.steps, day))
		}
	}
	return sum
}

// Balance is cash of a currency in an account.
type Balance struct {
	Account string
	Cash    money.Money
}

// Balances returns the cash of node at the close of day, without zeros. A holding has none.
func (b *Book) Balances(node Node, day date.Date) []Balance {
	pick := b.pick(node)
	var out []Balance
	for _, c := range b.cash {
		if !pick.cashLine(c) {
			continue
		}
		if a := at(c.steps, day); !a.IsZero() {
			out = append(out, Balance{b.Accounts[c.account], money.Of(a, b.Currencies[c.currency])})
		}
	}
	return out
}

// Fault names booking i as the place of err.
func (b *Book) fault(i int, err error) error {
	if f, ok := err.(*ledger.Fault); ok && f.ID != "" {
		return f
	}
	t := &b.Transactions[i]
	return &ledger.Fault{ID: t.ID, Field: "type", Value: string(t.Type), Problem: fmt.Sprintf("%s on %s: %v", t.Symbol, t.Date, err), Err: err}
}
