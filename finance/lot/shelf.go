package lot

import "github.com/foliosight/foliosight/finance/money"

// sideOf is long or short.
type sideOf int8

const (
	long sideOf = iota
	short
)

func other(s sideOf) sideOf { return 1 - s }

// shelf is what is open of one symbol in one account.
type shelf struct {
	of      *book
	account string
	symbol  string
	method  method
	sides   [2]side // long, short
	// dust is how far the quantities may be from the true ones because splits were
	// rounded to money.Places: a sale that differs from all that is held by no more
	// than this sells all of it.
	dust money.Decimal
}

// side is the lots of one direction: oldest first, those of one day in the order of
// opening. None of them is empty.
type side struct {
	lots []Lot
	room []Lot // where lots is a part of; kept for the room in front of it
	pool pool  // their common cost, where sales take the average
}

// insert puts l in its place on a side. Nearly always that is the end.
func (s *shelf) insert(on sideOf, l Lot) {
	s.of.noteOpened(&s.sides[on].pool, &s.of.pools[on], &l)
	s.sides[on].insert(&l)
}

func (s *side) insert(l *Lot) {
	if len(s.lots) == cap(s.lots) {
		s.makeRoom()
	}
	s.lots = append(s.lots, *l)
	for i := len(s.lots) - 1; i > 0 && before(&s.lots[i], &s.lots[i-1]); i-- {
		s.lots[i], s.lots[i-1] = s.lots[i-1], s.lots[i]
	}
}

// makeRoom gives a full side room at its end: that of the lots used up in front where
// there is enough of it, else new one.
func (s *side) makeRoom() {
	if n := len(s.lots); !s.inRoom() || cap(s.room) < 2*n {
		s.room = make([]Lot, 0, max(roomAtFirst, 2*n))
	}
	s.lots = append(s.room[:0], s.lots...)
}

// inRoom reports whether the lots are the end of the side's own room: those of a copied
// side are not.
func (s *side) inRoom() bool {
	n, all := cap(s.lots), cap(s.room)
	return n > 0 && all > 0 && &s.lots[:n][n-1] == &s.room[:all][all-1]
}

// roomAtFirst is for how many lots a side has room at first.
const roomAtFirst = 4

func before(a, b *Lot) bool { return a.Opened < b.Opened || a.Opened == b.Opened && a.ID < b.ID }

// quantity is the sum over the lots; negative for shorts.
func (s *side) quantity() money.Decimal {
	sum := money.Zero
	for i := range s.lots {
		sum = sum.Add(s.lots[i].Quantity)
	}
	return sum
}

// pick is what is taken from the lot at a position; whole where it is all of it.
type pick struct {
	at       int
	quantity money.Decimal // signed as the lot's
	whole    bool
}

// take removes what was picked, in the order of picking, and hands each part to each.
func (s *side) take(picks []pick, each func(part Lot)) {
	first, last := len(s.lots), -1
	for _, p := range picks {
		l := &s.lots[p.at]
		if p.whole {
			each(*l)
			l.Quantity = money.Zero
			first, last = min(first, p.at), max(last, p.at)
			continue
		}
		each(l.split(p.quantity))
	}
	if first <= last {
		s.sweep(first, last)
	}
}

// split takes a part out of the lot: the part gets its rounded share of each amount,
// the lot keeps the exact rest.
func (l *Lot) split(quantity money.Decimal) Lot {
	part := *l
	part.Quantity = quantity
	part.Gross = share(l.Gross, quantity, l.Quantity)
	part.Fees = share(l.Fees, quantity, l.Quantity)
	part.Taxes = share(l.Taxes, quantity, l.Quantity)
	l.Quantity = l.Quantity.Sub(quantity)
	l.Gross = l.Gross.Sub(part.Gross)
	if !part.Fees.IsZero() {
		l.Fees = l.Fees.Sub(part.Fees)
	}
	if !part.Taxes.IsZero() {
		l.Taxes = l.Taxes.Sub(part.Taxes)
	}
	return part
}

// sweep drops the empty lots, all of which lie between first and last.
func (s *side) sweep(first, last int) {
	if first == 0 { // the oldest go first, mostly: no need to move the others
		for first <= last && s.lots[first].Quantity.IsZero() {
			first++
		}
		s.lots, last, first = s.lots[first:], last-first, 0
	}
	kept := first
	for i := first; i <= last; i++ {
		if !s.lots[i].Quantity.IsZero() {
			s.lots[kept] = s.lots[i]
			kept++
		}
	}
	if kept <= last {
		s.lots = append(s.lots[:kept], s.lots[last+1:]...)
	}
}
