// Package pricefile reads the files that market data come in: prices, splits and
// dividends, exchange rates, interest rates, ticker changes, what funds hold, quotes of
// options.
//
// Model: a file is recognised by its header (Lean's files, which have none, by their
// first line) and read whole or not at all; what is wrong with it is returned as
// ledger.Faults that name line, column, value and cure. Prices come out as the file
// states them, one Series a symbol; Settle then says on which basis they stand and
// puts them back as traded, which is how they are kept.
//
// Units: prices in the currency of the instrument, which these files do not name;
// volume in pieces. Prices, volumes and rates are float64, the nearest one to the
// text; what is booked from (split ratios, dividends) is exact. A field that is empty
// or says "N/A", "NA", "null", "NaN" or "." is unknown and becomes NaN, never zero.
//
// Sources: the layouts are those of Yahoo and Stooq downloads, of the European
// Central Bank's reference rates, of FRED and of QuantConnect Lean's factor and map
// files.
package pricefile

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Layout is the kind of file that was recognised.
type Layout string

// The layouts.
const (
	LongPrices  Layout = "prices, a row a symbol and day"
	WidePrices  Layout = "prices, a column a symbol"
	OneSymbol   Layout = "prices of one symbol"
	ActionList  Layout = "splits and dividends"
	LeanFactors Layout = "Lean factor file"
	LeanMap     Layout = "Lean map file"
	ECBHistory  Layout = "ECB reference rates, history"
	ECBDaily    Layout = "ECB reference rates, daily XML"
	LongFX      Layout = "exchange rates, a row a pair and day"
	WideFX      Layout = "exchange rates, a column a pair"
	LongRates   Layout = "interest rates and other series"
	Holdings    Layout = "holdings of funds"
	OptionChain Layout = "option quotes"
)

// File is what one file holds. Only what its layout has is set.
type File struct {
	Name    string
	Layout  Layout
	Rows    int // lines that were read, without the header
	Series  []Series
	Actions []Action
	FX      []FX
	Rates   []Rate
	Renames []Rename
	Funds   []Fund   // each once, in the order of their first mention
	Notes   []string // what a person should know of the file as a whole

	allKinds bool // the list of actions could have named both splits and dividends
}

// Series is the price history of one symbol as the file states it, oldest day first.
// A column that the file does not have, or never fills, is nil; an unknown value is
// NaN. The slices of several series may share memory: do not write to them.
type Series struct {
	Symbol   string
	Dates    []date.Date
	Open     []float64
	High     []float64
	Low      []float64
	Close    []float64
	Volume   []float64
	AdjClose []float64 // close adjusted for splits and dividends: a total-return series
}

// Kind is what a corporate action does.
type Kind string

// The kinds of action.
const (
	Split    Kind = "split"
	Dividend Kind = "dividend"
)

// Action is a split or a cash dividend.
type Action struct {
	Date   date.Date // the ex-date: the first day traded without it
	Symbol string
	Kind   Kind
	Ratio  ledger.Ratio  // of a split: new for old
	Amount money.Decimal // of a dividend: cash per share
	// Derived is true where the figure was worked out from prices or factors and not
	// announced so.
	Derived bool
}

// FX is the history of one exchange rate, oldest day first: 1 Base = Values Quote.
type FX struct {
	Base   money.Currency
	Quote  money.Currency
	Dates  []date.Date
	Values []float64
}

// Rate is one series of numbers that are no prices, such as DGS10 in percent a year,
// oldest day first, in the unit the file has.
type Rate struct {
	Series string
	Dates  []date.Date
	Values []float64
}

// Rename says that a security traded under Ticker up to and including Until.
type Rename struct {
	Symbol   string // the name the file is kept under, the last one
	Until    date.Date
	Ticker   string
	Exchange string // as the file writes it
}

// MaxBytes is the largest file that is read, after unpacking.
const MaxBytes = 1 << 30

// maxFaults ends the reading: what is wrong so often is wrong as a whole.
const maxFaults = 20

// Read reads one file, gzip-compressed or not. The name serves to say what is meant
// and, in layouts that name no symbol (one symbol's bars, Lean's files), is the
// symbol: "spy.csv" is SPY. An error is always ledger.Faults.
func Read(name string, content []byte) (*File, error) { return ReadUpTo(name, content, MaxBytes) }

// ReadUpTo is Read for a file that may be no larger than most bytes when it is unpacked:
// one that somebody sent may be a thousand times as large as what was sent.
func ReadUpTo(name string, content []byte, most int64) (*File, error) {
	content, fault := unpack(content, most)
	if fault != nil {
		fault.File = name
		return nil, ledger.Faults{fault}
	}
	f := &File{Name: name}
	if faults := f.read(content); len(faults) > 0 {
		for _, fault := range faults {
			fault.File = name
		}
		return nil, faults
	}
	return f, nil
}

func (f *File) read(content []byte) ledger.Faults {
	if looksLikeXML(content) {
		return f.readECBDaily(content)
	}
	t, fault := openTable(content)
	if fault != nil {
		return ledger.Faults{fault}
	}
	f.Layout = t.recognise(f.Name)
	switch f.Layout {
	case LongPrices, OneSymbol:
		return f.readLong(t)
	case WidePrices:
		return f.readWide(t)
	case ActionList:
		return f.readActions(t)
	case LeanFactors:
		return f.readLeanFactors(t)
	case LeanMap:
		return f.readLeanMap(t)
	case ECBHistory, WideFX:
		return f.readWideFX(t)
	case LongFX:
		return f.readLongFX(t)
	case LongRates:
		return f.readRates(t)
	case Holdings:
		return f.readHoldings(t)
	case OptionChain:
		return f.readChain(t)
	}
	return ledger.Faults{{Row: 1, Field: "header", Value: clip(t.headerText), Problem: "is no layout that is known",
		Cure: "name the columns: date,symbol,open,high,low,close,volume,adj_close for prices; date and a column a symbol; " +
			"date,symbol,type,value for splits and dividends; date,pair,rate for exchange rates; series,date,value for rates; fund,symbol,isin,name,weight for the holdings of funds; date,symbol,expiry,type,strike,bid,ask for option quotes"}}
}
