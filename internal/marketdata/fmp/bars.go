package fmp

import (
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// bar is a row of prices under the names that the source gives them.
type bar struct {
	day                                       date.Date
	open, high, low, close                    float64
	adjOpen, adjHigh, adjLow, adjClose, price float64
	volume                                    float64
}

// mostRows is how many rows the source gives in one answer.
const mostRows = 5000

// bars reads daily prices. Rows without a day or a close, days that are to come or that
// were not asked for, and other symbols are left out; of a day that comes twice the first
// row is kept.
func (x *answer) bars() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	rows, first, ref := x.prices()
	if ref != nil {
		return marketdata.Delivery{}, nil, ref
	}
	series := marketdata.BarSeries{Symbol: x.request.Instrument.Symbol, Basis: x.basis()}
	n := len(rows)
	series.Dates = make([]date.Date, n)
	series.Close = make([]float64, n)
	series.Open, series.High, series.Low = column(rows, x.open), column(rows, x.high), column(rows, x.low)
	series.Volume = column(rows, func(b *bar) float64 { return b.volume })
	for i := range rows {
		series.Dates[i], series.Close[i] = rows[i].day, x.close(&rows[i])
	}
	if !x.adjusted() {
		if series.Adjusted = column(rows, func(b *bar) float64 { return b.adjClose }); series.Adjusted != nil {
			series.AdjustedBasis = marketdata.TotalReturn
		}
	}
	series.Unfinished = unfinished(series.Dates[n-1], x.response.At, x.request.Instrument, x.theirs)
	return marketdata.Delivery{Bars: []marketdata.BarSeries{series}}, x.earlier(first), nil
}

// rates reads the daily rates of a pair: the closes that are above zero.
func (x *answer) rates() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	rows, first, ref := x.prices()
	if ref != nil {
		return marketdata.Delivery{}, nil, ref
	}
	series := marketdata.RateSeries{Name: x.request.Pair.String(), Unit: x.request.Pair.Quote}
	for i := range rows {
		rate := x.close(&rows[i])
		if rate <= 0 {
			x.notes.add("%s: a rate of %v", rows[i].day, rate)
			continue
		}
		series.Dates, series.Values = append(series.Dates, rows[i].day), append(series.Values, rate)
	}
	if len(series.Dates) == 0 {
		return marketdata.Delivery{}, nil, x.empty()
	}
	return marketdata.Delivery{FX: []marketdata.RateSeries{series}}, x.earlier(first), nil
}

// prices are the rows of the answer in the order of their days; first is the earliest day
// that it had at all.
func (x *answer) prices() (rows []bar, first date.Date, ref *marketdata.Refusal) {
	rows = make([]bar, 0, len(x.response.Body)/160+1)
	latest, to := x.latest(), x.request.To
	if asked, err := date.Parse(x.call.Query.Get("to")); err == nil {
		to = asked // a later page ends before the one before it
	}
	ref = x.rows(func(s *scanner, symbol string) {
		b, own := x.bar(s)
		if s.fault != "" {
			return
		}
		if own != "" {
			symbol = own
		}
		switch {
		case !x.asked(symbol):
		case b.day == 0:
			x.notes.add("row %d: no day", s.row)
		case b.day > latest:
			x.notes.add("row %d: %s is to come", s.row, b.day)
		case math.IsNaN(x.close(&b)):
			x.lacks("row %d: no close on %s", s.row, b.day)
		default:
			if first == 0 || b.day < first {
				first = b.day
			}
			if x.request.From != 0 && b.day < x.request.From || to != 0 && b.day > to {
				x.notes.add("row %d: %s was not asked for", s.row, b.day)
				return
			}
			rows = append(rows, b)
		}
	})
	switch {
	case ref != nil:
		return nil, 0, ref
	case len(rows) == 0:
		return nil, 0, x.empty()
	}
	return x.inOrder(rows), first, nil
}

// bar reads one row and the symbol that it states.
func (x *answer) bar(s *scanner) (b bar, symbol string) {
	nan := math.NaN()
	b = bar{0, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan}
	s.object(func(key []byte, v token) {
		switch string(key) {
		case "symbol":
			if v.kind == 's' && string(v.text) != x.theirs {
				symbol = v.str()
			}
		case "date":
			b.day = v.dayOr()
		case "open":
			b.open = v.float()
		case "high":
			b.high = v.float()
		case "low":
			b.low = v.float()
		case "close":
			b.close = v.float()
		case "price":
			b.price = v.float()
		case "adjOpen":
			b.adjOpen = v.float()
		case "adjHigh":
			b.adjHigh = v.float()
		case "adjLow":
			b.adjLow = v.float()
		case "adjClose":
			b.adjClose = v.float()
		case "volume":
			b.volume = v.float()
		}
	})
	return b, symbol
}

// adjusted reports whether the prices asked for are those under adjOpen to adjClose.
func (x *answer) adjusted() bool {
	return x.call.Endpoint == eodTraded || x.call.Endpoint == eodDividend
}

func (x *answer) open(b *bar) float64 { return pick(x.adjusted(), b.adjOpen, b.open) }
func (x *answer) high(b *bar) float64 { return pick(x.adjusted(), b.adjHigh, b.high) }
func (x *answer) low(b *bar) float64  { return pick(x.adjusted(), b.adjLow, b.low) }

func (x *answer) close(b *bar) float64 {
	switch {
	case x.adjusted():
		return b.adjClose
	case math.IsNaN(b.close):
		return b.price
	}
	return b.close
}

func pick(first bool, a, b float64) float64 {
	if first {
		return a
	}
	return b
}

// basis is what was done to the prices of the endpoint.
func (x *answer) basis() marketdata.Basis {
	switch {
	case x.call.Endpoint == eodDividend:
		return marketdata.TotalReturn
	case x.call.Endpoint == eodTraded, neverSplit(x.request.Instrument):
		return marketdata.AsTraded
	}
	return marketdata.SplitAdjusted
}

// inOrder sorts rows by day, newest first as the source sends them, and keeps the first
// that it sent of each day.
func (x *answer) inOrder(rows []bar) []bar {
	descending := true
	for i := 1; i < len(rows) && descending; i++ {
		descending = rows[i].day < rows[i-1].day
	}
	if descending {
		slices.Reverse(rows)
		return rows
	}
	slices.SortStableFunc(rows, func(a, b bar) int { return int(a.day) - int(b.day) })
	kept := rows[:1]
	for _, b := range rows[1:] {
		if b.day == kept[len(kept)-1].day {
			x.notes.add("%s comes twice: the first is kept", b.day)
			continue
		}
		kept = append(kept, b)
	}
	return kept
}

// column is one value of every row, nothing where none is known.
func column(rows []bar, of func(*bar) float64) []float64 {
	known := false
	out := make([]float64, len(rows))
	for i := range rows {
		out[i] = of(&rows[i])
		known = known || !math.IsNaN(out[i])
	}
	if !known {
		return nil
	}
	return out
}

// earlier is the call for the days before those of a full answer.
func (x *answer) earlier(first date.Date) *marketdata.Call {
	if x.seen < mostRows || first == 0 || first <= x.request.From {
		return nil
	}
	c := x.call
	c.Query = span(0, first-1)
	for key, values := range x.call.Query {
		if key != "to" {
			c.Query[key] = values
		}
	}
	if c.Query.Get("to") == x.call.Query.Get("to") {
		return nil
	}
	return &c
}
