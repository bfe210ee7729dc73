package ibkrflex

import (
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// transfer books securities and cash that came from or went to another account.
func (r *reader) transfer(e *element) outcome {
	t := ledger.Transaction{Account: e.account(), Source: e.source(), Note: strings.TrimSpace(e.text("type") + " transfer " + e.text("company", "account"))}
	t.Date, t.Time = e.when("reportDate", "date", "dateTime")
	var parts money.Decimal
	t.Currency, parts = e.currency("currency")
	if e.fault != nil {
		return outcome{}
	}
	quantity, cash := e.number("quantity"), e.number("cashTransfer")
	if e.text("assetCategory") == "CASH" || !quantity.Known || quantity.Decimal.IsZero() {
		return r.cashTransfer(e, t, cash, parts)
	}
	incoming := quantity.Decimal.Sign() > 0
	if direction := e.text("direction"); direction == "IN" || direction == "OUT" {
		incoming = direction == "IN"
	}
	t.Type = ledger.TransferOut
	if incoming {
		t.Type = ledger.TransferIn
	}
	if t.Symbol = e.symbol(); t.Symbol == "" {
		return refused("symbol", "", "is missing", "add Symbol to the transfers of the query")
	}
	t.Quantity = money.Some(quantity.Decimal.Abs())
	value := e.number("positionAmount")
	if !value.Known || value.Decimal.IsZero() {
		return refused("positionAmount", e.text("positionAmount"), "the value of what was transferred is not said", "add PositionAmount to the transfers of the query, or book the delivery by hand with its value")
	}
	t.Amount = money.Some(scaled(value.Decimal.Abs(), parts))
	key := t.Account + "|" + t.Symbol
	if incoming {
		r.running[key] = r.running[key].Add(t.Quantity.Decimal)
	} else {
		r.running[key] = r.running[key].Sub(t.Quantity.Decimal)
	}
	return booked(t)
}

// cashTransfer books cash, unless the cash transactions have it.
func (r *reader) cashTransfer(e *element, t ledger.Transaction, cash money.Optional, parts money.Decimal) outcome {
	if !cash.Known || cash.Decimal.IsZero() {
		return ignored("nothing moved")
	}
	for _, c := range e.statement.elements {
		if c.name != "CashTransaction" || !strings.HasPrefix(lettersOf(c.text("type")), "deposits") || c.account() != e.account() {
			continue
		}
		day, _, _ := parseWhen(c.text("reportDate", "settleDate", "dateTime"))
		if c.id() != "" && c.id() == e.id() || day == t.Date && c.text("currency") == e.text("currency") && c.quiet("amount").OrZero().Equal(cash.Decimal) {
			return ignored("booked with %s", c.place())
		}
	}
	t.Type, t.Amount = signed(kind{ledger.Deposit, ledger.Withdrawal}, scaled(cash.Decimal, parts))
	return booked(t)
}
