package performance

import "slices"

// addTallied books what the tally knows of the bookings from the first of the period up
// to after.
func (g *gainer) addTallied(after int) {
	t := g.tally
	members := g.members()
	sums := t.between(g.first, after, members)
	g.sellOld(members, after)
	for s, left := range t.left {
		if !left {
			g.addSymbol(g.rows[s], &sums[s])
		}
	}
	g.addCash(&sums[len(t.left)])
}

// members says which accounts of the book belong to the node; nil: all.
func (g *gainer) members() []bool {
	if len(g.node.Accounts) == 0 {
		return nil
	}
	in := make([]bool, len(g.book.Accounts))
	for i, a := range g.book.Accounts {
		in[i] = slices.Contains(g.node.Accounts, a)
	}
	return in
}

// addSymbol books a symbol's sums.
func (g *gainer) addSymbol(r *row, d *amounts) {
	r.Purchases, r.Sales = r.Purchases.Add(d.purchases), r.Sales.Add(d.sales)
	r.Dividends, r.NetIncome = r.Dividends.Add(d.dividends), r.NetIncome.Add(d.netIncome)
	r.Fees, r.Taxes, r.OtherCosts = r.Fees.Add(d.fees), r.Taxes.Add(d.taxes), r.OtherCosts.Add(d.otherCosts)
	r.cost, r.costs = r.cost.Add(d.cost), r.costs.Add(d.costs)
	r.realise(d.gains, true)
	g.addCash(d)
}

// addCash books what sums do to the node as a whole.
func (g *gainer) addCash(d *amounts) {
	out := g.out
	out.Dividends, out.Interest = out.Dividends.Add(d.dividends).Sub(d.interest), out.Interest.Add(d.interest)
	out.Fees, out.Taxes, out.Transfers = out.Fees.Add(d.fees), out.Taxes.Add(d.taxes), out.Transfers.Add(d.transfers)
	g.cashMoved = g.cashMoved.Add(d.sales).Sub(d.purchases).Add(d.netIncome).Sub(d.otherCosts).Add(d.transfers)
}

// sellOld takes what was sold in the period of lots held at its start out of their value
// then; the sums count it at what it cost when it was bought.
func (g *gainer) sellOld(members []bool, after int) {
	if g.first == 0 {
		return
	}
	taken := g.tally.takenBetween(g.first, after)
	for i := range taken {
		x := &taken[i]
		if int(x.opened) >= g.first || members != nil && !members[x.account] {
			continue
		}
		r := g.rows[x.symbol]
		q := g.queue(r, g.book.Accounts[x.account], false)
		part := baseLot{known: true} // what no lot stands behind cost nothing
		if at := q.of(atStart); at >= 0 {
			part = q.take(at, x.quantity.Decimal())
		}
		cost := x.cost.Decimal()
		r.realise(cost.Sub(part.cost), part.known)
		if r.cost = r.cost.Add(cost); !x.costs.IsZero() {
			r.costs = r.costs.Add(x.costs.Decimal())
		}
	}
}

// goThroughOthers applies the bookings of the period that are not tallied.
func (g *gainer) goThroughOthers(after int) error {
	others := g.tally.others
	at, _ := slices.BinarySearchFunc(others, g.first, func(x other, booking int) int { return int(x.booking) - booking })
	for ; at < len(others) && int(others[at].booking) < after; at++ {
		x := &others[at]
		if err := g.applyAt(int(x.booking), int(x.disposal), int(x.move)); err != nil {
			return err
		}
	}
	return nil
}
