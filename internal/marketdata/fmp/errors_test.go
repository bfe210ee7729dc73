package fmp_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fmp"
)

// The words are those that public clients of the source quote in their tests.
func TestRefusals(t *testing.T) {
	const inPlan, limit = marketdata.NotInPlan, marketdata.Limited
	for _, c := range []struct {
		name      string
		status    int
		body      string
		want      marketdata.Reason
		parameter string
		window    time.Duration
	}{
		{"a symbol outside the plan", 402, `Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not available under your current subscription please visit our subscription page to upgrade your plan at https://financialmodelingprep.com/`, inPlan, "symbol", 0},
		{"the same with 200", 200, `{"Error Message":"Premium Query Parameter: 'Special Endpoint : This value set for 'limit' is not available under your current subscription"}`, inPlan, "limit", 0},
		{"an endpoint outside the plan", 402, `Restricted Endpoint: This endpoint is not available under your current subscription please visit our subscription page to upgrade your plan`, inPlan, "", 0},
		{"an exclusive endpoint", 403, `{"Error Message":"Exclusive Endpoint : This endpoint is not available under your current subscription agreement"}`, inPlan, "", 0},
		{"the older addresses", 403, `{"Error Message":"Legacy Endpoint : Due to Legacy endpoints being no longer supported - This endpoint is only available for legacy users who have valid subscriptions prior August 31, 2025."}`, inPlan, "", 0},
		{"402 without words", 402, ``, inPlan, "", 0},
		{"the limit", 429, `{ "Error Message": "Limit Reach . Please upgrade your plan or visit our documentation for more details at https://site.financialmodelingprep.com/"}`, limit, "", 0},
		{"the limit with 200", 200, `{"Error Message" : "Limit Reach . Please upgrade your plan"}`, limit, "", 0},
		{"the limit of bytes", 429, `{"Error Message":"Bandwidth Limit Reach . Please upgrade your plan"}`, limit, "", marketdata.Month},
		{"the limit of a minute", 429, `Too many requests: 300 calls per minute`, limit, "", marketdata.Minute},
		{"the limit as a page", 429, `<html>slow down</html>`, limit, "", 0},
		{"a wrong key", 401, `{"Error Message":"Invalid API KEY. Feel free to create a Free API Key or visit https://site.financialmodelingprep.com/faqs"}`, marketdata.BadKey, "", 0},
		{"a wrong key with 200", 200, `{"Error Message":"Invalid API KEY."}`, marketdata.BadKey, "", 0},
		{"a suspended account", 403, `{"Error Message":"Your account has been suspended"}`, marketdata.BadKey, "", 0},
		{"401 without words", 401, ``, marketdata.BadKey, "", 0},
		{"a page where JSON was due", 200, "<!DOCTYPE html><html></html>", marketdata.Garbled, "", 0},
		{"a page of the network before it", 403, "<html>blocked</html>", marketdata.Failed, "", 0},
		{"out of order", 502, "<html>bad gateway</html>", marketdata.Failed, "", 0},
		{"out of order as JSON", 500, `{"error":"internal"}`, marketdata.Failed, "", 0},
		{"a wrong call", 400, `{"Error Message":"Query Error: symbol is required"}`, marketdata.Refused, "", 0},
		{"a message of no known kind", 200, `{"message":"come back tomorrow"}`, marketdata.Refused, "", 0},
		{"no such address", 404, `[]`, marketdata.NotFound, "", 0},
		{"an empty list", 200, ` [ ] `, marketdata.NotFound, "", 0},
		{"an empty object", 200, `{}`, marketdata.NotFound, "", 0},
		{"nothing", 200, ``, marketdata.Garbled, "", 0},
		{"text", 200, `ok`, marketdata.Garbled, "", 0},
		{"half a body", 200, `[{"symbol":"AAPL","price":23`, marketdata.Garbled, "", 0},
		{"a number that JSON does not have", 200, `[{"symbol":"AAPL","price":023}]`, marketdata.Garbled, "", 0},
		{"something behind", 200, `[{"symbol":"AAPL","price":23}]]`, marketdata.Garbled, "", 0},
		{"another symbol", 200, `[{"symbol":"MSFT","price":23}]`, marketdata.Garbled, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, next, ref := answer(t, false, of(marketdata.Quotes, "AAPL", ""), c.status, c.body)
			if ref == nil || ref.Reason != c.want || ref.Parameter != c.parameter || ref.Window != c.window || next != nil {
				t.Fatalf("%+v", ref)
			}
			if c.want == marketdata.Garbled && ref.Place == "" {
				t.Errorf("no place: %v", ref)
			}
		})
	}
}

func TestWhereHalfABodyBreaks(t *testing.T) {
	_, _, ref := answer(t, false, of(marketdata.Bars, "AAPL", "light"), 200, `[{"date":"2026-11-06","price":1},{"date":"2026-11-05","price":2x}]`)
	if ref == nil || ref.Place != "row 2" {
		t.Errorf("%+v", ref)
	}
	_, _, ref = answer(t, false, of(marketdata.Bars, "AAPL", "light"), 200, `[{"date":"2026-11-06","price":1},{"date":"2026-11-05","price":`)
	if ref == nil || ref.Place != "row 2, price" {
		t.Errorf("%+v", ref)
	}
}

// No beginning of a body is taken for the whole.
func TestHalfBodies(t *testing.T) {
	rows := `[{"symbol":"AAPL","date":"2026-11-06","price":1.5,"adjClose":2e0,"dividend":1,"numerator":4,"denominator":1,"revenue":5,"period":"FY","asset":"X","name":"a \"b\"","weightPercentage":1,"sector":"s","country":"US","publishedDate":"2026-11-06 10:00:00","title":"t","url":"u","month1":5,"oldSymbol":"A","newSymbol":"B","delistedDate":"2026-11-06","more":[{"x":[null,true,false]}]}]`
	for _, r := range everything() {
		if r.Kind == marketdata.FX { // of which the rows are not
			continue
		}
		if _, _, ref := answer(t, false, r, 200, rows); ref != nil {
			t.Errorf("%s %s, whole: %v", r.Kind, r.Part, ref)
		}
		for n := range len(rows) {
			if _, _, ref := answer(t, false, r, 200, rows[:n]); ref == nil || ref.Reason != marketdata.Garbled || ref.Place == "" {
				t.Fatalf("%s %s, %d bytes: %v", r.Kind, r.Part, n, ref)
			}
		}
	}
}

// A period without prices is empty; a whole history without any is of nothing known.
func TestEmptyOrNotFound(t *testing.T) {
	r := of(marketdata.Bars, "AAPL", "light")
	if _, _, ref := answer(t, false, r, 200, `[]`); ref.Reason != marketdata.NotFound {
		t.Errorf("%v", ref)
	}
	r.From = date.MustParse("2026-11-01")
	if _, _, ref := answer(t, false, r, 200, `[]`); ref.Reason != marketdata.Empty {
		t.Errorf("%v", ref)
	}
}

// A day that has no price yet is nothing; other days than those asked for are a fault.
func TestRowsWithoutPrices(t *testing.T) {
	r := of(marketdata.Bars, "AAPL", "light")
	r.From = date.MustParse("2026-11-01")
	for body, want := range map[string]marketdata.Reason{
		`[{"date":"2026-11-20","price":null}]`: marketdata.Empty,
		`[{"date":"2026-10-20","price":1}]`:    marketdata.Garbled,
		`[{"day":"2026-11-20","price":1}]`:     marketdata.Garbled,
	} {
		if _, _, ref := answer(t, false, r, 200, body); ref == nil || ref.Reason != want {
			t.Errorf("%s: %v", body, ref)
		}
	}
}

// Where the plan lacks prices as traded, the adjusted ones are asked for and say so.
func TestPricesThatThePlanHas(t *testing.T) {
	p := fmp.New(fmp.Options{})
	r := of(marketdata.Bars, "AAPL", "")
	c, _ := p.Ask(r)
	if c.Path != "/stable/historical-price-eod/non-split-adjusted" {
		t.Fatalf("%+v", c)
	}
	d, next, ref := readBack(t, p, r, c, 402, "Restricted Endpoint: This endpoint is not available under your current subscription")
	if ref != nil || next == nil || next.Path != "/stable/historical-price-eod/full" || len(d.Left) != 1 {
		t.Fatalf("%v %+v", ref, next)
	}
	if d, _, ref = readBack(t, p, r, *next, 200, `[{"date":"2026-11-06","close":1}]`); ref != nil || d.Bars[0].Basis != marketdata.SplitAdjusted {
		t.Errorf("%v %+v", ref, d)
	}
	if _, again, ref := readBack(t, p, r, *next, 402, "Restricted Endpoint: This endpoint is not available under your current subscription"); again != nil || ref == nil || ref.Reason != marketdata.NotInPlan {
		t.Errorf("%v %+v", ref, again)
	}
	_, next, _ = readBack(t, p, r, *next, 402, "Special Endpoint : This value set for 'from' is not available under your current subscription")
	if next == nil || next.Query.Has("from") {
		t.Fatalf("%+v", next)
	}
	if _, again, ref := readBack(t, p, r, *next, 402, "Special Endpoint : This value set for 'from' is not available under your current subscription"); again != nil || ref == nil {
		t.Errorf("asks for ever: %+v", again)
	}
}

func TestRetryAfterAndKeys(t *testing.T) {
	p := fmp.New(fmp.Options{})
	r := of(marketdata.Quotes, "AAPL", "")
	c, _ := p.Ask(r)
	for header, want := range map[string]time.Duration{"30": 30 * time.Second, "Fri, 20 Nov 2026 22:31:00 GMT": time.Minute, "soon": 0} {
		_, _, err := p.Read(r, c, marketdata.Response{Status: 429, At: now, Header: http.Header{"Retry-After": {header}}, Body: []byte(`{"error":"rate limit on ?apikey=SECRET42&x=1"}`)})
		var ref *marketdata.Refusal
		if !errors.As(err, &ref) || ref.RetryAfter != want {
			t.Errorf("%s: %+v", header, ref)
		}
		if strings.Contains(err.Error(), "SECRET42") {
			t.Errorf("the key is repeated: %v", err)
		}
	}
	h := httptest.NewRequest("GET", "https://x.test/stable/quote?symbol=A", nil)
	p.Sign(h, "SECRET42")
	if h.Header.Get("apikey") != "SECRET42" || strings.Contains(h.URL.String(), "SECRET42") {
		t.Errorf("%v %v", h.URL, h.Header)
	}
	fmp.New(fmp.Options{Legacy: true}).Sign(h, "SECRET42")
	if h.URL.Query().Get("apikey") != "SECRET42" || h.URL.Query().Get("symbol") != "A" {
		t.Errorf("%v", h.URL)
	}
}

func TestSymbols(t *testing.T) {
	for _, c := range []struct {
		ours, mic, theirs string
		class             instrument.Class
		currency          string
	}{
		{ours: "AAPL", theirs: "AAPL"},
		{ours: "BRK.B", theirs: "BRK-B"},
		{ours: "BRK.B", mic: "XNYS", theirs: "BRK-B"},
		{ours: "7203.T", theirs: "7203.T"},
		{ours: "VOD.L", mic: "XLON", theirs: "VOD.L"},
		{ours: "ABC.L", mic: "XNYS", theirs: "ABC-L"}, // a share class, where New York says so
		{ours: "VOLV-B.ST", theirs: "VOLV-B.ST"},
		{ours: "SMSN.IL", mic: "XLON", theirs: "SMSN.IL"},
		{ours: "^GSPC", theirs: "^GSPC"},
	} {
		i := instrument.Instrument{Symbol: c.ours, Exchange: c.mic}
		if got := fmp.Theirs(i); got != c.theirs {
			t.Errorf("%s of %q is %s there", c.ours, c.mic, got)
		}
		if got := fmp.Ours(c.theirs); got != c.ours {
			t.Errorf("%s is %s here, want %s", c.theirs, got, c.ours)
		}
	}
	for i, want := range map[instrument.Instrument]string{
		{Symbol: "RCI.B.TO"}:                    "RCI-B.TO",
		{Symbol: "VOD", Exchange: "XLON"}:       "VOD.L",
		{Symbol: "RCI.B", Exchange: "XTSE"}:     "RCI-B.TO",
		{Symbol: "^GDAXI", Exchange: "XETR"}:    "^GDAXI",
		{Symbol: " brk.b ", Exchange: "XNYS"}:   "BRK-B",
		{Symbol: "AAPL", Exchange: "NOT KNOWN"}: "AAPL",
	} {
		if got := fmp.Theirs(i); got != want {
			t.Errorf("%s of %q is %s there, want %s", i.Symbol, i.Exchange, got, want)
		}
	}
	for ours, theirs := range map[string]string{"BTC-USD": "BTCUSD", "BTC/USD": "BTCUSD", "BTC": "BTCUSD", "BTCUSD": "BTCUSD"} {
		if got := fmp.Theirs(instrument.Instrument{Symbol: ours, Class: instrument.Crypto, Currency: "USD"}); got != theirs {
			t.Errorf("%s is %s there", ours, got)
		}
	}
}

func TestAsk(t *testing.T) {
	day := date.MustParse
	aapl := instrument.Instrument{Symbol: "BRK.B"}
	for _, c := range []struct {
		r             marketdata.Request
		stable, older string
	}{
		{marketdata.Request{Kind: marketdata.Bars, Instrument: aapl, From: day("2026-01-02"), To: day("2026-01-05")}, "/stable/historical-price-eod/non-split-adjusted?from=2026-01-02&symbol=BRK-B&to=2026-01-05", "/api/v3/historical-price-full/BRK-B?from=2026-01-02&to=2026-01-05"},
		{marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: "^DJI"}}, "/stable/historical-price-eod/full?from=1900-01-01&symbol=%5EDJI", "/api/v3/historical-price-full/%5EDJI?from=1900-01-01"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, From: day("2026-01-02")}, "/stable/historical-price-eod/light?from=2026-01-02&symbol=EURUSD", "/api/v3/historical-price-full/EURUSD?from=2026-01-02&serietype=line"},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: aapl}, "/stable/quote?symbol=BRK-B", "/api/v3/quote/BRK-B?"},
		{marketdata.Request{Kind: marketdata.Dividends, Instrument: aapl}, "/stable/dividends?symbol=BRK-B", "/api/v3/historical-price-full/stock_dividend/BRK-B?"},
		{marketdata.Request{Kind: marketdata.Dividends, From: day("2026-01-02"), To: day("2026-01-05")}, "/stable/dividends-calendar?from=2026-01-02&to=2026-01-05", "/api/v3/stock_dividend_calendar?from=2026-01-02&to=2026-01-05"},
		{marketdata.Request{Kind: marketdata.Earnings, Instrument: aapl, Limit: 8}, "/stable/earnings?limit=8&symbol=BRK-B", "/api/v3/historical/earning_calendar/BRK-B?limit=8"},
		{marketdata.Request{Kind: marketdata.Profiles, Instrument: aapl, Part: "fund"}, "/stable/etf/info?symbol=BRK-B", "/api/v4/etf-info?symbol=BRK-B"},
		{marketdata.Request{Kind: marketdata.Holdings, Instrument: aapl, Part: "disclosure", To: day("2026-08-05")}, "/stable/funds/disclosure?quarter=3&symbol=BRK-B&year=2026", "/api/v4/etf-holdings?date=2026-08-05&symbol=BRK-B"},
		{marketdata.Request{Kind: marketdata.News, Instrument: aapl, Limit: 1000}, "/stable/news/stock?limit=250&symbols=BRK-B", "/api/v3/stock_news?limit=250&tickers=BRK-B"},
		{marketdata.Request{Kind: marketdata.Search, Text: "US0378331005"}, "/stable/search-isin?isin=US0378331005", "/api/v4/search/isin?isin=US0378331005"},
		{marketdata.Request{Kind: marketdata.Search, Text: "037833100"}, "/stable/search-cusip?cusip=037833100", "/api/v3/cusip/037833100?"},
		{marketdata.Request{Kind: marketdata.Search, Text: "US0378331006"}, "/stable/search-symbol?query=US0378331006", "/api/v3/search-ticker?query=US0378331006"},
		{marketdata.Request{Kind: marketdata.Rates, From: day("2026-01-01"), To: day("2026-01-05")}, "/stable/treasury-rates?from=2026-01-01&to=2026-01-05", "/api/v4/treasury?from=2026-01-01&to=2026-01-05"},
		{marketdata.Request{Kind: marketdata.Changes, Part: "delisted"}, "/stable/delisted-companies?page=0", "/api/v3/delisted-companies?page=0"},
	} {
		for legacy, want := range map[bool]string{false: c.stable, true: c.older} {
			got, err := fmp.New(fmp.Options{Legacy: legacy}).Ask(c.r)
			if err != nil || got.Key() != want {
				t.Errorf("%s: %v\n got %s\nwant %s", c.r.Kind, err, got.Key(), want)
			}
		}
	}
	p := fmp.New(fmp.Options{})
	for what, r := range map[string]marketdata.Request{
		"does not offer": {Kind: marketdata.Chain, Instrument: aapl},
		"no part":        {Kind: marketdata.Bars, Instrument: aapl, Part: "weekly"},
		"is a private":   {Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: "HOUSE", Class: instrument.Private}},
		"an instrument":  {Kind: marketdata.Bars},
		"major unit":     {Kind: marketdata.FX, Pair: marketdata.Pair{Base: "GBX", Quote: "USD"}},
		"a text":         {Kind: marketdata.Search, Text: " "},
		"in their order": {Kind: marketdata.Bars, Instrument: aapl, From: day("2026-01-05"), To: day("2026-01-02")},
		"maturities":     {Kind: marketdata.Rates, Series: "DGS10"},
	} {
		if _, err := p.Ask(r); err == nil || !strings.Contains(err.Error(), what) || p.Offers(r) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
