// Package instrument says what can be held: shares, funds, bonds, options,
// crypto-currencies, private assets.
//
// Model: an instrument is known by its symbol, unique within a ledger. What it is
// (its class) is said by data, never guessed from the letters of a ticker; the one
// exception is the OCC option symbol, which by its standard spells out its terms.
package instrument

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Class is what kind of thing an instrument is. The empty class is "unknown".
type Class string

// The classes.
const (
	Unknown   Class = ""
	Equity    Class = "equity"
	ETF       Class = "etf"
	Fund      Class = "fund"
	Bond      Class = "bond"
	Option    Class = "option"
	Future    Class = "future"
	Crypto    Class = "crypto"
	Commodity Class = "commodity"
	Private   Class = "private"
	Index     Class = "index"
	Currency  Class = "currency"
)

// Right is what an option gives: a call or a put.
type Right string

// The two rights.
const (
	Call Right = "call"
	Put  Right = "put"
)

// Instrument is what is known of something that can be held. Only Symbol and
// Currency are always known; an empty field is unknown.
type Instrument struct {
	Symbol   string         `json:"symbol"`
	Currency money.Currency `json:"currency"` // what its prices are quoted in; may be a minor unit such as GBX
	Class    Class          `json:"type,omitempty"`
	Name     string         `json:"name,omitempty"`
	ISIN     string         `json:"isin,omitempty"`
	CUSIP    string         `json:"cusip,omitempty"`
	FIGI     string         `json:"figi,omitempty"`
	Exchange string         `json:"exchange,omitempty"` // market identifier code, ISO 10383
	Sector   string         `json:"sector,omitempty"`
	Country  string         `json:"country,omitempty"` // ISO 3166 alpha-2
	// Multiplier is how many units of the quoted price one piece stands for: 100 for
	// a standard option, 1 where it is not known to be otherwise.
	Multiplier money.Optional `json:"multiplier,omitzero"`
	// Underlying, Strike, Expiry and Right are the terms of an option.
	Underlying string         `json:"underlying,omitempty"`
	Strike     money.Optional `json:"strike,omitzero"`
	Expiry     date.Date      `json:"expiry,omitzero"`
	Right      Right          `json:"right,omitempty"`
	// Simulated is true for instruments of the simulated market.
	Simulated bool `json:"simulated,omitempty"`
}

// ContractSize is the multiplier, 1 unless the instrument says otherwise.
func (i Instrument) ContractSize() money.Decimal { return i.Multiplier.Or(money.One) }

// IsOption reports whether the instrument is an option with all its terms.
func (i Instrument) IsOption() bool {
	return i.Class == Option && i.Strike.Known && !i.Expiry.IsNone() && i.Expiry != 0 && i.Right != ""
}
