package yahoo

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func share(symbol string) instrument.Instrument { return instrument.Instrument{Symbol: symbol} }

func TestSymbols(t *testing.T) {
	for _, c := range []struct {
		in   instrument.Instrument
		want string
	}{
		{share("AAPL"), "AAPL"}, {share("BRK.B"), "BRK-B"}, {share("7203.T"), "7203.T"}, {share("VOD.L"), "VOD.L"}, {share("BT.A.L"), "BT-A.L"},
		{instrument.Instrument{Symbol: "VOD", Exchange: "XLON"}, "VOD.L"}, {instrument.Instrument{Symbol: "LEN.B", Exchange: "XNYS"}, "LEN-B"},
		{instrument.Instrument{Symbol: "X.L", Exchange: "XNYS"}, "X-L"}, {share("^GSPC"), "^GSPC"}, {share("BTC-USD"), "BTC-USD"},
		{instrument.Instrument{Symbol: "BTC", Class: instrument.Crypto, Currency: "EUR"}, "BTC-EUR"},
		{instrument.Instrument{Symbol: "BTC/USD", Class: instrument.Crypto}, "BTC-USD"}, {share("GC=F"), "GC=F"}, {share("AAPL250815P00200000"), "AAPL250815P00200000"},
	} {
		if got, err := theirs(c.in); got != c.want || err != nil {
			t.Errorf("%+v is %q (%v), want %q", c.in, got, err, c.want)
		}
	}
	for _, i := range []instrument.Instrument{{}, share("A B"), {Symbol: "A", Class: instrument.Private}, {Symbol: "A", Class: instrument.Bond}, {Symbol: "BTC", Class: instrument.Crypto}} {
		if got, err := theirs(i); !errors.Is(err, ErrNotOffered) {
			t.Errorf("%+v is %q", i, got)
		}
	}
	for _, c := range []struct {
		in    string
		class instrument.Class
		want  string
	}{
		{"BRK-B", instrument.Equity, "BRK.B"}, {"BTC-USD", instrument.Crypto, "BTC-USD"}, {"BRK-B", "", "BRK.B"}, {"BTC-USD", "", "BTC-USD"},
		{"SWED-A.ST", instrument.Equity, "SWED-A.ST"}, {"VOD.L", instrument.Equity, "VOD.L"}, {"-", "", "-"},
	} {
		if got := ours(c.in, c.class); got != c.want {
			t.Errorf("%q is %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCalls(t *testing.T) {
	from := date.MustParse("2024-01-10")
	for _, c := range []struct {
		r    marketdata.Request
		want string
	}{
		{marketdata.Request{Kind: marketdata.Bars, Instrument: share("BRK.B"), From: from, To: from + 5}, "/v8/finance/chart/BRK-B?events=div%7Csplit%7CcapitalGains&includeAdjustedClose=true&interval=1d&period1=1704758400&period2=9999999999"},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: share("^GSPC")}, "/v8/finance/chart/%5EGSPC?interval=1d&range=5d"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, From: from}, "/v8/finance/chart/EURUSD=X?events=div%7Csplit%7CcapitalGains&includeAdjustedClose=true&interval=1d&period1=1704758400&period2=9999999999"},
		{marketdata.Request{Kind: marketdata.Profiles, Instrument: share("AAPL")}, "/v7/finance/quote?symbols=AAPL"},
		{marketdata.Request{Kind: marketdata.Chain, Instrument: share("AAPL")}, "/v7/finance/options/AAPL?"},
		{marketdata.Request{Kind: marketdata.Search, Text: " apple "}, "/v1/finance/search?newsCount=0&q=apple&quotesCount=10"},
		{marketdata.Request{Kind: marketdata.News, Instrument: share("AAPL"), Limit: 7}, "/v1/finance/search?newsCount=7&q=AAPL&quotesCount=0"},
	} {
		call, err := New().Ask(c.r)
		if err != nil || call.Key() != c.want {
			t.Errorf("%s: %s (%v), want %s", c.r.Kind, call.Key(), err, c.want)
		}
	}
	for _, r := range []marketdata.Request{
		{Kind: marketdata.Statements, Instrument: share("AAPL")}, {Kind: marketdata.Search}, {Kind: marketdata.Bars}, {Kind: marketdata.Rates, Series: "DGS10"},
		{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "EUR"}}, {Kind: marketdata.FX, Pair: marketdata.Pair{Base: "GBX", Quote: "USD"}},
	} {
		if New().Offers(r) {
			t.Errorf("%+v is offered", r)
		}
	}
}

// chartOf is a chart in Yahoo's form with that head, times, columns and events.
func chartOf(meta, times, columns, adjusted, events string) string {
	if events != "" {
		events = `"events":` + events + `,`
	}
	return `{"chart":{"result":[{"meta":{` + meta + `},"timestamp":[` + times + `],` + events +
		`"indicators":{"quote":[{` + columns + `}],"adjclose":[{"adjclose":[` + adjusted + `]}]}}],"error":null}}`
}

const newYork = `"currency":"USD","symbol":"ACME","instrumentType":"EQUITY","exchangeTimezoneName":"America/New_York","dataGranularity":"1d"`

func read(t *testing.T, r marketdata.Request, status int, body string, at time.Time) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	c, err := New().Ask(r)
	if err != nil {
		t.Fatal(err)
	}
	d, next, err := New().Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: at})
	if err == nil {
		return d, next, nil
	}
	return d, next, err.(*marketdata.Refusal)
}

func bars(symbol string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Bars, Instrument: share(symbol)}
}

// Figures of Apple's four for one of 2020-08-31 and the dividend of 2020-11-06, as
// Yahoo's chart gave them in 2025: times are those of the opening in New York.
func TestADayAndItsActions(t *testing.T) {
	body := chartOf(newYork, "1598880600,1598967000,1604673000",
		`"open":[127.58000183105469,132.75999450683594,118.31999969482422],"close":[129.0399932861328,134.17999267578125,118.69000244140625],"volume":[225702700,151948100,114457900],"low":[126,130.52999877929688,116.12999725341797],"high":[131,134.8000030517578,119.19999694824219]`,
		"125.9,130.9,116.0", `{"dividends":{"1604673000":{"amount":0.205,"date":1604673000}},"splits":{"1598880600":{"date":1598880600,"numerator":4,"denominator":1,"splitRatio":"4:1"}}}`)
	d, next, refusal := read(t, bars("ACME"), 200, body, time.Time{})
	if refusal != nil || next != nil || len(d.Bars) != 1 || len(d.Left) > 0 {
		t.Fatalf("%v, %+v", refusal, d)
	}
	s := d.Bars[0]
	if s.Basis != marketdata.SplitAdjusted || s.AdjustedBasis != marketdata.TotalReturn || s.Currency != "USD" || s.Unfinished {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(s.Dates, []date.Date{date.MustParse("2020-08-31"), date.MustParse("2020-09-01"), date.MustParse("2020-11-06")}) || s.Close[0] != 129.0399932861328 || s.Volume[2] != 114457900 || s.Adjusted[1] != 130.9 {
		t.Errorf("%+v", s)
	}
	if len(d.Splits) != 1 || d.Splits[0].Ratio.String() != "4:1" || d.Splits[0].Date.String() != "2020-08-31" {
		t.Errorf("splits %+v", d.Splits)
	}
	if p := d.Dividends; len(p) != 1 || p[0].Amount.String() != "0.205" || p[0].ExDate.String() != "2020-11-06" || p[0].Basis != marketdata.SplitAdjusted || p[0].Currency != "USD" || p[0].PayDate != 0 {
		t.Errorf("dividends %+v", p)
	}
}

func TestDaysAreTheExchanges(t *testing.T) {
	for _, c := range []struct{ zone, at, want string }{
		{"Europe/London", "1577952000", "2020-01-02"},    // 08:00 in winter
		{"Asia/Tokyo", "1577923200", "2020-01-02"},       // 09:00, midnight in Greenwich
		{"Australia/Sydney", "1577919600", "2020-01-02"}, // 10:00, still the first in Greenwich
		{"Europe/London", "1593644400", "2020-07-02"},    // midnight in summer, as rates of exchange have it
		{"America/New_York", "1577941200", "2020-01-02"}, // midnight, as futures have it
		{"UTC", "1577836800", "2020-01-01"},
		{"America/New_York", "-1325583000", "1927-12-30"}, // before 1970
	} {
		meta := strings.Replace(newYork, "America/New_York", c.zone, 1)
		d, _, refusal := read(t, bars("ACME"), 200, chartOf(meta, c.at, `"close":[1]`, "1", ""), time.Time{})
		if refusal != nil || d.Bars[0].Dates[0].String() != c.want {
			t.Errorf("%s in %s: %+v %v, want %s", c.at, c.zone, d.Bars, refusal, c.want)
		}
	}
}

func TestWhatRowsAreLeftOut(t *testing.T) {
	// Monday to Wednesday; Tuesday has no close, Wednesday comes a second time as it stands.
	body := chartOf(newYork, "1704724200,1704810600,1704897000,1704907000", `"close":[1,null,3,3.5],"open":[1,2,null,4]`, "1,null,3,3.5", "")
	r := bars("ACME")
	d, _, refusal := read(t, r, 200, body, time.Time{})
	if refusal != nil || !slices.Equal(d.Bars[0].Close, []float64{1, 3.5}) || d.Bars[0].Open[1] != 4 || len(d.Left) != 2 {
		t.Errorf("%+v %v", d, refusal)
	}
	r.From, r.To = date.MustParse("2024-01-08"), date.MustParse("2024-01-08")
	if d, _, _ := read(t, r, 200, body, time.Time{}); len(d.Bars[0].Dates) != 1 {
		t.Errorf("one day was asked, came %+v", d.Bars)
	}
	r.From, r.To = date.MustParse("2023-01-08"), date.MustParse("2023-01-09")
	if _, _, refusal := read(t, r, 200, body, time.Time{}); refusal == nil || refusal.Reason != marketdata.Empty {
		t.Errorf("days without prices: %v", refusal)
	}
	late := time.Date(2024, 1, 8, 9, 0, 0, 0, time.UTC)
	if d, _, _ := read(t, bars("ACME"), 200, body, late); len(d.Bars[0].Dates) != 1 || !strings.Contains(strings.Join(d.Left, ";"), "after the day of the answer") {
		t.Errorf("days that have not come: %+v", d)
	}
}

// The session of 2024-01-10 in New York: 14:30 to 21:00 in Greenwich.
func TestTheDayThatIsNotOver(t *testing.T) {
	session := newYork + `,"regularMarketTime":1704907000,"currentTradingPeriod":{"regular":{"start":1704897000,"end":1704920400}}`
	body := chartOf(session, "1704810600,1704907000", `"close":[1,2]`, "1,2", "")
	for _, c := range []struct {
		at   time.Time
		want bool
	}{
		{time.Date(2024, 1, 10, 17, 0, 0, 0, time.UTC), true}, {time.Date(2024, 1, 10, 21, 10, 0, 0, time.UTC), true},
		{time.Date(2024, 1, 10, 21, 30, 0, 0, time.UTC), false}, {time.Time{}, true},
	} {
		d, _, refusal := read(t, bars("ACME"), 200, body, c.at)
		if refusal != nil || d.Bars[0].Unfinished != c.want || len(d.Bars[0].Dates) != 2 {
			t.Errorf("at %s: %+v %v, want %t", c.at, d.Bars, refusal, c.want)
		}
	}
	pair := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}}
	euro := strings.NewReplacer("ACME", "EURUSD=X", "EQUITY", "CURRENCY").Replace(body)
	d, _, refusal := read(t, pair, 200, euro, time.Date(2024, 1, 10, 17, 0, 0, 0, time.UTC))
	if refusal != nil || d.FX[0].Name != "EUR/USD" || d.FX[0].Provisional.String() != "2024-01-10" || d.FX[0].Values[1] != 2 || len(d.Bars) > 0 {
		t.Errorf("%+v %v", d, refusal)
	}
}

func TestPenceAndBases(t *testing.T) {
	london := strings.NewReplacer("USD", "GBp", "ACME", "VOD.L", "America/New_York", "Europe/London").Replace(newYork)
	events := `{"dividends":{"a":{"amount":4.5E-1,"date":1577952000},"b":{"amount":0.5,"date":1577952000,"currency":"GBP"},"c":{"amount":-1,"date":1577952000},"d":{"amount":null,"date":1577952000},"e":{"amount":0.45,"date":1577952000}},
		"capitalGains":{"a":{"amount":2,"date":1577952000}},"splits":{"a":{"date":1577952000,"numerator":3,"denominator":0},"b":{"date":1577952000,"numerator":1028,"denominator":1000}}}`
	d, _, refusal := read(t, bars("VOD.L"), 200, chartOf(london, "1577952000", `"close":[149.5]`, "1", events), time.Time{})
	if refusal != nil || d.Bars[0].Currency != "GBX" {
		t.Fatalf("%+v %v", d, refusal)
	}
	var paid []string
	for _, p := range d.Dividends {
		paid = append(paid, p.Amount.String()+" "+string(p.Currency)+" "+p.Type)
	}
	if want := []string{"0.45 GBX ", "0.5 GBP ", "2 GBX capital gain"}; !slices.Equal(paid, want) {
		t.Errorf("paid %q, want %q", paid, want)
	}
	if len(d.Splits) != 1 || d.Splits[0].Ratio.String() != "1028:1000" || len(d.Left) != 3 {
		t.Errorf("splits %+v, left %q", d.Splits, d.Left)
	}
	coin := strings.NewReplacer("ACME", "BTC-USD", "EQUITY", "CRYPTOCURRENCY").Replace(newYork)
	if d, _, _ := read(t, bars("BTC-USD"), 200, chartOf(coin, "1577952000", `"close":[7000]`, "7000", ""), time.Time{}); d.Bars[0].Basis != marketdata.AsTraded {
		t.Errorf("a coin is %s", d.Bars[0].Basis)
	}
}

// Wordings as public client libraries quote them (yfinance, yahoo-finance2, their issues).
func TestRefusals(t *testing.T) {
	whole := chartOf(newYork, "1704724200", `"close":[1]`, "1", "")
	page := `<!DOCTYPE html><html><head><title>Yahoo is part of the Yahoo family of brands</title></head><body>consent</body></html>`
	for _, c := range []struct {
		name   string
		kind   marketdata.Kind
		status int
		body   string
		want   marketdata.Reason
	}{
		{"limit", marketdata.Bars, 429, "Too Many Requests\r\n", marketdata.Limited},
		{"limit that calls itself success", marketdata.Bars, 200, "Too Many Requests", marketdata.Limited},
		{"limit in JSON", marketdata.Quotes, 200, `{"finance":{"result":null,"error":{"code":"Too Many Requests","description":"Rate limited. Try after a while."}}}`, marketdata.Limited},
		{"old limit", marketdata.Bars, 999, page, marketdata.Limited},
		{"delisted", marketdata.Bars, 404, `{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}`, marketdata.NotFound},
		{"no such days", marketdata.Bars, 400, `{"chart":{"result":null,"error":{"code":"Bad Request","description":"Data doesn't exist for startDate = 1577836800, endDate = 1578009600"}}}`, marketdata.Empty},
		{"bad call", marketdata.Bars, 422, `{"chart":{"result":null,"error":{"code":"Unprocessable Entity","description":"Invalid input - interval=2d is not supported."}}}`, marketdata.Refused},
		{"crumb", marketdata.Profiles, 401, `{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}`, marketdata.NotInPlan},
		{"crumb as success", marketdata.Chain, 200, `{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Cookie"}}}`, marketdata.NotInPlan},
		{"chart turned away", marketdata.Bars, 401, `{"finance":{"result":null,"error":{"code":"Unauthorized","description":"User is unable to access this feature"}}}`, marketdata.Failed},
		{"out of order", marketdata.Bars, 500, `{"chart":{"result":null,"error":{"code":"Internal Server Error","description":"oops"}}}`, marketdata.Failed},
		{"gateway", marketdata.Bars, 502, "<html><title>502</title></html>", marketdata.Failed},
		{"consent", marketdata.Bars, 200, page, marketdata.Garbled},
		{"nothing", marketdata.Bars, 200, "", marketdata.Garbled},
		{"half", marketdata.Bars, 200, whole[:len(whole)/2], marketdata.Garbled},
		{"another list", marketdata.Bars, 200, `[]`, marketdata.Garbled},
		{"another object", marketdata.Bars, 200, `{"quoteResponse":{"result":[],"error":null}}`, marketdata.Garbled},
		{"nothing is known", marketdata.Profiles, 200, `{"quoteResponse":{"result":[],"error":null}}`, marketdata.NotFound},
		{"no days", marketdata.Bars, 200, `{"chart":{"result":[{"meta":{` + newYork + `},"indicators":{"quote":[{}],"adjclose":[{}]}}],"error":null}}`, marketdata.Empty},
		{"prices without days", marketdata.Bars, 200, `{"chart":{"result":[{"meta":{` + newYork + `},"indicators":{"quote":[{"close":[1]}]}}],"error":null}}`, marketdata.Garbled},
		{"hours", marketdata.Bars, 200, strings.Replace(whole, `"1d"`, `"1h"`, 1), marketdata.Garbled},
		{"another symbol", marketdata.Bars, 200, strings.Replace(whole, "ACME", "EMCA", 1), marketdata.Garbled},
		{"no zone", marketdata.Bars, 200, strings.Replace(whole, "America/New_York", "Local", 1), marketdata.Garbled},
		{"a zone that is none", marketdata.Bars, 200, strings.Replace(whole, "America/New_York", "Mars/Phobos", 1), marketdata.Garbled},
		{"columns of two lengths", marketdata.Bars, 200, strings.Replace(whole, `"close":[1]`, `"close":[1],"open":[1,2]`, 1), marketdata.Garbled},
		{"a time that is null", marketdata.Bars, 200, strings.Replace(whole, "[1704724200]", "[null]", 1), marketdata.Garbled},
		{"a price in quotes", marketdata.Bars, 200, strings.Replace(whole, `"close":[1]`, `"close":["1"]`, 1), marketdata.Garbled},
	} {
		_, _, refusal := read(t, marketdata.Request{Kind: c.kind, Instrument: share("ACME")}, c.status, c.body, time.Time{})
		if refusal == nil || refusal.Reason != c.want || refusal.Provider != Name || refusal.Endpoint == "" {
			t.Errorf("%s: %v, want %s", c.name, refusal, c.want)
		}
	}
	c, _ := New().Ask(bars("ACME"))
	_, _, err := New().Read(bars("ACME"), c, marketdata.Response{Status: 429, Header: http.Header{"Retry-After": {"60"}}, Body: []byte("Too Many Requests")})
	if refusal := err.(*marketdata.Refusal); refusal.RetryAfter != time.Minute {
		t.Errorf("to be left alone for %s, want a minute", refusal.RetryAfter)
	}
}

func TestTheLatestPriceOfAChart(t *testing.T) {
	meta := newYork + `,"regularMarketTime":1704907000,"regularMarketPrice":2.5,"regularMarketDayHigh":3,"regularMarketDayLow":1.5,"regularMarketVolume":100`
	body := chartOf(meta, "1704724200,1704810600,1704907000", `"close":[1,2,2.5],"open":[1,1,1.75]`, "1,2,2.5", "")
	d, _, refusal := read(t, marketdata.Request{Kind: marketdata.Quotes, Instrument: share("ACME")}, 200, body, time.Time{})
	if refusal != nil || len(d.Quotes) != 1 || len(d.Bars) > 0 {
		t.Fatalf("%+v %v", d, refusal)
	}
	q := d.Quotes[0]
	if q.Price != 2.5 || q.Previous != 2 || q.Open != 1.75 || q.High != 3 || q.Day.String() != "2024-01-10" || q.Delay != -1 || q.At.Unix() != 1704907000 {
		t.Errorf("%+v", q)
	}
}

// The row of Alibaba of 2025-02-14, shortened: its book value is in yuan, its yield in percent.
func TestAQuote(t *testing.T) {
	body := `{"quoteResponse":{"result":[{"quoteType":"EQUITY","longName":"Alibaba Group Holding Limited","exchange":"NYQ","currency":"USD","financialCurrency":"CNY",
		"exchangeTimezoneName":"America/New_York","regularMarketTime":1739566802,"regularMarketPrice":124.73,"regularMarketPreviousClose":0,"regularMarketOpen":126.59,
		"exchangeDataDelayedBy":15,"marketCap":302870626304,"trailingPE":25.931395,"epsTrailingTwelveMonths":4.81,"bookValue":409.85,"priceToBook":0.30433086,"dividendYield":1.6,
		"firstTradeDateMilliseconds":1411133400000,"tradeable":false,"corporateActions":[],"symbol":"BABA"}],"error":null}}`
	d, _, refusal := read(t, marketdata.Request{Kind: marketdata.Profiles, Instrument: share("BABA")}, 200, body, time.Time{})
	if refusal != nil || len(d.Profiles) != 1 || len(d.Quotes) != 1 {
		t.Fatalf("%+v %v", d, refusal)
	}
	p, q := d.Profiles[0], d.Quotes[0]
	if p.Instrument.Class != instrument.Equity || p.Instrument.Exchange != "XNYS" || p.Listed.String() != "2014-09-19" || p.AsOf.String() != "2025-02-14" || p.Active != nil {
		t.Errorf("%+v", p)
	}
	facts := map[string]string{}
	for _, f := range p.Figures {
		facts[f.Name] = f.Value.String() + " " + f.Unit
	}
	want := map[string]string{"market_cap": "302870626304 USD", "pe": "25.931395 ratio", "eps": "4.81 USD", "book_value": "409.85 CNY", "dividend_yield": "0.016 fraction"}
	for name, value := range want {
		if facts[name] != value {
			t.Errorf("%s is %q, want %q", name, facts[name], value)
		}
	}
	if len(facts) != len(want) || len(d.Left) != 1 {
		t.Errorf("facts %q, left %q", facts, d.Left)
	}
	if !math.IsNaN(q.Previous) || q.Open != 126.59 || q.Delay != 15*time.Minute || !q.MarketCap.Decimal.Equal(money.Int(302870626304)) {
		t.Errorf("%+v", q)
	}
}

func TestAChainExpiryByExpiry(t *testing.T) {
	body := `{"optionChain":{"result":[{"underlyingSymbol":"BRK-B","expirationDates":[1740700800,1741305600],"strikes":[400],
		"quote":{"symbol":"BRK-B","currency":"USD","exchangeTimezoneName":"America/New_York","regularMarketTime":1740171602,"regularMarketPrice":480.5},
		"options":[{"expirationDate":1740700800,"calls":[
		{"contractSymbol":"BRKB250228C00400000","strike":400,"currency":"USD","lastPrice":81,"openInterest":0,"bid":79.5,"ask":82,"contractSize":"REGULAR","expiration":1740700800,"impliedVolatility":0.325},
		{"contractSymbol":"BRKB250228C00410000","strike":411,"currency":"USD","contractSize":"REGULAR","expiration":1740700800},
		{"contractSymbol":"BRKB1250228C00410000","strike":410,"currency":"USD","contractSize":"REGULAR","expiration":1740700800},
		{"contractSymbol":"BRKB250228C00420000","strike":420,"currency":"USD","contractSize":"WEEKLY","expiration":1740700800}],
		"puts":[{"contractSymbol":"BRKB250228P00400000","strike":400,"currency":"USD","lastPrice":0.01,"volume":3,"bid":0,"ask":0,"contractSize":"REGULAR","expiration":1740700800,"impliedVolatility":0.500005}]}]}],"error":null}}`
	r := marketdata.Request{Kind: marketdata.Chain, Instrument: share("BRK.B")}
	d, next, refusal := read(t, r, 200, body, time.Time{})
	if refusal != nil || len(d.Options) != 2 || len(d.Left) != 3 {
		t.Fatalf("%+v %v", d, refusal)
	}
	call, put := d.Options[0], d.Options[1]
	if i := call.Instrument; !i.IsOption() || i.Underlying != "BRK.B" || i.Currency != "USD" || !i.Multiplier.Decimal.Equal(money.Int(100)) || call.Bid != 79.5 || call.ImpliedVolatility != 0.325 || call.OpenInterest != 0 || !math.IsNaN(call.Volume) || call.UnderlyingPrice != 480.5 || call.Day.String() != "2025-02-21" {
		t.Errorf("%+v", call)
	}
	if !math.IsNaN(put.Bid) || !math.IsNaN(put.Ask) || !math.IsNaN(put.ImpliedVolatility) || put.Last != 0.01 || !math.IsNaN(put.Delta) {
		t.Errorf("%+v", put)
	}
	if next == nil || next.Query.Get("date") != "1741305600" {
		t.Fatalf("then %+v", next)
	}
	if _, after, err := New().Read(r, *next, marketdata.Response{Status: 200, Body: []byte(body)}); err != nil || after != nil {
		t.Errorf("after the last expiry: %+v %v", after, err)
	}
}

func TestSearchAndNews(t *testing.T) {
	body := `{"quotes":[{"exchange":"NYQ","shortname":"Berkshire","quoteType":"EQUITY","symbol":"BRK-B","longname":"Berkshire Hathaway Inc.","exchDisp":"NYSE","sector":"Financial Services","isYahooFinance":true},
		{"exchange":"OPR","quoteType":"OPTION","symbol":"ABBV251219P00130000","longname":"ABBV Dec 2025 130.000 put","exchDisp":"OPR"},{"name":"Berkshire Grey","permalink":"berkshire-grey","isYahooFinance":false}],
		"news":[{"uuid":"b99a","title":"A \u2014 B","publisher":"Wire","link":"https://finance.yahoo.com/news/1.html","providerPublishTime":1740481740,"relatedTickers":["BRK-B","BTC-USD"],"thumbnail":{"resolutions":[{"url":"https://s.yimg.com/1"},{"url":"https://s.yimg.com/2"}]}},
		{"uuid":"c","title":"no time","link":"https://x"},{"uuid":"d","title":"a trap","link":"javascript:alert(1)","providerPublishTime":1740481740}]}`
	d, _, refusal := read(t, marketdata.Request{Kind: marketdata.Search, Text: "berkshire"}, 200, body, time.Time{})
	if refusal != nil || len(d.Found) != 2 || len(d.News) != 1 || len(d.Left) != 3 {
		t.Fatalf("%+v %v", d, refusal)
	}
	if f := d.Found[0]; f.Instrument.Symbol != "BRK.B" || f.Instrument.Class != instrument.Equity || f.Instrument.Exchange != "XNYS" || f.Exchange != "NYSE" || !math.IsNaN(f.Score) {
		t.Errorf("%+v", f)
	}
	if f := d.Found[1]; !f.Instrument.IsOption() || f.Instrument.Underlying != "ABBV" {
		t.Errorf("%+v", f)
	}
	n := d.News[0]
	if n.Title != "A — B" || n.Symbols[0].Symbol != "BRK.B" || n.Symbols[1].Symbol != "BTC-USD" || n.Image != "https://s.yimg.com/2" || n.Sentiment != nil || n.Published.Unix() != 1740481740 {
		t.Errorf("%+v", n)
	}
	if _, _, refusal := read(t, marketdata.Request{Kind: marketdata.Search, Text: "zzz"}, 200, `{"quotes":[],"news":[]}`, time.Time{}); refusal == nil || refusal.Reason != marketdata.NotFound {
		t.Errorf("nothing found: %v", refusal)
	}
}
