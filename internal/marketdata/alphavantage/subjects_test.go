package alphavantage

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// IBM, from the recorded answers of 2026-05-17.
func TestDividends(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Dividends, Instrument: of("IBM")}
	for _, body := range []string{
		"ex_dividend_date,declaration_date,record_date,payment_date,amount\n2026-05-08,2026-04-22,2026-05-08,2026-06-10,1.69\n2020-11-09,None,None,None,1.63\nNone,2026-10-20,None,None,1.69\n2026-08-10,0000-00-00,None,None,None\n",
		`{"symbol": "IBM", "data": [{"ex_dividend_date": "2026-05-08", "declaration_date": "2026-04-22", "record_date": "2026-05-08", "payment_date": "2026-06-10", "amount": "1.69"},
		 {"ex_dividend_date": "2020-11-09", "declaration_date": "None", "record_date": null, "payment_date": "None", "amount": 1.63},
		 {"ex_dividend_date": "None", "declaration_date": "2026-10-20", "record_date": "None", "payment_date": "None", "amount": "1.69"},
		 {"ex_dividend_date": "2026-08-10", "declaration_date": "0000-00-00", "record_date": "None", "payment_date": "None", "amount": "None"}]}`,
	} {
		got, _ := must(t, r, body)
		if len(got.Dividends) != 2 || len(got.Left) != 2 || !strings.Contains(got.Left[0], "no ex-date") || !strings.Contains(got.Left[1], "no amount") {
			t.Fatalf("%d dividends, left %v", len(got.Dividends), got.Left)
		}
		first, second := got.Dividends[0], got.Dividends[1]
		if first.Symbol != "IBM" || first.ExDate != d("2026-05-08") || first.PayDate != d("2026-06-10") || first.Record != d("2026-05-08") || first.Declared != d("2026-04-22") || first.Amount.String() != "1.69" || first.Basis != marketdata.AsTraded {
			t.Errorf("the first is %+v", first)
		}
		if second.ExDate != d("2020-11-09") || second.PayDate != 0 || second.Record != 0 || second.Declared != 0 || second.Amount.String() != "1.63" {
			t.Errorf("the second is %+v", second)
		}
	}
	for body, reason := range map[string]marketdata.Reason{
		`{"symbol": "IBM", "data": []}`: marketdata.Empty, `{"symbol": "T", "data": []}`: marketdata.Garbled, `{}`: marketdata.NotFound,
		`{"symbol": "IBM", "data": [{"ex_dividend_date": "2026-13-08", "amount": "1"}]}`:   marketdata.Garbled,
		`{"symbol": "IBM", "data": [{"ex_dividend_date": "2026-05-08", "amount": "-1"}]}`:  marketdata.Garbled,
		`{"symbol": "IBM", "data": [{"ex_dividend_date": "2026-05-08", "amount": "1.69"}]`: marketdata.Garbled,
		"ex_dividend_date,amount\n": marketdata.Empty,
	} {
		if _, _, refused := read(t, r, body); refused == nil || refused.Reason != reason {
			t.Errorf("%s: %v, want %s", body, refused, reason)
		}
	}
}

// IBM's factor of 2021-11-04 is that of its prices after Kyndryl was spun off: one share
// of it came for five of IBM, and nobody had more shares of IBM.
func TestSplits(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Splits, Instrument: of("IBM")}
	for _, body := range []string{
		"effective_date,split_factor\n2021-11-04,1.0460\n1999-05-27,2.0000\n",
		`{"symbol": "IBM", "data": [{"effective_date": "2021-11-04", "split_factor": "1.0460"}, {"effective_date": "1999-05-27", "split_factor": "2.0000"}]}`,
	} {
		got, _ := must(t, r, body)
		if len(got.Splits) != 2 || got.Splits[0].Doubt == "" || got.Splits[1].Doubt != "" || got.Splits[1].Ratio.String() != "2:1" || got.Splits[1].Date != d("1999-05-27") {
			t.Errorf("got %+v", got.Splits)
		}
	}
	if _, _, refused := read(t, r, "effective_date,split_factor\n2021-11-04,0\n"); refused == nil || refused.Place != "row 1, split_factor" {
		t.Errorf("a factor of 0: %v", refused)
	}
}

func TestQuote(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Quotes, Instrument: of("IBM")}
	const members = `"01. symbol": "IBM", "02. open": "218.2000", "03. high": "220.9100", "04. low": "217.6150", "05. price": "219.3000", "06. volume": "6154450", "07. latest trading day": "2026-05-15", "08. previous close": "218.3700", "09. change": "0.9300", "10. change percent": "0.4259%"`
	for body, delay := range map[string]time.Duration{
		"symbol,open,high,low,price,volume,latestDay,previousClose,change,changePercent\nIBM,218.2000,220.9100,217.6150,219.3000,6154450,2026-05-15,218.3700,0.9300,0.4259%\n": -1,
		`{"Global Quote": {` + members + `}}`:                              -1,
		`{"Global Quote - DATA DELAYED BY 15 MINUTES": {` + members + `}}`: 15 * time.Minute,
	} {
		got, _ := must(t, r, body)
		q := got.Quotes[0]
		if len(got.Quotes) != 1 || q.Symbol != "IBM" || q.Price != 219.3 || q.Previous != 218.37 || q.Open != 218.2 || q.High != 220.91 || q.Low != 217.615 || q.Volume != 6154450 ||
			q.Day != d("2026-05-15") || !q.At.IsZero() || q.Delay != delay || q.MarketCap.Known || q.Currency != "" {
			t.Errorf("%s\n is %+v", body, got.Quotes)
		}
	}
	for body, reason := range map[string]marketdata.Reason{
		`{"Global Quote": {"01. symbol": "IBM", "05. price": "None", "07. latest trading day": "2026-05-15"}}`: marketdata.Empty,
		`{"Global Quote": {"01. symbol": "IBM", "05. price": "1"}}`:                                            marketdata.Garbled,
		`{"Global Quote": {"01. symbol": "IBM", "05. price": "1", "07. latest trading day": "2027-05-15"}}`:    marketdata.Garbled,
		`{"Global Quote": {"01. symbol": "MSFT", "05. price": "1", "07. latest trading day": "2026-05-15"}}`:   marketdata.Garbled,
	} {
		if _, _, refused := read(t, r, body); refused == nil || refused.Reason != reason {
			t.Errorf("%s: %v, want %s", body, refused, reason)
		}
	}
}

// The sample of the documentation says of itself that it is artificial, and is refused;
// the form is read where nothing says so.
func TestBulkQuotes(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Quotes, Text: "MSFT,BRK.B"}
	const data = `"data": [{"symbol": "MSFT", "timestamp": "2024-10-18 19:59:55.291", "open": "417.61", "high": "419.649", "low": "416.2601", "close": "418.16", "volume": "17145307", "previous_close": "416.72", "extended_hours_quote": "418.1"},
		{"symbol": "BRK-B", "timestamp": "2024-10-18 16:00:00", "close": "460.1"}, {"symbol": "T", "timestamp": "2024-10-18 16:00:00", "close": "21"}]}`
	if c := ask(t, New(), r); c.Query.Get("symbol") != "MSFT,BRK-B" {
		t.Errorf("asks %v", c.Query)
	}
	got, _ := must(t, r, `{"endpoint": "Realtime Bulk Quotes", "message": "success", `+data)
	if len(got.Quotes) != 2 || len(got.Left) != 1 {
		t.Fatalf("got %+v", got)
	}
	q := got.Quotes[0]
	if q.Symbol != "MSFT" || q.Price != 418.16 || q.Previous != 416.72 || q.Day != d("2024-10-18") || q.Delay != 0 || !q.At.Equal(time.Date(2024, 10, 18, 23, 59, 55, 291e6, time.UTC)) {
		t.Errorf("got %+v", q)
	}
	if q := got.Quotes[1]; q.Symbol != "BRK.B" || !math.IsNaN(q.Previous) {
		t.Errorf("got %+v", q)
	}
	_, _, refused := read(t, r, `{"endpoint": "Realtime Bulk Quotes", "message": "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***.", `+data)
	if refused == nil || refused.Reason != marketdata.NotInPlan {
		t.Errorf("the sample: %v", refused)
	}
	if _, err := New().Ask(marketdata.Request{Kind: marketdata.Quotes, Text: strings.Repeat("A,", 100) + "A"}); err == nil {
		t.Error("101 symbols are asked for at once")
	}
}

func TestExchangeRates(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}}
	const days = `"Time Series FX (Daily)": {"2026-05-17": {"1. open": "1.16", "4. close": "1.1626"}, "2026-05-15": {"4. close": "1.1625"}, "2026-05-14": {"4. close": "0.0000"}}}`
	got, _ := must(t, r, `{"Meta Data": {"2. From Symbol": "EUR", "3. To Symbol": "USD", "5. Last Refreshed": "2026-05-17 11:55:00"}, `+days)
	s := got.FX[0]
	if s.Name != "EUR/USD" || len(s.Dates) != 2 || s.Dates[0] != d("2026-05-15") || s.Values[0] != 1.1625 || s.Values[1] != 1.1626 || s.Provisional != d("2026-05-17") || len(got.Left) == 0 {
		t.Errorf("got %+v, left %v", s, got.Left)
	}
	if _, _, refused := read(t, r, `{"Meta Data": {"2. From Symbol": "GBP", "3. To Symbol": "USD"}, `+days); refused == nil || refused.Place != "pair" {
		t.Errorf("another pair: %v", refused)
	}
	got, _ = must(t, r, "timestamp,open,high,low,close\n2026-05-15,1.16700,1.16730,1.16160,1.16250\n")
	if s := got.FX[0]; len(s.Dates) != 1 || s.Values[0] != 1.1625 || s.Provisional != 0 {
		t.Errorf("CSV is %+v", s)
	}
	r = marketdata.Request{Kind: marketdata.FX, Part: "now", Pair: marketdata.Pair{Base: "USD", Quote: "JPY"}}
	const rate = `{"Realtime Currency Exchange Rate": {"1. From_Currency Code": "USD", "2. From_Currency Name": null, "3. To_Currency Code": "JPY", "5. Exchange Rate": "153.37800000", "6. Last Refreshed": "2025-11-09 02:01:42", "7. Time Zone": "UTC", "8. Bid Price": "-"}}`
	got, _ = must(t, r, rate)
	if s := got.FX[0]; s.Name != "USD/JPY" || s.Dates[0] != d("2025-11-09") || s.Values[0] != 153.378 || s.Provisional != d("2025-11-09") {
		t.Errorf("the rate now is %+v", s)
	}
	for _, pair := range []marketdata.Pair{{Base: "GBX", Quote: "USD"}, {Base: "", Quote: "USD"}, {Base: "EUR", Quote: "U"}} {
		if New().Offers(marketdata.Request{Kind: marketdata.FX, Pair: pair}) {
			t.Errorf("offers %s", pair)
		}
	}
}

func TestEconomicSeries(t *testing.T) {
	for _, c := range []struct {
		series, body, unit string
		value              float64
	}{
		{"TREASURY_YIELD:10year", `{"name": "10-Year Treasury Constant Maturity Rate", "interval": "daily", "unit": "percent", "data": [{"date": "2026-05-15", "value": "4.06"}, {"date": "2026-05-14", "value": "."}]}`, "fraction", 0.0406},
		{"FEDERAL_FUNDS_RATE", "timestamp,value\n2025-10-01,4.09\n", "fraction", 0.0409},
		{"CPI", `{"name": "Consumer Price Index for all Urban Consumers", "interval": "monthly", "unit": "index 1982-1984=100", "data": [{"date": "2025-09-01", "value": "324.800"}]}`, "index", 324.8},
		{"NONFARM_PAYROLL", `{"name": "Total Nonfarm Payroll", "interval": "monthly", "unit": "thousands of persons", "data": [{"date": "2021-09-01", "value": "147682"}]}`, "thousands of persons", 147682},
	} {
		got, _ := must(t, marketdata.Request{Kind: marketdata.Rates, Series: c.series}, c.body)
		if s := got.Rates[0]; s.Name != c.series || s.Unit != c.unit || len(s.Values) != 1 || s.Values[0] != c.value {
			t.Errorf("%s is %+v, want %v in %s", c.series, s, c.value, c.unit)
		}
	}
	if _, _, refused := read(t, marketdata.Request{Kind: marketdata.Rates, Series: "FEDERAL_FUNDS_RATE"}, `{"interval": "monthly", "unit": "percent", "data": [{"date": "2025-10-01", "value": "4.09"}]}`); refused == nil || refused.Place != "interval" {
		t.Errorf("months where days are due: %v", refused)
	}
	for _, series := range []string{"DGS10", "TREASURY_YIELD:1year", "CPI:10year", ""} {
		if New().Offers(marketdata.Request{Kind: marketdata.Rates, Series: series}) {
			t.Errorf("offers %q", series)
		}
	}
}

func TestOverview(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Profiles, Instrument: of("IBM")}
	got, _ := must(t, r, `{"Symbol": "IBM", "AssetType": "Common Stock", "Name": "International Business Machines", "Description": "A \u201cblue\u201d chip.", "Exchange": "NYSE", "Currency": "USD", "Country": "USA",
		"Sector": "TECHNOLOGY", "Industry": "INFORMATION TECHNOLOGY SERVICES", "OfficialSite": "https://www.ibm.com", "MarketCapitalization": "206116848000", "PERatio": "19.42", "PEGRatio": "None", "DividendYield": "0.0308", "EPS": "-", "Beta": "0.581", "SharesFloat": "937921000"}`)
	p := got.Profiles[0]
	if i := p.Instrument; i.Symbol != "IBM" || i.Class != instrument.Equity || i.Exchange != "XNYS" || i.Currency != "USD" || i.Country != "US" || i.Sector != "TECHNOLOGY" || p.Description != "A “blue” chip." || p.Active != nil || p.AsOf != 0 {
		t.Errorf("got %+v", p)
	}
	var figures []string
	for _, f := range p.Figures {
		figures = append(figures, f.Name+" "+f.Value.String()+" "+f.Unit)
	}
	if got, want := strings.Join(figures, ", "), "market_cap 206116848000 USD, pe 19.42 ratio, dividend_yield 0.0308 fraction, beta 0.581 ratio, shares_float 937921000 shares"; got != want {
		t.Errorf("figures %s, want %s", got, want)
	}
}

// What has no overview may be a fund: it is asked for as one, unless it is known to be none.
func TestOverviewOfAFund(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Profiles, Instrument: of("QQQ")}
	_, next := must(t, r, `{}`)
	if next == nil || next.Endpoint != "ETF_PROFILE" {
		t.Fatalf("next is %v", next)
	}
	if _, _, refused := readCall(t, New(), r, *next, `{}`); refused == nil || refused.Reason != marketdata.NotFound {
		t.Errorf("no fund either: %v", refused)
	}
	r.Instrument.Class = instrument.Equity
	if _, next, refused := read(t, r, `{}`); next != nil || refused == nil || refused.Reason != marketdata.NotFound {
		t.Errorf("a share: next %v, %v", next, refused)
	}
}

func TestFund(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Holdings, Instrument: of("QQQ")}
	got, _ := must(t, r, `{"net_assets": "440300000000", "net_expense_ratio": "0.0018", "portfolio_turnover": "n/a", "dividend_yield": "0.0044", "inception_date": "1999-03-10", "leveraged": "NO",
		"sectors": [{"sector": "INFORMATION TECHNOLOGY", "weight": "0.552"}, {"sector": "ENERGY", "weight": "n/a"}],
		"holdings": [{"symbol": "NVDA", "description": "NVIDIA CORP", "weight": "0.0851"}, {"symbol": "BRK-B", "description": "BERKSHIRE", "weight": "1e-2"}, {"symbol": "n/a", "description": "CASH", "weight": "0.0009"}, {"symbol": "X", "description": "UNKNOWN", "weight": "n/a"}]}`)
	h := got.Holdings[0]
	if len(got.Profiles) != 1 || got.Profiles[0].Instrument.Class != instrument.ETF || len(got.Profiles[0].Figures) != 3 || got.Profiles[0].Figures[1].Name != "expense_ratio" {
		t.Errorf("profile %+v", got.Profiles)
	}
	c := h.Composition.Constituents
	if h.Symbol != "QQQ" || len(c) != 3 || c[1].Symbol != "BRK.B" || c[1].Weight.String() != "0.01" || c[2].Symbol != "" || c[2].Name != "CASH" || len(h.Composition.Sectors) != 1 || h.Composition.AsOf != 0 || len(got.Left) != 1 {
		t.Errorf("holdings %+v, left %v", h, got.Left)
	}
	// Percentages for fractions: the sectors stand, the holdings do not.
	got, _ = must(t, r, `{"sectors": [{"sector": "ENERGY", "weight": "0.1"}], "holdings": [{"symbol": "A", "description": "A", "weight": "8.51"}]}`)
	if len(got.Holdings[0].Composition.Constituents) != 0 || len(got.Left) != 1 {
		t.Errorf("got %+v", got)
	}
}

// IBM, from the recorded answers; the exponent is made up.
func TestStatements(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Statements, Instrument: of("IBM")}
	const body = `{"symbol": "IBM", "annualReports": [{"fiscalDateEnding": "2025-12-31", "reportedCurrency": "USD", "grossProfit": "40185000000", "totalRevenue": "6.7535E10", "investmentIncomeNet": "None", "netInterestIncome": "-1290000000", "costofGoodsAndServicesSold": "27350000000", "netIncome": "10593000000"},
		{"fiscalDateEnding": "2025-12-31", "reportedCurrency": "USD", "netIncome": "1"}],
		"quarterlyReports": [{"fiscalDateEnding": "2026-03-31", "reportedCurrency": "None", "operatingCashflow": "12345678901234567890.12", "cashflowFromInvestment": "-5"}]}`
	var asked []string
	c := ask(t, New(), r)
	for {
		asked = append(asked, c.Endpoint)
		got, next, refused := readCall(t, New(), r, c, body)
		if refused != nil || len(got.Statements) != 2 || len(got.Left) != 1 {
			t.Fatalf("%s: %+v, %v", c.Endpoint, got, refused)
		}
		if c.Endpoint == "INCOME_STATEMENT" {
			a, q := got.Statements[0], got.Statements[1]
			if a.Symbol != "IBM" || a.Part != "income" || a.Period != "annual" || a.End != d("2025-12-31") || a.Currency != "USD" || q.Currency != "" || q.Period != "quarter" {
				t.Errorf("got %+v and %+v", a, q)
			}
			var lines []string
			for _, l := range append(a.Lines, q.Lines...) {
				lines = append(lines, l.Name+" "+l.Value.String())
			}
			if got, want := strings.Join(lines, ", "), "gross_profit 40185000000, total_revenue 67535000000, net_interest_income -1290000000, cost_of_goods_and_services_sold 27350000000, net_income 10593000000, operating_cash_flow 12345678901234567890.12, investing_cash_flow -5"; got != want {
				t.Errorf("lines %s\nwant %s", got, want)
			}
		}
		if next == nil {
			break
		}
		c = *next
	}
	if got := strings.Join(asked, " "); got != "INCOME_STATEMENT BALANCE_SHEET CASH_FLOW" {
		t.Errorf("asked %s", got)
	}
	r.Part = "balance"
	if _, next := must(t, r, body); next != nil || ask(t, New(), r).Endpoint != "BALANCE_SHEET" {
		t.Errorf("one part is followed by %v", next)
	}
	for text, reason := range map[string]marketdata.Reason{
		`{}`: marketdata.NotFound, `{"symbol": "IBM", "annualReports": [], "quarterlyReports": []}`: marketdata.Empty,
		`{"symbol": "IBM", "annualReports": [{"fiscalDateEnding": "2025-12-31", "netIncome": "1 bn"}]}`: marketdata.Garbled,
	} {
		if _, next, refused := read(t, r, text); next != nil || refused == nil || refused.Reason != reason {
			t.Errorf("%s: %v, then %v", text, refused, next)
		}
	}
}

// IBM, from the recorded answers of 2025-11; those of the calendar with both of its forms.
func TestEarnings(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Earnings, Instrument: of("IBM")}
	got, next := must(t, r, `{"symbol": "IBM", "annualEarnings": [{"fiscalDateEnding": "2024-12-31", "reportedEPS": "10.33"}], "quarterlyEarnings": [
		{"fiscalDateEnding": "2025-09-30", "reportedDate": "2025-10-22", "reportedEPS": "2.65", "estimatedEPS": "2.45", "surprise": "0.2", "surprisePercentage": "8.1633", "reportTime": "post-market"},
		{"fiscalDateEnding": "1996-03-31", "reportedDate": "1996-04-17", "reportedEPS": "0.75", "estimatedEPS": "None", "surprise": "0", "surprisePercentage": "None", "reportTime": "pre-market"}]}`)
	if len(got.Earnings) != 2 || next == nil || next.Endpoint != "EARNINGS_CALENDAR" || next.Query.Get("horizon") != "12month" {
		t.Fatalf("got %+v, next %v", got, next)
	}
	a, b := got.Earnings[0], got.Earnings[1]
	if a.Symbol != "IBM" || a.Date != d("2025-10-22") || a.Fiscal != d("2025-09-30") || a.When != "after" || a.EPS.Decimal.String() != "2.65" || a.Estimate.Decimal.String() != "2.45" || a.Currency != "" || a.Revenue.Known {
		t.Errorf("got %+v", a)
	}
	if b.When != "before" || b.Estimate.Known || !b.EPS.Known {
		t.Errorf("got %+v", b)
	}
	coming, after, refused := readCall(t, New(), r, *next, "symbol,name,reportDate,fiscalDateEnding,estimate,currency,timeOfTheDay\r\nIBM,\"International Business Machines, Corp\",2026-07-22,2026-06-30,2.95,USD,post-market\r\nIBMX,Other,2026-07-22,2026-06-30,1,USD,\r\nIBM,International Business Machines Corp,2026-10-21,2026-09-30,,USD,\r\n")
	if refused != nil || after != nil || len(coming.Earnings) != 2 {
		t.Fatalf("got %+v, %v, %v", coming, after, refused)
	}
	if e := coming.Earnings[0]; e.Date != d("2026-07-22") || e.EPS.Known || e.Estimate.Decimal.String() != "2.95" || e.Currency != "USD" || e.When != "after" {
		t.Errorf("got %+v", e)
	}
	if coming.Earnings[1].Estimate.Known {
		t.Errorf("got %+v", coming.Earnings[1])
	}
	if got, _, refused := readCall(t, New(), r, *next, "symbol,name,reportDate,fiscalDateEnding,estimate,currency\n"); refused != nil || len(got.Earnings) != 0 {
		t.Errorf("nothing expected: %+v, %v", got, refused)
	}
}

func TestNews(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.News, Instrument: of("AAPL"), Limit: 2, From: d("2026-05-10"), To: d("2026-05-17")}
	if q := ask(t, New(), r).Query; q.Get("tickers") != "AAPL" || q.Get("limit") != "2" || q.Get("time_from") != "20260510T0000" || q.Get("time_to") != "20260517T2359" || q.Get("sort") != "LATEST" {
		t.Errorf("asks %v", q)
	}
	const article = `{"title": "Tim Cook \"Finds\" Purpose", "url": "https://example.com/a", "time_published": "20260517T110100", "authors": ["A", "B"], "summary": "S", "banner_image": null, "source": "Benzinga", "topics": [{"topic": "technology", "relevance_score": "0.8"}], "overall_sentiment_score": 0.22902, "overall_sentiment_label": "Somewhat-Bullish",
		"ticker_sentiment": [{"ticker": "AAPL", "relevance_score": "1.000000", "ticker_sentiment_score": "0.061509"}, {"ticker": "CRYPTO:BTC", "relevance_score": "7", "ticker_sentiment_score": "None"}]}`
	got, _ := must(t, r, `{"items": "3", "sentiment_score_definition": "x", "feed": [`+article+`,`+article+`,`+article+`]}`)
	if len(got.News) != 2 {
		t.Fatalf("%d articles, at most 2 were asked for", len(got.News))
	}
	a := got.News[0]
	if a.ID != "https://example.com/a" || a.Title != `Tim Cook "Finds" Purpose` || a.Publisher != "Benzinga" || a.Image != "" || !a.Published.Equal(time.Date(2026, 5, 17, 11, 1, 0, 0, time.UTC)) || *a.Sentiment != 0.22902 {
		t.Errorf("got %+v", a)
	}
	if m := a.Symbols; len(m) != 2 || m[0].Symbol != "AAPL" || *m[0].Relevance != 1 || *m[0].Sentiment != 0.061509 || m[1].Relevance != nil || m[1].Sentiment != nil {
		t.Errorf("mentions %+v", a.Symbols)
	}
	for body, reason := range map[string]marketdata.Reason{
		`{"items": "0", "feed": []}`: marketdata.Empty,
		`{"Information": "No articles found. Please adjust the time range or refer to the documentation https://www.alphavantage.co/documentation#newsapi and try again."}`: marketdata.Empty,
		`{"Information": "Invalid inputs. Please refer to the API documentation https://www.alphavantage.co/documentation#newsapi and try again."}`:                         marketdata.NotFound,
		`{"feed": [{"title": "T", "url": "u", "time_published": "yesterday"}]}`:                                                                                             marketdata.Garbled,
	} {
		if _, _, refused := read(t, r, body); refused == nil || refused.Reason != reason {
			t.Errorf("%s: %v, want %s", body, refused, reason)
		}
	}
}

// From the recorded answers to "BA".
func TestSearch(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Search, Text: " BA "}
	got, _ := must(t, r, "symbol,name,type,region,marketOpen,marketClose,timezone,currency,matchScore\nBA,Boeing Company,Equity,United States,09:30,16:00,UTC-04,USD,1.0000\nBA.LON,BAE Systems plc,Equity,United Kingdom,08:00,16:30,UTC+01,GBX,0.6667\nBAB,Invesco Taxable Municipal Bond ETF,ETF,United States,09:30,16:00,UTC-04,USD,0.8000\n")
	if len(got.Found) != 3 {
		t.Fatalf("got %+v", got.Found)
	}
	a, b, e := got.Found[0], got.Found[1], got.Found[2]
	if a.Instrument.Symbol != "BA" || a.Score != 1 || a.Exchange != "United States" || a.Instrument.Exchange != "" || a.Instrument.Class != instrument.Equity || a.Instrument.Country != "US" || a.Instrument.Name != "Boeing Company" {
		t.Errorf("got %+v", a)
	}
	if b.Instrument.Symbol != "BA.L" || b.Instrument.Currency != "GBX" || b.Instrument.Exchange != "XLON" || b.Exchange != "" || b.Score != 0.6667 || e.Instrument.Class != instrument.ETF {
		t.Errorf("got %+v and %+v", b, e)
	}
	got, _ = must(t, r, `{"bestMatches": [{"1. symbol": "BRK-B", "2. name": "Berkshire", "3. type": "Warrant", "4. region": "United States", "8. currency": "USD", "9. matchScore": "None"}]}`)
	if f := got.Found[0]; f.Instrument.Symbol != "BRK.B" || f.Instrument.Class != instrument.Unknown || !math.IsNaN(f.Score) {
		t.Errorf("got %+v", f)
	}
	if got, _ := must(t, r, `{"bestMatches": []}`); len(got.Found) != 0 {
		t.Errorf("nothing found is %+v", got.Found)
	}
}

// IBM of 2025-11-05, from the recorded answers.
func TestChain(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Chain, Instrument: of("IBM")}
	const head = "contractID,symbol,expiration,strike,type,last,mark,bid,bid_size,ask,ask_size,volume,open_interest,date,implied_volatility,delta,gamma,theta,vega,rho\n"
	const call, put = "IBM251107C00150000,IBM,2025-11-07,150.00,call,0.00,157.10,155.80,6,158.40,79,0,0,2025-11-05,4.31233,0.99184,0.00023,-0.56174,0.00507,0.00806\n", "IBM251107P00150000,IBM,2025-11-07,150.00,put,0.02,0.01,0.00,0,0.01,533,0,110,2025-11-05,3.04407,-0.00050,0.00003,-0.03087,0.00041,-0.00001\n"
	got, _ := must(t, r, head+call+put+"IBM251107C00155000,IBM,2025-11-07,160.00,call,0.00,1,1,1,1,1,0,0,2025-11-05,1,1,0,0,0,0\n")
	if len(got.Options) != 2 || len(got.Left) != 1 || !strings.Contains(got.Left[0], "strike") {
		t.Fatalf("got %+v, left %v", got.Options, got.Left)
	}
	c, p := got.Options[0], got.Options[1]
	if i := c.Instrument; i.Symbol != "IBM251107C00150000" || i.Underlying != "IBM" || i.Currency != "USD" || i.Strike.Decimal.String() != "150" || i.Expiry != d("2025-11-07") || i.Right != instrument.Call {
		t.Errorf("got %+v", i)
	}
	if !math.IsNaN(c.Last) || c.Bid != 155.8 || c.Ask != 158.4 || c.ImpliedVolatility != 4.31233 || c.Delta != 0.99184 || c.Theta != -0.56174 || c.Vega != 0.00507 || c.Day != d("2025-11-05") || !math.IsNaN(c.UnderlyingPrice) {
		t.Errorf("got %+v", c)
	}
	if p.Last != 0.02 || p.Bid != 0 || p.OpenInterest != 110 {
		t.Errorf("got %+v", p)
	}
	const premium = `{"endpoint": "Realtime Options", "message": "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***.", "data": [{"contractID": "XXYYZZ999999C00020000", "symbol": "XXYYZZ", "expiration": "2099-99-99"}]}`
	_, next := must(t, r, premium)
	if next == nil || next.Endpoint != "HISTORICAL_OPTIONS" {
		t.Fatalf("next is %v", next)
	}
	got, _, refused := readCall(t, New(), r, *next, `{"endpoint": "Historical Options", "message": "success", "data": [{"contractID": "IBM251107C00150000", "symbol": "IBM", "expiration": "2025-11-07", "strike": "150.00", "type": "call", "last": "0.00", "bid": "155.80", "ask": "0.00", "volume": "0", "open_interest": "0", "date": "2025-11-05"}]}`)
	if refused != nil || len(got.Options) != 1 || !math.IsNaN(got.Options[0].Delta) || !math.IsNaN(got.Options[0].Ask) {
		t.Errorf("got %+v, %v", got.Options, refused)
	}
	if _, _, refused := readCall(t, New(), r, *next, `{"endpoint": "Historical Options", "message": "No data for symbol IBM on date 2025-11-08, please specify a valid combination of symbol and trading day.", "data": []}`); refused == nil || refused.Reason != marketdata.Empty {
		t.Errorf("no trading day: %v", refused)
	}
}

func TestDelisted(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Changes, Part: "delisted"}
	got, _ := must(t, r, "symbol,name,exchange,assetType,ipoDate,delistingDate,status\nAACC,Asset Acceptance Capital Corp,NASDAQ,Stock,2004-02-05,2013-10-17,Delisted\nAAA,A CLO BOND ETF ,NYSE ARCA,ETF,2020-09-09,null,Active\n")
	if len(got.Profiles) != 2 {
		t.Fatalf("got %+v", got.Profiles)
	}
	a, b := got.Profiles[0], got.Profiles[1]
	if a.Instrument.Symbol != "AACC" || a.Instrument.Exchange != "XNAS" || a.Listed != d("2004-02-05") || a.Delisted != d("2013-10-17") || a.Active == nil || *a.Active || !*b.Active || b.Delisted != 0 || b.Instrument.Class != instrument.ETF {
		t.Errorf("got %+v and %+v", a, b)
	}
}

// Rates turn from the compact to the full size as prices do.
func TestExchangeRatesReachBack(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, From: d("2020-01-02"), To: d("2020-01-31")}
	body := strings.Replace(days("", "2026-05-15", latest), "Time Series (Daily)", "Time Series FX (Daily)", 1)
	_, next := must(t, r, body)
	if next == nil || next.Query.Get("outputsize") != "full" || next.Query.Get("from_symbol") != "EUR" || !next.Large {
		t.Fatalf("next is %+v", next)
	}
	_, lesser, refused := readCall(t, New(), r, *next, `{"Information": "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the FX_DAILY endpoint."}`)
	if refused != nil || lesser == nil || lesser.Query.Get("outputsize") != "compact" || lesser.Query.Get("to_symbol") != "USD" || lesser.Carry == "" {
		t.Errorf("then %+v, %v", lesser, refused)
	}
}
