package portfolio

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// addFlows sorts every booking into flows, income, fees and taxes of the node.
func (p *painter) addFlows() {
	b := p.Book
	if p.start >= len(p.Days) {
		return
	}
	f := flow{painter: p, rates: make([]rate, len(b.Currencies))}
	for c := range f.rates {
		f.rates[c] = p.rate(b.Currencies[c])
	}
	last := p.Days[len(p.Days)-1]
	for k := b.eventAt(p.Days[p.start]); k < len(b.events) && b.events[k].day <= last; k++ {
		f.event = &b.events[k]
		if f.i = p.days.index(f.day); p.Days[f.i] == f.day {
			f.book()
		}
	}
}

// eventAt is the position of the first event on or after day.
func (b *Book) eventAt(day date.Date) int {
	low, high := 0, len(b.events)
	for low < high {
		if mid := (low + high) / 2; b.events[mid].day < day {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// flow books one event for a node.
type flow struct {
	*painter
	*event
	rates    []rate
	i        int     // position of the day
	fx       float64 // base for one of the booking's currency, NaN unknown
	security bool    // the security belongs to the node and is valued
	money    bool    // so does the cash
}

// valued reports whether a symbol of an account belongs to the node and has a value.
func (f *flow) valued(account, symbol int32) bool {
	return f.pick.security(account, symbol) && f.price(symbol).from <= f.i
}

// rateOf is what one unit of a currency is worth.
func (f *flow) rateOf(currency int32) float64 {
	if currency < 0 {
		return 1
	}
	return f.rates[currency].at(f.i)
}

// book sorts the event into the node's flows, income and costs.
func (f *flow) book() {
	f.fx = f.rateOf(f.currency)
	known := !math.IsNaN(f.fx)
	f.money = known && f.pick.money(f.cash)
	f.security = f.symbol >= 0 && f.valued(f.account, f.symbol)
	before := f.t.Inflow[f.i] - f.t.Outflow[f.i]
	f.sort()
	if f.inside() {
		f.t.Unpriced[f.i] += f.t.Inflow[f.i] - f.t.Outflow[f.i] - before
	}
}

// inside reports whether all sides of the event belong to the node, one of them without a
// price: what it books as a flow is none from outside.
func (f *flow) inside() bool {
	switch f.post {
	case postInflow, postOutflow, postDeliveryIn, postDeliveryOut, postGone, postMove:
		return false
	}
	without := func(symbol int32) bool { return f.pick.security(f.account, symbol) && !f.valued(f.account, symbol) }
	mine := func(symbol int32) bool { return symbol < 0 || f.pick.security(f.account, symbol) }
	return f.money && mine(f.symbol) && mine(f.toSymbol) && (without(f.symbol) || without(f.toSymbol))
}

// sort books the event by what it is.
func (f *flow) sort() {
	switch f.post {
	case postInflow:
		if f.money {
			f.in(f.i, f.amount*f.fx)
		}
	case postOutflow:
		if f.money {
			f.in(f.i, -f.amount*f.fx)
		}
	case postPurchase:
		f.trade(-1)
	case postSale:
		f.trade(+1)
	case postIncome, postCapital, postCharge:
		f.income()
	case postFee, postTax:
		f.charge(f.amount)
	case postFeeRefund, postTaxRefund:
		f.charge(-f.amount)
	case postDeliveryIn:
		f.delivery(+1)
	case postDeliveryOut:
		f.delivery(-1)
	case postGone:
		if f.security {
			f.in(f.i, f.market(f.symbol, f.moved))
		}
	case postMove:
		f.move()
	case postExchange:
		f.exchange()
	case postUse:
		f.use()
	}
}

// booked is the rate of the booking: as recorded on it, else the market's.
func (f *flow) booked() float64 {
	if f.rate != 0 {
		return f.rate
	}
	return f.fx
}

// costs books the fees and taxes of a booking that belongs to the node.
func (f *flow) costs() {
	if fx := f.booked(); !math.IsNaN(fx) {
		f.t.Fees[f.i] += f.fees * fx
		f.t.Taxes[f.i] += f.taxes * fx
	}
}

// borne are the costs that count in the node's return: all of them, but no taxes for a
// holding, whose owner's taxes are not its own.
func (f *flow) borne() float64 {
	if f.pick.holding {
		return f.fees * f.booked()
	}
	return (f.fees + f.taxes) * f.booked()
}

// market is the value of a quantity of a symbol at the close of the day, NaN where it
// has none.
func (f *flow) market(symbol int32, quantity float64) float64 {
	if symbol < 0 {
		return math.NaN()
	}
	if p := f.price(symbol); p.from <= f.i {
		return quantity * p.at(f.i)
	}
	return math.NaN()
}

// trade books a purchase (sign −1) or sale (+1): inside a node that has both the
// security and the cash only its costs show; otherwise one side crosses the border.
func (f *flow) trade(sign float64) {
	switch {
	case f.security && f.money:
		f.costs()
	case f.security:
		f.costs()
		worth := f.foreign
		if worth == 0 {
			worth = (f.amount + sign*(f.fees+f.taxes)) * f.fx
		}
		// What comes in pays for the security and the costs it bears.
		worth = -sign*worth + f.borne()
		if math.IsNaN(worth) {
			worth = f.market(f.symbol, f.moved)
		}
		f.in(f.i, worth)
	case f.money:
		f.in(f.i, sign*f.amount*f.fx)
	}
}

// income books dividends, coupons and interest, capital returned and interest paid.
func (f *flow) income() {
	fx := f.booked()
	gross := (f.amount + f.fees + f.taxes) * fx
	if f.post == postCharge {
		gross = -(f.amount - f.fees - f.taxes) * fx
	}
	owner := f.security || f.symbol < 0 && f.money
	if owner && !math.IsNaN(gross) {
		f.costs()
		if f.post != postCapital {
			f.t.Income[f.i] += gross
		}
	}
	switch {
	case owner && f.money:
	case owner: // paid away to cash outside the node
		f.in(f.i, -(gross - f.borne()))
	case f.money && f.post == postCharge:
		f.in(f.i, -f.amount*f.fx)
	case f.money:
		f.in(f.i, f.amount*f.fx)
	}
}

// charge books a fee or tax that stands alone, or its refund (negative).
func (f *flow) charge(amount float64) {
	amount *= f.fx
	tax := f.post == postTax || f.post == postTaxRefund
	owner := (f.security || f.symbol < 0 && f.money) && !math.IsNaN(amount)
	if owner && tax {
		f.t.Taxes[f.i] += amount
	} else if owner {
		f.t.Fees[f.i] += amount
	}
	switch {
	case owner && f.money:
	case owner:
		if !tax || !f.pick.holding {
			f.in(f.i, amount) // money from outside pays for it
		}
	case f.money:
		f.in(f.i, -amount)
	}
}

// delivery books securities that come from (+1) or leave to (−1) the outside, at the
// amount booked or, where none is, at the day's close.
func (f *flow) delivery(sign float64) {
	if !f.security && !(f.stated && f.pick.security(f.account, f.symbol)) {
		return
	}
	if f.security {
		f.costs()
	}
	worth := sign * f.amount * f.booked()
	if f.foreign != 0 {
		worth = sign*f.foreign + (f.fees+f.taxes)*f.rate
	}
	if f.pick.holding {
		worth -= f.taxes * f.booked()
	}
	if !f.stated || math.IsNaN(worth) {
		worth = f.market(f.symbol, f.moved)
	}
	if !f.security { // it has no price: it was paid in or out, but is not in the value
		if !f.pick.holding && !math.IsNaN(worth) {
			f.t.Unpriced[f.i] -= worth
		}
		return
	}
	f.in(f.i, worth)
}

// move books what goes between accounts: a flow for a node that has one of them.
func (f *flow) move() {
	if f.symbol >= 0 {
		if into := f.pick.security(f.to, f.symbol); into != f.pick.security(f.account, f.symbol) {
			f.crossing(into)
		}
		return
	}
	toFX := f.rateOf(f.toCurrency)
	into := f.pick.money(f.to) && !math.IsNaN(toFX)
	switch {
	case f.money && into:
		f.costs()
	case f.money:
		f.in(f.i, -f.amount*f.fx)
	case into:
		f.in(f.i, f.arrived*toFX)
	}
}

// crossing books a security that goes to another account or comes from it, at the day's
// close. Without one its size is unknown: of a holding it counts when it gets a price.
func (f *flow) crossing(into bool) {
	worth := f.market(f.symbol, f.moved)
	switch {
	case !math.IsNaN(worth) && into:
		f.in(f.i, worth)
	case !math.IsNaN(worth):
		f.in(f.i, -worth)
	case !f.pick.holding:
		f.t.Unpriced[f.i] = math.NaN()
		f.t.Unsized = append(f.t.Unsized, Unsized{f.Book.Symbols[f.symbol], f.day, f.price(f.symbol).reason})
	}
}

// exchange books a spin-off or merger: what is received leaves the old holding at the
// day's close, with the cash, and enters the new one. A node that has all sides sees
// no flow. The old holding's own close stands in where the new one has none.
func (f *flow) exchange() {
	if f.security {
		f.costs()
	}
	cash := f.amount * f.fx
	worth := f.market(f.toSymbol, f.received)
	if math.IsNaN(worth) {
		worth = 0
		if old := f.market(f.symbol, f.moved); !math.IsNaN(old) && f.toSymbol >= 0 {
			worth = -old - cash // a spin-off moved nothing of the old one
		}
	}
	crossing := 0.0
	if f.security {
		crossing -= worth + cash
		if f.pick.holding {
			crossing -= f.taxes * f.fx
		}
	}
	if f.toSymbol >= 0 && f.valued(f.account, f.toSymbol) {
		crossing += worth
	}
	if f.money {
		crossing += cash
	}
	f.cross(crossing)
}

// cross books a flow that is more than rounding.
func (f *flow) cross(amount float64) {
	if amount != 0 {
		f.in(f.i, amount)
	}
}

// use books an option that was exercised or assigned: shares against the strike. The
// option gives what both are worth together, the shares come in at the day's close.
func (f *flow) use() {
	shares := f.valued(f.account, f.toSymbol)
	if f.security || shares {
		f.costs()
	}
	strike, costs := f.amount*f.fx, (f.fees+f.taxes)*f.fx
	worth := f.market(f.toSymbol, f.received)
	if math.IsNaN(worth) {
		worth = -strike
	}
	crossing := 0.0
	if f.security {
		crossing -= worth + strike
	}
	if shares {
		crossing += worth + f.borne()
	}
	if f.money {
		crossing += strike - costs
	}
	f.cross(crossing)
}
