package health_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/health"
)

var now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

func ask(t *testing.T, h http.Handler, path string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, w.Body)
	}
	return w.Code, out
}

func serving(o health.Options) http.Handler {
	o.Version, o.Now = "1.2.3", func() time.Time { return now }
	mux := http.NewServeMux()
	health.New(o).Mount(mux.HandleFunc, true)
	return mux
}

func TestHealth(t *testing.T) {
	fine, broken := func(context.Context) error { return nil }, func(context.Context) error { return errors.New("away") }
	slow := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, c := range map[string]struct {
		options health.Options
		status  map[string]int
	}{
		"well":              {health.Options{Database: fine, Backend: fine}, map[string]int{"/health": 200, "/health/live": 200, "/health/ready": 200, "/api/health": 200}},
		"no database":       {health.Options{Database: broken}, map[string]int{"/health": 503, "/health/live": 200, "/health/ready": 503, "/api/health": 503}},
		"a slow database":   {health.Options{Database: slow}, map[string]int{"/health": 503, "/health/live": 200, "/health/ready": 503}},
		"pages without API": {health.Options{Database: fine, Backend: broken}, map[string]int{"/health": 200, "/health/ready": 200, "/api/health": 503}},
		"maintenance":       {health.Options{Database: fine, Maintenance: func() string { return "read-only" }}, map[string]int{"/health": 200, "/health/live": 200, "/health/ready": 200, "/api/health": 200}},
		"no source":         {health.Options{Database: fine, Market: func(context.Context) (string, error) { return health.Degraded, nil }}, map[string]int{"/health": 200, "/api/health": 200}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := serving(c.options)
			for path, want := range c.status {
				began := time.Now()
				if status, body := ask(t, h, path); status != want || body["version"] != "1.2.3" || body["status"] == "" {
					t.Errorf("%s: %d, want %d: %v", path, status, want, body)
				}
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("%s took %s", path, took)
				}
			}
		})
	}
	held := serving(health.Options{Database: fine, Maintenance: func() string { return "maintenance" }})
	if _, body := ask(t, held, "/health/ready"); body["status"] != "maintenance" {
		t.Errorf("ready says %v", body)
	}
	if _, body := ask(t, held, "/health"); body["status"] != "healthy" || body["maintenance"] != "maintenance" {
		t.Errorf("health says %v", body)
	}
	h := serving(health.Options{Database: fine, Backend: broken, Commit: "abc"})
	_, body := ask(t, h, "/api/health")
	if body["backend_connectivity"] != "unavailable" || body["database"] != "connected" || body["timestamp"] != "2025-07-01T12:00:00Z" || body["build_info"].(map[string]any)["commit"] != "abc" {
		t.Errorf("%v", body)
	}
}

// TestSourcesAreNotWaitedFor: the first answer comes at once; how sources stand is known a
// moment later.
func TestSourcesAreNotWaitedFor(t *testing.T) {
	var asked, database atomic.Int32
	let := make(chan struct{})
	h := health.New(health.Options{Database: func(context.Context) error { database.Add(1); return nil }, Market: func(context.Context) (string, error) {
		asked.Add(1)
		<-let
		return health.Operational, nil
	}})
	for range 100 {
		if a := h.Check(t.Context()); a.Services.MarketData != health.Unknown || a.Status != health.Healthy {
			t.Fatalf("%+v", a)
		}
	}
	close(let)
	for end := time.Now().Add(5 * time.Second); h.Check(t.Context()).Services.MarketData != health.Operational; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is never known")
		}
	}
	if asked.Load() != 1 || database.Load() > 50 {
		t.Errorf("sources were looked at %d times, the database asked %d times", asked.Load(), database.Load())
	}
}

func TestTheReportNamesWhatIsWrong(t *testing.T) {
	share, policies, limit := 0.5, 0, int64(100<<20)
	backup, end := now.Add(-30*time.Hour), now.Add(48*time.Hour)
	s := health.Status{Answer: health.Answer{Status: health.Healthy, Services: health.Services{Database: health.Connected, MarketData: health.Degraded}},
		Database:    health.Database{Connected: true, Engine: "PostgreSQL", Policies: &policies},
		Performance: health.Performance{ResponseTime: 1500, MemoryUsage: 99 << 20, MemoryLimit: &limit, CPUUsage: &share, Processors: 2},
		Pools:       []health.Pool{{"store", 8, 0, 8}, {"queue", 1, 1, 4}}, Jobs: map[string]int{"failed": 2}, Disk: &health.Space{Free: 5, Size: 100},
		Backup: &backup, Certificate: &end, Shown: &health.Certificate{Until: end}, ErrorsSince: map[string]int{"error": 3}, Unknown: map[string]string{"external_services": "no answer"}}
	r := check.Begin("health --full", now)
	s.Full(r, now)
	found := map[string]check.State{}
	for _, c := range r.Checks {
		found[c.Name] = c.State
		if c.State == check.Finding && c.Cure == "" {
			t.Errorf("%s has no cure", c.Name)
		}
	}
	for _, name := range []string{"market data", "policies", "jobs", "memory", "disk", "connections store", "database time", "log", "certificate", "backup"} {
		if found[name] != check.Finding {
			t.Errorf("%s is %s, want a finding", name, found[name])
		}
	}
	for said, c := range map[string]health.Certificate{
		"fine: it ends on 2":                                       {From: end.Add(-72 * time.Hour), Until: end},
		"finding: there is none: the authority is away":            {Failure: "the authority is away", Failing: now},
		"unknown: there is none yet":                               {},
		"it cannot be renewed: the authority is away":              {From: now, Until: now.Add(90 * 24 * time.Hour), Failure: "the authority is away", Failing: now},
		"finding: it ends on " + end.Format(time.RFC3339) + " now": {From: end.Add(-90 * 24 * time.Hour), Until: end},
	} {
		r := check.Begin("", now)
		s := s
		s.Shown = &c
		s.Full(r, now)
		for _, one := range r.Checks {
			if one.Name == "certificate" && !strings.Contains(string(one.State)+": "+one.Says+" now", said) {
				t.Errorf("%q is not in %s: %s", said, one.State, one.Says)
			}
		}
	}
	if found["external_services"] != check.Unknown || found["connections queue"] != check.Fine || found["cpu"] != check.Fine || r.Exit() != check.ExitFinding {
		t.Errorf("%v, exit %d", found, r.Exit())
	}
}

// TestTheOverview: what fails is named, and the rest is there.
func TestTheOverview(t *testing.T) {
	h := health.New(health.Options{Version: "1.2.3", Now: func() time.Time { return now }, Database: func(context.Context) error { return nil }})
	o := health.NewOverview(h, health.Details{Roles: []string{"api"}, Engine: "SQLite",
		Schema: func(context.Context) (health.Migrations, error) {
			return health.Migrations{Applied: 16, Last: "0016"}, nil
		},
		Providers: func(context.Context) ([]fetch.Status, error) {
			return []fetch.Status{{Provider: "ecb", Ready: true, Breaker: fetch.Closed}}, nil
		},
		Jobs: func(context.Context) (map[string]int, error) { return nil, errors.New("no such table") },
		Disk: func() (health.Space, error) { return health.Space{Free: 1, Size: 2}, nil }})
	s := o.Look(t.Context())
	if s.Answer.Status != health.Healthy || s.Database.Migrations.Applied != 16 || !s.ExternalServices["ecb"].Ready || s.Disk.Size != 2 || s.Unknown["jobs"] != "no such table" || len(s.Unknown) != 1 || s.Backup != nil {
		t.Errorf("%+v", s)
	}
}

// TestAServerIsKnownByItsCertificate: a command line trusts the very certificate that the
// server is configured with, and no other.
func TestAServerIsKnownByItsCertificate(t *testing.T) {
	server := httptest.NewTLSServer(serving(health.Options{Database: func(context.Context) error { return nil }}))
	defer server.Close()
	save := func(der []byte) string {
		path := filepath.Join(t.TempDir(), "server.pem")
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, err := health.Server{URL: server.URL, Certificate: save(server.Certificate().Raw)}.Health(t.Context())
	if err != nil || a.Status != health.Healthy {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := (health.Server{URL: server.URL}).Health(t.Context()); err == nil {
		t.Error("a certificate that nobody vouches for is believed")
	}
	server.Close()
	if _, err := (health.Server{URL: server.URL}).Health(t.Context()); !errors.Is(err, health.ErrAway) {
		t.Errorf("%v", err)
	}
	for listen, want := range map[string]string{"127.0.0.1:8000": "http://127.0.0.1:8000", "0.0.0.0:80": "http://127.0.0.1:80", ":8000": "http://127.0.0.1:8000", "[::]:8000": "http://[::1]:8000"} {
		if got := health.At(listen, false); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
	if _, err := (health.Server{URL: server.URL, Certificate: filepath.Join(t.TempDir(), "none")}).Health(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v", err)
	}
}
