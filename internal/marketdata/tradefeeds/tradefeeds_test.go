package tradefeeds_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/tradefeeds"
)

var now = time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)

func of(symbol string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Holdings, Instrument: instrument.Instrument{Symbol: symbol}}
}

func read(t testing.TB, r marketdata.Request, status int, body string) (marketdata.Delivery, *marketdata.Refusal) {
	t.Helper()
	p := tradefeeds.New()
	c, err := p.Ask(r)
	if err != nil {
		t.Fatal(err)
	}
	d, next, err := p.Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: now, Header: http.Header{}})
	if next != nil {
		t.Fatal("it goes on")
	}
	var ref *marketdata.Refusal
	if err != nil && !errors.As(err, &ref) {
		t.Fatalf("%T is no refusal", err)
	}
	return d, ref
}

// nport is made by hand in the form of the vendor's article; no recorded answer is at hand.
const nport = `{"status":{"code":200,"message":"OK","details":""},"result":{"basics":{"regName":"SPDR S&P 500 ETF TRUST","regCik":"0000884394"},"output":[
	{"attributes":{"seriesName":"N/A","seriesId":null,"repPdEnd":"2025-09-30","repPdDate":"2024-12-31"},"invstOrSecs":[{"invstOrSec":{"name":"Old","pctVal":"100"}}]},
	{"attributes":{"repPdEnd":"2025-09-30","repPdDate":"2025-03-31"},"signature":{},"invstOrSecs":[
		{"invstOrSec":{"name":"Apple Inc","lei":"HWUPKR0MPOU8FGXBT394","title":"Apple Inc","cusip":"037833100","isin":"US0378331005","balance":"188106081","units":"NS","curCd":"USD","valUSD":"44744793487.47","pctVal":"7.137","payoffProfile":"Long","assetCat":"EC","invCountry":"US"}},
		{"invstOrSec":{"name":"N/A","title":"S&P 500 future","isin":null,"pctVal":0.5e-1,"payoffProfile":"Short"}},
		{"invstOrSec":{"name":"Nothing","pctVal":"N/A"}}]},
	{"attributes":{"repPdDate":"2027-03-31"},"invstOrSecs":[]}]}}`

func TestLatestReport(t *testing.T) {
	d, ref := read(t, of("SPY"), 200, nport)
	if ref != nil {
		t.Fatal(ref)
	}
	c := d.Holdings[0].Composition
	if got := fmt.Sprint(d.Holdings[0].Symbol, " ", c.AsOf, " ", c.Source, " ", c.Constituents); got != "SPY 2025-03-31 tradefeeds [{ US0378331005 Apple Inc   US USD 0.07137} {  S&P 500 future     -0.0005}]" {
		t.Errorf("%s", got)
	}
	if len(d.Left) != 2 || !strings.Contains(strings.Join(d.Left, " "), "2027-03-31") {
		t.Errorf("%q", d.Left)
	}
	r := of("SPY")
	r.To = date.MustParse("2025-01-15")
	if d, ref := read(t, r, 200, nport); ref != nil || d.Holdings[0].Composition.AsOf.String() != "2024-12-31" {
		t.Errorf("as of January: %v %+v", ref, d)
	}
}

func TestOlderLayout(t *testing.T) {
	d, ref := read(t, of("SPY"), 200, `{"results":[{"output":{"stock_ticker_symbol":"BRK-B","name":"Berkshire","percent_of_portfolio":"5.25","shares":"1"}}]}`)
	if ref != nil || fmt.Sprint(d.Holdings[0].Composition.Constituents) != "[{BRK.B  Berkshire     0.0525}]" {
		t.Errorf("%v %+v", ref, d)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   marketdata.Reason
	}{
		{"a CAPTCHA", 202, `<html><head><meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F"></head></html>`, marketdata.Limited},
		{"a CAPTCHA as 200", 200, `<html>please solve this CAPTCHA</html>`, marketdata.Limited},
		{"a page", 200, `<html>`, marketdata.Garbled},
		{"a page and 503", 503, `<html>`, marketdata.Failed},
		{"credits are used up", 200, `{"status":{"code":403,"message":"You have no credits left","details":""},"result":null}`, marketdata.Limited},
		{"too many", 429, `Too Many Requests`, marketdata.Limited},
		{"429 alone", 429, ``, marketdata.Limited},
		{"a wrong key", 200, `{"error":"Invalid API key"}`, marketdata.BadKey},
		{"a wrong key inside", 200, `{"status":{"code":"401","message":"nope"}}`, marketdata.BadKey},
		{"not in the plan", 200, `{"status":{"code":402,"message":"x"}}`, marketdata.NotInPlan},
		{"another error", 200, `{"error":{"message":"it rains"}}`, marketdata.Refused},
		{"no such fund", 200, `{"status":{"code":200,"message":"OK"},"result":{"output":[]}}`, marketdata.NotFound},
		{"no result", 200, `{"status":{"code":200,"message":"OK"},"result":null}`, marketdata.NotFound},
		{"no holdings", 200, `{"result":{"output":[{"attributes":{"repPdDate":"2025-03-31"},"invstOrSecs":[]}]}}`, marketdata.Empty},
		{"a report that is to come", 200, `{"result":{"output":[{"attributes":{"repPdDate":"2027-03-31"},"invstOrSecs":[]}]}}`, marketdata.Empty},
		{"half a body", 200, nport[:len(nport)-30], marketdata.Garbled},
		{"nothing", 200, ``, marketdata.Garbled},
		{"another form", 200, `{"result":{"output":[{"attributes":[],"invstOrSecs":7}]}}`, marketdata.Garbled},
		{"too much", 200, `{"result":{"output":[{"attributes":{},"invstOrSecs":[{"invstOrSec":{"name":"A","pctVal":200}}]}]}}`, marketdata.Garbled},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ref := read(t, of("SPY"), c.status, c.body)
			if ref == nil || ref.Reason != c.want {
				t.Fatalf("%+v", ref)
			}
			if c.want == marketdata.Garbled && ref.Place == "" {
				t.Errorf("no place: %v", ref)
			}
		})
	}
}

func TestAsk(t *testing.T) {
	p := tradefeeds.New()
	r := of("BRK.B")
	r.To = date.MustParse("2026-11-20")
	c, err := p.Ask(r)
	if err != nil || c.Key() != "/api/v1/etf_holdings?date_from=2025-11-20&date_to=2026-11-20&ticker=BRK-B" || c.Credits != 20 {
		t.Errorf("%v %s %d", err, c.Key(), c.Credits)
	}
	for _, r := range []marketdata.Request{{Kind: marketdata.Bars, Instrument: r.Instrument}, of(" "), {Kind: marketdata.Holdings, Part: "sectors", Instrument: r.Instrument}} {
		if p.Offers(r) {
			t.Errorf("it offers %+v", r)
		}
	}
	h := httptest.NewRequest("GET", "https://x.test/api/v1/etf_holdings?ticker=SPY", nil)
	if p.Sign(h, "k 1"); h.URL.RawQuery != "key=k+1&ticker=SPY" {
		t.Errorf("%s", h.URL)
	}
}

// Whatever comes, there is a refusal with its reason or a composition that can be.
func FuzzRead(f *testing.F) {
	f.Add([]byte(nport), 200)
	f.Add([]byte(`{"results":[{"output":{"stock_ticker_symbol":"A","percent_of_portfolio":"5%"}}]}`), 200)
	f.Add([]byte(`{"status":{"code":429}}`), 202)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		d, ref := read(t, of("SPY"), status, string(body))
		if ref != nil {
			if ref.Reason == "" {
				t.Fatalf("%+v", ref)
			}
			return
		}
		for _, h := range d.Holdings {
			if flaw := h.Composition.Check(h.Symbol); flaw != nil {
				t.Fatal(flaw)
			}
		}
	})
}
