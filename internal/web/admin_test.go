package web_test

import (
	"net/http"
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
