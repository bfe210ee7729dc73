package ghostfolio

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

type position struct{ account, symbol string }

// short walks through the trades in the order of the ledger and tells sales from short
// sales and purchases from covering.
func short(file *importer.File) {
	var trades []ledger.Transaction
	var rows []int
	for i := range file.Rows {
		for _, t := range file.Rows[i].Transactions {
			trades, rows = append(trades, t), append(rows, i)
		}
	}
	held := map[position]money.Decimal{}
	for _, k := range ledger.Order(trades) {
		t := trades[k]
		at := position{t.Account, t.Symbol}
		var closes, opens ledger.Type
		var there money.Decimal // what can be closed
		switch t.Type {
		case ledger.Buy:
			closes, opens, there = ledger.BuyToCover, ledger.Buy, held[at].Neg()
			held[at] = held[at].Add(t.Quantity.Decimal)
		case ledger.Sell:
			closes, opens, there = ledger.Sell, ledger.SellShort, held[at]
			held[at] = held[at].Sub(t.Quantity.Decimal)
		default:
			continue
		}
		file.Rows[rows[k]].Transactions = divide(t, closes, opens, there)
	}
}

// divide books a trade as closing what is there and opening with the rest.
func divide(t ledger.Transaction, closes, opens ledger.Type, there money.Decimal) []ledger.Transaction {
	if there.Sign() <= 0 {
		t.Type = opens
		return []ledger.Transaction{t}
	}
	if t.Quantity.Decimal.Cmp(there) <= 0 {
		t.Type = closes
		return []ledger.Transaction{t}
	}
	first, second := t, t
	first.Type, second.Type = closes, opens
	first.Quantity, second.Quantity = money.Some(there), money.Some(t.Quantity.Decimal.Sub(there))
	first.Amount, second.Amount = money.Optional{}, money.Optional{}
	if t.Fees.Known {
		// Parts that sum to the fee: both quantities are positive, so this cannot fail.
		places := max(t.Fees.Decimal.Exponent(), t.Currency.Places())
		if parts, err := money.Divide(t.Fees.Decimal, []money.Decimal{first.Quantity.Decimal, second.Quantity.Decimal}, places); err == nil {
			first.Fees, second.Fees = money.Some(parts[0]), money.Some(parts[1])
		} else {
			second.Fees = money.Optional{}
		}
	}
	if t.Source != "" {
		second.Source = t.Source + "/open"
	}
	complete(&first)
	complete(&second)
	return []ledger.Transaction{first, second}
}

// fund adds what pays for the bookings of a row, or takes out what they bring, and
// reports whether there was anything to add.
func fund(row *importer.Row) bool {
	var net money.Decimal
	for i := range row.Transactions {
		t := &row.Transactions[i]
		if !t.Amount.Known {
			continue
		}
		switch t.Effect().Cash {
		case 1:
			net = net.Add(t.Amount.Decimal)
		case -1:
			net = net.Sub(t.Amount.Decimal)
		}
	}
	if net.IsZero() {
		return false
	}
	t := row.Transactions[0]
	flow := ledger.Transaction{Date: t.Date, Time: t.Time, Type: ledger.Deposit, Account: t.Account, Amount: money.Some(net.Abs()), Currency: t.Currency, Note: "pays for the " + string(t.Type)}
	if t.Source != "" {
		flow.Source = t.Source + "/funding"
	}
	if net.Sign() < 0 {
		row.Transactions = append([]ledger.Transaction{flow}, row.Transactions...)
		return true
	}
	flow.Type, flow.Note = ledger.Withdrawal, "what the "+string(t.Type)+" brought"
	row.Transactions = append(row.Transactions, flow)
	return true
}

// balance is a stated balance of an account's cash.
type balance struct {
	row   int
	date  date.Date
	value money.Decimal
}

// balances books the changes between the stated balances of each account.
func (r *reader) balances() {
	for _, a := range r.doc.Accounts {
		stated := a.Balances
		if len(stated) == 0 && len(a.Balance) > 0 {
			// An old export states the last balance only.
			stated = []json.RawMessage{fmt.Appendf(nil, `{"date":%q,"value":%s}`, r.doc.Meta.Date, a.Balance)}
		}
		var known []balance
		for i, raw := range stated {
			known = append(known, r.balance(a, i+1, raw)...)
		}
		slices.SortStableFunc(known, func(a, b balance) int { return int(a.date) - int(b.date) })
		before := money.Zero
		for _, b := range known {
			r.change(a, b, before)
			before = b.value
		}
	}
}

// balance reads one stated balance into a row of its own.
func (r *reader) balance(a account, number int, raw json.RawMessage) []balance {
	name := r.accounts[a.ID]
	row := importer.Row{Number: len(r.file.Rows) + 1, Place: fmt.Sprintf("account %s, balance %d", name, number), Text: "Balance " + name}
	var b struct {
		Date  string         `json:"date"`
		Value money.Optional `json:"value"`
	}
	err := json.Unmarshal(raw, &b)
	day, _, ok := moment(b.Date)
	currency, bad := money.ParseCurrency(a.Currency)
	switch {
	case err != nil || !b.Value.Known:
		row.Faults = ledger.Faults{{Field: "balances.value", Value: clip(string(raw)), Problem: "it is not a number", Cure: "write digits with a decimal point"}}
	case !ok:
		row.Faults = ledger.Faults{{Field: "balances.date", Value: clip(b.Date), Problem: "it is not a date", Cure: "write it as YYYY-MM-DD"}}
	case bad != nil:
		row.Faults = ledger.Faults{{Field: "accounts.currency", Value: clip(a.Currency), Problem: "it is not a currency code", Cure: "write a code such as EUR or USD"}}
	default:
		row.Faults = checkDate(day)
	}
	refuse(&row)
	r.file.Rows = append(r.file.Rows, row)
	if len(row.Faults) > 0 {
		return nil
	}
	r.file.Balances = append(r.file.Balances, importer.Balance{Date: day, Account: name, Currency: currency, Quantity: b.Value.Decimal})
	return []balance{{len(r.file.Rows) - 1, day, b.Value.Decimal}}
}

// change books what brings the cash of an account to a stated balance.
func (r *reader) change(a account, b balance, before money.Decimal) {
	row := &r.file.Rows[b.row]
	currency, _ := money.ParseCurrency(a.Currency)
	row.Text = fmt.Sprintf("Balance %s %s %s", r.accounts[a.ID], b.value, currency)
	delta := b.value.Sub(before)
	switch {
	case r.opts.Late(b.date):
		row.Ignored = draft(b.date, r.opts)
	case r.opts.Unfunded:
		row.Ignored = "a stated balance, not a transaction"
	case delta.IsZero():
		row.Ignored = "the stated balance did not change"
	default:
		t := ledger.Transaction{Date: b.date, Type: ledger.CashIn, Account: r.accounts[a.ID], Amount: money.Some(delta.Abs()), Currency: currency, Note: "to the stated balance of " + b.value.String()}
		if delta.Sign() < 0 {
			t.Type = ledger.Withdrawal
		}
		row.Transactions = []ledger.Transaction{t}
	}
}
