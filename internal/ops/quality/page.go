package quality

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

//go:embed page.gohtml
var pageText string

var page = template.Must(template.New("quality").Parse(pageText))

// ErrNotLoopback reports an address that others could reach: the page asks nobody who
// they are.
var ErrNotLoopback = errors.New("the page asks nobody who they are, so it is served on this machine alone; use 127.0.0.1 or [::1]")

// Listen listens on an address of the loopback interface.
func Listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("address %q: %w", address, ErrNotLoopback)
	}
	return net.Listen("tcp", address)
}

// kept is how long what was seen is shown before it is looked at again.
const kept = time.Minute

// Handler shows what look sees: the page at / and /quality-dashboard.html, the same as
// JSON at /quality.json.
func Handler(look func(context.Context) (State, error), b Bounds, now func() time.Time) http.Handler {
	h := &handler{look: look, bounds: b, now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.page)
	mux.HandleFunc("GET /quality-dashboard.html", h.page)
	mux.HandleFunc("GET /quality.json", h.json)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && host != "[::1]" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this page is for this machine alone", http.StatusMisdirectedRequest) // a name that leads here is somebody else's
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

type handler struct {
	look   func(context.Context) (State, error)
	bounds Bounds
	now    func() time.Time

	mu    sync.Mutex
	last  shownState
	until time.Time
}

// shownState is what was seen, with the checks of it.
type shownState struct {
	State
	Checks []check.Check `json:"checks"`
	Worst  check.State   `json:"state"`
}

func (h *handler) state(ctx context.Context) (shownState, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now().Before(h.until) {
		return h.last, nil
	}
	s, err := h.look(ctx)
	if err != nil {
		return shownState{}, err
	}
	r := check.Begin("quality check", h.now())
	s.Report(r, h.bounds)
	h.last, h.until = shownState{s, r.Checks, r.State()}, h.now().Add(kept)
	return h.last, nil
}

func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	s, err := h.state(r.Context())
	var b bytes.Buffer
	if err == nil {
		err = page.Execute(&b, words(s, h.bounds))
	}
	if err != nil {
		http.Error(w, "could not look: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes()) // whoever went away reads nothing
}

func (h *handler) json(w http.ResponseWriter, r *http.Request) {
	s, err := h.state(r.Context())
	var text []byte
	if err == nil {
		text, err = json.Marshal(s)
	}
	if err != nil {
		http.Error(w, "could not look: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text) // whoever went away reads nothing
}
