package instrument

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Symbols after the OCC's Options Symbology Initiative: root, yymmdd, C or P, strike × 1000
// in eight digits.
func TestParseOCC(t *testing.T) {
	for _, c := range []struct {
		in, underlying, expiry, strike string
		right                          Right
	}{
		{"AAPL250815P00200000", "AAPL", "2025-08-15", "200", Put},
		{"SPX   141122P00019500", "SPX", "2014-11-22", "19.5", Put},
		{"LAMR  150117C00052500", "LAMR", "2015-01-17", "52.5", Call},
		{"F240119C00000500", "F", "2024-01-19", "0.5", Call},
		{"BRKB240119C00360125", "BRKB", "2024-01-19", "360.125", Call},
	} {
		got, err := ParseOCC(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if got.Underlying != c.underlying || got.Expiry.String() != c.expiry || got.Right != c.right || got.Strike.Decimal.String() != c.strike || !got.IsOption() {
			t.Errorf("%q is %+v", c.in, got)
		}
		if !got.ContractSize().Equal(money.Int(100)) {
			t.Errorf("%q: contract size %s, want 100", c.in, got.ContractSize())
		}
		if back := OCC(got.Underlying, got.Expiry, got.Right, got.Strike.Decimal); back != got.Symbol {
			t.Errorf("%q is written back as %q", c.in, back)
		}
	}
}

func TestParseOCCRefuses(t *testing.T) {
	for _, s := range []string{"", "AAPL", "AAPL250815X00200000", "AAPL251315P00200000", "AAPL250815P0020000", "250815P00200000", "AAPL250815P+0200000", "AAPL250815P00.00000", "TOOLONGROOT250815P00200000"} {
		if got, err := ParseOCC(s); !errors.Is(err, ErrNotOCC) {
			t.Errorf("ParseOCC(%q) = %+v, %v, want ErrNotOCC", s, got, err)
		}
	}
}

func TestIsOptionNeedsAllTerms(t *testing.T) {
	whole := Instrument{Class: Option, Right: Call, Strike: money.Some(money.One), Expiry: date.Must(2025, 1, 17)}
	if !whole.IsOption() {
		t.Error("an option with all terms is none")
	}
	for name, change := range map[string]func(*Instrument){
		"class": func(i *Instrument) { i.Class = Equity }, "right": func(i *Instrument) { i.Right = "" },
		"strike": func(i *Instrument) { i.Strike = money.Optional{} }, "expiry": func(i *Instrument) { i.Expiry = 0 },
	} {
		part := whole
		if change(&part); part.IsOption() {
			t.Errorf("it is an option without %s", name)
		}
	}
	if got := (Instrument{}).ContractSize(); !got.Equal(money.One) {
		t.Errorf("contract size of an unknown instrument is %s, want 1", got)
	}
}

func TestIsBondNeedsAllTerms(t *testing.T) {
	whole := Instrument{Class: Bond, Coupon: money.Some(money.New(45, 3)), CouponFrequency: 2, DayCount: "ActActICMA", Maturity: date.Must(2034, 11, 15)}
	if !whole.IsBond() || len(whole.MissingTerms()) > 0 {
		t.Errorf("a bond with all terms is none; it lacks %v", whole.MissingTerms())
	}
	for name, change := range map[string]func(*Instrument){
		"coupon": func(i *Instrument) { i.Coupon = money.Optional{} }, "coupon_frequency": func(i *Instrument) { i.CouponFrequency = 0 },
		"day_count": func(i *Instrument) { i.DayCount = "" }, "maturity": func(i *Instrument) { i.Maturity = date.None },
	} {
		part := whole
		if change(&part); part.IsBond() || !slices.Equal(part.MissingTerms(), []string{name}) {
			t.Errorf("without %s: bond %t, lacks %v", name, part.IsBond(), part.MissingTerms())
		}
	}
	share := whole
	if share.Class = Equity; share.IsBond() || len(share.MissingTerms()) > 0 {
		t.Error("a share with the terms of a bond is one")
	}
}

// What is written is read again, and what is not known is not written.
func TestBondTermsInJSON(t *testing.T) {
	const text = `{"symbol":"T 4.5 34","currency":"USD","type":"bond","multiplier":"0.01","coupon":"0.045","coupon_frequency":2,"day_count":"ActActICMA","maturity":"2034-11-15","issue_date":"2024-11-15","price_quote":"dirty"}`
	var i Instrument
	if err := json.Unmarshal([]byte(text), &i); err != nil {
		t.Fatal(err)
	}
	if back, err := json.Marshal(i); err != nil || string(back) != text || !i.IsBond() || i.PriceQuote != DirtyPrice {
		t.Errorf("read %+v, written %s, %v", i, back, err)
	}
	if plain, err := json.Marshal(Instrument{Symbol: "A", Currency: "EUR"}); err != nil || string(plain) != `{"symbol":"A","currency":"EUR"}` {
		t.Errorf("an instrument without terms is %s, %v", plain, err)
	}
}
