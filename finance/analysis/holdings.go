package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// costs is what has been realised and received of one symbol so far, in the base
// currency; the empty symbol stands for cash.
type costs struct {
	realised      money.Decimal
	realisedKnown bool
	why           string
	income        money.Decimal
	last          date.Date // last disposal
}

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

// inNode reports whether a symbol in an account belongs to the node.
func (r *runner) inNode(account, symbol string) bool {
	return (len(r.Node.Accounts) == 0 || slices.Contains(r.Node.Accounts, account)) &&
		(len(r.Node.Symbols) == 0 || slices.Contains(r.Node.Symbols, symbol))
}

// gatherCosts adds up disposals and income by symbol.
func (r *runner) gatherCosts() {
	r.costs = map[string]*costs{}
	of := func(symbol string) *costs {
		c := r.costs[symbol]
		if c == nil {
			c = &costs{realisedKnown: true, last: date.None}
			r.costs[symbol] = c
		}
		return c
	}
	for i := range r.Book.Disposals {
		d := &r.Book.Disposals[i]
		if !r.inNode(d.Account, d.Symbol) {
			continue
		}
		c := of(d.Symbol)
		c.last = d.Closed
		gain, ok, why := r.realisedGain(d)
		if !ok {
			c.realisedKnown, c.why = false, why
			continue
		}
		c.realised = c.realised.Add(gain)
	}
	for i := range r.Book.Transactions {
		t := &r.Book.Transactions[i]
		switch t.Type {
		case ledger.Dividend, ledger.Coupon, ledger.Interest:
		case ledger.InterestCharge:
		default:
			continue
		}
		if !r.inNode(t.Account, t.Symbol) {
			continue
		}
		gross := t.Amount.OrZero().Add(t.Fees.OrZero()).Add(t.Taxes.OrZero())
		if t.Type == ledger.InterestCharge {
			gross = t.Amount.OrZero().Neg()
		}
		if w := r.valuer.Booked(i, gross, t.Currency); w.Known {
			c := of(t.Symbol)
			c.income = c.income.Add(w.Amount)
		}
	}
}

// realisedGain is a disposal's gain in the base currency: proceeds at the rate of the
// sale less cost at the rate of the purchase.
func (r *runner) realisedGain(d *lot.Disposal) (gain money.Decimal, ok bool, why string) {
	if !d.Priced {
		return money.Zero, false, "a booking states no value"
	}
	if d.Rolled {
		return money.Zero, true, ""
	}
	proceeds := d.Proceeds.Gross
	if r.Book.Policy.CostsInBasis() {
		proceeds = d.Proceeds.Net()
	}
	in := r.valuer.Booked(d.Transaction, proceeds, d.PaidIn)
	out := r.lotCost(&d.Lot)
	switch {
	case !in.Known:
		return money.Zero, false, in.Reason
	case !out.Known:
		return money.Zero, false, out.Reason
	}
	return in.Amount.Sub(out.Amount), true, ""
}

// lotCost is a lot's cost in the base currency at the rate of its opening booking.
func (r *runner) lotCost(l *lot.Lot) portfolio.Worth {
	cost := l.Cost()
	if l.Currency == r.Book.Base || cost.IsZero() {
		return portfolio.Worth{Amount: cost, Known: true}
	}
	return r.valuer.Booked(l.Booking, cost, l.Currency)
}

// holdings lists what the node holds on the as-of day.
func (r *runner) holdings() {
	lots := r.openLots()
	held := map[string]*Holding{}
	var order []string
	for _, x := range r.Book.Holdings(r.Node, r.AsOf) {
		h := held[x.Symbol]
		if h == nil {
			h = &Holding{Symbol: x.Symbol, Instrument: r.Book.Instrument(x.Symbol)}
			held[x.Symbol] = h
			order = append(order, x.Symbol)
		}
		h.Quantity = h.Quantity.Add(x.Quantity)
		h.Accounts = append(h.Accounts, AccountQuantity{x.Account, x.Quantity})
	}
	for _, symbol := range order {
		h := held[symbol]
		r.price(h)
		r.day(h)
		r.fillLots(h, lots[symbol])
		if c := r.costs[symbol]; c != nil {
			h.Income = r.money(c.income, "income")
			if c.realisedKnown {
				h.Realised = r.money(c.realised, "realised")
			} else {
				h.Realised = Unknown(r.unit(), r.AsOf, "realised", c.why)
			}
		} else {
			h.Income, h.Realised = r.money(money.Zero, "income"), r.money(money.Zero, "realised")
		}
		r.out.Holdings = append(r.out.Holdings, *h)
	}
	r.weigh()
	r.sortHoldings()
	r.closed(held)
}

// openLots are the lots of the node, by symbol.
func (r *runner) openLots() map[string][]lot.Lot {
	out := map[string][]lot.Lot{}
	if r.Book.Lots == nil {
		return out
	}
	for l := range r.Book.Lots.Lots() {
		if r.inNode(l.Account, l.Symbol) {
			out[l.Symbol] = append(out[l.Symbol], *l)
		}
	}
	return out
}

// price values a holding and says how good its price is.
func (r *runner) price(h *Holding) {
	h.Group = groupOf(h.Instrument, h.Quantity)
	w := r.valuer.Holding(h.Symbol, h.Quantity, r.AsOf)
	h.Price, h.PriceDate, h.Rate = w.Price, w.Priced, w.Rate
	if !w.Known {
		h.Value = Unknown(r.unit(), r.AsOf, "holding_value", w.Reason)
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

// day measures what the last session did to a holding: the change of its value less
// what was traded that day, and the price's own total return.
func (r *runner) day(h *Holding) {
	on := r.out.ValuedOn
	h.DayChange = Unknown(r.unit(), on, "day_change", "no price of the day before")
	h.DayReturn = Unknown(Fraction, on, "price_return", "no price of the day before")
	h.Spark = r.spark(h.Symbol)
	s := r.Panel.Prices(h.Symbol)
	i := s.Index(on)
	if i < 1 || h.Instrument.Class == instrument.Private {
		return
	}
	if s.Dates[i] != on {
		h.DayChange, h.DayReturn = r.money(money.Zero, "day_change"), Measure(0, Fraction, on, "price_return")
		h.DayChange = h.DayChange.With(Stale, "no price on "+on.String())
		h.DayReturn = h.DayReturn.With(Stale, "no price on "+on.String())
		return
	}
	before := s.Dates[i-1]
	node := portfolio.Node{Accounts: r.Node.Accounts, Symbols: []string{h.Symbol}}
	v := portfolio.NewView(r.Book, r.Panel, market.Union(before-1, on, []date.Date{before, on}, r.bookedDays(before, on)))
	t := v.Timeline(node)
	n := len(t.Days) - 1
	change := t.Value[n] - t.Value[0]
	for k := 1; k <= n; k++ {
		change += t.Outflow[k] - t.Inflow[k]
	}
	h.DayChange = r.measured(change, "day_change")
	h.DayChange.AsOf = on
	if s.Values[i-1] > 0 {
		ret := s.Values[i]/s.Values[i-1]*r.Panel.Actions(h.Symbol).SplitFactor(before, on) - 1
		h.DayReturn = Measure(ret, Fraction, on, "price_return")
	}
}

// bookedDays are the days with bookings within (from, to].
func (r *runner) bookedDays(from, to date.Date) []date.Date {
	var out []date.Date
	txs := r.Book.Transactions
	i, _ := slices.BinarySearchFunc(txs, from+1, func(t ledger.Transaction, d date.Date) int { return int(t.Date) - int(d) })
	for ; i < len(txs) && txs[i].Date <= to; i++ {
		if n := len(out); n == 0 || out[n-1] != txs[i].Date {
			out = append(out, txs[i].Date)
		}
	}
	return out
}

// spark is the last thirty closes in today's pieces.
func (r *runner) spark(symbol string) []float64 {
	s := r.Panel.Prices(symbol)
	i := s.Index(r.AsOf)
	if i < 1 {
		return nil
	}
	from := max(0, i-29)
	out := slices.Clone(s.Values[from : i+1])
	if a := r.Panel.Actions(symbol); a != nil {
		for k := range out {
			out[k] /= a.SplitFactor(s.Dates[from+k], r.AsOf)
		}
	}
	return out
}

// fillLots lists a holding's lots and adds up its cost and unrealised gain.
func (r *runner) fillLots(h *Holding, lots []lot.Lot) {
	cost, known, why := money.Zero, true, ""
	units, unitCost, currency := money.Zero, money.Zero, money.Currency("")
	oneCurrency := true
	for i := range lots {
		l := &lots[i]
		w := r.lotCost(l)
		row := Lot{Account: l.Account, Opened: l.Opened, Quantity: l.Quantity, UnitCost: l.UnitCost().DivRound(h.Instrument.ContractSize(), 8), Currency: l.Currency,
			LongTerm: int(r.AsOf-l.Opened) > 365, Label: l.Label}
		row.Cost = Unknown(r.unit(), r.AsOf, "cost", w.Reason)
		row.Value, row.Gain, row.GainReturn = Unknown(r.unit(), r.AsOf, "holding_value", h.Value.Reasons...), Unknown(r.unit(), r.AsOf, "unrealised", h.Value.Reasons...), Unknown(Fraction, r.AsOf, "unrealised_return", h.Value.Reasons...)
		if w.Known {
			cost = cost.Add(w.Amount)
			row.Cost = r.money(w.Amount, "cost")
		} else {
			known, why = false, w.Reason
		}
		if h.Value.Known() {
			v := r.valuer.Holding(h.Symbol, l.Quantity, r.AsOf)
			row.Value = r.money(v.Amount, "holding_value")
			if w.Known {
				row.Gain = r.money(v.Amount.Sub(w.Amount), "unrealised")
				row.GainReturn = r.ratio(v.Amount.Sub(w.Amount), w.Amount.Abs(), "unrealised_return")
			}
		}
		h.Lots = append(h.Lots, row)
		if currency == "" {
			currency = l.Currency
		}
		oneCurrency = oneCurrency && currency == l.Currency
		units, unitCost = units.Add(l.Quantity), unitCost.Add(l.Cost())
	}
	slices.SortStableFunc(h.Lots, func(a, b Lot) int { return int(a.Opened) - int(b.Opened) })
	if oneCurrency && !units.IsZero() {
		h.UnitCost = money.Some(unitCost.DivRound(units, 12).DivRound(h.Instrument.ContractSize(), 8))
	}
	h.Unrealised, h.UnrealisedReturn = Unknown(r.unit(), r.AsOf, "unrealised", h.Value.Reasons...), Unknown(Fraction, r.AsOf, "unrealised_return", h.Value.Reasons...)
	if !known {
		h.Cost = Unknown(r.unit(), r.AsOf, "cost", why)
		return
	}
	h.Cost = r.money(cost, "cost")
	if h.Value.Known() {
		w := r.valuer.Holding(h.Symbol, h.Quantity, r.AsOf)
		h.Unrealised = r.money(w.Amount.Sub(cost), "unrealised").With(h.Value.Status, h.Value.Reasons...).From("Value", w.Amount.Round(2).String()).From("Cost", cost.Round(2).String())
		h.UnrealisedReturn = r.ratio(w.Amount.Sub(cost), cost.Abs(), "unrealised_return")
	}
}

// ratio divides exact amounts into a measured fraction.
func (r *runner) ratio(a, b money.Decimal, method string) Figure {
	if b.IsZero() {
		return Unknown(Fraction, r.AsOf, method, "divided by a cost of zero")
	}
	return Measure(a.Float64()/b.Float64(), Fraction, r.AsOf, method)
}

// weigh gives each holding its weight in the total value.
func (r *runner) weigh() {
	total := 0.0
	for _, h := range r.out.Holdings {
		if h.Value.Known() {
			total += h.Value.Float64()
		}
	}
	for _, b := range r.Book.Balances(r.Node, r.AsOf) {
		if w := r.valuer.Cash(b.Cash.Amount, b.Cash.Currency, r.AsOf); w.Known {
			total += w.Amount.Float64()
		}
	}
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		switch {
		case !h.Value.Known():
			h.Weight = Unknown(Fraction, r.AsOf, "weight", h.Value.Reasons...)
		case total <= 0:
			h.Weight = Unknown(Fraction, r.AsOf, "weight", "the total value is not positive")
		default:
			h.Weight = Measure(h.Value.Float64()/total, Fraction, r.AsOf, "weight")
		}
	}
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
func (r *runner) closed(held map[string]*Holding) {
	for _, symbol := range r.nodeSymbols() {
		c := r.costs[symbol]
		if c == nil || held[symbol] != nil || c.last.IsNone() && c.income.IsZero() {
			continue
		}
		row := ClosedRow{Symbol: symbol, Name: r.Book.Instrument(symbol).Name, Income: r.money(c.income, "income"), Last: c.last}
		if c.realisedKnown {
			row.Realised = r.money(c.realised, "realised")
		} else {
			row.Realised = Unknown(r.unit(), r.AsOf, "realised", c.why)
		}
		r.out.Closed = append(r.out.Closed, row)
	}
}

// cash lists the balances.
func (r *runner) cash() {
	total := 0.0
	for _, h := range r.out.Holdings {
		if h.Value.Known() {
			total += h.Value.Float64()
		}
	}
	for _, b := range r.Book.Balances(r.Node, r.AsOf) {
		row := CashBalance{Account: b.Account, Currency: b.Cash.Currency, Amount: b.Cash.Amount}
		w := r.valuer.Cash(b.Cash.Amount, b.Cash.Currency, r.AsOf)
		if w.Known {
			row.worth = w.Amount
			row.Value = r.money(w.Amount, "cash")
			if w.Rate.Known {
				row.Value = row.Value.From("Exchange rate", w.Rate.Decimal.Round(8).String()+" ("+w.Path+", "+w.RateDate.String()+")")
			}
			total += w.Amount.Float64()
		} else {
			row.Value = Unknown(r.unit(), r.AsOf, "cash", w.Reason)
		}
		r.out.Cash = append(r.out.Cash, row)
	}
	for i := range r.out.Cash {
		c := &r.out.Cash[i]
		if !c.Value.Known() || total <= 0 {
			c.Weight = Unknown(Fraction, r.AsOf, "weight", "the total value is not positive or not known")
			continue
		}
		c.Weight = Measure(c.Value.Float64()/total, Fraction, r.AsOf, "weight")
	}
}
