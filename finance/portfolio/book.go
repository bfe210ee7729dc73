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
// and what is bought and sold of it counts as a flow across the border while it is
// out, so that what is unknown makes neither gain nor loss.
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
	// Given says that the caller gives Transactions away: they are then completed and
	// put in order where they are, not copied.
	Given bool
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
	Moves        []Move               // of lots between accounts, in order
	Lots         *lot.Keeper          // as after the last booking; nil WithoutLots
	MarketSplits int                  // splits applied from the market's list

	instrument  func(string) instrument.Instrument
	instruments []instrument.Instrument // by symbol
	accountAt   map[string]int32
	symbolAt    map[string]int32
	currencyAt  map[money.Currency]int32
	positions   []line // of a side of a symbol in an account
	positionAt  map[positionKey]int32
	totals      []line // of a symbol over all accounts and both sides, by symbol
	cash        []line // of a currency in an account
	cashAt      map[[2]int32]int32
	events      []event
	splits      map[string][]split // of the symbols that have any
	rewritten   bool               // see Plain
	born        born
	rounded     bool // some split left dust that a later sale may have to take
	shorts      bool
}

// born says at which booking each account, symbol and line was first seen, in the order
// of the lists: what a fold knew at an earlier booking.
type born struct{ accounts, symbols, currencies, positions, cash []int32 }

// Plain reports whether only trades and deliveries touch what is held, all of it long:
// no corporate action, option, move between accounts or short sale.
func (b *Book) Plain() bool { return !b.rewritten && !b.shorts }

// Move is a part of a lot that went from one account to another.
type Move struct {
	Transaction int // index of the booking that moved it
	Booking     int // index of the one that opened the lot
	Quantity    money.Decimal
}

// side is long or short: what is sold short in an account that also holds the symbol
// stands beside it.
type side = int32

const (
	long side = iota
	short
)

// positionKey is account, symbol and side in one word.
type positionKey uint64

func keyOf(account, symbol int32, s side) positionKey {
	return positionKey(uint64(account)<<33 | uint64(symbol)<<1 | uint64(s))
}

func (k positionKey) account() int32 { return int32(k >> 33) }
func (k positionKey) symbol() int32  { return int32(k >> 1 & (1<<32 - 1)) }
func (k positionKey) side() side     { return side(k & 1) }

// on is the other or the same side of the position.
func (k positionKey) on(s side) positionKey { return k&^1 | positionKey(s) }

// twin is the other side of the position.
func (k positionKey) twin() positionKey { return k ^ 1 }

// line is a quantity or balance over time.
type line struct {
	account int32
	what    int32 // symbol or currency
	side    side
	steps   []step
	wide    []money.Decimal // the few numbers that do not fit a step
}

// step is a quantity or balance from the close of day on. There are many, so they hold no
// pointers.
type step struct {
	day   date.Date
	wide  int32 // position in the line's wide numbers, from one; 0 is none
	after money.Compact
}

// stepOf makes a step that stands at a number.
func (l *line) stepOf(day date.Date, after money.Decimal) step {
	c, ok := after.Compact()
	if ok {
		return step{day: day, after: c}
	}
	l.wide = append(l.wide, after)
	return step{day: day, wide: int32(len(l.wide))}
}

// after is where the line stands from the step at a position on.
func (l *line) after(i int) money.Decimal {
	s := &l.steps[i]
	if s.wide > 0 {
		return l.wide[s.wide-1]
	}
	return s.after.Decimal()
}

// now is where a line stands after the bookings so far.
func (l *line) now() money.Decimal {
	if n := len(l.steps); n > 0 {
		return l.after(n - 1)
	}
	return money.Zero
}

// push adds amount to the line on day.
func (l *line) push(day date.Date, amount money.Decimal) {
	n := len(l.steps)
	switch {
	case n == 0:
		l.steps = append(make([]step, 0, 8), l.stepOf(day, amount))
	case l.steps[n-1].day == day:
		l.steps[n-1] = l.stepOf(day, l.after(n-1).Add(amount))
	default:
		l.steps = append(l.steps, l.stepOf(day, l.after(n-1).Add(amount)))
	}
}

// at is where the line stood at the close of day.
func (l *line) at(day date.Date) money.Decimal {
	n := len(l.steps)
	if n > 0 && l.steps[n-1].day <= day { // most questions are about the end
		return l.after(n - 1)
	}
	i, found := slices.BinarySearchFunc(l.steps, day, func(s step, d date.Date) int { return int(s.day) - int(d) })
	switch {
	case found:
		return l.after(i)
	case i == 0:
		return money.Zero
	}
	return l.after(i - 1)
}

// Instrument returns what is known of a symbol.
func (b *Book) Instrument(symbol string) instrument.Instrument {
	if i, ok := b.symbolAt[symbol]; ok {
		return b.instruments[i]
	}
	return b.instrument(symbol)
}

// First is the day of the first booking, date.None for an empty ledger.
func (b *Book) First() date.Date {
	if len(b.Transactions) == 0 {
		return date.None
	}
	return b.Transactions[0].Date
}

// Last is the day of the last booking, date.None for an empty ledger.
func (b *Book) Last() date.Date {
	if len(b.Transactions) == 0 {
		return date.None
	}
	return b.Transactions[len(b.Transactions)-1].Date
}

// After is the index of the first booking after day.
func (b *Book) After(day date.Date) int {
	i, _ := slices.BinarySearchFunc(b.Transactions, day+1, func(t ledger.Transaction, d date.Date) int { return int(t.Date) - int(d) })
	return i
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
	for i := range b.positions {
		p := &b.positions[i]
		if !pick.security(p.account, p.what) {
			continue
		}
		q := p.at(day)
		if twin, ok := b.positionAt[keyOf(p.account, p.what, 1-p.side)]; ok {
			if int(twin) < i {
				continue // told with the other side
			}
			q = q.Add(b.positions[twin].at(day))
		}
		if !q.IsZero() {
			out = append(out, Holding{b.Accounts[p.account], b.Symbols[p.what], q})
		}
	}
	return out
}

// Position is a holding with the side it is held on.
type Position struct {
	Holding
	Short bool
}

// Positions returns what the portfolio held at the close of day, without zeros, long and
// short of one account apart, in the order in which positions first appeared.
func (b *Book) Positions(day date.Date) []Position {
	var out []Position
	for i := range b.positions {
		p := &b.positions[i]
		if q := p.at(day); !q.IsZero() {
			out = append(out, Position{Holding{b.Accounts[p.account], b.Symbols[p.what], q}, p.side == short})
		}
	}
	return out
}

// Quantity is how much of a symbol node held at the close of day, over all its accounts.
func (b *Book) Quantity(node Node, symbol string, day date.Date) money.Decimal {
	s, ok := b.symbolAt[symbol]
	if !ok || node.IsHolding() && !slices.Contains(node.Symbols, symbol) {
		return money.Zero
	}
	if len(node.Accounts) == 0 {
		return b.totals[s].at(day)
	}
	sum := money.Zero
	for a, inside := range b.pick(node).accounts {
		for on := long; inside && on <= short; on++ {
			if i, ok := b.positionAt[keyOf(int32(a), s, on)]; ok {
				sum = sum.Add(b.positions[i].at(day))
			}
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
	for i := range b.cash {
		c := &b.cash[i]
		if !pick.money(c.account) {
			continue
		}
		if a := c.at(day); !a.IsZero() {
			out = append(out, Balance{b.Accounts[c.account], money.Of(a, b.Currencies[c.what])})
		}
	}
	return out
}

// String names the book in messages.
func (b *Book) String() string {
	return fmt.Sprintf("%d bookings in %s from %s to %s", len(b.Transactions), b.Base, b.First(), b.Last())
}

// fault names booking i as the place of err.
func (b *Book) fault(i int, err error) error {
	if f, ok := err.(*ledger.Fault); ok && f.ID != "" {
		return f
	}
	t := &b.Transactions[i]
	return &ledger.Fault{ID: t.ID, Field: "type", Value: string(t.Type), Problem: fmt.Sprintf("%s on %s: %v", t.Symbol, t.Date, err), Err: err}
}

// Side is how much of a symbol an account held long, or sold short (negative), at the
// close of day.
func (b *Book) Side(account, symbol string, isShort bool, day date.Date) money.Decimal {
	a, ok1 := b.accountAt[account]
	s, ok2 := b.symbolAt[symbol]
	key := keyOf(a, s, long)
	if isShort {
		key = key.twin()
	}
	if i, ok := b.positionAt[key]; ok && ok1 && ok2 {
		return b.positions[i].at(day)
	}
	return money.Zero
}
