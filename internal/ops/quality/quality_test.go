package quality_test

import (
	"context"
	"errors"
	"html"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/quality"
	"github.com/foliosight/foliosight/internal/service"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)
)

// of gives each tenant its feeds.
type of map[string][]service.Feed

func (o of) Feeds(_ context.Context, c service.Caller, _ string) ([]service.Feed, error) {
	all, ok := o[c.Tenant]
	if !ok {
		return nil, errors.New("the database is gone")
	}
	return all, nil
}

func owners(tenants ...string) (all []service.Caller) {
	for _, t := range tenants {
		c := service.Caller{}
		c.Tenant = t
		all = append(all, c)
	}
	return all
}

// feed is a series with a score; below 0 there is none.
func feed(kind marketdata.Kind, symbol string, use service.FeedUse, score, age, days int) service.Feed {
	var f service.Feed
	f.Kind, f.Symbol, f.Use, f.Age, f.Kept.Count, f.State, f.Says = string(kind), symbol, use, age, days, service.SupplyCurrent, "up to date"
	if days > 0 {
		f.Kept.Last = date.Must(2026, 3, 3)
	}
	if score >= 0 {
		f.Score = &score
	}
	return f
}

func report(t *testing.T, from quality.Source, all []service.Caller) map[string]check.Check {
	t.Helper()
	s, err := quality.Look(ctx, from, all, now)
	if err != nil {
		t.Fatal(err)
	}
	r := check.Begin("quality check", now)
	s.Report(r, quality.Usual)
	out := map[string]check.Check{}
	for _, c := range r.Checks {
		out[c.Name] = c
	}
	return out
}

func TestReport(t *testing.T) {
	poor, own := feed(marketdata.Bars, "POOR", service.FeedHeld, 41, 9, 200), feed(marketdata.Bars, "SECRET", service.FeedHeld, -1, 3, 4)
	poor.Held, own.Kept.Own = 2, true
	refused := feed(marketdata.Bars, "GONE", service.FeedHeld, -1, -1, 0)
	refused.State = service.SupplyRefused
	all := report(t, of{
		"a": {feed(marketdata.Bars, "FINE", service.FeedHeld, 98, 0, 500), poor, own, feed(marketdata.Bars, "PAST", service.FeedPast, 10, 400, 9)},
		"b": {feed(marketdata.Bars, "FINE", service.FeedModel, 98, 0, 500), refused, feed(marketdata.FX, "EUR/SEK", service.FeedFX, -1, -1, 0), own},
	}, owners("a", "b"))
	for name, want := range map[string]struct {
		state check.State
		says  string
	}{
		"series":             {check.Fine, "6 are needed now, 1 more for the past"},
		quality.Missing:      {check.Finding, "1 has no price: GONE"},
		quality.MissingRates: {check.Finding, "1 is missing: EUR/SEK"},
		quality.Scores:       {check.Finding, "1 scores below 60: POOR (41)"},
		quality.Staleness:    {check.Finding, "3 lack more than 2 sessions: POOR (9, to 2026-03-03), 2 of tenants' own"},
		quality.HeldBack:     {check.Finding, "1 has values that are held back: POOR (2)"},
		quality.Sources:      {check.Finding, "1 was not given by its source: GONE"},
	} {
		if c := all[name]; c.State != want.state || c.Says != want.says || c.State == check.Finding && c.Cure == "" {
			t.Errorf("%s: %+v, want %+v", name, c, want)
		}
	}
	for _, c := range all {
		if strings.Contains(c.Says, "SECRET") {
			t.Errorf("a tenant's own series is named: %+v", c)
		}
	}
}

func TestNothingIsFineByDefault(t *testing.T) {
	if all := report(t, of{"a": nil}, owners("a")); all["series"].State != check.Unknown || len(all) != 1 {
		t.Errorf("nothing booked: %+v", all)
	}
	all := report(t, of{"a": {feed(marketdata.Bars, "NEW", service.FeedHeld, -1, -1, 3)}}, owners("a"))
	if all[quality.Scores].State != check.Unknown || all[quality.Staleness].State != check.Unknown || all[quality.Missing].State != check.Fine {
		t.Errorf("neither score nor age is known: %+v", all)
	}
	if _, err := quality.Look(ctx, of{}, owners("a"), now); err == nil {
		t.Error("a tenant that cannot be read was passed over")
	}
}

func TestPage(t *testing.T) {
	looked := 0
	clock := now
	h := quality.Handler(func(ctx context.Context) (quality.State, error) {
		looked++
		return quality.Look(ctx, of{"a": {feed(marketdata.Bars, "<b>X", service.FeedHeld, 41, 0, 9)}}, owners("a"), clock)
	}, quality.Usual, func() time.Time { return clock })
	get := func(path, host string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{"/", "/quality-dashboard.html"} {
		w := get(path, "127.0.0.1:8080")
		if w.Code != 200 || !strings.Contains(w.Body.String(), "&lt;b&gt;X (41)") || strings.Contains(w.Body.String(), "<b>X") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d\n%s", path, w.Code, w.Body)
		}
	}
	if w := get("/quality.json", "localhost:8080"); w.Code != 200 || !strings.Contains(w.Body.String(), `"state":"finding"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if looked != 1 {
		t.Errorf("looked %d times within a minute", looked)
	}
	clock = now.Add(2 * time.Minute)
	if get("/", "[::1]:8080"); looked != 2 {
		t.Errorf("looked %d times after two minutes", looked)
	}
	if w := get("/", "evil.example:8080"); w.Code != 421 {
		t.Errorf("a name that leads here is answered %d", w.Code)
	}
	if w := get("/other", "127.0.0.1"); w.Code != 404 {
		t.Errorf("another path is answered %d", w.Code)
	}
	if _, err := quality.Listen("0.0.0.0:0"); !errors.Is(err, quality.ErrNotLoopback) {
		t.Errorf("every interface: %v", err)
	}
	l, err := quality.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// What is not known is a dash, what asks to be looked at comes first and in words, and
// what is a tenant's own is one row without a name.
func TestPageSaysWhatToLookAt(t *testing.T) {
	own := feed(marketdata.Bars, "SECRET", service.FeedHeld, -1, -1, 0)
	own.Kept.Own, own.State = true, service.SupplyNever
	h := quality.Handler(func(ctx context.Context) (quality.State, error) {
		return quality.Look(ctx, of{"a": {feed(marketdata.Bars, "AAA", service.FeedHeld, 100, 0, 9), feed(marketdata.Bars, "LOW", service.FeedHeld, 41, 5, 9), own,
			feed(marketdata.FX, "EURUSD", service.FeedFX, -1, -1, 9)}, "b": {own}}, owners("a", "b"), now)
	}, quality.Usual, func() time.Time { return now })
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "127.0.0.1"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	said := regexp.MustCompile(`<style>[\s\S]*</style>|<svg[\s\S]*?</svg>|<[^>]*>`).ReplaceAllString(w.Body.String(), " ")
	said = html.UnescapeString(strings.Join(strings.Fields(said), " "))
	for _, want := range []string{
		"3 things to look at Prices 2 have no price: 2 of tenants' own foliosight doctor SYMBOL says why",
		"What is held 4, 3 to look at 2 of tenants' own Prices – – 0 – not asked for yet LOW Prices 41 5 0",
		"Exchange rates 1 EURUSD Exchange rate – – 0",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "SECRET") || strings.Contains(said, "`") {
		t.Errorf("it says too much:\n%s", said)
	}
}
