package lot

import (
	"errors"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

func dec(s string) money.Optional { return money.Some(money.MustParse(s)) }

func booked(day string, kind ledger.Type, quantity, price, fees string) ledger.Transaction {
	return ledger.Transaction{
		Date: date.MustParse(day), Type: kind, Symbol: "ACME", Quantity: dec(quantity), Price: dec(price), Fees: dec(fees), Currency: "EUR",
	}
}

// A sale costs its fee and takes the fee of the purchase with it: 4 × 120 − 10 − 4 × 101 = 66.
func TestFeesBelongToCostAndProceeds(t *testing.T) {
	k := NewKeeper(ledger.Policy{}, nil)
	buy, sell := booked("2024-01-02", ledger.Buy, "10", "100", "10"), booked("2024-02-01", ledger.Sell, "4", "120", "10")
	if _, err := k.Apply(&buy); err != nil {
		t.Fatal(err)
	}
	ds, err := k.Apply(&sell)
	if err != nil || len(ds) != 1 {
		t.Fatalf("got %d disposals, %v", len(ds), err)
	}
	if gain, ok := ds[0].Gain(); !ok || !gain.Equal(money.Int(66)) {
		t.Errorf("gain %s, want 66", gain)
	}
	open := k.Open("", "ACME")
	if len(open) != 1 || !open[0].Cost().Equal(money.Int(606)) || !open[0].Quantity.Equal(money.Int(6)) {
		t.Errorf("open %+v, want 6 for 606", open)
	}
	oversold := booked("2024-03-01", ledger.Sell, "7", "120", "0")
	if _, err := k.Apply(&oversold); !errors.Is(err, ErrInsufficient) {
		t.Errorf("selling 7 of 6: %v, want ErrInsufficient", err)
	}
	if got := k.Position("", "ACME"); !got.Equal(money.Int(6)) {
		t.Errorf("position after the refused sale %s, want 6", got)
	}
}
