// Package instrument says what can be held: shares, funds, bonds, options,
// crypto-currencies, private assets.
//
// Model: an instrument is known by its symbol, unique within a ledger. What it is
// (its class) is said by data, never guessed from the letters of a ticker; the one
// exception is the OCC option symbol, which by its standard spells out its terms.
//
// Bonds are quoted in percent of par, without accrued interest unless PriceQuote
// says otherwise. One unit of quantity then stands for a face value of
// 100 × multiplier: quantities in face units have the multiplier 0.01, pieces of
// 1,000 the multiplier 10. A holding is worth quantity × multiplier × price, as
// anything else is.
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

// PriceQuote says what the price of a bond, in percent of par, contains.
type PriceQuote string

// The quotes. An instrument that does not say has clean prices, as exchanges and
// most brokers give them.
const (
	CleanPrice PriceQuote = "clean" // without accrued interest
	DirtyPrice PriceQuote = "dirty" // with accrued interest
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
	Issuer   string         `json:"issuer,omitempty"`  // who issued it; share classes of one company have one issuer
	// Multiplier is how many units of the quoted price one piece stands for: 100 for
	// a standard option, 1 where it is not known to be otherwise.
	Multiplier money.Optional `json:"multiplier,omitzero"`
	// Underlying, Strike, Expiry and Right are the terms of an option.
	Underlying string         `json:"underlying,omitempty"`
	Strike     money.Optional `json:"strike,omitzero"`
	Expiry     date.Date      `json:"expiry,omitzero"`
	Right      Right          `json:"right,omitempty"`
	// Coupon (a fraction a year, 0 for a zero-coupon bond), CouponFrequency (coupons a
	// year; of a zero-coupon bond how often its yield compounds), DayCount (30/360,
	// ActActICMA, Act/365F or Act/360) and Maturity are the terms of a bond; IssueDate,
	// where it is known, cuts the first coupon short.
	Coupon          money.Optional `json:"coupon,omitzero"`
	CouponFrequency int            `json:"coupon_frequency,omitzero"`
	DayCount        string         `json:"day_count,omitempty"`
	Maturity        date.Date      `json:"maturity,omitzero"`
	IssueDate       date.Date      `json:"issue_date,omitzero"`
	PriceQuote      PriceQuote     `json:"price_quote,omitempty"`
	// Composition is what a fund holds, nil where it is not known.
	Composition *Composition `json:"composition,omitempty"`
	// Simulated is true for instruments of the simulated market.
	Simulated bool `json:"simulated,omitempty"`
}

// ContractSize is the multiplier, 1 unless the instrument says otherwise.
func (i Instrument) ContractSize() money.Decimal { return i.Multiplier.Or(money.One) }

// IsOption reports whether the instrument is an option with all its terms.
func (i Instrument) IsOption() bool {
	return i.Class == Option && i.Strike.Known && !i.Expiry.IsNone() && i.Expiry != 0 && i.Right != ""
}

// IsBond reports whether the instrument is a bond with all its terms. Whether they
// make sense is for the package that prices it.
func (i Instrument) IsBond() bool {
	return i.Class == Bond && i.Coupon.Known && i.CouponFrequency != 0 && i.DayCount != "" && !i.Maturity.IsNone() && i.Maturity != 0
}

// MissingTerms names the terms that an option or a bond lacks to be priced, by their
// JSON keys; nothing for a complete one and for any other class.
func (i Instrument) MissingTerms() []string {
	var missing []string
	need := func(known bool, key string) {
		if !known {
			missing = append(missing, key)
		}
	}
	switch i.Class {
	case Option:
		need(i.Strike.Known, "strike")
		need(!i.Expiry.IsNone() && i.Expiry != 0, "expiry")
		need(i.Right != "", "right")
	case Bond:
		need(i.Coupon.Known, "coupon")
		need(i.CouponFrequency != 0, "coupon_frequency")
		need(i.DayCount != "", "day_count")
		need(!i.Maturity.IsNone() && i.Maturity != 0, "maturity")
	}
	return missing
}
