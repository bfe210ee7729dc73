package importer

import (
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
)

// Describe is a booking in a few words: "Buy 10 AAPL @ 203.92", "Dividend AAPL 12.5 USD".
func Describe(t *ledger.Transaction) string {
	var b strings.Builder
	word := strings.ReplaceAll(string(t.Type), "_", " ")
	if word != "" {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	if t.Quantity.Known && t.Symbol != "" {
		b.WriteString(" " + t.Quantity.Decimal.String())
	}
	if t.Symbol != "" {
		b.WriteString(" " + t.Symbol)
	}
	switch {
	case t.Ratio != nil:
		b.WriteString(" " + t.Ratio.String())
	case t.Price.Known && t.Quantity.Known:
		b.WriteString(" @ " + t.Price.Decimal.String())
	case t.Amount.Known:
		b.WriteString(" " + t.Amount.Decimal.String() + " " + string(t.Currency))
	}
	return b.String()
}
