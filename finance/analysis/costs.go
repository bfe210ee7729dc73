package analysis

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
)

// costs is what has been realised and received of one symbol so far, in the base
// currency; the empty symbol stands for cash.
type costs struct {
	realised      money.Decimal
	realisedKnown bool
	why           string
	income        money.Decimal
	incomeWhy     string    // what income leaves out for want of a rate; empty: nothing
	last          date.Date // last disposal
}

// bookedCosts is what one booking realised or received.
type bookedCosts struct {
	account, symbol string
	amount          money.Decimal
	why             string    // the amount is unknown
	closed          date.Date // of a disposal; date.None for income
}

// inNode reports whether a symbol in an account belongs to the node.
func (r *runner) inNode(account, symbol string) bool {
	return (len(r.Node.Accounts) == 0 || slices.Contains(r.Node.Accounts, account)) &&
		(len(r.Node.Symbols) == 0 || slices.Contains(r.Node.Symbols, symbol))
}

// gatherCosts adds up disposals and income by symbol.
func (r *runner) gatherCosts(s *shared) {
	s.Lock()
	if s.costs == nil {
		s.costs = r.bookedCosts()
	}
	s.Unlock()
	r.costs = map[string]*costs{}
	var last *costs
	symbol := ""
	for i := range s.costs {
		x := &s.costs[i]
		if !r.inNode(x.account, x.symbol) {
			continue
		}
		if last == nil || symbol != x.symbol {
			symbol = x.symbol
			if last = r.costs[symbol]; last == nil {
				last = &costs{realisedKnown: true, last: date.None}
				r.costs[symbol] = last
			}
		}
		switch {
		case x.closed.IsNone() && x.why != "":
			last.incomeWhy = x.why
		case x.closed.IsNone():
			last.income = last.income.Add(x.amount)
		case x.why != "":
			last.last, last.realisedKnown, last.why = x.closed, false, x.why
		default:
			last.last, last.realised = x.closed, last.realised.Add(x.amount)
		}
	}
}

// received makes the income of a symbol a figure that says what it leaves out.
func (r *runner) received(c *costs) Figure {
	f := r.money(c.income, "income")
	if c.incomeWhy != "" {
		f = f.With(Partial, "a payment is left out: "+c.incomeWhy)
	}
	return f
}

// bookedCosts lists what every disposal realised and what every income was.
func (r *runner) bookedCosts() []bookedCosts {
	out := make([]bookedCosts, 0, len(r.Book.Disposals)+len(r.Book.Transactions)/8)
	for i := range r.Book.Disposals {
		d := &r.Book.Disposals[i]
		x := bookedCosts{account: d.Account, symbol: d.Symbol, closed: d.Closed}
		x.amount, x.why = r.realisedGain(d)
		out = append(out, x)
	}
	for i := range r.Book.Transactions {
		t := &r.Book.Transactions[i]
		gross := t.Amount.OrZero().Add(t.Fees.OrZero()).Add(t.Taxes.OrZero())
		switch t.Type {
		case ledger.Dividend, ledger.Coupon, ledger.Interest:
		case ledger.InterestCharge:
			gross = t.Fees.OrZero().Add(t.Taxes.OrZero()).Sub(t.Amount.OrZero())
		default:
			continue
		}
		amount, why := r.booked(i, gross, t.Currency)
		out = append(out, bookedCosts{account: t.Account, symbol: t.Symbol, amount: amount, why: why, closed: date.None})
	}
	return out
}

// booked converts an amount of a booking into the base currency; why it is unknown.
func (r *runner) booked(i int, amount money.Decimal, c money.Currency) (converted money.Decimal, why string) {
	if c == r.Book.Base || amount.IsZero() {
		return amount, ""
	}
	w := r.valuer.Booked(i, amount, c)
	if !w.Known {
		return money.Zero, w.Reason
	}
	return w.Amount, ""
}

// realisedGain is a disposal's gain in the base currency: proceeds at the rate of the
// sale less cost at the rate of the purchase.
func (r *runner) realisedGain(d *lot.Disposal) (gain money.Decimal, why string) {
	if !d.Priced {
		return money.Zero, "a booking states no value"
	}
	if d.Rolled {
		return money.Zero, ""
	}
	in, why := r.booked(d.Transaction, d.Value(), d.PaidIn)
	if why != "" {
		return money.Zero, why
	}
	out, why := r.lotCost(&d.Lot)
	return in.Sub(out), why
}

// lotCost is a lot's cost in the base currency at the rate of its opening booking.
func (r *runner) lotCost(l *lot.Lot) (cost money.Decimal, why string) {
	return r.booked(l.Booking, l.Cost(), l.Currency)
}

// costToday is what a lot cost in the currency of its instrument, at today's rate: what
// is missing to its cost was made by exchange rates. ok is false where a rate is unknown.
func (r *runner) costToday(l *lot.Lot, cost money.Decimal, c money.Currency) (today money.Decimal, ok bool) {
	if c == r.Book.Base || cost.IsZero() {
		return cost, true
	}
	if l.Currency != c { // booked in another currency: at the rate of the day, or the one recorded
		local, ok := r.localCost(l, c)
		if !ok {
			return money.Zero, false
		}
		w := r.valuer.Cash(local, c, r.AsOf)
		return w.Amount, w.Known
	}
	w := r.valuer.Cash(l.Cost(), c, r.AsOf)
	return w.Amount, w.Known
}

// localCost is a lot's cost in the instrument's currency at the time of its opening.
func (r *runner) localCost(l *lot.Lot, c money.Currency) (money.Decimal, bool) {
	if l.Booking < len(r.Book.Transactions) {
		if g := r.Book.Transactions[l.Booking].GrossForeign; g != nil && g.Currency == c && g.Rate.Sign() > 0 {
			return l.Cost().DivRound(g.Rate, money.Places), true
		}
	}
	conversion, err := r.Panel.Conversion(l.Currency, c)
	if err != nil {
		return money.Zero, false
	}
	local, err := conversion.Convert(l.Cost(), l.Opened)
	return local, err == nil
}
