package stooq

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func bars(symbol string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: symbol}}
}

func read(t *testing.T, r marketdata.Request, status int, body string, at time.Time) (marketdata.Delivery, *marketdata.Refusal) {
	t.Helper()
	c, err := New().Ask(r)
	if err != nil {
		t.Fatal(err)
	}
	d, next, err := New().Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: at})
	if next != nil {
		t.Fatalf("there is more to ask: %+v", next)
	}
	if err == nil {
		return d, nil
	}
	return d, err.(*marketdata.Refusal)
}

func TestSymbols(t *testing.T) {
	for _, c := range []struct {
		in             instrument.Instrument
		want, currency string
	}{
		{instrument.Instrument{Symbol: "AAPL"}, "aapl.us", "USD"}, {instrument.Instrument{Symbol: "BRK.B"}, "brk-b.us", "USD"},
		{instrument.Instrument{Symbol: "X.L", Exchange: "XNYS"}, "x-l.us", "USD"},
		{instrument.Instrument{Symbol: "VOD.L", Currency: "GBX"}, "vod.uk", "GBX"}, {instrument.Instrument{Symbol: "VOD.L", Currency: "GBP"}, "vod.uk", "GBX"},
		{instrument.Instrument{Symbol: "VOD.L"}, "vod.uk", ""}, {instrument.Instrument{Symbol: "CSPX.L", Currency: "USD"}, "cspx.uk", "USD"},
		{instrument.Instrument{Symbol: "VOD", Exchange: "XLON"}, "vod.uk", ""}, {instrument.Instrument{Symbol: "7203.T"}, "7203.jp", "JPY"},
		{instrument.Instrument{Symbol: "0700.HK"}, "700.hk", "HKD"}, {instrument.Instrument{Symbol: "SAP.DE"}, "sap.de", "EUR"},
		{instrument.Instrument{Symbol: "CDR.WA"}, "cdr", "PLN"}, {instrument.Instrument{Symbol: "^GSPC", Class: instrument.Index}, "^spx", "USD"},
		{instrument.Instrument{Symbol: "BTC-USD", Class: instrument.Crypto}, "btc.v", "USD"},
	} {
		if got, currency, err := theirs(c.in); got != c.want || string(currency) != c.currency || err != nil {
			t.Errorf("%+v is %q in %q (%v), want %q in %q", c.in, got, currency, err, c.want, c.currency)
		}
	}
	for _, i := range []instrument.Instrument{
		{}, {Symbol: "RY.TO"}, {Symbol: "RY", Exchange: "XTSE"}, {Symbol: "A&B"}, {Symbol: "^XYZ"}, {Symbol: "A", Class: instrument.Private},
		{Symbol: "AAPL250815P00200000", Class: instrument.Option}, {Symbol: "BTC-EUR", Class: instrument.Crypto}, {Symbol: "MSCI World", Class: instrument.Index},
	} {
		if got, _, err := theirs(i); !errors.Is(err, ErrNotOffered) {
			t.Errorf("%+v is %q", i, got)
		}
	}
}

func TestCalls(t *testing.T) {
	from := date.MustParse("2024-01-10")
	r := bars("AAPL")
	r.From = from
	for _, c := range []struct {
		r    marketdata.Request
		want string
	}{
		{bars("AAPL"), "/q/d/l/?i=d&o=1111111&s=aapl.us"},
		{r, "/q/d/l/?d1=20240110&d2=29991231&i=d&o=1111111&s=aapl.us"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}}, "/q/d/l/?i=d&o=1111111&s=eurusd"},
	} {
		call, err := New().Ask(c.r)
		if err != nil || call.Key() != c.want {
			t.Errorf("%s (%v), want %s", call.Key(), err, c.want)
		}
	}
	if New().Offers(marketdata.Request{Kind: marketdata.Dividends, Instrument: r.Instrument}) || New().Offers(marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "GBX", Quote: "USD"}}) {
		t.Error("it offers what it has not")
	}
	h, _ := http.NewRequest("GET", "https://stooq.com/q/d/l/?s=aapl.us", nil)
	if New().Sign(h, "abc"); h.URL.RawQuery != "apikey=abc&s=aapl.us" {
		t.Errorf("signed %s", h.URL)
	}
	if New().Sign(h, ""); strings.Count(h.URL.RawQuery, "apikey") != 1 {
		t.Errorf("signed %s", h.URL)
	}
}

// Two rows of Apple as a user of the address noted them down in 2018, unadjusted.
func TestATable(t *testing.T) {
	body := "Date,Open,High,Low,Close,Volume\r\n2018-04-02,167.88,168.94,164.47,166.68,37586791\r\n2018-04-03,167.64,168.746,164.88,168.39,30278046\r\n"
	d, refusal := read(t, bars("AAPL"), 200, body, time.Date(2018, 4, 3, 20, 29, 0, 0, time.UTC))
	if refusal != nil || len(d.Left) > 0 {
		t.Fatalf("%+v %v", d, refusal)
	}
	s := d.Bars[0]
	if s.Symbol != "AAPL" || s.Currency != "USD" || s.Basis != marketdata.AsTraded || !slices.Equal(s.Close, []float64{166.68, 168.39}) || s.High[1] != 168.746 || s.Volume[0] != 37586791 || s.Dates[1].String() != "2018-04-03" {
		t.Errorf("%+v", s)
	}
	// 16:29 in New York: the day is not settled yet.
	if !s.Unfinished {
		t.Error("the day is over before its end")
	}
	if d, _ := read(t, bars("AAPL"), 200, body, time.Date(2018, 4, 3, 20, 30, 0, 0, time.UTC)); d.Bars[0].Unfinished {
		t.Error("the day is not over after its end")
	}
	polish := strings.Replace(body, "Date,Open,High,Low,Close,Volume", "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen", 1)
	if d, refusal := read(t, bars("CDR.WA"), 200, polish, time.Time{}); refusal != nil || d.Bars[0].Currency != "PLN" || d.Bars[0].Close[1] != 168.39 {
		t.Errorf("%+v %v", d, refusal)
	}
	tsm := "Date,Open,High,Low,Close,Volume\n2005-02-25,6.2768,6.40343,6.23939,6.39603,9100614.9714937\n"
	if d, _ := read(t, bars("TSM"), 200, tsm, time.Time{}); d.Bars[0].Basis != marketdata.UnknownBasis || len(d.Left) != 1 {
		t.Errorf("volumes in fractions: %+v", d)
	}
	euro := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}}
	d, refusal = read(t, euro, 200, "Date,Open,High,Low,Close\n2024-01-09,1.095,1.0966,1.0911,1.0931\n2024-01-10,1.0931,1.0973,1.0923,1.0972\n", time.Date(2024, 1, 10, 12, 0, 0, 0, time.UTC))
	if refusal != nil || d.FX[0].Name != "EUR/USD" || !slices.Equal(d.FX[0].Values, []float64{1.0931, 1.0972}) || d.FX[0].Provisional.String() != "2024-01-10" {
		t.Errorf("%+v %v", d, refusal)
	}
}

func TestWhatRowsAreLeftOut(t *testing.T) {
	body := "Date,Open,High,Low,Close,Volume\n2024-01-10,1,1,1,3,5\n2024-01-08,1,1,1,1,5\n2024-01-09,1,1,1,N/D,5\n2024-01-10,1,1,1,4,N/D\n2024-02-01,1,1,1,9,5\n2024-01-11,1,1,1,5,37"
	d, refusal := read(t, bars("AAPL"), 200, body, time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC))
	if refusal != nil || !slices.Equal(d.Bars[0].Close, []float64{1, 4}) || !math.IsNaN(d.Bars[0].Volume[1]) || len(d.Left) != 5 {
		t.Errorf("%+v %v", d, refusal)
	}
}

// Sentences as public users of the address quote them.
func TestRefusals(t *testing.T) {
	header := "Date,Open,High,Low,Close,Volume\n"
	week := bars("AAPL")
	week.From, week.To = date.MustParse("2024-01-06"), date.MustParse("2024-01-07")
	for _, c := range []struct {
		name   string
		r      marketdata.Request
		status int
		body   string
		want   marketdata.Reason
	}{
		{"no such symbol", bars("AAPL"), 200, "No data", marketdata.NotFound}, {"no such days", week, 200, "No data", marketdata.Empty},
		{"in Polish", bars("AAPL"), 200, "Brak danych", marketdata.NotFound},
		{"limit", bars("AAPL"), 200, "Exceeded the daily hits limit", marketdata.Limited}, {"limit in Polish", bars("AAPL"), 200, "Przekroczony dzienny limit wywolan", marketdata.Limited},
		{"limit by status", bars("AAPL"), 429, "", marketdata.Limited},
		{"key", bars("AAPL"), 200, "Get your apikey:\n\n1. Open https://stooq.com/q/d/?s=aapl.us&get_apikey", marketdata.BadKey},
		{"a browser is wanted", bars("AAPL"), 200, "<!DOCTYPE html><html><head><title>Verifying your browser</title></head><body><script>fetch('/__verify')</script>", marketdata.Failed},
		{"out of order", bars("AAPL"), 503, "Service Unavailable", marketdata.Failed}, {"not a table", bars("AAPL"), 200, "Warning: Division by zero in download.inc on line 102\n" + header, marketdata.Garbled},
		{"nothing", bars("AAPL"), 200, " \n", marketdata.Garbled}, {"only a header", bars("AAPL"), 200, header, marketdata.Empty},
		{"half a row", bars("AAPL"), 200, header + "2024-01-08,1,1,1,1,5\n2024-01-09,1,1", marketdata.Garbled},
		{"too many fields", bars("AAPL"), 200, header + "2024-01-08,1,1,1,1,5,6\n", marketdata.Garbled},
		{"no day", bars("AAPL"), 200, header + "2024-13-08,1,1,1,1,5\n", marketdata.Garbled}, {"no price", bars("AAPL"), 200, header + "2024-01-08,1,1,1,1x,5\n", marketdata.Garbled},
		{"no close", bars("AAPL"), 200, "Date,Open\n2024-01-08,1\n", marketdata.Garbled}, {"two closes", bars("AAPL"), 200, "Date,Close,Close\n2024-01-08,1,1\n", marketdata.Garbled},
		{"JSON", bars("AAPL"), 200, `{"error":"x"}`, marketdata.Garbled},
	} {
		_, refusal := read(t, c.r, c.status, c.body, time.Time{})
		if refusal == nil || refusal.Reason != c.want || refusal.Provider != Name {
			t.Errorf("%s: %v, want %s", c.name, refusal, c.want)
		}
	}
	_, refusal := read(t, bars("AAPL"), 200, header+"2024-01-08,1,1,1,1,5\n2024-01-09,1,1,1,abc,5\n", time.Time{})
	if refusal == nil || refusal.Place != `row 3, close "abc"` {
		t.Errorf("the place is %v", refusal)
	}
}

// Recorded bodies, where they are at hand: each is data or is recognised for what it is.
func TestRecordedBodies(t *testing.T) {
	dir := os.Getenv("FOLIOSIGHT_BODIES")
	if dir == "" {
		t.Skip("FOLIOSIGHT_BODIES names no folder of recorded answers")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "stooq", "*"))
	if len(files) == 0 {
		t.Fatalf("no bodies in %s", dir)
	}
	for _, file := range files {
		body, _ := os.ReadFile(file)
		symbol, _, _ := strings.Cut(filepath.Base(file), "_")
		d, refusal := read(t, bars(symbol), 200, string(body), time.Time{})
		if refusal != nil {
			t.Errorf("%s: %v", file, refusal)
			continue
		}
		t.Logf("%s: %d bars, basis %q, left %q", filepath.Base(file), len(d.Bars[0].Dates), d.Bars[0].Basis, d.Left)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(200, "Date,Open,High,Low,Close,Volume\r\n2018-04-02,167.88,168.94,164.47,166.68,37586791\r\n")
	f.Add(200, "Date,Close\n2018-04-02,N/D\n2018-04-02,1e5")
	f.Add(200, "Exceeded the daily hits limit")
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := bars("AAPL")
		c, _ := New().Ask(r)
		d, _, err := New().Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: time.Unix(1.8e9, 0)})
		if err != nil {
			if _, ok := err.(*marketdata.Refusal); !ok {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		for _, s := range d.Bars {
			for i := range s.Dates {
				if i > 0 && s.Dates[i-1] >= s.Dates[i] || math.IsNaN(s.Close[i]) || math.IsInf(s.Close[i], 0) || len(s.Volume) > 0 && len(s.Volume) != len(s.Dates) {
					t.Fatalf("row %d of %+v", i, s)
				}
			}
		}
	})
}

func BenchmarkDays(b *testing.B) {
	var text strings.Builder
	text.WriteString("Date,Open,High,Low,Close,Volume\r\n")
	for i := range 5000 {
		fmt.Fprintf(&text, "%s,%.4f,%.4f,%.4f,%.4f,%d\r\n", date.Date(12000+i), 100+float64(i)/7, 101+float64(i)/7, 99+float64(i)/7, 100.5+float64(i)/7, 22570270+i)
	}
	body := []byte(text.String())
	r := bars("AAPL")
	c, _ := New().Ask(r)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, _, err := New().Read(r, c, marketdata.Response{Status: 200, Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}
