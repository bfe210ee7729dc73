package portfolio

import (
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Timeline is a node's value at the close of each day and what crossed its border.
// All slices run parallel to Days; amounts are in Base.
type Timeline struct {
	Base    money.Currency
	Days    []date.Date // ascending: every day with a booking or an observed price
	Value   []float64   // securities and cash at the close
	Cash    []float64   // the part of Value that is cash
	Inflow  []float64   // positive, taken as coming at the start of the day
	Outflow []float64   // positive, taken as leaving at its end
	Income  []float64   // dividends, coupons and interest of the day, gross; charges are negative
	Fees    []float64   // of the day, positive; refunds are negative
	Taxes   []float64
	Gaps    []Gap // what the values leave out
}

// Gap is a position that the values leave out for want of a price or a rate.
type Gap struct {
	Symbol string    `json:"symbol"`
	From   date.Date `json:"from"` // first day that is left out
	To     date.Date `json:"to"`   // last one
	Reason string    `json:"reason"`
	Open   bool      `json:"open"` // still left out on the last day
}

// Axis returns the days of a timeline over (from, to]: those with bookings or observed
// prices and rates of what the book holds, with from and to themselves.
func (b *Book) Axis(panel *market.Panel, from, to date.Date) []date.Date {
	var lists [][]date.Date
	lists = append(lists, []date.Date{from, to}, b.bookingDays())
	for _, s := range b.Symbols {
		if series := panel.Prices(s); series != nil {
			lists = append(lists, series.Dates)
		}
	}
	for _, c := range b.usedCurrencies() {
		if conversion, err := panel.Conversion(c, b.Base); err == nil {
			lists = append(lists, conversion.Days()...)
		}
	}
	return market.Union(from-1, to, lists...)
}

func (b *Book) bookingDays() []date.Date {
	var days []date.Date
	for i := range b.Transactions {
		if d := b.Transactions[i].Date; len(days) == 0 || days[len(days)-1] != d {
			days = append(days, d)
		}
	}
	return days
}

// usedCurrencies are those of cash, bookings and prices, base left out.
func (b *Book) usedCurrencies() []money.Currency {
	var out []money.Currency
	add := func(c money.Currency) {
		if c != "" && c != b.Base && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, c := range b.Currencies {
		add(c)
	}
	for _, s := range b.Symbols {
		add(b.instrument(s).Currency)
	}
	return out
}

// View computes timelines of one book over one panel and axis. It keeps what nodes
// share (prices and rates in the base currency), so that a second node is cheap. A
// View is for one goroutine.
type View struct {
	Book  *Book
	Panel *market.Panel
	Days  []date.Date

	rates  map[money.Currency]rate
	prices []*priced // by symbol
}

// rate is a currency in the base currency, day by day; nil values with a reason.
type rate struct {
	values []float64
	reason string
}

// priced is one contract of a symbol in the base currency, day by day; NaN unknown.
type priced struct {
	values []float64
	reason string // why the NaN are NaN
}

// NewView prepares a view over days.
func NewView(b *Book, panel *market.Panel, days []date.Date) *View {
	return &View{Book: b, Panel: panel, Days: days, rates: map[money.Currency]rate{}, prices: make([]*priced, len(b.Symbols))}
}

// rate returns what one unit of currency is worth in the base currency.
func (v *View) rate(c money.Currency) rate {
	if r, ok := v.rates[c]; ok {
		return r
	}
	r := rate{}
	conversion, err := v.Panel.Conversion(c, v.Book.Base)
	switch {
	case err != nil:
		r.reason = fmt.Sprintf("no exchange rate from %s to %s", c, v.Book.Base)
	case conversion.Identity():
	default:
		r.values = conversion.Filled(v.Days)
	}
	v.rates[c] = r
	return r
}

func (r rate) at(i int) float64 {
	if r.reason != "" {
		return math.NaN()
	}
	if r.values == nil {
		return 1
	}
	return r.values[i]
}

// price returns a contract of symbol s in the base currency.
func (v *View) price(s int32) *priced {
	if v.prices[s] != nil {
		return v.prices[s]
	}
	name := v.Book.Symbols[s]
	inst := v.Book.instrument(name)
	p := &priced{}
	v.prices[s] = p
	series := v.Panel.Prices(name)
	if series == nil || len(series.Dates) == 0 {
		p.reason = "no price is known"
		return p
	}
	filled := series.Filled(v.Days)
	fx := v.rate(inst.Currency)
	if fx.reason != "" {
		p.reason = fx.reason
		return p
	}
	p.reason = fmt.Sprintf("no price before %s", series.First())
	size := inst.ContractSize().Float64()
	first := math.NaN()
	if v.Panel.FillsBackward() {
		first = series.Values[0]
	}
	if fx.values == nil && size == 1 && math.IsNaN(first) {
		p.values = filled
		return p
	}
	p.values = make([]float64, len(filled))
	for i, x := range filled {
		if math.IsNaN(x) {
			x = first
		}
		p.values[i] = x * size * fx.at(i)
	}
	return p
}

// Timeline computes the timeline of a node.
func (v *View) Timeline(node Node) *Timeline {
	n := len(v.Days)
	block := make([]float64, 7*n)
	cut := func(k int) []float64 { return block[k*n : (k+1)*n : (k+1)*n] }
	t := &Timeline{Base: v.Book.Base, Days: v.Days, Value: cut(0), Cash: cut(1), Inflow: cut(2), Outflow: cut(3), Income: cut(4), Fees: cut(5), Taxes: cut(6)}
	pick := v.Book.pick(node)
	v.addCash(t, pick)
	out := v.addSecurities(t, pick)
	v.addFlows(t, pick, out)
	return t
}

func (v *View) addCash(t *Timeline, pick picked) {
	if pick.holding {
		return
	}
	for _, line := range v.Book.cash {
		if !pick.cashLine(line) {
			continue
		}
		c := v.Book.Currencies[line.currency]
		fx := v.rate(c)
		if fx.reason != "" {
			v.gap(t, string(c), line.steps, fx.reason, nil)
			continue
		}
		v.each(line.steps, func(i int, amount float64) {
			x := amount * fx.at(i)
			if !math.IsNaN(x) {
				t.Cash[i] += x
			}
		})
	}
	copy(t.Value, t.Cash)
}

// each calls f for every day on which the steps stand at something else than zero.
func (v *View) each(steps []step, f func(i int, after float64)) {
	i := 0
	if len(steps) > 0 {
		i, _ = slices.BinarySearch(v.Days, steps[0].day)
	}
	for k, s := range steps {
		end := len(v.Days)
		if k+1 < len(steps) {
			end, _ = slices.BinarySearch(v.Days, steps[k+1].day)
		}
		start, _ := slices.BinarySearch(v.Days, s.day)
		if s.after.IsZero() {
			i = end
			continue
		}
		amount := s.after.Float64()
		for i = start; i < end; i++ {
			f(i, amount)
		}
	}
}

// addSecurities adds the value of what is held, and returns for each symbol from which
// axis position on it is valued (len(Days) for never).
func (v *View) addSecurities(t *Timeline, pick picked) []int {
	valuedFrom := make([]int, len(v.Book.Symbols))
	for s := range valuedFrom {
		valuedFrom[s] = -1
	}
	for k := range v.Book.positions {
		p := &v.Book.positions[k]
		if !pick.position(*p) {
			continue
		}
		price := v.price(p.symbol)
		if valuedFrom[p.symbol] < 0 {
			valuedFrom[p.symbol] = firstKnown(price.values, len(v.Days))
		}
		from := valuedFrom[p.symbol]
		if from > 0 {
			v.gap(t, v.Book.Symbols[p.symbol], p.steps, price.reason, price.values)
		}
		if from == len(v.Days) {
			continue
		}
		values := price.values
		v.each(p.steps, func(i int, q float64) {
			if i >= from {
				t.Value[i] += q * values[i]
			}
		})
		// On the first day with a price, what was held before comes in at that price.
		if from > 0 && from < len(v.Days) {
			if q := at(p.steps, v.Days[from]-1); !q.IsZero() {
				addFlow(t, from, q.Float64()*values[from])
			}
		}
	}
	return valuedFrom
}

// firstKnown is the position of the first value that is not NaN, n when there is none.
func firstKnown(values []float64, n int) int {
	for i, x := range values {
		if !math.IsNaN(x) {
			return i
		}
	}
	return n
}

// addFlow books a flow into the node: positive in, negative out.
func addFlow(t *Timeline, i int, amount float64) {
	if amount >= 0 {
		t.Inflow[i] += amount
	} else {
		t.Outflow[i] -= amount
	}
}

// gap names what the steps held while values were unknown.
func (v *View) gap(t *Timeline, symbol string, steps []step, reason string, values []float64) {
	from, to := date.None, date.None
	v.each(steps, func(i int, _ float64) {
		if values == nil || math.IsNaN(values[i]) {
			if from.IsNone() {
				from = v.Days[i]
			}
			to = v.Days[i]
		}
	})
	if from.IsNone() {
		return
	}
	t.Gaps = append(t.Gaps, Gap{Symbol: symbol, From: from, To: to, Reason: reason, Open: to == v.Days[len(v.Days)-1]})
}

// addFlows sorts every booking into flows, income, fees and taxes of the node.
func (v *View) addFlows(t *Timeline, pick picked, valuedFrom []int) {
	b := v.Book
	i, n := 0, len(v.Days)
	rates := make([]rate, len(b.Currencies))
	for c := range rates {
		rates[c] = v.rate(b.Currencies[c])
	}
	first := 0
	if n > 0 {
		first, _ = slices.BinarySearchFunc(b.events, v.Days[0], func(e event, d date.Date) int { return int(e.day) - int(d) })
	}
	for k := first; k < len(b.events); k++ {
		e := &b.events[k]
		for i < n && v.Days[i] < e.day {
			i++
		}
		if i == n {
			break
		}
		if v.Days[i] != e.day {
			continue // before the axis begins
		}
		fx := 1.0
		if e.currency >= 0 {
			fx = rates[e.currency].at(i)
		}
		if math.IsNaN(fx) {
			continue // its cash and holding are named as a gap
		}
		f := flows{t: t, i: i, fx: fx, e: e, index: k, kind: b.Transactions[k].Type, book: b, view: v,
			security: pick.security(e.account, e.symbol), money: pick.money(e.cash), holding: pick.holding}
		if f.security && e.symbol >= 0 && valuedFrom[e.symbol] > i {
			f.security = false // not valued yet: its trades cross the border
		}
		f.pick, f.valuedFrom, f.rates = pick, valuedFrom, rates
		f.post()
	}
}

// flows books one event.
type flows struct {
	t          *Timeline
	i          int
	fx         float64
	e          *event
	index      int // of the booking in the book
	kind       ledger.Type
	book       *Book
	view       *View
	pick       picked
	valuedFrom []int
	rates      []rate
	security   bool // the security side belongs to the node
	money      bool // the cash side belongs to the node
	holding    bool // the node is made of holdings
}

// gross is the booking's value without costs, in the base currency.
func (f *flows) gross(sign float64) float64 {
	if f.e.foreign != 0 {
		return f.e.foreign
	}
	return (f.e.amount + sign*(f.e.fees+f.e.taxes)) * f.fx
}

// costs books the fees and taxes of a booking that belongs to the node.
func (f *flows) costs(fees, taxes float64) {
	f.t.Fees[f.i] += fees * f.fx
	f.t.Taxes[f.i] += taxes * f.fx
}

// market is the value of a quantity of a symbol at the close of the day, 0 when it is
// not valued then.
func (f *flows) market(symbol int32, quantity float64) float64 {
	if symbol < 0 {
		return 0
	}
	p := f.view.price(symbol)
	if p.values == nil || math.IsNaN(p.values[f.i]) {
		return 0
	}
	return quantity * p.values[f.i]
}

// post sorts the booking into the node's flows, income and costs.
func (f *flows) post() {
	e := f.e
	switch f.kind {
	case ledger.Deposit, ledger.CashIn:
		if f.money {
			addFlow(f.t, f.i, e.amount*f.fx)
		}
	case ledger.Withdrawal:
		if f.money {
			addFlow(f.t, f.i, -e.amount*f.fx)
		}
	case ledger.Buy, ledger.BuyToCover:
		f.trade(-1)
	case ledger.Sell, ledger.SellShort:
		f.trade(+1)
	case ledger.Dividend, ledger.Coupon, ledger.ReturnOfCapital, ledger.Interest, ledger.InterestCharge:
		f.income()
	case ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund:
		f.charge()
	case ledger.TransferIn:
		f.delivery(+1)
	case ledger.TransferOut:
		f.delivery(-1)
	case ledger.Spend, ledger.Liability:
		if f.security {
			addFlow(f.t, f.i, -f.market(e.symbol, e.quantity))
		}
	case ledger.InternalMove, ledger.Transfer:
		f.internal()
	case ledger.SpinOff, ledger.Merger, ledger.OptionExercise, ledger.OptionAssigned, ledger.OptionExpiry:
		f.rewritten()
	}
}

// trade books a purchase (sign −1) or sale (+1): inside a node that has both the
// security and the cash only its costs show; otherwise one side crosses the border.
func (f *flows) trade(sign float64) {
	e := f.e
	switch {
	case f.security && f.money:
		f.costs(e.fees, e.taxes)
	case f.security:
		f.costs(e.fees, e.taxes)
		// What comes in pays for the security and its fees; taxes are not the holding's.
		value := f.gross(sign)
		if sign < 0 {
			addFlow(f.t, f.i, value+e.fees*f.fx+f.borneTaxes())
		} else {
			addFlow(f.t, f.i, -(value - e.fees*f.fx - f.borneTaxes()))
		}
	case f.money:
		addFlow(f.t, f.i, sign*e.amount*f.fx)
	}
}

// borneTaxes are the taxes that count in the node's return: all of them, but none for a
// holding, whose owner's taxes are not its own.
func (f *flows) borneTaxes() float64 {
	if f.holding {
		return 0
	}
	return f.e.taxes * f.fx
}

func (f *flows) income() {
	e := f.e
	gross := (e.amount + e.fees + e.taxes) * f.fx
	if f.kind == ledger.InterestCharge {
		gross = -(e.amount - e.fees - e.taxes) * f.fx
	}
	owner := f.security || e.symbol < 0 && f.money
	if f.holding && e.symbol < 0 {
		return
	}
	if owner && f.kind != ledger.ReturnOfCapital {
		f.t.Income[f.i] += gross
	}
	if owner {
		f.costs(e.fees, e.taxes)
	}
	net := gross - (e.fees+e.taxes)*f.fx
	switch {
	case owner && f.money:
	case owner: // paid away to cash outside the node
		addFlow(f.t, f.i, -(net + e.taxes*f.fx - f.borneTaxes()))
	case f.money:
		addFlow(f.t, f.i, net)
	}
}

// charge books a fee or tax that stands alone, or its refund.
func (f *flows) charge() {
	e := f.e
	amount := e.amount * f.fx
	if f.kind == ledger.FeeRefund || f.kind == ledger.TaxRefund {
		amount = -amount
	}
	tax := f.kind == ledger.Tax || f.kind == ledger.TaxRefund
	owner := f.security || e.symbol < 0 && f.money
	if owner {
		if tax {
			f.t.Taxes[f.i] += amount
		} else {
			f.t.Fees[f.i] += amount
		}
	}
	switch {
	case owner && f.money:
	case owner:
		if !tax || !f.holding {
			addFlow(f.t, f.i, amount) // money from outside pays for it
		}
	case f.money:
		addFlow(f.t, f.i, -amount)
	}
}

// delivery books securities that come from (+1) or leave to (−1) the outside.
func (f *flows) delivery(sign float64) {
	e := f.e
	if !f.security {
		return
	}
	f.costs(e.fees, e.taxes)
	total := e.amount * f.fx
	if e.foreign != 0 {
		total = e.foreign + sign*(e.fees+e.taxes)*f.fx
	}
	if f.holding {
		total -= sign * e.taxes * f.fx
	}
	addFlow(f.t, f.i, sign*total)
}

// internal books what moves between accounts: a flow for a node that has one of them.
func (f *flows) internal() {
	e := f.e
	if e.symbol >= 0 {
		into := f.pick.security(e.to, e.symbol) && f.valuedFrom[e.symbol] <= f.i
		if into != f.security {
			value := f.market(e.symbol, e.quantity)
			if f.security {
				value = -value
			}
			addFlow(f.t, f.i, value)
		}
		return
	}
	into := f.pick.money(e.to)
	switch {
	case f.money && into:
		f.costs(e.fees, e.taxes)
	case f.money:
		addFlow(f.t, f.i, -e.amount*f.fx)
	case into:
		fx := f.rates[e.toCurrency].at(f.i)
		if !math.IsNaN(fx) {
			addFlow(f.t, f.i, e.toAm*fx)
		}
	}
}

// rewritten books corporate actions and option events. Inside a node that has both
// sides nothing crosses the border; a holding gives and takes at the day's close.
func (f *flows) rewritten() {
	e := f.e
	if f.security {
		f.costs(e.fees, e.taxes)
	}
	if !f.holding {
		return
	}
	t := &f.book.Transactions[f.index]
	switch f.kind {
	case ledger.SpinOff, ledger.Merger:
		f.exchange(t)
	case ledger.OptionExercise, ledger.OptionAssigned:
		f.used(t)
	}
}

// exchange lets the value of what is received leave the old holding and enter the new.
func (f *flows) exchange(t *ledger.Transaction) {
	e := f.e
	if t.Ratio == nil || e.symbol < 0 {
		return
	}
	old := f.heldBefore(e)
	received := f.market(e.toSymbol, old*t.Ratio.Float64())
	if f.security {
		addFlow(f.t, f.i, -(received + e.amount*f.fx))
	}
	if e.toSymbol >= 0 && (f.pick.symbols == nil || f.pick.symbols[e.toSymbol]) && f.valuedFrom[e.toSymbol] <= f.i {
		addFlow(f.t, f.i, received)
	}
}

// heldBefore is how much of the event's symbol the node held the day before.
func (f *flows) heldBefore(e *event) float64 {
	sum := 0.0
	for k := range f.book.positions {
		p := &f.book.positions[k]
		if p.symbol == e.symbol && f.pick.inAccount(p.account) && (f.book.Transactions[f.index].Account == "" || p.account == e.account) {
			sum += at(p.steps, e.day-1).Float64()
		}
	}
	return sum
}

// used lets an option's intrinsic value leave it and the shares enter at their close.
func (f *flows) used(t *ledger.Transaction) {
	e := f.e
	inst := f.book.instrument(t.Symbol)
	u, ok := f.book.symbolAt[inst.Underlying]
	if !ok {
		return
	}
	shares := e.quantity * inst.ContractSize().Float64()
	if !buysUnderlying(t.Type, inst.Right) {
		shares = -shares
	}
	value := f.market(u, shares)
	strike := inst.Strike.OrZero().Float64() * f.fx * math.Abs(shares)
	if shares > 0 {
		strike = -strike
	}
	if f.security { // the option gives shares against the strike
		addFlow(f.t, f.i, -(value + strike))
	}
	if f.pick.security(e.account, u) && f.valuedFrom[u] <= f.i {
		addFlow(f.t, f.i, value)
	}
}

// Instrument returns what is known of a symbol.
func (v *View) Instrument(symbol string) instrument.Instrument { return v.Book.instrument(symbol) }
