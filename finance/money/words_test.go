package money

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParseCurrency(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Currency
	}{{"EUR", "EUR"}, {"usd", "USD"}, {"GBp", "GBX"}, {"GBX", "GBX"}, {"GBP", "GBP"}, {"ZAc", "ZAC"}, {"BTC", "BTC"}, {"USDC", "USDC"}} {
		if got, err := ParseCurrency(c.in); err != nil || got != c.want {
			t.Errorf("ParseCurrency(%q) = %q, %v, want %q", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"", "EU", "EURODOLLARS", "E R", "€€€", "EU-", "<invalid>"} {
		if got, err := ParseCurrency(in); !errors.Is(err, ErrCurrency) {
			t.Errorf("ParseCurrency(%q) = %q, %v, want ErrCurrency", in, got, err)
		}
	}
}

// 12.50 pence are 0.125 pounds (golden vector 14).
func TestMinorUnits(t *testing.T) {
	major, per := Currency("GBX").Major()
	if got := MustParse("12.50").DivRound(Int(per), Places); major != "GBP" || got.String() != "0.125" {
		t.Errorf("12.50 GBX = %s %s, want 0.125 GBP", got, major)
	}
	if major, per := Currency("EUR").Major(); major != "EUR" || per != 1 {
		t.Errorf("EUR is %d to the %s", per, major)
	}
}

// Smallest units after ISO 4217.
func TestRoundedToTheSmallestUnit(t *testing.T) {
	for _, c := range []struct {
		currency Currency
		want     string
	}{{"EUR", "1.23"}, {"JPY", "1"}, {"KWD", "1.235"}, {"BTC", "1.2345"}} {
		if got := Of(MustParse("1.2345"), c.currency).Rounded(); got.Amount.String() != c.want {
			t.Errorf("1.2345 %s rounded = %s, want %s", c.currency, got.Amount, c.want)
		}
	}
	if got := MustParse("-1.235").Round(2); got.String() != "-1.24" {
		t.Errorf("-1.235 rounded = %s, want -1.24: halves go away from zero", got)
	}
}

func TestAmountsOfTwoCurrenciesDoNotAdd(t *testing.T) {
	if _, err := Of(One, "EUR").Add(Of(One, "USD")); !errors.Is(err, ErrMixed) {
		t.Errorf("1 EUR + 1 USD: %v, want ErrMixed", err)
	}
	if got, err := Of(One, "EUR").Add(Of(One, "EUR")); err != nil || got.String() != "2 EUR" {
		t.Errorf("1 EUR + 1 EUR = %s, %v", got, err)
	}
}

// Parts sum to the whole, and none is further than one unit from its exact share.
func TestDivideSumsToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := New(rapid.Int64Range(-1e12, 1e12).Draw(t, "total"), 2)
		weights := make([]Decimal, rapid.IntRange(1, 12).Draw(t, "n"))
		sum := Zero
		for i := range weights {
			weights[i] = New(rapid.Int64Range(0, 1e9).Draw(t, "weight"), 3)
			sum = sum.Add(weights[i])
		}
		parts, err := Divide(total, weights, 2)
		if sum.IsZero() {
			if !errors.Is(err, ErrNoWeights) {
				t.Fatalf("no weights: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got := Zero
		for i, p := range parts {
			got = got.Add(p)
			if off := p.Sub(total.MulDiv(weights[i], sum, 12)).Abs(); New(1, 2).Less(off) {
				t.Fatalf("part %d is %s, off by %s", i, p, off)
			}
		}
		if !got.Equal(total) {
			t.Fatalf("parts sum to %s, want %s", got, total)
		}
	})
}

// Thirds of 100 percent (golden vector 20: allocations sum to exactly 100.00).
func TestDivideGivesTheRestToTheLargestRemainder(t *testing.T) {
	parts, err := Divide(Int(100), []Decimal{One, One, One}, 2)
	if err != nil || parts[0].String() != "33.34" || parts[1].String() != "33.33" || parts[2].String() != "33.33" {
		t.Errorf("100 in three = %v, %v", parts, err)
	}
	if _, err := Divide(One, []Decimal{Int(-1), One}, 2); !errors.Is(err, ErrNoWeights) {
		t.Errorf("a negative weight: %v", err)
	}
}
