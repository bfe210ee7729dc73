package analysis

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// ClosedLot is a part of a lot that was closed, and what closing it brought. Both sides
// are in the base currency at the rates of their own days.
type ClosedLot struct {
	Account    string         `json:"account"`
	Symbol     string         `json:"symbol"`
	Opened     date.Date      `json:"opened,omitzero"` // left out where no lot stands behind it
	Closed     date.Date      `json:"closed"`
	Type       ledger.Type    `json:"type"`     // of the closing booking
	Quantity   money.Decimal  `json:"quantity"` // negative of a short lot; 0 where only cost was paid back
	UnitCost   money.Decimal  `json:"unit_cost"`
	Currency   money.Currency `json:"currency"`            // of UnitCost
	UnitPrice  money.Optional `json:"unit_price,omitzero"` // what one brought, net of costs
	PaidIn     money.Currency `json:"paid_in,omitempty"`   // currency of UnitPrice
	Cost       Figure         `json:"cost"`                // costs included
	Proceeds   Figure         `json:"proceeds"`            // costs taken off
	Gain       Figure         `json:"gain"`                // Proceeds less Cost
	GainReturn Figure         `json:"gain_return"`         // Gain as a share of the cost
	LongTerm   bool           `json:"long_term"`           // held more than 365 days
	Note       string         `json:"note,omitempty"`      // what is unusual about it
}

// ClosedLots are the lots of the node that were closed until the as-of day, the last
// closed first. Their gains add up to what the holdings say was realised.
func (p *Prepared) ClosedLots() []ClosedLot {
	r := p.runner
	r.valuer = portfolio.NewValuer(r.Book, r.Panel) // the shared one remembers conversions
	out := []ClosedLot{}
	for i := range r.Book.Disposals {
		if d := &r.Book.Disposals[i]; r.inNode(d.Account, d.Symbol) {
			out = append(out, r.closedLot(d))
		}
	}
	slices.SortStableFunc(out, func(a, b ClosedLot) int {
		return cmp.Or(cmp.Compare(b.Closed, a.Closed), cmp.Compare(a.Opened, b.Opened))
	})
	return out
}

func (r *runner) closedLot(d *lot.Disposal) ClosedLot {
	size := r.Book.Instrument(d.Symbol).ContractSize()
	c := ClosedLot{Account: d.Account, Symbol: d.Symbol, Opened: d.Opened, Closed: d.Closed, Type: d.Type, Quantity: d.Quantity,
		UnitCost: unitCost(d.Cost(), d.Quantity, size), Currency: d.Currency, LongTerm: d.LongTerm(), PaidIn: d.PaidIn}
	switch {
	case d.Missing:
		c.Note, c.Opened = "nothing was held to sell: the cost counts as zero", 0
	case d.Rolled:
		c.Note = "the premium became part of what was exercised"
	case d.Quantity.IsZero():
		c.Note = "capital paid back beyond the cost"
	}
	cost, why := r.lotCost(&d.Lot)
	if why != "" {
		c.Cost = Unknown(r.unit(), r.AsOf, "cost", why)
	} else {
		c.Cost = r.money(cost, "cost")
	}
	if !d.Priced {
		const unpriced = "a booking states no value"
		c.Proceeds = Unknown(r.unit(), r.AsOf, "proceeds", unpriced)
	} else if proceeds, why := r.booked(d.Transaction, d.Value(), d.PaidIn); why != "" {
		c.Proceeds = Unknown(r.unit(), r.AsOf, "proceeds", why)
	} else {
		c.Proceeds = r.money(proceeds, "proceeds")
	}
	if whole := d.Quantity.Mul(size); d.Priced && !whole.IsZero() {
		c.UnitPrice = money.Some(d.Value().DivRound(whole, 8))
	}
	gain, why := r.realisedGain(d)
	if why != "" {
		c.Gain = Unknown(r.unit(), r.AsOf, "realised", why)
		c.GainReturn = Unknown(Fraction, r.AsOf, "realised_return", why)
		return c
	}
	c.Gain = r.money(gain, "realised")
	if c.GainReturn = r.ratio(gain, cost.Abs(), "realised_return"); d.Rolled {
		c.GainReturn = Unknown(Fraction, r.AsOf, "realised_return", c.Note)
	}
	return c
}
