package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web"
)

// The forecasts and the simulation are fetched as parts of the page; the address is a whole
// page for those without script.
func TestForesight(t *testing.T) {
	h := realPages(t)
	alone := func(address string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/p/"+h.portfolios["long/short"]+address, nil)
		r.Header.Set("HX-Request", "true")
		r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	sees := func(w *httptest.ResponseRecorder, texts ...string) {
		t.Helper()
		said := words(w)
		for _, text := range texts {
			if !strings.Contains(said, text) {
				t.Errorf("status %d: it does not say %q: %.600s", w.Code, text, said)
			}
		}
	}
	w := alone("/risk/forecasts")
	sees(w, "GARCH(1,1)", "GJR-GARCH", "HAR", "EWMA", "21 days", "63 days")
	if strings.Contains(w.Body.String(), "<main") || !strings.HasPrefix(strings.TrimSpace(w.Body.String()), `<div class="forecasts" id="forecasts">`) {
		t.Errorf("more than the part: %.200s", w.Body)
	}
	w = alone("/risk/simulation?paths=1000&horizon=21&confidence=0.975")
	sees(w, "Loss in 21 days", "Value at risk", "Expected shortfall", "Full revaluation", "priced anew on every path", "1,000 paths of the factor model", "at least", "at most")
	html := w.Body.String()
	if bars := strings.Count(html, "<rect class=\"fill-"); bars < 41 || !strings.Contains(html, ">VaR ") || !strings.Contains(html, ">ES ") {
		t.Errorf("%d columns, and no marks", bars)
	}
	for _, bad := range []string{"NaN", "Inf", "%!"} {
		if strings.Contains(html, bad) {
			t.Errorf("it shows %q", bad)
		}
	}
	if found := inline.FindString(html); found != "" {
		t.Errorf("inline %q", found)
	}
	sees(alone("/risk/simulation?paths=7"), "7 paths")
	sees(alone("/risk/simulation?paths=many"), "cannot be run")
	sees(h.open("/risk/simulation?paths=1000", nil), "Factor exposures", "Full revaluation")
	w = h.open("/risk", nil)
	sees(w, "Monte Carlo", "Fit GARCH, GJR and HAR", "Stop")
	if strings.Contains(w.Body.String(), `class="histogram"`) {
		t.Error("it is simulated before it is asked")
	}
	// Rolling measures come with the card, whatever the window; of nothing is nothing drawn.
	w = alone("/performance/rolling?window=252&period=1Y")
	sees(w, "252 sessions", "Latest", "Median", "Correlation", "Sharpe")
	source := regexp.MustCompile(`data-src="([^"]*)"`).FindStringSubmatch(w.Body.String())
	if source == nil || !strings.Contains(source[1], "/charts/rolling?") {
		t.Fatalf("no data for the chart: %v", source)
	}
	for _, kind := range []string{"return", "volatility", "sharpe", "beta", "correlation"} {
		w = h.open("/charts/rolling?period=1Y&window=63&kind="+kind, nil)
		if text := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(text, `over 63 sessions, ending with each day`) || strings.Contains(text, "NaN") {
			t.Errorf("%s: status %d %.300s", kind, w.Code, text)
		}
	}
}

// waiting is a simulation that ends when nobody waits for it any more.
type waiting struct {
	risky
	begun, ended chan struct{}
}

func (f waiting) Simulate(ctx context.Context, _ service.Caller, _ service.Question, _ analysis.SimulationAsked) (*analysis.Simulated, error) {
	close(f.begun)
	<-ctx.Done()
	close(f.ended)
	return nil, ctx.Err()
}

// Who stops a simulation closes the request, and with it what computes.
func TestStoppingReachesTheServer(t *testing.T) {
	f := waiting{risky{shared, asItIs}, make(chan struct{}), make(chan struct{})}
	handler, err := web.New(f, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/p/fund/risk/simulation", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "foliosight", Value: secret})
	answered := make(chan error, 1)
	go func() {
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			answer.Body.Close()
		}
		answered <- err
	}()
	<-f.begun
	stop()
	if err := <-answered; err == nil {
		t.Error("there was an answer")
	}
	select {
	case <-f.ended:
	case <-time.After(5 * time.Second):
		t.Error("it goes on though nobody waits")
	}
}

func (f *fake) Rolling(_ context.Context, _ service.Caller, q service.Question, window int) (*analysis.Rolling, error) {
	in, err := f.input(q)
	if err != nil {
		return nil, err
	}
	return analysis.Prepare(in).Rolling(in.Period, window)
}
