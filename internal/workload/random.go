package workload

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Random is a random ledger of three accounts in EUR and USD with everything that can
// be booked in it, and the market around it. It is valid: nothing is sold that is not
// there, and everything has a price and a rate from before the first booking.
type Random struct {
	Document ledger.Document
	Actions  map[string]*market.Actions // splits that only the market knows
	First    date.Date                  // the day before the first booking
	Last     date.Date                  // the last day with prices
	// Mixed ledgers book trades in the other currency at times, with the rate on the
	// booking; then nothing that needs lots of one currency (averages, capital returned,
	// cash in lieu, options used) is in them.
	Mixed bool

	long, short map[place]money.Decimal // at the end; both positive
}

// place is a symbol in an account.
type place struct{ account, symbol string }

// dice are where chance comes from.
type dice struct{ *rand.Rand }

// writer books at random what is possible.
type writer struct {
	dice
	Random
	day   date.Date
	quote map[string]float64 // today's price
	busy  bool               // the day is left to one corporate action
}

var (
	randomAccounts = []string{"Depot", "Broker", "Bank"}
	randomSymbols  = []string{"ACME", "BOLT", "CRUX", "DELL"}
)

// currencyOf is what a symbol of a random ledger is quoted in.
func currencyOf(symbol string) money.Currency {
	switch symbol {
	case "BOLT", "DELL", "DNEW", "OPTC", "OPTP":
		return "USD"
	}
	return "EUR"
}

// NewRandom makes a random ledger of about n bookings.
func NewRandom(seed uint64, n int) *Random {
	w := &writer{dice: dice{rand.New(rand.NewPCG(seed, 7))}, day: date.MustParse("2020-03-02"), quote: map[string]float64{}}
	w.Mixed = seed%3 == 0
	w.long, w.short = map[place]money.Decimal{}, map[place]money.Decimal{}
	d := &w.Document
	d.BaseCurrency, d.Prices, d.FX, d.Symbols = "EUR", map[string][]ledger.Point{}, map[string][]ledger.Point{}, map[string]instrument.Instrument{}
	w.Actions, w.First = map[string]*market.Actions{}, w.day
	for _, s := range append(randomSymbols, "ANEW", "CNEW", "DNEW") {
		d.Symbols[s] = instrument.Instrument{Symbol: s, Currency: currencyOf(s), Class: instrument.Equity}
		w.quote[s] = 5 + 200*w.Float64()
	}
	for i, s := range []string{"OPTC", "OPTP"} {
		d.Symbols[s] = instrument.Instrument{Symbol: s, Currency: "USD", Class: instrument.Option, Underlying: "BOLT", Strike: money.Some(money.Int(50)),
			Expiry: date.MustParse("2031-01-17"), Right: []instrument.Right{instrument.Call, instrument.Put}[i], Multiplier: money.Some(money.Int(10))}
		w.quote[s] = 1 + 5*w.Float64()
	}
	w.quote["EUR/USD"] = 1.1
	w.publish()
	for _, a := range randomAccounts {
		w.next(1)
		w.cash(ledger.Deposit, a, money.Int(1000+w.Int64N(100_000)))
	}
	for len(d.Transactions) < n {
		if w.IntN(3) > 0 || w.busy {
			w.next(1 + w.IntN(5))
			w.busy = false
		}
		w.step()
	}
	w.next(1 + w.IntN(20))
	w.Last = w.day
	return &w.Random
}

// next moves on, publishing prices on the weekdays passed.
func (w *writer) next(days int) {
	for range days {
		w.day++
		for _, s := range []string{"ACME", "BOLT", "CRUX", "DELL", "ANEW", "CNEW", "DNEW", "OPTC", "OPTP", "EUR/USD"} {
			sd := 0.02
			if s == "EUR/USD" {
				sd = 0.005
			}
			w.quote[s] *= math.Exp(sd * w.NormFloat64())
		}
		if !w.day.IsWeekend() {
			w.publish()
		}
	}
}

func (w *writer) publish() {
	d := &w.Document
	for s, p := range w.quote {
		pt := ledger.Point{Date: w.day, Value: exact(p)}
		if s == "EUR/USD" {
			d.FX[s] = append(d.FX[s], pt)
		} else {
			d.Prices[s] = append(d.Prices[s], pt)
		}
	}
}

func exact(x float64) money.Decimal { return money.New(int64(math.Round(x*1e4)), 4) }

func (w *writer) write(t ledger.Transaction) {
	t.Date = w.day
	t.ID = fmt.Sprintf("t%03d", len(w.Document.Transactions))
	w.Document.Transactions = append(w.Document.Transactions, t)
}

func (w *writer) cash(kind ledger.Type, account string, amount money.Decimal) {
	t := ledger.Transaction{Type: kind, Account: account, Currency: "EUR", Amount: money.Some(amount)}
	if w.IntN(3) == 0 {
		t.Currency = "USD"
	}
	w.write(t)
}

// cents is a random amount below top.
func (w *writer) cents(top int64) money.Decimal { return money.New(1+w.Int64N(100*top), 2) }

// costs puts random fees and taxes on a booking, in two of three cases.
func (w *writer) costs(t *ledger.Transaction) {
	if w.IntN(3) > 0 {
		t.Fees = money.Some(w.cents(5))
	}
	if w.IntN(3) == 0 {
		t.Taxes = money.Some(w.cents(5))
	}
}

// held draws something that is held, on the side asked for.
func (w *writer) held(side map[place]money.Decimal, symbols ...string) (place, money.Decimal, bool) {
	var all []place
	for _, a := range randomAccounts {
		for _, s := range symbols {
			if q := side[place{a, s}]; q.Sign() > 0 {
				all = append(all, place{a, s})
			}
		}
	}
	if len(all) == 0 {
		return place{}, money.Zero, false
	}
	p := all[w.IntN(len(all))]
	q := side[p]
	if w.IntN(2) == 0 { // a part of it
		if part := q.Mul(money.New(1+w.Int64N(99), 2)).Round(4); part.Sign() > 0 && part.Less(q) {
			q = part
		}
	}
	return p, q, true
}

var everySymbol = []string{"ACME", "BOLT", "CRUX", "DELL", "ANEW", "CNEW", "DNEW"}

func (w *writer) step() {
	account := randomAccounts[w.IntN(len(randomAccounts))]
	symbol := randomSymbols[w.IntN(len(randomSymbols))]
	switch k := w.IntN(100); {
	case k < 6:
		w.cash([]ledger.Type{ledger.Deposit, ledger.Deposit, ledger.CashIn}[w.IntN(3)], account, w.cents(20_000))
	case k < 9:
		w.cash(ledger.Withdrawal, account, w.cents(2_000))
	case k < 13:
		w.cash([]ledger.Type{ledger.Interest, ledger.InterestCharge, ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund}[w.IntN(6)], account, w.cents(50))
	case k < 35:
		w.trade(ledger.Buy, place{account, symbol}, money.New(1+w.Int64N(500), int32(w.IntN(2))), w.long, +1)
	case k < 55:
		if p, q, ok := w.held(w.long, everySymbol...); ok {
			w.trade(ledger.Sell, p, q, w.long, -1)
		}
	case k < 60:
		w.trade(ledger.SellShort, place{account, symbol}, money.Int(1+w.Int64N(40)), w.short, +1)
	case k < 66:
		if p, q, ok := w.held(w.short, everySymbol...); ok {
			w.trade(ledger.BuyToCover, p, q, w.short, -1)
		}
	case k < 72:
		w.income(account, symbol)
	case k < 78:
		w.move(account)
	case k < 82:
		w.deliver(account, symbol)
	case k < 90:
		w.corporate()
	default:
		w.options(account)
	}
}

// trade books a purchase or sale, at times in the other currency with its rate.
func (w *writer) trade(kind ledger.Type, p place, q money.Decimal, side map[place]money.Decimal, sign int64) {
	currency := currencyOf(p.symbol)
	size := w.Document.Symbols[p.symbol].ContractSize()
	t := ledger.Transaction{Type: kind, Account: p.account, Symbol: p.symbol, Quantity: money.Some(q), Currency: currency, Price: money.Some(exact(w.quote[p.symbol] * (0.99 + 0.02*w.Float64())))}
	w.costs(&t)
	if w.IntN(6) == 0 {
		t.CashAccount = "Bank"
	}
	if w.Mixed && w.IntN(4) == 0 { // booked in the other currency
		gross := q.Mul(t.Price.Decimal).Mul(size).Round(2)
		rate := exact(w.quote["EUR/USD"])
		t.Price = money.Optional{}
		if currency == "USD" { // 1 USD = rate EUR
			t.Currency = "EUR"
			t.GrossForeign = &ledger.Foreign{Currency: "USD", Amount: gross, Rate: money.One.DivRound(rate, 6)}
		} else {
			t.Currency = "USD"
			t.GrossForeign = &ledger.Foreign{Currency: "EUR", Amount: gross, Rate: rate}
		}
	}
	w.write(t)
	side[p] = side[p].Add(q.Mul(money.Int(sign)))
}

func (w *writer) income(account, symbol string) {
	if p, q, ok := w.held(w.long, everySymbol...); ok && w.IntN(4) > 0 {
		t := ledger.Transaction{Type: ledger.Dividend, Account: p.account, Symbol: p.symbol, Currency: currencyOf(p.symbol), Amount: money.Some(q.Mul(money.New(1+w.Int64N(99), 2)).Round(2))}
		w.costs(&t)
		if w.IntN(3) == 0 && !w.Mixed {
			t.Type = ledger.ReturnOfCapital
		}
		w.write(t)
		return
	}
	if p, q, ok := w.held(w.short, everySymbol...); ok { // owed on what is short
		w.write(ledger.Transaction{Type: ledger.Dividend, Account: p.account, Symbol: p.symbol, Currency: currencyOf(p.symbol), Amount: money.Some(q.Mul(money.New(1+w.Int64N(99), 2)).Round(2).Neg())})
		return
	}
	w.write(ledger.Transaction{Type: ledger.Fee, Account: account, Symbol: symbol, Currency: "EUR", Amount: money.Some(w.cents(5))})
}

// move books what goes from one account to another.
func (w *writer) move(account string) {
	to := randomAccounts[w.IntN(len(randomAccounts))]
	switch k := w.IntN(4); {
	case k == 0 && account != to:
		t := ledger.Transaction{Type: ledger.InternalMove, Account: account, ToAccount: to, Currency: "EUR", Amount: money.Some(w.cents(500).Add(money.Int(20)))}
		w.costs(&t)
		w.write(t)
	case k == 1:
		amount := w.cents(500)
		w.write(ledger.Transaction{Type: ledger.InternalMove, Account: account, ToAccount: to, Currency: "EUR", Amount: money.Some(amount),
			ToCurrency: "USD", ToAmount: money.Some(amount.Mul(exact(w.quote["EUR/USD"])).Round(2))})
	default:
		side := w.long
		if w.IntN(3) == 0 {
			side = w.short
		}
		p, q, ok := w.held(side, everySymbol...)
		both := w.long[p].Sign() > 0 && w.short[p].Sign() > 0 // then the long side would go
		if !ok || p.account == to || both {
			return
		}
		kind := ledger.Transfer
		if w.IntN(2) == 0 {
			kind = ledger.InternalMove
		}
		w.write(ledger.Transaction{Type: kind, Account: p.account, ToAccount: to, Symbol: p.symbol, Quantity: money.Some(q), Currency: currencyOf(p.symbol)})
		side[p] = side[p].Sub(q)
		side[place{to, p.symbol}] = side[place{to, p.symbol}].Add(q)
	}
}

// deliver books what comes from or leaves to the outside.
func (w *writer) deliver(account, symbol string) {
	if w.IntN(2) == 0 {
		w.trade(ledger.TransferIn, place{account, symbol}, money.Int(1+w.Int64N(30)), w.long, +1)
		return
	}
	p, q, ok := w.held(w.long, everySymbol...)
	if !ok {
		return
	}
	switch w.IntN(3) {
	case 0:
		w.write(ledger.Transaction{Type: ledger.Spend, Account: p.account, Symbol: p.symbol, Quantity: money.Some(q), Currency: currencyOf(p.symbol)})
		w.long[p] = w.long[p].Sub(q)
	case 1: // nobody says at which value
		w.write(ledger.Transaction{Type: ledger.TransferOut, Account: p.account, Symbol: p.symbol, Quantity: money.Some(q), Currency: currencyOf(p.symbol)})
		w.long[p] = w.long[p].Sub(q)
	default:
		w.trade(ledger.TransferOut, p, q, w.long, -1)
	}
}

// corporate books a split, spin-off or merger on a day of its own.
func (w *writer) corporate() {
	w.next(1)
	for w.day.IsWeekend() {
		w.next(1)
	}
	w.busy = true
	switch w.IntN(4) {
	case 0, 1:
		w.split()
	case 2:
		w.exchange(ledger.SpinOff, [][2]string{{"ACME", "ANEW"}, {"CRUX", "CNEW"}}[w.IntN(2)])
	default:
		w.exchange(ledger.Merger, [2]string{"DELL", "DNEW"})
	}
}

func (w *writer) split() {
	symbol := randomSymbols[w.IntN(len(randomSymbols))]
	r := []ledger.Ratio{{New: money.Int(2), Old: money.One}, {New: money.Int(3), Old: money.Int(2)}, {New: money.One, Old: money.Int(10)}}[w.IntN(3)]
	for _, side := range []map[place]money.Decimal{w.long, w.short} {
		for p, q := range side {
			if p.symbol == symbol && !q.IsZero() {
				side[p] = r.Apply(q)
			}
		}
	}
	w.quote[symbol] /= r.Float64()
	pts := w.Document.Prices[symbol]
	pts[len(pts)-1].Value = exact(w.quote[symbol])
	if w.IntN(3) == 0 { // the broker's file does not have it
		a := w.Actions[symbol]
		if a == nil {
			a = &market.Actions{}
			w.Actions[symbol] = a
		}
		a.Splits = append(a.Splits, market.SplitEvent{Date: w.day, Ratio: r})
	} else {
		w.write(ledger.Transaction{Type: ledger.Split, Symbol: symbol, Ratio: &r, Currency: currencyOf(symbol)})
	}
	w.next(2 * portfolio.SplitWindow) // no two splits of a symbol near each other
}

// exchange gives pieces of another symbol for those held in one account; now and then
// with cash for the fraction.
func (w *writer) exchange(kind ledger.Type, pair [2]string) {
	p, _, ok := w.held(w.long, pair[0])
	if !ok || w.short[p].Sign() > 0 {
		return
	}
	held := w.long[p]
	r := []ledger.Ratio{{New: money.One, Old: money.Int(4)}, {New: money.Int(2), Old: money.One}, {New: money.Int(7), Old: money.Int(3)}}[w.IntN(3)]
	t := ledger.Transaction{Type: kind, Account: p.account, Symbol: p.symbol, ToSymbol: pair[1], Ratio: &r, Currency: currencyOf(pair[0])}
	received := r.Apply(held)
	if kind == ledger.SpinOff {
		t.CostFraction = money.Some(money.New(w.Int64N(101), 2))
	}
	if whole := received.Floor(); !w.Mixed && w.IntN(2) == 0 && whole.Sign() > 0 {
		t.Amount = money.Some(w.cents(10))
		w.costs(&t)
		if !whole.Equal(received) {
			received = whole
		}
	}
	w.write(t)
	if kind == ledger.Merger {
		w.long[p] = money.Zero
	}
	to := place{p.account, pair[1]}
	w.long[to] = w.long[to].Add(received)
}

func (w *writer) options(account string) {
	symbol := []string{"OPTC", "OPTP"}[w.IntN(2)]
	if w.IntN(3) == 0 { // contracts have no two sides in one account here
		if at := (place{account, symbol}); w.short[at].IsZero() && w.IntN(2) == 0 {
			w.trade(ledger.Buy, at, money.Int(1+w.Int64N(5)), w.long, +1)
		} else if w.long[at].IsZero() {
			w.trade(ledger.SellShort, at, money.Int(1+w.Int64N(5)), w.short, +1)
		}
		return
	}
	side := []map[place]money.Decimal{w.long, w.short}[w.IntN(2)]
	p, q, ok := w.held(side, "OPTC", "OPTP")
	if !ok {
		return
	}
	if q = q.Floor(); q.IsZero() {
		q = side[p]
	}
	t := ledger.Transaction{Account: p.account, Symbol: p.symbol, Quantity: money.Some(q), Currency: "USD"}
	isLong := w.long[p].Sign() > 0
	switch k := w.IntN(3); {
	case k == 0 || w.Mixed:
		t.Type = ledger.OptionExpiry
		if q.Equal(side[p]) && w.IntN(2) == 0 {
			t.Quantity = money.Optional{} // all of it
		}
	case isLong:
		t.Type = ledger.OptionExercise
	default:
		t.Type = ledger.OptionAssigned
	}
	if k := t.Type; k != ledger.OptionExpiry {
		w.costs(&t)
		w.used(p, q, (k == ledger.OptionExercise) == (p.symbol == "OPTC"))
	}
	w.write(t)
	side[p] = side[p].Sub(q)
}

// used moves the shares of an option: bought ones cover what is short first, sold ones
// come out of what is held first.
func (w *writer) used(p place, contracts money.Decimal, buys bool) {
	shares, at := contracts.Mul(money.Int(10)), place{p.account, "BOLT"}
	from, to := w.long, w.short
	if buys {
		from, to = w.short, w.long
	}
	closed := money.Min(from[at], shares)
	from[at] = from[at].Sub(closed)
	to[at] = to[at].Add(shares.Sub(closed))
}

// Panel is the market of the ledger, splits that only it knows included. It does not
// fill backwards: nothing has to be.
func (r *Random) Panel() *market.Panel {
	p := market.NewPanel()
	for symbol, points := range r.Document.Prices {
		p.SetPrices(symbol, market.FromPoints(points, "random"))
	}
	p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, market.FromPoints(r.Document.FX["EUR/USD"], "random"))
	for symbol, a := range r.Actions {
		p.SetActions(symbol, a)
	}
	return p
}

// Methods are the lot methods that the ledger can be kept with.
func (r *Random) Methods() []ledger.Method {
	if r.Mixed {
		return []ledger.Method{ledger.FIFO, ledger.LIFO, ledger.HIFO}
	}
	return []ledger.Method{ledger.FIFO, ledger.LIFO, ledger.HIFO, ledger.Average, ledger.AverageAll}
}

// Input is what a book is folded from, with a lot method.
func (r *Random) Input(method ledger.Method) portfolio.Input {
	panel := r.Panel()
	return portfolio.Input{Base: "EUR", Transactions: r.Document.Transactions, Instrument: r.Document.Instruments(), Policy: ledger.Policy{Method: method},
		Actions: panel.Actions, Through: date.None}
}

// Quantity is what must be held of a symbol in an account at the end, short negative.
func (r *Random) Quantity(account, symbol string) money.Decimal {
	return r.long[place{account, symbol}].Sub(r.short[place{account, symbol}])
}
