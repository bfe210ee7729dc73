package ibkrflex

import (
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// kind is what a type of cash transaction is when money comes in and when it goes out.
// The same type in both makes what goes against its nature a negative amount, which
// takes back an earlier booking.
type kind struct{ in, out ledger.Type }

// cashKinds by the words of the type that IBKR writes, in lower case letters only.
var cashKinds = map[string]kind{
	"dividends":                {ledger.Dividend, ledger.Dividend},
	"paymentinlieuofdividends": {ledger.Dividend, ledger.Dividend},
	"withholdingtax":           {ledger.TaxRefund, ledger.Tax},
	"871mwithholding":          {ledger.TaxRefund, ledger.Tax},
	"salestax":                 {ledger.TaxRefund, ledger.Tax},
	"transactiontax":           {ledger.TaxRefund, ledger.Tax},
	"brokerinterestreceived":   {ledger.Interest, ledger.Interest},
	"brokerinterestpaid":       {ledger.InterestCharge, ledger.InterestCharge},
	"bondinterestreceived":     {ledger.Coupon, ledger.Coupon},
	"bondinterestpaid":         {ledger.Coupon, ledger.Coupon},
	"otherfees":                {ledger.FeeRefund, ledger.Fee},
	"otherincome":              {ledger.Interest, ledger.Interest},
	"fees":                     {ledger.FeeRefund, ledger.Fee},
	"advisorfees":              {ledger.FeeRefund, ledger.Fee},
	"brokerfees":               {ledger.FeeRefund, ledger.Fee},
	"commissionadjustments":    {ledger.FeeRefund, ledger.Fee},
	"depositswithdrawals":      {ledger.Deposit, ledger.Withdrawal},
	"depositsandwithdrawals":   {ledger.Deposit, ledger.Withdrawal},
}

func (r *reader) cash(e *element) outcome {
	if e.text("levelOfDetail") == "SUMMARY" && e.statement.detail {
		return ignored("a sum of cash transactions that are booked one by one")
	}
	word := lettersOf(e.text("type"))
	k, ok := cashKinds[word]
	if !ok {
		return refused("type", e.text("type"), "is not a kind of cash transaction that is known", "enter it by hand as what it is")
	}
	t, amount, out := e.money()
	if out.fault != nil || out.ignored != "" {
		return out
	}
	t.Symbol = e.symbol()
	description := e.text("description")
	if word == "dividends" && strings.Contains(strings.ToLower(description), "(return of capital)") {
		if amount.Sign() < 0 {
			return refused("amount", amount.String(), "takes back a return of capital", "delete or correct the booking of that return of capital")
		}
		k = kind{ledger.ReturnOfCapital, ledger.ReturnOfCapital}
	}
	if k.in == ledger.Deposit || k.in == ledger.InterestCharge || k.in == ledger.Interest {
		t.Symbol = ""
	}
	t.Type, t.Amount = signed(k, amount)
	return booked(t)
}

// signed is the type and the amount of cash that came in (positive) or went out.
func signed(k kind, amount money.Decimal) (ledger.Type, money.Optional) {
	kind := k.in
	if amount.Sign() < 0 {
		kind = k.out
	}
	// What costs is booked positive when it is paid, what earns when it is received.
	if effect, _ := ledger.EffectOf(kind); effect.Cash < 0 {
		amount = amount.Neg()
	}
	return kind, money.Some(amount)
}

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ReplaceAll(strings.ToLower(s), "&", "and"))
}

// money reads what cash entries have in common. The day is the one it was reported.
func (e *element) money() (ledger.Transaction, money.Decimal, outcome) {
	amount := e.number("amount", "salesTax")
	if e.fault == nil && !amount.Known {
		return ledger.Transaction{}, money.Zero, refused("amount", e.text("amount"), "is missing", "add Amount to the cash transactions of the query")
	}
	if amount.Decimal.IsZero() && e.fault == nil {
		return ledger.Transaction{}, money.Zero, ignored("nothing moved")
	}
	t := ledger.Transaction{Account: e.account(), Source: e.source(), Note: e.text("description", "taxableDescription")}
	t.Date, t.Time = e.when("reportDate", "settleDate", "date", "dateTime")
	if !t.Time.Known() {
		t.Time = e.clock(&t)
	}
	var parts money.Decimal
	t.Currency, parts = e.currency("currency")
	if note := e.rateNote(t.Currency); note != "" {
		t.Note = strings.TrimPrefix(t.Note+"; "+note, "; ")
	}
	return t, scaled(amount.Decimal, parts), outcome{}
}

// salesTax books value-added tax on fees, unless the cash transactions have it.
func (r *reader) salesTax(e *element) outcome {
	for _, c := range e.statement.elements {
		if c.name == "CashTransaction" && c.id() != "" && c.id() == e.id() {
			return ignored("booked with %s", c.place())
		}
	}
	t, amount, out := e.money()
	if out.fault != nil || out.ignored != "" {
		return out
	}
	t.Type, t.Amount = signed(kind{ledger.TaxRefund, ledger.Tax}, amount)
	t.Note = strings.TrimSpace(e.text("taxType") + " " + t.Note)
	return booked(t)
}
