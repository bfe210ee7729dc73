package ledger

import (
	"errors"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// ErrNoAmount reports a booking whose value is neither stated nor follows from
// quantity and price.
var ErrNoAmount = errors.New("the value of the booking is unknown")

// ErrNoTerms reports an option event of an instrument whose terms are not known.
var ErrNoTerms = errors.New("the terms of the option are unknown")

// direction says how costs stand between a booking's gross value and its amount:
// +1 where the amount includes them (what is paid), −1 where it is net of them (what
// is received), 0 where the type has no such value.
func direction(t Type) int {
	switch t {
	case Buy, BuyToCover, TransferIn:
		return +1
	case Sell, SellShort, TransferOut, Dividend, Coupon, Interest, ReturnOfCapital, Merger, SpinOff, Liability:
		return -1
	}
	return 0
}

// Gross is the value of a booking without fees and taxes, in its currency: of a trade,
// of a delivery, of income. size is the instrument's contract size. The booked amount
// beats quantity × price × size, and that the recorded foreign value. ok is false
// where none of them is known.
func Gross(t *Transaction, size money.Decimal) (gross money.Decimal, ok bool) {
	sign := direction(t.Type)
	switch {
	case sign == 0:
		return money.Zero, false
	case t.Amount.Known && sign > 0:
		return t.Amount.Decimal.Sub(t.costs()), true
	case t.Amount.Known:
		return t.Amount.Decimal.Add(t.costs()), true
	case t.Type == Merger || t.Type == SpinOff: // cash in lieu is stated or there is none
		return money.Zero, false
	case t.Quantity.Known && t.Price.Known:
		return value(t, size), true
	case t.GrossForeign != nil:
		return t.GrossForeign.Amount.Mul(t.GrossForeign.Rate), true
	}
	return money.Zero, false
}

// value is quantity × price × contract size; what income is paid on is counted in
// pieces, whatever their contract size.
func value(t *Transaction, size money.Decimal) money.Decimal {
	v := t.Quantity.Decimal.Mul(t.Price.Decimal)
	switch t.Type {
	case Dividend, Coupon, Interest, ReturnOfCapital:
		return v
	}
	return v.Mul(size)
}

// costs are the fees and taxes of the booking.
func (t *Transaction) costs() money.Decimal {
	switch {
	case !t.Fees.Known:
		return t.Taxes.OrZero()
	case !t.Taxes.Known:
		return t.Fees.Decimal
	}
	return t.Fees.Decimal.Add(t.Taxes.Decimal)
}

// Complete fills the amount of a booking from quantity, price, costs and the
// instrument's contract size, and the price of a trade from its amount (rounded to
// money.Places, as it is derived). What is stated is never changed. The error is a
// *Fault around ErrNoAmount where cash moved and nothing says how much.
func Complete(t *Transaction, inst instrument.Instrument) error {
	if direction(t.Type) != 0 {
		completeValue(t, inst.ContractSize())
	}
	if t.Amount.Known {
		return nil
	}
	switch t.Type {
	case Deposit, Withdrawal, CashIn, Fee, FeeRefund, Tax, TaxRefund, InterestCharge:
		if t.Quantity.Known && t.Price.Known { // some brokers write cash as so many units at one
			t.Amount = money.Some(t.Quantity.Decimal.Mul(t.Price.Decimal))
			return nil
		}
	case InternalMove:
		if t.Symbol != "" {
			return nil
		}
	case Buy, Sell, SellShort, BuyToCover:
		return t.fault("price", "", "neither price nor amount is given", "give the price per unit, or the amount of cash that moved", ErrNoAmount)
	case Dividend, Coupon, Interest, ReturnOfCapital:
	default:
		return nil
	}
	return t.fault("amount", "", "no amount is given", "give the amount of cash that moved", ErrNoAmount)
}

func completeValue(t *Transaction, size money.Decimal) {
	if t.Amount.Known && t.Price.Known {
		return
	}
	gross, ok := Gross(t, size)
	if !ok {
		return
	}
	if !t.Amount.Known {
		if direction(t.Type) > 0 {
			t.Amount = money.Some(gross.Add(t.costs()))
		} else {
			t.Amount = money.Some(gross.Sub(t.costs()))
		}
	}
	switch t.Type {
	case Buy, Sell, SellShort, BuyToCover, TransferIn, TransferOut, Liability:
		if whole := t.Quantity.OrZero().Mul(size); !t.Price.Known && whole.Sign() > 0 {
			t.Price = money.Some(gross.DivRound(whole, money.Places))
		}
	}
}

// fault is a Fault of this booking.
func (t *Transaction) fault(field, value, problem, cure string, err error) *Fault {
	return &Fault{ID: t.ID, Field: field, Value: value, Problem: problem, Cure: cure, Err: err}
}

// Delivery is what using an option moves: pieces of the underlying against cash.
type Delivery struct {
	Underlying string
	Quantity   money.Decimal // positive received, negative delivered
	Cash       money.Decimal // at the strike, before costs: positive received, negative paid
}

// DeliveryOf returns what an option_exercise or option_assignment moves under the
// option's terms; the symbol itself is read where it is an OCC symbol and the
// instrument does not know its terms. The holder of a call and the writer of a put
// buy at the strike, the others sell.
func DeliveryOf(t *Transaction, option instrument.Instrument) (Delivery, error) {
	if !option.IsOption() {
		if read, err := instrument.ParseOCC(t.Symbol); err == nil {
			if option.Multiplier.Known {
				read.Multiplier = option.Multiplier
			}
			option = read
		}
	}
	underlying := option.Underlying
	if t.ToSymbol != "" {
		underlying = t.ToSymbol
	}
	if !option.IsOption() || underlying == "" {
		return Delivery{}, t.fault("symbol", t.Symbol, "it is not known what this option is on, at which strike, or whether it is a call or a put",
			"describe it under symbols: type option, underlying, strike, expiry, right, multiplier", ErrNoTerms)
	}
	units := t.Quantity.OrZero().Mul(option.ContractSize())
	d := Delivery{Underlying: underlying, Quantity: units, Cash: units.Mul(option.Strike.Decimal).Neg()}
	if (t.Type == OptionExercise) != (option.Right == instrument.Call) {
		d.Quantity, d.Cash = d.Quantity.Neg(), d.Cash.Neg()
	}
	return d, nil
}
