package portfolio

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// event is the float64 shadow of a booking for the daily measures. A corporate action
// that touches several accounts has one event for each.
type event struct {
	transaction          int32
	day                  date.Date
	account, cash, to    int32 // account of the security, of the cash, receiving; −1 none
	symbol, toSymbol     int32 // −1 none; of an option used, toSymbol is its underlying
	currency, toCurrency int32 // −1 none
	post                 post
	stated               bool    // the amount is
	moved                float64 // change of the symbol's quantity in account; of a move, in to
	received             float64 // of toSymbol, signed
	amount, fees, taxes  float64 // in currency; of an option used, the strike's cash without costs, signed
	arrived              float64 // in toCurrency
	foreign, rate        float64 // gross value in the base currency as recorded, and base for one of currency; 0 none
}

// post is how a booking crosses the border of a node.
type post uint8

const (
	postNothing post = iota
	postInflow
	postOutflow
	postPurchase
	postSale
	postIncome
	postCapital // returned
	postCharge  // interest paid
	postFee
	postFeeRefund
	postTax
	postTaxRefund
	postDeliveryIn
	postDeliveryOut
	postGone // at the day's close
	postMove
	postExchange
	postUse
)

var posts = map[ledger.Type]post{
	ledger.Deposit: postInflow, ledger.CashIn: postInflow, ledger.Withdrawal: postOutflow,
	ledger.Buy: postPurchase, ledger.BuyToCover: postPurchase, ledger.Sell: postSale, ledger.SellShort: postSale,
	ledger.Dividend: postIncome, ledger.Coupon: postIncome, ledger.Interest: postIncome, ledger.ReturnOfCapital: postCapital, ledger.InterestCharge: postCharge,
	ledger.Fee: postFee, ledger.FeeRefund: postFeeRefund, ledger.Tax: postTax, ledger.TaxRefund: postTaxRefund,
	ledger.TransferIn: postDeliveryIn, ledger.TransferOut: postDeliveryOut, ledger.Spend: postGone, ledger.Liability: postGone,
	ledger.InternalMove: postMove, ledger.Transfer: postMove,
	ledger.SpinOff: postExchange, ledger.Merger: postExchange, ledger.OptionExercise: postUse, ledger.OptionAssigned: postUse,
}

func posting(t *ledger.Transaction) post { return posts[t.Type] }

// measure takes over the booking's amounts and currencies.
func (e *event) measure(f *folder, t *ledger.Transaction) {
	e.currency, e.toCurrency = -1, -1
	if t.Currency != "" {
		e.currency = f.currency(t.Currency)
		e.toCurrency = e.currency
	}
	e.stated = t.Amount.Known
	if e.stated {
		e.amount = t.Amount.Decimal.Float64()
	}
	if t.Fees.Known {
		e.fees = t.Fees.Decimal.Float64()
	}
	if t.Taxes.Known {
		e.taxes = t.Taxes.Decimal.Float64()
	}
	if e.post == postMove && t.Symbol == "" {
		e.arrived = Arrived(t).Float64()
		if t.ToCurrency != "" {
			e.toCurrency = f.currency(t.ToCurrency)
		}
	}
	if g := t.GrossForeign; g != nil && g.Currency == f.Base && t.Currency != f.Base && g.Rate.Sign() > 0 {
		e.foreign, e.rate = g.Amount.Float64(), 1/g.Rate.Float64()
	}
}
