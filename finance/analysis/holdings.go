package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// groupOf puts an instrument on its side of the book.
func groupOf(i instrument.Instrument, quantity money.Decimal) Group {
	switch {
	case i.Class == instrument.Option:
		return Options
	case i.Class == instrument.Private:
		return Private
	case quantity.Sign() < 0:
		return Short
	}
	return Long
}

// holdings lists what the node holds on the as-of day.
func (r *runner) holdings() {
	lots := r.openLots()
	held := map[string]int{}
	for _, x := range r.Book.Holdings(r.Node, r.AsOf) {
		i, ok := held[x.Symbol]
		if !ok {
			i = len(r.out.Holdings)
			held[x.Symbol] = i
			known := r.Book.Instrument(x.Symbol)
			known.Composition = nil // long, and shown by look-through
			r.out.Holdings = append(r.out.Holdings, Holding{Symbol: x.Symbol, Instrument: known})
		}
		h := &r.out.Holdings[i]
		h.Quantity = h.Quantity.Add(x.Quantity)
		h.Accounts = append(h.Accounts, AccountQuantity{x.Account, x.Quantity})
	}
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		r.price(h)
		r.day(h)
		r.doubtDay(h)
		r.fillLots(h, lots[h.Symbol])
		if c := r.costs[h.Symbol]; c != nil {
			h.Income = r.received(c)
			if c.realisedKnown {
				h.Realised = r.money(c.realised, "realised")
			} else {
				h.Realised = Unknown(r.unit(), r.AsOf, "realised", c.why)
			}
		} else {
			h.Income, h.Realised = r.money(money.Zero, "income"), r.money(money.Zero, "realised")
		}
	}
	r.closed(held)
	r.sortHoldings()
}

// price values a holding and says how good its price is.
func (r *runner) price(h *Holding) {
	h.Group = groupOf(h.Instrument, h.Quantity)
	w := r.valuer.Holding(h.Symbol, h.Quantity, r.AsOf)
	h.Price, h.PriceDate, h.Rate = w.Price, w.Priced, w.Rate
	mark := r.marks[h.Symbol]
	h.doubts = r.doubtsOf(h.Symbol, r.AsOf)
	if !w.Known {
		if mark != nil && mark.why != "" {
			w.Reason = mark.why
		}
		h.Value = Unknown(r.unit(), r.AsOf, "holding_value", append([]string{w.Reason}, h.doubts...)...)
		return
	}
	h.worth = w.Amount
	h.Value = r.money(w.Amount, "holding_value").From("Quantity", h.Quantity.String()).From("Price", w.Price.Decimal.String()+" "+string(h.Instrument.Currency))
	if size := h.Instrument.ContractSize(); !size.Equal(money.One) {
		h.Value = h.Value.From("Contract size", size.String())
	}
	if w.Rate.Known {
		h.Value = h.Value.From("Exchange rate", w.Rate.Decimal.Round(8).String()+" ("+w.Path+", "+w.RateDate.String()+")")
	}
	h.Value = h.Value.From("Price of", w.Priced.String())
	if mark != nil {
		h.Value = h.Value.With(Estimated, mark.said)
		h.Value.Inputs = append(h.Value.Inputs, mark.given...)
	}
	h.Value = doubted(h.Value, h.doubts...)
	h.PriceAge = r.sessions(h.Symbol, w.Priced, r.AsOf)
	switch {
	case h.Instrument.Class == instrument.Private:
		h.Value = h.Value.With(Estimated, "valued by statement of "+w.Priced.String())
	case h.PriceAge > staleAfter:
		h.Value = h.Value.With(Stale, "last price of "+w.Priced.String())
	}
}

// staleAfter is how many sessions a price may lag before it counts as stale: the last
// session's close may not have come in yet.
const staleAfter = 1

// sessions counts the trading days of a symbol's exchange in (from, to].
func (r *runner) sessions(symbol string, from, to date.Date) int {
	if r.Sessions != nil {
		return r.Sessions(symbol, from, to)
	}
	n := 0
	for d := from + 1; d <= to; d++ {
		if !d.IsWeekend() {
			n++
		}
	}
	return n
}

// ratio divides exact amounts into a measured fraction.
func (r *runner) ratio(a, b money.Decimal, method string) Figure {
	if b.IsZero() {
		return Unknown(Fraction, r.AsOf, method, "divided by a cost of zero")
	}
	return Measure(a.Float64()/b.Float64(), Fraction, r.AsOf, method)
}

var groupOrder = map[Group]int{Long: 0, Short: 1, Options: 2, Private: 3}

// sortHoldings orders by group, then by size, the unknown last.
func (r *runner) sortHoldings() {
	size := func(h *Holding) float64 {
		if !h.Value.Known() {
			return -1
		}
		return math.Abs(h.Value.Float64())
	}
	slices.SortStableFunc(r.out.Holdings, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(groupOrder[a.Group], groupOrder[b.Group]), cmp.Compare(size(&b), size(&a)), cmp.Compare(a.Symbol, b.Symbol))
	})
}

// closed lists the symbols that were held once.
func (r *runner) closed(held map[string]int) {
	for _, symbol := range r.nodeSymbols() {
		c := r.costs[symbol]
		if _, ok := held[symbol]; c == nil || ok || c.last.IsNone() && c.income.IsZero() && c.incomeWhy == "" {
			continue
		}
		row := ClosedRow{Symbol: symbol, Name: r.Book.Instrument(symbol).Name, Income: r.received(c), Last: c.last}
		if c.realisedKnown {
			row.Realised = r.money(c.realised, "realised")
		} else {
			row.Realised = Unknown(r.unit(), r.AsOf, "realised", c.why)
		}
		r.out.Closed = append(r.out.Closed, row)
	}
}
