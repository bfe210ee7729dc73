package analysis_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// One payment is no rhythm: what the holding will pay, and its yields, are not known.
func TestOnePaymentLeavesIncomeOpen(t *testing.T) {
	in := incomeOf(t, ledger.Transaction{Date: date.MustParse("2025-03-03"), Type: ledger.Dividend, Account: "b", Symbol: "MUTE", Amount: money.Some(money.Int(9)), Currency: "EUR"})
	for _, h := range in.Holdings {
		if h.Symbol != "MUTE" {
			continue
		}
		if !h.Received.Known() || h.Expected.Known() || h.Yield.Known() || h.YieldOnCost.Known() || h.Reason != "one payment, of 2025-03-03, is no rhythm" || h.Expected.Reasons[0] != h.Reason {
			t.Errorf("received %v, expected %v %v, yield %v, on cost %v", h.Received.Known(), h.Expected.Known(), h.Expected.Reasons, h.Yield.Known(), h.YieldOnCost.Known())
		}
		return
	}
	t.Error("MUTE is not listed")
}
