// Package marketdata asks the sources of market data - prices, actions, exchange and
// interest rates, reference data - and says what each answered.
//
// Model: a Request is what is wanted, in our own words. A Provider knows one source: it
// says whether it offers that, writes the Call, and reads the Response; it never reaches
// the network itself, so that everything it does is a pure function of bytes and can be
// tried on recorded bodies. Who sends the calls keeps every source within its limits,
// asks the same thing once, waits when told to wait, and turns to another source when
// one fails. A Delivery is what came, in our words again, with its source and its days;
// a Refusal is what came instead, named for what it is even where it arrives as HTTP 200.
//
// Units: prices per piece in the stated currency, which may be a minor unit such as GBX;
// a rate "EUR/USD" is how many USD one EUR costs; interest rates and weights are
// fractions; percentages and per cents of a source are turned into fractions by its
// reader. A day is the day of the exchange, never the one a time falls on elsewhere.
// What a source does not say is unknown: a column is absent, an Optional not known.
package marketdata

import (
	"net/http"
	"net/url"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
)

// Kind is what is asked for.
type Kind string

// The kinds of requests and, beside each, what of a Request it reads.
const (
	Bars       Kind = "bars"       // daily prices of Instrument from From to To
	Quotes     Kind = "quotes"     // the latest prices of Instrument
	Grouped    Kind = "grouped"    // the prices of a whole market on the day To
	Splits     Kind = "splits"     // of Instrument
	Dividends  Kind = "dividends"  // of Instrument, announced ones included
	FX         Kind = "fx"         // daily rates of Pair from From to To
	Rates      Kind = "rates"      // the series of interest rates or of an index named Series
	Profiles   Kind = "profiles"   // what Instrument is
	Statements Kind = "statements" // income, balance and cash flow of Instrument; Part names one
	Earnings   Kind = "earnings"   // reported and coming, of Instrument
	News       Kind = "news"       // about Instrument, the newest first
	Holdings   Kind = "holdings"   // what the fund Instrument holds; Part "sectors" or "countries" their weights
	Chain      Kind = "chain"      // the options on Instrument as they stand
	Search     Kind = "search"     // what Text may mean
	Changes    Kind = "changes"    // renames and delistings of the whole source, the newest first; Part "renames" or "delisted"
)

// Request is what is wanted. Fields that the kind does not read are left empty.
type Request struct {
	Kind       Kind
	Instrument instrument.Instrument // at least its symbol, in our form: BRK.B, 7203.T, VOD.L
	Pair       Pair
	Series     string // the source's own name of a series: DGS10
	Part       string // which part, where a kind has several
	Text       string
	From, To   date.Date // both inclusive; zero: as far as there is
	Limit      int       // at most so many of a list; 0: what the source gives
}

// Pair names an exchange rate: how many Quote one Base costs.
type Pair struct{ Base, Quote string }

func (p Pair) String() string { return p.Base + "/" + p.Quote }

// Call is one question to a source, without its key: it may be logged and compared.
type Call struct {
	Endpoint string     // the source's name of what is asked, for people: TIME_SERIES_DAILY_ADJUSTED
	Path     string     // joined to the source's base address
	Query    url.Values // without the key
	Credits  int        // what it costs where a plan counts credits; 0 elsewhere
	Large    bool       // the answer may be tens of megabytes
	// Carry is what reading the answer needs from the answer before it. It is never sent.
	Carry string
}

// Key is what makes two calls the same.
func (c Call) Key() string { return c.Path + "?" + c.Query.Encode() }

// Response is what came back for a call.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time // when it was received
}

// Provider knows one source of market data.
type Provider interface {
	// Name is the source's name as it is stored and shown: "alphavantage".
	Name() string
	// Base is the source's usual address, such as "https://www.alphavantage.co".
	Base() string
	// Limits are those of the source's plans, by their names; "" is the usual one.
	Limits() map[string][]Limit
	// NeedsKey says whether nothing is answered without a key.
	NeedsKey() bool
	// Offers says whether the source can be asked for that, before any call.
	Offers(r Request) bool
	// Ask writes the first call of a request. An error is about the request and says why
	// the source cannot be asked for it.
	Ask(r Request) (Call, error)
	// Sign puts the key into a call that goes out.
	Sign(h *http.Request, key string)
	// Read reads the answer to a call of a request. next is the call that continues it,
	// nil at its end. An error is a *Refusal.
	Read(r Request, c Call, a Response) (d Delivery, next *Call, err error)
}

// Limit is how many calls, or credits, a source takes in a window.
type Limit struct {
	Window  time.Duration // a minute, a day, a month
	Most    int
	Credits bool // it counts credits, not calls
	// Resets says where windows begin: "" for any span of that length, else the zone
	// whose midnight begins the day or the month ("America/New_York", "UTC").
	Resets string
}

// The windows of limits.
const (
	Second = time.Second
	Minute = time.Minute
	Day    = 24 * time.Hour
	Month  = 30 * Day
)
