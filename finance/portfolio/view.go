package portfolio

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// View computes timelines of one book over one panel and axis. It keeps what nodes
// share (prices and rates in the base currency), so that a second node is cheap. A
// View is for one goroutine.
type View struct {
	Book  *Book
	Panel *market.Panel
	Days  []date.Date

	days   days
	rates  map[money.Currency]rate
	prices []*priced   // by symbol
	tail   []date.Date // dates of a series that are the end of Days
}

// rate is a currency in the base currency, day by day.
type rate struct {
	values []float64 // nil: 1 on every day, or unknown for the reason
	reason string
	from   int // position from which it is known
}

// priced is one piece of a symbol in the base currency, day by day; NaN unknown.
type priced struct {
	values []float64 // from position lead on; shared with the series where they can be
	lead   int
	reason string // why the others are unknown
	from   int    // position of the first value that is known, len(Days) for none
}

func (p *priced) at(i int) float64 { return p.values[i-p.lead] }

// NewView prepares a view over days.
func NewView(b *Book, panel *market.Panel, axis []date.Date) *View {
	return &View{Book: b, Panel: panel, Days: axis, days: newDays(axis), rates: map[money.Currency]rate{}, prices: make([]*priced, len(b.Symbols))}
}

// rate returns what one unit of currency is worth in the base currency.
func (v *View) rate(c money.Currency) rate {
	if r, ok := v.rates[c]; ok {
		return r
	}
	r := rate{}
	conversion, err := v.Panel.Conversion(c, v.Book.Base)
	switch {
	case err != nil:
		r.reason, r.from = fmt.Sprintf("no exchange rate from %s to %s", c, v.Book.Base), len(v.Days)
	case conversion.Identity():
	default:
		r.values = conversion.Filled(v.Days)
		if r.from = firstKnown(r.values, len(v.Days)); r.from > 0 {
			r.reason = fmt.Sprintf("no exchange rate from %s to %s before %s", c, v.Book.Base, conversion.First())
		}
	}
	v.rates[c] = r
	return r
}

// at is the rate at a position, NaN where it is unknown.
func (r *rate) at(i int) float64 {
	switch {
	case i < r.from || r.values != nil && i >= len(r.values):
		return math.NaN()
	case r.values == nil:
		return 1
	}
	return r.values[i]
}

// price returns a piece of symbol s in the base currency.
func (v *View) price(s int32) *priced {
	if v.prices[s] == nil {
		v.prices[s] = v.newPrice(s)
	}
	return v.prices[s]
}

func (v *View) newPrice(s int32) *priced {
	name, inst := v.Book.Symbols[s], &v.Book.instruments[s]
	p := &priced{from: len(v.Days)}
	series := v.Panel.Prices(name)
	if series == nil || len(series.Dates) == 0 {
		p.reason = "no price is known"
		return p
	}
	fx := v.rate(inst.Currency)
	if fx.reason != "" && fx.from == len(v.Days) {
		p.reason = fx.reason
		return p
	}
	p.reason = fmt.Sprintf("no price before %s", series.First())
	p.values = v.filled(name, series, p)
	priceFrom := p.lead + firstKnown(p.values, len(v.Days)-p.lead)
	size := inst.ContractSize().Float64()
	if fx.values != nil || size != 1 {
		own := make([]float64, len(p.values))
		for i, x := range p.values {
			own[i] = x * size * fx.at(i+p.lead)
		}
		p.values = own
	}
	if p.from = max(priceFrom, fx.from); fx.from > priceFrom {
		p.reason = fx.reason
	}
	return p
}

// filled puts the closes onto the axis, in the pieces that are counted on each day.
func (v *View) filled(name string, series *market.Series, p *priced) []float64 {
	if len(v.Book.splits[name]) == 0 && !v.Panel.FillsBackward() && v.isTail(series.Dates) {
		p.lead = len(v.Days) - len(series.Dates)
		return series.Values
	}
	values := series.Filled(v.Days)
	backward := v.Panel.FillsBackward() && len(values) > 0 && math.IsNaN(values[0])
	if !backward && len(v.Book.splits[name]) == 0 {
		return values
	}
	own := make([]float64, len(values))
	j := -1
	for i, x := range values {
		for j+1 < len(series.Dates) && series.Dates[j+1] <= v.Days[i] {
			j++
		}
		observed := series.Dates[max(j, 0)]
		if backward && math.IsNaN(x) {
			x = series.Values[0]
		}
		if r, any := v.Book.piecesSince(name, observed, v.Days[i]); any {
			x *= r.Float64()
		}
		own[i] = x
	}
	return own
}

// isTail reports whether dates are the end of the axis. Series of one file share their
// dates, so that mostly it is known already.
func (v *View) isTail(dates []date.Date) bool {
	n, m := len(dates), len(v.Days)
	if n == 0 || n > m {
		return false
	}
	if len(v.tail) == n && &v.tail[0] == &dates[0] {
		return true
	}
	if dates[0] != v.Days[m-n] || !sameDays(dates, v.Days[m-n:]) {
		return false
	}
	v.tail = dates
	return true
}

// firstKnown is the position of the first value that is not NaN, n when there is none.
func firstKnown(values []float64, n int) int {
	for i, x := range values {
		if !math.IsNaN(x) {
			return i
		}
	}
	return n
}

// Instrument returns what is known of a symbol.
func (v *View) Instrument(symbol string) instrument.Instrument { return v.Book.Instrument(symbol) }
