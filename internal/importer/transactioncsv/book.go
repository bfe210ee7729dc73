package transactioncsv

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// pending is an amount that may be gross or cash; the majority of the file decides.
type pending struct {
	tx     int32
	stated money.Decimal
}

// book settles the numbers of a row into its booking.
func (r *reader) book(t *ledger.Transaction, f *figures, w word) {
	if (t.Type == ledger.TransferIn || t.Type == ledger.TransferOut) && t.Symbol == "" {
		// Money without a security: brokers call it a transfer as well.
		t.Type = map[ledger.Type]ledger.Type{ledger.TransferIn: ledger.Deposit, ledger.TransferOut: ledger.Withdrawal}[t.Type]
	}
	if t.Type == ledger.InternalMove && t.ToAccount == "" {
		r.fault(r.typeHeader(), r.cell(roleType), "a transfer between accounts needs the account it goes to", "add a column to_account, or use deposit and withdrawal")
		return
	}
	effect := t.Effect()
	if effect.Security && t.Symbol == "" {
		r.fault("symbol", nil, "a "+string(t.Type)+" needs a symbol", "fill the column symbol")
		return
	}
	switch {
	case t.Type == ledger.Split, t.Type == ledger.SpinOff, t.Type == ledger.Merger:
		r.action(t, f)
	case t.Type == ledger.Transfer, t.Type == ledger.InternalMove && t.Symbol != "":
		r.move(t, f)
	case effect.Security:
		r.trade(t, f, w)
	default:
		r.cash(t, f, w)
	}
}

// costsOf puts fees and taxes on the booking. A cost written with a minus is a cost
// too; which sign the file uses is checked at its end.
func (r *reader) costsOf(t *ledger.Transaction, f *figures) (costs money.Decimal) {
	for kind, c := range [2]struct {
		from *money.Optional
		to   *money.Optional
	}{{&f.fees, &t.Fees}, {&f.taxes, &t.Taxes}} {
		if !c.from.Known || c.from.Decimal.IsZero() {
			continue
		}
		if row := int32(len(r.lines) - 1); c.from.Decimal.Sign() < 0 {
			r.minusCosts[kind] = append(r.minusCosts[kind], row)
		} else {
			r.plusCosts[kind] = append(r.plusCosts[kind], row)
		}
		*c.to = money.Some(c.from.Decimal.Abs())
		costs = costs.Add(c.to.Decimal)
	}
	return costs
}

// trade settles a booking that changes a position.
func (r *reader) trade(t *ledger.Transaction, f *figures, w word) {
	if !f.quantity.Known || f.quantity.Decimal.IsZero() {
		if f.quantity.Known && zero(f.amount) && zero(f.fees) && zero(f.taxes) {
			r.ignore("a quantity of zero: nothing was traded")
			return
		}
		r.fault(r.header(roleQuantity), r.cell(roleQuantity), "a "+string(t.Type)+" needs a quantity", "write how many pieces")
		return
	}
	closing := t.Type == ledger.Sell || t.Type == ledger.SellShort || t.Type == ledger.TransferOut || t.Type == ledger.Spend
	if f.quantity.Decimal.Sign() < 0 && !closing && t.Type != ledger.OptionExpiry && t.Type != ledger.OptionAssigned && t.Type != ledger.OptionExercise {
		r.fault(r.header(roleQuantity), r.cell(roleQuantity), "it is negative, but a "+string(t.Type)+" adds", "correct the type or the sign")
		return
	}
	if f.price.Known && f.price.Decimal.Sign() < 0 {
		r.fault(r.header(rolePrice), r.cell(rolePrice), "a price cannot be negative", "write the price of one piece without a sign")
		return
	}
	if r.cols.foreign {
		if r.abroad(t, f); len(r.faults) > 0 {
			return
		}
	}
	t.Quantity, t.Price = money.Some(f.quantity.Decimal.Abs()), f.price
	costs := r.feeInOwnCurrency(t, f)
	effect := t.Effect()
	if effect.Cash == 0 {
		if f.amount.Known {
			t.Amount = money.Some(f.amount.Decimal.Abs())
		}
		return
	}
	if !f.amount.Known {
		if !f.price.Known {
			r.fault(r.header(rolePrice), nil, "there is neither a price nor an amount", "fill one of them")
		}
		return
	}
	tx := int32(r.first[len(r.first)-1])
	if f.amount.Decimal.Sign() < 0 && effect.Cash > 0 {
		r.fault(r.header(f.amountRole), r.cell(f.amountRole), "it is negative, but a "+string(t.Type)+" brings money", "correct the type or the sign")
		return
	}
	if effect.Cash < 0 && w.minus == "" {
		r.sign(t, f.amount.Decimal, tx)
	}
	r.settle(t, f, f.amount.Decimal.Abs(), costs, tx)
}

func zero(o money.Optional) bool { return !o.Known || o.Decimal.IsZero() }

// feeInOwnCurrency puts the costs on the booking, or, where the fee is in another
// currency, into a booking of its own.
func (r *reader) feeInOwnCurrency(t *ledger.Transaction, f *figures) money.Decimal {
	if r.cols.foreign {
		r.apart(t, f)
		return r.costsOf(t, f)
	}
	cell := r.cell(roleFeeCurrency)
	if len(cell) == 0 || zero(f.fees) {
		return r.costsOf(t, f)
	}
	c, err := r.currency(cell)
	if err != nil {
		r.fault(r.header(roleFeeCurrency), cell, "it is not a currency code", "write a code such as EUR or USD")
		return money.Zero
	}
	if c == t.Currency {
		return r.costsOf(t, f)
	}
	fee := ledger.Transaction{Date: t.Date, Time: t.Time, Type: ledger.Fee, Account: t.Account, CashAccount: t.CashAccount, Symbol: t.Symbol,
		Amount: money.Some(f.fees.Decimal.Abs()), Currency: c, Note: "fee of " + string(t.Type)}
	if t.Source != "" {
		fee.Source = t.Source + "/fee"
	}
	f.fees = money.Optional{}
	costs := r.costsOf(t, f)
	r.extra(fee)
	return costs
}

// extra adds a further booking to the current row, once its first one is settled.
func (r *reader) extra(t ledger.Transaction) { r.later = append(r.later, t) }

// settle decides whether a stated amount is quantity × price or the cash that moved.
func (r *reader) settle(t *ledger.Transaction, f *figures, stated, costs money.Decimal, tx int32) {
	cash := float64(-t.Effect().Cash) // +1: costs add to what is paid
	if !f.price.Known {
		r.unsettled(t, f, stated, costs, tx)
		return
	}
	multiplier := r.multiplier(t.Symbol)
	gross := t.Quantity.Decimal.Float64() * f.price.Decimal.Float64() * multiplier
	slack := f.slack
	if slack == 0 {
		slack = r.tolerance(t.Quantity.Decimal, f.price.Decimal, stated, multiplier)
	}
	toGross := math.Abs(stated.Float64() - gross)
	net := gross + cash*costs.Float64()
	toNet := math.Abs(stated.Float64() - net)
	switch {
	case f.amountRole == roleNet && toNet <= slack:
		t.Amount = money.Some(stated)
	case f.amountRole == roleGross && toGross <= slack:
		t.Amount = money.Some(withCosts(t, stated, costs))
	case f.amountRole != roleAmount || toGross > slack && toNet > slack:
		r.fault(r.header(f.amountRole), r.cell(f.amountRole), r.sums(t, costs),
			"correct one of the three, or leave the price empty so that the amount counts")
	case costs.IsZero():
		t.Amount = money.Some(stated)
	case toGross <= slack && toNet <= slack:
		r.unsettled(t, f, stated, costs, tx)
	case toGross <= slack:
		r.grossVotes++
		t.Amount = money.Some(withCosts(t, stated, costs))
	default:
		r.cashVotes++
		t.Amount = money.Some(stated)
	}
}

// sums says what the amount should have been.
func (r *reader) sums(t *ledger.Transaction, costs money.Decimal) string {
	gross := t.Quantity.Decimal.Mul(t.Price.Decimal)
	if at, ok := r.symbols[t.Symbol]; ok {
		gross = gross.Mul(r.instruments[at].ContractSize())
	}
	if costs.IsZero() {
		return fmt.Sprintf("it is not quantity × price (%s)", gross)
	}
	return fmt.Sprintf("it is neither quantity × price (%s) nor that with the costs (%s)", gross, withCosts(t, gross, costs))
}

// unsettled books an amount as the cash for now; the end of the file decides.
func (r *reader) unsettled(t *ledger.Transaction, f *figures, stated, costs money.Decimal, tx int32) {
	t.Amount = money.Some(stated)
	switch {
	case f.amountRole == roleGross:
		t.Amount = money.Some(withCosts(t, stated, costs))
	case f.amountRole == roleAmount && !costs.IsZero():
		r.pending = append(r.pending, pending{tx, stated})
	}
}

// withCosts is the cash of a gross amount.
func withCosts(t *ledger.Transaction, gross, costs money.Decimal) money.Decimal {
	if t.Effect().Cash < 0 {
		return gross.Add(costs)
	}
	return gross.Sub(costs)
}

// tolerance is how far quantity × price may be from an amount because the three are
// written with few decimals: half a unit of the last decimal of each, where it has at
// least two, and a cent.
func (r *reader) tolerance(quantity, price, amount money.Decimal, multiplier float64) float64 {
	q, p := quantity.Float64(), price.Float64()
	return (r.halfPrice(price)*q+half(quantity)*p)*multiplier + half(amount) + 0.01
}

func (r *reader) multiplier(symbol string) float64 {
	if at, ok := r.symbols[symbol]; ok {
		return r.instruments[at].ContractSize().Float64()
	}
	return 1
}

// cash settles a booking that moves only money.
func (r *reader) cash(t *ledger.Transaction, f *figures, w word) {
	if r.cols.foreign {
		r.abroad(t, f)
		r.apart(t, f)
	}
	costs := r.costsOf(t, f)
	amount := f.amount
	product := f.quantity.Known && f.price.Known && f.quantity.Decimal.Sign() != 0 && f.price.Decimal.Sign() != 0
	if zero(amount) && product {
		amount = money.Some(f.quantity.Decimal.Mul(f.price.Decimal))
		f.amountRole = roleGross
	}
	if zero(amount) && !costs.IsZero() {
		// A fee or a tax that stands in its own column.
		switch t.Type {
		case ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund, ledger.InterestCharge:
			t.Amount, t.Fees, t.Taxes = money.Some(costs), money.Optional{}, money.Optional{}
			return
		}
	}
	if zero(amount) {
		if amount.Known {
			r.ignore("an amount of zero books nothing")
			return
		}
		r.fault(r.header(f.amountRole), r.cell(f.amountRole), "there is no amount", "fill the column amount")
		return
	}
	effect := t.Effect()
	tx := r.first[len(r.first)-1]
	switch sign := amount.Decimal.Sign(); {
	case effect.Cash < 0:
		if w.minus == "" {
			r.sign(t, amount.Decimal, tx)
		}
		amount.Decimal = amount.Decimal.Abs()
	case sign < 0 && effect.Flow > 0:
		r.fault(r.header(f.amountRole), r.cell(f.amountRole), "it is negative, but a "+string(t.Type)+" brings money", "correct the type or the sign")
		return
	}
	switch t.Type {
	case ledger.Dividend, ledger.Interest, ledger.Coupon, ledger.ReturnOfCapital:
		switch {
		case f.amountRole == roleGross:
			t.Amount = money.Some(amount.Decimal.Sub(costs))
		case product && f.amountRole == roleAmount && r.near(f, amount.Decimal):
			t.Amount = money.Some(amount.Decimal.Sub(costs))
		default:
			r.unsettled(t, f, amount.Decimal, costs, tx)
		}
	case ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund, ledger.InterestCharge:
		if !costs.IsZero() && !costs.Equal(amount.Decimal) {
			r.fault(r.header(f.amountRole), r.cell(f.amountRole), fmt.Sprintf("the amount and the costs (%s) of a %s differ", costs, t.Type), "leave one of them empty")
			return
		}
		t.Amount, t.Fees, t.Taxes = amount, money.Optional{}, money.Optional{}
	default:
		t.Amount = amount
		r.feeOfMove(t)
		if t.Type == ledger.InternalMove {
			r.converted(t)
		}
	}
}

// sign notes how an amount that goes out is written.
func (r *reader) sign(t *ledger.Transaction, amount money.Decimal, tx int32) {
	switch amount.Sign() {
	case 1:
		r.plusOut = append(r.plusOut, tx)
	case -1:
		r.minusOut[t.Type]++
	}
}

// near reports whether an amount is quantity × price.
func (r *reader) near(f *figures, amount money.Decimal) bool {
	gross := f.quantity.Decimal.Mul(f.price.Decimal)
	return amount.Sub(gross).Abs().Float64() <= max(f.slack, r.tolerance(f.quantity.Decimal.Abs(), f.price.Decimal.Abs(), amount, 1))
}

// feeOfMove books the fee of a deposit or withdrawal apart, so that the flow stays what
// was sent.
func (r *reader) feeOfMove(t *ledger.Transaction) {
	for _, c := range []struct {
		cost *money.Optional
		typ  ledger.Type
	}{{&t.Fees, ledger.Fee}, {&t.Taxes, ledger.Tax}} {
		if !c.cost.Known {
			continue
		}
		cost := ledger.Transaction{Date: t.Date, Time: t.Time, Type: c.typ, Account: t.Account, Amount: *c.cost, Currency: t.Currency, Note: string(c.typ) + " of " + string(t.Type)}
		if t.Source != "" {
			cost.Source = t.Source + "/" + string(c.typ)
		}
		*c.cost = money.Optional{}
		r.extra(cost)
	}
}

// converted reads what arrived, where money was exchanged on the way.
func (r *reader) converted(t *ledger.Transaction) {
	if d, _, ok := r.number(r.cell(roleToAmount), r.header(roleToAmount)); ok {
		t.ToAmount = money.Some(d.Abs())
	}
	if cell := r.cell(roleToCurrency); len(cell) > 0 {
		c, err := r.currency(cell)
		if err != nil {
			r.fault(r.header(roleToCurrency), cell, "it is not a currency code", "write a code such as EUR or USD")
		}
		t.ToCurrency = c
	}
}

// move settles securities that go from one account to another.
func (r *reader) move(t *ledger.Transaction, f *figures) {
	switch {
	case t.ToAccount == "":
		r.fault("to_account", nil, "a transfer between accounts needs the account it goes to", "add a column to_account, or use transfer_in and transfer_out")
	case !f.quantity.Known || f.quantity.Decimal.IsZero():
		r.fault(r.header(roleQuantity), r.cell(roleQuantity), "a transfer needs a quantity", "write how many pieces")
	default:
		t.Quantity = money.Some(f.quantity.Decimal.Abs())
		r.costsOf(t, f)
	}
}

// action settles splits, spin-offs and mergers.
func (r *reader) action(t *ledger.Transaction, f *figures) {
	if t.Symbol == "" {
		r.fault("symbol", nil, "a "+string(t.Type)+" needs a symbol", "fill the column symbol")
		return
	}
	cell, header := r.cell(roleRatio), r.header(roleRatio)
	if len(cell) == 0 {
		if c := r.cell(roleQuantity); bytes.IndexByte(c, ':') > 0 {
			cell, header = c, r.header(roleQuantity)
		}
	}
	if len(cell) == 0 {
		r.fault("ratio", nil, "a "+string(t.Type)+" needs its ratio", `add a column ratio, such as "2:1" for two new for one old`)
		return
	}
	ratio, err := ledger.ParseRatio(string(cell))
	if err != nil {
		r.fault(header, cell, "it is not a ratio", `write new:old, such as "2:1" for two new for one old`)
		return
	}
	t.Ratio = &ratio
	if c := r.cell(roleToSymbol); len(c) > 0 {
		t.ToSymbol = r.intern(c)
	}
	if t.Type != ledger.Split {
		if t.ToSymbol == "" {
			r.fault("to_symbol", nil, "a "+string(t.Type)+" needs the symbol that is received", "add a column to_symbol")
			return
		}
		if f.amount.Known {
			t.Amount = money.Some(f.amount.Decimal.Abs())
		}
	}
}

// finish applies what only the whole file tells: whether amounts are gross, and
// whether they carry the sign of the cash.
func (r *reader) finish() error {
	if len(r.lines) == 0 {
		return &ledger.Fault{Row: r.cols.line, Field: "rows", Problem: "there is a header and no row after it", Cure: "export it again with a longer period"}
	}
	ignored := 0
	for _, n := range r.remarks {
		if n.ignored != "" {
			ignored++
		}
	}
	if r.noCurrency > 0 && r.noCurrency+ignored >= len(r.lines) {
		return &ledger.Fault{Row: r.cols.line, Field: "currency", Problem: "the file does not say which currency its amounts are in",
			Cure: "add a column currency, or say it with --currency"}
	}
	r.usedInstruments()
	if r.grossVotes > r.cashVotes {
		for _, p := range r.pending {
			t := &r.transactions[p.tx]
			t.Amount = money.Some(withCosts(t, p.stated, t.Fees.OrZero().Add(t.Taxes.OrZero())))
		}
	}
	if len(r.minusOut) > 0 {
		for _, tx := range r.plusOut {
			if r.minusOut[r.transactions[tx].Type] > 0 {
				r.plus(tx)
			}
		}
	}
	r.mixedCosts()
	return nil
}

// usedInstruments leaves out what only refused rows name.
func (r *reader) usedInstruments() {
	if len(r.remarks) == 0 {
		return
	}
	used := map[string]bool{}
	for i := range r.transactions {
		used[r.transactions[i].Symbol] = true
	}
	r.instruments = slices.DeleteFunc(r.instruments, func(i instrument.Instrument) bool { return !used[i.Symbol] })
}

// plus handles an amount with a plus where the file writes others of its type with a
// minus: a cost was given back, anything else is a mistake.
func (r *reader) plus(tx int32) {
	t := &r.transactions[tx]
	if back, ok := reversed[t.Type]; ok {
		t.Type = back
		return
	}
	r.refuse(r.rowOf(tx), &ledger.Fault{Field: "amount", Value: t.Amount.Decimal.String(),
		Problem: "it is positive, while others of the type " + string(t.Type) + " are negative", Cure: "correct the type or the sign"})
}

// mixedCosts refuses the rows whose fee or tax has the rarer sign: it may be a rebate.
func (r *reader) mixedCosts() {
	for kind, name := range [2]string{"fee", "tax"} {
		rare, is, others := r.minusCosts[kind], "negative", "positive"
		if len(rare) > len(r.plusCosts[kind]) {
			rare, is, others = r.plusCosts[kind], "positive", "negative"
		}
		if len(r.plusCosts[kind]) == 0 || len(r.minusCosts[kind]) == 0 {
			continue
		}
		for _, row := range rare {
			r.refuse(int(row), &ledger.Fault{Field: name, Problem: "it is " + is + ", while others are " + others,
				Cure: "write them all with one sign; book what was given back as " + name + "_refund"})
		}
	}
}

func (r *reader) refuse(row int, f *ledger.Fault) {
	f.File, f.Row = r.name, int(r.lines[row])
	n := r.remark(row)
	n.faults = append(n.faults, f)
}
