package performance

import (
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// tallier makes a Tally in one pass over the book.
type tallier struct {
	*Tally
	gainer *gainer // converts and values
	places []portfolio.Place
	sums   []amounts
	lots   []tallyLot // by opening booking
	now    int32      // the booking at hand
	entry  *entry     // what it says
}

// tallyLot is what is left of a booking's lot, at what it cost; none where the quantity
// is zero.
type tallyLot struct {
	quantity, cost, costs money.Compact
	symbol, account       int32
}

// marksApart is how many bookings a symbol lie between two marks: the fewer, the less
// there is to add up for a period and the more to keep.
const (
	marksApart  = 8
	marksAtBest = 1024
)

func newTallier(t *Tally) *tallier {
	b := t.book
	n, symbols := len(b.Transactions), len(b.Symbols)
	t.entries, t.left, t.every = make([]entry, n), make([]bool, symbols), max(marksAtBest, marksApart*symbols)
	t.taken = make([]takenLot, 0, len(b.Disposals))
	t.marks = make([]amounts, 0, (n/t.every+1)*(symbols+1))
	return &tallier{
		Tally: t, places: b.Places(), sums: make([]amounts, symbols+1), lots: make([]tallyLot, n),
		gainer: &gainer{book: b, valuer: portfolio.NewValuer(b, t.panel), out: &Gains{}, at: map[string]int{}, accountAt: map[string]int{}},
	}
}

func (t *tallier) run() {
	d := 0
	disposals := t.book.Disposals
	for i := range t.book.Transactions {
		if i%t.every == 0 {
			t.marks = append(t.marks, t.sums...)
		}
		from := d
		for d < len(disposals) && disposals[d].Transaction == i {
			d++
		}
		t.now, t.entry = int32(i), &t.entries[i]
		if t.entry.account, t.entry.symbol = t.places[i].Account, t.places[i].Symbol; t.entry.symbol < 0 {
			t.entry.symbol = int32(len(t.left))
		}
		t.tell(&t.book.Transactions[i], disposals[from:d])
	}
	t.leaveOut()
}

// leave says that a symbol is not tallied.
func (t *tallier) leave(symbol string) {
	if i := slices.Index(t.book.Symbols, symbol); i >= 0 {
		t.left[i] = true
	}
}

// leaveOut lists the bookings that are not tallied.
func (t *tallier) leaveOut() {
	if slices.Contains(t.left, true) {
		t.taken = slices.DeleteFunc(t.taken, func(x takenLot) bool { return t.left[x.symbol] })
	}
	d, m := 0, 0
	for i := range t.entries {
		e := &t.entries[i]
		if int(e.symbol) < len(t.left) && t.left[e.symbol] {
			e.kind = notTallied
		}
		if e.kind != notTallied {
			continue
		}
		for d < len(t.book.Disposals) && t.book.Disposals[d].Transaction < i {
			d++
		}
		for m < len(t.book.Moves) && t.book.Moves[m].Transaction < i {
			m++
		}
		t.others = append(t.others, other{int32(i), int32(d), int32(m)})
	}
}

// enter writes down and adds up the booking at hand; ok is false where an amount has too
// many digits.
func (t *tallier) enter(x *ledger.Transaction, kind entryKind, cash, fees, taxes money.Decimal) (ok bool) {
	e := t.entry
	var ok1, ok2, ok3 bool
	e.cash, ok1 = cash.Compact()
	e.fees, ok2 = fees.Compact()
	e.taxes, ok3 = taxes.Compact()
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	e.kind = kind
	t.sums[e.symbol].post(e)
	if x.CashAccount != "" && x.CashAccount != x.Account || x.ToAccount != "" {
		t.elsewhere = true
	}
	return true
}

// open opens the lot of the booking at hand.
func (t *tallier) open(quantity money.Decimal) (ok bool) {
	e, l := t.entry, &t.lots[t.now]
	l.symbol, l.account = e.symbol, e.account
	costs := e.fees.Decimal().Add(e.taxes.Decimal())
	return l.set(quantity, e.cash.Decimal().Sub(costs), costs)
}

// set says what is left; ok is false where a number has too many digits.
func (l *tallyLot) set(quantity, cost, costs money.Decimal) (ok bool) {
	var ok1, ok2, ok3 bool
	l.quantity, ok1 = quantity.Compact()
	l.cost, ok2 = cost.Compact()
	l.costs, ok3 = costs.Compact()
	return ok1 && ok2 && ok3
}

// take takes a disposal out of the lot of its booking, at what it cost.
func (t *tallier) take(d *lot.Disposal) (ok bool) {
	l := &t.lots[d.Booking]
	whole := baseLot{quantity: l.quantity.Decimal(), cost: l.cost.Decimal(), costs: l.costs.Decimal()}
	if l.symbol != t.entry.symbol || l.account != t.entry.account || whole.quantity.Less(d.Quantity) {
		return false
	}
	part := whole.split(d.Quantity)
	x := takenLot{opened: int32(d.Booking), closed: t.now, account: t.entry.account, symbol: t.entry.symbol}
	taken := tallyLot{}
	ok = l.set(whole.quantity, whole.cost, whole.costs) && taken.set(part.quantity, part.cost, part.costs)
	x.quantity, x.cost, x.costs = taken.quantity, taken.cost, taken.costs
	t.taken = append(t.taken, x)
	t.sums[x.symbol].take(&x)
	return ok
}
