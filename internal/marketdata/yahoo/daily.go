package yahoo

import (
	"fmt"
	"math"
	"strings"
	"time"
	_ "time/tzdata" // days are those of the exchange on every machine

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// settles is how long after the end of a session its day may still change: feeds of
// exchanges that Yahoo shows lag up to 20 minutes (exchangeDataDelayedBy of the quotes).
const settles = 30 * time.Minute

// day is the exchange's day of a time.
func day(at int64, zone *time.Location) date.Date { return date.FromTime(time.Unix(at, 0).In(zone)) }

// location is the zone of a name. The names that mean the machine's own zone are none.
func location(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, garbled("exchangeTimezoneName", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, garbled("exchangeTimezoneName", name)
	}
	return zone, nil
}

// check says whether the body answers the call for that symbol, with a row a day.
func (c *chart) check(symbol string) error {
	switch {
	case c.symbol != "" && !strings.EqualFold(c.symbol, symbol):
		return garbled("meta.symbol", fmt.Sprintf("%s, asked was %s", c.symbol, symbol))
	case c.step != "" && c.step != "1d":
		return garbled("meta.dataGranularity", c.step+", asked was 1d")
	case len(c.times) == 0 && len(c.close) > 0:
		return garbled("timestamp: none, and prices", "")
	}
	for _, column := range []struct {
		name   string
		values []float64
	}{{"open", c.open}, {"high", c.high}, {"low", c.low}, {"close", c.close}, {"volume", c.volume}, {"adjclose", c.totalreturn}} {
		if n := len(column.values); n != len(c.times) && (n > 0 || column.name == "close") {
			return garbled(fmt.Sprintf("%s: %d values for %d times", column.name, n, len(c.times)), "")
		}
	}
	return nil
}

// unfinished reports whether that day, the last one, was not over when the answer came.
func (c *chart) unfinished(last date.Date, zone *time.Location, at time.Time) bool {
	if c.ends == 0 || last != day(c.begins, zone) {
		return false
	}
	if at.IsZero() {
		return c.priced < c.ends
	}
	return at.Before(time.Unix(c.ends, 0).Add(settles))
}

// basis is what was done to open, high, low and close.
func (c *chart) basis() marketdata.Basis {
	switch classes[c.kind] {
	case instrument.Crypto, instrument.Currency, instrument.Index, instrument.Future:
		return marketdata.AsTraded
	}
	return marketdata.SplitAdjusted
}

func quoted(code string) (money.Currency, error) {
	if code == "" {
		return "", nil
	}
	c, err := money.ParseCurrency(code)
	if err != nil {
		return "", garbled("currency", code)
	}
	return c, nil
}

// readDaily reads a chart for prices, actions, an exchange rate or the latest price.
func readDaily(r marketdata.Request, a marketdata.Response) (d marketdata.Delivery, err error) {
	c, err := readChart(a.Body)
	if err != nil {
		return d, err
	}
	symbol, err := theirs(r.Instrument)
	if r.Kind == marketdata.FX {
		symbol, err = pairSymbol(r.Pair)
	}
	if err != nil {
		return d, refusal(marketdata.Refused, err.Error())
	}
	if err := c.check(symbol); err != nil {
		return d, err
	}
	zone, err := location(c.zone)
	if err != nil {
		return d, err
	}
	currency, err := quoted(c.currency)
	if err != nil {
		return d, err
	}
	s := marketdata.BarSeries{
		Symbol: r.Instrument.Symbol, Currency: currency, Basis: c.basis(),
		Dates: make([]date.Date, len(c.times)), Open: c.open, High: c.high, Low: c.low, Close: c.close, Volume: c.volume,
		Adjusted: c.totalreturn,
	}
	if len(c.totalreturn) > 0 {
		s.AdjustedBasis = marketdata.TotalReturn
	}
	for i, at := range c.times {
		s.Dates[i] = day(at, zone)
	}
	if r.Kind == marketdata.Quotes {
		q, err := c.quote(s, zone)
		d.Quotes = []marketdata.Quote{q}
		return d, err
	}
	d.Left = s.Order(r.From, r.To, marketdata.Latest(a.At))
	if n := len(s.Dates); n > 0 {
		s.Unfinished = c.unfinished(s.Dates[n-1], zone, a.At)
	}
	if r.Kind == marketdata.FX {
		return c.rates(r, s, d)
	}
	c.actions(&d, r.Instrument.Symbol, currency, zone)
	if len(s.Dates) > 0 {
		d.Bars = []marketdata.BarSeries{s}
	} else if r.Kind == marketdata.Bars {
		return marketdata.Delivery{}, refusal(marketdata.Empty, "")
	}
	return d, nil
}

func (c *chart) rates(r marketdata.Request, s marketdata.BarSeries, d marketdata.Delivery) (marketdata.Delivery, error) {
	if s.Currency != "" && string(s.Currency) != r.Pair.Quote {
		return d, garbled("meta.currency", fmt.Sprintf("%s, asked was %s", s.Currency, r.Pair))
	}
	if len(s.Dates) == 0 {
		return d, refusal(marketdata.Empty, "")
	}
	rates := marketdata.RateSeries{Name: r.Pair.String(), Dates: s.Dates, Values: s.Close}
	if s.Unfinished {
		rates.Provisional = s.Dates[len(s.Dates)-1]
	}
	d.FX = []marketdata.RateSeries{rates}
	return d, nil
}

// actions adds the dividends, distributions of gains and splits of the chart.
func (c *chart) actions(d *marketdata.Delivery, symbol string, currency money.Currency, zone *time.Location) {
	// Twice on one day is twice in the answer only where the amounts differ.
	seen := map[string]bool{}
	pay := func(list []event, kind string) {
		for _, e := range list {
			what := "dividend"
			if kind != "" {
				what = kind
			}
			on := day(e.at, zone)
			paid, err := money.ParseBytes(e.amount)
			in, err2 := quoted(e.currency)
			key := kind + on.String() + paid.String()
			switch {
			case e.at == 0:
				d.Left = append(d.Left, "a "+what+" without a day")
				continue
			case err != nil || paid.Sign() <= 0 || paid.CheckBounds() != nil || err2 != nil:
				d.Left = append(d.Left, fmt.Sprintf("%s of %s: amount %q %s", what, on, e.amount, e.currency))
				continue
			case seen[key]:
				continue
			}
			seen[key] = true
			if in == "" {
				in = currency
			}
			d.Dividends = append(d.Dividends, marketdata.Dividend{Symbol: symbol, ExDate: on, Amount: paid, Currency: in, Basis: c.basis(), Type: kind})
		}
	}
	pay(c.dividends, "")
	pay(c.gains, "capital gain")
	for _, e := range c.splits {
		on := day(e.at, zone)
		n, err := money.ParseBytes(e.new)
		o, err2 := money.ParseBytes(e.old)
		if e.at == 0 || err != nil || err2 != nil || n.Sign() <= 0 || o.Sign() <= 0 || n.CheckBounds() != nil || o.CheckBounds() != nil {
			d.Left = append(d.Left, fmt.Sprintf("split of %s: %q for %q", on, e.new, e.old))
			continue
		}
		d.Splits = append(d.Splits, marketdata.Split{Symbol: symbol, Date: on, Ratio: ledger.Ratio{New: n, Old: o}})
	}
}

// quote is the latest price that the chart's head states.
func (c *chart) quote(s marketdata.BarSeries, zone *time.Location) (marketdata.Quote, error) {
	if math.IsNaN(c.price) || c.priced == 0 {
		return marketdata.Quote{}, refusal(marketdata.Empty, "")
	}
	q := marketdata.Quote{
		Symbol: s.Symbol, Currency: s.Currency, Price: c.price, Previous: math.NaN(), Open: math.NaN(),
		High: c.dayHigh, Low: c.dayLow, Volume: c.dayVolume,
		Day: day(c.priced, zone), At: time.Unix(c.priced, 0).UTC(), Delay: -1,
	}
	for i, on := range s.Dates {
		switch {
		case on < q.Day && !math.IsNaN(s.Close[i]):
			q.Previous = s.Close[i]
		case on == q.Day && len(s.Open) > 0:
			q.Open = s.Open[i]
		}
	}
	return q, nil
}
