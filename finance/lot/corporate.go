package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// rewrites books what a company does to its own shares.
func (b *booking) rewrites() error {
	switch b.Type {
	case ledger.Split:
		return b.splits()
	case ledger.SpinOff:
		return b.spinsOff()
	}
	return b.merges()
}

// affected are the shelves of the booking's symbol: the account's own, or all of them
// where it names no account. Empty shelves are left out.
func (b *booking) affected() []*shelf {
	b.book(b.Symbol).settlePools()
	var out []*shelf
	for _, s := range b.book(b.Symbol).shelves {
		if s != nil && (b.Account == "" || s.account == b.Account) && len(s.sides[long].lots)+len(s.sides[short].lots) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// exchange is the ratio at which the booking gives to_symbol: as stated, or what was
// received for what is held.
func (b *booking) exchange(shelves []*shelf) (ledger.Ratio, error) {
	if b.ToSymbol == "" || b.ToSymbol == b.Symbol {
		return ledger.Ratio{}, refuse(b.Transaction, ErrTerms, "to_symbol", b.ToSymbol, "name the symbol that is received", "what is received is not named")
	}
	if len(shelves) == 0 {
		return ledger.Ratio{}, noMatch(b.Transaction, &shelf{account: b.Account}, money.Zero)
	}
	if b.Ratio != nil {
		return *b.Ratio, nil
	}
	held := money.Zero
	for _, s := range shelves {
		held = held.Add(s.sides[long].quantity()).Add(s.sides[short].quantity())
	}
	if !b.Quantity.Known || b.Quantity.Decimal.Sign() <= 0 || held.IsZero() {
		return ledger.Ratio{}, refuse(b.Transaction, ErrTerms, "ratio", "", "give ratio as new:old, or the quantity received", "it is not said how many pieces are received")
	}
	return ledger.Ratio{New: b.Quantity.Decimal, Old: held.Abs()}, nil
}

// spinsOff gives every lot a companion in to_symbol with the same dates and cost_fraction
// of its cost.
func (b *booking) spinsOff() error {
	shelves := b.affected()
	ratio, err := b.exchange(shelves)
	if err != nil {
		return err
	}
	f := b.CostFraction
	if !f.Known || f.Decimal.Sign() < 0 || money.One.Less(f.Decimal) {
		return refuse(b.Transaction, ErrTerms, "cost_fraction", optional(f), "give the part of the cost that moves to the new symbol, between 0 and 1 (the company publishes it)", "the division of the cost is unknown")
	}
	return b.reissue(shelves, ratio, func(l *Lot) Lot {
		moved := *l
		moved.Gross, moved.Fees, moved.Taxes = share(l.Gross, f.Decimal, money.One), share(l.Fees, f.Decimal, money.One), share(l.Taxes, f.Decimal, money.One)
		l.Gross, l.Fees, l.Taxes = l.Gross.Sub(moved.Gross), l.Fees.Sub(moved.Fees), l.Taxes.Sub(moved.Taxes)
		b.lastID++
		moved.ID = b.lastID
		return moved
	})
}

// merges turns every lot into one of to_symbol, with its cost and dates. Without
// to_symbol the shares are gone for the amount.
func (b *booking) merges() error {
	shelves := b.affected()
	if b.ToSymbol == "" {
		return b.boughtOut(shelves)
	}
	ratio, err := b.exchange(shelves)
	if err != nil {
		return err
	}
	err = b.reissue(shelves, ratio, func(l *Lot) Lot {
		moved := *l
		l.Gross, l.Fees, l.Taxes = money.Zero, money.Zero, money.Zero
		return moved
	})
	if err != nil {
		return err
	}
	for _, s := range shelves {
		s.sides = [2]side{}
	}
	return nil
}

// boughtOut closes everything for cash.
func (b *booking) boughtOut(shelves []*shelf) error {
	if len(shelves) == 0 {
		return noMatch(b.Transaction, &shelf{account: b.Account}, money.Zero)
	}
	if len(shelves) > 1 || len(shelves[0].sides[long].lots) > 0 && len(shelves[0].sides[short].lots) > 0 {
		return b.oneAccount()
	}
	s, on := shelves[0], long
	if len(s.sides[long].lots) == 0 {
		on = short
	}
	v, priced := b.value()
	b.settle(choice{shelf: s, on: on, picks: everything(&s.sides[on])}, money.Zero, v, priced, ledger.Refuse)
	return nil
}

func (b *booking) oneAccount() error {
	return refuse(b.Transaction, ErrTerms, "account", b.Account, "book it once for each account, with the cash that this account received", "cash cannot be divided among several positions")
}

func everything(sd *side) []pick {
	picks := make([]pick, len(sd.lots))
	for i := range sd.lots {
		picks[i] = pick{i, sd.lots[i].Quantity, true}
	}
	return picks
}

// reissue makes lots of to_symbol at the ratio; carry says what of a lot goes along.
// Cash that came with them pays for the fraction that was not delivered, or lowers the
// cost where there is none.
func (b *booking) reissue(shelves []*shelf, ratio ledger.Ratio, carry func(*Lot) Lot) error {
	cash, paid := b.value()
	paid = paid && !cash.gross.IsZero()
	if paid && len(shelves) > 1 {
		return b.oneAccount()
	}
	resized := make([][2][]money.Decimal, len(shelves))
	for i, s := range shelves {
		for on := range s.sides {
			var err error
			if resized[i][on], err = b.resize(s.sides[on].lots, ratio); err != nil {
				return err
			}
		}
	}
	var fraction money.Decimal
	if paid {
		var err error
		if fraction, err = b.fraction(shelves[0], resized[0]); err != nil {
			return err
		}
	}
	for i, s := range shelves {
		to := b.shelf(s.account, b.ToSymbol)
		to.of.settlePools()
		to.dust = spread(money.Max(to.dust, s.dust), s, ratio)
		for on := range s.sides {
			for j := range s.sides[on].lots {
				l := carry(&s.sides[on].lots[j])
				l.Symbol, l.Quantity = b.ToSymbol, resized[i][on][j]
				to.insert(sideOf(on), l)
			}
		}
		if paid {
			b.inLieu(to, fraction, cash)
		}
	}
	return nil
}

// fraction is the part of what a shelf is entitled to that was paid in cash: what is
// beyond the quantity received, or beyond whole pieces.
func (b *booking) fraction(s *shelf, resized [2][]money.Decimal) (money.Decimal, error) {
	if len(resized[long]) == 0 || len(resized[short]) > 0 {
		return money.Zero, b.oneAccount()
	}
	entitled := money.Zero
	for _, q := range resized[long] {
		entitled = entitled.Add(q)
	}
	received := entitled.Floor()
	if b.Ratio != nil && b.Quantity.Known {
		received = b.Quantity.Decimal
	}
	if entitled.Less(received) {
		return money.Zero, refuse(b.Transaction, ErrTerms, "quantity", received.String(), "check ratio and quantity",
			"%s held in %s give %s pieces at %s, fewer than were received", s.sides[long].quantity(), place(s.account), entitled, b.Ratio)
	}
	return entitled.Sub(received), nil
}

// inLieu sells the oldest pieces of a fraction for cash; without a fraction the cash
// lowers the cost.
func (b *booking) inLieu(to *shelf, fraction money.Decimal, cash worth) {
	if fraction.IsZero() {
		lowerCost(b, []*side{&to.sides[long]}, cash)
		return
	}
	c := choice{shelf: to, on: long}
	c.picks, c.missing = b.inOrder(&to.sides[long], fraction, money.Zero)
	b.settle(c, fraction, cash, true, ledger.Refuse)
}

func optional(o money.Optional) string {
	if !o.Known {
		return ""
	}
	return o.Decimal.String()
}
