package web

import (
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/format"
)

// What the total leaves out is named: holdings without a price, and cash without a rate.
func TestWhatTheTotalLeavesOutIsNamed(t *testing.T) {
	cash := func(c string, known bool) analysis.CashBalance {
		b := analysis.CashBalance{Currency: money.Currency(c), Value: analysis.Unknown("EUR", date.None, "cash", "no exchange rate")}
		if known {
			b.Value = analysis.Money(money.One, "EUR", date.None, "cash")
		}
		return b
	}
	for _, c := range []struct {
		unpriced           []string
		cash               []analysis.CashBalance
		brief, table, card string
	}{
		{nil, []analysis.CashBalance{cash("EUR", true)}, "", "", ""},
		{[]string{"CLUB"}, []analysis.CashBalance{cash("EUR", true)}, "1 holding has no price, so the total leaves it out: CLUB. See which.", "The total leaves out 1 holding without a price: CLUB.", "Without 1 holding that has no price."},
		{nil, []analysis.CashBalance{cash("KRW", false), cash("EUR", true), cash("KRW", false)}, "Cash in KRW has no exchange rate, so the total leaves it out. See which.", "The total leaves out cash without an exchange rate: KRW.", "Without cash in KRW."},
		{[]string{"CLUB", "DEN"}, []analysis.CashBalance{cash("KRW", false), cash("ARS", false)}, "2 holdings have no price, so the total leaves them out: CLUB, DEN. It leaves out cash in ARS and KRW too, for want of an exchange rate. See which.",
			"The total leaves out 2 holdings without a price: CLUB, DEN; and cash without an exchange rate: ARS, KRW.", "Without 2 holdings that have no price and cash in ARS and KRW."},
	} {
		w := &writer{Locale: format.Parse("en"), a: &analysis.Analysis{Cash: c.cash, Data: analysis.DataStatus{Unpriced: c.unpriced}}}
		var brief strings.Builder
		item, _ := w.briefData()
		for _, part := range item.Parts {
			brief.WriteString(part.Text)
		}
		if brief.String() != c.brief || w.holdingsNote() != c.table || w.allocation().Views[0].Note != c.card {
			t.Errorf("it says %q, %q and %q; want %q, %q and %q", brief.String(), w.holdingsNote(), w.allocation().Views[0].Note, c.brief, c.table, c.card)
		}
	}
}
