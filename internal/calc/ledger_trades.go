package calc

import (
	"encoding/json"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
)

func init() { register("trades", tradesDoor) }

// tradesDoor answers the round trips of a ledger: what was bought and sold again, by
// FIFO and with costs, and what is still open at the last price.
func tradesDoor(raw json.RawMessage) (any, error) {
	doc, transactions, err := bookings(raw)
	if err != nil {
		return nil, err
	}
	if doc.BaseCurrency == "" {
		return nil, refuse("missing_field", "base_currency: give the currency that the trades are counted in")
	}
	panel, err := market.FromDocument(doc)
	if err != nil {
		return nil, refuse("bad_document", "%v", err)
	}
	k := lot.NewKeeper(ledger.Policy{OnOversold: doc.OnOversold}, doc.Instruments())
	k.IgnoreLotSpec = true
	j := journal{doc: doc, panel: panel, transactions: transactions}
	for i := range transactions {
		disposals, err := k.ApplyAt(i, &transactions[i])
		if err != nil {
			return nil, refusedBooking(err, nil)
		}
		j.close(disposals)
	}
	j.rest(k)
	var o object
	o.set("trades", orEmpty(j.trades))
	for key, reason := range j.fills {
		o.note(key, reason)
	}
	return &o, nil
}

// journal collects round trips.
type journal struct {
	doc          *ledger.Document
	panel        *market.Panel
	transactions []ledger.Transaction
	trades       []*object
	fills        map[string]string // series read before they begin
}

// trip is one round trip on its way: values are positive, in the base currency.
type trip struct {
	symbol, account string
	closed, short   bool
	quantity        money.Decimal
	entry, exit     money.Decimal
	start, end      date.Date          // None where not known
	flows           []performance.Flow // entries, negative
	entryWhy        string             // why the entry value is unknown
	exitWhy         string
}

// close makes a trip of each run of disposals of one symbol. Options that went into
// their underlying and cash that only lowered a cost are not round trips.
func (j *journal) close(disposals []lot.Disposal) {
	var t *trip
	for i := range disposals {
		d := &disposals[i]
		if d.Rolled || d.Quantity.IsZero() {
			continue
		}
		if t == nil || t.symbol != d.Symbol || t.short != d.Short() {
			j.add(t)
			t = &trip{symbol: d.Symbol, account: d.Account, closed: true, short: d.Short(), start: date.None, end: d.Closed}
		}
		if !d.Missing {
			j.enter(t, &d.Lot)
		} else {
			t.quantity = t.quantity.Add(d.Quantity.Abs())
		}
		j.leave(t, d)
	}
	j.add(t)
}

// enter adds what a lot cost, with its costs, at the rate of its booking.
func (j *journal) enter(t *trip, l *lot.Lot) {
	t.quantity = t.quantity.Add(l.Quantity.Abs())
	if t.start.IsNone() || l.Opened < t.start {
		t.start = l.Opened
	}
	value, why := j.booked(l.Cost(), l.Currency, l.Booking)
	if why != "" {
		t.entryWhy = why
		return
	}
	t.entry = t.entry.Add(value.Abs())
	t.flows = append(t.flows, performance.Flow{Date: l.Opened, Amount: -value.Abs().Float64()})
}

// leave adds what a disposal brought, net of its costs; for a short, what covering cost.
func (j *journal) leave(t *trip, d *lot.Disposal) {
	if !d.Priced {
		t.exitWhy = "no_price"
		return
	}
	net := d.Proceeds.Net()
	if d.Short() {
		net = net.Neg()
	}
	value, why := j.booked(net, d.PaidIn, d.Transaction)
	if why != "" {
		t.exitWhy = why
		return
	}
	t.exit = t.exit.Add(value)
}

// booked converts an amount at the rate recorded on a booking, else the market's of
// its day.
func (j *journal) booked(amount money.Decimal, currency money.Currency, booking int) (money.Decimal, string) {
	b := &j.transactions[booking]
	if g := b.GrossForeign; g != nil && g.Currency == j.doc.BaseCurrency && currency == b.Currency && g.Rate.Sign() > 0 {
		return amount.DivRound(g.Rate, money.Places), ""
	}
	return j.convert(amount, currency, b.Date)
}

// convert turns an amount into the base currency at the rate of a day.
func (j *journal) convert(amount money.Decimal, from money.Currency, day date.Date) (money.Decimal, string) {
	if from == j.doc.BaseCurrency {
		return amount, ""
	}
	c, err := j.panel.Conversion(from, j.doc.BaseCurrency)
	if err != nil {
		return money.Zero, "no_rate"
	}
	value, err := c.Convert(amount, day)
	if err != nil {
		return money.Zero, "no_rate"
	}
	if _, observed, err := c.Rate(day); err == nil && !observed.IsNone() && observed > day {
		j.fill("fx."+c.Path(), observed)
	}
	return value, ""
}

func (j *journal) fill(key string, first date.Date) {
	if j.fills == nil {
		j.fills = map[string]string{}
	}
	j.fills[key] = "the first rate, of " + first.String() + ", stands before it"
}

// rest makes a trip of what is still open of each symbol in each account and direction.
func (j *journal) rest(k *lot.Keeper) {
	var t *trip
	for l := range k.Lots() {
		if t == nil || t.symbol != l.Symbol || t.account != l.Account || t.short != l.Short() {
			j.addOpen(t, k)
			t = &trip{symbol: l.Symbol, account: l.Account, short: l.Short(), start: date.None, end: date.None}
		}
		j.enter(t, l)
	}
	j.addOpen(t, k)
}

// addOpen values an open rest at the last price.
func (j *journal) addOpen(t *trip, k *lot.Keeper) {
	if t == nil {
		return
	}
	series := j.panel.Prices(t.symbol)
	if series == nil || len(series.Dates) == 0 {
		t.exitWhy = "no_price"
		j.add(t)
		return
	}
	inst := j.doc.Instrument(t.symbol)
	last := series.Last()
	value, why := j.convert(t.quantity.Mul(series.Exact(len(series.Dates)-1)).Mul(inst.ContractSize()), inst.Currency, last)
	t.exit, t.exitWhy, t.end = value, why, last
	j.add(t)
}

// add writes a finished trip.
func (j *journal) add(t *trip) {
	if t == nil {
		return
	}
	o := &object{}
	o.set("closed", t.closed)
	side := "long"
	if t.short {
		side = "short"
	}
	o.set("side", side)
	o.set("symbol", t.symbol)
	if t.account != "" {
		o.set("account", t.account)
	}
	if t.start.IsNone() {
		o.missing("start", "no_lot")
	} else {
		o.set("start", t.start)
	}
	if t.closed {
		o.set("end", t.end)
	}
	o.set("quantity", t.quantity)
	t.values(o)
	if t.start.IsNone() || t.end.IsNone() {
		o.missing("days", "no_price")
	} else {
		o.set("days", int(t.end-t.start))
	}
	j.trades = append(j.trades, o)
}

// values writes entry, exit and what was made of it.
func (t *trip) values(o *object) {
	figure := func(key string, v money.Decimal, why string) {
		if why != "" {
			o.missing(key, why)
			return
		}
		o.set(key, v)
	}
	figure("entry_value", t.entry, t.entryWhy)
	figure("exit_value", t.exit, t.exitWhy)
	why := t.entryWhy
	if why == "" {
		why = t.exitWhy
	}
	profit := t.exit.Sub(t.entry)
	if t.short {
		profit = profit.Neg()
	}
	figure("profit", profit, why)
	if why == "" && t.entry.Sign() <= 0 {
		why = "nothing_invested"
	}
	if why != "" {
		o.missing("return", why)
		o.missing("irr", why)
		return
	}
	o.figure("return", profit.DivRound(t.entry, money.Places).Float64(), "")
	end := performance.Flow{Date: t.end, Amount: t.entry.Add(profit).Float64()}
	rates, err := performance.XIRR(append(t.flows, end))
	if err != nil {
		o.missing("irr", performance.Reason(err))
		return
	}
	o.figure("irr", rates.Rate, "")
}
