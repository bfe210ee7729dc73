package ibkrflex

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// baseSummary is the line of a cash report that sums all currencies in the base currency.
const baseSummary = "BASE_SUMMARY"

// readBalances takes over the closing positions and cash that the statement states. The
// sum of all currencies counts only where everything was in one.
func (r *reader) readBalances(s *statement) {
	currencies := map[money.Currency]bool{}
	for i := range r.file.Rows {
		for k := range r.file.Rows[i].Transactions {
			t := &r.file.Rows[i].Transactions[k]
			currencies[t.Currency] = true
			if t.ToCurrency != "" {
				currencies[t.ToCurrency] = true
			}
		}
	}
	var sum, single []importer.Balance
	for _, e := range s.elements {
		switch e.name {
		case "OpenPosition":
			if level := e.text("levelOfDetail"); level != "" && level != "SUMMARY" {
				continue
			}
			if b, ok := e.balance(e.quiet("position", "quantity"), "reportDate"); ok && e.symbol() != "" && e.text("assetCategory") != "CASH" {
				b.Symbol = e.symbol()
				r.file.Balances = append(r.file.Balances, b)
			}
		case "CashReportCurrency":
			b, ok := e.balance(e.quiet("endingCash"), "toDate", "reportDate")
			switch {
			case !ok:
			case e.text("currency") == baseSummary:
				b.Currency = s.base
				sum = append(sum, b)
			default:
				single = append(single, b)
			}
		}
	}
	if len(single) == 0 && s.base != "" && (len(currencies) == 0 || len(currencies) == 1 && currencies[s.base]) {
		single = sum
	}
	r.file.Balances = append(r.file.Balances, single...)
}

func (e *element) balance(quantity money.Optional, days ...string) (importer.Balance, bool) {
	day, _, err := parseWhen(e.text(days...))
	if err != nil {
		day = date.None
	}
	currency, errCurrency := money.ParseCurrency(e.text("currency"))
	if e.text("currency") == baseSummary {
		errCurrency = nil
	}
	major, _ := currency.Major()
	return importer.Balance{Date: day, Account: e.account(), Currency: major, Quantity: quantity.Decimal}, quantity.Known && err == nil && errCurrency == nil
}
