package lot

import "github.com/foliosight/foliosight/finance/money"

// returnsCapital lowers the cost of what is held by the cash received, in proportion to
// quantity. What goes beyond the cost of a lot is a gain, and so is all of it where
// nothing is held any more.
func (b *booking) returnsCapital() error {
	cash, ok := b.value()
	if !ok {
		return refuse(b.Transaction, ErrTerms, "amount", "", "give the cash received", "the amount is unknown")
	}
	var sides [2][]*side
	for _, s := range b.affected() {
		for on := range s.sides {
			if len(s.sides[on].lots) > 0 {
				sides[on] = append(sides[on], &s.sides[on])
			}
		}
	}
	on := long
	if len(sides[long]) == 0 {
		on = short
	}
	if len(sides[on]) == 0 {
		b.dispose(Lot{Account: b.Account, Symbol: b.Symbol, Currency: b.Currency, Opened: b.Date, Booking: b.index, expensed: b.expensed}, cash, true)
		return nil
	}
	for _, sd := range sides[on] {
		for i := range sd.lots {
			if sd.lots[i].Currency != b.Currency {
				return refuse(b.Transaction, ErrMixedCurrency, "currency", string(b.Currency), "book it in "+string(sd.lots[i].Currency)+", the currency of the lots' cost",
					"the lot of %s cost %s", sd.lots[i].Opened, sd.lots[i].Currency)
			}
		}
	}
	lowerCost(b, sides[on], cash)
	return nil
}

// lowerCost takes cash out of the cost of lots, each its share by quantity, and notes
// for each what was taken and what it brought.
func lowerCost(b *booking, sides []*side, cash worth) {
	whole := money.Zero
	for _, sd := range sides {
		whole = whole.Add(sd.quantity())
	}
	sum, given := money.Zero, worth{}
	for _, sd := range sides {
		for i := range sd.lots {
			l := &sd.lots[i]
			sum = sum.Add(l.Quantity)
			upTo := cash.part(sum, whole)
			own := upTo.less(given)
			given = upTo
			taken := own.gross
			if l.Quantity.Sign() > 0 {
				taken = money.Min(taken, money.Max(l.Cost(), money.Zero))
			}
			part := *l
			part.Quantity, part.Gross, part.Fees, part.Taxes = money.Zero, taken, money.Zero, money.Zero
			l.Gross = l.Gross.Sub(taken)
			b.dispose(part, own, true)
		}
	}
}
