package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// Pages of who runs the installation do not exist for owners who do not.
func TestAdministrationIsForThoseWhoMay(t *testing.T) {
	for address, want := range map[string]int{"/admin/people": http.StatusOK, "/admin/audit": http.StatusOK, "/admin/features": http.StatusNotFound, "/admin/health": http.StatusNotFound} {
		if w := visit(t, shared, "GET", address, nil, nil); w.Code != want {
			t.Errorf("%s answers an owner with %d, want %d", address, w.Code, want)
		}
	}
	html := visit(t, shared, "GET", "/admin/audit?action=portfolio.&day=2026-11-19", nil, nil).Body.String()
	if strings.Contains(html, "<b>New</b>") || !strings.Contains(html, "&lt;b&gt;New") || !strings.Contains(html, "Portfolio changed") {
		t.Error("the audit trail does not show what was changed, as text")
	}
	if strings.Contains(html, "/admin/health") {
		t.Error("a page that is not there is linked")
	}
}

// TestTheTrailSpeaksInWords opens the trail of the demonstration, which books, watches,
// sets targets and makes rules: no action is shown as it is kept.
func TestTheTrailSpeaksInWords(t *testing.T) {
	h := realPages(t)
	address, pages := "/admin/audit", 0
	for ; address != ""; pages++ {
		r := httptest.NewRequest("GET", address, nil)
		r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		text := words(w)
		if !strings.Contains(text, "No. ") {
			t.Fatalf("%s shows no event: %d", address, w.Code)
		}
		if raw := regexp.MustCompile(`[a-z-]+\.[a-z-]+ No\.`).FindString(text); raw != "" {
			t.Errorf("%s shows %s", address, raw)
		}
		address = ""
		if m := regexp.MustCompile(`href="([^"]*before=[0-9]+)"`).FindStringSubmatch(w.Body.String()); m != nil {
			address = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if pages < 2 {
		t.Error("the trail has one page: too little was told")
	}
}
