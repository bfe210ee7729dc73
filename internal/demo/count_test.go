package demo

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// What a book holds is counted here once more, plainly from its bookings, so that
// the tests do not ask the house about itself.

// worth is holdings at their last prices and cash, counted here from the bookings.
func (f folded) worth(t *testing.T, panel *market.Panel) float64 {
	t.Helper()
	inBase := func(amount money.Decimal, c money.Currency) float64 {
		way, err := panel.Conversion(c, f.Base)
		if err != nil {
			t.Fatal(err)
		}
		converted, err := way.Convert(amount, f.demo.AsOf)
		if err != nil {
			t.Fatal(err)
		}
		return converted.Float64()
	}
	value := 0.0
	for _, symbol := range f.Symbols {
		q := f.quantityOf(symbol, f.demo.AsOf)
		if q.IsZero() {
			continue
		}
		price, _, ok := panel.Price(symbol, f.demo.AsOf)
		if !ok {
			t.Fatalf("%s: no price of %s", f.of.Key, symbol)
		}
		inst := f.of.Instrument(symbol)
		value += inBase(q.Mul(price).Mul(inst.ContractSize()), inst.Currency)
	}
	for _, l := range cashLines(f.of) {
		value += inBase(l.at(f.demo.AsOf), l.currency)
	}
	return value
}

// quantityOf is what is held of a symbol over all accounts at the close of a day,
// counted here from the bookings.
func (f folded) quantityOf(symbol string, on date.Date) money.Decimal {
	total := money.Zero
	for i := range f.of.Transactions {
		t := &f.of.Transactions[i]
		if t.Date > on {
			continue
		}
		if inst := f.of.Instrument(t.Symbol); t.Type == ledger.OptionAssigned && inst.Underlying == symbol {
			total = total.Add(t.Quantity.Decimal.Mul(inst.ContractSize()))
		}
		if t.Symbol != symbol {
			continue
		}
		switch t.Type {
		case ledger.Buy, ledger.BuyToCover, ledger.TransferIn:
			total = total.Add(t.Quantity.Decimal)
		case ledger.Sell, ledger.SellShort:
			total = total.Sub(t.Quantity.Decimal)
		case ledger.Split:
			total = t.Ratio.Apply(total)
		case ledger.OptionExpiry, ledger.OptionAssigned:
			if total.Sign() < 0 {
				total = total.Add(t.Quantity.Decimal)
			} else {
				total = total.Sub(t.Quantity.Decimal)
			}
		}
	}
	return total
}

// line is the cash of an account in a currency, counted here from the bookings.
type line struct {
	account  string
	currency money.Currency
	days     []date.Date
	balance  []money.Decimal
}

func (l line) at(day date.Date) money.Decimal {
	total := money.Zero
	for k, d := range l.days {
		if d <= day {
			total = l.balance[k]
		}
	}
	return total
}

func cashLines(b *Book) []line {
	var lines []line
	pay := func(account string, c money.Currency, day date.Date, by money.Decimal) {
		for i := range lines {
			if l := &lines[i]; l.account == account && l.currency == c {
				l.balance = append(l.balance, l.balance[len(l.balance)-1].Add(by))
				l.days = append(l.days, day)
				return
			}
		}
		lines = append(lines, line{account, c, []date.Date{day}, []money.Decimal{by}})
	}
	for i := range b.Transactions {
		t := &b.Transactions[i]
		effect, _ := ledger.EffectOf(t.Type)
		switch t.Type {
		case ledger.Split, ledger.OptionExpiry, ledger.TransferIn:
		case ledger.InternalMove:
			pay(t.Account, t.Currency, t.Date, t.Amount.Decimal.Neg())
			arrived, currency := t.ToAmount.Or(t.Amount.Decimal), t.Currency
			if t.ToCurrency != "" {
				currency = t.ToCurrency
			}
			pay(t.ToAccount, currency, t.Date, arrived)
		case ledger.OptionAssigned:
			o := b.Instrument(t.Symbol)
			pay(t.Account, t.Currency, t.Date, t.Quantity.Decimal.Mul(o.ContractSize()).Mul(o.Strike.Decimal).Neg())
		default:
			pay(t.Account, t.Currency, t.Date, t.Amount.Decimal.Mul(money.Int(int64(effect.Cash))))
		}
	}
	return lines
}
