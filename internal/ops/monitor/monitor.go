// Package monitor keeps count of what a process does and shows it to Prometheus.
//
// Model: counters are raised where something happens (a request, a calculation); gauges
// are read when somebody looks, from functions that the wiring gives. What costs a query
// is asked at most every fifteen seconds, has two seconds for it, and waits for no
// calculation. What is not known is absent: no figure is 0 because nobody could find it out.
// A counter of failures begins at 0 before the first of them, where what may fail is known:
// one that is born with it shows no rise, and no alert on a rise would see it.
//
// Names: those of the field (http_requests_total …) for what every server has, foliosight_…
// for our own; Go's and the process's own beside them. Units: seconds and bytes; ages are
// counted from the moment of looking. Labels hold patterns, kinds and names of the
// installation, never an address, an id or anything of a person.
package monitor

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/ops/request"
)

// Options are where the gauges come from. What is nil is absent.
type Options struct {
	Version, Commit string
	Now             func() time.Time // time.Now unless given
	// Database asks the database, on a connection that no calculation holds.
	Database func(context.Context) error
	// Writable reports whether the database took the last change; it asks nobody.
	Writable func() bool
	// Pools are the pools of connections by name.
	Pools func() map[string]sql.DBStats
	// Jobs are the jobs that wait, run or failed.
	Jobs func(context.Context) ([]Jobs, error)
	// Providers are the sources of market data; it calls none of them.
	Providers func(context.Context) ([]fetch.Status, error)
	// Data says of each kind of market data when it was changed last and how many series
	// there are.
	Data func(context.Context) ([]Data, error)
	// Caches are what is kept in memory.
	Caches []func() []Cache
	// Backup is when the last good backup ended; zero: not known.
	Backup func(context.Context) (time.Time, error)
	// Certificate is how the one stands that the server shows; nil: it has none.
	Certificate func() certificate.State
	// Directory is where the data are kept; empty: elsewhere.
	Directory string
}

// Jobs is how many jobs of one kind are in one state.
type Jobs struct {
	Kind, State string
	Count       int
	Oldest      time.Time // since when the one waits that is due longest; zero: none
}

// Data is how one kind of market data stands.
type Data struct {
	Kind    string
	Series  int
	Updated time.Time // zero: never
	Last    time.Time // the newest day of any series; zero: none
}

// Cache is how one kind of thing that is kept in memory stands.
type Cache struct {
	Name         string
	Hits, Misses uint64
	Entries      int
	Bytes        uint64 // as they were estimated; 0: entries are counted instead
}

// Monitor counts. It is safe for concurrent use.
type Monitor struct {
	options      Options
	registry     *prometheus.Registry
	requests     *prometheus.CounterVec
	durations    *prometheus.HistogramVec
	calculations *prometheus.CounterVec
	failures     *prometheus.CounterVec

	jobs      kept[[]Jobs]
	providers kept[[]fetch.Status]
	data      kept[[]Data]
	backup    kept[time.Time]
}

// How old what is shown may be. Backups change seldom.
const (
	freshFor  = 15 * time.Second
	slowlyFor = time.Minute
	askTime   = 2 * time.Second
)

// New returns a monitor of one process.
func New(o Options) *Monitor {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Monitor{options: o, registry: prometheus.NewRegistry(),
		requests:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests answered, by route pattern."}, []string{"method", "endpoint", "status_code"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_duration_seconds", Help: "Time until a request was answered, by route pattern; streams of events are left out.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"method", "endpoint"}),
		calculations: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "portfolio_calculations_total",
			Help: "Calculations made (not those remembered), by kind and by what came of them: success, refused, cancelled, error."}, []string{"calculation_type", "status"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "foliosight_monitor_failures_total", Help: "Figures that could not be found out when somebody looked; they are absent then."}, []string{"part"}),
	}
	m.jobs, m.providers, m.data = kept[[]Jobs]{lasts: freshFor}, kept[[]fetch.Status]{lasts: freshFor}, kept[[]Data]{lasts: slowlyFor}
	m.backup = kept[time.Time]{lasts: slowlyFor}
	m.registry.MustRegister(m.requests, m.durations, m.calculations, m.failures, gauges{m},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for part, asked := range map[string]bool{"jobs": o.Jobs != nil, "providers": o.Providers != nil, "data": o.Data != nil, "backup": o.Backup != nil, "disk": o.Directory != ""} {
		if asked {
			m.failures.WithLabelValues(part)
		}
	}
	return m
}

// unrouted stands for requests that were refused before a route was found.
const unrouted = "unrouted"

// methods are those that are told apart; a stranger's inventions are not.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

// Request counts a request that was answered.
func (m *Monitor) Request(d request.Done) {
	if !methods[d.Method] {
		d.Method = "OTHER"
	}
	if d.Route == "" {
		d.Route = unrouted
	}
	m.requests.WithLabelValues(d.Method, d.Route, "500") // from 0, before the first of them
	m.requests.WithLabelValues(d.Method, d.Route, statusOf(d.Status)).Inc()
	if !d.Stream && d.Status != 0 {
		m.durations.WithLabelValues(d.Method, d.Route).Observe(d.Took.Seconds())
	}
}

// statusOf is a status as a label; 499 stands, as elsewhere, for a client that went away.
func statusOf(status int) string {
	if status < 100 || status > 599 {
		status = 499
	}
	return string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
}

// ends are what may come of a calculation.
var ends = []string{"success", "refused", "cancelled", "error"}

// Calculated counts a calculation. refused reports whether an error is the asker's.
func (m *Monitor) Calculated(kind string, err error, refused bool) {
	status := "error"
	switch {
	case err == nil:
		status = "success"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		status = "cancelled"
	case refused:
		status = "refused"
	}
	for _, end := range ends {
		m.calculations.WithLabelValues(kind, end)
	}
	m.calculations.WithLabelValues(kind, status).Inc()
}

// Handler shows everything in Prometheus' own form.
func (m *Monitor) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}
