package performance

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
)

// tell tallies the booking at hand, or leaves its symbols out.
func (t *tallier) tell(x *ledger.Transaction, disposals []lot.Disposal) {
	symbol := int(t.entry.symbol)
	if symbol < len(t.left) && t.left[symbol] && x.ToSymbol == "" && x.Effect().Position != ledger.Ends {
		return
	}
	known := false
	switch x.Type {
	case ledger.Deposit, ledger.CashIn, ledger.Withdrawal:
		known = x.Symbol == "" && t.tellTransfer(x)
	case ledger.Dividend, ledger.Coupon, ledger.Interest, ledger.InterestCharge:
		known = t.tellIncome(x)
	case ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund:
		known = t.tellCharge(x)
	case ledger.Buy, ledger.TransferIn:
		known = x.Symbol != "" && len(disposals) == 0 && t.tellPurchase(x)
	case ledger.Sell, ledger.TransferOut, ledger.Spend:
		known = x.Symbol != "" && t.tellSale(x, disposals)
	case ledger.InternalMove, ledger.Transfer:
	default:
		t.leave(x.ToSymbol)
		t.leave(t.book.Instrument(x.Symbol).Underlying)
	}
	if !known && symbol < len(t.left) {
		t.left[symbol] = true
	}
}

// tellTransfer tallies cash that comes from outside or goes there.
func (t *tallier) tellTransfer(x *ledger.Transaction) (known bool) {
	l := t.gainer.legs(x, 0)
	if x.Type == ledger.Withdrawal {
		l.cash = l.cash.Neg()
	}
	return l.known && t.enter(x, entryTransfer, l.cash, money.Zero, money.Zero)
}

func (t *tallier) tellIncome(x *ledger.Transaction) (known bool) {
	kind, sign := entryInterest, int64(1)
	switch x.Type {
	case ledger.InterestCharge:
		sign = -1
	case ledger.Dividend, ledger.Coupon:
		kind = entryDividend
	}
	l := t.gainer.legs(x, sign)
	if sign < 0 {
		l.cash = l.cash.Neg()
	}
	return l.known && t.enter(x, kind, l.cash, l.fees, l.taxes)
}

func (t *tallier) tellCharge(x *ledger.Transaction) (known bool) {
	l := t.gainer.legs(x, 0)
	charge := l.cash
	if x.Type == ledger.FeeRefund || x.Type == ledger.TaxRefund {
		charge = charge.Neg()
	}
	fees, taxes := charge, money.Zero
	if x.Type == ledger.Tax || x.Type == ledger.TaxRefund {
		fees, taxes = taxes, fees
	}
	return l.known && t.enter(x, entryCharge, charge, fees, taxes)
}

// tellPurchase tallies what opens a lot.
func (t *tallier) tellPurchase(x *ledger.Transaction) (known bool) {
	kind := entryPurchase
	if x.Type == ledger.TransferIn {
		kind = entryDeliveryIn
	}
	l := t.gainer.legs(x, -1)
	q := x.Quantity.OrZero()
	return l.known && q.Sign() > 0 && t.enter(x, kind, l.cash, l.fees, l.taxes) && t.open(q)
}

// tellSale tallies what closes lots, all of it by the book's disposals.
func (t *tallier) tellSale(x *ledger.Transaction, disposals []lot.Disposal) (known bool) {
	kind, left := entrySale, x.Quantity.OrZero()
	if x.Type != ledger.Sell {
		kind = entryDeliveryOut
	}
	var l legs
	if x.Type == ledger.Spend || x.Type == ledger.TransferOut && !x.Amount.Known {
		l.cash, l.known = t.gainer.value(x.Symbol, left, x.Date) // leaves at the day's close
	} else {
		l = t.gainer.legs(x, +1)
	}
	if !l.known || left.Sign() <= 0 || !t.enter(x, kind, l.cash, l.fees, l.taxes) {
		return false
	}
	for i := range disposals {
		d := &disposals[i]
		if d.Symbol != x.Symbol || d.Account != x.Account || d.Missing || d.Quantity.Sign() <= 0 || !t.take(d) {
			return false
		}
		left = left.Sub(d.Quantity)
	}
	return left.IsZero()
}
