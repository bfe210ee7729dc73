package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// pool is what lots that are averaged cost together. While it is in use, sales take
// their share of it and the lots only count pieces and keep their dates: what each of
// them costs is worked out when someone asks. So a sale costs the same however many
// lots are open.
type pool struct {
	inUse    bool
	currency money.Currency
	quantity money.Decimal // negative for shorts
	worth
}

// totalOf adds up lots.
func totalOf(lots []*Lot) pool {
	p := pool{inUse: true}
	for _, l := range lots {
		p.add(l)
	}
	return p
}

func (p *pool) add(l *Lot) {
	p.currency = l.Currency
	p.quantity = p.quantity.Add(l.Quantity)
	p.gross, p.fees, p.taxes = p.gross.Add(l.Gross), p.fees.Add(l.Fees), p.taxes.Add(l.Taxes)
}

// take removes what was picked from a side at the pool's average cost.
func (p *pool) take(sd *side, picks []pick, each func(part Lot)) {
	whole := money.Zero
	for i := range picks {
		whole = whole.Add(picks[i].quantity)
	}
	sold := p.part(whole, p.quantity)
	p.worth, p.quantity = p.less(sold), p.quantity.Sub(whole)
	sum, given := money.Zero, worth{}
	first, last := len(sd.lots), -1
	for i, pk := range picks {
		own := sold.less(given)
		if i+1 < len(picks) {
			sum = sum.Add(pk.quantity)
			upTo := sold.part(sum, whole)
			own, given = upTo.less(given), upTo
		}
		l := &sd.lots[pk.at]
		part := *l
		part.Quantity, part.Gross, part.Fees, part.Taxes = pk.quantity, own.gross, own.fees, own.taxes
		if pk.whole {
			l.Quantity = money.Zero
			first, last = min(first, pk.at), max(last, pk.at)
		} else {
			l.Quantity = l.Quantity.Sub(pk.quantity)
		}
		each(part)
	}
	if first <= last {
		sd.sweep(first, last)
	}
}

// level spreads a total cost over lots by quantity. Cumulated shares are rounded, so
// that the lots sum to the total.
func level(lots []*Lot, total pool) {
	sum, given := money.Zero, worth{}
	for _, l := range lots {
		sum = sum.Add(l.Quantity)
		upTo := total.part(sum, total.quantity)
		own := upTo.less(given)
		l.Gross, l.Fees, l.Taxes = own.gross, own.fees, own.taxes
		given = upTo
	}
}

// choosePooled picks the oldest pieces, at the average cost of the shelf or, with
// AVERAGEALL, of all accounts.
func (b *booking) choosePooled(c choice, q money.Decimal) (choice, error) {
	s := c.shelf
	own := &s.sides[c.on].pool
	c.pool = own
	if s.method.everyones {
		c.pool = &s.of.pools[c.on]
	}
	if !c.pool.inUse {
		if s.method.everyones || s.of.pools[c.on].inUse { // pools of the two kinds exclude each other
			s.of.settlePools()
		}
		c.common = s.of.lotsOf(s.averagedWith(), c.on)
		if err := b.oneCurrency(c.common); err != nil {
			return c, err
		}
	}
	c.picks, c.missing = b.inOrder(&s.sides[c.on], q, s.dust)
	return c, nil
}

// lotsOf are the lots of one side of a shelf, or of all shelves where own is nil.
func (b *book) lotsOf(own *shelf, on sideOf) []*Lot {
	var lots []*Lot
	for _, sh := range b.shelves {
		if sh == nil || own != nil && sh != own {
			continue
		}
		for i := range sh.sides[on].lots {
			lots = append(lots, &sh.sides[on].lots[i])
		}
	}
	return lots
}

// averagedWith is the one shelf whose lots are averaged, nil for all of them.
func (s *shelf) averagedWith() *shelf {
	if s.method.everyones {
		return nil
	}
	return s
}

func (b *booking) oneCurrency(lots []*Lot) error {
	for _, l := range lots[1:] {
		if l.Currency != lots[0].Currency {
			return refuse(b.Transaction, ErrMixedCurrency, "symbol", b.Symbol, "name the currency of the lots in lot_spec, or use a method that does not average",
				"open lots cost %s and %s", lots[0].Currency, l.Currency)
		}
	}
	return nil
}

// common prepares the average of the lots that a lot_spec names.
func (b *booking) common(c *choice, fit []int, spec *ledger.LotSpec) error {
	if !c.shelf.method.everyones {
		for _, i := range fit {
			c.common = append(c.common, &c.shelf.sides[c.on].lots[i])
		}
		return b.oneCurrency(c.common)
	}
	for _, l := range c.shelf.of.lotsOf(nil, c.on) {
		if fits(l, spec) {
			c.common = append(c.common, l)
		}
	}
	return b.oneCurrency(c.common)
}

// noteOpened adds a new lot to the pools in use. One in another currency ends them: the
// next sale will refuse to average.
func (b *book) noteOpened(own, everyones *pool, l *Lot) {
	if !b.pooled {
		return
	}
	for _, p := range []*pool{own, everyones} {
		switch {
		case !p.inUse:
		case p.currency == l.Currency:
			p.add(l)
		default:
			b.settlePools()
		}
	}
}

// settlePools gives every lot its share of the pool it is in, and ends the pools.
func (b *book) settlePools() {
	if !b.pooled {
		return
	}
	b.pooled = false
	for on := range b.pools {
		if p := &b.pools[on]; p.inUse {
			level(b.lotsOf(nil, sideOf(on)), *p)
			*p = pool{}
		}
	}
	for _, sh := range b.shelves {
		if sh == nil {
			continue
		}
		for on := range sh.sides {
			if p := &sh.sides[on].pool; p.inUse {
				level(b.lotsOf(sh, sideOf(on)), *p)
				*p = pool{}
			}
		}
	}
}
