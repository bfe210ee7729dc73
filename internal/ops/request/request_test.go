package request_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/foliosight/foliosight/internal/ops/request"
)

func TestTheInnermostPatternCounts(t *testing.T) {
	inner := http.NewServeMux()
	inner.HandleFunc("GET /api/v1/portfolios/{portfolio}", func(http.ResponseWriter, *http.Request) {})
	inner.HandleFunc("POST /api/v1/broken", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	outer := http.NewServeMux()
	outer.Handle("/api/", request.Routed(inner))
	outer.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/api/v1/portfolios/0199f3a2", "/api/v1/portfolios/{portfolio}"},
		{"POST", "/api/v1/broken", "/api/v1/broken"},
		{"GET", "/api/v1/nothing/secret-7351", ""},
		{"GET", "/health", "/health"},
		{"GET", "/nowhere/secret-7351", ""},
	} {
		ctx, m := request.With(context.Background(), "id")
		func() {
			defer func() { _ = recover() }()
			request.Routed(outer).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(c.method, c.path, nil).WithContext(ctx))
		}()
		if got := m.Known().Route; got != c.want {
			t.Errorf("%s %s: route %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

func TestWithoutAMarkNothingIsKnown(t *testing.T) {
	m := request.Of(context.Background())
	m.Took("GET /x")
	m.From("a")
	m.About("b")
	if m != nil || m.Known() != (request.Known{}) {
		t.Errorf("something is known: %+v", m.Known())
	}
}
