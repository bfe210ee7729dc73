package health

import (
	"context"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/ops/logs"
)

// Status is what /status says: the whole process, for who runs it. What is null is not
// known, and why stands beside it.
type Status struct {
	Answer
	Roles            []string            `json:"roles"`
	Started          time.Time           `json:"started"`
	Commit           *string             `json:"commit"`
	Database         Database            `json:"database"`
	ExternalServices map[string]External `json:"external_services"`
	Performance      Performance         `json:"performance"`
	Pools            []Pool              `json:"pools"`
	Jobs             map[string]int      `json:"jobs"` // by state
	Disk             *Space              `json:"disk"`
	Backup           *time.Time          `json:"last_backup"`        // null: none is known
	Certificate      *time.Time          `json:"certificate_expiry"` // null: it shows none
	Shown            *Certificate        `json:"certificate"`        // null: it speaks no TLS itself
	Errors           []logs.Line         `json:"recent_errors"`      // the last ones of the log, the newest first
	ErrorsSince      map[string]int      `json:"errors_last_hour"`   // by level: how many of those that are remembered
	Unknown          map[string]string   `json:"unknown"`            // what could not be found out, and why
}

// Database is how it stands.
type Database struct {
	Connected  bool       `json:"connected"`
	Engine     string     `json:"engine"`
	Migrations Migrations `json:"migrations"`
	Policies   *int       `json:"rls_policies"` // null on SQLite, which has none
}

// Migrations are those that were run.
type Migrations struct {
	Applied int       `json:"applied"`
	Last    string    `json:"last"`
	At      time.Time `json:"at,omitzero"`
}

// External is a source of market data, as far as it is known without asking it.
type External struct {
	Ready       bool      `json:"ready"`
	Says        string    `json:"says,omitempty"` // why not
	Circuit     string    `json:"circuit"`
	LastSuccess time.Time `json:"last_success,omitzero"`
}

// Performance is what the process takes.
type Performance struct {
	ResponseTime float64  `json:"response_time"` // of the database just now, in milliseconds
	MemoryUsage  uint64   `json:"memory_usage"`  // bytes that the system gave to Go and has not got back
	MemoryLimit  *int64   `json:"memory_limit"`  // bytes (GOMEMLIMIT); null: none
	CPUUsage     *float64 `json:"cpu_usage"`     // share of one processor since the question before, or since the start; null: not known here
	Processors   int      `json:"processors"`
	Goroutines   int      `json:"goroutines"`
}

// Pool is one pool of connections to the database.
type Pool struct {
	Name  string `json:"name"`
	InUse int    `json:"in_use"`
	Idle  int    `json:"idle"`
	Most  int    `json:"most"`
}

// Certificate is how the one stands that the server shows.
type Certificate struct {
	Names   []string  `json:"names"`
	From    time.Time `json:"from,omitzero"`
	Until   time.Time `json:"until,omitzero"`         // none: there is no certificate yet
	Failure string    `json:"failure,omitempty"`      // why it could not be renewed or read anew
	Failing time.Time `json:"failing_since,omitzero"` // since when
	Next    time.Time `json:"next,omitzero"`          // when it is renewed or tried again; none: who writes the files does
}

// Space is what the file system of the data has, in bytes.
type Space struct {
	Free uint64 `json:"free"`
	Size uint64 `json:"size"`
}

// Details are what a Status asks beside the health. What is nil is left out.
type Details struct {
	Roles       []string
	Engine      string
	Schema      func(context.Context) (Migrations, error)
	Policies    func(context.Context) (*int, error)
	Providers   func(context.Context) ([]fetch.Status, error)
	Pools       func() []Pool
	Jobs        func(context.Context) (map[string]int, error)
	Disk        func() (Space, error)
	Backup      func(context.Context) (time.Time, error)
	Certificate func() certificate.State
	Log         *logs.Log
}

// statusTime is how long all of a status may take.
const statusTime = 3 * time.Second

// Overview answers /status.
type Overview struct {
	health  *Health
	details Details
	started time.Time
	used    meter
}

// NewOverview returns the overview of a process that starts now.
func NewOverview(h *Health, d Details) *Overview {
	o := &Overview{health: h, details: d, started: h.Now().UTC().Truncate(time.Second)}
	o.used.at, o.used.seconds = time.Now(), 0
	return o
}

// Look finds out what there is to know, for three seconds at most.
func (o *Overview) Look(ctx context.Context) Status {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	h, d := o.health, o.details
	s := Status{Roles: d.Roles, Started: o.started, Pools: []Pool{}, ExternalServices: map[string]External{}, Errors: []logs.Line{}, Unknown: map[string]string{}}
	if h.Commit != "" {
		s.Commit = &h.Commit
	}
	began := time.Now()
	var err error
	if h.Options.Database != nil {
		err = h.Options.Database(ctx) // now, not as it was a moment ago
	}
	s.Performance = o.performance(time.Since(began))
	s.Answer = h.Check(ctx)
	s.Database = Database{Connected: err == nil, Engine: d.Engine}
	if err != nil {
		s.Unknown["database"] = err.Error()
	} else {
		o.ask(ctx, &s)
	}
	if d.Pools != nil {
		s.Pools = d.Pools()
	}
	find(&s, "disk", d.Disk, func(v Space) { s.Disk = &v })
	if d.Certificate != nil {
		c := d.Certificate()
		s.Shown = &Certificate{Names: c.Names, From: c.From, Until: c.Until, Failure: c.Failure, Failing: c.Failing, Next: c.Next}
		if !c.Until.IsZero() {
			s.Certificate = &c.Until
		}
	}
	s.Errors, s.ErrorsSince = d.Log.Recent(h.Now().Add(-time.Hour))
	return s
}

// ask asks the database what only it knows.
func (o *Overview) ask(ctx context.Context, s *Status) {
	d := o.details
	find(s, "migrations", bound(ctx, d.Schema), func(v Migrations) { s.Database.Migrations = v })
	find(s, "rls_policies", bound(ctx, d.Policies), func(v *int) { s.Database.Policies = v })
	find(s, "jobs", bound(ctx, d.Jobs), func(v map[string]int) { s.Jobs = v })
	find(s, "last_backup", bound(ctx, d.Backup), func(v time.Time) {
		if !v.IsZero() {
			s.Backup = &v
		}
	})
	find(s, "external_services", bound(ctx, d.Providers), func(all []fetch.Status) {
		for _, p := range all {
			s.ExternalServices[p.Provider] = External{p.Ready, p.Blocked, string(p.Breaker), p.LastSuccess}
		}
	})
}

func bound[T any](ctx context.Context, ask func(context.Context) (T, error)) func() (T, error) {
	if ask == nil {
		return nil
	}
	return func() (T, error) { return ask(ctx) }
}

// find fills a part, or says why it is not known.
func find[T any](s *Status, name string, ask func() (T, error), take func(T)) {
	if ask == nil {
		return
	}
	v, err := ask()
	if err != nil {
		s.Unknown[name] = err.Error()
		return
	}
	take(v)
}

func (o *Overview) performance(answered time.Duration) Performance {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p := Performance{ResponseTime: float64(answered.Microseconds()) / 1e3, MemoryUsage: m.Sys - m.HeapReleased, CPUUsage: o.used.share(), Processors: runtime.GOMAXPROCS(0), Goroutines: runtime.NumGoroutine()}
	if limit := debug.SetMemoryLimit(-1); limit > 0 && limit < 1<<62 {
		p.MemoryLimit = &limit
	}
	return p
}

// meter measures processor time between two looks.
type meter struct {
	mu      sync.Mutex
	at      time.Time
	seconds float64
}

func (m *meter) share() *float64 {
	seconds, ok := processorTime()
	if !ok {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	past := now.Sub(m.at).Seconds()
	if past <= 0 {
		return nil
	}
	share := (seconds - m.seconds) / past
	if past >= 1 { // a shorter time says little, and would spoil the next look
		m.at, m.seconds = now, seconds
	}
	return &share
}

// ServeHTTP answers with the status; 503 where it is unhealthy.
func (o *Overview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := o.Look(r.Context())
	send(w, s.Answer.Status == Healthy, s)
}
