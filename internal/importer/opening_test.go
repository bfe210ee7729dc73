package importer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// A statement sells what it did not buy, and splits what it held: before it there were
// 8 X (sold), 5 Y (doubled, then 10 more) and 920.50 of cash; Z came and went within it.
func TestOpening(t *testing.T) {
	d := money.MustParse
	tx := func(day int, typ ledger.Type, symbol, quantity, amount string) Row {
		t := ledger.Transaction{Date: date.Must(2024, 3, day), Type: typ, Account: "A", Symbol: symbol, Currency: "USD"}
		if quantity != "" {
			t.Quantity = money.Some(d(quantity))
		}
		if amount != "" {
			t.Amount = money.Some(d(amount))
		}
		return Row{Transactions: []ledger.Transaction{t}}
	}
	split := tx(4, ledger.Split, "Y", "", "")
	split.Transactions[0].Ratio = &ledger.Ratio{New: d("2"), Old: d("1")}
	f := &File{
		Rows: []Row{
			tx(10, ledger.Buy, "Y", "10", "100.50"), split, tx(2, ledger.Sell, "X", "8", "80"),
			tx(5, ledger.Buy, "Z", "1", "10"), tx(6, ledger.Sell, "Z", "1", "10"),
			tx(20, ledger.Sell, "Y", "3", "30"), // after the stated day
		},
		Balances: []Balance{
			{Date: date.Must(2024, 3, 15), Account: "A", Symbol: "Y", Currency: "USD", Quantity: d("20")},
			{Date: date.Must(2024, 3, 15), Account: "A", Currency: "USD", Quantity: d("900")},
			{Date: date.Must(2024, 3, 15), Account: "B", Currency: "USD", Quantity: d("7")},
		},
	}
	var got []string
	for _, b := range f.Opening() {
		got = append(got, fmt.Sprintf("%s %s %s%s %s", b.Date, b.Account, b.Symbol, map[bool]string{true: string(b.Currency)}[b.Symbol == ""], b.Quantity))
	}
	want := "2024-03-01 A USD 920.5, 2024-03-01 A X 8, 2024-03-01 A Y 5, 2024-03-01 B USD 7"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	if (&File{Balances: f.Balances}).Opening() != nil {
		t.Error("a file without bookings says nothing of before")
	}
}
