package polygon

import (
	"fmt"
	"math"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// sheet is what a snapshot says of one ticker, whichever of its forms it has: with the
// short names of version 2 or the long ones of version 3. NaN is not known.
type sheet struct {
	ticker                            string
	problem, said                     string // of this ticker alone
	traded, value, closed             float64
	open, high, low, volume, previous float64
	at, updated                       int64 // nanoseconds: of the last trade, of the whole
	timeframe                         string
}

func newSheet() sheet {
	nan := math.NaN()
	return sheet{traded: nan, value: nan, closed: nan, open: nan, high: nan, low: nan, volume: nan, previous: nan}
}

func (q *sheet) next(s *scanner) {
	*q = newSheet()
	s.object(func(key []byte) {
		switch string(key) {
		case "ticker":
			q.ticker = words(s)
		case "error":
			q.problem = words(s)
		case "message":
			q.said = words(s)
		case "timeframe":
			q.timeframe = words(s)
		case "value", "price":
			q.value = s.Float()
		case "updated", "last_updated":
			q.updated, _ = s.integer()
		case "lastTrade", "last_trade":
			s.object(func(key []byte) {
				switch string(key) {
				case "p", "price":
					q.traded = s.Float()
				case "t", "sip_timestamp", "last_updated", "participant_timestamp":
					if n, ok := s.integer(); ok && n > q.at {
						q.at = n
					}
				case "timeframe":
					q.timeframe = words(s)
				default:
					s.Skip()
				}
			})
		case "day", "session":
			q.day(s)
		case "prevDay":
			s.object(func(key []byte) {
				if string(key) == "c" {
					q.previous = s.Float()
					return
				}
				s.Skip()
			})
		default:
			s.Skip()
		}
	})
}

// day reads the bar of the day so far.
func (q *sheet) day(s *scanner) {
	s.object(func(key []byte) {
		switch string(key) {
		case "o", "open":
			q.open = s.Float()
		case "h", "high":
			q.high = s.Float()
		case "l", "low":
			q.low = s.Float()
		case "c", "close":
			q.closed = s.Float()
		case "v", "volume":
			q.volume = s.Float()
		case "previous_close":
			q.previous = s.Float()
		case "last_updated":
			if n, ok := s.integer(); ok && n > q.updated {
				q.updated = n
			}
		default:
			s.Skip()
		}
	})
}

// quote is the sheet as a quote; ok is false where it has no price of a day: before the
// first trade of a day the source has zeros everywhere.
func (q *sheet) quote(r marketdata.Request, theirs string, e *envelope) (marketdata.Quote, bool) {
	price := q.traded
	for _, p := range []float64{q.value, q.closed} {
		if !(price > 0) {
			price = p
		}
	}
	stamp := max(q.at, q.updated)
	when := moment(stamp)
	if !(price > 0) || when.IsZero() {
		return marketdata.Quote{}, false
	}
	d, ok := clockOf(theirs).day(stamp / 1_000_000)
	if !ok {
		return marketdata.Quote{}, false
	}
	positive := func(v float64) float64 {
		if v > 0 {
			return v
		}
		return math.NaN()
	}
	volume := q.volume
	if !(q.open > 0) && volume == 0 {
		volume = math.NaN()
	}
	return marketdata.Quote{
		Symbol: r.Instrument.Symbol, Currency: quoted(r.Instrument, theirs), Price: price, Previous: positive(q.previous),
		Open: positive(q.open), High: positive(q.high), Low: positive(q.low), Volume: volume,
		Day: d, At: when, Delay: delay(q.timeframe, e.status),
	}, true
}

// delay is how late prices are, where the source states it.
func delay(timeframe, status string) time.Duration {
	switch {
	case timeframe == "REAL-TIME":
		return 0
	case timeframe == "DELAYED" || status == "DELAYED":
		return late
	}
	return -1
}

// readSnapshot reads the snapshot of one ticker, or finds it among many.
func readSnapshot(body []byte, r marketdata.Request, theirs string, at time.Time) (*scanner, envelope, answer) {
	var (
		found *sheet
		a     answer
		l     left
	)
	s, e := scan(body), envelope{counted: -1}
	take := func(s *scanner) {
		var q sheet
		q.next(s)
		a.rows++
		if found == nil && (q.ticker == theirs || optionPrefix+q.ticker == theirs || indexPrefix+q.ticker == theirs) {
			found = &q
			return
		}
		l.out("row %d: %s was not asked", a.rows, q.ticker)
	}
	s.Object(func(key []byte) {
		s.field = key
		switch string(key) {
		case "ticker", "tickers", "results":
			if s.Peek() == '{' || s.Peek() == '[' {
				e.listed = true
				s.rows(func() { take(s) })
				return
			}
		}
		e.read(s, key)
	})
	s.End()
	switch {
	case found == nil && a.rows > 0:
		a.wrong = fmt.Sprintf("results: %d tickers, none of them %q", a.rows, theirs)
	case found == nil:
	case found.problem != "":
		e.status, e.problem = found.problem, found.said
	default:
		q, ok := found.quote(r, theirs, &e)
		if today := clockOf(theirs).today(at); ok && today != 0 && q.Day > today {
			ok = false
			l.out("the price is of %s, which had not come when it was asked", q.Day)
		}
		if ok {
			a.d.Quotes = []marketdata.Quote{q}
		} else {
			l.out("no price of the day yet")
		}
	}
	a.d.Left = l.all()
	return s, e, a
}

// readPrevious reads the bar of the last day that is over as a quote.
func readPrevious(body []byte, r marketdata.Request, theirs string, at time.Time) (*scanner, envelope, answer) {
	series, l := r, left{}
	series.Kind, series.From, series.To = marketdata.Bars, 0, 0
	s, e, a := readAggregates(body, series, theirs, at)
	if len(a.d.Bars) == 0 {
		return s, e, a
	}
	b := a.d.Bars[0]
	last := len(b.Dates) - 1
	value := func(column []float64) float64 {
		if column == nil {
			return math.NaN()
		}
		return column[last]
	}
	q := marketdata.Quote{
		Symbol: b.Symbol, Currency: b.Currency, Price: b.Close[last], Previous: math.NaN(),
		Open: value(b.Open), High: value(b.High), Low: value(b.Low), Volume: value(b.Volume),
		Day: b.Dates[last], Delay: -1,
	}
	if last > 0 {
		q.Previous = b.Close[last-1]
	}
	if !(q.Price > 0) {
		l.out("a price of %v cannot be", q.Price)
	} else {
		a.d.Quotes = []marketdata.Quote{q}
	}
	a.d.Bars, a.d.Left = nil, append(a.d.Left, l.all()...)
	return s, e, a
}
