package polygon

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func TestTickers(t *testing.T) {
	for _, c := range []struct {
		i    instrument.Instrument
		want string // empty: the source does not have it
	}{
		{instrument.Instrument{Symbol: "AAPL"}, "AAPL"},
		{instrument.Instrument{Symbol: "BRK.B"}, "BRK.B"},
		{instrument.Instrument{Symbol: "BRK-B", Currency: "USD"}, "BRK.B"},
		{instrument.Instrument{Symbol: "CIG.C", Class: instrument.Equity, Exchange: "XNYS"}, "CIG.C"},
		{instrument.Instrument{Symbol: "BACpL", Class: instrument.Equity}, "BACpL"},
		{instrument.Instrument{Symbol: "ACME.WS"}, "ACME.WS"},
		{instrument.Instrument{Symbol: "ABC.L", Currency: "USD", Exchange: "XNYS"}, "ABC.L"},
		{instrument.Instrument{Symbol: "VOD.L"}, ""},
		{instrument.Instrument{Symbol: "VOD.L", Currency: "GBX"}, ""},
		{instrument.Instrument{Symbol: "7203.T"}, ""},
		{instrument.Instrument{Symbol: "RY.TO"}, ""},
		{instrument.Instrument{Symbol: "SAP", Exchange: "XETR"}, ""},
		{instrument.Instrument{Symbol: "SAP", Currency: "EUR"}, ""},
		{instrument.Instrument{Symbol: "../../v1"}, ""},
		{instrument.Instrument{Symbol: "A?apiKey=x"}, ""},
		{instrument.Instrument{Symbol: "PRIVATE", Class: instrument.Private}, ""},
		{instrument.Instrument{Symbol: "US10Y", Class: instrument.Bond}, ""},
		{instrument.Instrument{Symbol: "ACME", Simulated: true}, ""},
		{instrument.Instrument{Symbol: ""}, ""},
		{instrument.Instrument{Symbol: "AAPL230616C00150000"}, "O:AAPL230616C00150000"},
		{instrument.Instrument{Symbol: "AAPL  230616C00150000", Class: instrument.Option}, "O:AAPL230616C00150000"},
		{instrument.Instrument{Symbol: "AAPL June 150", Class: instrument.Option}, ""},
		{instrument.Instrument{Symbol: "BTC-USD", Class: instrument.Crypto}, "X:BTCUSD"},
		{instrument.Instrument{Symbol: "btc/eur", Class: instrument.Crypto}, "X:BTCEUR"},
		{instrument.Instrument{Symbol: "BTC", Class: instrument.Crypto, Currency: "USD"}, "X:BTCUSD"},
		{instrument.Instrument{Symbol: "BTCUSD", Class: instrument.Crypto, Currency: "USD"}, "X:BTCUSD"},
		{instrument.Instrument{Symbol: "BTC-EUR", Class: instrument.Crypto, Currency: "USD"}, ""},
		{instrument.Instrument{Symbol: "BTC", Class: instrument.Crypto}, ""},
		{instrument.Instrument{Symbol: "SPX", Class: instrument.Index}, "I:SPX"},
		{instrument.Instrument{Symbol: "^GSPC", Class: instrument.Index}, ""},
	} {
		got, err := ticker(c.i)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: %q %v, want %q", c.i, got, err, c.want)
		}
		if offers := New().Offers(marketdata.Request{Kind: marketdata.Bars, Instrument: c.i}); offers != (c.want != "") {
			t.Errorf("%+v: offered %v", c.i, offers)
		}
	}
}

func TestCalls(t *testing.T) {
	from, to := date.Must(2024, 1, 2), date.Must(2024, 6, 28)
	option := instrument.Instrument{Symbol: "AAPL230616C00150000"}
	for _, c := range []struct {
		r    marketdata.Request
		want string // path and query; empty: not offered
	}{
		{marketdata.Request{Kind: marketdata.Bars, Instrument: apple, From: from, To: to}, "/v2/aggs/ticker/AAPL/range/1/day/2024-01-02/2024-06-28?adjusted=false&limit=50000&sort=asc"},
		{marketdata.Request{Kind: marketdata.Bars, Instrument: apple}, "/v2/aggs/ticker/AAPL/range/1/day/1970-01-01/2099-12-31?adjusted=false&limit=50000&sort=asc"},
		{marketdata.Request{Kind: marketdata.Bars, Instrument: apple, From: to, To: from}, ""},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, From: from, To: from}, "/v2/aggs/ticker/C:EURUSD/range/1/day/2024-01-02/2024-01-02?adjusted=false&limit=50000&sort=asc"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "GBX", Quote: "GBX"}}, ""},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EURO", Quote: "USD"}}, ""},
		{marketdata.Request{Kind: marketdata.Grouped, To: to}, "/v2/aggs/grouped/locale/us/market/stocks/2024-06-28?adjusted=false"},
		{marketdata.Request{Kind: marketdata.Grouped}, ""},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: apple}, "/v2/snapshot/locale/us/markets/stocks/tickers/AAPL?"},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: option}, "/v3/snapshot/options/AAPL/O:AAPL230616C00150000?"},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "SPX", Class: instrument.Index}}, "/v3/snapshot/indices?ticker.any_of=I%3ASPX"},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "BTC-USD", Class: instrument.Crypto}}, "/v2/snapshot/locale/global/markets/crypto/tickers/X:BTCUSD?"},
		{marketdata.Request{Kind: marketdata.Splits, Instrument: apple, From: from}, "/v3/reference/splits?execution_date.gte=2024-01-02&limit=1000&order=asc&sort=execution_date&ticker=AAPL"},
		{marketdata.Request{Kind: marketdata.Dividends, From: to, To: to}, "/v3/reference/dividends?ex_dividend_date.gte=2024-06-28&ex_dividend_date.lte=2024-06-28&limit=1000&order=asc&sort=ex_dividend_date"},
		{marketdata.Request{Kind: marketdata.Dividends, Instrument: option}, ""},
		{marketdata.Request{Kind: marketdata.Profiles, Instrument: apple}, "/v3/reference/tickers/AAPL?"},
		{marketdata.Request{Kind: marketdata.Profiles, Instrument: option}, "/v3/reference/options/contracts/O:AAPL230616C00150000?"},
		{marketdata.Request{Kind: marketdata.Search, Text: " apple inc "}, "/v3/reference/tickers?active=true&limit=50&search=apple+inc"},
		{marketdata.Request{Kind: marketdata.Search, Text: "US0378331005"}, "/v3/reference/tickers?active=true&cusip=037833100&limit=50"},
		{marketdata.Request{Kind: marketdata.Search, Text: "037833100", Part: "delisted"}, "/v3/reference/tickers?active=false&cusip=037833100&limit=50"},
		{marketdata.Request{Kind: marketdata.Search}, "/v3/reference/tickers?active=true&limit=1000&market=stocks"},
		{marketdata.Request{Kind: marketdata.Chain, Instrument: apple}, "/v3/snapshot/options/AAPL?limit=250"},
		{marketdata.Request{Kind: marketdata.Chain, Instrument: apple, Part: "contracts"}, "/v3/reference/options/contracts?limit=1000&underlying_ticker=AAPL"},
		{marketdata.Request{Kind: marketdata.Chain, Instrument: apple, Part: "greeks"}, ""},
		{marketdata.Request{Kind: marketdata.Chain, Instrument: instrument.Instrument{Symbol: "SPX", Class: instrument.Index}}, "/v3/snapshot/options/I:SPX?limit=250"},
		{marketdata.Request{Kind: marketdata.News, Instrument: apple, From: from, To: to, Limit: 7}, "/v2/reference/news?limit=7&order=desc&published_utc.gte=2024-01-02&published_utc.lte=2024-06-28T23%3A59%3A59Z&sort=published_utc&ticker=AAPL"},
		{marketdata.Request{Kind: marketdata.Statements, Instrument: apple}, "/vX/reference/financials?limit=100&order=desc&sort=period_of_report_date&ticker=AAPL"},
		{marketdata.Request{Kind: marketdata.Changes, Instrument: apple}, "/vX/reference/tickers/AAPL/events?types=ticker_change"},
		{marketdata.Request{Kind: marketdata.Changes, Part: "renames", Instrument: instrument.Instrument{Symbol: "FB", FIGI: "BBG000MM2P62"}}, "/vX/reference/tickers/BBG000MM2P62/events?types=ticker_change"},
		{marketdata.Request{Kind: marketdata.Changes, Part: "delisted"}, "/v3/reference/tickers?active=false&limit=1000&market=stocks&order=desc&sort=delisted_utc"},
		{marketdata.Request{Kind: marketdata.Changes, Part: "renames"}, ""},
		{marketdata.Request{Kind: marketdata.Changes, Part: "mergers"}, ""},
		{marketdata.Request{Kind: marketdata.Earnings, Instrument: apple}, ""},
		{marketdata.Request{Kind: marketdata.Holdings, Instrument: apple}, ""},
		{marketdata.Request{Kind: marketdata.Rates, Series: "DGS10"}, ""},
	} {
		call, err := New().Ask(c.r)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%+v: asked %s", c.r, call.Key())
		case c.want != "" && (err != nil || call.Key() != c.want || call.Endpoint == ""):
			t.Errorf("%+v: %s %v, want %s", c.r, call.Key(), err, c.want)
		}
		if New().Offers(c.r) != (c.want != "") {
			t.Errorf("%+v: offered %v", c.r, c.want == "")
		}
	}
}

func TestTheKeyIsInAHeader(t *testing.T) {
	h, _ := http.NewRequest("GET", New().Base()+"/v3/reference/tickers?search=x", nil)
	New().Sign(h, " secret\n")
	if h.Header.Get("Authorization") != "Bearer secret" || strings.Contains(h.URL.String(), "secret") {
		t.Errorf("%v %v", h.Header, h.URL)
	}
}

func TestLimits(t *testing.T) {
	l := New().Limits()
	if len(l[""]) != 1 || l[""][0] != (marketdata.Limit{Window: time.Minute, Most: 5}) || l["starter"][0].Most != 100 {
		t.Errorf("%+v", l)
	}
}

// TestPagesStayAtHome: whatever host a next page names, only its path and query are used,
// keys are taken out, and a page that is something else or the same again is refused.
func TestPagesStayAtHome(t *testing.T) {
	chain := marketdata.Call{Endpoint: "option chain", Path: "/v3/snapshot/options/AAPL", Query: url.Values{"limit": {"250"}}}
	bars := marketdata.Call{Endpoint: "aggregates", Path: "/v2/aggs/ticker/AAPL/range/1/day/2004-01-01/2024-01-01", Query: url.Values{"adjusted": {"false"}}}
	for _, c := range []struct {
		call marketdata.Call
		next string
		want string // "": no page; "!": refused
	}{
		{chain, "", ""},
		{chain, "https://api.massive.com/v3/snapshot/options/AAPL?cursor=YXA9", "/v3/snapshot/options/AAPL?cursor=YXA9"},
		{chain, "https://evil.example/v3/snapshot/options/AAPL?cursor=YXA9&apiKey=abc&apikey=def", "/v3/snapshot/options/AAPL?cursor=YXA9"},
		{chain, "/v3/snapshot/options/AAPL?cursor=2", "/v3/snapshot/options/AAPL?cursor=2"},
		{chain, "https://api.massive.com/v3/snapshot/options/MSFT?cursor=YXA9", "!"},
		{chain, "https://api.massive.com/v3/snapshot/options/AAPL/../../../v1/account?cursor=1", "!"},
		{chain, "https://api.massive.com/v3/snapshot/options/AAPL?limit=250", "!"},
		{chain, "https://api.massive.com/v3/snapshot/options/AAPL?cursor=%zz", "!"},
		{chain, "mailto:x@example.com", "!"},
		{chain, "://", "!"},
		{chain, "https://api.massive.com/v3/snapshot/options/AAPL?cursor=" + strings.Repeat("a", 9000), "!"},
		{bars, "https://api.polygon.io/v2/aggs/ticker/AAPL/range/1/day/1584590400000/2024-01-01?cursor=b", "/v2/aggs/ticker/AAPL/range/1/day/1584590400000/2024-01-01?cursor=b"},
		{bars, "https://api.polygon.io/v2/aggs/ticker/MSFT/range/1/day/1584590400000/2024-01-01?cursor=b", "!"},
		{bars, "https://api.polygon.io/v2/aggs/ticker/AAPL/range/1/minute/1584590400000/2024-01-01?cursor=b", "!"},
	} {
		next, err := following(c.call, c.next)
		switch {
		case c.want == "!" && err == nil:
			t.Errorf("%s: followed", c.next)
		case c.want == "" && (next != nil || err != nil):
			t.Errorf("%s: %v %v", c.next, next, err)
		case len(c.want) > 1 && (err != nil || next.Key() != c.want || next.Endpoint != c.call.Endpoint):
			t.Errorf("%s: %v %v, want %s", c.next, next, err, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	bars := marketdata.Request{Kind: marketdata.Bars, Instrument: apple}
	header := http.Header{"Retry-After": {"17"}}
	dated := http.Header{"Retry-After": {later.Add(2 * time.Minute).Format(http.TimeFormat)}}
	for _, c := range []struct {
		name   string
		status int
		header http.Header
		body   string
		want   marketdata.Reason
		wait   time.Duration
		window time.Duration
	}{
		// The wordings are those that the tests of several public clients quote alike.
		{"the limit", 429, header, `{"status":"ERROR","request_id":"x","error":"You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. https://polygon.io/pricing"}`, marketdata.Limited, 17 * time.Second, time.Minute},
		{"the limit with a time", 429, dated, `{"status":"ERROR","message":"You've exceeded the maximum requests per minute."}`, marketdata.Limited, 2 * time.Minute, time.Minute},
		{"the limit without words", 429, nil, ``, marketdata.Limited, 0, 0},
		{"the limit as a page", 429, nil, `<html><title>429 Too Many Requests</title></html>`, marketdata.Limited, 0, 0},
		{"the limit with 200", 200, nil, `{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}`, marketdata.Limited, 0, time.Minute},
		{"the limit in plain text with 200", 200, nil, `Too many requests. Please wait a minute.`, marketdata.Limited, 0, time.Minute},
		{"not in the plan", 403, nil, `{"status":"NOT_AUTHORIZED","request_id":"x","message":"You are not entitled to this data. Please upgrade your plan at https://polygon.io/pricing"}`, marketdata.NotInPlan, 0, 0},
		{"not in the plan, as an error", 403, nil, `{"status":"ERROR","error":"You are not entitled to this data. Please upgrade your plan."}`, marketdata.NotInPlan, 0, 0},
		{"not in the plan, with 200", 200, nil, `{"status":"NOT_AUTHORIZED","message":"not for you"}`, marketdata.NotInPlan, 0, 0},
		{"not in the plan, without words", 403, nil, ``, marketdata.NotInPlan, 0, 0},
		{"not these days", 403, nil, `{"status":"NOT_AUTHORIZED","message":"Your plan doesn't include this data timeframe. Please upgrade your plan at https://polygon.io/pricing"}`, marketdata.NotInPlan, 0, 0},
		{"not the day that is on", 403, nil, `{"status":"NOT_AUTHORIZED","message":"Attempted to request today's data before end of day. Please upgrade your plan at https://massive.com/pricing"}`, marketdata.Empty, 0, 0},
		{"a wrong key", 401, nil, `{"status":"ERROR","request_id":"x","error":"Unknown API Key"}`, marketdata.BadKey, 0, 0},
		{"no key", 401, nil, `{"status":"ERROR","error":"API Key was not provided"}`, marketdata.BadKey, 0, 0},
		{"a wrong key as a page", 401, nil, `<html>Unauthorized</html>`, marketdata.BadKey, 0, 0},
		{"an unknown symbol", 404, nil, `{"status":"NOT_FOUND","request_id":"x","message":"Ticker not found."}`, marketdata.NotFound, 0, 0},
		{"an unknown symbol, without words", 404, nil, `{"status":"NOT_FOUND","request_id":"x"}`, marketdata.NotFound, 0, 0},
		{"no data of a day", 404, nil, `{"status":"NOT_FOUND","message":"Data not found."}`, marketdata.Empty, 0, 0},
		{"no such address", 404, nil, `404 page not found`, marketdata.Refused, 0, 0},
		{"a wrong call", 400, nil, `{"status":"ERROR","error":"Could not parse the time parameter: 'from'"}`, marketdata.Refused, 0, 0},
		{"out of order", 500, nil, `{"status":"ERROR","error":"upstream timeout"}`, marketdata.Failed, 0, 0},
		{"a gateway", 502, nil, `<html><title>502 Bad Gateway</title></html>`, marketdata.Failed, 0, 0},
		{"a wall before the source", 403, nil, `<!DOCTYPE html><title>Attention Required!</title>`, marketdata.Failed, 0, 0},
		{"led elsewhere", 302, nil, ``, marketdata.Failed, 0, 0},
		{"a page with 200", 200, nil, "\n<html><body>Please sign in</body></html>", marketdata.Garbled, 0, 0},
		{"nothing", 200, nil, ``, marketdata.Garbled, 0, 0},
		{"an empty object", 200, nil, `{}`, marketdata.Garbled, 0, 0},
		{"a list", 200, nil, `[]`, marketdata.Garbled, 0, 0},
		{"an error without a status", 200, nil, `{"error":"something"}`, marketdata.Refused, 0, 0},
	} {
		a := marketdata.Response{Status: c.status, Header: c.header, Body: []byte(c.body)}
		_, next, no := ask(t, bars, a)
		if no == nil || next != nil {
			t.Errorf("%s: taken for data", c.name)
			continue
		}
		if no.Reason != c.want || no.RetryAfter != c.wait || no.Window != c.window || no.Provider != "polygon" || no.Endpoint != "aggregates" {
			t.Errorf("%s: %+v, want %s %v %v", c.name, *no, c.want, c.wait, c.window)
		}
		if no.Reason == marketdata.Garbled && no.Place == "" {
			t.Errorf("%s: no place: %v", c.name, no)
		}
	}
}

// TestWhatOfAPlanIsMissing: older days, or the plan for another kind of instruments, do
// not close the kind.
func TestWhatOfAPlanIsMissing(t *testing.T) {
	older := `{"status":"NOT_AUTHORIZED","message":"Your plan doesn't include this data timeframe. Please upgrade your plan"}`
	other := `{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data. Please upgrade your plan"}`
	for _, c := range []struct{ symbol, body, want string }{
		{"AAPL", older, "from"}, {"AAPL", other, ""}, {"AAPL230616C00150000", other, "symbol"},
	} {
		_, _, no := ask(t, barsOf(c.symbol), marketdata.Response{Status: 403, Body: []byte(c.body)})
		if no == nil || no.Reason != marketdata.NotInPlan || no.Parameter != c.want {
			t.Errorf("%s: %+v, want %q", c.symbol, no, c.want)
		}
	}
}

func TestRefusalsHoldNoKey(t *testing.T) {
	for _, said := range []string{
		"Unknown API Key: pK3x9QzT7vLmW2nR8sYbA4cD6eF1gHjU", "see https://api.massive.com/v3/x?apiKey=short&b=1", "apikey=pK3x9",
	} {
		_, _, no := ask(t, barsOf("AAPL"), marketdata.Response{Status: 401, Body: []byte(`{"status":"ERROR","error":"` + said + `"}`)})
		if strings.Contains(no.Error(), "pK3x9") || strings.Contains(no.Error(), "short") {
			t.Errorf("%v", no)
		}
	}
	const plain = "Please upgrade your plan at https://polygon.io/pricing; the date 2024-01-02 is before-the-beginning-of-all"
	if got := withoutKeys(plain); got != plain {
		t.Errorf("%q", got)
	}
}
