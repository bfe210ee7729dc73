package fred

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
	"github.com/foliosight/foliosight/internal/marketdata"
)

func rate(series string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Rates, Series: series}
}

func answer(c marketdata.Call, r marketdata.Request, status int, body string) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	d, next, err := New().Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return d, next, err.(*marketdata.Refusal)
	}
	return d, next, nil
}

func info(id, units string) string {
	return `{"realtime_start":"2026-11-20","realtime_end":"2026-11-20","seriess":[{"id":"` + id + `","title":"A series","frequency":"Daily","units":"` + units + `","units_short":"%","popularity":93,"notes":"a \"note\""}]}`
}

func rows(count, offset int, text string) string {
	return fmt.Sprintf(`{"realtime_start":"2026-11-20","units":"lin","output_type":1,"count":%d,"offset":%d,"limit":100000,"observations":[%s]}`, count, offset, text)
}

func row(day, value string) string {
	return `{"realtime_start":"2026-11-20","realtime_end":"2026-11-20","date":"` + day + `","value":"` + value + `"}`
}

// First what the values are in, then the values.
func TestASeriesInTwoCalls(t *testing.T) {
	r := rate("DGS10")
	r.From, r.To = date.MustParse("2024-01-01"), date.MustParse("2024-01-31")
	first, err := New().Ask(r)
	if err != nil || first.Key() != "/fred/series?file_type=json&series_id=DGS10" {
		t.Fatalf("%s %v", first.Key(), err)
	}
	d, next, refusal := answer(first, r, 200, info("DGS10", "Percent"))
	if refusal != nil || next == nil || len(d.Rates) > 0 {
		t.Fatalf("%+v %v", d, refusal)
	}
	if want := "/fred/series/observations?file_type=json&limit=100000&observation_end=2024-01-31&observation_start=2024-01-01&series_id=DGS10&sort_order=asc&units=lin"; next.Key() != want {
		t.Errorf("then %s, want %s", next.Key(), want)
	}
	d, next, refusal = answer(*next, r, 200, rows(4, 0, row("2024-01-12", "4.25")+","+row("2024-01-15", ".")+","+row("2024-01-16", "3.96")+","+row("2024-01-17", "0.00")))
	if refusal != nil || next != nil || len(d.Rates) != 1 || len(d.Left) > 0 {
		t.Fatalf("%+v %v", d, refusal)
	}
	s := d.Rates[0]
	if s.Name != "DGS10" || s.Unit != "fraction" || !slices.Equal(s.Values, []float64{0.0425, 0.0396, 0}) || s.Dates[1].String() != "2024-01-16" {
		t.Errorf("%+v", s)
	}
}

// Units as FRED writes them (fred/series).
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		units, value string
		want         float64
		unit         string
	}{
		{"Percent", "4.25", 0.0425, "fraction"}, {"Percent per Annum", "0.29", 0.0029, "fraction"}, {"Percent Change from Year Ago", "-1.1", -0.011, "fraction"},
		{"Basis Points", "7", 0.0007, "fraction"}, {"Index 1982-1984=100", "308.417", 308.417, "index"}, {"Index", "14.3", 14.3, "index"},
		{"U.S. Dollars to One Euro", "1.0972", 1.0972, "U.S. Dollars to One Euro"}, {"Thousands of Persons", "157232", 157232, "Thousands of Persons"}, {"", "1", 1, ""},
	} {
		r := rate("X")
		first, _ := New().Ask(r)
		_, next, refusal := answer(first, r, 200, info("X", c.units))
		if refusal != nil {
			t.Fatal(refusal)
		}
		d, _, refusal := answer(*next, r, 200, rows(1, 0, row("2024-01-12", c.value)))
		if refusal != nil || d.Rates[0].Values[0] != c.want || d.Rates[0].Unit != c.unit {
			t.Errorf("%s: %+v %v, want %v %s", c.units, d.Rates, refusal, c.want, c.unit)
		}
	}
}

// The XML form, after the tests of a public client library (fredapi, calls of 2015).
func TestXML(t *testing.T) {
	r := rate("SP500")
	first, _ := New().Ask(r)
	_, next, refusal := answer(first, r, 200, `<?xml version="1.0" encoding="utf-8" ?><seriess realtime_start="2015-06-28"><series id="SP500" title="S&amp;P 500" frequency="Daily" units="Index" units_short="Index" notes="..." /></seriess>`)
	if refusal != nil || next == nil || next.Carry != "Index" {
		t.Fatalf("%+v %v", next, refusal)
	}
	d, _, refusal := answer(*next, r, 200, `<?xml version="1.0" encoding="utf-8" ?><observations units="lin" count="3" offset="0" limit="100000">
  <observation date="2014-09-02" value="2002.28"/><observation date="2014-09-01" value="."/><observation date="2014-09-03" value="2000.72"/></observations>`)
	if refusal != nil || d.Rates[0].Unit != "index" || !slices.Equal(d.Rates[0].Values, []float64{2002.28, 2000.72}) {
		t.Errorf("%+v %v", d, refusal)
	}
}

func TestPages(t *testing.T) {
	r := rate("DFF")
	c := observations(r, "Percent", 0)
	d, next, refusal := answer(*c, r, 200, rows(150000, 0, row("1954-07-01", "0.80")))
	if refusal != nil || next == nil || next.Query.Get("offset") != "100000" || next.Carry != "Percent" || len(d.Left) != 1 {
		t.Fatalf("%+v %+v %v", d, next, refusal)
	}
	d, after, refusal := answer(*next, r, 200, rows(150000, 100000, row("1999-01-04", "4.5")))
	if refusal != nil || after != nil || d.Rates[0].Values[0] != 0.045 {
		t.Errorf("%+v %+v %v", d, after, refusal)
	}
	if _, _, refusal := answer(*next, r, 200, rows(150000, 0, row("1999-01-04", "4.5"))); refusal == nil || refusal.Reason != marketdata.Garbled {
		t.Errorf("the first page again: %v", refusal)
	}
}

func TestSearch(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Search, Part: "series", Text: "10-year treasury", Limit: 5}
	c, err := New().Ask(r)
	if err != nil || c.Key() != "/fred/series/search?file_type=json&limit=5&search_text=10-year+treasury" {
		t.Fatalf("%s %v", c.Key(), err)
	}
	d, _, refusal := answer(c, r, 200, info("DGS10", "Percent"))
	if refusal != nil || len(d.Found) != 1 || d.Found[0].Instrument.Symbol != "DGS10" || d.Found[0].Instrument.Class != "" || d.Found[0].Instrument.Name != "A series (Percent, Daily)" || !math.IsNaN(d.Found[0].Score) {
		t.Errorf("%+v %v", d, refusal)
	}
	for _, r := range []marketdata.Request{{Kind: marketdata.Search, Text: "apple"}, rate("DGS 10"), rate(""), rate("a"), {Kind: marketdata.Bars}} {
		if New().Offers(r) {
			t.Errorf("%+v is offered", r)
		}
	}
	h, _ := http.NewRequest("GET", "https://api.stlouisfed.org/fred/series?series_id=X", nil)
	if New().Sign(h, "abc"); h.URL.RawQuery != "api_key=abc&series_id=X" {
		t.Errorf("signed %s", h.URL)
	}
}

// FRED's errors (api.stlouisfed.org, Errors) as client libraries quote them.
func TestRefusals(t *testing.T) {
	key := `{"error_code":400,"error_message":"Bad Request.  The value for variable api_key is not registered.  Read https:\/\/fred.stlouisfed.org\/docs\/api\/api_key.html for more information."}`
	whole := rows(2, 0, row("2024-01-12", "4.25")+","+row("2024-01-16", "3.96"))
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   marketdata.Reason
	}{
		{"key", 400, key, marketdata.BadKey}, {"key with success", 200, key, marketdata.BadKey},
		{"key in XML", 400, `<?xml version="1.0" encoding="utf-8" ?><error code="400" message="Bad Request.  The value for variable api_key is not a 32 character alpha-numeric lower-case string."/>`, marketdata.BadKey},
		{"no series", 400, `{"error_code":400,"error_message":"Bad Request.  The series does not exist."}`, marketdata.NotFound}, {"not found", 404, `{"error_code":404,"error_message":"Not Found"}`, marketdata.NotFound},
		{"limit", 429, `{"error_code":429,"error_message":"Too Many Requests.  Exceeded Rate Limit"}`, marketdata.Limited}, {"limit with success", 200, `{"error_code":429,"error_message":"Too Many Requests.  Exceeded Rate Limit"}`, marketdata.Limited},
		{"locked", 423, "", marketdata.Limited}, {"bad call", 400, `{"error_code":400,"error_message":"Bad Request.  Variable limit is not between 1 and 100000."}`, marketdata.Refused},
		{"down", 500, `{"error_code":500,"error_message":"Internal Server Error"}`, marketdata.Failed}, {"gateway", 504, "<html>Gateway</html>", marketdata.Failed},
		{"page", 200, "<!DOCTYPE html><html></html>", marketdata.Garbled}, {"nothing", 200, "", marketdata.Garbled}, {"text", 200, "hello", marketdata.Garbled},
		{"half", 200, whole[:len(whole)-30], marketdata.Garbled}, {"half XML", 200, `<observations units="lin"><observation date="2014-09-02"`, marketdata.Garbled},
		{"no list", 200, `{"count":0}`, marketdata.Garbled}, {"a value that is none", 200, rows(1, 0, row("2024-01-12", "4,25")), marketdata.Garbled},
		{"a day that is none", 200, rows(1, 0, row("2024-01-32", "4.25")), marketdata.Garbled}, {"changes for levels", 200, strings.Replace(whole, `"lin"`, `"pch"`, 1), marketdata.Garbled},
		{"nothing for these days", 200, rows(0, 0, ""), marketdata.Empty}, {"only days without", 200, rows(1, 0, row("2024-01-15", ".")), marketdata.Empty},
	} {
		r := rate("DGS10")
		_, _, refusal := answer(*observations(r, "Percent", 0), r, c.status, c.body)
		if refusal == nil || refusal.Reason != c.want || refusal.Provider != Name || refusal.Endpoint == "" {
			t.Errorf("%s: %v, want %s", c.name, refusal, c.want)
		}
	}
	r := rate("DGS10")
	first, _ := New().Ask(r)
	if _, _, refusal := answer(first, r, 200, info("DGS2", "Percent")); refusal == nil || refusal.Reason != marketdata.Garbled {
		t.Errorf("another series: %v", refusal)
	}
	if _, _, refusal := answer(*observations(r, "Percent", 0), r, 200, rows(2, 0, row("2024-01-12", "4.25")+","+row("2024-01-16", "x"))); refusal == nil || refusal.Place != "observation 2, value" || refusal.Said != "x" {
		t.Errorf("the place is %v", refusal)
	}
}

// Recorded bodies, where they are at hand: each is data or is recognised for what it is.
func TestRecordedBodies(t *testing.T) {
	dir := os.Getenv("FOLIOSIGHT_BODIES")
	if dir == "" {
		t.Skip("FOLIOSIGHT_BODIES names no folder of recorded answers")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "fred", "*"))
	if len(files) == 0 {
		t.Fatalf("no bodies in %s", dir)
	}
	for _, file := range files {
		body, _ := os.ReadFile(file)
		r := rate("PAYEMS")
		c := *observations(r, "Percent", 0)
		if strings.Contains(string(body), "<seriess") {
			c, _ = New().Ask(r)
		}
		d, next, refusal := answer(c, r, 200, string(body))
		if (refusal != nil) != strings.Contains(file, "error") {
			t.Errorf("%s: %v", file, refusal)
		}
		n := 0
		for _, s := range d.Rates {
			n += len(s.Values)
		}
		t.Logf("%s: %d values, next %t, left %q, %v", filepath.Base(file), n, next != nil, d.Left, refusal)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(uint8(0), 200, info("DGS10", "Percent"))
	f.Add(uint8(1), 200, rows(2, 0, row("2024-01-12", "4.25")+","+row("2024-01-16", ".")))
	f.Add(uint8(1), 200, `<observations units="lin" count="1" limit="100000"><observation date="2014-09-02" value="2002.28"/></observations>`)
	f.Add(uint8(2), 400, `<error code="400" message="Bad Request."/>`)
	f.Fuzz(func(t *testing.T, which uint8, status int, body string) {
		r := rate("DGS10")
		c, _ := New().Ask(r)
		if which%3 == 1 {
			c = *observations(r, "Percent", 0)
		} else if which%3 == 2 {
			r = marketdata.Request{Kind: marketdata.Search, Part: "series", Text: "x"}
			c, _ = New().Ask(r)
		}
		d, _, err := New().Read(r, c, marketdata.Response{Status: status, Body: []byte(body)})
		var refusal *marketdata.Refusal
		if err != nil {
			if !errors.As(err, &refusal) {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		for _, s := range d.Rates {
			for i := range s.Dates {
				if i > 0 && s.Dates[i-1] >= s.Dates[i] || math.IsNaN(s.Values[i]) || math.IsInf(s.Values[i], 0) {
					t.Fatalf("row %d of %+v", i, s)
				}
			}
		}
	})
}

func BenchmarkObservations(b *testing.B) {
	var text []string
	for i := range 16000 {
		text = append(text, row(date.Date(i).String(), fmt.Sprintf("%.2f", float64(i%1500)/100)))
	}
	body := []byte(rows(16000, 0, strings.Join(text, ",")))
	r := rate("DFF")
	c := *observations(r, "Percent", 0)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, _, err := New().Read(r, c, marketdata.Response{Status: 200, Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}
