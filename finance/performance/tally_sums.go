package performance

import "github.com/foliosight/foliosight/finance/money"

// amounts are the sums of a symbol's bookings, or of those without a symbol. What moved
// cash is sales − purchases + net income − other costs + transfers.
type amounts struct {
	purchases  money.Decimal // with costs
	sales      money.Decimal // net of costs
	dividends  money.Decimal // all income, gross
	interest   money.Decimal // the part of it that is interest
	netIncome  money.Decimal // net of its costs
	fees       money.Decimal // of every kind
	taxes      money.Decimal // of every kind
	otherCosts money.Decimal // fees and taxes that stand alone
	transfers  money.Decimal // over the border, in less out
	gains      money.Decimal // of what was sold, since its purchase, gross of costs
	cost       money.Decimal // of what is held, since its purchase, gross of costs
	costs      money.Decimal // the purchases' fees and taxes on what is held
}

// post adds an entry.
func (a *amounts) post(e *entry) {
	cash, costs := e.cash.Decimal(), money.Zero
	if !e.fees.IsZero() {
		fees := e.fees.Decimal()
		a.fees, costs = a.fees.Add(fees), fees
	}
	if !e.taxes.IsZero() {
		taxes := e.taxes.Decimal()
		a.taxes, costs = a.taxes.Add(taxes), costs.Add(taxes)
	}
	switch e.kind {
	case entryTransfer:
		a.transfers = a.transfers.Add(cash)
	case entryPurchase, entryDeliveryIn:
		a.purchases = a.purchases.Add(cash)
		a.cost = a.cost.Add(cash.Sub(costs))
		a.costs = a.costs.Add(costs)
		if e.kind == entryDeliveryIn {
			a.transfers = a.transfers.Add(cash)
		}
	case entrySale, entryDeliveryOut:
		a.sales = a.sales.Add(cash)
		a.gains = a.gains.Add(cash.Add(costs))
		if e.kind == entryDeliveryOut {
			a.transfers = a.transfers.Sub(cash)
		}
	case entryDividend, entryInterest:
		gross := cash.Add(costs)
		a.dividends, a.netIncome = a.dividends.Add(gross), a.netIncome.Add(cash)
		if e.kind == entryInterest {
			a.interest = a.interest.Add(gross)
		}
	case entryCharge:
		a.otherCosts = a.otherCosts.Add(costs)
	}
}

// take adds that a part of a lot was sold.
func (a *amounts) take(x *takenLot) {
	cost := x.cost.Decimal()
	a.gains, a.cost = a.gains.Sub(cost), a.cost.Sub(cost)
	if !x.costs.IsZero() {
		a.costs = a.costs.Sub(x.costs.Decimal())
	}
}

// less takes the sums of an earlier day off.
func (a *amounts) less(b *amounts) {
	for _, x := range [...]struct{ sum, by *money.Decimal }{
		{&a.purchases, &b.purchases}, {&a.sales, &b.sales}, {&a.dividends, &b.dividends}, {&a.interest, &b.interest}, {&a.netIncome, &b.netIncome},
		{&a.fees, &b.fees}, {&a.taxes, &b.taxes}, {&a.otherCosts, &b.otherCosts}, {&a.transfers, &b.transfers},
		{&a.gains, &b.gains}, {&a.cost, &b.cost}, {&a.costs, &b.costs},
	} {
		if !x.by.IsZero() {
			*x.sum = x.sum.Sub(*x.by)
		}
	}
}

// between are the sums of the bookings [from, to), by symbol and then of cash; members
// are the accounts that count, nil for all.
func (t *Tally) between(from, to int, members []bool) []amounts {
	if members != nil || to-from <= t.every {
		sums := make([]amounts, len(t.left)+1)
		t.postTo(sums, from, to, members)
		return sums
	}
	sums := t.before(to)
	if from > 0 {
		start := t.before(from)
		for i := range sums {
			sums[i].less(&start[i])
		}
	}
	return sums
}

// before are the sums of all bookings before one.
func (t *Tally) before(booking int) []amounts {
	n := len(t.left) + 1
	mark := min(booking/t.every, len(t.marks)/n-1)
	sums := append([]amounts(nil), t.marks[mark*n:(mark+1)*n]...)
	t.postTo(sums, mark*t.every, booking, nil)
	return sums
}

// postTo adds the bookings [from, to) to sums.
func (t *Tally) postTo(sums []amounts, from, to int, members []bool) {
	for i := from; i < to; i++ {
		if e := &t.entries[i]; e.kind != notTallied && (members == nil || members[e.account]) {
			sums[e.symbol].post(e)
		}
	}
	taken := t.takenBetween(from, to)
	for i := range taken {
		if x := &taken[i]; members == nil || members[x.account] {
			sums[x.symbol].take(x)
		}
	}
}
