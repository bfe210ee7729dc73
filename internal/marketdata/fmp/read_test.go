package fmp_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fmp"
)

var now = time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC) // Friday, 17:30 in New York

// answer asks and reads a body in one step.
func answer(t testing.TB, legacy bool, r marketdata.Request, status int, body string) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	p := fmp.New(fmp.Options{Legacy: legacy})
	c, err := p.Ask(r)
	if err != nil {
		t.Fatalf("ask: %v", err)
	}
	return readBack(t, p, r, c, status, body)
}

func readBack(t testing.TB, p *fmp.Provider, r marketdata.Request, c marketdata.Call, status int, body string) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	d, next, err := p.Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: now, Header: http.Header{}})
	var ref *marketdata.Refusal
	if err != nil && !errors.As(err, &ref) {
		t.Fatalf("%T is no refusal: %v", err, err)
	}
	return d, next, ref
}

func mustRead(t testing.TB, legacy bool, r marketdata.Request, body string) marketdata.Delivery {
	t.Helper()
	d, _, ref := answer(t, legacy, r, 200, body)
	if ref != nil {
		t.Fatalf("%v", ref)
	}
	return d
}

// The forms are those of the source's documented examples; the prices around Apple's 4:1
// split of 31 August 2020 are 499.23 and 129.04, or 124.8075 and 129.04 in pieces of later.
func TestBarsOfEveryEndpoint(t *testing.T) {
	for _, c := range []struct {
		name, part, body string
		legacy           bool
		basis            marketdata.Basis
		first            float64
		adjusted         float64
	}{
		{"as traded", "", `[{"symbol":"AAPL","date":"2020-08-31","adjOpen":127.58,"adjHigh":131,"adjLow":126,"adjClose":129.04,"volume":225702700},
			{"symbol":"AAPL","date":"2020-08-28","adjOpen":504.05,"adjHigh":505.77,"adjLow":498.31,"adjClose":499.23,"volume":46907479}]`, false, marketdata.AsTraded, 499.23, math.NaN()},
		{"split-adjusted", "split-adjusted", `[{"symbol":"AAPL","date":"2020-08-31","open":127.58,"high":131,"low":126,"close":129.04,"volume":225702700,"change":1.46,"changePercent":1.14438,"vwap":128.9},
			{"symbol":"AAPL","date":"2020-08-28","open":126.01,"high":126.44,"low":124.58,"close":124.8075,"volume":187629916}]`, false, marketdata.SplitAdjusted, 124.8075, math.NaN()},
		{"closes alone", "light", `[{"symbol":"AAPL","date":"2020-08-31","price":129.04,"volume":225702700},{"symbol":"AAPL","date":"2020-08-28","price":124.8075,"volume":187629916}]`, false, marketdata.SplitAdjusted, 124.8075, math.NaN()},
		{"older", "", `{"symbol" : "AAPL","historical" : [ {"date":"2020-08-31","open":127.58,"high":131.0,"low":126.0,"close":129.04,"adjClose":126.2,"volume":2.257027E8,"unadjustedVolume":2.257027E8,"label":"August 31, 20"},
			{"date":"2020-08-28","open":126.01,"high":126.44,"low":124.58,"close":124.8075,"adjClose":122.1,"volume":1.87629916E8} ]}`, true, marketdata.SplitAdjusted, 124.8075, 122.1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mustRead(t, c.legacy, of(marketdata.Bars, "AAPL", c.part), c.body)
			if len(d.Bars) != 1 || len(d.Left) != 0 {
				t.Fatalf("%+v", d)
			}
			b := d.Bars[0]
			if b.Basis != c.basis || len(b.Dates) != 2 || b.Dates[0].String() != "2020-08-28" || b.Close[0] != c.first || b.Close[1] != 129.04 || b.Volume[1] != 225702700 || b.Unfinished {
				t.Errorf("%+v", b)
			}
			if (b.Adjusted == nil) != math.IsNaN(c.adjusted) || b.Adjusted != nil && (b.Adjusted[0] != c.adjusted || b.AdjustedBasis != marketdata.TotalReturn) {
				t.Errorf("adjusted %v %s", b.Adjusted, b.AdjustedBasis)
			}
		})
	}
}

// What cannot be is left out and said; the series that remains is in order.
func TestBarsThatCannotBe(t *testing.T) {
	r := of(marketdata.Bars, "AAPL", "split-adjusted")
	r.From, r.To = date.MustParse("2026-11-02"), date.MustParse("2026-12-31")
	d := mustRead(t, false, r, `[
		{"symbol":"AAPL","date":"2026-11-06","close":3},{"symbol":"AAPL","date":"2026-11-09","close":"4","open":null},
		{"symbol":"AAPL","date":"2026-11-06","close":33},{"symbol":"AAPL","date":"2026-11-05","close":null},
		{"symbol":"AAPL","date":"2026-11-30","close":9},{"symbol":"AAPL","date":"0000-00-00","close":9},
		{"symbol":"AAPL","date":"2026-10-30","close":1},{"symbol":"MSFT","date":"2026-11-04","close":7},
		{"symbol":"AAPL","date":"2026-11-02T00:00:00Z","close":-2}]`)
	b := d.Bars[0]
	if got := fmt.Sprint(b.Dates, b.Close); got != "[2026-11-02 2026-11-06 2026-11-09] [-2 3 4]" {
		t.Errorf("%s", got)
	}
	for _, why := range []string{"2026-11-06 comes twice", "no close on 2026-11-05", "2026-11-30 is to come", "row 6: no day", "2026-10-30 was not asked for", "MSFT"} {
		if !strings.Contains(strings.Join(d.Left, "\n"), why) {
			t.Errorf("%q is not said in %q", why, d.Left)
		}
	}
}

// A day is unfinished until the exchange has closed.
func TestUnfinishedDay(t *testing.T) {
	p := fmp.New(fmp.Options{})
	for _, c := range []struct {
		symbol, mic, at string
		want            bool
	}{
		{"AAPL", "XNAS", "2026-11-20T20:30:00Z", true},  // 15:30 in New York
		{"AAPL", "XNAS", "2026-11-20T21:00:00Z", false}, // 16:00
		{"AAPL", "XNAS", "2026-11-21T03:00:00Z", false}, // still the 20th there
		{"VOD.L", "", "2026-11-20T16:00:00Z", true},     // London closes at 16:30
		{"VOD.L", "", "2026-11-20T16:30:00Z", false},
		{"NOWHERE", "", "2026-11-20T23:59:00Z", true}, // hours not known: until midnight UTC
		{"NOWHERE", "", "2026-11-21T00:00:00Z", false},
	} {
		r := of(marketdata.Bars, c.symbol, "light")
		r.Instrument.Exchange = c.mic
		call, _ := p.Ask(r)
		at, _ := time.Parse(time.RFC3339, c.at)
		d, _, err := p.Read(r, call, marketdata.Response{Status: 200, At: at, Body: []byte(`[{"date":"2026-11-20","price":1}]`)})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Bars[0].Unfinished; got != c.want {
			t.Errorf("%s at %s: unfinished %v", c.symbol, c.at, got)
		}
	}
}

// A full answer goes on with the days before it; a source that answers the same again is
// not asked a third time.
func TestLongHistoriesGoOn(t *testing.T) {
	rows := func(last date.Date, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `%s{"symbol":"AAPL","date":"%s","price":%d}`, map[bool]string{true: "["}[i == 0], last-date.Date(i), 1+i)
			b.WriteString(map[bool]string{true: "]", false: ","}[i == n-1])
		}
		return b.String()
	}
	p := fmp.New(fmp.Options{})
	r := of(marketdata.Bars, "AAPL", "light")
	r.To = date.MustParse("2026-11-20")
	c, _ := p.Ask(r)
	if c.Query.Get("from") != "1900-01-01" || !c.Large {
		t.Errorf("%+v", c)
	}
	_, next, ref := readBack(t, p, r, c, 200, rows(r.To, 5000))
	if ref != nil || next == nil || next.Query.Get("to") != (r.To-5000).String() || next.Query.Get("from") != "1900-01-01" {
		t.Fatalf("%v %+v", ref, next)
	}
	if _, _, ref := readBack(t, p, r, *next, 200, rows(r.To, 5000)); ref == nil || ref.Reason != marketdata.Garbled {
		t.Errorf("the same days again: %v", ref)
	}
	d, end, ref := readBack(t, p, r, *next, 200, rows(r.To-5000, 10))
	if ref != nil || end != nil || len(d.Bars[0].Dates) != 10 {
		t.Errorf("%v %+v", ref, end)
	}
}

func TestRates(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, From: date.MustParse("2026-11-01")}
	d := mustRead(t, false, r, `[{"symbol":"EURUSD","date":"2026-11-03","price":1.0921,"volume":1},{"symbol":"EURUSD","date":"2026-11-02","price":0}]`)
	if f := d.FX[0]; f.Name != "EUR/USD" || len(f.Dates) != 1 || f.Values[0] != 1.0921 || len(d.Left) != 1 {
		t.Errorf("%+v %q", f, d.Left)
	}
	d = mustRead(t, true, r, `{"symbol":"EURUSD","historical":[{"date":"2026-11-03","close":1.0921}]}`)
	if d.FX[0].Values[0] != 1.0921 {
		t.Errorf("%+v", d.FX)
	}
	// The source's documented example of 29 February 2024.
	r = marketdata.Request{Kind: marketdata.Rates, From: date.MustParse("2024-02-28"), To: date.MustParse("2024-07-01")}
	d, next, ref := answer(t, false, r, 200, `[{"date":"2024-02-29","month1":5.53,"month2":5.5,"month3":5.45,"month6":5.3,"year1":5.01,"year2":4.64,"year3":4.43,"year5":4.26,"year7":4.28,"year10":4.25,"year20":4.51,"year30":null}]`)
	if ref != nil || len(d.Rates) != 11 || d.Rates[0].Name != "month1" || d.Rates[0].Values[0] != 0.0553 || d.Rates[9].Name != "year10" || d.Rates[9].Values[0] != 0.0425 || d.Rates[9].Unit != "fraction" {
		t.Errorf("%v %+v", ref, d.Rates)
	}
	if next == nil || next.Query.Encode() != "from=2024-05-28&to=2024-07-01" {
		t.Errorf("goes on with %+v", next)
	}
}

func TestDividends(t *testing.T) {
	r := of(marketdata.Dividends, "AAPL", "")
	d := mustRead(t, false, r, `[{"symbol":"AAPL","date":"2025-02-10","recordDate":"2025-02-10","paymentDate":"2025-02-13","declarationDate":"2025-01-30","adjDividend":0.25,"dividend":0.25,"yield":0.4295,"frequency":"Quarterly"},
		{"symbol":"AAPL","date":"2012-08-09","recordDate":"","paymentDate":"0000-00-00","declarationDate":null,"adjDividend":0.094643,"dividend":2.65},
		{"symbol":"AAPL","date":"2012-08-09","adjDividend":0.094643,"dividend":2.65},{"symbol":"AAPL","date":"2011-01-01","dividend":null},
		{"symbol":"AAPL","date":"1987-05-11","adjDividend":5.36E-4,"dividend":0.0}]`)
	if len(d.Dividends) != 3 || len(d.Left) != 2 {
		t.Fatalf("%+v %q", d.Dividends, d.Left)
	}
	first, split, old := d.Dividends[0], d.Dividends[1], d.Dividends[2]
	if first.ExDate.String() != "2025-02-10" || first.PayDate.String() != "2025-02-13" || first.Declared.String() != "2025-01-30" || first.Amount.String() != "0.25" || first.Basis != marketdata.AsTraded {
		t.Errorf("%+v", first)
	}
	if split.Amount.String() != "2.65" || split.PayDate != 0 || split.Record != 0 || split.Declared != 0 {
		t.Errorf("%+v", split)
	}
	if old.Amount.String() != "0.000536" || old.Basis != marketdata.SplitAdjusted {
		t.Errorf("%+v", old)
	}
	d = mustRead(t, false, of(marketdata.Dividends, "", ""), `[{"symbol":"BRK-B","date":"2025-02-04","dividend":0.01},{"date":"2025-02-04","dividend":0.01}]`)
	if len(d.Dividends) != 1 || d.Dividends[0].Symbol != "BRK.B" {
		t.Errorf("the calendar: %+v", d.Dividends)
	}
}

func TestSplitsAndEarnings(t *testing.T) {
	d := mustRead(t, true, of(marketdata.Splits, "AAPL", ""), `{"symbol":"AAPL","historical":[{"date":"2020-08-31","label":"August 31, 20","numerator":4,"denominator":1},{"date":"2014-06-09","numerator":7.0,"denominator":0}]}`)
	if len(d.Splits) != 1 || d.Splits[0].Ratio.String() != "4:1" || d.Splits[0].Symbol != "AAPL" || len(d.Left) != 1 {
		t.Errorf("%+v %q", d.Splits, d.Left)
	}
	d = mustRead(t, true, of(marketdata.Earnings, "AAPL", ""), `[{"date":"2024-10-31","symbol":"AAPL","eps":1.64,"epsEstimated":1.6,"time":"amc","revenue":94930000000,"revenueEstimated":9.45E10,"updatedFromDate":"2024-11-01","fiscalDateEnding":"2024-09-28"}]`)
	if e := d.Earnings[0]; e.When != "after" || e.Fiscal.String() != "2024-09-28" || e.EPS.Decimal.String() != "1.64" || e.RevenueEstimate.Decimal.String() != "94500000000" {
		t.Errorf("%+v", e)
	}
	d = mustRead(t, false, of(marketdata.Earnings, "AAPL", ""), `[{"symbol":"AAPL","date":"2025-10-29","epsActual":null,"epsEstimated":"N/A","revenueActual":"None","revenueEstimated":null,"lastUpdated":"2025-02-04"}]`)
	if e := d.Earnings[0]; e.EPS.Known || e.Estimate.Known || e.Revenue.Known {
		t.Errorf("what is not known became a number: %+v", e)
	}
}

func TestQuotes(t *testing.T) {
	d := mustRead(t, false, of(marketdata.Quotes, "AAPL", ""), `[{"symbol":"AAPL","name":"Apple Inc.","price":232.8,"change":4.79,"volume":44489128,"dayLow":226.65,"dayHigh":233.13,"marketCap":3500823120000,"exchange":"NASDAQ","open":227.2,"previousClose":228.01,"timestamp":1738702801}]`)
	q := d.Quotes[0] // 4 February 2025, 16:00:01 in New York
	if q.Price != 232.8 || q.Previous != 228.01 || q.Day.String() != "2025-02-04" || q.MarketCap.Decimal.String() != "3500823120000" || q.Delay != -1 {
		t.Errorf("%+v", q)
	}
	// 00:30 UTC of the 5th is 09:30 of the 5th in Tokyo and the evening of the 4th in New York.
	for symbol, want := range map[string]string{"7203.T": "2025-02-05", "BRK.B": "2025-02-04", "XYZ": "1970-01-01"} {
		r := of(marketdata.Quotes, symbol, "")
		if symbol == "BRK.B" {
			r.Instrument.Exchange = "XNYS"
		}
		d := mustRead(t, false, r, fmt.Sprintf(`[{"symbol":%q,"price":1,"timestamp":1738715400000}]`, fmp.Theirs(r.Instrument)))
		if got := d.Quotes[0].Day.String(); got != want || d.Quotes[0].Symbol != symbol {
			t.Errorf("%s: %s %+v", symbol, got, d.Quotes[0])
		}
	}
}

func TestProfiles(t *testing.T) {
	older := `[{"symbol":"VOD.L","price":70.1,"beta":0.5,"volAvg":1,"mktCap":17000000000,"lastDiv":0.04,"range":"60.5-80.25","companyName":"Vodafone Group Public Limited Company","currency":"GBp","cik":"0000839923","isin":"GB00BH4HKS39","cusip":"G93882192","exchange":"London Stock Exchange","exchangeShortName":"LSE","industry":"Telecommunications Services","website":"https://www.vodafone.com","sector":"Communication Services","country":"GB","ipoDate":"1988-10-26","isEtf":false,"isActivelyTrading":true,"isAdr":false,"isFund":false}]`
	i := mustRead(t, true, of(marketdata.Profiles, "VOD.L", ""), older).Profiles[0]
	if i.Instrument.Currency != "GBX" || i.Instrument.Exchange != "XLON" || i.Instrument.Class != instrument.Equity || i.Instrument.ISIN != "GB00BH4HKS39" || i.Listed.String() != "1988-10-26" || i.Active == nil || !*i.Active {
		t.Errorf("%+v", i)
	}
	if got := fmt.Sprint(i.Figures); got != "[{beta 0.5 ratio} {market_cap 17000000000 GBX} {dividend_per_share 0.04 GBX} {52_week_low 60.5 GBX} {52_week_high 80.25 GBX}]" {
		t.Errorf("figures %s", got)
	}
	d := mustRead(t, false, of(marketdata.Profiles, "SPY", "fund"), `[{"symbol":"SPY","name":"SPDR S&P 500 ETF Trust","isin":"US78462F1030","securityCusip":"78462F103","domicile":"US","etfCompany":"SPDR","expenseRatio":0.0945,"assetsUnderManagement":633120180000,"inceptionDate":"1993-01-22","navCurrency":"USD","updatedAt":"2024-12-03T20:32:48.873Z","sectorsList":[{"industry":"Technology","exposure":31.2}]}]`)
	if got := fmt.Sprint(d.Profiles[0].Figures, d.Holdings[0].Composition.Sectors, d.Profiles[0].AsOf); got != "[{expense_ratio 0.000945 fraction} {net_assets 633120180000 USD}] [{Technology 0.312}] 2024-12-03" {
		t.Errorf("%s", got)
	}
	d = mustRead(t, false, of(marketdata.Profiles, "AAPL", "ratios"), `[{"symbol":"AAPL","priceToEarningsRatioTTM":35.37,"priceToBookRatioTTM":42.34,"netProfitMarginTTM":0.276,"dividendYieldTTM":null}]`)
	if got := fmt.Sprint(d.Profiles[0].Figures); got != "[{pe 35.37 ratio} {price_to_book 42.34 ratio} {profit_margin 0.276 fraction}]" {
		t.Errorf("%s", got)
	}
}

// Neither flags nor a market of one class: the class is not known, whatever the letters.
func TestClassIsNotGuessed(t *testing.T) {
	for _, c := range []struct {
		row  string
		want instrument.Class
	}{
		{`"symbol":"SPYETF","exchange":"NYSE"`, instrument.Unknown},
		{`"symbol":"A","isEtf":true,"isFund":false`, instrument.ETF},
		{`"symbol":"A","isEtf":false,"isFund":true`, instrument.Fund},
		{`"symbol":"A","isEtf":false`, instrument.Unknown},
		{`"symbol":"A","isEtf":false,"isFund":false,"exchange":"AMEX"`, instrument.Equity},
		{`"symbol":"A","exchange":"CRYPTO","isEtf":false,"isFund":false`, instrument.Crypto},
	} {
		d := mustRead(t, false, search("x", "name"), "[{"+c.row+"}]")
		if got := d.Found[0].Instrument.Class; got != c.want {
			t.Errorf("%s is %q", c.row, got)
		}
	}
}

func TestStatements(t *testing.T) {
	p := fmp.New(fmp.Options{Legacy: true})
	r := of(marketdata.Statements, "AAPL", "")
	c, _ := p.Ask(r)
	d, next, ref := readBack(t, p, r, c, 200, `[{"date":"2024-06-29","symbol":"AAPL","reportedCurrency":"USD","cik":"0000320193","fillingDate":"2024-08-02","acceptedDate":"2024-08-01 18:03:34","calendarYear":"2024","period":"Q3","revenue":8.5777E10,"costOfRevenue":46099000000,"grossProfitRatio":0.4626,"generalAndAdministrativeExpenses":null,"eps":1.4,"epsdiluted":1.4,"netIncome":21448000000,"link":"https://www.sec.gov/x"}]`)
	if ref != nil || len(d.Statements) != 1 {
		t.Fatalf("%v %+v", ref, d)
	}
	s := d.Statements[0]
	if got := fmt.Sprint(s.Part, s.Period, s.Label, s.End, s.Filed, s.Currency, s.Lines); got != "incomequarterQ3 20242024-06-29 2024-08-02USD[{total_revenue 85777000000} {cost_of_revenue 46099000000} {gross_profit_ratio 0.4626} {eps 1.4} {eps_diluted 1.4} {net_income 21448000000}]" {
		t.Errorf("%s", got)
	}
	// The request goes through the three statements of the years, then of the quarters,
	// and over those that the plan does not have.
	var asked []string
	for calls := 1; next != nil; calls++ {
		asked = append(asked, next.Path+" "+next.Query.Get("period"))
		if d, next, ref = readBack(t, p, r, *next, 402, `Premium Query Parameter: 'Special Endpoint : This value set for 'period' is not available under your current subscription`); ref != nil || len(d.Left) != 1 || calls > 6 {
			t.Fatalf("%v %+v", ref, d)
		}
	}
	if got := strings.Join(asked, ", "); got != "/api/v3/balance-sheet-statement/AAPL annual, /api/v3/cash-flow-statement/AAPL annual, /api/v3/income-statement/AAPL quarter, /api/v3/balance-sheet-statement/AAPL quarter, /api/v3/cash-flow-statement/AAPL quarter" {
		t.Errorf("%s", got)
	}
	d = mustRead(t, false, of(marketdata.Statements, "AAPL", "cash-flow"), `[{"date":"2024-09-28","period":"FY","fiscalYear":"2024","accountsReceivables":-5144000000,"netCashProvidedByOperatingActivities":118254000000,"operatingCashFlow":118254000000,"freeCashFlow":108807000000}]`)
	if got := fmt.Sprint(d.Statements[0].Label, d.Statements[0].Period, d.Statements[0].Lines); got != "FY2024annual[{change_in_accounts_receivable -5144000000} {net_cash_provided_by_operating_activities 118254000000} {operating_cash_flow 118254000000} {free_cash_flow 108807000000}]" {
		t.Errorf("%s", got)
	}
}

func TestNews(t *testing.T) {
	body := `[{"symbol":"AAPL","publishedDate":"2025-02-03 21:05:14","publisher":"CNBC","title":"A \"title\" \u2013 of news","image":"https://x.test/i.jpg","site":"cnbc.com","text":"Words.","url":"https://x.test/1"},
		{"symbol":"AAPL","publishedDate":"2025-02-03 21:05:14","title":"Twice","url":"https://x.test/1"},{"symbol":"AAPL","publishedDate":"-","title":"No time","url":"https://x.test/2"}]`
	d := mustRead(t, false, of(marketdata.News, "AAPL", ""), body)
	if len(d.News) != 1 || len(d.Left) != 2 {
		t.Fatalf("%+v %q", d.News, d.Left)
	}
	if a := d.News[0]; a.Title != `A "title" – of news` || !a.Published.Equal(time.Date(2025, 2, 4, 2, 5, 14, 0, time.UTC)) || a.Publisher != "CNBC" || a.ID != "https://x.test/1" || a.Symbols[0].Symbol != "AAPL" || a.Sentiment != nil {
		t.Errorf("%+v", a)
	}
}

func TestHoldings(t *testing.T) {
	r := of(marketdata.Holdings, "SPY", "")
	d := mustRead(t, false, r, `[{"symbol":"SPY","asset":"AAPL","name":"APPLE INC","isin":"US0378331005","sharesNumber":188106081,"weightPercentage":7.137,"marketValue":44744793487.47,"updatedAt":"2025-01-16 05:01:09","updated":"2025-02-04 19:02:31"},
		{"symbol":"SPY","asset":"BRK-B","name":"BERKSHIRE","weightPercentage":1.7},{"symbol":"SPY","asset":"","name":"US DOLLAR","weightPercentage":-0.02},
		{"symbol":"SPY","asset":"SPY","name":"itself","weightPercentage":1},{"symbol":"SPY","asset":"X","name":"no weight","weightPercentage":null}]`)
	c := d.Holdings[0].Composition
	if got := fmt.Sprint(c.AsOf, c.Source, len(c.Constituents), c.Constituents[0], c.Constituents[1].Symbol, c.Constituents[2].Weight, len(d.Left)); got != "2025-01-16fmp3 {AAPL US0378331005 APPLE INC     0.07137}BRK.B-0.0002 2" {
		t.Errorf("%s", got)
	}
	older := `[{"asset":"AAPL","name":"APPLE INC","isin":"US0378331005","cusip":"037833100","sharesNumber":1,"weightPercentage":7.137,"marketValue":1,"updated":"2023-05-01 00:00:00"}]`
	if c := mustRead(t, true, r, older).Holdings[0].Composition; c.AsOf.String() != "2023-05-01" || c.Constituents[0].Symbol != "AAPL" {
		t.Errorf("%+v", c)
	}
	if _, _, ref := answer(t, false, r, 200, `[{"asset":"A","weightPercentage":90},{"asset":"B","weightPercentage":90}]`); ref == nil || ref.Reason != marketdata.Garbled {
		t.Errorf("weights of 180%%: %v", ref)
	}
	short := mustRead(t, false, of(marketdata.Holdings, "QQQX", "disclosure"), `[{"date":"2023-12-31","symbol":"AAPL","name":"Apple Inc","isin":"US0378331005","cur_cd":"USD","pctVal":0.00238,"payoffProfile":"Short","invCountry":"US"},{"symbol":"B","pctVal":50,"payoffProfile":"Long"}]`)
	if c := short.Holdings[0].Composition; c.Constituents[0].Weight.String() != "-0.0000238" || c.Constituents[0].Country != "US" || c.AsOf.String() != "2023-12-31" {
		t.Errorf("%+v", c)
	}
	for _, body := range []string{`[{"symbol":"SPY","sector":"Technology","weightPercentage":31.2}]`, `[{"sector":"Technology","weightPercentage":"31.2%"}]`} {
		if got := fmt.Sprint(mustRead(t, false, of(marketdata.Holdings, "SPY", "sectors"), body).Holdings[0].Composition.Sectors); got != "[{Technology 0.312}]" {
			t.Errorf("%s", got)
		}
	}
	if got := fmt.Sprint(mustRead(t, false, of(marketdata.Holdings, "SPY", "countries"), `[{"country":"United States","weightPercentage":"97.29%"},{"country":"Other","weightPercentage":"2.71%"}]`).Holdings[0].Countries); got != "[{US 0.9729} {Other 0.0271}]" {
		t.Errorf("%s", got)
	}
}

func TestChanges(t *testing.T) {
	p := fmp.New(fmp.Options{})
	r := marketdata.Request{Kind: marketdata.Changes, From: date.MustParse("2022-01-01")}
	c, _ := p.Ask(r)
	d, next, ref := readBack(t, p, r, c, 200, `[{"date":"2022-06-09","companyName":"Meta Platforms, Inc.","oldSymbol":"FB","newSymbol":"META"},{"date":"2020-01-01","oldSymbol":"A","newSymbol":"B"},{"date":"","oldSymbol":"A","newSymbol":"B"}]`)
	if ref != nil || len(d.Renames) != 1 || d.Renames[0].Old != "FB" || d.Renames[0].New != "META" || len(d.Left) != 1 || next == nil {
		t.Fatalf("%v %+v %+v", ref, d, next)
	}
	d, next, ref = readBack(t, p, r, *next, 200, `[{"symbol":"5CV.DE","companyName":"CureVac N.V.","exchange":"XETRA","ipoDate":"2020-08-25","delistedDate":"2026-12-05"},{"symbol":"TWTR","companyName":"Twitter, Inc.","exchange":"NYSE","delistedDate":"2022-10-28"}]`)
	if ref != nil || len(d.Profiles) != 2 || !*d.Profiles[0].Active || *d.Profiles[1].Active || d.Profiles[1].Delisted.String() != "2022-10-28" || next == nil || next.Query.Get("page") != "1" {
		t.Fatalf("%v %+v %+v", ref, d, next)
	}
	if _, next, ref = readBack(t, p, r, *next, 200, `[]`); ref != nil || next != nil {
		t.Errorf("%v %+v", ref, next)
	}
}
