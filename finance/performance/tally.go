package performance

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Tally keeps a book's exact amounts in the base currency, booking by booking, and their
// sums by symbol at regular marks, so that the gains of any period are differences of two
// sums.
//
// Model: what a lot cost is followed from its own purchase on, whatever the period: a lot
// bought in the period costs the same there. A lot held at the start of a period counts
// from its value then; what was sold of those is listed, and only that is gone through:
//
//	realised  = Δ gains since purchase + purchase cost − start value of what was sold of old lots
//	open cost = Δ open cost            + purchase cost                of what was sold of old lots
//	            + start value of what is left of them
//
// Symbols with anything but trades, deliveries, income and charges of long lots (splits,
// options, shorts, moves between accounts, amounts without an exchange rate) are not
// tallied; their bookings are gone through again for each period, with the same result.
//
// A Tally is not changed once made and may be used by several goroutines.
type Tally struct {
	book      *portfolio.Book
	panel     *market.Panel
	entries   []entry    // by booking
	taken     []takenLot // in the order of sales
	others    []other    // bookings that are not tallied
	left      []bool     // symbols that are not, by position
	every     int        // bookings from one mark to the next
	marks     []amounts  // before booking 0, every, 2·every …: of each symbol, then of cash
	elsewhere bool       // a tallied booking has to do with two accounts
}

// entry is what a booking says in the base currency. Its gross value is cash + fees +
// taxes, that of a purchase cash − fees − taxes.
type entry struct {
	cash, fees, taxes money.Compact
	symbol, account   int32 // cash where the booking has no symbol: after the last one
	kind              entryKind
}

// entryKind is how an entry counts.
type entryKind uint8

const (
	notTallied entryKind = iota
	entryTransfer
	entryPurchase
	entryDeliveryIn
	entrySale
	entryDeliveryOut
	entryDividend
	entryInterest
	entryCharge
)

// takenLot is what a sale took of one booking's lot, at what that cost.
type takenLot struct {
	opened, closed        int32 // bookings
	account, symbol       int32
	quantity, cost, costs money.Compact
}

// other is a booking that is not tallied, with its first disposal and move.
type other struct{ booking, disposal, move int32 }

// NewTally goes through a book once. Values of deliveries and amounts in other currencies
// are at the panel's prices and rates. Of a book without lots nothing is tallied.
func NewTally(b *portfolio.Book, panel *market.Panel) *Tally {
	t := &Tally{book: b, panel: panel}
	if b.Lots != nil {
		newTallier(t).run()
	}
	return t
}

// Gains computes the gains of a part of the book over (start, end], as NewNodeGains does.
// Other orders than the book's own are gone through booking by booking.
func (t *Tally) Gains(node portfolio.Node, start, end date.Date, order LotOrder) (*Gains, error) {
	b := t.book
	if order == AsBooked && b.Lots == nil {
		order = OrderOf(b.Policy.MethodOf(""))
	}
	g := &gainer{book: b, valuer: portfolio.NewValuer(b, t.panel), node: portfolio.Node{Accounts: node.Accounts}, start: start, end: end, order: order, plain: b.Plain(),
		out: &Gains{}, at: make(map[string]int, len(b.Symbols)), accountAt: map[string]int{}}
	if t.entries != nil && order == AsBooked && !(t.elsewhere && len(node.Accounts) > 0) {
		g.tally = t
	}
	if err := g.run(); err != nil {
		return nil, err
	}
	if node.IsHolding() {
		return g.out.of(node.Symbols), nil
	}
	return g.out, nil
}

// takenBetween is the range of what the sales among the bookings [from, to) took.
func (t *Tally) takenBetween(from, to int) []takenLot {
	byClosing := func(x takenLot, booking int) int { return int(x.closed) - booking }
	i, _ := slices.BinarySearchFunc(t.taken, from, byClosing)
	j, _ := slices.BinarySearchFunc(t.taken[i:], to, byClosing)
	return t.taken[i : i+j]
}
