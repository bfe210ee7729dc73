package market

import (
	"maps"
	"slices"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lookthrough"
	"github.com/foliosight/foliosight/finance/money"
)

// Pair is a currency pair: one Base costs so many Quote.
type Pair struct {
	Base, Quote money.Currency
}

// Panel is everything a valuation needs to know of the market. It is built once and
// not changed after; it may be read from several goroutines.
type Panel struct {
	prices      map[string]*Series
	total       map[string]*Series // total-return series, for benchmarks and factors
	actions     map[string]*Actions
	fx          map[Pair]*Series
	rates       map[string]*Series
	volumes     map[string]*Series
	instruments map[string]instrument.Instrument
	backward    bool
	version     int64

	lock    sync.Mutex
	through date.Date          // the day of the total returns kept
	returns map[string]*Series // total-return series made so far; nil values are kept too
	funds   *lookthrough.Universe
}

// NewPanel returns an empty panel.
func NewPanel() *Panel {
	return &Panel{
		prices: map[string]*Series{}, total: map[string]*Series{}, actions: map[string]*Actions{},
		fx: map[Pair]*Series{}, rates: map[string]*Series{}, volumes: map[string]*Series{}, instruments: map[string]instrument.Instrument{},
	}
}

// FillBackward makes the first value of each series hold before it too. Nothing does
// this silently: whoever asks for it names the fill.
func (p *Panel) FillBackward() { p.backward = true }

// FillsBackward reports whether the first value holds before its series.
func (p *Panel) FillsBackward() bool { return p.backward }

// SetVersion says which market version the panel holds.
func (p *Panel) SetVersion(v int64) { p.version = v }

// Version is the market version the panel holds, 0 where there is no store behind it.
func (p *Panel) Version() int64 { return p.version }

// SetInstrument says what is known of an instrument. What a fund holds is kept where it
// was known before and is not said now.
func (p *Panel) SetInstrument(i instrument.Instrument) {
	p.instruments[i.Symbol] = i.Beside(p.instruments[i.Symbol])
	p.funds = nil
	delete(p.returns, i.Symbol)
}

// Funds is what is known of the holdings of funds. It is made when first asked for.
func (p *Panel) Funds() *lookthrough.Universe {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.funds == nil {
		p.funds = lookthrough.New(p.instruments)
	}
	return p.funds
}

// Instrument returns what the market knows of a symbol.
func (p *Panel) Instrument(symbol string) (instrument.Instrument, bool) {
	i, ok := p.instruments[symbol]
	return i, ok
}

// Known is how many instruments the panel knows something of.
func (p *Panel) Known() int { return len(p.instruments) }

// SetPrices gives the closes of a symbol, as traded.
func (p *Panel) SetPrices(symbol string, s *Series) { p.prices[symbol] = s; delete(p.returns, symbol) }

// SetTotalReturn gives a ready-made total-return series (adjusted closes).
func (p *Panel) SetTotalReturn(symbol string, s *Series) { p.total[symbol] = s }

// SetActions gives the splits and dividends of a symbol.
func (p *Panel) SetActions(symbol string, a *Actions) {
	a.Sort()
	p.actions[symbol] = a
	delete(p.returns, symbol)
}

// SetFX gives the rates of a pair.
func (p *Panel) SetFX(pair Pair, s *Series) { p.fx[pair] = s }

// SetRate gives an interest-rate series, fractions a year, by its name ("USD-3M").
func (p *Panel) SetRate(name string, s *Series) { p.rates[name] = s }

// SetVolume adds how many pieces of a symbol were traded each day.
func (p *Panel) SetVolume(symbol string, s *Series) { p.volumes[symbol] = s }

// Volume returns the traded pieces of a symbol, nil if none are known.
func (p *Panel) Volume(symbol string) *Series { return p.volumes[symbol] }

// Prices returns the closes of a symbol as traded, nil when there are none.
func (p *Panel) Prices(symbol string) *Series { return p.prices[symbol] }

// Actions returns the corporate actions of a symbol, nil when none are known.
func (p *Panel) Actions(symbol string) *Actions { return p.actions[symbol] }

// Rate returns an interest-rate series, nil when there is none.
func (p *Panel) Rate(name string) *Series { return p.rates[name] }

// RateNames lists the interest-rate series, sorted.
func (p *Panel) RateNames() []string { return slices.Sorted(maps.Keys(p.rates)) }

// Symbols lists the symbols that have prices, sorted.
func (p *Panel) Symbols() []string { return slices.Sorted(maps.Keys(p.prices)) }

// Pairs lists the currency pairs that have rates, sorted.
func (p *Panel) Pairs() []Pair {
	return slices.SortedFunc(maps.Keys(p.fx), func(a, b Pair) int {
		if a.Base != b.Base {
			return cmpString(string(a.Base), string(b.Base))
		}
		return cmpString(string(a.Quote), string(b.Quote))
	})
}

// FX returns the rates of a pair as given, nil when there are none.
func (p *Panel) FX(pair Pair) *Series { return p.fx[pair] }

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TotalReturn returns the total-return series of a symbol as of a day: the ready-made
// one if there is one, else prices with dividends reinvested on their ex-dates. Those of
// the day asked for last are kept.
func (p *Panel) TotalReturn(symbol string, asOf date.Date) *Series {
	if s := p.total[symbol]; s != nil {
		return s
	}
	currency := money.Currency("")
	if i, ok := p.instruments[symbol]; ok {
		currency = i.Currency
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.through != asOf || p.returns == nil {
		p.through, p.returns = asOf, map[string]*Series{}
	}
	s, ok := p.returns[symbol]
	if !ok {
		s, _ = TotalReturn(p.prices[symbol], p.actions[symbol], currency, asOf)
		p.returns[symbol] = s
	}
	return s
}

// Price returns the exact close that holds on day: the last observed on or before
// it, and when it was observed. ok is false where none is known.
func (p *Panel) Price(symbol string, day date.Date) (price money.Decimal, observed date.Date, ok bool) {
	s := p.prices[symbol]
	i := s.Index(day)
	if i < 0 {
		if !p.backward || s == nil || len(s.Dates) == 0 {
			return money.Zero, date.None, false
		}
		i = 0
	}
	return s.Exact(i), s.Dates[i], true
}

// Days returns the days on which any price or rate was observed within (from, to].
func (p *Panel) Days(from, to date.Date) []date.Date {
	var lists [][]date.Date
	for _, name := range p.Symbols() {
		lists = append(lists, p.prices[name].Dates)
	}
	for _, pair := range p.Pairs() {
		lists = append(lists, p.fx[pair].Dates)
	}
	return Union(from, to, lists...)
}

// Union merges ascending lists of dates into one, keeping the days in (from, to].
func Union(from, to date.Date, lists ...[]date.Date) []date.Date {
	if to <= from {
		return nil
	}
	seen := make([]bool, int(to)-int(from)+1)
	var previous []date.Date
	count := 0
	for _, l := range lists {
		if sameDates(previous, l) && len(l) > 0 {
			continue // panels read from one file share their dates
		}
		previous = l
		i, _ := slices.BinarySearch(l, from+1)
		for ; i < len(l) && l[i] <= to; i++ {
			if at := int(l[i] - from); !seen[at] {
				seen[at] = true
				count++
			}
		}
	}
	out := make([]date.Date, 0, count)
	for i, yes := range seen {
		if yes {
			out = append(out, from+date.Date(i))
		}
	}
	return out
}

// FromDocument returns the panel of a ledger document: its prices and rates, each
// series filled backwards as the contract of the calculation engines says.
func FromDocument(d *ledger.Document) (*Panel, error) {
	p := NewPanel()
	p.FillBackward()
	for _, symbol := range slices.Sorted(maps.Keys(d.Symbols)) {
		p.SetInstrument(d.Instrument(symbol))
	}
	for symbol, points := range d.Prices {
		if err := dated("prices "+symbol, points); err != nil {
			return nil, err
		}
		p.SetPrices(symbol, FromPoints(points, "document"))
	}
	for name, points := range d.FX {
		pair, err := ParsePair(name)
		if err != nil {
			return nil, err
		}
		if err := dated("fx "+name, points); err != nil {
			return nil, err
		}
		for _, pt := range points {
			if pt.Value.Sign() <= 0 {
				return nil, &ledger.Fault{Field: "fx " + name, Value: pt.Value.String(), Problem: "an exchange rate is positive", Cure: "correct or leave out the rate of " + pt.Date.String()}
			}
		}
		p.SetFX(pair, FromPoints(points, "document"))
	}
	return p, nil
}

// dated refuses points without a day.
func dated(field string, points []ledger.Point) error {
	for _, pt := range points {
		if pt.Date == 0 || pt.Date.IsNone() {
			return &ledger.Fault{Field: field, Value: pt.Value.String(), Problem: "no date is given", Cure: "give each value as [date, value], the day as YYYY-MM-DD"}
		}
	}
	return nil
}
