// Package simulated makes a market that never was: six years of daily prices for
// some eighty shares, funds and options, with dividends, a split, exchange rates
// and a yield curve. It is what the demo portfolios live in.
//
// Model: returns are r = Σ βₖ fₖ + own noise + drift. One market factor goes
// through regimes (a crash and its recovery among them) of stated return and
// volatility; sector, style, region, gold, commodity and credit factors and the
// changes of three yields come beside it. Tails are fat, volatility moves in
// clusters, and shares jump on four days a year. Prices are those at which one
// could have traded: a dividend takes the price down on its ex-date, a split
// divides it, and both are listed beside the prices.
//
// Units: prices in the instrument's currency, rounded to cents (funds too), rates
// of exchange to five decimals, yields as fractions rounded to a basis point.
//
// Everything follows from the as-of date and the seed; the same two give the
// same bytes on every platform. Nothing here is a statement about the real
// companies and funds whose names are borrowed to make the demo readable.
package simulated

import (
	"slices"
	"sort"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// Source names the origin of everything the market holds; whoever shows its
// prices shows it too.
const Source = "simulated"

// Notice is the sentence for people.
const Notice = "Simulated market: no price, dividend or rate here is real."

// Seed is the seed of the demo.
const Seed uint64 = 20240102

// years is how far back the market goes.
const years = 6

// Market is one simulated market.
type Market struct {
	AsOf  date.Date // the last session, on or before the day asked for
	First date.Date // the first session
	Seed  uint64

	Listings []Listing // sorted by symbol
	FX       []FX
	Curve    []Curve // the bill first; its yield is the risk-free rate

	world *world
	specs []spec
}

// Listing is an instrument with everything the market knows of it.
type Listing struct {
	instrument.Instrument
	Prices    Prices
	Dividends []Dividend // by ex-date
	Splits    []Split
}

// Prices are a daily series as traded, oldest day first. A fund has one price a
// day, so that its four are equal and its volume is 0.
type Prices struct {
	Dates                  []date.Date
	Open, High, Low, Close []float64
	Volume                 []float64
}

// Dividend is cash per share for whoever held it before the ex-date.
type Dividend struct {
	Ex, Pay date.Date
	Amount  money.Decimal // before tax, in the instrument's currency
}

// Split turns Old shares into New at the opening of Date.
type Split struct {
	Date     date.Date
	New, Old int64
}

// New simulates the market that ends with the last New York session on or
// before asOf.
func New(asOf date.Date, seed uint64) *Market {
	w := newWorld(seed, newAxis(asOf))
	days := w.axis.days
	m := &Market{AsOf: days[len(days)-1], First: days[0], Seed: seed, world: w}
	m.specs = slices.Concat(shares, funds)
	sort.Slice(m.specs, func(i, j int) bool { return m.specs[i].symbol < m.specs[j].symbol })
	m.Listings = make([]Listing, 0, len(m.specs)+32)
	for i := range m.specs {
		m.Listings = append(m.Listings, m.draw(&m.specs[i]))
	}
	m.publishHoldings()
	m.add(m.volatilityIndex())
	m.FX = newFX(seed, w)
	for t, tenor := range tenors {
		m.Curve = append(m.Curve, Curve{Tenor: tenor.name, Years: tenor.years, Dates: days, Yields: w.yields.of[t]})
	}
	return m
}

// Get finds a listing by its symbol.
func (m *Market) Get(symbol string) (*Listing, bool) {
	i, ok := m.find(symbol)
	if !ok {
		return nil, false
	}
	return &m.Listings[i], true
}

func (m *Market) find(symbol string) (int, bool) {
	return slices.BinarySearchFunc(m.Listings, symbol, func(l Listing, s string) int { return strings.Compare(l.Symbol, s) })
}

// add keeps the listings sorted; a symbol already listed stays as it is.
func (m *Market) add(l Listing) {
	if i, ok := m.find(l.Symbol); !ok {
		m.Listings = slices.Insert(m.Listings, i, l)
	}
}

// Rate finds the rate of exchange of a pair, as quoted.
func (m *Market) Rate(base, quote money.Currency) (FX, bool) {
	for _, fx := range m.FX {
		if fx.Base == base && fx.Quote == quote {
			return fx, true
		}
	}
	return FX{}, false
}

// Index is the position of the last price on or before d, −1 when there is none.
func (p Prices) Index(d date.Date) int { return lastOn(p.Dates, d) }

// CloseOn is the last close known on d; ok is false before the first.
func (p Prices) CloseOn(d date.Date) (price float64, ok bool) {
	i := p.Index(d)
	if i < 0 {
		return 0, false
	}
	return p.Close[i], true
}

func lastOn(dates []date.Date, d date.Date) int {
	i, found := slices.BinarySearch(dates, d)
	if found {
		return i
	}
	return i - 1
}
