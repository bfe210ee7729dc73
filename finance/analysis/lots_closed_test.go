package analysis_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// TestClosedLots sells parts of two lots bought in dollars at two rates; figures by hand.
// 15 sold at 130 USD less 15 fees are 1935 USD, 129 each, at 1.25 USD a euro: 10 of them
// bring 1032 and cost 10 × 100 / 1.00 = 1000, five bring 516 and cost 5 × 110 / 1.10 = 500.
func TestClosedLots(t *testing.T) {
	s := readStory(t, `
-- ledger --
2022-01-03 buy 10 ACME @ 100.00 USD in Depot
2023-06-01 buy 10 ACME @ 110.00 USD in Depot
2024-03-01 sell 15 ACME @ 130.00 USD fee 15 in Depot
-- prices --
ACME USD equity x 1: 2022-01-03 100, 2024-03-01 130
EUR/USD: 2022-01-03 1.00, 2023-06-01 1.10, 2024-03-01 1.25
-- look --
base EUR
from 2022-01-01 to 2024-12-31`)
	p := analysis.Prepare(s.input(t))
	lots := p.ClosedLots()
	if len(lots) != 2 {
		t.Fatalf("%d closed lots", len(lots))
	}
	for i, want := range []struct{ quantity, cost, proceeds, gain, each string }{{"10", "1000.00", "1032.00", "32.00", "129"}, {"5", "500.00", "516.00", "16.00", "129"}} {
		l := lots[i]
		if l.Quantity.String() != want.quantity || l.Cost.Amount.Decimal.Fixed(2) != want.cost || l.Proceeds.Amount.Decimal.Fixed(2) != want.proceeds || l.Gain.Amount.Decimal.Fixed(2) != want.gain || l.UnitPrice.Decimal.String() != want.each {
			t.Errorf("lot %d: %+v", i, l)
		}
		if l.LongTerm != (i == 0) || l.Closed != date.Must(2024, 3, 1) || l.GainReturn.Float64() != 0.032 {
			t.Errorf("lot %d: long-term %v, closed %s, %v", i, l.LongTerm, l.Closed, l.GainReturn.Float64())
		}
	}
	a, err := p.Run(analysis.Period{})
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Holdings[0].Realised.Amount.Decimal.Fixed(2); got != "48.00" {
		t.Errorf("the holding realised %s, its lots 48.00", got)
	}
	if none := p.Node(portfolio.Node{Symbols: []string{"OTHER"}}).ClosedLots(); len(none) != 0 {
		t.Errorf("another symbol closed %+v", none)
	}
}
