package yahoo

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// chart is the body of a v8 chart as it stands there.
type chart struct {
	symbol, currency, kind, zone, step          string
	price, dayHigh, dayLow, dayVolume           float64
	priced, begins, ends                        int64 // seconds; 0 where not said
	named                                       string
	results                                     int
	times                                       []int64
	open, high, low, close, volume, totalreturn []float64
	dividends, gains                            []event
	splits                                      []event
}

// event is a dividend, a distribution of gains or a split.
type event struct {
	at       int64
	amount   []byte // of a dividend
	currency string // of a dividend, where it says one of its own
	new, old []byte // of a split
}

func readChart(b []byte) (*chart, error) {
	nan := math.NaN()
	c := &chart{price: nan, dayHigh: nan, dayLow: nan, dayVolume: nan}
	s := jsonscan.New(b)
	s.Object(func(name []byte) {
		if string(name) != "chart" || s.Peek() != '{' {
			return
		}
		s.Object(func(name []byte) {
			if string(name) != "result" || s.Null() {
				return
			}
			s.Array(func() {
				if c.results++; c.results == 1 {
					c.result(s)
				}
			})
		})
	})
	s.End()
	if err := broken(s, "chart"); err != nil {
		return nil, err
	}
	if c.results == 0 {
		return nil, garbled("chart.result", "")
	}
	return c, nil
}

func (c *chart) result(s *jsonscan.Scanner) {
	s.Object(func(name []byte) {
		switch string(name) {
		case "meta":
			s.Object(func(name []byte) { c.meta(s, string(name)) })
		case "timestamp":
			if s.Null() {
				return
			}
			c.times = make([]int64, 0, 256)
			s.Array(func() {
				if s.Peek() == 'n' {
					s.Fail("a time in seconds")
				}
				c.times = append(c.times, seconds(s))
			})
		case "events":
			if s.Null() {
				return
			}
			s.Object(func(name []byte) {
				switch string(name) {
				case "dividends":
					c.dividends = events(s)
				case "capitalGains":
					c.gains = events(s)
				case "splits":
					c.splits = events(s)
				}
			})
		case "indicators":
			s.Object(func(name []byte) { c.indicator(s, string(name)) })
		}
	})
}

func (c *chart) meta(s *jsonscan.Scanner, name string) {
	switch name {
	case "symbol":
		c.symbol = word(s)
	case "currency":
		c.currency = word(s)
	case "instrumentType":
		c.kind = word(s)
	case "exchangeTimezoneName":
		c.zone = word(s)
	case "dataGranularity":
		c.step = word(s)
	case "longName":
		c.named = word(s)
	case "regularMarketTime":
		c.priced = seconds(s)
	case "regularMarketPrice":
		c.price = s.Float()
	case "regularMarketDayHigh":
		c.dayHigh = s.Float()
	case "regularMarketDayLow":
		c.dayLow = s.Float()
	case "regularMarketVolume":
		c.dayVolume = s.Float()
	case "currentTradingPeriod":
		if s.Null() {
			return
		}
		s.Object(func(name []byte) {
			if string(name) != "regular" || s.Null() {
				return
			}
			s.Object(func(name []byte) {
				switch string(name) {
				case "start":
					c.begins = seconds(s)
				case "end":
					c.ends = seconds(s)
				}
			})
		})
	}
}

// indicator reads the columns: {"quote":[{"close":[...],...}],"adjclose":[{"adjclose":[...]}]}.
func (c *chart) indicator(s *jsonscan.Scanner, name string) {
	if name != "quote" && name != "adjclose" || s.Null() {
		return
	}
	first := true
	s.Array(func() {
		if !first || s.Null() {
			return
		}
		first = false
		s.Object(func(column []byte) {
			switch string(column) {
			case "open":
				c.open = floats(s, len(c.times))
			case "high":
				c.high = floats(s, len(c.times))
			case "low":
				c.low = floats(s, len(c.times))
			case "close":
				c.close = floats(s, len(c.times))
			case "volume":
				c.volume = floats(s, len(c.times))
			case "adjclose":
				c.totalreturn = floats(s, len(c.times))
			}
		})
	})
}

func floats(s *jsonscan.Scanner, n int) []float64 {
	if s.Null() {
		return nil
	}
	column := make([]float64, 0, n)
	s.Array(func() { column = append(column, s.Float()) })
	return column
}

func word(s *jsonscan.Scanner) string {
	if s.Null() {
		return ""
	}
	return string(s.Text())
}

// seconds reads a time in seconds since 1970, 0 where it is null.
func seconds(s *jsonscan.Scanner) int64 {
	if s.Null() {
		return 0
	}
	n, err := strconv.ParseInt(string(s.Number()), 10, 64)
	// Years 1583 to 9999, as days have them.
	if s.Err() == nil && (err != nil || n < -12_212_553_600 || n > 253_402_214_400) {
		s.Fail("a time in seconds")
		return 0
	}
	return n
}

func events(s *jsonscan.Scanner) (list []event) {
	if s.Null() {
		return nil
	}
	s.Object(func([]byte) {
		var e event
		s.Object(func(name []byte) {
			switch string(name) {
			case "date":
				e.at = seconds(s)
			case "amount":
				e.amount = amount(s)
			case "currency":
				e.currency = word(s)
			case "numerator":
				e.new = amount(s)
			case "denominator":
				e.old = amount(s)
			}
		})
		list = append(list, e)
	})
	// Members of an object have no order.
	slices.SortStableFunc(list, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return list
}

func amount(s *jsonscan.Scanner) []byte {
	if s.Null() {
		return nil
	}
	return s.Number()
}
