package performance

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// pay records the base value of cash that moved, which the gains on cash are measured
// against.
func (g *gainer) pay(amount money.Decimal, known bool) {
	g.cashMoved = g.cashMoved.Add(amount)
	if !known {
		g.cashUnknown = true
	}
}

func (g *gainer) apply(t *ledger.Transaction) error {
	switch t.Type {
	case ledger.Deposit, ledger.CashIn:
		l := g.legs(t, 0)
		g.out.Transfers = g.out.Transfers.Add(l.cash)
		g.pay(l.cash, l.known)
	case ledger.Withdrawal:
		l := g.legs(t, 0)
		g.out.Transfers = g.out.Transfers.Sub(l.cash)
		g.pay(l.cash.Neg(), l.known)
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
	g.pay(l.cash.Neg(), l.known)
	g.trade(deal{t.Account, t.Symbol, t.Quantity.OrZero(), l.gross, l.costs(), l.known}, g.closingOf(t))
}

func (g *gainer) sale(t *ledger.Transaction) {
	l := g.legs(t, +1)
	g.costs(t.Symbol, &l)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(l.cash)
	g.pay(l.cash, l.known)
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
	worth, ok := g.value(t.Symbol, q, t.Date)
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
	g.pay(cash, l.known)
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
	g.pay(cost.Neg(), l.known)
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
// currency gain; only costs leave. Lots go along with securities.
func (g *gainer) internal(t *ledger.Transaction) {
	if t.Symbol != "" {
		if !g.overAll() {
			g.shift(t)
		}
		return
	}
	l := g.legs(t, 0)
	g.costs("", &l)
	g.pay(l.costs().Neg(), l.known)
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
