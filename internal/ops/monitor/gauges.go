package monitor

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/foliosight/foliosight/internal/marketdata/fetch"
)

// gauges are read when somebody looks.
type gauges struct{ *Monitor }

// Describe says nothing beforehand: what is not known is not shown.
func (gauges) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector. The parts that ask the database do so side by
// side, so that one that is slow does not add to another.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*askTime)
	defer cancel()
	s := shown{to, g.options.Now()}
	s.gauge("foliosight_build_info", "What runs; always 1.", 1, label{"version", g.options.Version}, label{"commit", g.options.Commit}, label{"go", runtime.Version()})
	var parts sync.WaitGroup
	for _, part := range []func(context.Context, shown){g.database, g.backlog, g.sources, g.market, g.keeping} {
		parts.Go(func() { part(ctx, s) })
	}
	g.pools(s)
	g.caches(s)
	g.disk(s)
	parts.Wait()
}

// label is one label of a figure.
type label struct{ name, value string }

// shown is where figures go, and the moment they are of.
type shown struct {
	to  chan<- prometheus.Metric
	now time.Time
}

func (s shown) put(kind prometheus.ValueType, name, help string, value float64, labels []label) {
	names, values := make([]string, len(labels)), make([]string, len(labels))
	for i, l := range labels {
		names[i], values[i] = l.name, l.value
	}
	s.to <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, value, values...)
}

func (s shown) gauge(name, help string, value float64, labels ...label) {
	s.put(prometheus.GaugeValue, name, help, value, labels)
}

func (s shown) counter(name, help string, value float64, labels ...label) {
	s.put(prometheus.CounterValue, name, help, value, labels)
}

// age shows how long ago something was; what never was is not shown.
func (s shown) age(name, help string, since time.Time, labels ...label) {
	if !since.IsZero() {
		s.gauge(name, help, max(0, s.now.Sub(since).Seconds()), labels...)
	}
}

// failed counts what could not be found out.
func (m *Monitor) failed(part string) { m.failures.WithLabelValues(part).Inc() }

func (g gauges) database(ctx context.Context, s shown) {
	if g.options.Database == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	began, up := time.Now(), 1.0
	if err := g.options.Database(ctx); err != nil {
		up = 0
	} else {
		s.gauge("foliosight_database_answer_seconds", "Time in which the database answered just now.", time.Since(began).Seconds())
	}
	s.gauge("foliosight_database_up", "Whether the database answers.", up)
	if g.options.Writable != nil {
		writable := 0.0
		if g.options.Writable() {
			writable = 1
		}
		s.gauge("foliosight_database_writable", "Whether the database took the last change; 0 while its disk is full or cannot be written.", writable)
	}
}

func (g gauges) pools(s shown) {
	if g.options.Pools == nil {
		return
	}
	all, active := g.options.Pools(), 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p, of := all[name], label{"pool", name}
		active += p.InUse
		s.gauge("foliosight_database_connections", "Connections, in use and idle.", float64(p.InUse), of, label{"state", "in_use"})
		s.gauge("foliosight_database_connections", "Connections, in use and idle.", float64(p.Idle), of, label{"state", "idle"})
		s.gauge("foliosight_database_connections_max", "Connections that there may be at most.", float64(p.MaxOpenConnections), of)
		s.counter("foliosight_database_connection_waits_total", "Times that somebody waited for a connection.", float64(p.WaitCount), of)
		s.counter("foliosight_database_connection_wait_seconds_total", "Time spent waiting for connections.", p.WaitDuration.Seconds(), of)
	}
	s.gauge("database_connections_active", "Connections to the database in use.", float64(active))
}

func (g gauges) backlog(ctx context.Context, s shown) {
	if g.options.Jobs == nil {
		return
	}
	all, err := g.jobs.get(ctx, g.options.Jobs)
	if err != nil {
		g.failed("jobs")
		return
	}
	oldest := time.Time{}
	for _, j := range all {
		s.gauge("foliosight_jobs", "Jobs that wait, run or ended without success, by kind and state.", float64(j.Count), label{"kind", j.Kind}, label{"state", j.State})
		if !j.Oldest.IsZero() && (oldest.IsZero() || j.Oldest.Before(oldest)) {
			oldest = j.Oldest
		}
	}
	wait := 0.0 // nothing waits: that is known
	if !oldest.IsZero() {
		wait = max(0, time.Since(oldest).Seconds()) // the queue goes by the machine's clock
	}
	s.gauge("foliosight_jobs_oldest_waiting_seconds", "For how long the job waits that is due longest; 0 when none waits.", wait)
}

// breakers are the states of a circuit as numbers.
var breakers = map[fetch.Breaker]float64{fetch.Closed: 0, fetch.HalfOpen: 1, fetch.Open: 2}

func (g gauges) sources(ctx context.Context, s shown) {
	if g.options.Providers == nil {
		return
	}
	all, err := g.providers.get(ctx, g.options.Providers)
	if err != nil {
		g.failed("providers")
		return
	}
	for _, p := range all {
		of := label{"provider", p.Provider}
		ready := 0.0
		if p.Ready {
			ready = 1
		}
		s.gauge("foliosight_provider_ready", "Whether a call could go out now: key, limits, circuit.", ready, of)
		s.gauge("foliosight_provider_circuit", "Circuit of this process: 0 closed, 1 tried again, 2 open.", breakers[p.Breaker], of)
		s.counter("foliosight_provider_calls_total", "Calls that went out from this process.", float64(p.Calls), of)
		for _, reason := range slices.Sorted(maps.Keys(p.Refusals)) {
			s.counter("foliosight_provider_refusals_total", "Calls of this process that gave nothing, by reason.", float64(p.Refusals[reason]), of, label{"reason", string(reason)})
		}
		for _, w := range p.Windows {
			s.gauge("foliosight_provider_quota_left", "Calls, or credits, that are left of a limit, of all processes together.", float64(max(0, w.Most-w.Used)), of, label{"window", w.Name})
			s.gauge("foliosight_provider_quota_limit", "The limit.", float64(w.Most), of, label{"window", w.Name})
		}
		s.age("foliosight_provider_last_success_age_seconds", "Time since any process got something from it.", p.LastSuccess, of)
	}
}

func (g gauges) market(ctx context.Context, s shown) {
	if g.options.Data == nil {
		return
	}
	all, err := g.data.get(ctx, g.options.Data)
	if err != nil {
		g.failed("data")
		return
	}
	for _, d := range all {
		of := label{"kind", d.Kind}
		s.gauge("foliosight_market_series", "Series of market data that are kept; simulated ones are left out.", float64(d.Series), of)
		s.age("foliosight_market_data_age_seconds", "Time since anything of this kind was changed.", d.Updated, of)
		s.age("foliosight_market_last_day_age_seconds", "Time since the end of the newest day that any series of this kind has.", d.Last, of)
	}
}

func (g gauges) keeping(ctx context.Context, s shown) {
	if g.options.Backup != nil {
		if at, err := g.backup.get(ctx, g.options.Backup); err != nil {
			g.failed("backup")
		} else {
			s.age("foliosight_backup_age_seconds", "Time since the last backup that went well; absent where none is known.", at)
		}
	}
	if g.options.Certificate != nil {
		c := g.options.Certificate()
		if !c.Until.IsZero() {
			s.gauge("foliosight_certificate_expiry_seconds", "Time until the certificate ends; negative once it has.", c.Until.Sub(s.now).Seconds())
			s.gauge("foliosight_certificate_lifetime_seconds", "How long the certificate lasts in all.", c.Until.Sub(c.From).Seconds())
		}
		failing := 0.0
		if !c.Failing.IsZero() {
			failing = max(1, s.now.Sub(c.Failing).Seconds())
		}
		s.gauge("foliosight_certificate_failing_seconds", "For how long the certificate could not be renewed, or its new files could not be used; 0 when the last time went well.", failing)
	}
}

func (g gauges) caches(s shown) {
	for _, of := range g.options.Caches {
		for _, c := range of() {
			name := label{"cache", c.Name}
			s.counter("foliosight_cache_hits_total", "Times that something was remembered.", float64(c.Hits), name)
			s.counter("foliosight_cache_misses_total", "Times that something had to be made.", float64(c.Misses), name)
			s.gauge("foliosight_cache_entries", "What is kept.", float64(c.Entries), name)
			if c.Bytes > 0 || c.Entries == 0 {
				s.gauge("foliosight_cache_bytes", "Memory of what is kept, as estimated.", float64(c.Bytes), name)
			}
		}
	}
}

func (g gauges) disk(s shown) {
	if g.options.Directory == "" {
		return
	}
	free, size, err := Disk(g.options.Directory)
	if err != nil {
		g.failed("disk")
		return
	}
	s.gauge("foliosight_disk_free_bytes", "Space that is free for us where the data are.", float64(free))
	s.gauge("foliosight_disk_size_bytes", "Space that there is where the data are.", float64(size))
}
