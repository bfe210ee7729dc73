package web_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web"
)

// The page leaves the card for later and says where it is; asked for, its lines add up to
// the active return of the period.
func TestAttributionCard(t *testing.T) {
	handler, err := web.New(shared, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := call(handler, "GET", "/p/fund/performance?period=1Y", nil, nil)
	if html := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(html, `id="attribution" hx-get=`) || !strings.Contains(html, "attributed=1") {
		t.Errorf("status %d: the card is not left for later", w.Code)
	}
	w = call(handler, "GET", "/p/fund/performance?period=1Y&attributed=1", nil, nil)
	_, card, _ := strings.Cut(w.Body.String(), `id="attribution"`)
	for _, want := range []string{"Brinson–Fachler", "BHB", "Cash and costs", "Information Technology", "Exchange", "selection bears"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	a, err := shared.Analysis(t.Context(), service.Caller{}, service.Question{Portfolios: []string{"fund"}, Period: "1Y"})
	if err != nil {
		t.Fatal(err)
	}
	_, foot, _ := strings.Cut(card, "<tfoot>")
	foot, _, _ = strings.Cut(foot, "</tfoot>")
	if got, want := lastNumber(t, foot), 100*a.Returns.Active.Float64(); math.Abs(got-want) > 0.005+1e-9 {
		t.Errorf("the card splits %.2f, the active return is %v", got, want)
	}
}
