package performance

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// pay books cash that moves for an owner: a security of account, or the account itself.
// Where only one of both belongs to the node it crosses the border. The base value of
// all that moves the node's cash is what the gains on cash are measured against.
func (g *gainer) pay(t *ledger.Transaction, amount money.Decimal, known bool) {
	owner, cash := g.within(t.Account), g.within(t.PaidFrom())
	if t.Symbol == "" {
		owner = cash
	}
	if cash {
		g.cashMoved = g.cashMoved.Add(amount)
		g.cashUnknown = g.cashUnknown || !known
	}
	switch {
	case owner && !cash:
		g.out.Transfers = g.out.Transfers.Sub(amount)
	case cash && !owner:
		g.out.Transfers = g.out.Transfers.Add(amount)
	}
}

// crosses books cash that comes from outside (positive) or leaves to it.
func (g *gainer) crosses(amount money.Decimal, known bool) {
	g.out.Transfers = g.out.Transfers.Add(amount)
	g.cashMoved = g.cashMoved.Add(amount)
	g.cashUnknown = g.cashUnknown || !known
}

func (g *gainer) apply(t *ledger.Transaction) error {
	if len(g.node.Accounts) > 0 && !g.touches(t) {
		return nil
	}
	switch t.Type {
	case ledger.Deposit, ledger.CashIn:
		l := g.legs(t, 0)
		g.crosses(l.cash, l.known)
	case ledger.Withdrawal:
		l := g.legs(t, 0)
		g.crosses(l.cash.Neg(), l.known)
	case ledger.Buy, ledger.BuyToCover:
		g.purchase(t)
	case ledger.Sell, ledger.SellShort:
		g.sale(t)
	case ledger.Dividend, ledger.Coupon, ledger.Interest, ledger.InterestCharge:
		g.income(t)
	case ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund:
		g.charge(t)
	case ledger.TransferIn:
		l := g.legs(t, -1)
		g.costs(t.Symbol, &l)
		row := g.row(t.Symbol)
		row.Purchases = row.Purchases.Add(l.cash)
		g.out.Transfers = g.out.Transfers.Add(l.cash)
		g.trade(deal{t.Account, t.Symbol, t.Quantity.OrZero(), l.gross, l.costs(), l.known}, g.closingOf(t))
	case ledger.TransferOut:
		g.delivered(t)
	case ledger.Spend, ledger.Liability:
		g.gone(t)
	case ledger.InternalMove, ledger.Transfer:
		g.internal(t)
	case ledger.Split:
		g.split(t)
	case ledger.ReturnOfCapital:
		g.returnOfCapital(t)
	case ledger.SpinOff, ledger.Merger:
		g.exchange(t)
	case ledger.OptionExercise, ledger.OptionAssigned, ledger.OptionExpiry:
		return g.option(t)
	default:
		return &ledger.Fault{ID: t.ID, Field: "type", Value: string(t.Type), Problem: "there is no such transaction type", Cure: "use one of the ledger's types, such as buy, sell or dividend"}
	}
	return nil
}

// touches reports whether a booking has to do with the node, and books the cash of those
// that only pay from it.
func (g *gainer) touches(t *ledger.Transaction) bool {
	switch {
	case t.Symbol != "" && t.Account == "" && t.Effect().Position == ledger.Rewrites, t.ToAccount != "", t.Type == ledger.InternalMove:
		return true
	case g.within(t.Account):
		return true
	case !g.within(t.PaidFrom()):
		return false
	case t.Symbol == "": // cash of an account that another one names
		return true
	}
	if amount, known, moves := g.cashOf(t); moves {
		g.crosses(amount, known)
	}
	return false
}

// cashOf is what a booking does to cash, in the base currency.
func (g *gainer) cashOf(t *ledger.Transaction) (amount money.Decimal, known, moves bool) {
	l := g.legs(t, 0)
	switch e := t.Effect(); {
	case t.Type == ledger.OptionExercise || t.Type == ledger.OptionAssigned:
		d, err := ledger.DeliveryOf(t, g.book.Instrument(t.Symbol))
		if err != nil {
			return money.Zero, false, false
		}
		strike, ok := g.base(d.Cash, t.Currency, t.Date)
		return strike.Sub(l.costs()), ok && l.known, true
	case e.Cash > 0:
		return l.cash, l.known, true
	case e.Cash < 0:
		return l.cash.Neg(), l.known, true
	}
	return money.Zero, true, false
}

func (g *gainer) costs(symbol string, l *legs) {
	g.out.Fees, g.out.Taxes = g.out.Fees.Add(l.fees), g.out.Taxes.Add(l.taxes)
	if symbol != "" {
		row := g.row(symbol)
		row.Fees, row.Taxes = row.Fees.Add(l.fees), row.Taxes.Add(l.taxes)
	}
}

func (g *gainer) purchase(t *ledger.Transaction) {
	l := g.legs(t, -1)
	g.costs(t.Symbol, &l)
	row := g.row(t.Symbol)
	row.Purchases = row.Purchases.Add(l.cash)
	g.pay(t, l.cash.Neg(), l.known)
	g.trade(deal{t.Account, t.Symbol, t.Quantity.OrZero(), l.gross, l.costs(), l.known}, g.closingOf(t))
}

func (g *gainer) sale(t *ledger.Transaction) {
	l := g.legs(t, +1)
	g.costs(t.Symbol, &l)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(l.cash)
	g.pay(t, l.cash, l.known)
	g.trade(deal{t.Account, t.Symbol, g.sold(t).Neg(), l.gross.Neg(), l.costs(), l.known}, g.closingOf(t))
}

// sold is what a sale takes: no more than is held where the policy counts the rest as
// sold at no cost.
func (g *gainer) sold(t *ledger.Transaction) money.Decimal {
	q := t.Quantity.OrZero()
	if g.book.Policy.OnOversold == ledger.ZeroCost && t.Effect().Position == ledger.Closes {
		return money.Min(q, g.queue(g.row(t.Symbol), t.Account, false).quantity())
	}
	return q
}

// delivered books what leaves to the outside, at the amount booked or else at the
// day's close.
func (g *gainer) delivered(t *ledger.Transaction) {
	if !t.Amount.Known {
		g.gone(t)
		return
	}
	l := g.legs(t, +1)
	g.costs(t.Symbol, &l)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(l.cash)
	g.out.Transfers = g.out.Transfers.Sub(l.cash)
	g.trade(deal{t.Account, t.Symbol, g.sold(t).Neg(), l.gross.Neg(), l.costs(), l.known}, g.closingOf(t))
}

// gone books what leaves at the day's close.
func (g *gainer) gone(t *ledger.Transaction) {
	q := g.sold(t)
	worth, ok := g.crossed(t.Symbol, q, t.Date)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(worth)
	g.out.Transfers = g.out.Transfers.Sub(worth)
	g.trade(deal{t.Account, t.Symbol, q.Neg(), worth.Neg(), money.Zero, ok}, g.closingOf(t))
}

func (g *gainer) income(t *ledger.Transaction) {
	sign := int64(1)
	if t.Type == ledger.InterestCharge {
		sign = -1
	}
	l := g.legs(t, sign)
	cash, gross := l.cash, l.gross
	if sign < 0 {
		cash, gross = cash.Neg(), gross.Neg()
	}
	g.costs(t.Symbol, &l)
	g.pay(t, cash, l.known)
	if t.Type == ledger.Dividend || t.Type == ledger.Coupon {
		g.out.Dividends = g.out.Dividends.Add(gross)
	} else {
		g.out.Interest = g.out.Interest.Add(gross)
	}
	if t.Symbol != "" {
		row := g.row(t.Symbol)
		row.Dividends = row.Dividends.Add(gross)
		row.NetIncome = row.NetIncome.Add(cash)
	}
}

func (g *gainer) charge(t *ledger.Transaction) {
	l := g.legs(t, 0)
	cost := l.cash
	if t.Type == ledger.FeeRefund || t.Type == ledger.TaxRefund {
		cost = cost.Neg()
	}
	g.pay(t, cost.Neg(), l.known)
	own := legs{fees: cost}
	if t.Type == ledger.Tax || t.Type == ledger.TaxRefund {
		own = legs{taxes: cost}
	}
	g.costs(t.Symbol, &own)
	if t.Symbol != "" {
		row := g.row(t.Symbol)
		row.OtherCosts = row.OtherCosts.Add(cost)
	}
}

// internal books what goes between accounts. Cash that stays inside is measured at the
// rate of the side it leaves, so that a booked rate apart from the market's shows as a
// currency gain; only costs leave. Lots go along with securities; those that cross the
// node's border do so at the day's close.
func (g *gainer) internal(t *ledger.Transaction) {
	to := t.ToAccount
	if to == "" {
		to = t.Account
	}
	out, in := g.within(t.Account), g.within(to)
	switch {
	case !out && !in:
	case t.Symbol != "" && out && in:
		if !g.overAll() {
			g.shift(t)
		}
	case t.Symbol != "":
		g.crossing(t, out)
	case out && in:
		l := g.legs(t, 0)
		g.costs("", &l)
		g.cashMoved = g.cashMoved.Sub(l.costs())
		g.cashUnknown = g.cashUnknown || !l.known
	case out:
		l := g.legs(t, 0)
		g.crosses(l.cash.Neg(), l.known)
	default:
		currency := t.ToCurrency
		if currency == "" {
			currency = t.Currency
		}
		arrived, known := g.base(portfolio.Arrived(t), currency, t.Date)
		g.crosses(arrived, known)
	}
}

// crossing books securities that leave the node's accounts for others, or come from them.
func (g *gainer) crossing(t *ledger.Transaction, out bool) {
	r, q := g.row(t.Symbol), t.Quantity.OrZero()
	moves := g.moves
	if g.order != AsBooked || len(moves) == 0 {
		moves = []portfolio.Move{{Booking: g.now, Quantity: q}}
		if out && g.covers(r, t.Account, q) || !out && !g.book.Side(t.ToAccount, t.Symbol, true, t.Date).IsZero() && g.book.Side(t.ToAccount, t.Symbol, false, t.Date).IsZero() {
			moves[0].Quantity = q.Neg()
		}
	}
	for _, m := range moves {
		worth, known := g.crossed(t.Symbol, m.Quantity, t.Date)
		booking := m.Booking
		if booking < g.first {
			booking = atStart
		}
		if !out {
			r.Purchases, g.out.Transfers = r.Purchases.Add(worth), g.out.Transfers.Add(worth)
			g.queue(r, t.ToAccount, m.Quantity.Sign() < 0).add(baseLot{quantity: m.Quantity, cost: worth, booking: booking, known: known}, g.averages())
			continue
		}
		r.Sales, g.out.Transfers = r.Sales.Add(worth), g.out.Transfers.Sub(worth)
		source := g.queue(r, t.Account, m.Quantity.Sign() < 0)
		for size := m.Quantity.Abs(); !size.IsZero(); {
			i := source.next(g.order)
			if g.order == AsBooked {
				i = source.of(booking)
			}
			if i < 0 {
				break
			}
			taken := source.take(i, size)
			size = size.Sub(taken.quantity.Abs())
			r.realise(taken.cost.Neg(), known && taken.known)
		}
		r.realise(worth, known)
	}
}

// shift moves lots between accounts with their cost: those that the book moved, else the
// oldest first.
func (g *gainer) shift(t *ledger.Transaction) {
	r, left := g.row(t.Symbol), t.Quantity.OrZero()
	isShort := g.covers(r, t.Account, left)
	source, target := g.queue(r, t.Account, isShort), g.queue(r, t.ToAccount, isShort)
	if g.order == AsBooked {
		for _, m := range g.moves {
			g.moveBooked(source, target, m)
		}
		return
	}
	for left.Sign() > 0 {
		i := source.next(FIFOPerAccount)
		if i < 0 {
			break
		}
		moved := source.take(i, left)
		left = left.Sub(moved.quantity.Abs())
		target.add(moved, g.averages())
	}
}

// covers reports whether a quantity comes out of the short side: where only that
// suffices or nothing long is held.
func (g *gainer) covers(r *row, account string, q money.Decimal) bool {
	long, short := g.queue(r, account, false).quantity(), g.queue(r, account, true).quantity().Abs()
	return !short.IsZero() && (long.IsZero() || long.Less(q) && !short.Less(q))
}

// moveBooked moves what the book moved of one booking's lot.
func (g *gainer) moveBooked(source, target *queue, m portfolio.Move) {
	booking := m.Booking
	if booking < g.first {
		booking = atStart
	}
	for left := m.Quantity.Abs(); !left.IsZero(); {
		i := source.of(booking)
		if i < 0 {
			return
		}
		moved := source.take(i, left)
		left = left.Sub(moved.quantity.Abs())
		target.add(moved, false)
	}
}

// touched are the accounts whose lots a corporate action changes, with what each holds
// on a side and the lots it is in.
func (g *gainer) touched(t *ledger.Transaction, isShort bool) []holdingOf {
	accounts := []string{t.Account}
	if t.Account == "" {
		accounts = g.book.Accounts
	}
	r := g.row(t.Symbol)
	var out []holdingOf
	if g.overAll() {
		q := g.queue(r, "", isShort)
		whole := q.quantity()
		held := whole
		if t.Account != "" {
			held = g.book.Side(t.Account, t.Symbol, isShort, t.Date-1)
			if held.Abs().Cmp(whole.Abs()) > 0 || len(g.book.Accounts) == 1 {
				held = whole
			}
		}
		return append(out, holdingOf{account: t.Account, queue: q, held: held, whole: whole, short: isShort})
	}
	for _, a := range accounts {
		q := g.queue(r, a, isShort)
		whole := q.quantity()
		out = append(out, holdingOf{account: a, queue: q, held: whole, whole: whole, short: isShort})
	}
	return out
}

// holdingOf is what an account holds of the lots in a queue.
type holdingOf struct {
	account     string
	queue       *queue
	held, whole money.Decimal
	short       bool
}
