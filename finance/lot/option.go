package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// ends books the end of an option: its expiry, or its use by or against the holder.
func (b *booking) ends() error {
	s := b.shelf(b.Account, b.Symbol)
	on := long
	switch b.Type {
	case ledger.OptionAssigned:
		on = short
	case ledger.OptionExpiry:
		on = s.covering(b.Quantity.OrZero())
	}
	q, err := b.ending(s, on)
	if err != nil {
		return err
	}
	c, err := b.choose(s, on, q, true)
	switch {
	case err != nil:
		return err
	case len(c.picks) == 0:
		return noMatch(b.Transaction, s, q)
	case !c.missing.IsZero():
		return insufficient(b.Transaction, s, q, q.Sub(c.missing))
	}
	if b.Type == ledger.OptionExpiry {
		costs := worth{fees: b.Fees.OrZero(), taxes: b.Taxes.OrZero()}
		b.settle(c, q, costs, true, ledger.Refuse)
		return nil
	}
	c.picks = append([]pick(nil), c.picks...) // the underlying's picks need the buffer
	return b.used(c)
}

// ending is how many contracts end: as booked, all of them where an expiry does not say.
func (b *booking) ending(s *shelf, on sideOf) (money.Decimal, error) {
	if b.Type == ledger.OptionExpiry && !b.Quantity.Known && len(s.sides[on].lots) > 0 {
		return s.sides[on].quantity().Abs(), nil
	}
	return b.positive()
}

// used closes options into their underlying: the premium paid or received becomes part
// of what the shares cost or bring. Shares bought cover a short position first, shares
// sold that are not held are short.
func (b *booking) used(option choice) error {
	s := option.shelf
	delivery, err := ledger.DeliveryOf(b.Transaction, b.instrument(b.Symbol))
	if err != nil {
		return err
	}
	to := b.shelf(s.account, delivery.Underlying)
	from, units := long, delivery.Quantity.Neg()
	if delivery.Quantity.Sign() > 0 {
		from, units = short, delivery.Quantity
	}
	closing := choice{shelf: to, on: from, missing: units}
	if len(to.sides[from].lots) > 0 && to.method != none {
		whole := *b.Transaction
		whole.LotSpec = nil // it names the option's lots
		under := booking{Keeper: b.Keeper, Transaction: &whole, index: b.index}
		if closing, err = under.choose(to, from, units, true); err != nil {
			return err
		}
	}
	for _, p := range option.picks {
		if l := &s.sides[option.on].lots[p.at]; l.Currency != b.Currency {
			return refuse(b.Transaction, ErrMixedCurrency, "currency", string(b.Currency), "book the event in "+string(l.Currency)+", the currency of the premium",
				"the premium of %s was in %s", l.Opened, l.Currency)
		}
	}
	v := worth{delivery.Cash.Abs(), b.Fees.OrZero(), b.Taxes.OrZero()}
	option.take(func(part Lot) {
		premium := part.Gross
		if from == long { // what the shares bring is less by a premium paid
			premium = premium.Neg()
		}
		v.gross, v.fees, v.taxes = v.gross.Add(premium), v.fees.Add(part.Fees), v.taxes.Add(part.Taxes)
		b.out = append(b.out, Disposal{
			Lot: part, Transaction: b.index, Closed: b.Date, Type: b.Type, PaidIn: b.Currency, Priced: true, Rolled: true,
			Proceeds: Proceeds{Gross: part.Gross, Fees: part.Fees.Neg(), Taxes: part.Taxes.Neg()}, // costs go along
		})
	})
	b.settle(closing, units, v, true, ledger.GoShort)
	return nil
}
