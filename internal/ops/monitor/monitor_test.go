package monitor_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/ops/monitor"
	"github.com/foliosight/foliosight/internal/ops/request"
)

var now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

// scrape is what Prometheus would read.
func scrape(t *testing.T, m *monitor.Monitor) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	return w.Body.String()
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("there is no %s in\n%s", line, text)
		}
	}
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	m := monitor.New(monitor.Options{})
	m.Request(request.Done{Method: "GET", Route: "/api/v1/portfolios/{portfolio}", Status: 200, Took: 20 * time.Millisecond})
	m.Request(request.Done{Method: "GET", Route: "/api/v1/portfolios/{portfolio}", Status: 503, Took: 2 * time.Second})
	m.Request(request.Done{Method: "PROPFIND", Status: 404, Took: time.Millisecond})
	m.Request(request.Done{Method: "GET", Route: "/api/v1/events", Status: 200, Took: time.Hour, Stream: true})
	m.Request(request.Done{Method: "POST", Route: "/p/{portfolio}/import"})
	m.Calculated("analysis", nil, false)
	m.Calculated("analysis", context.Canceled, false)
	m.Calculated("scenario", errors.New("no such"), true)
	m.Calculated("scenario", errors.New("broken"), false)
	text := scrape(t, m)
	has(t, text,
		`http_requests_total{endpoint="/api/v1/portfolios/{portfolio}",method="GET",status_code="200"} 1`,
		`http_requests_total{endpoint="/api/v1/portfolios/{portfolio}",method="GET",status_code="503"} 1`,
		`http_requests_total{endpoint="unrouted",method="OTHER",status_code="404"} 1`,
		`http_requests_total{endpoint="/p/{portfolio}/import",method="POST",status_code="499"} 1`,
		`http_request_duration_seconds_bucket{endpoint="/api/v1/portfolios/{portfolio}",method="GET",le="0.025"} 1`,
		`http_request_duration_seconds_count{endpoint="/api/v1/portfolios/{portfolio}",method="GET"} 2`,
		`http_requests_total{endpoint="/api/v1/events",method="GET",status_code="200"} 1`,
		`portfolio_calculations_total{calculation_type="analysis",status="success"} 1`,
		`portfolio_calculations_total{calculation_type="analysis",status="cancelled"} 1`,
		`portfolio_calculations_total{calculation_type="scenario",status="refused"} 1`,
		`portfolio_calculations_total{calculation_type="scenario",status="error"} 1`)
	if strings.Contains(text, `http_request_duration_seconds_count{endpoint="/api/v1/events"`) || !strings.Contains(text, "go_goroutines ") {
		t.Errorf("streams are timed, or Go is not seen:\n%s", text)
	}
}

func TestWhatIsKnownIsShown(t *testing.T) {
	directory := t.TempDir()
	m := monitor.New(monitor.Options{Version: "1.2.3", Commit: "abc", Now: func() time.Time { return now }, Database: func(context.Context) error { return nil },
		Pools: func() map[string]sql.DBStats {
			return map[string]sql.DBStats{"reader": {InUse: 3, Idle: 1, MaxOpenConnections: 8, WaitCount: 5, WaitDuration: 2 * time.Second}, "writer": {InUse: 1, MaxOpenConnections: 1}}
		},
		Jobs: func(context.Context) ([]monitor.Jobs, error) {
			return []monitor.Jobs{{"analysis", "queued", 7, time.Now().Add(-time.Minute)}, {"sync", "failed", 1, time.Time{}}}, nil
		},
		Providers: func(context.Context) ([]fetch.Status, error) {
			return []fetch.Status{{Provider: "polygon", Breaker: fetch.Open, Calls: 12, Refusals: map[marketdata.Reason]int64{marketdata.Limited: 2}, Windows: []fetch.Window{{Name: "minute", Used: 4, Most: 5}}, LastSuccess: now.Add(-90 * time.Second)}}, nil
		},
		Data: func(context.Context) ([]monitor.Data, error) {
			return []monitor.Data{{"price", 40, now.Add(-time.Hour), now.Add(-12 * time.Hour)}, {Kind: "rate"}}, nil
		},
		Caches: []func() []monitor.Cache{func() []monitor.Cache { return []monitor.Cache{{"answers", 9, 3, 2, 4096}, {"folds", 1, 1, 1, 0}} }},
		Backup: func(context.Context) (time.Time, error) { return now.Add(-25 * time.Hour), nil },
		Certificate: func() certificate.State {
			return certificate.State{From: now.Add(-96 * time.Hour), Until: now.Add(48 * time.Hour), Failure: "the authority is away", Failing: now.Add(-time.Hour)}
		}, Directory: directory})
	text := scrape(t, m)
	has(t, text, `database_connections_active 4`, `foliosight_database_up 1`, `foliosight_database_connections_max{pool="reader"} 8`, `foliosight_database_connection_wait_seconds_total{pool="reader"} 2`,
		`foliosight_jobs{kind="analysis",state="queued"} 7`, `foliosight_jobs{kind="sync",state="failed"} 1`,
		`foliosight_provider_ready{provider="polygon"} 0`, `foliosight_provider_circuit{provider="polygon"} 2`, `foliosight_provider_calls_total{provider="polygon"} 12`,
		`foliosight_provider_quota_left{provider="polygon",window="minute"} 1`, `foliosight_provider_last_success_age_seconds{provider="polygon"} 90`,
		`foliosight_market_data_age_seconds{kind="price"} 3600`, `foliosight_market_last_day_age_seconds{kind="price"} 43200`, `foliosight_market_series{kind="rate"} 0`,
		`foliosight_cache_hits_total{cache="answers"} 9`, `foliosight_cache_bytes{cache="answers"} 4096`, `foliosight_backup_age_seconds 90000`, `foliosight_certificate_expiry_seconds 172800`, `foliosight_certificate_lifetime_seconds 518400`, `foliosight_certificate_failing_seconds 3600`)
	if strings.Contains(text, `foliosight_market_data_age_seconds{kind="rate"}`) || strings.Contains(text, `foliosight_cache_bytes{cache="folds"}`) {
		t.Errorf("what is not known is shown:\n%s", text)
	}
	for _, pattern := range []string{`\nfoliosight_disk_free_bytes [1-9]`, `\nfoliosight_disk_size_bytes [1-9]`, `\nfoliosight_jobs_oldest_waiting_seconds 6[0-9]`, `foliosight_provider_refusals_total\{provider="polygon",reason="[a-z-]+"\} 2`, `foliosight_build_info\{commit="abc",go="go[^"]*",version="1.2.3"\} 1`} {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("nothing like %s in\n%s", pattern, text)
		}
	}
}

// TestWhatCannotBeFoundOutIsAbsent: nothing is 0 because somebody failed.
func TestWhatCannotBeFoundOutIsAbsent(t *testing.T) {
	broken := errors.New("the database is away")
	asked := 0
	m := monitor.New(monitor.Options{Database: func(context.Context) error { return broken },
		Jobs: func(context.Context) ([]monitor.Jobs, error) { asked++; return nil, broken },
		Data: func(context.Context) ([]monitor.Data, error) { return nil, broken }, Providers: func(context.Context) ([]fetch.Status, error) { return nil, broken },
		Backup: func(context.Context) (time.Time, error) { return time.Time{}, nil }, Certificate: func() certificate.State { return certificate.State{} }, Directory: filepath.Join(t.TempDir(), "none")})
	scrape(t, m)
	text := scrape(t, m) // failures of the first are counted by now
	has(t, text, `foliosight_database_up 0`, `foliosight_certificate_failing_seconds 0`)
	for _, name := range []string{"foliosight_jobs", "foliosight_market", "foliosight_provider", "foliosight_backup_age", "foliosight_certificate_expiry", "foliosight_certificate_lifetime", "foliosight_disk", "database_connections_active", "foliosight_database_answer"} {
		if strings.Contains(text, "\n"+name) {
			t.Errorf("%s is shown though nobody knows it:\n%s", name, text)
		}
	}
	for _, part := range []string{"jobs", "data", "providers", "disk"} {
		if !strings.Contains(text, `foliosight_monitor_failures_total{part="`+part+`"}`) {
			t.Errorf("nobody is told that %s failed", part)
		}
	}
	if asked != 1 {
		t.Errorf("the database was asked %d times within seconds", asked)
	}
}
