package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// splits multiplies quantities by the ratio; costs stay. A split of something not held
// does nothing.
func (b *booking) splits() error {
	if b.Ratio == nil {
		return refuse(b.Transaction, ErrTerms, "ratio", "", `give the ratio new:old, such as "2:1"`, "no ratio")
	}
	shelves := b.affected()
	resized := make([][2][]money.Decimal, len(shelves))
	for i, s := range shelves {
		for on := range s.sides {
			var err error
			if resized[i][on], err = b.resize(s.sides[on].lots, *b.Ratio); err != nil {
				return err
			}
		}
	}
	for i, s := range shelves {
		s.dust = spread(s.dust, s, *b.Ratio)
		for on := range s.sides {
			for j, q := range resized[i][on] {
				s.sides[on].lots[j].Quantity = q
			}
		}
	}
	return nil
}

// resize returns the quantities of lots times ratio. Cumulated quantities are rounded,
// so that together they are the rounded total.
func (b *booking) resize(lots []Lot, ratio ledger.Ratio) ([]money.Decimal, error) {
	out := make([]money.Decimal, len(lots))
	sum, given := money.Zero, money.Zero
	for i := range lots {
		sum = sum.Add(lots[i].Quantity)
		upTo := ratio.Apply(sum)
		out[i], given = upTo.Sub(given), upTo
		if out[i].IsZero() || out[i].CheckBounds() != nil {
			return nil, refuse(b.Transaction, ErrTerms, "ratio", ratio.String(), "check the ratio new:old", "the lot of %s would be %s pieces", lots[i].Opened, out[i])
		}
	}
	return out, nil
}

// spread is the dust of a shelf after its quantities were multiplied by ratio.
func spread(dust money.Decimal, s *shelf, ratio ledger.Ratio) money.Decimal {
	if !dust.IsZero() {
		dust = ratio.Apply(dust).Add(money.New(1, money.Places))
	}
	for on := range s.sides {
		total := s.sides[on].quantity()
		if !ratio.Apply(total).Mul(ratio.Old).Equal(total.Mul(ratio.New)) {
			dust = dust.Add(money.New(1, money.Places))
		}
	}
	return dust
}
