package replay

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
)

// Server answers as the sources do, at Base(source) each.
type Server struct {
	market   *Market
	now      func() time.Time
	listener net.Listener
	server   *http.Server
	ended    chan struct{}

	mu       sync.Mutex
	run      int // how often it was reset
	script   Script
	arrivals []Arrival
	others   map[string]http.Handler
	keys     map[string]string
}

// Arrival is a request that came.
type Arrival struct {
	Provider string
	Call     string // path and query without a key
	Key      string // as it was sent, however the source wants it
	At       time.Time
	Fault    Fault
	Credits  int // that the test says it costs; the server counts none
}

// Start listens on a free port of the loopback address. now is the clock of what it
// writes down and of Retry-After.
func Start(m *Market, script Script, now func() time.Time) (*Server, error) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	s := &Server{market: m, now: now, listener: listener, script: script, ended: make(chan struct{}), others: map[string]http.Handler{}, keys: map[string]string{}}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.ended)
		_ = s.server.Serve(listener) // it ends with Close
	}()
	return s, nil
}

// Close ends the server and its connections.
func (s *Server) Close() error {
	err := s.server.Close()
	<-s.ended
	return err
}

// Base is the base address of a source here.
func (s *Server) Base(provider string) string {
	return "http://" + s.listener.Addr().String() + "/" + provider
}

// Reset forgets what came and begins another script.
func (s *Server) Reset(script Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.arrivals = script, nil
	s.run++
}

// stamp is the header that Stamp writes.
const stamp = "Replay-Sent"

// Stamp notes on a request when it is sent. A clock that stands still while calls are on
// their way may go far between the moment that a caller gives up and the moment that this
// machine, when it is busy, hands the request to the server. A stamped request
// arrives when it was sent; one of before a Reset does not count.
func (s *Server) Stamp(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Header.Set(stamp, fmt.Sprintf("%d/%d", s.run, s.now().UnixNano()))
}

// arrived is when a request arrived, and whether it counts.
func (s *Server) arrived(r *http.Request) (time.Time, bool) {
	var run int
	var sent int64
	if _, err := fmt.Sscanf(r.Header.Get(stamp), "%d/%d", &run, &sent); err != nil {
		return s.now(), true
	}
	return time.Unix(0, sent).UTC(), run == s.run
}

// Need has a source answer 401 to any other key; "" to none.
func (s *Server) Need(provider, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[provider] = key
}

// Handle serves another source, or other addresses in place of those known here. The path
// begins after the source's name.
func (s *Server) Handle(provider string, h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others[provider] = h
}

// Arrivals are the requests that came, in their order; of one source, or of all.
func (s *Server) Arrivals(provider string) []Arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.arrivals), func(a Arrival) bool { return provider != "" && a.Provider != provider })
}

// ServeHTTP writes down a request and answers it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	provider, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	path = "/" + path
	query := r.URL.Query()
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if own := r.Header.Get("apikey"); own != "" {
		key = own
	}
	for _, name := range []string{"apikey", "apiKey", "api_key", "token", "key"} {
		if query.Has(name) {
			key = query.Get(name)
			query.Del(name)
		}
	}
	s.mu.Lock()
	at, counts := s.arrived(r)
	if !counts {
		s.mu.Unlock()
		return
	}
	n := len(s.arrivals)
	fault := s.script(n, provider)
	s.arrivals = append(s.arrivals, Arrival{Provider: provider, Call: path + "?" + query.Encode(), Key: key, At: at, Fault: fault})
	other, needed := s.others[provider], s.keys[provider]
	s.mu.Unlock()
	if fault.Kind == Elsewhere {
		http.Redirect(w, r, "http://elsewhere.invalid/?"+r.URL.RawQuery, http.StatusFound)
		return
	}
	if needed != "" && key != needed {
		http.Error(w, "Unknown API Key", http.StatusUnauthorized)
		return
	}
	if other != nil {
		u := *r.URL
		u.Path, u.RawPath = path, ""
		again := r.Clone(r.Context())
		again.URL = &u
		other.ServeHTTP(w, again)
		return
	}
	s.answer(w, r, s.body(provider, path, query, fault, n), fault)
}

// body is what is answered, before anything happens on its way.
func (s *Server) body(provider, path string, query url.Values, fault Fault, n int) answer {
	if a, instead := fault.instead(provider, n); instead {
		return a
	}
	form := forms[provider]
	if form == nil {
		return answer{http.StatusNotFound, "text/plain", []byte("there is no such source here"), false}
	}
	return form(s.market, path, query, s.now(), fault.days)
}

// answer sends a body, with what a fault does on the way.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, a answer, fault Fault) {
	if wait := fault.wait(s.now()); wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	w.Header().Set("Content-Type", a.kind)
	half := a.body[:len(a.body)/2]
	switch fault.Kind {
	case Cut:
		cut(w)
		return
	case Delay:
		if !pause(r.Context(), fault.Amount) {
			return
		}
	case Drip:
		s.drip(w, r, a, fault.Amount)
		return
	case Half:
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(half)
		flush(w)
		cut(w)
		return
	case HalfChunked:
		w.WriteHeader(a.status)
		_, _ = w.Write(half)
		flush(w)
		cut(w)
		return
	case HalfOpen:
		open(w, a, half)
		return
	case HalfWhole:
		if !a.table {
			a.body = half
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// drip sends a body in ten pieces with pauses between.
func (s *Server) drip(w http.ResponseWriter, r *http.Request, a answer, in time.Duration) {
	w.WriteHeader(a.status)
	for piece := range slices.Chunk(a.body, len(a.body)/10+1) {
		_, _ = w.Write(piece)
		flush(w)
		if !pause(r.Context(), in/10) {
			return
		}
	}
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// cut ends the connection as it is.
func cut(w http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// open sends a body whose end is the end of the connection, as HTTP/1.0 had it.
func open(w http.ResponseWriter, a answer, body []byte) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(connection, "HTTP/1.1 %d OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n%s", a.status, a.kind, body)
	_ = connection.Close()
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Exceeded looks at the arrivals at a source as it does itself: at every span of a rolling
// limit's length and at every day or month of its zone. It returns the first limit that
// they do not keep.
func Exceeded(limits []marketdata.Limit, arrivals []Arrival) (marketdata.Limit, bool) {
	arrivals = slices.Clone(arrivals)
	slices.SortFunc(arrivals, func(a, b Arrival) int { return a.At.Compare(b.At) })
	for _, l := range limits {
		for i, first := range arrivals {
			end := first.At.Add(l.Window)
			if w := allowance.Windows([]marketdata.Limit{l}, first.At)[0]; !w.Until.IsZero() {
				end = w.Until
			}
			used := 0
			for _, a := range arrivals[i:] {
				if !a.At.Before(end) {
					break
				}
				if l.Credits {
					used += a.Credits
				} else {
					used++
				}
			}
			if used > l.Most {
				return l, true
			}
		}
	}
	return marketdata.Limit{}, false
}
