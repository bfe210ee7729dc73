package marketdata

import (
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Delivery is what a source answered, in our own words. Only what was asked for, and what
// came along with it, is filled.
type Delivery struct {
	Bars       []BarSeries
	Splits     []Split
	Dividends  []Dividend
	Quotes     []Quote
	FX         []RateSeries // named "EUR/USD"
	Rates      []RateSeries // named as the source names them
	Profiles   []Profile
	Statements []Statement
	Earnings   []Earning
	News       []Article
	Holdings   []FundHoldings
	Options    []OptionQuote
	Found      []Candidate
	Renames    []Rename
	// Left says what of the answer was left out, and why ("row 17: no close").
	Left []string
}

// Join puts what another call of the same request brought behind it.
func (d *Delivery) Join(o Delivery) {
	d.Bars, d.Splits, d.Dividends = append(d.Bars, o.Bars...), append(d.Splits, o.Splits...), append(d.Dividends, o.Dividends...)
	d.Quotes, d.FX, d.Rates = append(d.Quotes, o.Quotes...), append(d.FX, o.FX...), append(d.Rates, o.Rates...)
	d.Profiles, d.Statements, d.Earnings = append(d.Profiles, o.Profiles...), append(d.Statements, o.Statements...), append(d.Earnings, o.Earnings...)
	d.News, d.Holdings, d.Options = append(d.News, o.News...), append(d.Holdings, o.Holdings...), append(d.Options, o.Options...)
	d.Found, d.Renames, d.Left = append(d.Found, o.Found...), append(d.Renames, o.Renames...), append(d.Left, o.Left...)
}

// Basis says what was done to prices before they were given out.
type Basis string

// The bases, as in files of prices. Only prices as traded are kept; the others are
// brought back to that with the splits and dividends.
const (
	AsTraded      Basis = "traded"
	SplitAdjusted Basis = "split-adjusted"
	TotalReturn   Basis = "total-return"
	UnknownBasis  Basis = ""
)

// BarSeries is the daily prices of one instrument. Columns other than Dates and Close
// are empty or as long; dates ascend without repetition; NaN is not known; every close
// is finite and as the source gave it, also where it cannot be right: that is for the
// checks of quality to say.
type BarSeries struct {
	Symbol                 string // ours, of the request; of a grouped answer the source's own
	Currency               money.Currency
	Basis                  Basis // of Open to Close; volume is as the source has it
	Dates                  []date.Date
	Open, High, Low, Close []float64
	Volume                 []float64
	Adjusted               []float64 // the source's own adjusted close, to check with
	AdjustedBasis          Basis     // of Adjusted
	Unfinished             bool      // the last day was not over when it was asked
}

// Split is a split on its ex-date: Ratio.New pieces for Ratio.Old.
type Split struct {
	Symbol string
	Date   date.Date
	Ratio  ledger.Ratio
	// Doubt says what speaks against it being a change of pieces, such as a factor that only
	// prices are adjusted by after a spin-off; empty: nothing does.
	Doubt string
}

// Dividend is a cash dividend on its ex-date, per share. Days that are not known are zero.
type Dividend struct {
	Symbol   string
	ExDate   date.Date
	PayDate  date.Date
	Record   date.Date
	Declared date.Date
	Amount   money.Decimal
	Currency money.Currency
	Basis    Basis  // AsTraded: as paid then; SplitAdjusted: in pieces of the day it was asked
	Type     string // of the source's: "regular", "special"; empty where it does not say
}

// Quote is the latest that is known of a price.
type Quote struct {
	Symbol    string
	Currency  money.Currency
	Price     float64
	Previous  float64       // close of the trading day before; NaN where it is not known
	Open      float64       // of the day; NaN where it is not known
	High      float64       //
	Low       float64       //
	Volume    float64       //
	Day       date.Date     // of the exchange
	At        time.Time     // zero where only the day is known
	Delay     time.Duration // as the source states it; -1 where it does not
	MarketCap money.Optional
}

// RateSeries is the values of an exchange rate, an interest rate or an index. Days
// without a value are absent.
type RateSeries struct {
	Name        string
	Dates       []date.Date
	Values      []float64
	Unit        string    // "fraction" for rates of interest, "index", or the source's own word
	Provisional date.Date // values from this day on may still change; zero: none said
}

// Profile is what a source says an instrument is. Sector and Industry are the source's own
// words; the taxonomy maps them.
type Profile struct {
	Instrument  instrument.Instrument
	Industry    string
	Description string
	Website     string
	Listed      date.Date
	Delisted    date.Date // zero while it is listed or where it is not known
	Active      *bool     // nil: it does not say
	Figures     []Fact    // fundamentals: market capitalisation, P/E and such
	AsOf        date.Date // of the figures; zero where it is not said
}

// Fact is one fundamental figure under its standard name: "market_cap", "pe",
// "forward_pe", "peg", "eps", "book_value", "dividend_yield", "dividend_per_share", "beta", "profit_margin",
// "operating_margin", "return_on_assets", "return_on_equity", "revenue", "gross_profit", "ebitda", "price_to_sales", "price_to_book",
// "shares_outstanding", "shares_float", "target_price", "52_week_high", "52_week_low", "expense_ratio", "net_assets". Fractions, not percentages.
type Fact struct {
	Name  string
	Value money.Decimal
	Unit  string // a currency, "fraction", "ratio", "shares"
}

// Statement is one report of a company: income, balance or cash flow.
type Statement struct {
	Symbol   string
	Part     string // "income", "balance", "cash-flow"
	Period   string // "annual", "quarter"
	End      date.Date
	Filed    date.Date
	Label    string // "FY2025", "Q3 2025" as far as the source says
	Currency money.Currency
	Lines    []Line // in the order of the statement
}

// Line is one line of a statement under its standard name (snake case: "total_revenue",
// "net_income", "total_assets", "operating_cash_flow", "free_cash_flow"), or the source's own
// name where there is no standard one; a value that is not known is left out.
type Line struct {
	Name  string
	Value money.Decimal
}

// Earning is the result of a quarter, reported or expected.
type Earning struct {
	Symbol          string
	Date            date.Date // of the report
	Fiscal          date.Date // end of the quarter; zero where it is not said
	When            string    // "before", "after" the session, or empty
	EPS             money.Optional
	Estimate        money.Optional
	Revenue         money.Optional
	RevenueEstimate money.Optional
	Currency        money.Currency
}

// Article is a piece of news. The sentiment runs from -1 (bad) to 1 (good).
type Article struct {
	ID        string // the source's, or its address
	Title     string
	Summary   string
	Address   string
	Publisher string
	Published time.Time
	Symbols   []Mention
	Sentiment *float64 // nil: not rated
	Image     string
}

// Mention is an instrument that an article is about.
type Mention struct {
	Symbol    string
	Relevance *float64 // 0 to 1
	Sentiment *float64
}

// FundHoldings is what a fund holds, with its sectors where they are stated.
type FundHoldings struct {
	Symbol      string
	Composition instrument.Composition
	Countries   []CountryShare // of the whole fund, where they are stated
}

// CountryShare is the weight of a country in a fund, a fraction of its value.
type CountryShare struct {
	Country string // ISO 3166 alpha-2; the source's own word where it has none
	Weight  money.Decimal
}

// OptionQuote is an option of a chain. NaN is not known.
type OptionQuote struct {
	Instrument                instrument.Instrument // its OCC symbol and terms
	Bid, Ask, Last            float64
	Close                     float64
	ImpliedVolatility         float64 // a fraction a year, as the source computes it
	Delta, Gamma, Theta, Vega float64 // as the source computes them: theta a day, vega a point
	OpenInterest, Volume      float64
	UnderlyingPrice           float64
	Day                       date.Date
	At                        time.Time
}

// Candidate is something that a search may have meant.
type Candidate struct {
	Instrument instrument.Instrument
	Score      float64 // the source's, 0 to 1; NaN where it gives none
	Exchange   string  // the source's own word where it is not a market identifier code
	Delisted   bool
}

// Rename is a symbol that was given up for another on a day: the instrument stays the same.
type Rename struct {
	Old, New string
	Name     string // of the company
	Date     date.Date
}
