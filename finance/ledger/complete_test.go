package ledger

import (
	"errors"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

func dec(s string) money.Optional {
	if s == "" {
		return money.Optional{}
	}
	return money.Some(money.MustParse(s))
}

func text(o money.Optional) string {
	if !o.Known {
		return ""
	}
	return o.Decimal.String()
}

var hundred = instrument.Instrument{Multiplier: money.Some(money.Int(100))}

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		claim                                string
		kind                                 Type
		inst                                 instrument.Instrument
		quantity, price, amount, fees, taxes string
		wantPrice, wantAmount, wantGross     string
	}{
		{"a buy pays its costs", Buy, instrument.Instrument{}, "10", "100", "", "10", "2", "100", "1012", "1000"},
		{"a sale is net of them", Sell, instrument.Instrument{}, "4", "120", "", "10", "1", "120", "469", "480"},
		{"so is a short sale", SellShort, instrument.Instrument{}, "4", "120", "", "10", "", "120", "470", "480"},
		{"covering pays", BuyToCover, instrument.Instrument{}, "4", "120", "", "10", "", "120", "490", "480"},
		{"an option counts its contract size", Buy, hundred, "2", "3.05", "", "1.3", "", "3.05", "611.3", "610"},
		{"the price follows from the amount", Buy, instrument.Instrument{}, "3", "", "1010", "10", "", "333.333333333333333333", "1010", "1000"},
		{"the price of a contract too", Sell, hundred, "2", "", "598.7", "1.3", "", "3", "598.7", "600"},
		{"the booked amount beats price × quantity", Buy, instrument.Instrument{}, "10", "100", "1009.99", "10", "", "100", "1009.99", "999.99"},
		{"a dividend per share", Dividend, instrument.Instrument{}, "10", "0.5", "", "", "0.75", "0.5", "4.25", "5"},
		{"a dividend is paid on pieces, not on contract size", Dividend, hundred, "10", "0.5", "", "", "", "0.5", "5", "5"},
		{"a delivery in costs its fees", TransferIn, instrument.Instrument{}, "5", "100", "", "10", "10", "100", "520", "500"},
		{"a delivery out is net", TransferOut, instrument.Instrument{}, "5", "100", "", "10", "10", "100", "480", "500"},
		{"cash written as units at one", Deposit, instrument.Instrument{}, "250", "1", "", "", "", "1", "250", ""},
		{"a merger's cash is stated or there is none", Merger, instrument.Instrument{}, "10", "5", "", "", "", "5", "", ""},
		{"a fee rebate is a negative fee", Sell, instrument.Instrument{}, "1", "100", "", "-0.25", "", "100", "100.25", "100"},
		{"a delivery in without a value stays unknown", TransferIn, instrument.Instrument{}, "5", "", "", "", "", "", "", ""},
	} {
		b := Transaction{Type: c.kind, Quantity: dec(c.quantity), Price: dec(c.price), Amount: dec(c.amount), Fees: dec(c.fees), Taxes: dec(c.taxes)}
		for range 2 { // completing twice changes nothing more
			if err := Complete(&b, c.inst); err != nil {
				t.Errorf("%s: %v", c.claim, err)
			}
		}
		gross := money.Optional{}
		gross.Decimal, gross.Known = Gross(&b, c.inst.ContractSize())
		if text(b.Price) != c.wantPrice || text(b.Amount) != c.wantAmount || text(gross) != c.wantGross {
			t.Errorf("%s: price %s, amount %s, gross %s; want %s, %s, %s", c.claim, text(b.Price), text(b.Amount), text(gross), c.wantPrice, c.wantAmount, c.wantGross)
		}
	}
}

func TestCompleteRefusesWhatNothingSays(t *testing.T) {
	for _, kind := range []Type{Buy, Sell, SellShort, BuyToCover, Dividend, Coupon, Interest, Deposit, Withdrawal, Fee, Tax, InterestCharge, ReturnOfCapital, InternalMove, CashIn} {
		b := Transaction{ID: "t7", Type: kind, Quantity: dec("10")}
		err := Complete(&b, instrument.Instrument{})
		var f *Fault
		if !errors.Is(err, ErrNoAmount) || !errors.As(err, &f) || f.ID != "t7" || f.Cure == "" {
			t.Errorf("%s without amount: %v", kind, err)
		}
		if b.Amount.Known {
			t.Errorf("%s without amount became %s", kind, b.Amount.Decimal)
		}
	}
}

func TestTheRecordedForeignValueCounts(t *testing.T) {
	b := Transaction{Type: TransferIn, Quantity: dec("100"), GrossForeign: &Foreign{Currency: "USD", Amount: money.Int(5000), Rate: money.MustParse("0.90")}}
	if gross, ok := Gross(&b, money.One); !ok || gross.String() != "4500" {
		t.Errorf("gross %s, %v, want 5000 USD × 0.90", gross, ok)
	}
}

// Who gets and who gives: Options Clearing Corporation, Characteristics and Risks of
// Standardized Options, chapter VIII.
func TestDeliveryOf(t *testing.T) {
	call := instrument.Instrument{Class: instrument.Option, Underlying: "ACME", Right: instrument.Call, Strike: dec("110"), Expiry: date.Must(2024, 6, 21), Multiplier: dec("100")}
	put := call
	put.Right = instrument.Put
	for _, c := range []struct {
		kind           Type
		option         instrument.Instrument
		quantity, cash string
	}{
		{OptionExercise, call, "200", "-22000"}, {OptionExercise, put, "-200", "22000"},
		{OptionAssigned, call, "-200", "22000"}, {OptionAssigned, put, "200", "-22000"},
	} {
		d, err := DeliveryOf(&Transaction{Type: c.kind, Symbol: "O", Quantity: dec("2")}, c.option)
		if err != nil || d.Underlying != "ACME" || d.Quantity.String() != c.quantity || d.Cash.String() != c.cash {
			t.Errorf("%s of a %s: %s %s for %s, %v", c.kind, c.option.Right, d.Quantity, d.Underlying, d.Cash, err)
		}
	}
	d, err := DeliveryOf(&Transaction{Type: OptionExercise, Symbol: "ACME240621C00110000", Quantity: dec("1")}, instrument.Instrument{Multiplier: dec("10")})
	if err != nil || d.Quantity.String() != "10" || d.Cash.String() != "-1100" {
		t.Errorf("an OCC symbol with a contract size of 10: %+v, %v", d, err)
	}
	if _, err := DeliveryOf(&Transaction{Type: OptionExercise, Symbol: "WARRANT", Quantity: dec("1")}, instrument.Instrument{}); !errors.Is(err, ErrNoTerms) {
		t.Errorf("unknown terms: %v, want ErrNoTerms", err)
	}
}
