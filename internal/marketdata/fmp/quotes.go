package fmp

import (
	"math"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// quotes reads the latest prices, full or short ones. Their day is that of the exchange
// at their time; where it is not known which exchange that is, the day is not known.
func (x *answer) quotes() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	ref := x.rows(func(s *scanner, symbol string) {
		nan := math.NaN()
		out := marketdata.Quote{Price: nan, Previous: nan, Open: nan, High: nan, Low: nan, Volume: nan, Delay: -1}
		market := ""
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "symbol":
				symbol = v.str()
			case "price":
				out.Price = v.float()
			case "previousClose":
				out.Previous = v.float()
			case "open":
				out.Open = v.float()
			case "dayHigh":
				out.High = v.float()
			case "dayLow":
				out.Low = v.float()
			case "volume":
				out.Volume = v.float()
			case "marketCap", "mktCap":
				out.MarketCap = v.decimal()
			case "exchange":
				market = v.str()
			case "timestamp":
				out.At = moment(v)
			}
		})
		switch {
		case s.fault != "" || !x.asked(symbol):
			return
		case math.IsNaN(out.Price):
			x.lacks("row %d: no price", s.row)
			return
		case !out.At.IsZero() && date.FromTime(out.At) > x.latest():
			x.notes.add("row %d: %s is to come", s.row, out.At.Format(time.RFC3339))
			return
		}
		out.Symbol = x.ours(symbol)
		if zone := zoneOf(market, x.request.Instrument, symbol); zone != nil && !out.At.IsZero() {
			out.Day = date.FromTime(out.At.In(zone))
		} else {
			x.notes.add("row %d: the day of the price is not known", s.row)
		}
		d.Quotes = append(d.Quotes, out)
	})
	if ref == nil && len(d.Quotes) == 0 {
		ref = x.empty()
	}
	return d, nil, ref
}

// moment reads seconds, or milliseconds, since 1970; zero where they are neither.
func moment(v token) time.Time {
	n, err := strconv.ParseInt(v.str(), 10, 64)
	switch {
	case err != nil || n <= 0 || n >= 1<<45:
		return time.Time{}
	case n >= 1e11:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}
