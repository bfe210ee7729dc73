// Package replay is a server on this machine that answers as sources of market data do,
// with and without faults, for tests.
//
// Model: a small Market holds what is true. The handlers write it in the form of each
// source (Yahoo's chart, Alpha Vantage's daily prices and dividends, Polygon's pages of
// aggregates, Stooq's table, the ECB's files, FRED's observations, what Financial Modeling Prep and
// TradeFeeds say of companies and funds) as the call asks for it.
// A script says what goes wrong with which request: delays, cut connections, half bodies,
// refusals of every form, pages and noise where data was due, days that cannot be. Every
// request is written down with the time it arrived by the clock given, so that a test can
// look at the limits as the source does.
//
// All prices are made up: numbers with two places that follow from a seed.
package replay

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
)

// Row is a day of a share.
type Row struct {
	Day                    date.Date
	Open, High, Low, Close float64
	Volume                 float64
}

// Dividend is a cash dividend in cents per share.
type Dividend struct {
	Ex, Pay date.Date
	Cents   int
}

// Value is a day of a rate; NaN where the source publishes none.
type Value struct {
	Day   date.Date
	Value float64
}

// Market is what is true.
type Market struct {
	Bars      map[string][]Row      // by symbol, in ascending order
	Dividends map[string][]Dividend // by symbol
	FX        map[string][]Value    // how much of a currency one euro costs
	Rates     map[string][]Value    // by series, in percent; with days without a value
	About     map[string]About      // by symbol; none unless a test says so
	Listings  []Listing             // what a search finds; none unless a test says so
}

// NewMarket makes up a market of some shares on the weekdays from one day to another.
func NewMarket(seed uint64, symbols []string, from, to date.Date) *Market {
	m := &Market{Bars: map[string][]Row{}, Dividends: map[string][]Dividend{}, FX: map[string][]Value{}, Rates: map[string][]Value{}}
	r := rand.New(rand.NewPCG(seed, 0xF0110))
	cents := func(x float64) float64 { return math.Round(x*100) / 100 }
	for _, symbol := range symbols {
		price := 20 + 180*r.Float64()
		for day := from; day <= to; day++ {
			if day.IsWeekend() {
				continue
			}
			open := cents(price * (1 + 0.01*r.NormFloat64()))
			closed := cents(price * (1 + 0.01*r.NormFloat64()))
			high, low := cents(max(open, closed)*(1+0.005*r.Float64())), cents(min(open, closed)*(1-0.005*r.Float64()))
			m.Bars[symbol] = append(m.Bars[symbol], Row{day, open, high, low, closed, float64(1000 + r.IntN(1_000_000))})
			price = closed
			if len(m.Bars[symbol])%60 == 30 {
				m.Dividends[symbol] = append(m.Dividends[symbol], Dividend{Ex: day, Pay: day + 14, Cents: 10 + r.IntN(90)})
			}
		}
	}
	for _, currency := range []string{"USD", "GBP", "JPY"} {
		rate := 0.5 + r.Float64()
		for day := from; day <= to; day++ {
			if !day.IsWeekend() {
				rate *= 1 + 0.004*r.NormFloat64()
				m.FX[currency] = append(m.FX[currency], Value{day, math.Round(rate*10000) / 10000})
			}
		}
	}
	for day := from; day <= to; day++ {
		if !day.IsWeekend() {
			v := cents(3 + 2*r.Float64())
			if r.IntN(20) == 0 {
				v = math.NaN()
			}
			m.Rates["DGS10"] = append(m.Rates["DGS10"], Value{day, v})
		}
	}
	return m
}

// rows are those of a share between two days; zero is no bound.
func (m *Market) rows(symbol string, from, to date.Date) []Row {
	return slices.DeleteFunc(slices.Clone(m.Bars[symbol]), func(r Row) bool { return from != 0 && r.Day < from || to != 0 && r.Day > to })
}

// adjusted are the closes less all later dividends, as total returns want them.
func (m *Market) adjusted(symbol string, rows []Row) []float64 {
	all := make([]float64, len(rows))
	factor := 1.0
	for i := len(rows) - 1; i >= 0; i-- {
		all[i] = math.Round(rows[i].Close*factor*10000) / 10000
		if cents := m.dividend(symbol, rows[i].Day); cents > 0 && i > 0 {
			factor *= 1 - float64(cents)/100/rows[i-1].Close
		}
	}
	return all
}

func (m *Market) dividend(symbol string, ex date.Date) int {
	for _, d := range m.Dividends[symbol] {
		if d.Ex == ex {
			return d.Cents
		}
	}
	return 0
}
