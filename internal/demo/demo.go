// Package demo makes the three portfolios of the demonstration: a balanced saver,
// a family of high net worth with private assets and a euro account, and a
// long/short fund with an options overlay, 63 positions as in the books they are
// modelled on, and more beside them.
//
// Model: each book is a ledger of real bookings on the days of the simulated
// market: deposits, purchases, short sales, options written and expired,
// dividends (owed ones on shorts), interest, fees, withdrawals, a split. Trades
// are placed relative to the as-of date, at a price within that day's range.
// Plans may know the future (which option ends worthless): they are stories.
//
// Sizes: the two long books hold so many pieces that today's value is near what
// the originals paid, which keeps their weights and their stated net worth; the
// fund's positions are near the originals' in what was paid or received at entry.
//
// Mended against the originals: trades fall on sessions; NVIDIA's split is booked
// as one and its option is struck in today's shares; Zoom is ZM; META, SHOP and
// GE are entered at the day's price; the VIX call is on its future; the private
// assets that were named and never booked are there, with valuations.
//
// Everything follows from the as-of date and is simulated, and says so.
package demo

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// Demo is the market and the books that live in it.
type Demo struct {
	AsOf   date.Date // the market's last session
	Market *simulated.Market
	Books  []Book
}

// Book is one demonstration portfolio.
type Book struct {
	Key          string // saver, family, fund: stable, for addresses and tests
	Name         string
	Description  string
	BaseCurrency money.Currency
	Benchmark    string
	Policy       ledger.Policy
	Accounts     []Account
	Transactions []ledger.Transaction // in entry order; Source is unique within the book
	// Instruments are all that was ever held, private assets included, by symbol.
	Instruments []instrument.Instrument
	// Valuations are the appraisals of the private assets, by symbol and day.
	Valuations []Valuation
	Simulated  bool
	Source     string // simulated.Source
	// Positions counts what the original book lists; the private assets and what
	// the demo adds come on top.
	Positions []string
}

// Account is a place of the book with the name that people see.
type Account struct {
	ledger.Account
	Label       string
	Institution string
}

// Valuation is what a private asset was appraised at.
type Valuation struct {
	Symbol   string
	Date     date.Date
	Price    money.Decimal // of one unit
	Currency money.Currency
	Note     string
}

// New makes the demo of a day: the market up to the last session on or before
// asOf and the three books in it. The same day gives the same bytes.
func New(asOf date.Date) *Demo {
	m := simulated.New(asOf, simulated.Seed)
	return &Demo{AsOf: m.AsOf, Market: m, Books: tagged([]Book{saver(m), family(m), fund(m)})}
}

// Books are the three portfolios of a day.
func Books(asOf date.Date) []Book { return New(asOf).Books }

// Panel is the market with the valuations of all books' private assets.
func (d *Demo) Panel() *market.Panel {
	p := d.Market.Panel()
	for _, b := range d.Books {
		b.AddTo(p)
	}
	return p
}

// AddTo gives the book's private assets and their valuations to a panel.
func (b *Book) AddTo(p *market.Panel) {
	points := map[string][]ledger.Point{}
	for _, v := range b.Valuations {
		points[v.Symbol] = append(points[v.Symbol], ledger.Point{Date: v.Date, Value: v.Price})
	}
	for _, i := range b.Instruments {
		if series, ok := points[i.Symbol]; ok {
			p.SetInstrument(i)
			p.SetPrices(i.Symbol, market.FromPoints(series, b.Source))
		}
	}
}

// Instrument finds what the book says of a symbol.
func (b *Book) Instrument(symbol string) instrument.Instrument {
	for _, i := range b.Instruments {
		if i.Symbol == symbol {
			return i
		}
	}
	return instrument.Instrument{Symbol: symbol, Currency: b.BaseCurrency}
}
