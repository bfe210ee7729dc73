package polygon

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// The bodies here are in the vendor's documented form; where they have real names and
// numbers, these are re-typed from the mocks of its Python client (test_rest/mocks, MIT).

const snapshotBody = `{"request_id":"x","status":"OK","ticker":{"day":{"c":160.315,"h":166.2,"l":159.8,"o":161.84,"v":68840127,"vw":162.7124},
 "lastTrade":{"c":null,"i":"121351","p":159.99,"s":200,"t":1651251948294080343,"x":12},"min":{"c":160.3,"t":1684428600000},
 "prevDay":{"c":163.64,"h":164.515,"l":158.93,"o":159.25,"v":130149192},"ticker":"AAPL","updated":1651251948294080343}}`

func TestQuote(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Quotes, Instrument: apple}
	d, next, no := ask(t, r, ok200(snapshotBody))
	if no != nil || next != nil || len(d.Quotes) != 1 {
		t.Fatal(d, next, no)
	}
	q := d.Quotes[0]
	if q.Price != 159.99 || q.Previous != 163.64 || q.Open != 161.84 || q.High != 166.2 || q.Low != 159.8 || q.Volume != 68840127 || q.Day != date.Must(2022, 4, 29) ||
		!q.At.Equal(time.Unix(0, 1651251948294080343)) || q.Currency != "USD" || q.Delay != -1 || q.Symbol != "AAPL" {
		t.Errorf("%+v", q)
	}
	d, _, _ = ask(t, r, ok200(strings.Replace(snapshotBody, `"OK"`, `"DELAYED"`, 1)))
	if d.Quotes[0].Delay != 15*time.Minute {
		t.Errorf("delayed: %v", d.Quotes[0].Delay)
	}
	if _, _, no := ask(t, r, ok200(strings.ReplaceAll(snapshotBody, `"AAPL"`, `"MSFT"`))); no == nil || no.Reason != marketdata.Garbled {
		t.Errorf("the quote of another: %v", no)
	}
}

// TestQuoteOfTheDayBefore: without snapshots in the plan, and before the first trade of a
// day, the close of the day before is asked, and is dated.
func TestQuoteOfTheDayBefore(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Quotes, Instrument: apple}
	cleared := `{"status":"OK","ticker":{"day":{"c":0,"h":0,"l":0,"o":0,"v":0},"lastTrade":{},"prevDay":{"c":163.64},"ticker":"AAPL","updated":0}}`
	for _, a := range []marketdata.Response{
		{Status: 403, Body: []byte(`{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}`)}, ok200(cleared),
	} {
		d, next, no := ask(t, r, a)
		if no != nil || next == nil || len(d.Quotes) > 0 || next.Key() != "/v2/aggs/ticker/AAPL/prev?adjusted=false" {
			t.Fatal(d, next, no)
		}
		body := `{"ticker":"AAPL","queryCount":1,"resultsCount":1,"adjusted":true,"results":[{"T":"AAPL","v":95595226.0,"o":162.25,"c":156.8,"h":162.34,"l":156.72,"t":1651003200000}],"status":"OK"}`
		d, next, no = readAs(t, r, *next, ok200(body))
		if no != nil || next != nil || len(d.Quotes) != 1 || len(d.Bars) != 0 {
			t.Fatal(d, next, no)
		}
		if q := d.Quotes[0]; q.Price != 156.8 || q.Day != date.Must(2022, 4, 26) || !math.IsNaN(q.Previous) || q.Open != 162.25 || !q.At.IsZero() {
			t.Errorf("%+v", q)
		}
	}
	// It ends there.
	c := previous("AAPL")
	if _, next, no := readAs(t, r, c, marketdata.Response{Status: 403, Body: []byte(`{"status":"NOT_AUTHORIZED"}`)}); next != nil || no == nil || no.Reason != marketdata.NotInPlan {
		t.Errorf("%v %v", next, no)
	}
}

func TestQuotesOfIndicesAndOptions(t *testing.T) {
	index := marketdata.Request{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "SPX", Class: instrument.Index}}
	body := `{"results":[{"value":3822.39,"name":"S&P 500","ticker":"I:SPX","type":"indices","market_status":"closed","last_updated":1679597116344223500,"timeframe":"REAL-TIME",
	 "session":{"change":-50.01,"close":3822.39,"high":3834.41,"low":3817.11,"open":3827.38,"previous_close":3812.19}},{"ticker":"I:APx","error":"NOT_FOUND","message":"Ticker not found."}]}`
	d, _, no := ask(t, index, ok200(body))
	if no != nil || len(d.Quotes) != 1 {
		t.Fatal(d, no)
	}
	if q := d.Quotes[0]; q.Price != 3822.39 || q.Previous != 3812.19 || q.Delay != 0 || q.Day != date.Must(2023, 3, 23) || !math.IsNaN(q.Volume) {
		t.Errorf("%+v", q)
	}
	index.Instrument.Symbol = "APx"
	if _, _, no := ask(t, index, ok200(body)); no == nil || no.Reason != marketdata.NotFound {
		t.Errorf("%v", no)
	}
	option := marketdata.Request{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "AAPL230616C00150000"}}
	d, _, no = ask(t, option, ok200(`{"results":`+contractBody+`,"status":"OK"}`))
	if no != nil || len(d.Quotes) != 1 {
		t.Fatal(d, no)
	}
	if q := d.Quotes[0]; q.Price != 29.5 || q.Day != date.Must(2023, 3, 13) || q.Delay != 0 || q.Volume != 8 {
		t.Errorf("%+v", q)
	}
}

const contractBody = `{"break_even_price":179.075,"day":{"close":29,"last_updated":1651204800000000000,"volume":8},
 "details":{"contract_type":"call","exercise_style":"american","expiration_date":"2023-06-16","shares_per_contract":100,"strike_price":150,"ticker":"O:AAPL230616C00150000"},
 "greeks":{"delta":0.6436614934293701,"gamma":0.0061735291012820675,"theta":-0.028227189324641973,"vega":0.6381159723175714},"implied_volatility":0.3570277203465058,
 "last_quote":{"ask":29.25,"bid":28.9,"last_updated":1651254260800059648,"timeframe":"REAL-TIME"},"last_trade":{"price":29.5,"sip_timestamp":1678718527714665700,"timeframe":"REAL-TIME"},
 "open_interest":8133,"underlying_asset":{"last_updated":1651254263172073152,"price":159.9606,"ticker":"AAPL"}}`

func TestChain(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Chain, Instrument: apple}
	bare := `{"day":{},"details":{"contract_type":"put","expiration_date":"2023-06-16","shares_per_contract":10,"strike_price":152.5,"ticker":"O:AAPL230616P00152500"},"greeks":{},"underlying_asset":{"ticker":"AAPL"}}`
	liar := strings.Replace(bare, `152.5,`, `153,`, 1)
	body := `{"results":[` + contractBody + `,` + bare + `,` + liar + `,{"ticker":"O:X","error":"NOT_FOUND","message":"Ticker not found."}],"status":"OK","next_url":"https://api.massive.com/v3/snapshot/options/AAPL?cursor=YXA9"}`
	d, next, no := ask(t, r, ok200(body))
	if no != nil || next == nil || next.Key() != "/v3/snapshot/options/AAPL?cursor=YXA9" || len(d.Options) != 2 || len(d.Left) != 2 {
		t.Fatal(d, next, no)
	}
	o, i := d.Options[0], d.Options[0].Instrument
	if i.Symbol != "AAPL230616C00150000" || i.Class != instrument.Option || i.Underlying != "AAPL" || i.Right != instrument.Call || i.Expiry != date.Must(2023, 6, 16) ||
		!i.Strike.Decimal.Equal(money.Int(150)) || !i.ContractSize().Equal(money.Int(100)) || i.Currency != "USD" {
		t.Errorf("%+v", i)
	}
	if o.Bid != 28.9 || o.Ask != 29.25 || o.Last != 29.5 || o.Close != 29 || o.ImpliedVolatility != 0.3570277203465058 || o.Delta != 0.6436614934293701 ||
		o.Gamma != 0.0061735291012820675 || o.Theta != -0.028227189324641973 || o.Vega != 0.6381159723175714 || o.OpenInterest != 8133 || o.Volume != 8 ||
		o.UnderlyingPrice != 159.9606 || o.Day != date.Must(2023, 3, 13) || !o.At.Equal(time.Unix(0, 1678718527714665700)) {
		t.Errorf("%+v", o)
	}
	b := d.Options[1]
	for _, v := range []float64{b.Bid, b.Ask, b.Last, b.Close, b.ImpliedVolatility, b.Delta, b.Vega, b.OpenInterest, b.Volume, b.UnderlyingPrice} {
		if !math.IsNaN(v) {
			t.Errorf("what is not said is %v", v)
		}
	}
	if b.Day != 0 || !b.At.IsZero() || !b.Instrument.ContractSize().Equal(money.Int(10)) {
		t.Errorf("%+v", b)
	}
	// The last page may be empty, the first may not.
	if d, next, no := readAs(t, r, *next, ok200(`{"results":[],"status":"OK"}`)); no != nil || next != nil || len(d.Options) != 0 {
		t.Error(d, next, no)
	}
	if _, _, no := ask(t, r, ok200(`{"results":[],"status":"OK"}`)); no == nil || no.Reason != marketdata.Empty {
		t.Errorf("%v", no)
	}
	if _, _, no := ask(t, r, ok200(strings.Replace(body, "options/AAPL?", "options/MSFT?", 1))); no == nil || no.Reason != marketdata.Garbled {
		t.Errorf("led to another chain: %v", no)
	}
}

func TestContracts(t *testing.T) {
	row := `{"cfi":"OCASPS","contract_type":"call","exercise_style":"american","expiration_date":"2022-05-20","primary_exchange":"BATO","shares_per_contract":100,"strike_price":65,"ticker":"O:A220520C00065000","underlying_ticker":"A"}`
	r := marketdata.Request{Kind: marketdata.Chain, Part: "contracts", Instrument: instrument.Instrument{Symbol: "A"}}
	d, next, no := ask(t, r, ok200(`{"results":[`+row+`],"status":"OK","next_url":"https://api.massive.com/v3/reference/options/contracts?cursor=2"}`))
	if no != nil || next == nil || len(d.Options) != 1 || d.Options[0].Instrument.Exchange != "BATO" || !math.IsNaN(d.Options[0].Delta) {
		t.Fatal(d, next, no)
	}
	p := marketdata.Request{Kind: marketdata.Profiles, Instrument: instrument.Instrument{Symbol: "A220520C00065000"}}
	d, _, no = ask(t, p, ok200(`{"results":`+row+`,"status":"OK"}`))
	if no != nil || len(d.Profiles) != 1 || d.Profiles[0].Instrument.Underlying != "A" || len(d.Options) != 0 {
		t.Fatal(d, no)
	}
}

func TestDividends(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Dividends, Instrument: instrument.Instrument{Symbol: "CSSEN"}}
	body := `{"results":[
	 {"cash_amount":0.59375,"declaration_date":"2020-09-09","dividend_type":"CD","ex_dividend_date":"2025-06-12","frequency":4,"pay_date":"2025-06-30","record_date":"2025-06-15","ticker":"CSSEN"},
	 {"cash_amount":5.9375e-1,"dividend_type":"SC","ex_dividend_date":"2025-03-13","currency":"usd","pay_date":null,"record_date":"0000-00-00","ticker":"CSSEN","id":"E1"},
	 {"cash_amount":5.9375e-1,"dividend_type":"SC","ex_dividend_date":"2025-03-13","currency":"USD","ticker":"CSSEN","id":"E2"},
	 {"cash_amount":0.5,"dividend_type":"CD","ex_dividend_date":"2023-11-13","ticker":"AIRTP"},
	 {"cash_amount":0,"ex_dividend_date":"2023-11-13","ticker":"CSSEN"},{"cash_amount":null,"ex_dividend_date":"2023-11-13","ticker":"CSSEN"},
	 {"cash_amount":1,"ex_dividend_date":"None","ticker":"CSSEN"}],"status":"OK"}`
	d, next, no := ask(t, r, ok200(body))
	if no != nil || next != nil || len(d.Dividends) != 2 || len(d.Left) != 5 {
		t.Fatalf("%+v %v %v", d, next, no)
	}
	special, regular := d.Dividends[0], d.Dividends[1]
	if special.Type != "special" || special.Amount.String() != "0.59375" || special.Currency != "USD" || special.PayDate != 0 || special.Record != 0 || special.ExDate != date.Must(2025, 3, 13) {
		t.Errorf("%+v", special)
	}
	if regular.Type != "regular" || regular.Amount.String() != "0.59375" || regular.Currency != "" || regular.PayDate != date.Must(2025, 6, 30) ||
		regular.Record != date.Must(2025, 6, 15) || regular.Declared != date.Must(2020, 9, 9) || regular.Basis != marketdata.AsTraded {
		t.Errorf("%+v", regular)
	}
	if d, _, no := ask(t, r, ok200(`{"results":[],"status":"OK"}`)); no != nil || len(d.Dividends) != 0 {
		t.Errorf("no dividends are an answer: %v", no)
	}
	r.Instrument.Symbol = "MSFT"
	if _, _, no := ask(t, r, ok200(body)); no == nil || no.Reason != marketdata.Garbled {
		t.Errorf("the dividends of others: %v", no)
	}
	r.Instrument.Symbol = ""
	if d, _, no := ask(t, r, ok200(body)); no != nil || len(d.Dividends) != 3 || d.Dividends[0].Symbol != "AIRTP" {
		t.Errorf("the dividends of all: %+v %v", d, no)
	}
}

// TestActionsAtTheirNewerAddress: the older address is gone, or closed.
func TestActionsAtTheirNewerAddress(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Dividends, Instrument: apple, From: date.Must(2025, 1, 1)}
	for _, a := range []marketdata.Response{
		{Status: 404, Body: []byte("404 page not found")}, {Status: 410}, {Status: 403, Body: []byte(`{"status":"NOT_AUTHORIZED","message":"not entitled"}`)},
	} {
		_, next, no := ask(t, r, a)
		if no != nil || next == nil || next.Key() != "/stocks/v1/dividends?ex_dividend_date.gte=2025-01-01&limit=1000&sort=ex_dividend_date.asc&ticker=AAPL" {
			t.Fatal(next, no)
		}
		// The row is the vendor's documented example.
		body := `{"request_id":1,"results":[{"cash_amount":0.26,"currency":"USD","declaration_date":"2025-07-31","distribution_type":"recurring","ex_dividend_date":"2025-08-11","frequency":4,
		 "historical_adjustment_factor":0.997899,"id":"Ed2c9da6","pay_date":"2025-08-14","record_date":"2025-08-11","split_adjusted_cash_amount":0.26,"ticker":"AAPL"}],"status":"OK"}`
		d, _, no := readAs(t, r, *next, ok200(body))
		if no != nil || len(d.Dividends) != 1 || d.Dividends[0].Type != "regular" || d.Dividends[0].Amount.String() != "0.26" {
			t.Fatalf("%+v %v", d, no)
		}
		if _, again, no := readAs(t, r, *next, a); again != nil || no == nil {
			t.Errorf("it asks on: %v", again)
		}
	}
	if _, next, no := ask(t, r, marketdata.Response{Status: 404, Body: []byte(`{"status":"NOT_FOUND","message":"Ticker not found."}`)}); next != nil || no.Reason != marketdata.NotFound {
		t.Errorf("an unknown symbol is unknown at either address: %v %v", next, no)
	}
}

func TestSplits(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Splits, Instrument: instrument.Instrument{Symbol: "CIG.C"}}
	body := `{"results":[{"execution_date":"2022-05-02","split_from":3,"split_to":4,"ticker":"CIG.C"},{"execution_date":"2022-05-02","split_from":6,"split_to":8,"ticker":"CIG.C","id":"E2"},
	 {"execution_date":"2020-08-31","split_from":1,"split_to":1.017,"ticker":"CIG.C","adjustment_type":"stock_dividend"},{"execution_date":"2022-05-20","split_from":2,"split_to":1,"ticker":"BRW"},
	 {"execution_date":"2021-05-02","split_from":0,"split_to":4,"ticker":"CIG.C"},{"execution_date":"2021-05-03","split_from":1,"split_to":1,"ticker":"CIG.C"},{"execution_date":"","split_from":1,"split_to":4,"ticker":"CIG.C"}],"status":"OK"}`
	d, _, no := ask(t, r, ok200(body))
	if no != nil || len(d.Splits) != 2 || len(d.Left) != 5 {
		t.Fatalf("%+v %v", d, no)
	}
	if a, b := d.Splits[0], d.Splits[1]; a.Ratio.String() != "1.017:1" || b.Ratio.String() != "4:3" || b.Date != date.Must(2022, 5, 2) || b.Symbol != "CIG.C" {
		t.Errorf("%+v", d.Splits)
	}
}

func TestProfile(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Profiles, Instrument: apple}
	body := `{"results":{"ticker":"AAPL","name":"Apple Inc.","market":"stocks","locale":"us","primary_exchange":"XNAS","type":"CS","active":true,"currency_name":"usd","composite_figi":"BBG000B9XRY4",
	 "market_cap":2488795282370,"description":"Apple designs","sic_description":"ELECTRONIC COMPUTERS","homepage_url":"https://www.apple.com","list_date":"1980-12-12","share_class_shares_outstanding":16319440000},"status":"OK"}`
	d, _, no := ask(t, r, ok200(body))
	if no != nil || len(d.Profiles) != 1 {
		t.Fatal(d, no)
	}
	p := d.Profiles[0]
	if p.Instrument.Symbol != "AAPL" || p.Instrument.Class != instrument.Equity || p.Instrument.Exchange != "XNAS" || p.Instrument.FIGI != "BBG000B9XRY4" || p.Instrument.Currency != "USD" ||
		p.Industry != "ELECTRONIC COMPUTERS" || p.Listed != date.Must(1980, 12, 12) || p.Active == nil || !*p.Active || p.Delisted != 0 || len(p.Figures) != 2 ||
		p.Figures[0].Name != "market_cap" || p.Figures[0].Value.String() != "2488795282370" || p.Figures[0].Unit != "USD" || p.Figures[1].Value.String() != "16319440000" {
		t.Errorf("%+v", p)
	}
	if d, _, _ := ask(t, r, ok200(strings.Replace(body, `"CS"`, `"WARRANT"`, 1))); d.Profiles[0].Instrument.Class != instrument.Unknown {
		t.Errorf("a warrant is %q", d.Profiles[0].Instrument.Class)
	}
	if _, _, no := ask(t, r, ok200(strings.Replace(body, `"AAPL"`, `"MSFT"`, 1))); no == nil || no.Reason != marketdata.Garbled {
		t.Errorf("the profile of another: %v", no)
	}
}

func TestSearch(t *testing.T) {
	body := `{"results":[{"ticker":"AAA","name":"AAF First Priority CLO Bond ETF","market":"stocks","primary_exchange":"ARCX","type":"ETF","active":true,"currency_name":"usd"},
	 {"ticker":"OLD","market":"stocks","type":"CS","active":false,"delisted_utc":"2020-01-31T05:00:00Z","currency_name":"usd"},
	 {"ticker":"X:BTCUSD","name":"Bitcoin - United States Dollar","market":"crypto","locale":"global","active":true,"currency_symbol":"USD","currency_name":"United States Dollar","base_currency_symbol":"BTC"},
	 {"ticker":"C:EURUSD","market":"fx","currency_symbol":"USD"},{"ticker":"I:SPX","market":"indices","source_feed":"CMEMarketDataPlatform"},{"name":"nothing"}],"status":"OK","next_url":"https://api.massive.com/v3/reference/tickers?cursor=YWN0"}`
	d, next, no := ask(t, marketdata.Request{Kind: marketdata.Search, Text: "a"}, ok200(body))
	if no != nil || next != nil || len(d.Found) != 5 || len(d.Left) != 1 {
		t.Fatal(d, next, no)
	}
	for i, want := range []instrument.Instrument{
		{Symbol: "AAA", Class: instrument.ETF, Currency: "USD"}, {Symbol: "OLD", Class: instrument.Equity, Currency: "USD"}, {Symbol: "BTC-USD", Class: instrument.Crypto, Currency: "USD"},
		{Symbol: "EUR/USD", Class: instrument.Currency, Currency: "USD"}, {Symbol: "SPX", Class: instrument.Index},
	} {
		got := d.Found[i]
		if got.Instrument.Symbol != want.Symbol || got.Instrument.Class != want.Class || got.Instrument.Currency != want.Currency || got.Delisted != (want.Symbol == "OLD") || !math.IsNaN(got.Score) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if d, _, _ := ask(t, marketdata.Request{Kind: marketdata.Search, Text: "a", Limit: 2}, ok200(body)); len(d.Found) != 2 {
		t.Errorf("%d found of 2", len(d.Found))
	}
	if _, next, _ := ask(t, marketdata.Request{Kind: marketdata.Search}, ok200(body)); next == nil {
		t.Error("a list of all ends after its first page")
	}
	if d, _, no := ask(t, marketdata.Request{Kind: marketdata.Search, Text: "zzz"}, ok200(`{"results":[],"status":"OK"}`)); no != nil || len(d.Found) > 0 {
		t.Errorf("nothing found: %v", no)
	}
}

func TestChanges(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Changes, Instrument: instrument.Instrument{Symbol: "META"}}
	body := `{"results":{"name":"Meta Platforms, Inc. Class A Common Stock","composite_figi":"BBG000MM2P62","events":[
	 {"ticker_change":{"ticker":"FB"},"type":"ticker_change","date":"2012-05-18"},{"ticker_change":{"ticker":"META"},"type":"ticker_change","date":"2022-06-11"},{"type":"other","date":"2022-01-01"}]},"status":"OK"}`
	d, next, no := ask(t, r, ok200(body))
	if no != nil || next != nil || len(d.Renames) != 1 || len(d.Left) != 1 {
		t.Fatal(d, next, no)
	}
	if n := d.Renames[0]; n.Old != "FB" || n.New != "META" || n.Date != date.Must(2022, 6, 11) || !strings.HasPrefix(n.Name, "Meta") {
		t.Errorf("%+v", n)
	}
	r = marketdata.Request{Kind: marketdata.Changes, Part: "delisted", From: date.Must(2022, 1, 1)}
	row := func(symbol, day string) string {
		return `{"ticker":"` + symbol + `","market":"stocks","type":"CS","active":false,"currency_name":"usd","delisted_utc":"` + day + `T05:00:00Z"}`
	}
	more := `],"status":"OK","next_url":"https://api.massive.com/v3/reference/tickers?cursor=2"}`
	d, next, no = ask(t, r, ok200(`{"results":[`+row("TWTR", "2022-10-28")+more))
	if no != nil || next == nil || len(d.Profiles) != 1 || d.Profiles[0].Delisted != date.Must(2022, 10, 28) || *d.Profiles[0].Active {
		t.Fatal(d, next, no)
	}
	d, next, no = readAs(t, r, *next, ok200(`{"results":[`+row("A", "2022-01-03")+`,`+row("B", "2021-12-31")+more))
	if no != nil || next != nil || len(d.Profiles) != 1 {
		t.Fatal(d, next, no)
	}
}

// TestIdentifiers has the examples of the standards' own publications: Apple's CUSIP and
// ISIN, and the same with a digit changed.
func TestIdentifiers(t *testing.T) {
	for _, c := range []struct{ text, cusip, isin string }{
		{"037833100", "037833100", ""}, {"037833101", "", ""}, {"us0378331005", "037833100", "US0378331005"}, {"US0378331006", "", ""},
		{"38259P508", "38259P508", ""}, {"GB00BH4HKS39", "", ""}, {"MICROSOFT", "", ""}, {"AAPL", "", ""},
	} {
		if cusip, isin := identifier(c.text); cusip != c.cusip || isin != c.isin {
			t.Errorf("%s: %q %q", c.text, cusip, isin)
		}
	}
}

func TestNews(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.News, Instrument: instrument.Instrument{Symbol: "NFLX"}}
	body := `{"results":[{"id":"JeJEhA","publisher":{"name":"MarketWatch","homepage_url":"https://www.marketwatch.com/"},"title":"Theres a big hole in the Feds theory of inflation\u2014incomes are falling",
	 "published_utc":"2022-04-28T17:08:00Z","article_url":"https://www.marketwatch.com/story/1","tickers":["MSFT","NFLX"],"image_url":"https://images.mktw.net/1","description":"If inflation",
	 "insights":[{"ticker":"NFLX","sentiment":"negative","sentiment_reasoning":"x"},{"ticker":"MSFT","sentiment":"mixed"}]},{"id":"2","title":"no time","published_utc":"yesterday"}],"status":"OK","count":10}`
	d, next, no := ask(t, r, ok200(body))
	if no != nil || next != nil || len(d.News) != 1 || len(d.Left) != 1 {
		t.Fatal(d, no)
	}
	n := d.News[0]
	if n.ID != "JeJEhA" || n.Publisher != "MarketWatch" || !strings.Contains(n.Title, "—") || !n.Published.Equal(time.Date(2022, 4, 28, 17, 8, 0, 0, time.UTC)) || n.Sentiment != nil ||
		len(n.Symbols) != 2 || n.Symbols[0].Sentiment != nil || n.Symbols[1].Sentiment == nil || *n.Symbols[1].Sentiment != -1 {
		t.Errorf("%+v", n)
	}
}

func TestStatements(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Statements, Instrument: instrument.Instrument{Symbol: "NXPI"}}
	body := `{"results":[{"financials":{"balance_sheet":{"liabilities":{"label":"Liabilities","value":1.4561e+10,"unit":"USD","order":600},"assets":{"value":2.1321e+10,"unit":"USD","order":100}},
	 "income_statement":{"revenues":{"value":3.136e+09,"unit":"USD","order":100},"basic_earnings_per_share":{"value":2.5,"unit":"USD / shares","order":4200},"basic_average_shares":{"value":262800000,"unit":"shares","order":4400},
	  "net_income_loss":{"value":null,"unit":"USD","order":3200},"odd":{"value":1,"unit":"EUR","order":9}},"comprehensive_income":{"x":{"value":1,"unit":"USD","order":1}}},
	 "start_date":"2022-01-01","end_date":"2022-04-03","filing_date":"2022-05-03","fiscal_period":"Q1","fiscal_year":"2022"},
	 {"end_date":"2022-04-03","fiscal_period":"TTM","fiscal_year":"2022","financials":{}},{"end_date":"2021-12-31","fiscal_period":"FY","fiscal_year":"2021","financials":{"cash_flow_statement":{"net_cash_flow_from_operating_activities":{"value":3077000000,"unit":"USD","order":100}}}}],"status":"OK"}`
	d, _, no := ask(t, r, ok200(body))
	if no != nil || len(d.Statements) != 3 {
		t.Fatalf("%+v %v", d, no)
	}
	in, balance, cash := d.Statements[0], d.Statements[1], d.Statements[2]
	if in.Part != "income" || in.Period != "quarter" || in.Label != "Q1 2022" || in.End != date.Must(2022, 4, 3) || in.Filed != date.Must(2022, 5, 3) || in.Symbol != "NXPI" {
		t.Errorf("%+v", in)
	}
	if balance.Part != "balance" || balance.Currency != "USD" || balance.Lines[0].Name != "total_assets" || balance.Lines[0].Value.String() != "21321000000" || balance.Lines[1].Name != "total_liabilities" {
		t.Errorf("%+v", balance)
	}
	if cash.Part != "cash-flow" || cash.Period != "annual" || cash.Label != "FY2021" || cash.Filed != 0 || cash.Lines[0].Name != "operating_cash_flow" {
		t.Errorf("%+v", cash)
	}
	names := ""
	for _, l := range in.Lines {
		names += l.Name + " "
	}
	if names != "total_revenue eps basic_average_shares " {
		t.Errorf("lines %s", names)
	}
	r.Part = "cash-flow"
	if d, _, _ := ask(t, r, ok200(body)); len(d.Statements) != 1 {
		t.Errorf("one part: %+v", d.Statements)
	}
}
