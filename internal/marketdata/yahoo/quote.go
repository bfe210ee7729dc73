package yahoo

import (
	"fmt"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// quote is one row of a v7 quote: its texts and its numbers by their names.
type quote struct {
	texts   map[string]string
	numbers map[string]string
}

func readQuote(s *jsonscan.Scanner) quote {
	q := quote{texts: map[string]string{}, numbers: map[string]string{}}
	s.Object(func(name []byte) {
		switch c := s.Peek(); {
		case c == '"':
			key := string(name)
			q.texts[key] = string(s.Text())
		case c == '-' || c-'0' <= 9:
			key := string(name)
			q.numbers[key] = string(s.Number())
		}
	})
	return q
}

// float is a number of the row, NaN where it has none.
func (q quote) float(name string) float64 { return jsonscan.Float([]byte(q.numbers[name])) }

// positive is a number that is only known where it is more than zero: Yahoo writes 0 for
// a close of the day before that it does not know.
func (q quote) positive(name string) float64 {
	if v := q.float(name); v > 0 {
		return v
	}
	return math.NaN()
}

func (q quote) decimal(name string) (money.Decimal, bool) {
	text, ok := q.numbers[name]
	if !ok {
		return money.Decimal{}, false
	}
	d, err := money.Parse(text)
	return d, err == nil && d.CheckBounds() == nil
}

// time is a time of the row in seconds, zero where there is none.
func (q quote) time(name string) time.Time {
	v := q.float(name)
	if math.IsNaN(v) || v <= 0 || v > 253_402_214_400 {
		return time.Time{}
	}
	return time.Unix(int64(v), 0).UTC()
}

// readQuotes reads a v7 quote: {"quoteResponse":{"result":[{...}],"error":null}}.
func readQuotes(r marketdata.Request, a marketdata.Response) (d marketdata.Delivery, err error) {
	var rows []quote
	found := false
	s := jsonscan.New(a.Body)
	s.Object(func(name []byte) {
		if string(name) != "quoteResponse" {
			return
		}
		s.Object(func(name []byte) {
			if string(name) != "result" || s.Null() {
				return
			}
			found = true
			s.Array(func() { rows = append(rows, readQuote(s)) })
		})
	})
	s.End()
	if err := broken(s, "quoteResponse"); err != nil {
		return d, err
	}
	if !found {
		return d, garbled("quoteResponse.result", "")
	}
	symbol, err := theirs(r.Instrument)
	if err != nil {
		return d, refusal(marketdata.Refused, err.Error())
	}
	for _, q := range rows {
		if q.texts["symbol"] != symbol {
			d.Left = append(d.Left, fmt.Sprintf("%q: it was not asked for", q.texts["symbol"]))
			continue
		}
		profile, left, err := q.profile(r.Instrument.Symbol)
		if err != nil {
			return marketdata.Delivery{}, err
		}
		d.Left = append(d.Left, left...)
		d.Profiles = append(d.Profiles, profile)
		latest, ok, err := q.latest(r.Instrument.Symbol)
		if err != nil {
			return marketdata.Delivery{}, err
		}
		if ok {
			d.Quotes = append(d.Quotes, latest)
		}
	}
	if len(d.Profiles) == 0 {
		return marketdata.Delivery{}, refusal(marketdata.NotFound, "")
	}
	return d, nil
}

// latest is the price of the row; not ok where it has none, as of what is not traded any more.
func (q quote) latest(symbol string) (marketdata.Quote, bool, error) {
	at := q.time("regularMarketTime")
	if math.IsNaN(q.float("regularMarketPrice")) || at.IsZero() {
		return marketdata.Quote{}, false, nil
	}
	zone, err := location(q.texts["exchangeTimezoneName"])
	if err != nil {
		return marketdata.Quote{}, false, err
	}
	currency, err := quoted(q.texts["currency"])
	if err != nil {
		return marketdata.Quote{}, false, err
	}
	m := marketdata.Quote{
		Symbol: symbol, Currency: currency, Price: q.float("regularMarketPrice"), Previous: q.positive("regularMarketPreviousClose"),
		Open: q.positive("regularMarketOpen"), High: q.positive("regularMarketDayHigh"), Low: q.positive("regularMarketDayLow"),
		Volume: q.float("regularMarketVolume"), Day: day(at.Unix(), zone), At: at, Delay: -1,
	}
	if minutes := q.float("exchangeDataDelayedBy"); minutes >= 0 && minutes <= 24*60 {
		m.Delay = time.Duration(minutes) * time.Minute
	}
	if v, ok := q.decimal("marketCap"); ok && v.Sign() > 0 {
		m.MarketCap = money.Some(v)
	}
	return m, true, nil
}

// profile is what the row says the instrument is.
func (q quote) profile(symbol string) (p marketdata.Profile, left []string, err error) {
	currency, err := quoted(q.texts["currency"])
	if err != nil {
		return p, nil, err
	}
	p.Instrument = instrument.Instrument{
		Symbol: symbol, Currency: currency, Class: classes[q.texts["quoteType"]], Name: q.name(), Exchange: markets[q.texts["exchange"]],
	}
	if zone, err := location(q.texts["exchangeTimezoneName"]); err == nil {
		if at := q.time("regularMarketTime"); !at.IsZero() {
			p.AsOf = day(at.Unix(), zone)
		}
		if ms := q.float("firstTradeDateMilliseconds"); math.Abs(ms) < 1e14 && ms != 0 {
			p.Listed = date.FromTime(time.UnixMilli(int64(ms)).In(zone))
		}
	}
	p.Figures, left = q.figures(currency)
	return p, left, nil
}

func (q quote) name() string {
	for _, key := range []string{"longName", "longname", "shortName", "shortname"} {
		if q.texts[key] != "" {
			return q.texts[key]
		}
	}
	return ""
}

// figure is where a standard figure stands in a row.
type figure struct {
	name, field string
	unit        string // "ratio", "shares", "fraction", "percent"; "price" the currency of the price, "company" the company's
}

// Yahoo computes the P/E from its earnings per share and the price, which are therefore of
// one currency, and the market capitalisation in the price's; its book value is of the
// company's own currency, whatever the price is in (as Alibaba's row shows: 124.73 USD,
// 409.85 of book value, financialCurrency CNY).
var figures = []figure{
	{"market_cap", "marketCap", "price"}, {"pe", "trailingPE", "ratio"}, {"forward_pe", "forwardPE", "ratio"},
	{"eps", "epsTrailingTwelveMonths", "price"}, {"book_value", "bookValue", "company"}, {"price_to_book", "priceToBook", "ratio"},
	{"dividend_yield", "dividendYield", "percent"}, {"dividend_per_share", "dividendRate", "price"},
	{"shares_outstanding", "sharesOutstanding", "shares"}, {"52_week_high", "fiftyTwoWeekHigh", "price"}, {"52_week_low", "fiftyTwoWeekLow", "price"},
	{"expense_ratio", "netExpenseRatio", "percent"}, {"net_assets", "netAssets", "price"},
}

func (q quote) figures(currency money.Currency) (facts []marketdata.Fact, left []string) {
	company, _ := quoted(q.texts["financialCurrency"])
	major, parts := currency.Major()
	for _, f := range figures {
		v, ok := q.decimal(f.field)
		if !ok {
			continue
		}
		unit := f.unit
		switch f.unit {
		case "percent":
			v, unit = v.Mul(money.New(1, 2)), "fraction"
		case "company":
			unit = string(company)
		case "price":
			unit = string(currency)
			if parts > 1 && f.name != "52_week_high" && f.name != "52_week_low" {
				// The whole company is stated in pounds where its shares are quoted in
				// pence; of the figures of a share the row does not say which.
				if f.name != "market_cap" && f.name != "net_assets" {
					left = append(left, fmt.Sprintf("%s %s: in %s or %s, which is not said", f.name, v, major, currency))
					continue
				}
				unit = string(major)
			}
		}
		if f.name == "price_to_book" && (company != currency || company == "") {
			left = append(left, fmt.Sprintf("price_to_book %s: its book value is in %s, the price in %s", v, orUnknown(company), orUnknown(currency)))
			continue
		}
		if unit == "" {
			left = append(left, fmt.Sprintf("%s %s: in which currency is not said", f.name, v))
			continue
		}
		facts = append(facts, marketdata.Fact{Name: f.name, Value: v, Unit: unit})
	}
	return facts, left
}

func orUnknown(c money.Currency) string {
	if c == "" {
		return "an unknown currency"
	}
	return string(c)
}
