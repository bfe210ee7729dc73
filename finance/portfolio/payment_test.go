package portfolio

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
)

// viewed folds bookings, without lots, and looks at them through prices of CLUB that begin
// on 2024-01-10 with 2 EUR.
func viewed(t *testing.T, bookings string) *View {
	t.Helper()
	d, err := ledger.ParseDocument([]byte(`{"base_currency":"EUR","transactions":[` + bookings + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fold(Input{Base: "EUR", Transactions: d.Transactions, Instrument: d.Instruments(), Policy: d.Policy, Through: date.None, WithoutLots: true})
	if err != nil {
		t.Fatal(err)
	}
	panel := market.NewPanel()
	panel.SetPrices("CLUB", market.NewSeries([]date.Date{date.Must(2024, 1, 10), date.Must(2024, 1, 11)}, []float64{2, 3}, "test"))
	return NewView(b, panel, b.Axis(panel, date.Must(2024, 1, 1), date.Must(2024, 1, 12)))
}

// What was delivered without an amount and without a price was paid in on the day it gets
// one, in the pieces that splits have made of it since; what was bought was not.
func TestDeliveredBeforeASplit(t *testing.T) {
	v := viewed(t, `
		{"date":"2024-01-02","type":"transfer_in","account":"A","symbol":"CLUB","quantity":"10"},
		{"date":"2024-01-02","type":"buy","account":"A","symbol":"CLUB","quantity":"10","price":"5"},
		{"date":"2024-01-03","type":"buy","account":"B","symbol":"CLUB","quantity":"20","price":"5"},
		{"date":"2024-01-04","type":"split","account":"A","symbol":"CLUB","ratio":"4:1"},
		{"date":"2024-01-05","type":"split","account":"B","symbol":"CLUB","ratio":"4:1"}`)
	for account, want := range map[string]float64{"": 40 * 2, "A": 40 * 2, "B": 0} {
		node := Node{}
		if account != "" {
			node.Accounts = []string{account}
		}
		line := v.Timeline(node)
		for i, day := range line.Days {
			if got := line.Payment(i); day == date.Must(2024, 1, 10) && math.Abs(got-want) > 1e-9 || day != date.Must(2024, 1, 10) && got != 0 {
				t.Errorf("account %q: %v was paid in on %s, want %v when it gets a price", account, got, day, want)
			}
		}
	}
}
