package analysis

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
)

// openLots are the lots of the node by symbol, the oldest first.
func (r *runner) openLots() map[string][]*lot.Lot {
	if r.Book.Lots == nil {
		return nil
	}
	out := map[string][]*lot.Lot{}
	for l := range r.Book.Lots.Lots() {
		if r.inNode(l.Account, l.Symbol) {
			out[l.Symbol] = append(out[l.Symbol], l)
		}
	}
	accounts := make(map[string]int, len(r.Book.Accounts))
	for i, a := range r.Book.Accounts {
		accounts[a] = i
	}
	for _, lots := range out {
		slices.SortStableFunc(lots, func(a, b *lot.Lot) int {
			return cmp.Or(cmp.Compare(a.Opened, b.Opened), cmp.Compare(accounts[a.Account], accounts[b.Account]))
		})
	}
	return out
}

// totals adds up what a holding's lots cost.
type totals struct {
	cost, today money.Decimal // at booked rates, and at today's
	why         string        // the cost is unknown
	todayKnown  bool
	units       money.Decimal
	unitCost    money.Decimal
	mixed       bool
}

// fillLots lists a holding's lots and adds up its cost and unrealised gain.
func (r *runner) fillLots(h *Holding, lots []*lot.Lot) {
	sum := totals{todayKnown: true}
	major, _ := h.Instrument.Currency.Major()
	unvalued := Unknown(r.unit(), r.AsOf, "holding_value", h.Value.Reasons...)
	ungained := Unknown(r.unit(), r.AsOf, "unrealised", h.Value.Reasons...)
	unreturned := Unknown(Fraction, r.AsOf, "unrealised_return", h.Value.Reasons...)
	size := h.Instrument.ContractSize()
	h.Lots = make([]Lot, len(lots))
	for i, l := range lots {
		row := &h.Lots[i]
		*row = Lot{Account: l.Account, Opened: l.Opened, Quantity: l.Quantity, UnitCost: unitCost(l.Cost(), l.Quantity, size), Currency: l.Currency,
			LongTerm: int(r.AsOf-l.Opened) > 365, Label: l.Label, Value: unvalued, Gain: ungained, GainReturn: unreturned}
		cost, why := r.lotCost(l)
		if why != "" {
			sum.why = why
			row.Cost = Unknown(r.unit(), r.AsOf, "cost", why)
		} else {
			row.Cost = r.money(cost, "cost")
			sum.cost = sum.cost.Add(cost)
			today, ok := r.costToday(l, cost, major)
			sum.today, sum.todayKnown = sum.today.Add(today), sum.todayKnown && ok
		}
		if h.Value.Known() {
			value := r.shareOf(h, l.Quantity)
			row.Value = doubted(r.money(value, "holding_value"), h.doubts...)
			if why == "" {
				gain := value.Sub(cost)
				row.Gain = doubted(r.money(gain, "unrealised"), h.doubts...)
				row.GainReturn = doubted(r.ratio(gain, cost.Abs(), "unrealised_return"), h.doubts...)
			}
		}
		sum.mixed = sum.mixed || l.Currency != lots[0].Currency
		sum.units, sum.unitCost = sum.units.Add(l.Quantity), sum.unitCost.Add(l.Cost())
	}
	if len(lots) > 0 && !sum.mixed && !sum.units.IsZero() {
		h.UnitCost = money.Some(unitCost(sum.unitCost, sum.units, size))
	}
	h.Unrealised, h.UnrealisedReturn = ungained, unreturned
	h.CurrencyEffect = Unknown(r.unit(), r.AsOf, "currency_effect", h.Value.Reasons...)
	r.fillCost(h, &sum)
}

// unitCost is what one unit of the quoted price cost.
func unitCost(cost, quantity, size money.Decimal) money.Decimal {
	if whole := quantity.Mul(size); !whole.IsZero() {
		return cost.DivRound(whole, 8)
	}
	return money.Zero
}

// shareOf is the part of a holding's value that belongs to a quantity of it.
func (r *runner) shareOf(h *Holding, quantity money.Decimal) money.Decimal {
	if h.Quantity.IsZero() {
		return r.valuer.Holding(h.Symbol, quantity, r.AsOf).Amount
	}
	return h.worth.MulDiv(quantity, h.Quantity, money.Places)
}

// fillCost fills what a holding cost and gained.
func (r *runner) fillCost(h *Holding, sum *totals) {
	if r.Book.Lots == nil {
		sum.why = "lots are not kept"
	}
	if sum.why != "" {
		h.Cost = Unknown(r.unit(), r.AsOf, "cost", sum.why)
		h.Unrealised, h.UnrealisedReturn = Unknown(r.unit(), r.AsOf, "unrealised", sum.why), Unknown(Fraction, r.AsOf, "unrealised_return", sum.why)
		h.CurrencyEffect = Unknown(r.unit(), r.AsOf, "currency_effect", sum.why)
		return
	}
	h.Cost = r.money(sum.cost, "cost")
	if !h.Value.Known() {
		return
	}
	gain := h.worth.Sub(sum.cost)
	h.Unrealised = r.money(gain, "unrealised").With(h.Value.Status, h.Value.Reasons...).From("Value", h.worth.Fixed(2)).From("Cost", sum.cost.Fixed(2))
	h.UnrealisedReturn = doubted(r.ratio(gain, sum.cost.Abs(), "unrealised_return"), h.doubts...)
	if !sum.todayKnown {
		h.CurrencyEffect = Unknown(r.unit(), r.AsOf, "currency_effect", "an exchange rate of a purchase is not known")
		return
	}
	h.CurrencyEffect = r.money(sum.today.Sub(sum.cost), "currency_effect").From("Cost at today's rate", sum.today.Fixed(2)).From("Cost", sum.cost.Fixed(2))
}
