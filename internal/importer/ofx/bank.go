package ofx

import (
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// bank books a transaction of a bank or card account, or the cash of a broker's.
func (r *reader) bank(f *fields, e *element) {
	t := ledger.Transaction{Account: r.account, Source: f.id, Note: words(e)}
	t.Date = f.day(e, "DTPOSTED")
	amount := f.needed(e, "TRNAMT")
	t.Currency = r.money(f, e)
	if len(f.row.Faults) > 0 {
		return
	}
	kind := strings.ToUpper(e.text("TRNTYPE"))
	switch {
	case kind == "HOLD":
		f.row.Ignored, f.row.Text = "a hold on the account, not yet booked", t.Note
		return
	case amount.IsZero():
		f.row.Ignored, f.row.Text = "an amount of zero books nothing", t.Note
		return
	}
	t.Type = bankType(kind, t.Note, amount.Sign() > 0)
	t.Amount = money.Some(amount.Abs())
	f.row.Transactions = []ledger.Transaction{t}
}

// bankType tells interest and fees from money that comes and goes. TRNTYPE decides;
// where it is general, the bank's own first words do.
func bankType(kind, words string, comes bool) ledger.Type {
	upper := strings.ToUpper(words)
	choose := func(in, out ledger.Type) ledger.Type {
		if comes {
			return in
		}
		return out
	}
	switch kind {
	case "INT", "DIV":
		return choose(ledger.Interest, ledger.InterestCharge)
	case "FEE", "SRVCHG":
		return choose(ledger.FeeRefund, ledger.Fee)
	case "DIRECTDEP", "DIRECTDEBIT", "ATM", "POS", "XFER", "CHECK", "PAYMENT", "REPEATPMT":
		if !feeWord(upper) {
			return choose(ledger.Deposit, ledger.Withdrawal)
		}
	}
	for _, first := range []string{"INTEREST EARNED", "INTEREST PAID", "INTEREST PAYMENT", "INTEREST CREDIT", "CREDIT INTEREST", "INTEREST CHARGE", "MARGIN INTEREST", "DIVIDEND EARNED"} {
		if strings.HasPrefix(upper, first) {
			return choose(ledger.Interest, ledger.InterestCharge)
		}
	}
	if !comes && feeWord(upper) {
		return ledger.Fee
	}
	return choose(ledger.Deposit, ledger.Withdrawal)
}

// feeWord reports whether a description has the word fee.
func feeWord(upper string) bool {
	for _, w := range strings.FieldsFunc(upper, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		if w == "FEE" || w == "FEES" {
			return true
		}
	}
	return false
}

// words is what the bank says of a transaction: the longer of name and memo where one
// begins with the other, else both.
func words(e *element) string {
	name, memo := e.text("NAME"), e.text("MEMO")
	if name == "" {
		name = e.path("PAYEE").text("NAME")
	}
	name, memo = strings.Join(strings.Fields(name), " "), strings.Join(strings.Fields(memo), " ")
	switch {
	case strings.HasPrefix(memo, name):
		return memo
	case strings.HasPrefix(name, memo):
		return name
	}
	return name + ", " + memo
}
