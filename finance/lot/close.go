package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// close takes q from one side of a shelf for v. What is missing is refused, costs
// nothing or opens the other side, as the policy says.
func (b *booking) close(s *shelf, on sideOf, q money.Decimal, v worth, priced bool) error {
	c, err := b.choose(s, on, q, true)
	if err != nil {
		return err
	}
	if !c.missing.IsZero() {
		switch {
		case b.policy.OnOversold == ledger.ZeroCost:
		case b.policy.OnOversold != ledger.GoShort && len(s.sides[on].lots) == 0:
			return noMatch(b.Transaction, s, q)
		case b.policy.OnOversold != ledger.GoShort:
			return insufficient(b.Transaction, s, q, q.Sub(c.missing))
		case !priced:
			return b.costUnknown()
		}
	}
	b.settle(c, q, v, priced, b.policy.OnOversold)
	return nil
}

// settle removes what was chosen, splits the proceeds by quantity and deals with what
// is missing of q: it opens the other side or costs nothing, as shortfall says. Nothing
// can fail from here on.
func (b *booking) settle(c choice, q money.Decimal, v worth, priced bool, shortfall ledger.Oversold) {
	s, on, missing := c.shelf, c.on, c.missing
	whole := money.Zero
	for i := range c.picks {
		whole = whole.Add(c.picks[i].quantity.Abs())
	}
	rest := worth{}
	if missing.IsZero() {
		q = whole // may differ from the booked quantity by the dust of a split
	} else {
		sold := v.part(q.Sub(missing), q)
		v, rest = sold, v.less(sold)
	}
	sum, given, left := money.Zero, worth{}, len(c.picks)
	c.take(func(part Lot) {
		left--
		own := v.less(given)
		if left > 0 {
			sum = sum.Add(part.Quantity.Abs())
			upTo := v.part(sum, whole)
			own, given = upTo.less(given), upTo
		}
		b.dispose(part, own, priced)
	})
	if missing.IsZero() {
		return
	}
	if shortfall == ledger.GoShort {
		b.open(s, other(on), missing, rest, b.openingDate())
		return
	}
	ghost := Lot{Account: s.account, Symbol: s.symbol, Quantity: missing, Currency: b.Currency, Opened: b.Date, Booking: b.index, expensed: b.expensed}
	if on == short {
		ghost.Quantity = missing.Neg()
	}
	b.dispose(ghost, rest, priced)
	b.out[len(b.out)-1].Missing = true
}

// dispose notes that a part was closed for v, which is paid where the part is short.
func (b *booking) dispose(part Lot, v worth, priced bool) {
	d := Disposal{
		Lot: part, Transaction: b.index, Closed: b.Date, Type: b.Type, PaidIn: b.Currency, Priced: priced,
		Proceeds: Proceeds{Gross: v.gross, Fees: v.fees, Taxes: v.taxes},
	}
	if part.Quantity.Sign() < 0 {
		d.Proceeds.Gross = v.gross.Neg()
	}
	if v.gross.IsZero() && v.fees.IsZero() && v.taxes.IsZero() {
		d.PaidIn = part.Currency // nothing is nothing in every currency
	}
	b.out = append(b.out, d)
}
