package performance

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// legs are the parts of a booking in the base currency, all at one rate.
type legs struct {
	cash, gross, fees, taxes money.Decimal
	known                    bool
}

// legs converts a booking: at the rate recorded on it where there is one into the base
// currency, else at the market's of the day. gross = cash + sign × costs.
func (g *gainer) legs(t *ledger.Transaction, sign int64) legs {
	amount, fees, taxes := t.Amount.OrZero(), t.Fees.OrZero(), t.Taxes.OrZero()
	if f := t.GrossForeign; f != nil && f.Currency == g.book.Base && t.Currency != g.book.Base && f.Rate.Sign() > 0 {
		l := legs{gross: f.Amount, known: true}
		l.fees = fees.DivRound(f.Rate, money.Places)
		l.taxes = taxes.DivRound(f.Rate, money.Places)
		l.cash = l.gross.Sub(l.fees.Add(l.taxes).Mul(money.Int(sign)))
		return l
	}
	var l legs
	var ok1, ok2, ok3 bool
	l.cash, ok1 = g.base(amount, t.Currency, t.Date)
	l.fees, ok2 = g.base(fees, t.Currency, t.Date)
	l.taxes, ok3 = g.base(taxes, t.Currency, t.Date)
	l.gross = l.cash.Add(l.fees.Add(l.taxes).Mul(money.Int(sign)))
	l.known = ok1 && ok2 && ok3
	if !l.known {
		g.miss(t.Symbol, t.Date, fmt.Sprintf("no exchange rate from %s to %s", t.Currency, g.book.Base))
	}
	return l
}

// pay records the base value of cash that moved, which the gains on foreign cash are
// measured against.
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
		g.costs(t.Symbol, l)
		row := g.row(t.Symbol)
		row.Purchases = row.Purchases.Add(l.cash)
		g.out.Transfers = g.out.Transfers.Add(l.cash)
		g.trade(t.Account, t.Symbol, t.Quantity.OrZero(), l.gross, l.fees.Add(l.taxes), l.known)
	case ledger.TransferOut:
		l := g.legs(t, +1)
		g.costs(t.Symbol, l)
		row := g.row(t.Symbol)
		row.Sales = row.Sales.Add(l.cash)
		g.out.Transfers = g.out.Transfers.Sub(l.cash)
		g.trade(t.Account, t.Symbol, t.Quantity.OrZero().Neg(), l.gross.Neg(), l.fees.Add(l.taxes), l.known)
	case ledger.Spend, ledger.Liability:
		q := t.Quantity.OrZero()
		worth, ok := g.value(t.Symbol, q, t.Date)
		row := g.row(t.Symbol)
		row.Sales = row.Sales.Add(worth)
		g.out.Transfers = g.out.Transfers.Sub(worth)
		g.trade(t.Account, t.Symbol, q.Neg(), worth.Neg(), money.Zero, ok)
	case ledger.InternalMove, ledger.Transfer:
		g.internal(t)
	case ledger.Split:
		g.split(t)
	case ledger.ReturnOfCapital:
		g.returnOfCapital(t)
	case ledger.SpinOff, ledger.Merger:
		g.exchange(t)
	case ledger.OptionExercise, ledger.OptionAssigned, ledger.OptionExpiry:
		g.option(t)
	default:
		return &ledger.Fault{ID: t.ID, Field: "type", Value: string(t.Type), Problem: "there is no such transaction type"}
	}
	return nil
}

func (g *gainer) costs(symbol string, l legs) {
	g.out.Fees, g.out.Taxes = g.out.Fees.Add(l.fees), g.out.Taxes.Add(l.taxes)
	if symbol != "" {
		row := g.row(symbol)
		row.Fees, row.Taxes = row.Fees.Add(l.fees), row.Taxes.Add(l.taxes)
	}
}

func (g *gainer) purchase(t *ledger.Transaction) {
	l := g.legs(t, -1)
	g.costs(t.Symbol, l)
	row := g.row(t.Symbol)
	row.Purchases = row.Purchases.Add(l.cash)
	g.pay(l.cash.Neg(), l.known)
	g.trade(t.Account, t.Symbol, t.Quantity.OrZero(), l.gross, l.fees.Add(l.taxes), l.known)
}

func (g *gainer) sale(t *ledger.Transaction) {
	l := g.legs(t, +1)
	g.costs(t.Symbol, l)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(l.cash)
	g.pay(l.cash, l.known)
	q := t.Quantity.OrZero().Neg()
	if t.Type == ledger.Sell && g.book.Policy.OnOversold == ledger.ZeroCost {
		if held := g.heldIn(t.Account, t.Symbol); held.Less(q.Neg()) {
			q = held.Neg()
		}
	}
	g.trade(t.Account, t.Symbol, q, l.gross.Neg(), l.fees.Add(l.taxes), l.known)
}

func (g *gainer) heldIn(account, symbol string) money.Decimal {
	sum := money.Zero
	for _, l := range *g.queue(account, symbol) {
		sum = sum.Add(l.quantity)
	}
	return sum
}

// trade adds quantity (signed) for worth (signed alike, gross) to the lots: what is of
// the other sign closes lots and realises their gain, the rest opens one.
func (g *gainer) trade(account, symbol string, quantity, worth, costs money.Decimal, known bool) {
	lots := g.queue(account, symbol)
	left := quantity
	leftWorth := worth
	for left.Sign() != 0 {
		i := g.next(*lots)
		if i < 0 || (*lots)[i].quantity.Sign() == left.Sign() {
			break
		}
		l := &(*lots)[i]
		part := money.Min(left.Abs(), l.quantity.Abs())
		whole := part.Equal(left.Abs())
		share := leftWorth
		if !whole {
			share = leftWorth.MulDiv(part, left.Abs(), money.Places)
		}
		cost := g.take(lots, i, part)
		// A long lot of cost c is closed for −share; a short one of cost −c for −share.
		g.realise(symbol, share.Neg().Sub(cost), known && l.known)
		leftWorth = leftWorth.Sub(share)
		if left.Sign() > 0 {
			left = left.Sub(part)
		} else {
			left = left.Add(part)
		}
	}
	*lots = compact(*lots)
	if left.Sign() == 0 {
		if !leftWorth.IsZero() {
			g.realise(symbol, leftWorth.Neg(), known)
		}
		return
	}
	g.add(lots, baseLot{quantity: left, cost: leftWorth, costs: costs, known: known})
}

// add opens a lot, or joins the pool of the average method.
func (g *gainer) add(lots *[]baseLot, l baseLot) {
	if g.order == AverageOverAll && len(*lots) > 0 {
		p := &(*lots)[0]
		p.quantity, p.cost, p.costs, p.known = p.quantity.Add(l.quantity), p.cost.Add(l.cost), p.costs.Add(l.costs), p.known && l.known
		return
	}
	*lots = append(*lots, l)
}

// next is the lot that a sale takes first.
func (g *gainer) next(lots []baseLot) int {
	best := -1
	for i := range lots {
		l := &lots[i]
		if l.quantity.IsZero() {
			continue
		}
		switch {
		case best < 0, g.order == LIFOPerAccount:
			best = i
		case g.order == HIFOPerAccount:
			b := &lots[best]
			if b.cost.Mul(l.quantity).Less(l.cost.Mul(b.quantity)) {
				best = i
			}
		}
	}
	return best
}

// take removes part (positive) of lot i and returns its cost.
func (g *gainer) take(lots *[]baseLot, i int, part money.Decimal) money.Decimal {
	l := &(*lots)[i]
	size := l.quantity.Abs()
	if part.Equal(size) {
		cost := l.cost
		l.quantity, l.cost, l.costs = money.Zero, money.Zero, money.Zero
		return cost
	}
	cost := l.cost.MulDiv(part, size, money.Places)
	l.costs = l.costs.Sub(l.costs.MulDiv(part, size, money.Places))
	l.cost = l.cost.Sub(cost)
	if l.quantity.Sign() > 0 {
		l.quantity = l.quantity.Sub(part)
	} else {
		l.quantity = l.quantity.Add(part)
	}
	return cost
}

func compact(lots []baseLot) []baseLot {
	kept := lots[:0]
	for _, l := range lots {
		if !l.quantity.IsZero() {
			kept = append(kept, l)
		}
	}
	return kept
}

func (g *gainer) realise(symbol string, gain money.Decimal, known bool) {
	row := g.row(symbol)
	if !known || !row.Realised.Known {
		row.Realised = money.Optional{}
		return
	}
	row.Realised.Decimal = row.Realised.Decimal.Add(gain)
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
	g.costs(t.Symbol, l)
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
	cash := l.cash
	if t.Type == ledger.Fee || t.Type == ledger.Tax {
		cash = cash.Neg()
	}
	g.pay(cash, l.known)
	cost := cash.Neg()
	tax := t.Type == ledger.Tax || t.Type == ledger.TaxRefund
	if tax {
		g.out.Taxes = g.out.Taxes.Add(cost)
	} else {
		g.out.Fees = g.out.Fees.Add(cost)
	}
	if t.Symbol == "" {
		return
	}
	row := g.row(t.Symbol)
	row.OtherCosts = row.OtherCosts.Add(cost)
	if tax {
		row.Taxes = row.Taxes.Add(cost)
	} else {
		row.Fees = row.Fees.Add(cost)
	}
}

func (g *gainer) internal(t *ledger.Transaction) {
	if t.Symbol != "" {
		if g.order != AverageOverAll {
			g.shift(t.Account, t.ToAccount, t.Symbol, t.Quantity.OrZero())
		}
		return
	}
	// Cash that stays inside: both legs are measured at the rate of the first, so that a
	// booked rate apart from the market's shows as a currency gain. Only costs leave.
	l := g.legs(t, 0)
	g.costs("", l)
	g.pay(l.fees.Add(l.taxes).Neg(), l.known)
}

// shift moves lots between accounts, oldest first, with their cost.
func (g *gainer) shift(from, to, symbol string, quantity money.Decimal) {
	source, target := g.queue(from, symbol), g.queue(to, symbol)
	left := quantity
	for left.Sign() > 0 && len(*source) > 0 {
		l := &(*source)[0]
		part := money.Min(left, l.quantity.Abs())
		moved := *l
		if !part.Equal(l.quantity.Abs()) {
			moved.costs = l.costs.MulDiv(part, l.quantity.Abs(), money.Places)
			rest := l.costs.Sub(moved.costs)
			moved.quantity = part
			if l.quantity.Sign() < 0 {
				moved.quantity = part.Neg()
			}
			moved.cost = g.take(source, 0, part)
			(*source)[0].costs = rest
		} else {
			*source = (*source)[1:]
		}
		*target = append(*target, moved)
		left = left.Sub(part)
	}
}

// accounts returns the queues of a symbol that a booking touches.
func (g *gainer) accounts(t *ledger.Transaction) []*[]baseLot {
	if t.Account != "" || g.order == AverageOverAll {
		return []*[]baseLot{g.queue(t.Account, t.Symbol)}
	}
	var out []*[]baseLot
	for _, a := range g.book.Accounts {
		out = append(out, g.queue(a, t.Symbol))
	}
	return out
}

func (g *gainer) split(t *ledger.Transaction) {
	if t.Ratio == nil {
		return
	}
	for _, lots := range g.accounts(t) {
		for i := range *lots {
			(*lots)[i].quantity = t.Ratio.Apply((*lots)[i].quantity)
		}
	}
}

// returnOfCapital lowers the cost of what is held, lot by lot in proportion; it is no
// income, and shows as a capital gain when the holding is sold or valued.
func (g *gainer) returnOfCapital(t *ledger.Transaction) {
	l := g.legs(t, +1)
	g.costs(t.Symbol, l)
	g.pay(l.cash, l.known)
	row := g.row(t.Symbol)
	row.Sales = row.Sales.Add(l.cash)
	total := money.Zero
	queues := g.accounts(t)
	for _, lots := range queues {
		for _, x := range *lots {
			total = total.Add(x.quantity)
		}
	}
	if total.IsZero() {
		g.realise(t.Symbol, l.gross, l.known)
		return
	}
	left := l.gross
	for _, lots := range queues {
		for i := range *lots {
			x := &(*lots)[i]
			part := l.gross.MulDiv(x.quantity, total, money.Places)
			x.cost = x.cost.Sub(part)
			left = left.Sub(part)
			x.known = x.known && l.known
		}
	}
	if !left.IsZero() {
		g.realise(t.Symbol, left, l.known) // what rounding left over
	}
}

// exchange moves cost from a symbol to the one received: all of it in a merger, the
// stated part in a spin-off.
func (g *gainer) exchange(t *ledger.Transaction) {
	l := g.legs(t, +1)
	if t.Type == ledger.Merger && !l.cash.IsZero() {
		g.costs(t.Symbol, l)
		g.pay(l.cash, l.known)
		row := g.row(t.Symbol)
		row.Sales = row.Sales.Add(l.cash)
	}
	if t.Ratio == nil {
		return
	}
	cashLeft := l.gross
	for _, account := range g.touched(t) {
		lots := g.queue(account, t.Symbol)
		target := g.queue(account, t.ToSymbol)
		for i := range *lots {
			x := &(*lots)[i]
			fraction := t.CostFraction.OrZero()
			if t.Type == ledger.Merger {
				fraction = money.One
			}
			moved := x.cost.Mul(fraction).Round(money.Places)
			movedCosts := x.costs.Mul(fraction).Round(money.Places)
			received := t.Ratio.Apply(x.quantity)
			x.cost, x.costs = x.cost.Sub(moved), x.costs.Sub(movedCosts)
			if t.Type == ledger.Merger {
				x.quantity = money.Zero
				if part := money.Min(cashLeft, moved); part.Sign() > 0 { // cash lowers the cost carried over
					moved = moved.Sub(part)
					cashLeft = cashLeft.Sub(part)
				}
			}
			if t.ToSymbol != "" {
				g.add(target, baseLot{quantity: received, cost: moved, costs: movedCosts, known: x.known && l.known})
				g.row(t.Symbol).Sales = g.row(t.Symbol).Sales.Add(moved)
				g.row(t.ToSymbol).Purchases = g.row(t.ToSymbol).Purchases.Add(moved)
			} else {
				g.realise(t.Symbol, moved.Neg(), x.known)
			}
		}
		*lots = compact(*lots)
	}
	if !cashLeft.IsZero() {
		g.realise(t.Symbol, cashLeft, l.known)
	}
}

func (g *gainer) touched(t *ledger.Transaction) []string {
	if t.Account != "" || g.order == AverageOverAll {
		return []string{t.Account}
	}
	return g.book.Accounts
}

// option ends an option: expired, its cost is lost or its premium kept; used, its cost
// goes into the shares bought or comes off the proceeds of those sold.
func (g *gainer) option(t *ledger.Transaction) {
	o := g.book.Instrument(t.Symbol)
	q := t.Quantity.OrZero()
	held := g.heldIn(t.Account, t.Symbol)
	closing := q.Neg()
	if held.Sign() < 0 {
		closing = q
	}
	if t.Type == ledger.OptionExpiry || o.Underlying == "" {
		g.trade(t.Account, t.Symbol, closing, money.Zero, money.Zero, true)
		return
	}
	cost, known := g.costOf(t.Account, t.Symbol, q)
	// The option hands its cost on: it leaves without a gain of its own.
	g.trade(t.Account, t.Symbol, closing, cost.Neg(), money.Zero, known)
	shares := q.Mul(o.ContractSize())
	strike, ok := g.base(shares.Mul(o.Strike.OrZero()), t.Currency, t.Date)
	fees, ok2 := g.base(t.Fees.OrZero().Add(t.Taxes.OrZero()), t.Currency, t.Date)
	feesOnly, _ := g.base(t.Fees.OrZero(), t.Currency, t.Date)
	known = known && ok && ok2
	g.costs(o.Underlying, legs{fees: feesOnly, taxes: fees.Sub(feesOnly)})
	rowOption, rowShares := g.row(t.Symbol), func() *HoldingGain { return g.row(o.Underlying) }
	rowOption.Sales = rowOption.Sales.Add(cost)
	buys := (t.Type == ledger.OptionExercise) == (o.Right == instrument.Call)
	if buys {
		g.pay(strike.Add(fees).Neg(), known)
		rowShares().Purchases = rowShares().Purchases.Add(strike).Add(fees).Add(cost)
		g.trade(t.Account, o.Underlying, shares, strike.Add(cost), fees, known)
		return
	}
	g.pay(strike.Sub(fees), known)
	rowShares().Sales = rowShares().Sales.Add(strike).Sub(fees).Sub(cost)
	g.trade(t.Account, o.Underlying, shares.Neg(), strike.Sub(cost).Neg(), fees, known)
}

// costOf is the cost of the lots that taking so many contracts would take; negative
// for a written option.
func (g *gainer) costOf(account, symbol string, quantity money.Decimal) (money.Decimal, bool) {
	lots := append([]baseLot(nil), *g.queue(account, symbol)...)
	total, known, left := money.Zero, true, quantity
	for left.Sign() > 0 {
		i := g.next(lots)
		if i < 0 {
			break
		}
		known = known && lots[i].known
		part := money.Min(left, lots[i].quantity.Abs())
		total = total.Add(g.take(&lots, i, part))
		left = left.Sub(part)
	}
	return total, known
}
