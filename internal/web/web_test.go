package web_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/web"
	"github.com/foliosight/foliosight/internal/web/view"
)

var serve = flag.String("serve", "", "serve the pages over the demonstration on this address instead of testing")

func TestMain(m *testing.M) {
	flag.Parse()
	if *serve == "" {
		os.Exit(m.Run())
	}
	if err := serveDemo(*serve); err != nil {
		panic(err)
	}
}

// serveDemo serves the pages over the demonstration in a database of its own.
func serveDemo(address string) error {
	dir, err := os.MkdirTemp("", "foliosight")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(dir, "books.db")})
	if err != nil {
		return err
	}
	defer st.Close()
	svc := service.New(service.Options{Store: st})
	demo := view.Demo{Email: "demo@example.org", Password: "demonstration"}
	in, err := svc.SetUp(ctx, service.NewOwner{Name: "Mara Keller", Email: demo.Email, Password: demo.Password, BaseCurrency: "USD", TimeZone: "UTC"})
	if err != nil {
		return err
	}
	if _, err := svc.SeedDemo(ctx, in.Caller, asOf); err != nil {
		return err
	}
	handler, err := web.New(svc, web.Options{Version: "dev", Database: "SQLite", Demo: &demo})
	if err != nil {
		return err
	}
	return http.ListenAndServe(address, handler)
}

var shared = newFake()

// visit opens an address, signed in unless told otherwise.
func visit(t *testing.T, f *fake, method, address string, form url.Values, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	handler, err := web.New(f, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return call(handler, method, address, form, header)
}

func call(handler http.Handler, method, address string, form url.Values, header map[string]string) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, address, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "foliosight", Value: secret})
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// everyPage are the addresses that can be read.
var everyPage = []string{
	"/p/fund", "/p/family", "/p/saver", "/p/all", "/p/empty", "/p/fund/holdings", "/p/fund/holdings?group=sector&sort=symbol&order=asc&kind=long", "/p/all/holdings", "/p/empty/holdings",
	"/p/fund/scenarios", "/p/fund/scenarios?show=replays", "/p/all/scenarios", "/p/empty/scenarios", "/p/fund/what-if", "/p/all/what-if", "/p/empty/what-if", "/p/fund/performance", "/p/saver/performance?period=3M", "/p/empty/performance", "/p/fund/risk", "/p/saver/risk?period=3M", "/p/all/risk", "/p/empty/risk", "/p/fund/transactions", "/p/all/transactions", "/p/empty/transactions", "/p/fund/transactions/new", "/p/fund/import",
	"/p/fund/prices", "/p/fund/data", "/p/fund/edit", "/p/fund/go", "/portfolios", "/portfolios/new", "/settings", "/settings/security", "/settings/programs", "/settings/data", "/settings/appearance", "/admin/people", "/admin/audit", "/sign-in", "/register?invite=x", "/forgotten", "/reset?token=x", "/verify?token=x",
	"/p/fund/accounts", "/p/fund/lot-rules", "/p/fund/closings", "/jobs", "/jobs?state=stuck", "/jobs/4",
}

var inline = regexp.MustCompile(`(?i)\sstyle="|\son[a-z]+="|<script(?:\s+[a-z]+(?:="[^"]*")?)*>\s*[^<\s]|href="javascript:`)

func TestEveryPageIsServedUnderThePolicy(t *testing.T) {
	links := map[string]string{}
	for _, address := range everyPage {
		w := visit(t, shared, "GET", address, nil, nil)
		html := w.Body.String()
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", address, w.Code)
			continue
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", address, policy)
		}
		if cache := w.Header().Get("Cache-Control"); cache != "private, no-store" {
			t.Errorf("%s: cache %q", address, cache)
		}
		if found := inline.FindString(html); found != "" {
			t.Errorf("%s: inline %q", address, found)
		}
		for _, bad := range []string{"NaN", "+Inf", "%!", "-0.00", "<nil>"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s: shows %q", address, bad)
			}
		}
		if address != "/p/empty/transactions" && strings.HasPrefix(address, "/p/fund") && !strings.Contains(html, "Simulated prices") {
			t.Errorf("%s: does not say that prices are simulated", address)
		}
		for _, m := range regexp.MustCompile(`(?:href|data-src|data-source)="(/[^"#?]*)`).FindAllStringSubmatch(html, -1) {
			links[m[1]] = address
		}
	}
	for link, from := range links {
		if strings.HasPrefix(link, "/docs") || strings.HasPrefix(link, "/api/") || strings.Contains(link, "undo") || strings.Contains(link, "/delete") || strings.HasSuffix(link, "/retry") || strings.HasSuffix(link, "/cancel") {
			continue // the API's, and what only answers to a post
		}
		if w := visit(t, shared, "GET", link, nil, nil); w.Code >= 400 && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s, linked from %s: status %d", link, from, w.Code)
		}
	}
}

func TestWithoutASessionThereIsTheDoor(t *testing.T) {
	w := visit(t, shared, "GET", "/p/fund/holdings?sort=day", nil, map[string]string{"Cookie": "foliosight=wrong"})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in?to=%2Fp%2Ffund%2Fholdings%3Fsort%3Dday" {
		t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestSignInGoesWhereOneWanted(t *testing.T) {
	rows := []struct{ email, password, to, want string }{
		{"mara@example.org", "correct horse battery", "/p/fund/holdings", "/p/fund/holdings"},
		{"mara@example.org", "correct horse battery", "https://elsewhere.example", "/"},
		{"mara@example.org", "correct horse battery", "//elsewhere.example", "/"},
		{"mara@example.org", "wrong", "/p/fund", ""},
	}
	for _, row := range rows {
		w := visit(t, shared, "POST", "/sign-in", url.Values{"email": {row.email}, "password": {row.password}, "to": {row.to}}, nil)
		if w.Header().Get("Location") != row.want {
			t.Errorf("%v: to %q", row, w.Header().Get("Location"))
		}
		if row.want == "" && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a wrong password answers %d", w.Code)
		}
	}
}

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	w := visit(t, shared, "POST", "/p/fund/transactions/new", url.Values{"type": {"buy"}}, map[string]string{"Sec-Fetch-Site": "cross-site"})
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}

func TestBookingSaysWhatIsWrongBesideTheField(t *testing.T) {
	f := newFake()
	form := url.Values{"type": {"buy"}, "date": {"2026-11-17"}, "account": {"Prime"}, "symbol": {"AAPL"}, "quantity": {"1,5"}, "price": {"203.92"}, "currency": {"USD"}}
	w := visit(t, f, "POST", "/p/fund/transactions/new", form, nil)
	if html := w.Body.String(); w.Code != 422 || !strings.Contains(html, "can be read in two ways") || !strings.Contains(html, `value="1,5"`) {
		t.Errorf("status %d; what was typed and why it is unclear should stand there", w.Code)
	}
	form.Set("quantity", "5")
	form.Set("symbol", "WRONG")
	w = visit(t, f, "POST", "/p/fund/transactions/new", form, nil)
	if html := w.Body.String(); w.Code != 422 || !strings.Contains(html, "You would sell more than is open. Sell at most 3.") {
		t.Errorf("status %d; the refusal of the ledger should stand beside the quantity", w.Code)
	}
	form.Set("symbol", "AAPL")
	w = visit(t, f, "POST", "/p/fund/transactions/new", form, nil)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("a right booking answers %d", w.Code)
	}
	next := visit(t, f, "GET", "/p/fund/transactions", nil, map[string]string{"Cookie": "foliosight=" + secret + "; " + cookies(w)})
	if html := next.Body.String(); !strings.Contains(html, "Booked: Buy 5 AAPL") || !strings.Contains(html, `action="/p/fund/undo"`) {
		t.Error("the next page does not offer to undo")
	}
}

// cookies are those that an answer sets, as they are sent back.
func cookies(w *httptest.ResponseRecorder) string {
	var list []string
	for _, c := range w.Result().Cookies() {
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, "; ")
}

func TestDeletingCanBeUndone(t *testing.T) {
	f := newFake()
	count := func() string {
		return regexp.MustCompile(`([\d,]+) transactions`).FindString(visit(t, f, "GET", "/p/saver/transactions", nil, nil).Body.String())
	}
	before, id := count(), f.rows["saver"][0].ID
	visit(t, f, "POST", "/p/saver/transactions/"+url.PathEscape(id)+"/delete", url.Values{}, nil)
	if count() == before {
		t.Fatal("nothing was deleted")
	}
	visit(t, f, "POST", "/p/saver/undo", url.Values{"version": {"2"}}, nil)
	if after := count(); after != before {
		t.Errorf("after the undo %q, before %q", after, before)
	}
}

func TestImportShowsARefusalWithItsPlaceAndCure(t *testing.T) {
	f := newFake()
	handler, err := web.New(f, web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	send := func(content string) *httptest.ResponseRecorder {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile("file", "broker.csv")
		_, _ = part.Write([]byte(content))
		_ = form.Close()
		r := httptest.NewRequest("POST", "/p/fund/import", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.AddCookie(&http.Cookie{Name: "foliosight", Value: secret})
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	w := send("this is not a broker's file")
	for _, want := range []string{"broker.csv cannot be imported", "Row 3, date, “31 June”", "This is not a date.", "Write it as 2025-06-30."} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the refusal does not say %q", want)
		}
	}
	w = send("a good one")
	preview := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(preview, "/p/fund/import/") {
		t.Fatalf("status %d to %q", w.Code, preview)
	}
	html := call(handler, "GET", preview, nil, nil).Body.String()
	for _, want := range []string{"Import 1 transaction, leave out 1", "duplicate", "You would sell more than is open", "Same reference as in the import of 27 June.", "−24,470.40"} {
		if !strings.Contains(html, want) {
			t.Errorf("the preview does not say %q", want)
		}
	}
	if refused := call(handler, "GET", preview+"/refused.csv", nil, nil).Body.String(); !strings.Contains(refused, "row 4,quantity") {
		t.Errorf("refused rows: %q", refused)
	}
	if w := call(handler, "POST", preview, url.Values{"version": {"1"}}, nil); w.Header().Get("Location") != "/p/fund/transactions" {
		t.Errorf("confirming answers %d", w.Code)
	}
	if w := call(handler, "GET", preview, nil, nil); w.Code != http.StatusGone {
		t.Errorf("a confirmed preview answers %d", w.Code)
	}
}

func TestPrivacyAndThemeAreKept(t *testing.T) {
	w := visit(t, shared, "POST", "/settings/privacy", url.Values{"back": {"/p/fund/holdings"}}, nil)
	if w.Header().Get("Location") != "/p/fund/holdings" || !strings.Contains(w.Header().Get("Set-Cookie"), "privacy=1") {
		t.Errorf("privacy: %q %q", w.Header().Get("Location"), w.Header().Get("Set-Cookie"))
	}
	html := visit(t, shared, "GET", "/settings", nil, map[string]string{"Cookie": "foliosight=" + secret + "; privacy=1; theme=dark"}).Body.String()
	if !strings.Contains(html, "data-private") || !strings.Contains(html, `data-theme="dark"`) {
		t.Error("the page does not carry the choices")
	}
}

func TestHoldingsAddUpAsDisplayed(t *testing.T) {
	cell := regexp.MustCompile(`<td class="r fig m pb">(?:<span.*?</span></span>)?([−\d,]+)</td>`)
	total := regexp.MustCompile(`(?s)<tfoot>.*?<td class="r m pb">(?:<span.*?</span></span>)?([−\d,]+)</td>`)
	for _, p := range []string{"fund", "family", "saver", "all"} {
		html := visit(t, shared, "GET", "/p/"+p+"/holdings", nil, nil).Body.String()
		sum, rows := 0, 0
		for _, m := range cell.FindAllStringSubmatch(html, -1) {
			sum += whole(t, m[1])
			rows++
		}
		m := total.FindStringSubmatch(html)
		if m == nil || rows < 10 {
			t.Fatalf("%s: %d rows, total %v", p, rows, m)
		}
		if whole(t, m[1]) != sum {
			t.Errorf("%s: rows sum to %d, total %s", p, sum, m[1])
		}
	}
}

func whole(t *testing.T, text string) int {
	t.Helper()
	sign := 1
	n := 0
	for _, r := range text {
		switch {
		case r == '−':
			sign = -1
		case r >= '0' && r <= '9':
			n = 10*n + int(r-'0')
		}
	}
	return sign * n
}

// What a first visit of the Overview costs on the wire: page, style, scripts, typeface,
// charts and the data of the chart, compressed.
func TestTheOverviewWeighsLessThan300KB(t *testing.T) {
	handler, err := web.New(shared, web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	zip := map[string]string{"Accept-Encoding": "gzip"}
	w := call(handler, "GET", "/p/family", nil, zip)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("the page is not compressed")
	}
	total := w.Body.Len()
	html := call(handler, "GET", "/p/family", nil, nil).Body.String()
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:href|src|content|data-src)="(/(?:assets|p/family/charts)/[^"]*)"`).FindAllStringSubmatch(html, -1) {
		address := strings.ReplaceAll(m[1], "&amp;", "&")
		if seen[address] || strings.Contains(address, ".csv") {
			continue
		}
		seen[address] = true
		part := call(handler, "GET", address, nil, zip)
		if part.Code != 200 {
			t.Errorf("%s: status %d", address, part.Code)
		}
		total += part.Body.Len()
	}
	if len(seen) < 10 {
		t.Fatalf("only %d parts found", len(seen))
	}
	if total > 300_000 {
		t.Errorf("the Overview weighs %d bytes", total)
	}
	t.Logf("the Overview weighs %d bytes in %d requests", total, len(seen)+1)
}
