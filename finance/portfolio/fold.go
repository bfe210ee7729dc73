package portfolio

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// folder applies bookings to a Book one after the other.
type folder struct {
	*Book
	multiplier []money.Decimal // by symbol
	rounded    map[int32]bool  // symbols whose pieces a corporate action may have rounded
}

func (f *folder) apply(i int) error {
	t := &f.Transactions[i]
	effect, known := ledger.EffectOf(t.Type)
	if !known {
		return &ledger.Fault{ID: t.ID, Field: "type", Value: string(t.Type), Problem: "there is no such transaction type", Cure: "use one of the ledger's types, such as buy, sell or dividend"}
	}
	var inst instrument.Instrument
	symbol, toSymbol := int32(-1), int32(-1)
	if t.Symbol != "" {
		symbol = f.symbol(t.Symbol)
		inst = f.instrument(t.Symbol)
	}
	if t.ToSymbol != "" {
		toSymbol = f.symbol(t.ToSymbol)
	}
	if err := ledger.Complete(t, inst); err != nil {
		return f.fault(i, err)
	}
	if f.Lots != nil && (symbol >= 0) {
		disposals, err := f.Lots.ApplyAt(i, t)
		if err != nil {
			return f.fault(i, err)
		}
		f.Disposals = append(f.Disposals, disposals...)
	}
	account, cash := f.account(t.Account), f.account(t.PaidFrom())
	to := int32(-1)
	if t.ToAccount != "" {
		to = f.account(t.ToAccount)
	} else if t.Type == ledger.InternalMove {
		to = account
	}
	f.moveCash(t, effect, cash, to)
	if symbol >= 0 {
		f.moveHoldings(t, effect, inst, account, to, symbol, toSymbol)
		f.agree(t, effect, symbol, toSymbol)
	}
	f.events[i] = f.event(t, account, cash, to, symbol, toSymbol)
	return nil
}

func (f *folder) account(name string) int32 {
	i, ok := f.accountAt[name]
	if !ok {
		i = int32(len(f.Accounts))
		f.accountAt[name] = i
		f.Accounts = append(f.Accounts, name)
	}
	return i
}

func (f *folder) symbol(name string) int32 {
	i, ok := f.symbolAt[name]
	if !ok {
		i = int32(len(f.Symbols))
		f.symbolAt[name] = i
		f.Symbols = append(f.Symbols, name)
		f.multiplier = append(f.multiplier, f.instrument(name).ContractSize())
	}
	return i
}

func (f *folder) currency(c money.Currency) int32 {
	i, ok := f.currencyAt[c]
	if !ok {
		i = int32(len(f.Currencies))
		f.currencyAt[c] = i
		f.Currencies = append(f.Currencies, c)
	}
	return i
}

// moveCash books what the transaction does to cash.
func (f *folder) moveCash(t *ledger.Transaction, effect ledger.Effect, cash, to int32) {
	amount := t.Amount.OrZero()
	switch t.Type {
	case ledger.InternalMove:
		if t.Symbol != "" {
			return
		}
		f.pay(cash, t.Currency, t.Date, amount.Neg())
		arrived, currency := t.ToAmount.Or(amount), t.ToCurrency
		if currency == "" {
			currency = t.Currency
		}
		f.pay(to, currency, t.Date, arrived)
	case ledger.OptionExercise, ledger.OptionAssigned:
		f.pay(cash, t.Currency, t.Date, f.strikeCash(t))
	default:
		switch {
		case effect.Cash > 0:
			f.pay(cash, t.Currency, t.Date, amount)
		case effect.Cash < 0:
			f.pay(cash, t.Currency, t.Date, amount.Neg())
		}
	}
}

// strikeCash is the cash that exercising or being assigned moves: the strike for each
// share bought (negative) or sold, less costs.
func (f *folder) strikeCash(t *ledger.Transaction) money.Decimal {
	o := f.instrument(t.Symbol)
	gross := t.Quantity.OrZero().Mul(o.ContractSize()).Mul(o.Strike.OrZero())
	if buysUnderlying(t.Type, o.Right) {
		gross = gross.Neg()
	}
	return gross.Sub(t.Fees.OrZero()).Sub(t.Taxes.OrZero())
}

// buysUnderlying reports whether the event brings the underlying in: the holder of a
// call and the writer of a put buy.
func buysUnderlying(kind ledger.Type, right instrument.Right) bool {
	return (kind == ledger.OptionExercise) == (right == instrument.Call)
}

func (f *folder) pay(account int32, currency money.Currency, day date.Date, amount money.Decimal) {
	if amount.IsZero() {
		return
	}
	key := [2]int32{account, f.currency(currency)}
	i, ok := f.cashAt[key]
	if !ok {
		i = int32(len(f.cash))
		f.cashAt[key] = i
		f.cash = append(f.cash, cashLine{account: key[0], currency: key[1]})
	}
	line := &f.cash[i]
	line.steps = push(line.steps, day, amount)
}

// push adds amount to a line of steps on day.
func push(steps []step, day date.Date, amount money.Decimal) []step {
	n := len(steps)
	if n == 0 {
		return append(steps, step{day, amount})
	}
	after := steps[n-1].after.Add(amount)
	if steps[n-1].day == day {
		steps[n-1].after = after
		return steps
	}
	return append(steps, step{day, after})
}

func (f *folder) move(account, symbol int32, day date.Date, quantity money.Decimal) {
	key := [2]int32{account, symbol}
	i, ok := f.positionAt[key]
	if !ok {
		i = int32(len(f.positions))
		f.positionAt[key] = i
		f.positions = append(f.positions, position{account: account, symbol: symbol})
	}
	p := &f.positions[i]
	p.steps = push(p.steps, day, quantity)
}

// held is the quantity after the bookings so far.
func (f *folder) held(account, symbol int32) money.Decimal {
	i, ok := f.positionAt[[2]int32{account, symbol}]
	if !ok || len(f.positions[i].steps) == 0 {
		return money.Zero
	}
	return f.positions[i].steps[len(f.positions[i].steps)-1].after
}

// moveHoldings books what the transaction does to quantities.
func (f *folder) moveHoldings(t *ledger.Transaction, effect ledger.Effect, inst instrument.Instrument, account, to, symbol, toSymbol int32) {
	q := t.Quantity.OrZero()
	switch effect.Position {
	case ledger.Opens, ledger.ClosesShort:
		f.move(account, symbol, t.Date, q)
	case ledger.Closes, ledger.OpensShort:
		if f.Policy.OnOversold == ledger.ZeroCost && effect.Position == ledger.Closes {
			q = money.Min(q, money.Max(f.held(account, symbol), money.Zero))
		}
		f.move(account, symbol, t.Date, q.Neg())
	case ledger.Moves:
		f.move(account, symbol, t.Date, q.Neg())
		f.move(to, symbol, t.Date, q)
	case ledger.Rewrites:
		f.rewrite(t, account, symbol, toSymbol)
	case ledger.Ends:
		f.end(t, inst, account, symbol, q)
	}
}

// rewrite applies a split, spin-off or merger to every account that holds the symbol,
// or to the one it names.
func (f *folder) rewrite(t *ledger.Transaction, account, symbol, toSymbol int32) {
	count := len(f.positions)
	for i := range count {
		p := &f.positions[i]
		if p.symbol != symbol || t.Account != "" && p.account != account || len(p.steps) == 0 {
			continue
		}
		old := p.steps[len(p.steps)-1].after
		if old.IsZero() || t.Ratio == nil {
			continue
		}
		result := t.Ratio.Apply(old)
		switch t.Type {
		case ledger.Split:
			p.steps = push(p.steps, t.Date, result.Sub(old))
		case ledger.SpinOff:
			f.move(p.account, toSymbol, t.Date, result)
		case ledger.Merger:
			owner := p.account
			p.steps = push(p.steps, t.Date, old.Neg())
			if toSymbol >= 0 {
				f.move(owner, toSymbol, t.Date, result)
			}
		}
	}
}

// end takes an option off the book and, where it is used, moves its underlying.
func (f *folder) end(t *ledger.Transaction, inst instrument.Instrument, account, symbol int32, q money.Decimal) {
	if f.held(account, symbol).Sign() > 0 {
		f.move(account, symbol, t.Date, q.Neg())
	} else {
		f.move(account, symbol, t.Date, q)
	}
	if t.Type == ledger.OptionExpiry || inst.Underlying == "" {
		return
	}
	shares := q.Mul(inst.ContractSize())
	if !buysUnderlying(t.Type, inst.Right) {
		shares = shares.Neg()
	}
	f.move(account, f.symbol(inst.Underlying), t.Date, shares)
}

// event is the float64 shadow of a completed booking.
func (f *folder) event(t *ledger.Transaction, account, cash, to, symbol, toSymbol int32) event {
	e := event{day: t.Date, account: account, cash: cash, to: to, symbol: symbol, toSymbol: toSymbol, currency: -1, toCurrency: -1,
		quantity: t.Quantity.OrZero().Float64(), amount: t.Amount.OrZero().Float64(), fees: t.Fees.OrZero().Float64(), taxes: t.Taxes.OrZero().Float64()}
	if t.Currency != "" {
		e.currency = f.currency(t.Currency)
	}
	if t.ToAmount.Known {
		e.toAm = t.ToAmount.Decimal.Float64()
	} else {
		e.toAm = e.amount
	}
	if t.ToCurrency != "" {
		e.toCurrency = f.currency(t.ToCurrency)
	} else {
		e.toCurrency = e.currency
	}
	if g := t.GrossForeign; g != nil && g.Currency == f.Base {
		e.foreign = g.Amount.Float64()
	}
	return e
}

// String names the book in messages.
func (b *Book) String() string {
	return fmt.Sprintf("%d bookings in %s from %s to %s", len(b.Transactions), b.Base, b.First(), b.Last())
}
