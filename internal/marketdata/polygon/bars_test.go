package polygon

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// later is a moment after every day of the bodies here.
var later = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// ask reads a body as the answer to the first call of a request.
func ask(t *testing.T, r marketdata.Request, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	c, err := New().Ask(r)
	if err != nil {
		t.Fatal(err)
	}
	return readAs(t, r, c, a)
}

func readAs(t *testing.T, r marketdata.Request, c marketdata.Call, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	if a.At.IsZero() {
		a.At = later
	}
	d, next, err := New().Read(r, c, a)
	if err == nil {
		return d, next, nil
	}
	refusal, ok := err.(*marketdata.Refusal)
	if !ok {
		t.Fatalf("an error that is no refusal: %v", err)
	}
	return d, next, refusal
}

func ok200(body string) marketdata.Response {
	return marketdata.Response{Status: 200, Body: []byte(body)}
}

// twoDays is re-typed from the vendor's Python client (test_rest/mocks/v2/aggs, MIT): two
// days of AAPL on either side of the night in which New York's clocks went forward.
const twoDays = `{"ticker":"AAPL","queryCount":2,"resultsCount":2,"adjusted":true,"results":[
 {"v":642646396.0,"vw":1.469,"o":1.5032,"c":1.4604,"h":1.5064,"l":1.4489,"t":1112331600000,"n":82132},
 {"v":578172308.0,"vw":1.4589,"o":1.4639,"c":1.4675,"h":1.4754,"l":1.4343,"t":1112587200000,"n":65543}],
 "status":"OK","request_id":"12afda77aab3b1936c5fb6ef4241ae42","count":2}`

func barsOf(symbol string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: symbol, Currency: "USD"}}
}

func TestBars(t *testing.T) {
	d, next, no := ask(t, barsOf("AAPL"), ok200(twoDays))
	if no != nil || next != nil || len(d.Left) > 0 || len(d.Bars) != 1 {
		t.Fatal(d, next, no)
	}
	b := d.Bars[0]
	if b.Symbol != "AAPL" || b.Currency != "USD" || b.Basis != marketdata.SplitAdjusted || b.Unfinished {
		t.Errorf("%+v", b)
	}
	if want := []date.Date{date.Must(2005, 4, 1), date.Must(2005, 4, 4)}; !slices.Equal(b.Dates, want) {
		t.Errorf("days %v, want %v", b.Dates, want)
	}
	if !slices.Equal(b.Open, []float64{1.5032, 1.4639}) || !slices.Equal(b.High, []float64{1.5064, 1.4754}) || !slices.Equal(b.Low, []float64{1.4489, 1.4343}) ||
		!slices.Equal(b.Close, []float64{1.4604, 1.4675}) || !slices.Equal(b.Volume, []float64{642646396, 578172308}) {
		t.Errorf("%+v", b)
	}
	traded := strings.Replace(twoDays, `"adjusted":true`, `"adjusted":false`, 1)
	if d, _, _ := ask(t, barsOf("AAPL"), ok200(traded)); d.Bars[0].Basis != marketdata.AsTraded {
		t.Errorf("adjusted=false is %q", d.Bars[0].Basis)
	}
	silent := strings.Replace(twoDays, `"adjusted":true,`, ``, 1)
	if d, _, _ := ask(t, barsOf("AAPL"), ok200(silent)); d.Bars[0].Basis != marketdata.UnknownBasis {
		t.Errorf("without adjusted it is %q", d.Bars[0].Basis)
	}
}

// TestDaysAreThoseOfTheExchange has the beginnings of days in winter and summer, their
// ends, the hours around midnight, and stamps that are days written as times.
func TestDaysAreThoseOfTheExchange(t *testing.T) {
	ny, utc := clock{}, clock{utc: true}
	for _, c := range []struct {
		clock clock
		at    string
		want  string
	}{
		{ny, "2024-01-09T05:00:00Z", "2024-01-09"}, {ny, "2024-07-09T04:00:00Z", "2024-07-09"},
		{ny, "2024-01-09T04:59:59Z", "2024-01-08"}, {ny, "2024-01-09T04:00:00Z", "2024-01-08"}, {ny, "2024-07-09T03:59:59Z", "2024-07-08"},
		{ny, "2024-01-09T21:00:00Z", "2024-01-09"}, {ny, "2024-07-10T00:30:00Z", "2024-07-09"},
		{ny, "2024-03-10T05:00:00Z", "2024-03-10"}, {ny, "2024-03-11T04:00:00Z", "2024-03-11"}, {ny, "2024-11-03T04:00:00Z", "2024-11-03"}, {ny, "2024-11-04T05:00:00Z", "2024-11-04"},
		{ny, "2024-01-09T00:00:00Z", "2024-01-09"},
		{utc, "2024-01-09T00:00:00Z", "2024-01-09"}, {utc, "2024-01-09T23:59:59Z", "2024-01-09"}, {utc, "2024-01-09T05:00:00Z", "2024-01-09"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := c.clock.day(at.UnixMilli()); !ok || got.String() != c.want {
			t.Errorf("%s (utc %v) is %s, want %s", c.at, c.clock.utc, got, c.want)
		}
	}
	for _, ms := range []int64{1112331600, 1112331600000000000, -1 << 62, math.MaxInt64} { // seconds, nanoseconds
		if d, ok := ny.day(ms); ok {
			t.Errorf("%d is taken for %s", ms, d)
		}
	}
	// Every midnight of 60 years, against the time package.
	for day := date.Must(1980, 1, 1); day < date.Must(2040, 1, 1); day++ {
		y, m, d := day.Civil()
		if got, _ := ny.day(time.Date(y, m, d, 0, 0, 0, 0, newYork).UnixMilli()); got != day {
			t.Fatalf("midnight of %s is %s", day, got)
		}
		if got, _ := ny.day(time.Date(y, m, d, 16, 0, 0, 0, newYork).UnixMilli()); got != day {
			t.Fatalf("16:00 of %s is %s", day, got)
		}
	}
}

func TestADayIsOverAtFour(t *testing.T) {
	day := date.Must(2024, 7, 9)
	for _, c := range []struct {
		clock   clock
		at      string
		delayed bool
		want    bool
	}{
		{clock{}, "2024-07-09T19:59:00Z", false, false}, {clock{}, "2024-07-09T20:00:00Z", false, true}, {clock{}, "2024-07-09T20:14:00Z", true, false},
		{clock{}, "2024-07-09T20:15:00Z", true, true}, {clock{}, "2024-07-10T01:00:00Z", false, true}, {clock{}, "2024-07-08T22:00:00Z", false, false},
		{clock{utc: true}, "2024-07-09T23:59:00Z", false, false}, {clock{utc: true}, "2024-07-10T00:00:00Z", false, true}, {clock{utc: true}, "2024-07-10T00:10:00Z", true, false},
	} {
		at, _ := time.Parse(time.RFC3339, c.at)
		if got := c.clock.over(day, at, c.delayed); got != c.want {
			t.Errorf("%s, utc %v, delayed %v: over is %v", c.at, c.clock.utc, c.delayed, got)
		}
	}
	// The day that is on comes, and is said not to be over.
	now := time.Date(2005, 4, 4, 15, 0, 0, 0, time.UTC)
	d, _, no := ask(t, barsOf("AAPL"), marketdata.Response{Status: 200, Body: []byte(twoDays), At: now})
	if no != nil || !d.Bars[0].Unfinished || len(d.Bars[0].Dates) != 2 {
		t.Errorf("%+v %v", d.Bars, no)
	}
	d, _, no = ask(t, barsOf("AAPL"), marketdata.Response{Status: 200, Body: []byte(twoDays), At: now.AddDate(0, 0, -1)})
	if no != nil || len(d.Bars[0].Dates) != 1 || len(d.Left) != 1 || !strings.Contains(d.Left[0], "2005-04-04: after the day of the answer") {
		t.Errorf("a day to come: %+v %v", d, no)
	}
}

// rows wraps rows of bars into an answer.
func rows(list string) string {
	return `{"ticker":"AAPL","adjusted":false,"results":[` + list + `],"status":"OK"}`
}

func TestBarsThatAreNot(t *testing.T) {
	const jan9, jan10 = `"t":1704776400000`, `"t":1704862800000`
	for _, c := range []struct {
		name, body string
		closes     []float64
		left       string
	}{
		{"a day twice: the later counts", rows(`{"c":1,` + jan9 + `},{"c":2,` + jan9 + `}`), []float64{2}, "2024-01-09: more than once, the last row stands"},
		{"days out of order", rows(`{"c":2,` + jan10 + `},{"c":1,` + jan9 + `}`), []float64{1, 2}, "put in order"},
		{"no close", rows(`{"c":null,` + jan9 + `},{"c":2,` + jan10 + `}`), []float64{2}, "2024-01-09: no close"},
		{"a close beyond numbers", rows(`{"c":1e999,` + jan9 + `},{"c":2,` + jan10 + `}`), []float64{2}, "2024-01-09: no close"},
		{"no time", rows(`{"c":1},{"c":2,` + jan10 + `}`), []float64{2}, "row 1: no time"},
		{"a time in seconds", rows(`{"c":1,"t":1704776400},{"c":2,` + jan10 + `},{"c":1,"t":1704776400000000}`), []float64{2}, "cannot be a time"},
		{"a price that cannot be right is the source's", rows(`{"c":-1,` + jan9 + `},{"c":0,` + jan10 + `}`), []float64{-1, 0}, ""},
		{"fewer rows than counted", strings.Replace(rows(`{"c":1,`+jan9+`}`), `"adjusted"`, `"resultsCount":7,"adjusted"`, 1), []float64{1}, "counts 7 rows, 1 came"},
	} {
		d, _, no := ask(t, barsOf("AAPL"), ok200(c.body))
		if no != nil || len(d.Bars) != 1 {
			t.Errorf("%s: %v %v", c.name, d, no)
			continue
		}
		b, said := d.Bars[0], strings.Join(d.Left, "; ")
		if !slices.Equal(b.Close, c.closes) || !strings.Contains(said, c.left) || c.left == "" && said != "" {
			t.Errorf("%s: %v, left %q", c.name, b.Close, said)
		}
		if b.Open != nil || b.Volume != nil {
			t.Errorf("%s: columns of nothing: %+v", c.name, b)
		}
	}
}

func TestBarsThatAnswerSomethingElse(t *testing.T) {
	r := barsOf("MSFT")
	if _, _, no := ask(t, r, ok200(twoDays)); no == nil || no.Reason != marketdata.Garbled || !strings.Contains(no.Place, "AAPL") {
		t.Errorf("the bars of another: %v", no)
	}
	r = barsOf("AAPL")
	r.From, r.To = date.Must(2024, 1, 1), date.Must(2024, 2, 1)
	if _, _, no := ask(t, r, ok200(twoDays)); no == nil || no.Reason != marketdata.Garbled || !strings.Contains(no.Place, "2005-04-01 to 2005-04-04") {
		t.Errorf("other days: %v", no)
	}
	r.From, r.To = date.Must(2005, 4, 2), date.Must(2005, 4, 4)
	d, _, no := ask(t, r, ok200(twoDays))
	if no != nil || len(d.Bars[0].Dates) != 1 {
		t.Errorf("one other day: %+v %v", d, no)
	}
}

func TestNoBars(t *testing.T) {
	for _, body := range []string{
		`{"ticker":"AAPL","queryCount":0,"resultsCount":0,"adjusted":true,"status":"OK","request_id":"x","count":0}`,
		`{"ticker":"AAPL","results":[],"status":"DELAYED"}`, `{"ticker":"AAPL","results":null,"status":"OK"}`,
		rows(`{"c":null,"t":1704776400000}`),
	} {
		if _, _, no := ask(t, barsOf("AAPL"), ok200(body)); no == nil || no.Reason != marketdata.Empty {
			t.Errorf("%s: %v", body, no)
		}
	}
}

// TestEveryHalfBodyIsGarbled cuts an answer at every byte.
func TestEveryHalfBodyIsGarbled(t *testing.T) {
	for i := range twoDays {
		_, _, no := ask(t, barsOf("AAPL"), ok200(twoDays[:i]))
		if no == nil || no.Reason != marketdata.Garbled || no.Place == "" {
			t.Fatalf("cut at %d: %v", i, no)
		}
	}
	if _, _, no := ask(t, barsOf("AAPL"), ok200(twoDays[:200])); !strings.Contains(no.Error(), "row 2, ") {
		t.Errorf("the place is not said: %v", no)
	}
}

func TestCurrenciesAndCoinsKeepUTC(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}}
	body := `{"ticker":"C:EURUSD","adjusted":false,"results":[{"c":1.0953,"t":1704758400000},{"c":1.0931,"t":1704844800000}],"status":"OK"}`
	at := time.Date(2024, 1, 10, 18, 0, 0, 0, time.UTC)
	d, _, no := ask(t, r, marketdata.Response{Status: 200, Body: []byte(body), At: at})
	if no != nil || len(d.FX) != 1 {
		t.Fatal(d, no)
	}
	fx := d.FX[0]
	if fx.Name != "EUR/USD" || fx.Dates[0] != date.Must(2024, 1, 9) || fx.Values[1] != 1.0931 || fx.Provisional != date.Must(2024, 1, 10) {
		t.Errorf("%+v", fx)
	}
	coin := marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: "BTC-USD", Class: instrument.Crypto}}
	d, _, no = ask(t, coin, ok200(strings.ReplaceAll(body, "C:EURUSD", "X:BTCUSD")))
	if no != nil || d.Bars[0].Dates[0] != date.Must(2024, 1, 9) || d.Bars[0].Currency != "USD" || d.Bars[0].Basis != marketdata.AsTraded || d.Bars[0].Symbol != "BTC-USD" {
		t.Errorf("%+v %v", d.Bars, no)
	}
}

func TestGrouped(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Grouped, To: date.Must(2020, 10, 14)}
	// The first row is the vendor's documented example; its time is 16:00 in New York.
	body := `{"queryCount":4,"resultsCount":4,"adjusted":false,"results":[
	 {"T":"GIK","v":895345,"vw":9.9979,"o":9.99,"c":10.02,"h":10.02,"l":9.9,"t":1602705600000,"n":96},
	 {"T":"BRK.B","v":1,"o":2,"c":3,"h":4,"l":1,"t":1602705600000},
	 {"T":"OLD","c":1,"t":1602619200000},
	 {"T":"GIK","v":895345,"o":9.99,"c":10.03,"h":10.02,"l":9.9,"t":1602705600000}],"status":"OK"}`
	d, next, no := ask(t, r, ok200(body))
	if no != nil || next != nil || len(d.Bars) != 2 {
		t.Fatal(d, no)
	}
	g, b := d.Bars[0], d.Bars[1]
	if g.Symbol != "GIK" || g.Dates[0] != r.To || g.Close[0] != 10.03 || g.Open[0] != 9.99 || g.Volume[0] != 895345 || g.Basis != marketdata.AsTraded || g.Currency != "USD" {
		t.Errorf("%+v", g)
	}
	if b.Symbol != "BRK.B" || len(b.Close) != 1 || b.Low[0] != 1 {
		t.Errorf("%+v", b)
	}
	if len(d.Left) != 2 || !strings.Contains(d.Left[0], "row 3: 2020-10-13 was not asked") || !strings.Contains(d.Left[1], "GIK comes again") {
		t.Errorf("left %q", d.Left)
	}
	r.To++
	if _, _, no := ask(t, r, ok200(body)); no == nil || no.Reason != marketdata.Garbled {
		t.Errorf("the market of another day: %v", no)
	}
}
