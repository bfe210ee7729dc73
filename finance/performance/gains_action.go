package performance

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// split multiplies quantities; costs stay.
func (g *gainer) split(t *ledger.Transaction) {
	if t.Ratio == nil {
		return
	}
	for _, isShort := range []bool{false, true} {
		for _, h := range g.touched(t, isShort) {
			if h.held.IsZero() || h.whole.IsZero() {
				continue
			}
			becomes := h.whole.Add(t.Ratio.Apply(h.held).Sub(h.held))
			sum, given := money.Zero, money.Zero
			for i := h.queue.gone; i < len(h.queue.lots); i++ {
				l := &h.queue.lots[i]
				sum = sum.Add(l.quantity)
				upTo := sum.MulDiv(becomes, h.whole, money.Places)
				l.quantity, given = upTo.Sub(given), upTo
			}
		}
	}
}

// returnOfCapital lowers the cost of what is held, lot by lot in proportion; it is no
// income, and shows as a capital gain when the holding is sold or valued.
func (g *gainer) returnOfCapital(t *ledger.Transaction) {
	l := g.legs(t, +1)
	g.costs(t.Symbol, &l)
	g.pay(t, l.cash, l.known)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(l.cash)
	g.lowerCost(row, t, l.gross, l.known)
}

// lowerCost takes an amount out of the cost of the long lots, of the short ones where
// there are no others.
func (g *gainer) lowerCost(r *row, t *ledger.Transaction, amount money.Decimal, known bool) {
	for _, isShort := range []bool{false, true} {
		holdings := g.touched(t, isShort)
		total := money.Zero
		for _, h := range holdings {
			total = total.Add(h.held)
		}
		if total.IsZero() {
			continue
		}
		left := amount
		var last *baseLot
		for _, h := range holdings {
			for i := h.queue.gone; i < len(h.queue.lots) && !h.whole.IsZero(); i++ {
				x := &h.queue.lots[i]
				part := amount.MulDiv(x.quantity.MulDiv(h.held, h.whole, money.Places), total, money.Places)
				x.cost, left, x.known, last = x.cost.Sub(part), left.Sub(part), x.known && known, x
			}
		}
		if last != nil { // what rounding left over
			last.cost = last.cost.Sub(left)
			return
		}
	}
	r.realise(amount, known)
}

// exchange moves cost from a symbol to the one received: all of it in a merger, the
// stated part in a spin-off. Cash pays for the fraction that was not delivered, lowers
// the cost where there is none, or buys out everything.
func (g *gainer) exchange(t *ledger.Transaction) {
	l := g.legs(t, +1)
	paid := !l.gross.IsZero() || !l.costs().IsZero() || !l.cash.IsZero()
	if paid {
		g.costs(t.Symbol, &l)
		g.pay(t, l.cash, l.known)
	}
	from := g.row(t.Symbol)
	if t.ToSymbol == "" {
		from.Sales = from.Sales.Add(l.cash)
		for _, isShort := range []bool{false, true} {
			for _, h := range g.touched(t, isShort) {
				g.boughtOut(from, h, &l)
			}
		}
		if !l.gross.IsZero() {
			from.realise(l.gross, l.known)
		}
		return
	}
	ratio, ok := g.ratio(t)
	received := money.Zero
	for _, isShort := range []bool{false, true} {
		for _, h := range g.touched(t, isShort) {
			if ok && !h.held.IsZero() {
				received = received.Add(g.hand(t, h, ratio, &l))
			}
		}
	}
	if paid {
		g.inLieu(t, received, &l)
	}
}

// boughtOut takes all lots of a holding out for cash.
func (g *gainer) boughtOut(r *row, h holdingOf, l *legs) {
	left := h.held.Abs()
	for i := h.queue.next(FIFOPerAccount); i >= 0 && left.Sign() > 0; i = h.queue.next(FIFOPerAccount) {
		taken := h.queue.take(i, left)
		left = left.Sub(taken.quantity.Abs())
		r.realise(taken.cost.Neg(), l.known && taken.known)
	}
}

// ratio is at which pieces are received: as stated, or what was received for what is held.
func (g *gainer) ratio(t *ledger.Transaction) (ledger.Ratio, bool) {
	if t.Ratio != nil {
		return *t.Ratio, true
	}
	held := money.Zero
	for _, isShort := range []bool{false, true} {
		for _, h := range g.touched(t, isShort) {
			held = held.Add(h.held)
		}
	}
	if !t.Quantity.Known || t.Quantity.Decimal.Sign() <= 0 || held.IsZero() {
		return ledger.Ratio{}, false
	}
	return ledger.Ratio{New: t.Quantity.Decimal, Old: held.Abs()}, true
}

// hand gives the lots of a holding their companions in the symbol received, or turns
// them into those, and returns how many pieces that are.
func (g *gainer) hand(t *ledger.Transaction, h holdingOf, ratio ledger.Ratio, l *legs) money.Decimal {
	fraction := t.CostFraction.OrZero()
	if t.Type == ledger.Merger {
		fraction = money.One
	}
	to := g.row(t.ToSymbol)
	target := g.queue(to, h.account, h.short)
	received, moved := money.Zero, money.Zero
	for i := h.queue.gone; i < len(h.queue.lots); i++ {
		x := &h.queue.lots[i]
		part := x.quantity.MulDiv(h.held, h.whole, money.Places)
		if part.IsZero() {
			continue
		}
		own := baseLot{quantity: ratio.Apply(part), booking: x.booking, known: x.known,
			cost: x.cost.Mul(fraction).MulDiv(h.held, h.whole, money.Places), costs: x.costs.Mul(fraction).MulDiv(h.held, h.whole, money.Places)}
		x.cost, x.costs = x.cost.Sub(own.cost), x.costs.Sub(own.costs)
		if t.Type == ledger.Merger {
			x.quantity = x.quantity.Sub(part)
		}
		received, moved = received.Add(own.quantity), moved.Add(own.cost)
		target.add(own, g.averages())
	}
	q := h.queue
	if t.Type == ledger.Merger && q.quantity().IsZero() {
		for i := q.gone; i < len(q.lots); i++ { // rounding leaves no cost behind
			moved = moved.Add(q.lots[i].cost)
			if n := len(target.lots); n > 0 {
				target.lots[n-1].cost = target.lots[n-1].cost.Add(q.lots[i].cost)
			}
		}
		q.gone = len(q.lots)
	}
	from := g.row(t.Symbol)
	from.Sales, to.Purchases = from.Sales.Add(moved), to.Purchases.Add(moved)
	return received
}

// inLieu sells the fraction of the pieces received that was paid in cash; without one
// the cash lowers their cost.
func (g *gainer) inLieu(t *ledger.Transaction, entitled money.Decimal, l *legs) {
	to := g.row(t.ToSymbol)
	to.Sales = to.Sales.Add(l.cash)
	if from := g.row(t.Symbol); !l.costs().IsZero() { // the costs go where the cash goes
		from.Fees, from.Taxes = from.Fees.Sub(l.fees), from.Taxes.Sub(l.taxes)
		to.Fees, to.Taxes = to.Fees.Add(l.fees), to.Taxes.Add(l.taxes)
	}
	delivered := entitled.Floor()
	if t.Quantity.Known {
		delivered = money.Min(entitled, t.Quantity.Decimal)
	}
	fraction := entitled.Sub(delivered)
	if fraction.Sign() <= 0 {
		q := g.queue(to, t.Account, false)
		if q.quantity().IsZero() {
			to.realise(l.gross, l.known)
			return
		}
		g.lowerAll(q, l)
		return
	}
	g.trade(deal{t.Account, t.ToSymbol, fraction.Neg(), l.gross.Neg(), money.Zero, l.known}, closesLong)
}

// lowerAll takes an amount out of the cost of all lots of a queue.
func (g *gainer) lowerAll(q *queue, l *legs) {
	whole, left := q.quantity(), l.gross
	var last *baseLot
	for i := q.gone; i < len(q.lots); i++ {
		x := &q.lots[i]
		part := l.gross.MulDiv(x.quantity, whole, money.Places)
		x.cost, left, x.known, last = x.cost.Sub(part), left.Sub(part), x.known && l.known, x
	}
	last.cost = last.cost.Sub(left)
}

// option ends an option: expired, its cost is lost or its premium kept; used, its cost
// goes into the shares bought or comes off the proceeds of those sold.
func (g *gainer) option(t *ledger.Transaction) error {
	r := g.row(t.Symbol)
	q := t.Quantity.OrZero()
	isShort := t.Type == ledger.OptionAssigned || t.Type == ledger.OptionExpiry && g.covers(r, t.Account, q)
	if t.Type == ledger.OptionExpiry && !t.Quantity.Known {
		q = g.queue(r, t.Account, isShort).quantity().Abs()
	}
	d := deal{account: t.Account, symbol: t.Symbol, quantity: q.Neg(), known: true}
	closes := closesLong
	if isShort {
		d.quantity, closes = q, closesShort
	}
	if t.Type == ledger.OptionExpiry {
		g.trade(d, closes)
		return nil
	}
	delivery, err := ledger.DeliveryOf(t, g.book.Instrument(t.Symbol))
	if err != nil {
		return err
	}
	cost, known := g.handOn(r, d, isShort)
	r.Sales = r.Sales.Add(cost)
	strike, ok1 := g.base(delivery.Cash, t.Currency, t.Date)
	l := g.legs(t, 0)
	known = known && ok1 && l.known
	g.costs(delivery.Underlying, &l)
	g.pay(t, strike.Sub(l.costs()), known)
	shares := deal{t.Account, delivery.Underlying, delivery.Quantity, strike.Neg().Add(cost), l.costs(), known}
	row := g.row(delivery.Underlying)
	if shares.quantity.Sign() > 0 {
		row.Purchases = row.Purchases.Add(shares.worth).Add(l.costs())
		g.trade(shares, closesShort)
		return nil
	}
	row.Sales = row.Sales.Sub(shares.worth).Sub(l.costs())
	g.trade(shares, closesLong)
	return nil
}

// handOn takes an option's lots without a gain and returns what they cost (negative: the
// premium received).
func (g *gainer) handOn(r *row, d deal, isShort bool) (cost money.Decimal, known bool) {
	known = true
	g.close(r, g.queue(r, d.account, isShort), d, func(_ money.Decimal, taken baseLot) {
		cost, known = cost.Add(taken.cost), known && taken.known
	})
	return cost, known
}
