// Package health answers whether a process is well: to load balancers, to whoever runs it,
// and to its own command line.
//
// Model: alive is who answers at all; ready is whose database answers within half a second,
// asked on a connection that no calculation holds; healthy is the same with how the sources
// of market data stand beside it. Sources are never in the path of a request, so that none
// of them makes a process unhealthy, and none is called to find out. What was found is good
// for a moment, so that however often it is asked, the database hears little of it.
//
// Addresses: /health, /health/live, /health/ready and /api/health for everybody; /status,
// which names hosts, sizes and errors, for this machine and administrators (Guard).
package health

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// The words of the whole.
const (
	Healthy   = "healthy"
	Unhealthy = "unhealthy"
)

// The words of the parts.
const (
	Connected   = "connected"
	Unavailable = "unavailable"
	Operational = "operational" // somebody could be asked now
	Degraded    = "degraded"    // nobody could be
	Off         = "off"         // nobody is ever asked
	Unknown     = "unknown"
	NoRoom      = "no-room"   // the database takes no changes: its disk is full
	ReadOnly    = "read-only" // it takes none: its disk takes nothing
)

// Options are what a Health asks. What is nil is not asked.
type Options struct {
	Version, Commit string
	Now             func() time.Time
	Log             *slog.Logger
	// Database asks the database.
	Database func(context.Context) error
	// Writable says in a word (NoRoom, ReadOnly) why the database takes no changes; empty: it
	// does. Nil: nobody knows. It asks nobody.
	Writable func() string
	// Market says how the sources of market data stand, in one of the words above. It must
	// not call any.
	Market func(context.Context) (string, error)
	// Maintenance is what there is of it, in a word: "maintenance", "read-only", or empty.
	Maintenance func() string
	// Backend asks the API of a process that has pages alone; nil: it has its own.
	Backend func(context.Context) error
}

// Health answers. It is safe for concurrent use.
type Health struct {
	Options
	database, backend once
	market            market
}

// How long the database has, and how long what was found is good for.
const (
	answerTime = 500 * time.Millisecond
	goodFor    = 250 * time.Millisecond
	marketGood = 30 * time.Second
)

// New returns the health of a process.
func New(o Options) *Health {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Health{Options: o}
}

// once is a question that many ask and that is put once in a moment.
type once struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

func (o *once) ask(ctx context.Context, question func(context.Context) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.at.IsZero() && time.Since(o.at) < goodFor {
		return o.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime) // others may wait for it too
	defer cancel()
	o.err = question(ctx)
	o.at = time.Now()
	return o.err
}

// market is what was last known of the sources. It is found out beside the requests.
type market struct {
	mu     sync.Mutex
	at     time.Time
	word   string
	asking bool
}

// Ready reports why requests cannot be answered; nil: they can.
func (h *Health) Ready(ctx context.Context) error {
	if h.Options.Database == nil {
		return nil
	}
	err := h.database.ask(ctx, h.Options.Database)
	if err != nil {
		h.Log.WarnContext(ctx, "not ready", "error", err)
	}
	return err
}

// Sources is how the sources of market data stand, as far as it is known: it waits for
// nothing.
func (h *Health) Sources(ctx context.Context) string {
	if h.Market == nil {
		return Unknown
	}
	m := &h.market
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.asking && (m.at.IsZero() || time.Since(m.at) > marketGood) {
		m.asking = true
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		go func() {
			defer cancel()
			word, err := h.Market(ctx)
			if err != nil {
				h.Log.WarnContext(ctx, "sources of market data", "error", err)
				word = Unknown
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			m.at, m.word, m.asking = time.Now(), word, false
		}()
	}
	if m.word == "" {
		return Unknown
	}
	return m.word
}

// Services are the parts.
type Services struct {
	Database   string `json:"database"`
	MarketData string `json:"market_data"`
	// Writes is NoRoom or ReadOnly while the database takes no changes.
	Writes string `json:"writes,omitempty"`
}

// Answer is what /health says.
type Answer struct {
	Status    string    `json:"status"`
	Timestamp time.Time `json:"timestamp"`
	Version   string    `json:"version"`
	Services  Services  `json:"services"`
	// Maintenance is "maintenance" or "read-only" while requests are held off; such a process
	// is well.
	Maintenance string `json:"maintenance,omitempty"`
}

// Check looks now.
func (h *Health) Check(ctx context.Context) Answer {
	a := Answer{Status: Healthy, Timestamp: h.Now().UTC().Truncate(time.Second), Version: h.Version, Services: Services{Connected, h.Sources(ctx), h.refused()}, Maintenance: h.held()}
	if h.Ready(ctx) != nil {
		a.Status, a.Services.Database = Unhealthy, Unavailable
	}
	if a.Services.Writes != "" {
		a.Status = Unhealthy
	}
	return a
}

// refused is why the database takes no changes, in a word.
func (h *Health) refused() string {
	if h.Writable == nil {
		return ""
	}
	return h.Writable()
}

// held is what there is of maintenance, in a word.
func (h *Health) held() string {
	if h.Maintenance == nil {
		return ""
	}
	return h.Maintenance()
}

// Build is what a program was built from.
type Build struct {
	Commit *string `json:"commit"` // null where it is not known
}

// Pages is what /api/health says: the form of the pages' own server.
type Pages struct {
	Answer
	Database            string `json:"database"`
	BackendConnectivity string `json:"backend_connectivity"`
	BuildInfo           Build  `json:"build_info"`
}

// CheckPages looks now, and whether the API can be reached.
func (h *Health) CheckPages(ctx context.Context) Pages {
	p := Pages{Answer: h.Check(ctx)}
	p.Database = p.Services.Database
	p.BackendConnectivity = p.Database
	if h.Commit != "" {
		p.BuildInfo.Commit = &h.Commit
	}
	if h.Backend != nil {
		p.BackendConnectivity = Connected
		if err := h.backend.ask(ctx, h.Backend); err != nil {
			h.Log.WarnContext(ctx, "the API cannot be reached", "error", err)
			p.BackendConnectivity, p.Status = Unavailable, Unhealthy
		}
	}
	return p
}

// Mount gives a mux the addresses that are for everybody. pages says whether it serves
// /api/health too.
func (h *Health) Mount(handle func(pattern string, do func(http.ResponseWriter, *http.Request)), pages bool) {
	handle("GET /health", func(w http.ResponseWriter, r *http.Request) {
		a := h.Check(r.Context())
		send(w, a.Status == Healthy, a)
	})
	handle("GET /health/live", func(w http.ResponseWriter, r *http.Request) {
		send(w, true, map[string]any{"status": "ok", "version": h.Version})
	})
	handle("GET /health/ready", func(w http.ResponseWriter, r *http.Request) {
		// A process under maintenance is ready: it answers with when to come back, which a
		// balancer that sent nobody to it could not.
		word := cmp.Or(h.held(), "ok")
		if h.Ready(r.Context()) != nil {
			word = Unavailable
		}
		send(w, word != Unavailable, map[string]any{"status": word, "version": h.Version})
	})
	if pages {
		handle("GET /api/health", func(w http.ResponseWriter, r *http.Request) {
			p := h.CheckPages(r.Context())
			send(w, p.Status == Healthy, p)
		})
	}
}

func send(w http.ResponseWriter, well bool, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	if !well {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(body) // the client went away: nothing to do
}
