package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/web"
)

// Tags are typed on a transaction, shown on its row, searched by, and put in order in the
// settings.
func TestTags(t *testing.T) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
	must(err)
	t.Cleanup(func() { st.Close() })
	now := func() time.Time { return time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC) }
	svc := service.New(service.Options{Store: st, Now: now})
	in, err := svc.SetUp(ctx, service.NewOwner{Name: "Mara Keller", Email: "mara@example.org", Password: "correct horse battery", BaseCurrency: "EUR", TimeZone: "UTC"})
	must(err)
	p, err := svc.CreatePortfolio(ctx, in.Caller, service.NewPortfolio{Name: "Family"})
	must(err)
	h, err := web.New(svc, web.Options{Version: "test", Now: now})
	must(err)
	open := func(status int, address string, form url.Values) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, address, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.AddCookie(&http.Cookie{Name: "foliosight", Value: in.Token})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != status {
			t.Fatalf("%s answers %d: %s", address, w.Code, words(w))
		}
		return w
	}
	says := func(w *httptest.ResponseRecorder, want ...string) {
		t.Helper()
		for _, text := range want {
			if !strings.Contains(words(w), text) {
				t.Errorf("the page does not say %q:\n%s", text, words(w))
			}
		}
	}
	at := "/p/" + p.ID + "/transactions"
	book := func(status int, day, tags string) *httptest.ResponseRecorder {
		t.Helper()
		return open(status, at+"/new", url.Values{"type": {"deposit"}, "date": {day}, "account": {"ib"}, "amount": {"10"}, "currency": {"EUR"}, "tags": {tags}})
	}
	book(303, "2026-01-02", "Core, Savings  plan")
	book(303, "2026-02-02", "core")
	book(303, "2026-03-02", "")
	says(book(422, "2026-03-02", "core, a/b"), "cannot stand in it")

	list := open(200, at, nil)
	says(list, "3 transactions", "Any tag", "savings plan")
	if body := list.Body.String(); strings.Count(body, `class="tag" href=`) != 3 || !strings.Contains(body, "?tag=savings+plan") {
		t.Errorf("%d chips", strings.Count(body, `class="tag" href=`))
	}
	one := open(200, at+"?tag=Savings+plan", nil)
	if says(one, "1 transaction"); !strings.Contains(one.Body.String(), `<option value="savings plan" selected>`) {
		t.Error("the chosen tag is not marked")
	}
	if none := open(200, at+"?tag=unknown", nil).Body.String(); !strings.Contains(none, `<option value="unknown" selected>`) {
		t.Error("a tag that nothing bears is not shown as chosen")
	}
	csv := open(200, at+".csv?tag=core", nil).Body.String()
	if lines := strings.Split(strings.TrimSpace(csv), "\n"); len(lines) != 3 || !strings.Contains(lines[0], ",tags,") || !strings.Contains(lines[1], ",core;savings plan,") {
		t.Errorf("%s", csv)
	}

	_, err = svc.CloseBooks(ctx, in.Caller, p.ID, date.MustParse("2026-01-31"), "")
	must(err)
	says(open(200, "/settings/tags", nil), "core 2 1 2 Feb 2026", "savings plan 1 1 2 Jan 2026", "Merge two tags")
	says(open(422, "/settings/tags/rename", url.Values{"tag": {"core"}, "name": {"Savings Plan"}}), "Not renamed", "already")
	open(404, "/settings/tags/rename", url.Values{"tag": {"unknown"}, "name": {"x"}})
	says(open(422, "/settings/tags/merge", url.Values{"tag": {"core"}, "into": {"core"}}), "Choose another tag")
	open(303, "/settings/tags/rename", url.Values{"tag": {"core"}, "name": {"Long term"}})
	says(open(200, "/settings/tags", nil), "core 1 1 2 Jan 2026", "long term 1 1 2 Feb 2026")
	open(303, "/settings/tags/merge", url.Values{"tag": {"long term"}, "into": {"savings plan"}})
	says(open(200, "/settings/tags", nil), "savings plan 2 1 2 Feb 2026")
	says(open(200, "/settings/tags/delete", url.Values{"tag": {"savings plan"}}), "Delete the tag “savings plan”?")
	open(303, "/settings/tags/delete", url.Values{"tag": {"savings plan"}, "sure": {"1"}})
	if left, err := svc.Tags(ctx, in.Caller, ""); err != nil || len(left) != 2 || left[1].Count != 1 {
		t.Errorf("left are %+v, %v", left, err)
	}
}
