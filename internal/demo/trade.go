package demo

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// deposit pays cash in, withdraw takes it out.
func (d *desk) deposit(account, amount, note string) {
	d.cashBooking(ledger.Deposit, account, money.MustParse(amount), note)
}

func (d *desk) withdraw(account, amount, note string) {
	d.cashBooking(ledger.Withdrawal, account, money.MustParse(amount), note)
}

// cashBooking books an amount without a security; the type gives its direction.
func (d *desk) cashBooking(kind ledger.Type, account string, amount money.Decimal, note string) {
	effect, _ := ledger.EffectOf(kind)
	d.credit(account, amount.Mul(money.Int(int64(effect.Cash))))
	d.write(ledger.Transaction{Type: kind, Account: account, Amount: money.Some(amount), Currency: d.terms(account).currency, Note: note})
}

// convert moves cash between accounts of two currencies at the day's rate; the
// bank keeps a tenth of a percent.
func (d *desk) convert(from, to, amountFrom, note string) {
	paid := money.MustParse(amountFrom)
	fx, _ := d.market.Rate(d.terms(to).currency, d.terms(from).currency) // EUR/USD for dollars into euro
	rate, _ := fx.On(d.today)
	arrived := paid.DivRound(decimal(float64(rate*1.001), 5), 2)
	d.credit(from, paid.Neg())
	d.credit(to, arrived)
	d.write(ledger.Transaction{Type: ledger.InternalMove, Account: from, ToAccount: to, Amount: money.Some(paid), Currency: d.terms(from).currency,
		ToAmount: money.Some(arrived), ToCurrency: d.terms(to).currency, Note: note})
}

// shift moves cash between two accounts of one currency.
func (d *desk) shift(from, to, amount, note string) {
	a := money.MustParse(amount)
	d.credit(from, a.Neg())
	d.credit(to, a)
	d.write(ledger.Transaction{Type: ledger.InternalMove, Account: from, ToAccount: to, Amount: money.Some(a), Currency: d.terms(from).currency, Note: note})
}

// trade books a purchase or sale of so many pieces at a price of the day, with
// the account's commission. Where a purchase lacks cash and the account is one
// that its owner pays into, the cash comes first.
func (d *desk) trade(kind ledger.Type, account, symbol string, quantity money.Decimal, note string) {
	if quantity.Sign() <= 0 {
		return
	}
	d.tradeAt(kind, account, symbol, quantity, d.price(symbol), note)
}

func (d *desk) tradeAt(kind ledger.Type, account, symbol string, quantity, price money.Decimal, note string) {
	listed := d.listing(symbol)
	t := d.terms(account)
	gross := quantity.Mul(price).Mul(listed.ContractSize()).Round(2)
	fees := d.commission(t, listed.Class, quantity)
	effect, _ := ledger.EffectOf(kind)
	cash := gross.Add(fees)
	if effect.Cash > 0 {
		cash = gross.Sub(fees)
	} else if t.topUp > 0 {
		d.payIn(t, cash)
	}
	booked := ledger.Transaction{Type: kind, Account: account, Symbol: symbol, Quantity: money.Some(quantity), Price: money.Some(price),
		Amount: money.Some(cash), Currency: listed.Currency, Note: note}
	if fees.Sign() > 0 {
		booked.Fees = money.Some(fees)
	}
	d.write(booked)
	d.credit(account, cash.Mul(money.Int(int64(effect.Cash))))
	switch kind {
	case ledger.Sell, ledger.SellShort:
		quantity = quantity.Neg()
	}
	d.move(account, symbol, quantity)
}

func (d *desk) commission(t terms, class instrument.Class, quantity money.Decimal) money.Decimal {
	switch {
	case class == instrument.Fund || class == instrument.Private:
		return money.Zero
	case class == instrument.Option && t.perContract != "":
		return quantity.Mul(money.MustParse(t.perContract)).Round(2)
	case t.perTrade != "":
		return money.MustParse(t.perTrade)
	}
	return money.Zero
}

// payIn deposits what a purchase lacks, rounded up to the account's step, and one
// step more, so that fees find something.
func (d *desk) payIn(t terms, needed money.Decimal) {
	lacks := needed.Add(money.Int(t.topUp)).Sub(d.balance(t.name))
	if lacks.Sign() <= 0 {
		return
	}
	steps := math.Ceil(lacks.Float64()/float64(t.topUp) + 1e-9)
	d.cashBooking(ledger.Deposit, t.name, money.Int(int64(steps)*t.topUp), "transfer from the bank")
}

// pieces is how many whole pieces of a symbol an amount of today's money is,
// counted in the shares of a day: before a split they are fewer.
func (d *desk) pieces(symbol string, today float64, on date.Date) money.Decimal {
	l := d.listing(symbol)
	last := l.Prices.Close[len(l.Prices.Close)-1]
	n := today / last
	for _, s := range l.Splits {
		if on < s.Date {
			n = n * float64(s.Old) / float64(s.New)
		}
	}
	return money.Int(int64(math.Round(n)))
}

// paidFor is how many whole pieces an amount buys today.
func (d *desk) paidFor(symbol string, dollars float64) money.Decimal {
	return money.Int(int64(math.Round(dollars / d.close(symbol))))
}

// invest puts an amount into a fund, in thousandths of a share.
func (d *desk) invest(account, symbol string, dollars money.Decimal, note string) {
	nav := amount(d.close(symbol))
	quantity := dollars.DivRound(nav, 3)
	if quantity.Sign() > 0 {
		d.tradeAt(ledger.Buy, account, symbol, quantity, nav, note)
	}
}

// fee takes a cost that belongs to no trade.
func (d *desk) fee(account string, a money.Decimal, note string) {
	if a.Sign() > 0 {
		d.cashBooking(ledger.Fee, account, a, note)
	}
}

// deliver brings an asset in from outside at a value: an external flow.
func (d *desk) deliver(account, symbol string, quantity, price money.Decimal, note string) {
	d.write(ledger.Transaction{Type: ledger.TransferIn, Account: account, Symbol: symbol, Quantity: money.Some(quantity), Price: money.Some(price),
		Amount: money.Some(quantity.Mul(price).Round(2)), Currency: d.terms(account).currency, Note: note})
	d.move(account, symbol, quantity)
}

// worth is what the book is worth at today's closes, in its base currency.
func (d *desk) worth() float64 {
	total := 0.0
	for _, h := range d.held {
		if h.quantity.IsZero() {
			continue
		}
		l, public := d.find(h.symbol)
		if !public {
			continue
		}
		total += float64(h.quantity.Float64() * d.close(h.symbol) * l.ContractSize().Float64() * d.rate(l.Currency))
	}
	for _, b := range d.cash {
		total += float64(b.amount.Float64() * d.rate(b.currency))
	}
	return total
}

// rate is what one unit of a currency costs in the book's today.
func (d *desk) rate(c money.Currency) float64 {
	if c == d.book.BaseCurrency {
		return 1
	}
	fx, ok := d.market.Rate(c, d.book.BaseCurrency)
	if !ok {
		panic(fmt.Sprintf("demo: no rate of exchange for %s", c))
	}
	x, _ := fx.On(d.today)
	return x
}
