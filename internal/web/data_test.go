package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

func faultOf(field, problem, cure string) error {
	return &ledger.Fault{Field: field, Problem: problem, Cure: cure}
}

// contains demands texts of a page.
func contains(t *testing.T, what, html string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(html, text) {
			t.Errorf("%s: no %q", what, text)
		}
	}
}

// toastOf is the message that an answer leaves for the next page.
func toastOf(w *httptest.ResponseRecorder) string {
	for _, c := range w.Result().Cookies() {
		if c.Name == "toast" {
			return c.Value
		}
	}
	return ""
}

func TestDataSaysHowEachSeriesStands(t *testing.T) {
	f := newFake()
	html := visit(t, f, "GET", "/p/fund/data", nil, nil).Body.String()
	contains(t, "data", html, ">complete<", ">suspect<", "stale", ">refused<", "never asked", "by valuation",
		"The plan of this key does not include it.", "Next attempt 20 Nov 2126, 13:00.", "14 sessions of XNYS missing since 31 Oct 2026.", "Nobody is asked for it.",
		"100 × (1,400 − 0 − 3 − 1) ÷ 1,400", "19 Nov 2026: a tenth of the day before", "Score of NVDA", "Polygon")
	at := func(symbol string) int { return strings.LastIndex(html, ">"+symbol+"</span>") }
	if at("SHOP") < 0 || at("SAP.DE") > at("NVDA") || at("SHOP") > at("NVDA") || at("NVDA") > at("ZM") || at("ZM") > at("AAPL") {
		t.Error("what needs somebody most does not come first")
	}
	if past := visit(t, f, "GET", "/p/fund/data?series=past", nil, nil).Body.String(); !strings.Contains(past, ">IBM<") || !strings.Contains(past, "kept for its history") {
		t.Error("what was held before is not shown as kept")
	}
}

func TestValuesThatAreNotBelievedAreDecided(t *testing.T) {
	f := newFake()
	f.operator = true
	html := visit(t, f, "GET", "/p/fund/data", nil, nil).Body.String()
	contains(t, "held back", html, "15.78", "157.75", "unit mixed up", "The close is a tenth of the day before", ">Accept<", ">Correct<", ">Drop<")

	wrong := visit(t, f, "POST", "/p/fund/data/held/h1", url.Values{"decision": {"corrected"}, "corrected": {"fifteen"}}, nil)
	if wrong.Code != http.StatusUnprocessableEntity {
		t.Fatalf("a word as a price: %d", wrong.Code)
	}
	contains(t, "wrong correction", wrong.Body.String(), "A close is a number above zero", `value="fifteen"`, "<details class=\"fold\" name=\"held-h1\" open>")

	done := visit(t, f, "POST", "/p/fund/data/held/h1", url.Values{"decision": {"corrected"}, "corrected": {"157.8"}, "note": {"exchange"}}, nil)
	if h := f.supply.held[0]; done.Code != http.StatusSeeOther || h.Decision != store.HeldCorrected || h.Corrected != 157.8 || h.Note != "exchange" {
		t.Fatalf("%d %+v", done.Code, h)
	}
	after := visit(t, f, "GET", "/p/fund/data", nil, map[string]string{"Cookie": "foliosight=" + secret + "; toast=" + toastOf(done)}).Body.String()
	contains(t, "after it", after, "corrected to 157.80", "Take back", "NVDA of 19 Nov 2026 corrected to 157.80")
	if back := visit(t, f, "POST", "/p/fund/data/held/h1", url.Values{"decision": {"open"}}, nil); back.Code != http.StatusSeeOther || f.supply.held[0].Decision != store.HeldOpen {
		t.Errorf("taken back: %d, %s", back.Code, f.supply.held[0].Decision)
	}
}

func TestWhoDoesNotRunTheInstallationOnlyLooks(t *testing.T) {
	f := newFake()
	html := visit(t, f, "GET", "/p/fund/data", nil, nil).Body.String()
	contains(t, "for others", html, "15.78", "Enter a price of your own", "no key")
	if strings.Contains(html, "No key is set.") || strings.Contains(html, ">not set<") || !strings.Contains(html, "It is asked once it has one.") {
		t.Error("a source without a key says so more than once, or not what follows")
	}
	for _, way := range []string{">Accept<", ">Drop<", "Set the key", "Fetch now"} {
		if strings.Contains(html, way) {
			t.Errorf("it offers %s", way)
		}
	}
	if w := visit(t, f, "POST", "/p/fund/data/held/h1", url.Values{"decision": {"accepted"}}, nil); w.Code != http.StatusForbidden {
		t.Errorf("deciding: %d", w.Code)
	}
}

func TestKeysAreSetAndNeverShown(t *testing.T) {
	f := newFake()
	f.operator = true
	if w := visit(t, f, "POST", "/p/fund/data/keys", url.Values{"provider": {"polygon"}, "key": {""}}, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "It is empty. Copy the key as the source shows it.") {
		t.Errorf("an empty key: %d", w.Code)
	}
	const key = "a-key-nobody-may-see"
	if w := visit(t, f, "POST", "/p/fund/data/keys", url.Values{"provider": {"polygon"}, "key": {key}}, nil); w.Code != http.StatusSeeOther || f.supply.keys["polygon"] != key {
		t.Fatalf("setting a key: %d", w.Code)
	}
	html := visit(t, f, "GET", "/p/fund/data", nil, nil).Body.String()
	contains(t, "with a key", html, "set here, 20 Nov 2026", "Replace the key", "Forget the key", "60 used", "out of order", "open after 5 failures in a row")
	if strings.Contains(html, key) {
		t.Error("the page shows the key")
	}
	if visit(t, f, "POST", "/p/fund/data/keys/forget", url.Values{"provider": {"polygon"}}, nil); f.supply.keys["polygon"] != "" {
		t.Error("the key is not forgotten")
	}
}

func TestFetchingIsWatchedAndStopped(t *testing.T) {
	f := newFake()
	f.operator = true
	lacking, _ := f.Feeds(t.Context(), service.Caller{}, "fund")
	f.supply.fetch = service.Fetching{State: service.JobRunning, Began: noon, Of: 5, Done: 2, Got: 2, Lacking: lacking[3:5]}
	contains(t, "page", visit(t, f, "GET", "/p/fund/fetch", nil, nil).Body.String(), "2 of 5 series", "data-running", `action="/p/fund/fetch/stop"`, "SHOP", "not asked for yet", "/p/fund")
	part := visit(t, f, "GET", "/p/fund/fetch", nil, map[string]string{"X-Fragment": "fetch"}).Body.String()
	if strings.Contains(part, "<html") || !strings.Contains(part, `width="40.00%"`) {
		t.Errorf("the part alone: %s", part)
	}
	if visit(t, f, "POST", "/p/fund/fetch/stop", url.Values{}, nil); f.supply.ended != 1 {
		t.Error("it is not stopped")
	}
	f.supply.fetch = service.Fetching{State: service.JobDone, Began: noon, Of: 5, Done: 5, Got: 5}
	contains(t, "done", visit(t, f, "GET", "/p/fund/fetch", nil, nil).Body.String(), "5 series up to date.", "data-whole")
	f.supply.fetch = service.Fetching{Why: "no source of market data is set up; prices come by file and by hand"}
	html := visit(t, f, "GET", "/p/fund/fetch", nil, nil).Body.String()
	contains(t, "nobody to ask", html, "No source of market data is set up; prices come by file and by hand.")
	if strings.Contains(html, "Fetch now") {
		t.Error("it offers what cannot be")
	}
}

// TestTheSimulatedMarketEndsWithTheFigures looks at the demonstration two months after the
// last day of its market: the figures are as of that day, and no series is behind them.
func TestTheSimulatedMarketEndsWithTheFigures(t *testing.T) {
	h := realPagesAt(t, asOf.Time().AddDate(0, 2, 0))
	text := words(h.open("/data", nil))
	contains(t, "data", text, "Every holding has a current price", "up to date", "complete")
	for _, wrong := range []string{"missing since", "stale", "What keeps figures"} {
		if strings.Contains(text, wrong) {
			t.Errorf("the page says %q", wrong)
		}
	}
}
