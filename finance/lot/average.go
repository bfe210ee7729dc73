package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// average gives the lots a sale may take their common cost per unit: those of the
// shelf, or with AVERAGEALL those of all accounts. Lots keep their dates, and together
// their exact total.
func (b *booking) average(s *shelf, on sideOf, fit []int, spec *ledger.LotSpec) error {
	if !s.method.everyones && spec == nil && s.sides[on].averaged {
		return nil
	}
	var pool []*Lot
	if s.method.everyones {
		for _, sh := range b.book(s.symbol).shelves {
			if sh == nil {
				continue
			}
			for i := range sh.sides[on].lots {
				if l := &sh.sides[on].lots[i]; spec == nil || fits(l, spec) {
					pool = append(pool, l)
				}
			}
		}
	} else {
		for _, i := range fit {
			pool = append(pool, &s.sides[on].lots[i])
		}
	}
	for _, l := range pool[1:] {
		if l.Currency != pool[0].Currency {
			return refuse(b.Transaction, ErrMixedCurrency, "symbol", b.Symbol, "name the currency of the lots in lot_spec, or use a method that does not average",
				"open lots cost %s and %s", pool[0].Currency, l.Currency)
		}
	}
	level(pool)
	s.sides[on].averaged = spec == nil
	return nil
}

// level spreads the total cost of lots over them by quantity. Cumulated shares are
// rounded, so that the lots sum to the same totals as before.
func level(pool []*Lot) {
	var total worth
	quantity := money.Zero
	for _, l := range pool {
		quantity = quantity.Add(l.Quantity)
		total.gross, total.fees, total.taxes = total.gross.Add(l.Gross), total.fees.Add(l.Fees), total.taxes.Add(l.Taxes)
	}
	sum, given := money.Zero, worth{}
	for _, l := range pool {
		sum = sum.Add(l.Quantity)
		upTo := total.part(sum, quantity)
		own := upTo.less(given)
		l.Gross, l.Fees, l.Taxes = own.gross, own.fees, own.taxes
		given = upTo
	}
}
