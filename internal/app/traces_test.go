package app_test

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	v1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// traces is a collector that keeps what it is sent.
type traces struct {
	mu    sync.Mutex
	key   string
	spans []*v1.Span
	raw   strings.Builder
}

func (c *traces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		in, _ = gzip.NewReader(r.Body)
	}
	body, err := io.ReadAll(in)
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &sent)
	}
	if err != nil || r.URL.Path != "/v1/traces" {
		http.Error(w, "not traces", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.key = r.Header.Get("X-Key")
	c.raw.Write(body)
	for _, of := range sent.ResourceSpans {
		for _, scope := range of.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

func (c *traces) named(name string) []*v1.Span {
	var all []*v1.Span
	for _, s := range c.spans {
		if s.Name == name {
			all = append(all, s)
		}
	}
	return all
}

// TestTraces: a request is one trace with its statements, goes on a proxy's trace only
// where that is trusted, and nothing secret goes along.
func TestTraces(t *testing.T) {
	c := &traces{}
	server := httptest.NewServer(c)
	defer server.Close()
	for _, trusted := range []bool{false, true} {
		c.spans = nil
		environ := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + server.URL, "OTEL_EXPORTER_OTLP_HEADERS=X-Key=collector-key"}
		if trusted {
			environ = append(environ, "FOLIOSIGHT_TRUSTED_PROXIES=127.0.0.1/32")
		}
		r := start(t, map[string]string{"demo": "true", "as-of": "2025-06-30"}, environ...)
		token, _ := r.post("/api/v1/auth/login", `{"email":"demo@foliosight.example","password":"demo-demo-demo"}`, 200)["access_token"].(string)
		const caller = "4bf92f3577b34da6a3ce929d0e0e4736"
		request, err := http.NewRequest("GET", r.url+"/api/v1/portfolios?secret-query=7351", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Traceparent", "00-"+caller+"-00f067aa0ba902b7-01")
		answer, err := http.DefaultClient.Do(request)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("portfolios: %v, %v", answer, err)
		}
		answer.Body.Close()
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		found := c.named("GET /api/v1/portfolios")
		if len(found) != 1 {
			t.Fatalf("%d spans of the request among %d", len(found), len(c.spans))
		}
		span := found[0]
		id := string(span.TraceId)
		if on := hex.EncodeToString(span.TraceId) == caller; on != trusted {
			t.Errorf("trusted %v: goes on its caller's trace: %v", trusted, on)
		}
		if !trusted && (len(span.Links) != 1 || hex.EncodeToString(span.Links[0].TraceId) != caller) {
			t.Errorf("a stranger's trace is not linked: %v", span.Links)
		}
		statements := 0
		for _, s := range c.spans {
			if string(s.TraceId) == id && strings.HasPrefix(s.Name, "sqlite SELECT") {
				statements++
			}
		}
		if statements == 0 {
			t.Error("the request has no statements")
		}
		for _, secret := range []string{token, "secret-query", "7351", "collector-key", "demo-demo-demo"} {
			if strings.Contains(c.raw.String(), secret) {
				t.Errorf("%q was sent along", secret)
			}
		}
	}
	if c.key != "collector-key" {
		t.Errorf("the collector was given the key %q", c.key)
	}
}
