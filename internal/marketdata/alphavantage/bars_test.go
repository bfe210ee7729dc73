package alphavantage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// Three days of IBM around its dividend of 2026-05-08 in both forms; the split is made up.
const adjustedCSV = "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n" +
	"2026-05-11,225.5,226.1,223.7,224.9,224.9,4500000,0.0000,1.0\r\n" +
	"2026-05-08,229.3,230.0,226.2,226.5,226.5,5012345,1.6900,1.0\r\n" +
	"2026-05-07,462.0,463.5,None,461.2,228.895362103169,2506172,0.0000,2.0\r\n"

const adjustedJSON = `{"Meta Data": {"1. Information": "Daily Time Series with Splits and Dividend Events", "2. Symbol": "IBM", "3. Last Refreshed": "2026-05-11", "4. Output Size": "Compact", "5. Time Zone": "US/Eastern"},
 "Time Series (Daily)": {
  "2026-05-11": {"1. open": "225.5", "2. high": "226.1", "3. low": "223.7", "4. close": "224.9", "5. adjusted close": "224.9", "6. volume": "4500000", "7. dividend amount": "0.0000", "8. split coefficient": "1.0"},
  "2026-05-08": {"1. open": "229.3", "2. high": "230.0", "3. low": "226.2", "4. close": "226.5", "5. adjusted close": "226.5", "6. volume": "5012345", "7. dividend amount": "1.6900", "8. split coefficient": "1.0"},
  "2026-05-07": {"1. open": "462.0", "2. high": "463.5", "3. low": "None", "4. close": "461.2", "5. adjusted close": "228.895362103169", "6. volume": "2506172", "7. dividend amount": "0.0000", "8. split coefficient": "2.0"}}}`

func TestAdjustedDays(t *testing.T) {
	for form, body := range map[string]string{"csv": adjustedCSV, "json": adjustedJSON} {
		got, next := must(t, marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM")}, body)
		if next != nil || len(got.Bars) != 1 || len(got.Left) != 0 {
			t.Fatalf("%s: %d series, next %v, left %v", form, len(got.Bars), next, got.Left)
		}
		s := got.Bars[0]
		if s.Symbol != "IBM" || s.Currency != "" || s.Basis != marketdata.AsTraded || s.AdjustedBasis != marketdata.TotalReturn || s.Unfinished {
			t.Errorf("%s: %+v", form, s)
		}
		if !slices.Equal(s.Dates, []date.Date{d("2026-05-07"), d("2026-05-08"), d("2026-05-11")}) || !slices.Equal(s.Close, []float64{461.2, 226.5, 224.9}) ||
			!slices.Equal(s.Adjusted, []float64{228.895362103169, 226.5, 224.9}) || !slices.Equal(s.Volume, []float64{2506172, 5012345, 4500000}) ||
			!slices.Equal(s.Open, []float64{462, 229.3, 225.5}) || !slices.Equal(s.High, []float64{463.5, 230, 226.1}) {
			t.Errorf("%s: %+v", form, s)
		}
		if !math.IsNaN(s.Low[0]) || s.Low[1] != 226.2 {
			t.Errorf("%s: the lows are %v, the first is not known", form, s.Low)
		}
		if len(got.Dividends) != 1 || got.Dividends[0].ExDate != d("2026-05-08") || got.Dividends[0].Amount.String() != "1.69" || got.Dividends[0].Basis != marketdata.AsTraded {
			t.Errorf("%s: dividends %+v", form, got.Dividends)
		}
		if len(got.Splits) != 1 || got.Splits[0].Date != d("2026-05-07") || got.Splits[0].Ratio.String() != "2:1" || got.Splits[0].Doubt != "" {
			t.Errorf("%s: splits %+v", form, got.Splits)
		}
	}
}

// What cannot be is left out and said, or refused with its place.
func TestOddDays(t *testing.T) {
	head := "timestamp,open,high,low,close,volume\n"
	for _, c := range []struct{ name, body, dates, closes, left, place string }{
		{"out of order", head + "2026-05-08,1,1,1,1,1\n2026-05-12,1,1,1,3,1\n2026-05-11,1,1,1,2,1\n", "2026-05-08 2026-05-11 2026-05-12", "1 2 3", "out of order", ""},
		{"twice", head + "2026-05-11,1,1,1,2,1\n2026-05-08,1,1,1,1,1\n2026-05-08,1,1,1,1.5,1\n", "2026-05-08 2026-05-11", "1 2", "more than once", ""},
		{"not come", head + "2026-05-19,1,1,1,2,1\n2026-05-08,1,1,1,1,1\n", "2026-05-08", "1", "after the day of the answer", ""},
		{"no close", head + "2026-05-11,1,1,1,-,1\n2026-05-08,1,1,1,1,1\n", "2026-05-08", "1", "no close", ""},
		{"zero and negative stay", head + "2026-05-11,1,1,1,0.0000,1\n2026-05-08,1,1,1,-37.63,1\n", "2026-05-08 2026-05-11", "-37.63 0", "", ""},
		{"blank lines", head + "\n2026-05-08,1,1,1,1,1\n\n", "2026-05-08", "1", "", ""},
		{"quoted", head + "\"2026-05-08\",1,1,1,\"1\",1\r\n", "2026-05-08", "1", "", ""},
		{"exponent", head + "2026-05-08,1,1,1,1.5e-3,1\n", "2026-05-08", "0.0015", "", ""},
		{"cut in a row", head + "2026-05-11,1,1,1,2,1\n2026-05-08,1,1", "", "", "", "row 2"},
		{"cut in the last field", head + "2026-05-11,1,1,1,2,12", "", "", "", "row 1"},
		{"a column too many", head + "2026-05-11,1,1,1,2,1,7\n", "", "", "", "row 1"},
		{"no day", head + "2026-02-30,1,1,1,2,1\n", "", "", "", "row 1, timestamp"},
		{"a time", head + "2026-05-08 16:00:00,1,1,1,2,1\n", "", "", "", "row 1, timestamp"},
		{"no number", head + "2026-05-08,1,1,1,0x10,1\n", "", "", "", "row 1, close"},
		{"infinite", head + "2026-05-08,1,1,1,1e999,1\n", "", "", "", "row 1, close"},
		{"no close column", "timestamp,open\n2026-05-08,1\n", "", "", "", "header"},
		{"weekly", `{"Weekly Time Series": {"2026-05-08": {"4. close": "1"}}}`, "", "", "", "Weekly Time Series"},
		{"another symbol", `{"Meta Data": {"2. Symbol": "MSFT"}, "Time Series (Daily)": {"2026-05-08": {"4. close": "1"}}}`, "", "", "", "symbol"},
		{"a number for a day", `{"Time Series (Daily)": {"2026-05-08": 5}}`, "", "", "", "Time Series (Daily), 2026-05-08"},
		{"a bad number", `{"Time Series (Daily)": {"2026-05-08": {"4. close": "1,5"}}}`, "", "", "", "Time Series (Daily), 2026-05-08, 4. close"},
		{"no series", `{"Meta Data": {"2. Symbol": "IBM"}}`, "", "", "", "start"},
		{"text behind", adjustedJSON + "x", "", "", "", "start"},
	} {
		got, _, refused := read(t, marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM")}, c.body)
		if c.place != "" {
			if refused == nil || refused.Reason != marketdata.Garbled || refused.Place != c.place {
				t.Errorf("%s: %v, want it garbled at %q", c.name, refused, c.place)
			}
			continue
		}
		if refused != nil {
			t.Errorf("%s: %v", c.name, refused)
			continue
		}
		var dates, closes []string
		for i, day := range got.Bars[0].Dates {
			dates, closes = append(dates, day.String()), append(closes, fmt.Sprint(got.Bars[0].Close[i]))
		}
		if left := strings.Join(got.Left, "; "); strings.Join(dates, " ") != c.dates || strings.Join(closes, " ") != c.closes || !strings.Contains(left, c.left) || c.left == "" && left != "" {
			t.Errorf("%s: %v with %v, left %q; want %s with %s, left %q", c.name, dates, closes, left, c.dates, c.closes, c.left)
		}
	}
}

// Only the days asked for are delivered; none of them is Empty, not an error of the body.
func TestDaysAskedFor(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM"), From: d("2026-05-08"), To: d("2026-05-08")}
	got, _ := must(t, r, adjustedCSV)
	if len(got.Bars[0].Dates) != 1 || len(got.Dividends) != 1 || len(got.Splits) != 0 {
		t.Errorf("got %+v", got)
	}
	r.From, r.To = d("2026-05-12"), d("2026-05-15")
	if _, _, refused := read(t, r, adjustedCSV); refused == nil || refused.Reason != marketdata.Empty {
		t.Errorf("days without prices: %v, want Empty", refused)
	}
}

func TestSizeAsked(t *testing.T) {
	for _, c := range []struct{ from, to, size string }{
		{"", "", "full"}, {"", "2026-05-15", "full"}, {"2026-05-01", "", "full"},
		{"2026-05-01", "2026-05-15", "compact"}, {"2025-12-27", "2026-05-15", "compact"}, {"2025-12-26", "2026-05-15", "full"},
	} {
		r := marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM")}
		if c.from != "" {
			r.From = d(c.from)
		}
		if c.to != "" {
			r.To = d(c.to)
		}
		call := ask(t, New(), r)
		if got := call.Query.Get("outputsize"); got != c.size || call.Endpoint != "TIME_SERIES_DAILY_ADJUSTED" || call.Large != (c.size == "full") {
			t.Errorf("%s to %s: %s of %s, large %t; want %s", c.from, c.to, got, call.Endpoint, call.Large, c.size)
		}
		if call := ask(t, NewFree(), r); call.Endpoint != "TIME_SERIES_DAILY" || call.Query.Get("outputsize") != "compact" {
			t.Errorf("a key without a plan asks %v", call)
		}
	}
}

// days writes so many weekdays up to a last one, the latest first, as the source does.
func days(symbol, last string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"Meta Data": {"2. Symbol": %q}, "Time Series (Daily)": {`, symbol)
	for day, i := d(last), 0; i < n; day-- {
		if day.IsWeekend() {
			continue
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `%q: {"1. open": "10", "4. close": "%d.5", "5. volume": "100"}`, day, 10+i%7)
		i++
	}
	return b.String() + "}}"
}

// A compact answer that does not reach back is followed by the full one, and that by a
// compact one for good where the plan has not the full one: it ends in every case.
func TestCompactTurnsToFullAndBack(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM"), From: d("2020-01-02"), To: d("2020-01-31")}
	compact := days("IBM", "2026-05-15", latest)
	got, next, refused := read(t, r, compact)
	if refused != nil || next == nil || next.Query.Get("outputsize") != "full" || !next.Large || len(got.Bars) != 0 {
		t.Fatalf("got %+v, next %v, %v", got, next, refused)
	}
	full, after, refused := readCall(t, New(), r, *next, days("IBM", "2026-05-15", 3000))
	if refused != nil || after != nil || len(full.Bars) != 1 || full.Bars[0].Dates[0] != d("2020-01-02") || len(full.Bars[0].Dates) != 22 {
		t.Errorf("full: %+v, %v, %v", full, after, refused)
	}
	const premium = `{"Information": "The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY_ADJUSTED endpoint."}`
	_, lesser, refused := readCall(t, New(), r, *next, premium)
	if refused != nil || lesser == nil || lesser.Query.Get("outputsize") != "compact" || lesser.Large {
		t.Fatalf("after a refusal of the full size: %v, %v", lesser, refused)
	}
	got, next, refused = readCall(t, New(), r, *lesser, compact)
	if next != nil || refused == nil || refused.Reason != marketdata.Empty {
		t.Errorf("the compact size for good: %+v, next %v, %v; want Empty", got, next, refused)
	}
}

// A key without a plan is led from adjusted prices to unadjusted ones to the latest 100.
func TestLesserPlan(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM"), From: d("2010-01-04")}
	const premium = `{"Information": "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium endpoints"}`
	const full = `{"Information": "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint."}`
	var left []string
	c := ask(t, New(), r)
	var asked []string
	for _, body := range []string{premium, full, days("IBM", "2026-05-15", latest)} {
		asked = append(asked, c.Endpoint+" "+c.Query.Get("outputsize"))
		got, next, refused := readCall(t, New(), r, c, body)
		if refused != nil {
			t.Fatal(refused)
		}
		left = append(left, got.Left...)
		if next == nil {
			if len(got.Bars) != 1 || len(got.Bars[0].Dates) != latest {
				t.Errorf("delivered %+v", got)
			}
			break
		}
		c = *next
	}
	if want := []string{"TIME_SERIES_DAILY_ADJUSTED full", "TIME_SERIES_DAILY full", "TIME_SERIES_DAILY compact"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
	if all := strings.Join(left, "; "); !strings.Contains(all, "no adjusted prices") || !strings.Contains(all, "latest 100") {
		t.Errorf("left %q", all)
	}
	if _, next, refused := readCall(t, New(), r, c, premium); next != nil || refused == nil || refused.Reason != marketdata.NotInPlan {
		t.Errorf("refused even that: next %v, %v", next, refused)
	}
}

// The day is that of the exchange: 15:00 in London is before its close, 16:15 in New York after.
func TestUnfinishedDay(t *testing.T) {
	for _, c := range []struct {
		symbol, at string
		want       bool
	}{
		{"IBM", "2026-05-15T20:14:00Z", true}, {"IBM", "2026-05-15T20:15:00Z", false}, {"IBM", "2026-05-16T03:00:00Z", false},
		{"TSCO.L", "2026-05-15T14:00:00Z", true}, {"TSCO.L", "2026-05-15T15:30:00Z", false},
		{"0700.HK", "2026-05-15T07:59:00Z", true}, {"0700.HK", "2026-05-15T08:00:00Z", false},
	} {
		r := marketdata.Request{Kind: marketdata.Bars, Instrument: of(c.symbol)}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := New().Read(r, ask(t, New(), r), marketdata.Response{Status: 200, At: at, Body: []byte("timestamp,close\n2026-05-15,10\n2026-05-14,10\n")})
		if err != nil || got.Bars[0].Unfinished != c.want {
			t.Errorf("%s at %s: unfinished %v, %v; want %t", c.symbol, c.at, got.Bars, err, c.want)
		}
	}
}

func TestSplitFactors(t *testing.T) {
	for _, c := range []struct {
		factor, ratio string
		doubted       bool
	}{
		{"2.0000", "2:1", false}, {"2", "2:1", false}, {"0.1000", "1:10", false}, {"0.1", "1:10", false}, {"1.5000", "3:2", false}, {"7:1", "7:1", false},
		{"1.3333", "4:3", false}, {"0.3333", "1:3", false}, {"0.0667", "1:15", false}, {"2.3333", "7:3", false}, {"0.005", "1:200", false}, {"0.0050", "1:200", false},
		{"1.0500", "1.05:1", false}, {"20.0000", "20:1", false}, {"50.0", "50:1", false},
		{"1.0460", "1.046:1", true}, {"1.2530", "1.253:1", true},
		// 1:339 to 1:350 round to it: none is chosen.
		{"0.0029", "0.0029:1", true},
	} {
		got, doubtless, ok := splitRatio([]byte(c.factor))
		if !ok || got.String() != c.ratio || doubtless == c.doubted {
			t.Errorf("%s is %s, doubted %t, %t; want %s, %t", c.factor, got, !doubtless, ok, c.ratio, c.doubted)
		}
	}
	for _, bad := range []string{"0", "0.0000", "-2", "None", "x", "", "2:0", "1:2:3"} {
		if got, _, ok := splitRatio([]byte(bad)); ok {
			t.Errorf("%q is the ratio %s", bad, got)
		}
	}
}

// Any split of small numbers is recovered from its factor of four decimals, or kept as
// that factor; it is never another.
func TestSplitFactorsRoundTrip(t *testing.T) {
	for p := int64(1); p <= 12; p++ {
		for q := int64(1); q <= 12; q++ {
			if !coprime(p, q) || p == q {
				continue
			}
			text := fmt.Sprintf("%.4f", float64(p)/float64(q))
			got, _, ok := splitRatio([]byte(text))
			if want := fmt.Sprintf("%d:%d", p, q); !ok || got.String() != want {
				t.Errorf("%s (%s) is read as %s", want, text, got)
			}
		}
	}
}

// The same days written as CSV and as JSON, whole and in any order, are the same series.
func TestBothFormsAgree(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 5))
		var csv, json strings.Builder
		csv.WriteString("timestamp,open,high,low,close,volume\r\n")
		json.WriteString(`{"Time Series (Daily)": {`)
		n := 1 + rng.IntN(40)
		for i, k := range rng.Perm(n) {
			day := d("2020-01-01") + date.Date(k)
			v := []string{"None", fmt.Sprintf("%.4f", rng.Float64()*1e3), fmt.Sprintf("%.17g", rng.NormFloat64()), "0.0000"}
			pick := func() string { return v[rng.IntN(4)] }
			o, h, l, c, w := pick(), pick(), pick(), v[1], fmt.Sprint(rng.IntN(1e9))
			fmt.Fprintf(&csv, "%s,%s,%s,%s,%s,%s\r\n", day, o, h, l, c, w)
			if i > 0 {
				json.WriteString(",\n")
			}
			fmt.Fprintf(&json, `%q: {"1. open": %q, "2. high": %q, "3. low": %q, "4. close": %q, "5. volume": %s}`, day, o, h, l, c, w)
		}
		json.WriteString("}}")
		r := marketdata.Request{Kind: marketdata.Bars, Instrument: of("X")}
		a, _ := must(t, r, csv.String())
		b, _ := must(t, r, json.String())
		if fmt.Sprint(a) != fmt.Sprint(b) || len(a.Bars[0].Dates) != n {
			t.Errorf("seed %d: CSV gives\n%v, JSON\n%v", seed, a, b)
		}
	}
}

func TestCrypto(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: "BTC", Class: instrument.Crypto, Currency: "EUR"}}
	if c := ask(t, New(), r); c.Query.Get("symbol") != "BTC" || c.Query.Get("market") != "EUR" || c.Endpoint != "DIGITAL_CURRENCY_DAILY" {
		t.Errorf("asks %v", c)
	}
	for _, body := range []string{
		"timestamp,open,high,low,close,volume\n2025-11-06,90373.15000000,90391.81000000,89278.45000000,89897.31000000,15.63223337\n",
		`{"Meta Data": {"2. Digital Currency Code": "BTC"}, "Time Series (Digital Currency Daily)": {"2025-11-06": {"1a. open (EUR)": "90373.15", "1b. open (USD)": "1", "2. high": "90391.81", "3. low": "89278.45", "4a. close (EUR)": "89897.31", "4b. close (USD)": "1", "5. volume": "15.63223337"}}}`,
	} {
		got, _ := must(t, r, body)
		if s := got.Bars[0]; s.Currency != "EUR" || s.Close[0] != 89897.31 || s.Open[0] != 90373.15 || s.Volume[0] != 15.63223337 || s.Unfinished {
			t.Errorf("%s\n is %+v", body, s)
		}
	}
}
