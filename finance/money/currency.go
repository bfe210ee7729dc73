package money

import (
	"errors"
	"fmt"
)

// Currency is an ISO 4217 code (EUR), a common code of a crypto-currency (BTC), or
// a minor unit that prices are quoted in (GBX, a hundredth of a pound).
// Codes are three to eight letters or digits, upper case.
type Currency string

// ErrCurrency reports text that cannot be a currency code.
var ErrCurrency = errors.New("not a currency code")

// ErrMixed reports arithmetic on amounts of two currencies.
var ErrMixed = errors.New("amounts are in different currencies")

// ParseCurrency reads a code, in either case. The spellings of pence and cents that
// exchanges use (GBp, ZAc, ILA) become the minor units GBX, ZAC and ILA.
func ParseCurrency(s string) (Currency, error) {
	switch s {
	case "GBp", "GBX", "GBx":
		return "GBX", nil
	case "ZAc", "ZAC":
		return "ZAC", nil
	}
	if len(s) < 3 || len(s) > 8 {
		return "", fmt.Errorf("%q: %w (want three letters such as EUR)", clip(s), ErrCurrency)
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return "", fmt.Errorf("%q: %w (want three letters such as EUR)", clip(s), ErrCurrency)
		}
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return Currency(b), nil
}

// minorUnits are the quotation units worth a hundredth of their currency.
var minorUnits = map[Currency]Currency{"GBX": "GBP", "ZAC": "ZAR", "ILA": "ILS"}

// Major returns the currency that c is a part of and how many units of c make one
// of it: GBX gives GBP and 100, EUR gives EUR and 1.
func (c Currency) Major() (Currency, int64) {
	if major, ok := minorUnits[c]; ok {
		return major, 100
	}
	return c, 1
}

// unusualPlaces are the ISO currencies whose smallest unit is not a hundredth, and
// the crypto-currencies we meet most.
var unusualPlaces = map[Currency]int32{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"BTC": 8, "ETH": 18, "LTC": 8, "XRP": 6, "ADA": 6, "DOGE": 8,
}

// Places is the number of decimals of c's smallest unit: 2 for EUR, 0 for JPY.
func (c Currency) Places() int32 {
	if p, ok := unusualPlaces[c]; ok {
		return p
	}
	return 2
}

// Money is an amount of a currency. Whether positive means received or paid is said
// where it is used.
type Money struct {
	Amount   Decimal  `json:"amount"`
	Currency Currency `json:"currency"`
}

// Of returns an amount of a currency.
func Of(amount Decimal, currency Currency) Money { return Money{Amount: amount, Currency: currency} }

// Add returns m + n, or ErrMixed when their currencies differ.
func (m Money) Add(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, fmt.Errorf("%s and %s: %w", m, n, ErrMixed)
	}
	return Money{Amount: m.Amount.Add(n.Amount), Currency: m.Currency}, nil
}

// Rounded returns m rounded to its currency's smallest unit.
func (m Money) Rounded() Money {
	return Money{Amount: m.Amount.Round(m.Currency.Places()), Currency: m.Currency}
}

// Float64 is the amount as a measured number.
func (m Money) Float64() float64 { return m.Amount.Float64() }

// String is the amount and the code: "12.50 EUR" is written "12.5 EUR".
func (m Money) String() string { return m.Amount.String() + " " + string(m.Currency) }
