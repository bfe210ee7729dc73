package portfolio

import (
	"fmt"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// What a book holds is what its lots hold, through the events that say less than they do.
func TestHoldingsAgreeWithTheLots(t *testing.T) {
	for _, c := range []struct{ claim, policy, bookings, want string }{
		{"a fraction paid in cash is not held", "", `
			{"date":"2024-01-02","type":"buy","symbol":"OLD","quantity":"11","price":"20"},
			{"date":"2024-06-03","type":"merger","symbol":"OLD","to_symbol":"NEW","ratio":"1:2","amount":"25"}`, "NEW 5"},
		{"a merger for cash takes all", "", `
			{"date":"2024-01-02","type":"buy","symbol":"OLD","quantity":"11","price":"20"},
			{"date":"2024-06-03","type":"merger","symbol":"OLD","amount":"250"}`, ""},
		{"the quantity received can stand for the ratio", "", `
			{"date":"2024-01-02","type":"buy","symbol":"OLD","quantity":"10","price":"20"},
			{"date":"2024-06-03","type":"spin_off","symbol":"OLD","to_symbol":"NEW","quantity":"4","cost_fraction":"0.2"}`, "OLD 10, NEW 4"},
		{"an expiry that does not say how many ends all", "", `
			{"date":"2024-01-02","type":"sell_short","symbol":"ACME240621P00090000","quantity":"3","price":"2"},
			{"date":"2024-06-21","type":"option_expiry","symbol":"ACME240621P00090000"}`, ""},
		{"three thirds are sold as one", "", `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"20"},
			{"date":"2024-02-01","type":"split","symbol":"A","ratio":"1:3"},
			{"date":"2024-03-01","type":"split","symbol":"A","ratio":"3:1"},
			{"date":"2024-06-03","type":"sell","symbol":"A","quantity":"10","price":"20"}`, ""},
		{"a short position that moves stays short", "", `
			{"date":"2024-01-02","type":"sell_short","account":"a","symbol":"A","quantity":"3","price":"20"},
			{"date":"2024-06-03","type":"transfer","account":"a","to_account":"b","symbol":"A","quantity":"3"}`, "A -3"},
		{"covering more than is owed leaves nothing where that costs nothing", `"on_oversold":"zero_cost",`, `
			{"date":"2024-01-02","type":"sell_short","symbol":"A","quantity":"3","price":"20"},
			{"date":"2024-06-03","type":"buy_to_cover","symbol":"A","quantity":"5","price":"20"}`, ""},
	} {
		d, err := ledger.ParseDocument([]byte(`{"base_currency":"EUR",` + c.policy + `"transactions":[` + c.bookings + `]}`))
		if err != nil {
			t.Fatalf("%s: %v", c.claim, err)
		}
		b, err := Fold(Input{Base: "EUR", Transactions: d.Transactions, Instrument: d.Instruments(), Policy: d.Policy, Through: date.None})
		if err != nil {
			t.Errorf("%s: %v", c.claim, err)
			continue
		}
		got := ""
		for i, h := range b.Holdings(Node{}, date.Must(2024, 12, 31)) {
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprint(h.Symbol, " ", h.Quantity)
		}
		if got != c.want {
			t.Errorf("%s: %q is held, want %q", c.claim, got, c.want)
		}
	}
}
