package income_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// No payment listed means nothing will come only where that is known.
func TestOpen(t *testing.T) {
	paid := func(days ...string) *market.Actions {
		a := &market.Actions{}
		for _, d := range days {
			a.Dividends = append(a.Dividends, market.DividendEvent{ExDate: date.MustParse(d), PayDate: date.None, Amount: money.New(4, 1), Currency: "EUR"})
		}
		return a
	}
	quarterly := []string{"2023-09-11", "2023-12-11", "2024-03-11", "2024-06-10"}
	for _, tt := range []struct {
		name    string
		actions *market.Actions
		asOf    string
		covered bool
		open    bool
	}{
		{"no list", nil, "2024-08-31", false, true},
		{"a whole list without any", nil, "2024-08-31", true, false},
		{"one payment", paid("2024-06-10"), "2024-08-31", false, true},
		{"one payment, of a whole list", paid("2024-06-10"), "2024-08-31", true, true},
		{"one payment, announced", paid("2024-09-10"), "2024-08-31", false, false},
		{"one payment, and one announced", paid("2024-06-10", "2024-09-10"), "2024-08-31", false, false},
		{"regular payments", paid(quarterly...), "2024-08-31", false, false},
		{"overdue", paid(quarterly...), "2025-08-31", false, true},
		{"overdue by a whole list", paid(quarterly...), "2025-08-31", true, false},
	} {
		asOf := date.MustParse(tt.asOf)
		p := income.Project("A", tt.actions, asOf, asOf.AddYears(1), tt.covered)
		if p.Open != tt.open || p.Open && (p.Reason == "" || len(p.Payments) > 0) {
			t.Errorf("%s: open %v, want %v (%s, %d payments)", tt.name, p.Open, tt.open, p.Reason, len(p.Payments))
		}
	}
}
