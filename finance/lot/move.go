package lot

import "github.com/foliosight/foliosight/finance/money"

// moves books lots that go from one account to another, with their cost, dates and
// labels. A short position moves where the long lots do not cover the quantity and the
// short ones do.
func (b *booking) moves() error {
	q, err := b.positive()
	if err != nil {
		return err
	}
	if b.ToAccount == b.Account {
		return refuse(b.Transaction, ErrTerms, "to_account", b.ToAccount, "name the account that receives the lots", "it goes to where it comes from")
	}
	from := b.shelf(b.Account, b.Symbol)
	on := from.covering(q)
	c, err := b.choose(from, on, q, false)
	switch {
	case err != nil:
		return err
	case len(c.picks) == 0:
		return noMatch(b.Transaction, from, q)
	case !c.missing.IsZero():
		return insufficient(b.Transaction, from, q, q.Sub(c.missing))
	}
	to := b.shelf(b.ToAccount, b.Symbol)
	to.dust = money.Max(to.dust, from.dust)
	var moved []Lot
	c.take(func(part Lot) {
		part.Account = to.account
		moved = append(moved, part)
	})
	for i := range moved {
		to.insert(on, moved[i])
	}
	b.moved = moved
	return nil
}

// Moved returns the parts of lots that the booking applied last moved to another
// account, as they stand there. It is valid until the next booking.
func (k *Keeper) Moved() []Lot { return k.moved }

// covering is the side of which q can be taken: the short one where only that suffices
// or nothing long is open.
func (s *shelf) covering(q money.Decimal) sideOf {
	if len(s.sides[short].lots) == 0 {
		return long
	}
	if len(s.sides[long].lots) == 0 {
		return short
	}
	if s.sides[long].quantity().Less(q) && !s.sides[short].quantity().Abs().Less(q) {
		return short
	}
	return long
}
