package web_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/web"
)

// realHouse is the pages over the real services and the demonstration books.
type realHouse struct {
	http.Handler
	svc        *service.Service
	caller     service.Caller
	token      string
	portfolios map[string]string // ids by the beginning of the name
}

// realPages seeds the demonstration into a database of the test's own.
func realPages(t *testing.T) *realHouse {
	t.Helper()
	return realPagesAt(t, time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC))
}

// realPagesAt are the same, looked at then.
func realPagesAt(t *testing.T, at time.Time) *realHouse {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
	must(err)
	t.Cleanup(func() { st.Close() })
	now := func() time.Time { return at }
	h := &realHouse{svc: service.New(service.Options{Store: st, Now: now}), portfolios: map[string]string{}}
	in, err := h.svc.SetUp(ctx, service.NewOwner{Name: "Mara Keller", Email: "mara@example.org", Password: "correct horse battery", BaseCurrency: "USD", TimeZone: "UTC"})
	must(err)
	h.caller, h.token = in.Caller, in.Token
	list, err := h.svc.SeedDemo(ctx, in.Caller, asOf)
	must(err)
	for _, p := range list {
		name, _, _ := strings.Cut(strings.ToLower(p.Name), " ")
		h.portfolios[name] = p.ID
	}
	h.Handler, err = web.New(h.svc, web.Options{Version: "test", Now: now})
	must(err)
	return h
}

// open asks for a page of the long/short fund; a form is posted.
func (h *realHouse) open(address string, form url.Values) *httptest.ResponseRecorder {
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r := httptest.NewRequest(method, "/p/"+h.portfolios["long/short"]+address, strings.NewReader(body))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// words is what a page says, without its tags.
func words(w *httptest.ResponseRecorder) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(w.Body.String(), " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

// displayed is the first whole number that a cell shows, separators and signs as written.
func displayed(t *testing.T, cell string) int {
	t.Helper()
	m := regexp.MustCompile(`>\s*([+−]?[\d,]+)\s*<`).FindStringSubmatch(cell)
	if m == nil {
		t.Fatalf("no number in %q", cell)
	}
	n, err := strconv.Atoi(strings.NewReplacer(",", "", "+", "", "−", "-").Replace(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
