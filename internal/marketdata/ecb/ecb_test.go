package ecb

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func euro(quote, from, to string) marketdata.Request {
	r := marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: quote}}
	if from != "" {
		r.From, r.To = date.MustParse(from), date.MustParse(to)
	}
	return r
}

func ask(t *testing.T, r marketdata.Request, body string) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	c, err := New().Ask(r)
	if err != nil {
		t.Fatal(err)
	}
	d, next, err := New().Read(r, c, marketdata.Response{Status: 200, Body: []byte(body), At: time.Date(2022, 1, 3, 16, 0, 0, 0, time.UTC)})
	if err != nil {
		return d, next, err.(*marketdata.Refusal)
	}
	return d, next, nil
}

// Rows of eurofxref-hist.csv as the bank has them, with some of its columns.
const history = "Date,USD,JPY,TRL,TRY,RUB,\n2021-12-31,1.1326,130.38,N/A,15.2335,85.3004,\n2021-12-30,1.1334,130.44,N/A,14.7184,84.8888,\n2004-12-31,1.3621,139.65,1836200,N/A,N/A,\n1999-01-04,1.1789,133.73,372274,N/A,N/A,\n"

func zipped(t testing.TB, name, text string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheSmallestFileThatMayDo(t *testing.T) {
	for _, c := range []struct {
		r    marketdata.Request
		want string
	}{
		{euro("USD", "", ""), "eurofxref-hist.zip"}, {euro("USD", "2021-12-31", "2021-12-31"), "eurofxref-daily.xml"},
		{euro("", "2021-12-01", "2021-12-31"), "eurofxref-hist-90d.xml"}, {euro("USD", "2021-01-01", "2021-12-31"), "eurofxref-hist.zip"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, From: 10}, "eurofxref-hist.zip"},
	} {
		if call, err := New().Ask(c.r); err != nil || call.Endpoint != c.want {
			t.Errorf("%+v asks %s (%v), want %s", c.r, call.Endpoint, err, c.want)
		}
	}
	for _, r := range []marketdata.Request{
		{Kind: marketdata.Bars}, {Kind: marketdata.FX, Pair: marketdata.Pair{Base: "USD", Quote: "EUR"}}, {Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "KWD"}},
		{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "EUR"}},
	} {
		if New().Offers(r) {
			t.Errorf("%+v is offered", r)
		}
	}
}

func TestTheWholeHistory(t *testing.T) {
	for name, body := range map[string]string{"table": history, "archive": zipped(t, "eurofxref-hist.csv", history), "without last commas": strings.ReplaceAll(history, ",\n", "\r\n")} {
		d, next, refusal := ask(t, euro("TRL", "", ""), body)
		if refusal != nil || next != nil || len(d.FX) != 1 {
			t.Fatalf("%s: %+v %v", name, d, refusal)
		}
		s := d.FX[0]
		if s.Name != "EUR/TRL" || !slices.Equal(s.Values, []float64{372274, 1836200}) || s.Dates[0].String() != "1999-01-04" || s.Dates[1].String() != "2004-12-31" || s.Provisional != 0 {
			t.Errorf("%s: %+v", name, s)
		}
		d, _, refusal = ask(t, euro("", "", ""), body)
		if refusal != nil || len(d.FX) != 5 || len(d.Left) > 0 {
			t.Errorf("%s: all are %+v %v", name, d.FX, refusal)
		}
	}
	d, _, refusal := ask(t, euro("USD", "2004-01-01", "2021-12-30"), history)
	if refusal != nil || !slices.Equal(d.FX[0].Values, []float64{1.3621, 1.1334}) {
		t.Errorf("%+v %v", d, refusal)
	}
}

// Rates of 2017-03-08 in the bank's daily form, some of them.
const oneDay = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
	<Cube><Cube time='2017-03-08'><Cube currency='USD' rate='1.0556'/><Cube currency='JPY' rate='120.65'/></Cube></Cube>
</gesmes:Envelope>`

const twoDays = `<Envelope><Cube><Cube time="2017-03-09"><Cube currency="USD" rate="1.0551"/></Cube><Cube time="2017-03-08"><Cube currency="JPY" rate="120.65"/><Cube currency="USD" rate="1.0556"/></Cube></Cube></Envelope>`

func TestTheNewestDays(t *testing.T) {
	d, next, refusal := ask(t, euro("USD", "2017-03-08", "2017-03-08"), oneDay)
	if refusal != nil || next != nil || d.FX[0].Values[0] != 1.0556 || d.FX[0].Dates[0].String() != "2017-03-08" {
		t.Errorf("%+v %v", d, refusal)
	}
	d, next, refusal = ask(t, euro("", "2017-03-08", "2017-03-09"), twoDays)
	if refusal != nil || next != nil || len(d.FX) != 2 || !slices.Equal(d.FX[0].Values, []float64{1.0556, 1.0551}) || len(d.FX[1].Values) != 1 || d.FX[1].Name != "EUR/JPY" {
		t.Errorf("%+v %v", d, refusal)
	}
	// The file of the last day is of a later day than was asked: the next one reaches back.
	r := euro("USD", "2017-03-07", "2017-03-07")
	d, next, refusal = ask(t, r, oneDay)
	if refusal != nil || next == nil || next.Endpoint != "eurofxref-hist-90d.xml" || len(d.FX) > 0 {
		t.Fatalf("%+v %+v %v", d, next, refusal)
	}
	d, next, err := New().Read(r, *next, marketdata.Response{Status: 200, Body: []byte(twoDays)})
	if err != nil || next == nil || next.Endpoint != "eurofxref-hist.zip" || len(d.FX) > 0 {
		t.Errorf("%+v %+v %v", d, next, err)
	}
	// Not published yet.
	if _, next, refusal := ask(t, euro("USD", "2017-03-10", "2017-03-10"), oneDay); refusal == nil || refusal.Reason != marketdata.Empty || next != nil {
		t.Errorf("%+v %v", next, refusal)
	}
}

func TestRefusals(t *testing.T) {
	page := "<!DOCTYPE html><html><title>Oops</title></html>"
	archive := zipped(t, "eurofxref-hist.csv", history)
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   marketdata.Reason
	}{
		{"page", 200, page, marketdata.Garbled}, {"nothing", 200, "", marketdata.Garbled}, {"gone", 404, page, marketdata.Refused}, {"down", 503, page, marketdata.Failed},
		{"turned away", 403, page, marketdata.Failed}, {"limit", 429, "slow down", marketdata.Limited}, {"half an archive", 200, archive[:len(archive)/2], marketdata.Garbled},
		{"an archive of something else", 200, zipped(t, "readme.txt", "x"), marketdata.Garbled}, {"half a table", 200, history[:len(history)-4], marketdata.Garbled},
		{"half a number", 200, history[:strings.LastIndex(history, ",372274")+4], marketdata.Garbled}, {"half XML", 200, oneDay[:len(oneDay)-40], marketdata.Garbled},
		{"no header", 200, "2021-12-31,1.1326,\n", marketdata.Garbled}, {"no day", 200, "Date,USD,\n2021-13-31,1.1326,\n", marketdata.Garbled},
		{"less than nothing", 200, "Date,USD,\n2021-12-31,-1,\n", marketdata.Garbled}, {"nothing for a euro", 200, "Date,USD,\n2021-12-31,0,\n", marketdata.Garbled},
		{"a currency twice", 200, "Date,USD,USD,\n2021-12-31,1,1,\n", marketdata.Garbled}, {"only a header", 200, "Date,USD,\n", marketdata.Garbled},
		{"a day twice in XML", 200, strings.Replace(oneDay, "JPY", "USD", 1), marketdata.Garbled}, {"not there", 200, "Date,JPY,\n2021-12-31,130.38,\n", marketdata.NotFound},
		{"other XML", 200, "<rss></rss>", marketdata.Garbled}, {"JSON", 200, "{}", marketdata.Garbled},
	} {
		r := euro("USD", "", "")
		call, _ := New().Ask(r)
		_, _, err := New().Read(r, call, marketdata.Response{Status: c.status, Body: []byte(c.body)})
		var refusal *marketdata.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.want || refusal.Provider != Name || refusal.Endpoint == "" {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	_, _, refusal := ask(t, euro("JPY", "", ""), "Date,USD,JPY,\n2021-12-31,1.1326,abc,\n")
	if refusal == nil || refusal.Place != "row 2, JPY" || refusal.Said != "abc" {
		t.Errorf("the place is %v", refusal)
	}
}

// Recorded files, where they are at hand.
func TestRecordedFiles(t *testing.T) {
	dir := os.Getenv("FOLIOSIGHT_BODIES")
	if dir == "" {
		t.Skip("FOLIOSIGHT_BODIES names no folder of recorded answers")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "..", "fx", "eurofxref*"))
	if len(files) == 0 {
		t.Fatalf("no files beside %s", dir)
	}
	for _, file := range files {
		body, _ := os.ReadFile(file)
		if strings.HasSuffix(file, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			body, _ = io.ReadAll(r)
		}
		d, _, refusal := ask(t, euro("", "", ""), string(body))
		if refusal != nil {
			t.Errorf("%s: %v", file, refusal)
			continue
		}
		n := 0
		for _, s := range d.FX {
			n += len(s.Values)
		}
		t.Logf("%s: %d series, %d values, left %q", filepath.Base(file), len(d.FX), n, d.Left)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(history)
	f.Add(oneDay)
	f.Add(zipped(f, "a.csv", history))
	f.Fuzz(func(t *testing.T, body string) {
		r := euro("", "", "")
		c, _ := New().Ask(r)
		d, _, err := New().Read(r, c, marketdata.Response{Status: 200, Body: []byte(body)})
		if err != nil {
			if _, ok := err.(*marketdata.Refusal); !ok {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		for _, s := range d.FX {
			for i := range s.Dates {
				if i > 0 && s.Dates[i-1] >= s.Dates[i] || !(s.Values[i] > 0) || math.IsInf(s.Values[i], 0) {
					t.Fatalf("row %d of %+v", i, s)
				}
			}
		}
	})
}

func BenchmarkTable(b *testing.B) {
	var text strings.Builder
	text.WriteString("Date,USD,JPY,GBP,CHF,SEK,AUD,CAD,TRL,\n")
	for i := range 6000 {
		v := 1 + float64(i)/10000
		fmt.Fprintf(&text, "%s,%.4f,%.2f,%.5f,%.4f,%.4f,%.4f,%.4f,N/A,\n", date.Date(18000-i), v, 130*v, 0.85*v, v, 10*v, 1.5*v, 1.4*v)
	}
	body := []byte(text.String())
	r := euro("", "", "")
	c, _ := New().Ask(r)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, _, err := New().Read(r, c, marketdata.Response{Status: 200, Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}
