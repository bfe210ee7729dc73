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

// Held more than 365 days is long-term: the day a year later is not yet.
func TestHoldingPeriod(t *testing.T) {
	for _, c := range []struct {
		sold string
		days int
		long bool
	}{{"2024-01-01", 365, false}, {"2024-01-02", 366, true}} {
		k := NewKeeper(ledger.Policy{}, nil)
		mustApply(t, k, "2023-01-01 buy 1 ACME @ 5 EUR fee 1")
		ds := mustApply(t, k, c.sold+" sell 1 ACME @ 9 EUR fee 1")
		if ds[0].Days() != c.days || ds[0].LongTerm() != c.long {
			t.Errorf("sold %s: %d days, long-term %v; want %d, %v", c.sold, ds[0].Days(), ds[0].LongTerm(), c.days, c.long)
		}
		if g, ok := ds[0].GrossGain(); !ok || !g.Equal(money.Int(4)) {
			t.Errorf("gain without costs %s, %v, want 9 - 5", g, ok)
		}
	}
}

// mustApply books a line and keeps what it disposed of.
func mustApply(t *testing.T, k *Keeper, line string) []Disposal {
	t.Helper()
	b := mustRead(t, line)
	ds, err := k.Apply(&b)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return append([]Disposal(nil), ds...)
}

// Revalued lots count their gain from the new price on; a short's is the other way round.
func TestRevalue(t *testing.T) {
	k := NewKeeper(ledger.Policy{}, described)
	mustApply(t, k, "2024-01-02 buy 10 ACME @ 100 EUR fee 5")
	mustApply(t, k, "2024-01-02 sell_short 2 ACME240621C00110000 @ 3 USD")
	mustApply(t, k, "2024-01-02 buy 1 OTHER @ 7 EUR")
	k.Revalue(func(symbol string) (money.Money, bool) {
		switch symbol {
		case "ACME":
			return money.Of(money.Int(120), "EUR"), true
		case "ACME240621C00110000":
			return money.Of(money.Int(4), "USD"), true
		}
		return money.Money{}, false
	})
	want := []string{"1200", "-800", "7"}
	i := 0
	for l := range k.Lots() {
		if l.Cost().String() != want[i] {
			t.Errorf("%s costs %s, want %s", l.Symbol, l.Cost(), want[i])
		}
		i++
	}
	ds := mustApply(t, k, "2024-02-01 buy_to_cover 2 ACME240621C00110000 @ 5 USD")
	if g, _ := ds[0].Gain(); !g.Equal(money.Int(-200)) {
		t.Errorf("covering at 5 after 4 gains %s, want -200", g)
	}
}

// Indices tell which booking opened and which closed.
func TestBookingsAreNumbered(t *testing.T) {
	k := NewKeeper(ledger.Policy{}, nil)
	mustApply(t, k, "2024-01-02 buy 10 ACME @ 100 EUR")
	buy, sell := mustRead(t, "2024-01-03 buy 10 ACME @ 100 EUR"), mustRead(t, "2024-01-04 sell 15 ACME @ 100 EUR")
	if _, err := k.ApplyAt(7, &buy); err != nil {
		t.Fatal(err)
	}
	ds, err := k.Apply(&sell) // after 7 comes 8
	if err != nil || len(ds) != 2 || ds[0].Booking != 0 || ds[1].Booking != 7 || ds[1].Transaction != 8 {
		t.Errorf("disposals %+v, %v", ds, err)
	}
	if k.Position("", "ACME").String() != "5" || !k.Position("nowhere", "ACME").IsZero() || !k.Position("", "NONE").IsZero() {
		t.Errorf("position %s", k.Position("", "ACME"))
	}
}
