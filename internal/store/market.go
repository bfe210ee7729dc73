package store

import (
	"context"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Simulated is the source of everything that the simulated market makes. It never
// mixes with the rest: a query asks for one or the other.
const Simulated = "simulated"

// MarketVersion names a state of the market data: the shared ones and what the tenant
// itself brought. Each is raised by one with every batch that changes something.
type MarketVersion struct {
	Shared int64
	Own    int64
}

// LatestMarket asks for what is known now.
var LatestMarket = MarketVersion{Shared: Latest, Own: Latest}

// SeriesKind is what a series measures.
type SeriesKind string

// The kinds of series and the form of their symbol.
const (
	Prices SeriesKind = "price" // an instrument's symbol; as traded
	Totals SeriesKind = "total" // the same; dividends reinvested: to compare with, never to value with
	FX     SeriesKind = "fx"    // "EUR/USD": 1 EUR = value USD
	Rates  SeriesKind = "rate"  // a rate's name; fractions a year
)

// Series is values on days, as traded. Columns are empty or as long as Dates, which
// ascend without repetition; NaN is not known.
type Series struct {
	Kind     SeriesKind
	Symbol   string
	Source   string // who says so: "file", "simulated", a provider's name
	Own      bool   // the tenant's own, which wins over the shared ones
	Currency money.Currency
	Dates    []date.Date
	Close    []float64
	Open     []float64
	High     []float64
	Low      []float64
	Volume   []float64
	Adjusted []float64 // the source's adjusted close, to check with; never valued with
}

// SeriesInfo is what is known of a series without reading it.
type SeriesInfo struct {
	Kind     SeriesKind
	Symbol   string
	Source   string
	Own      bool
	Currency money.Currency
	First    date.Date
	Last     date.Date
	Count    int       // days with a value
	Version  int64     // of the market, in which it changed last
	Updated  time.Time // when that was
}

// SeriesQuery selects series.
type SeriesQuery struct {
	Kind      SeriesKind
	Symbols   []string // nil: all
	OptionsOn []string // and, beside Symbols, the options on these, by their OCC symbols
	From, To  date.Date
	Version   MarketVersion // or LatestMarket
	Simulated bool          // from the simulated market, else from everything but it
	Full      bool          // all columns; else dates and closes only
}

// Action is a split or a dividend of an instrument.
type Action struct {
	Kind     ActionKind     `json:"kind"`
	Symbol   string         `json:"symbol"`
	Source   string         `json:"-"`
	Own      bool           `json:"-"`
	Date     date.Date      `json:"date"` // the ex-date
	Ratio    *ledger.Ratio  `json:"ratio,omitempty"`
	Amount   money.Optional `json:"amount,omitzero"` // per share, as paid then
	Currency money.Currency `json:"currency,omitempty"`
	PayDate  date.Date      `json:"pay_date,omitzero"`
}

// ActionKind is a kind of action.
type ActionKind string

// The kinds of actions.
const (
	SplitAction    ActionKind = "split"
	DividendAction ActionKind = "dividend"
)

// OwnPrice is a price or a valuation that a person entered: exact, and the tenant's.
type OwnPrice struct {
	Symbol     string
	Date       date.Date
	Price      money.Decimal // of one piece, in Currency
	Currency   money.Currency
	Valuation  bool // an appraisal of something without a market
	Note       string
	User       string
	Entered    int64 // the own market version it came in
	Superseded int64 // the one it went out in; 0: in force
}

// Batch is a delivery of market data: all of it or nothing, and one version if it
// changes anything. Days that a series already has are replaced, others are kept.
type Batch struct {
	// Own makes it the tenant's; else it is shared, which only an operator may write.
	Own         bool
	Source      string // of everything in it
	Reason      string
	Instruments []instrument.Instrument
	Series      []Series
	Actions     []Action
	// Whole also takes away what the source had before of the series and actions that
	// the batch names, so that afterwards the source says exactly what the batch says.
	Whole bool
	// Raise raises the version also where nothing in the batch is new: what is known of the
	// data beside them has changed.
	Raise bool
	// Each is told what changed of each series and of the actions of each symbol, for one
	// that writes several deliveries at once; nil: nobody is.
	Each func(BatchPart)
}

// BatchPart is what a batch changed of a series, or of the actions of a symbol.
type BatchPart struct {
	Kind     SeriesKind // empty: it is about actions
	Symbol   string
	Added    int // days that were not there
	Replaced int // days with another value than before
	Actions  int // actions added or changed
}

// BatchResult is what a batch changed.
type BatchResult struct {
	Version     MarketVersion // afterwards
	Changed     bool
	Added       int // days that were not there
	Replaced    int // days with another value than before
	Same        int // days that were there already
	Removed     int // days taken away (Whole)
	Actions     int // actions added or changed
	Instruments int // instruments added or changed
}

// MarketReader reads market data: the shared ones and the tenant's own.
type MarketReader interface {
	MarketVersion(ctx context.Context) (MarketVersion, error)
	// MarketKnownOn is the last state committed at or before t.
	MarketKnownOn(ctx context.Context, t time.Time) (MarketVersion, error)
	// Series loads series, sorted by symbol; of one symbol the tenant's own first, then
	// by source. A symbol without data is simply not among them.
	Series(ctx context.Context, q SeriesQuery) ([]Series, error)
	// SeriesInfo lists the series there are, in the same order.
	SeriesInfo(ctx context.Context, kind SeriesKind, simulated bool) ([]SeriesInfo, error)
	// Actions of symbols (nil: all), in the order of Series, then by day.
	Actions(ctx context.Context, symbols []string, v MarketVersion, simulated bool) ([]Action, error)
	// Instruments by symbol (nil: all); the tenant's own win.
	Instruments(ctx context.Context, symbols []string, v MarketVersion, simulated bool) (map[string]instrument.Instrument, error)
	// OwnPrices of symbols (nil: all) in force in a version, by symbol and day.
	OwnPrices(ctx context.Context, symbols []string, v MarketVersion) ([]OwnPrice, error)
	// OwnPriceHistory is every row ever entered for a symbol and day, the first first.
	OwnPriceHistory(ctx context.Context, symbol string, day date.Date) ([]OwnPrice, error)
}

// MarketWriter changes market data.
type MarketWriter interface {
	WriteMarket(ctx context.Context, b Batch) (BatchResult, error)
	// SetOwnPrices enters prices in one version; those of the same symbol and day are
	// superseded, equal ones left alone.
	SetOwnPrices(ctx context.Context, prices []OwnPrice) (MarketVersion, error)
	// DeleteOwnPrice supersedes the price of a day without a successor.
	DeleteOwnPrice(ctx context.Context, symbol string, day date.Date) (MarketVersion, error)
	// DropSource takes away everything a source brought, series, actions and
	// instruments, as one version.
	DropSource(ctx context.Context, source string, own bool) (MarketVersion, error)
	// FoldDays puts new days that were written of many series at once where all others of
	// each series are, at most so many series, unless of a source no more than keep
	// deliveries wait. What is read, in any version, is the same before and after; it is
	// done in pieces so that nobody waits long. left says that there may be more.
	FoldDays(ctx context.Context, own bool, keep, most int) (left bool, err error)
}

// Overlay is a series with the days of another laid over it: on days that both have,
// the other's values count in every column.
func Overlay(under, over Series) Series {
	out := over
	out.Dates, out.Close = nil, nil
	columns := func(s *Series) []*[]float64 {
		return []*[]float64{&s.Close, &s.Open, &s.High, &s.Low, &s.Volume, &s.Adjusted}
	}
	for _, c := range columns(&out) {
		*c = nil
	}
	var from []int // index into over, or −1−index into under
	for i, j := 0, 0; i < len(under.Dates) || j < len(over.Dates); {
		switch {
		case j == len(over.Dates) || i < len(under.Dates) && under.Dates[i] < over.Dates[j]:
			out.Dates, from = append(out.Dates, under.Dates[i]), append(from, -1-i)
			i++
		default:
			if i < len(under.Dates) && under.Dates[i] == over.Dates[j] {
				i++
			}
			out.Dates, from = append(out.Dates, over.Dates[j]), append(from, j)
			j++
		}
	}
	for k, c := range columns(&out) {
		*c = pick(*columns(&under)[k], *columns(&over)[k], from)
	}
	return out
}

// pick gathers values from two columns, either of which may be absent: then NaN.
func pick(under, over []float64, from []int) []float64 {
	if len(under) == 0 && len(over) == 0 {
		return nil
	}
	out := make([]float64, len(from))
	for k, f := range from {
		out[k] = math.NaN()
		switch {
		case f >= 0 && len(over) > 0:
			out[k] = over[f]
		case f < 0 && len(under) > 0:
			out[k] = under[-1-f]
		}
	}
	return out
}
