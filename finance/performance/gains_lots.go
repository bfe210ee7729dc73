package performance

import (
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// baseLot is a lot in the base currency. Quantity and cost are negative for a short.
type baseLot struct {
	quantity, cost, costs money.Decimal // cost gross of costs; costs are fees and taxes
	booking               int           // that opened it; atStart for what was held then
	known                 bool          // false: its cost is unknown
}

// atStart stands for all bookings up to the start of the period.
const atStart = -1

// queue is the lots of one side of a symbol, in the order of opening.
type queue struct {
	lots []baseLot
	gone int // lots in front that are used up
}

// averages reports whether lots join one pool.
func (g *gainer) averages() bool { return g.order == AverageOverAll || g.order == AveragePerAccount }

// overAll reports whether lots are kept over all accounts together: in one pool, or
// because the book says which booking's lot a sale took and nothing else touches them.
func (g *gainer) overAll() bool { return g.order == AverageOverAll || g.order == AsBooked && g.plain }

// queue returns the lots of one side of a symbol in an account.
func (g *gainer) queue(r *row, account string, short bool) *queue {
	at := 0
	if !g.overAll() {
		i, ok := g.accountAt[account]
		if !ok {
			i = len(g.accountAt)
			g.accountAt[account] = i
		}
		at = 2 * i
	}
	if short {
		at++
	}
	for len(r.queues) <= at {
		r.queues = append(r.queues, nil)
	}
	if r.queues[at] == nil {
		r.queues[at] = &queue{}
	}
	return r.queues[at]
}

// add puts a lot among those of its booking's age, or into the pool.
func (q *queue) add(l baseLot, pooled bool) {
	if pooled && len(q.lots) > q.gone {
		q.lots[q.gone].join(&l)
		return
	}
	if n := len(q.lots); n == q.gone || q.lots[n-1].booking < l.booking {
		if n == cap(q.lots) && q.gone > n/2 { // room in front
			q.lots = q.lots[:copy(q.lots, q.lots[q.gone:])]
			q.gone = 0
		}
		if q.lots == nil && l.booking != atStart {
			q.lots = make([]baseLot, 0, 8)
		}
		q.lots = append(q.lots, l)
		return
	}
	i := len(q.lots)
	for i > q.gone && q.lots[i-1].booking > l.booking {
		i--
	}
	if i > q.gone && l.booking == atStart {
		q.lots[i-1].join(&l)
		return
	}
	q.lots = slices.Insert(q.lots, i, l)
}

func (l *baseLot) join(m *baseLot) {
	l.quantity, l.cost, l.costs, l.known = l.quantity.Add(m.quantity), l.cost.Add(m.cost), l.costs.Add(m.costs), l.known && m.known
}

// quantity is what the lots hold together.
func (q *queue) quantity() money.Decimal {
	sum := money.Zero
	for i := q.gone; i < len(q.lots); i++ {
		sum = sum.Add(q.lots[i].quantity)
	}
	return sum
}

// open sums the lots of a symbol that are still open.
func (r *row) open() (cost, costs money.Decimal, known bool) {
	cost, costs, known = r.cost, r.costs, true
	for _, q := range r.queues {
		if q == nil {
			continue
		}
		for _, l := range q.lots[q.gone:] {
			cost, costs, known = cost.Add(l.cost), costs.Add(l.costs), known && l.known
		}
	}
	return cost, costs, known
}

// next is the position of the lot that a sale takes first, −1 where there is none.
func (q *queue) next(order LotOrder) int {
	best := -1
	for i := q.gone; i < len(q.lots); i++ {
		l := &q.lots[i]
		switch {
		case l.quantity.IsZero():
		case best < 0, order == LIFOPerAccount:
			best = i
		case order == HIFOPerAccount:
			b := &q.lots[best]
			if b.cost.Abs().Mul(l.quantity.Abs()).Less(l.cost.Abs().Mul(b.quantity.Abs())) {
				best = i
			}
		default:
			return best
		}
	}
	return best
}

// of is the position of an open lot that a booking opened, −1 where there is none.
func (q *queue) of(booking int) int {
	low, high := q.gone, len(q.lots)
	for low < high { // lots are in the order of their bookings
		if mid := (low + high) / 2; q.lots[mid].booking < booking {
			low = mid + 1
		} else {
			high = mid
		}
	}
	for ; low < len(q.lots) && q.lots[low].booking == booking; low++ {
		if !q.lots[low].quantity.IsZero() {
			return low
		}
	}
	return -1
}

// take removes part (positive) of lot i, or all of it where it has no more.
func (q *queue) take(i int, part money.Decimal) (taken baseLot) {
	l := &q.lots[i]
	if taken = l.split(part); l.quantity.IsZero() {
		q.skip()
	}
	return taken
}

// split takes part (positive) out of the lot with its share of the cost, or all of it
// where it has no more.
func (l *baseLot) split(part money.Decimal) (taken baseLot) {
	size := l.quantity.Abs()
	taken = *l
	if size.Cmp(part) <= 0 {
		l.quantity, l.cost, l.costs = money.Zero, money.Zero, money.Zero
		return taken
	}
	if taken.quantity = part; l.quantity.Sign() < 0 {
		taken.quantity = part.Neg()
	}
	taken.cost = l.cost.MulDiv(part, size, money.Places)
	if !l.costs.IsZero() {
		taken.costs = l.costs.MulDiv(part, size, money.Places)
	}
	l.quantity, l.cost, l.costs = l.quantity.Sub(taken.quantity), l.cost.Sub(taken.cost), l.costs.Sub(taken.costs)
	return taken
}

// skip passes over the lots in front that are used up.
func (q *queue) skip() {
	for q.gone < len(q.lots) && q.lots[q.gone].quantity.IsZero() {
		q.gone++
	}
}

// deal is a change of a position: quantity is signed, worth is what was paid for it
// (negative: received), gross of costs.
type deal struct {
	account, symbol        string
	quantity, worth, costs money.Decimal
	known                  bool
}

// closing says which side a booking closes before it opens one.
type closing int

const (
	closesNothing closing = iota
	closesLong
	closesShort
)

// closingOf is what the lots do with a booking.
func (g *gainer) closingOf(t *ledger.Transaction) closing {
	switch t.Effect().Position {
	case ledger.Closes:
		return closesLong
	case ledger.ClosesShort:
		return closesShort
	case ledger.Opens:
		if g.book.Policy.OnOversold == ledger.GoShort {
			return closesShort
		}
	}
	return closesNothing
}

// trade closes lots with a deal and opens one with what is left of it.
func (g *gainer) trade(d deal, closes closing) {
	r := g.row(d.symbol)
	left, worth := d.quantity, d.worth
	if closes != closesNothing {
		q := g.queue(r, d.account, closes == closesShort)
		left, worth = g.close(r, q, d, func(share money.Decimal, taken baseLot) {
			r.realise(share.Neg().Sub(taken.cost), d.known && taken.known)
		})
	}
	switch {
	case left.IsZero():
		if !worth.IsZero() {
			r.realise(worth.Neg(), d.known)
		}
		return
	case left.Abs().Cmp(dust) <= 0 && !left.Equal(d.quantity): // of a rounded split
		r.realise(worth.Neg(), d.known)
		return
	}
	g.queue(r, d.account, left.Sign() < 0).add(baseLot{quantity: left, cost: worth, costs: d.costs, booking: g.now, known: d.known}, g.averages())
}

// dust is how little of a quantity is nothing: what rounding splits leaves.
var dust = money.New(1, money.Places-3)

// close takes a deal's quantity from a queue, tells each lot taken with its share of the
// worth, and returns what of quantity and worth is left.
func (g *gainer) close(r *row, q *queue, d deal, each func(share money.Decimal, taken baseLot)) (left, worth money.Decimal) {
	left, worth = d.quantity, d.worth
	part := func(taken baseLot, size money.Decimal) {
		share := worth
		if !size.Equal(left.Abs()) {
			share = worth.MulDiv(size, left.Abs(), money.Places)
		}
		each(share, taken)
		worth = worth.Sub(share)
		if left.Sign() > 0 {
			left = left.Sub(size)
		} else {
			left = left.Add(size)
		}
	}
	if g.order == AsBooked {
		for i := range g.disposals {
			x := &g.disposals[i]
			if x.Symbol != r.Symbol || x.Quantity.IsZero() || left.IsZero() {
				continue
			}
			g.takeBooked(q, x.Booking, money.Min(x.Quantity.Abs(), left.Abs()), x.Missing, part)
		}
		return left, worth
	}
	for !left.IsZero() {
		i := q.next(g.order)
		if i < 0 {
			break
		}
		taken := q.take(i, left.Abs())
		part(taken, taken.quantity.Abs())
	}
	return left, worth
}

// takeBooked takes what the book took of one booking's lot. What no lot stands behind
// cost nothing.
func (g *gainer) takeBooked(q *queue, booking int, size money.Decimal, missing bool, part func(taken baseLot, size money.Decimal)) {
	if booking < g.first {
		booking = atStart
	}
	for !size.IsZero() && !missing {
		i := q.of(booking)
		if i < 0 {
			break
		}
		taken := q.take(i, size)
		part(taken, taken.quantity.Abs())
		size = size.Sub(taken.quantity.Abs())
	}
	if !size.IsZero() {
		part(baseLot{known: true}, size)
	}
}

func (r *row) realise(gain money.Decimal, known bool) {
	if !known || !r.Realised.Known {
		r.Realised = money.Optional{}
		return
	}
	r.Realised.Decimal = r.Realised.Decimal.Add(gain)
}
