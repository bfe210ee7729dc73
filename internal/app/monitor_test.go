package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// text asks and gives what came back; the header's pairs are sent as they are.
func (r *running) text(path string, header ...string) (int, string) {
	r.t.Helper()
	request, err := http.NewRequest("GET", r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if request.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// TestTheWholeIsWatched: requests of pages and of the API are counted by their patterns,
// what is known is shown, and nothing of a person is.
func TestTheWholeIsWatched(t *testing.T) {
	r := start(t, map[string]string{"demo": "true", "as-of": "2025-06-30"})
	in := r.post("/api/v1/auth/login", `{"email":"demo@foliosight.example","password":"demo-demo-demo"}`, 200)
	r.token, _ = in["access_token"].(string)
	list := r.get("/api/v1/portfolios")
	items, _ := list["items"].([]any)
	id, _ := dig(items[0], "id").(string)
	if id == "" {
		t.Fatalf("no portfolio: %v", list)
	}
	r.get("/api/v1/portfolios/" + id + "/analysis")
	bearer := "Bearer " + r.token
	r.text("/p/"+id+"/holdings", "Cookie", "foliosight="+r.token)
	r.text("/api/v1/nowhere/secret-7351", "Authorization", bearer)
	r.text("/nowhere/secret-7351")
	status, text := r.text("/metrics")
	if status != 200 {
		t.Fatalf("%d\n%s", status, text)
	}
	for _, want := range []string{
		`http_requests_total{endpoint="/api/v1/portfolios/{portfolio}/analysis",method="GET",status_code="200"} 1`,
		`http_request_duration_seconds_count{endpoint="/api/v1/portfolios/{portfolio}/analysis",method="GET"} 1`,
		`http_requests_total{endpoint="/p/{portfolio}/holdings",method="GET"`,
		`http_requests_total{endpoint="/",method="GET",status_code="404"} 1`,
		`portfolio_calculations_total{calculation_type="analysis",status="success"}`,
		"database_connections_active ", "foliosight_database_up 1", "foliosight_disk_free_bytes ", "foliosight_jobs_oldest_waiting_seconds ", `foliosight_jobs{kind="deliver",state="failed"} 0`, `foliosight_monitor_failures_total{part="jobs"} 0`, `portfolio_calculations_total{calculation_type="analysis",status="error"} 0`,
		`foliosight_provider_circuit{provider="polygon"} 0`,
		`foliosight_provider_quota_left{provider="alphavantage"`, `foliosight_cache_misses_total{cache="answers"}`, `foliosight_cache_hits_total{cache="rendered"}`, `foliosight_market_series{kind="price"} 0`,
		"go_goroutines ", "process_cpu_seconds_total ",
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("there is no %s", want)
		}
	}
	for what, secret := range map[string]string{"id": id, "token": r.token, "path": "secret-7351", "address": "demo@foliosight.example"} {
		if strings.Contains(text, secret) {
			t.Errorf("the %s is shown", what)
		}
	}
	for _, absent := range []string{"foliosight_backup_age", "foliosight_certificate", "foliosight_market_data_age"} {
		if strings.Contains(text, absent) {
			t.Errorf("%s is shown though nobody knows it", absent)
		}
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^#.*\n|^go_.*\n|^.*_bucket.*\n`).ReplaceAllString(text, ""))
	}
	var s map[string]any
	status, text = r.text("/status")
	if err := json.Unmarshal([]byte(text), &s); err != nil || status != 200 {
		t.Fatalf("%d %v\n%s", status, err, text)
	}
	if s["status"] != "healthy" || dig(s, "database", "connected") != true || dig(s, "database", "migrations", "applied").(float64) < 10 || dig(s, "performance", "memory_usage").(float64) < 1e6 ||
		dig(s, "external_services", "yahoo", "circuit") != "closed" || dig(s, "database", "rls_policies") != nil || dig(s, "disk", "free").(float64) <= 0 || len(s["unknown"].(map[string]any)) != 0 {
		t.Errorf("%s", text)
	}
	if h := r.get("/health"); h["status"] != "healthy" || dig(h, "services", "database") != "connected" {
		t.Errorf("%v", h)
	}
}

// TestWhoMayLook: this machine, unless a proxy passed it on or it came under another name,
// and administrators; profiles are for these alone.
func TestWhoMayLook(t *testing.T) {
	r := start(t, map[string]string{"demo": "true", "as-of": "2025-06-30"})
	in := r.post("/api/v1/auth/login", `{"email":"demo@foliosight.example","password":"demo-demo-demo"}`, 200)
	r.token, _ = in["access_token"].(string)
	bearer := "Bearer " + r.token
	reading, _ := r.post("/api/v1/auth/tokens", `{"name":"reader","scope":"read"}`, 201)["token"].(string)
	for _, c := range []struct {
		path   string
		header []string
		status int
	}{
		{"/metrics", nil, 200},
		{"/status", []string{"Host", "localhost:8000"}, 200},
		{"/metrics", []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		{"/status", []string{"X-Real-Ip", "127.0.0.1"}, 401},
		{"/metrics", []string{"Forwarded", "for=127.0.0.1"}, 401},
		{"/metrics", []string{"Host", "attacker.example"}, 401},
		{"/metrics", []string{"X-Forwarded-For", "127.0.0.1", "Authorization", "Bearer nonsense"}, 401},
		{"/metrics", []string{"X-Forwarded-For", "127.0.0.1", "Authorization", "Bearer " + reading}, 403},
		{"/metrics", []string{"X-Forwarded-For", "203.0.113.7", "Authorization", bearer}, 200},
		{"/debug/pprof/heap?debug=1", nil, 401},
		{"/debug/pprof/heap?debug=1", []string{"Authorization", "Bearer " + reading}, 403},
		{"/debug/pprof/heap?debug=1", []string{"Authorization", bearer}, 200},
		{"/debug/pprof/profile?seconds=600", []string{"Authorization", bearer}, 422},
		{"/debug/pprof/cmdline", []string{"Authorization", bearer}, 404},
	} {
		if status, text := r.text(c.path, c.header...); status != c.status {
			t.Errorf("%s %q: %d, want %d\n%.300s", c.path, c.header, status, c.status, text)
		}
	}
}
