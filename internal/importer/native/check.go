package native

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// takesBack are the types whose amount may be negative: it takes back an earlier one.
var takesBack = map[ledger.Type]bool{
	ledger.Interest: true, ledger.InterestCharge: true, ledger.Dividend: true, ledger.Coupon: true, ledger.Fee: true,
	ledger.FeeRefund: true, ledger.Tax: true, ledger.TaxRefund: true, ledger.ReturnOfCapital: true,
}

// check tells what of a transaction is missing or contradicts its type.
func check(t *ledger.Transaction) ledger.Faults {
	var faults ledger.Faults
	fault := func(field, value, problem, cure string) {
		faults = append(faults, &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure})
	}
	if t.Date.IsNone() {
		fault("date", "", "it is missing", "write it as YYYY-MM-DD")
	}
	effect, known := ledger.EffectOf(t.Type)
	if !known {
		fault("type", string(t.Type), "there is no such type", "use one of the types of the ledger document, such as buy, sell, dividend or deposit")
		return faults
	}
	if _, err := money.ParseCurrency(string(t.Currency)); err != nil {
		fault("currency", string(t.Currency), "it is not a currency code", "write a code such as EUR, here or as base_currency")
	}
	if effect.Security && t.Symbol == "" {
		fault("symbol", "", "a "+string(t.Type)+" needs a symbol", "write what was traded")
	}
	if effect.Security && !t.Quantity.Known {
		fault("quantity", "", "a "+string(t.Type)+" needs a quantity", "write how many pieces")
	}
	for _, n := range []struct {
		field string
		value money.Optional
		zero  bool // may be zero
	}{{"quantity", t.Quantity, false}, {"price", t.Price, true}, {"fees", t.Fees, true}, {"to_amount", t.ToAmount, true}} {
		if sign := n.value.Decimal.Sign(); n.value.Known && (sign < 0 || sign == 0 && !n.zero && effect.Security) {
			fault(n.field, n.value.Decimal.String(), "it must be positive; the type gives the direction", "write it without a sign")
		}
	}
	if t.Amount.Known && t.Amount.Decimal.Sign() < 0 && !takesBack[t.Type] {
		fault("amount", t.Amount.Decimal.String(), "it must be positive; the type gives the direction", "write it without a sign")
	}
	amountNeeded := effect.Cash != 0 && !(effect.Security && t.Price.Known) && t.Type != ledger.Merger
	if amountNeeded && !t.Amount.Known && !(t.Quantity.Known && t.Price.Known) {
		fault("amount", "", "there is neither an amount nor a quantity with a price", "write the cash that moved")
	}
	switch t.Type {
	case ledger.Split, ledger.Merger, ledger.SpinOff:
		if t.Ratio == nil && t.Type != ledger.SpinOff {
			fault("ratio", "", "a "+string(t.Type)+" needs its ratio", `write new:old, such as "2:1"`)
		}
		if t.Symbol == "" {
			fault("symbol", "", "a "+string(t.Type)+" needs a symbol", "write what is held")
		}
		if t.ToSymbol == "" && t.Type != ledger.Split {
			fault("to_symbol", "", "a "+string(t.Type)+" needs what is received", "write its symbol")
		}
	case ledger.Transfer, ledger.InternalMove:
		if t.ToAccount == "" {
			fault("to_account", "", "a transfer between accounts needs the account it goes to", "write its name")
		}
		if t.Symbol == "" && !t.Amount.Known {
			fault("amount", "", "there is neither an amount nor a symbol", "write what moved")
		}
	}
	return faults
}
