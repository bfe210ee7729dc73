package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/pprof"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/health"
	"github.com/foliosight/foliosight/internal/ops/monitor"
	"github.com/foliosight/foliosight/internal/ops/standing"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
)

// watch is what tells others how a process is.
type watch struct {
	health   *health.Health
	monitor  *monitor.Monitor
	overview *health.Overview
	pulse    *pulse                 // of the database
	rendered func() []monitor.Cache // of the API, once it is there
	standing *standing.Watcher
	// clearRendered lets go of what the API keeps; nil where there is none.
	clearRendered func()
}

// newWatch watches a house. It asks nothing yet.
func newWatch(cfg config.Config, h *House, o Outside) *watch {
	w := &watch{}
	commit := health.Commit()
	backed := h.backedUp
	directory := "" // with PostgreSQL the data are elsewhere
	if !cfg.PostgreSQL() {
		directory = filepath.Dir(cfg.SQLite())
	}
	w.health = health.New(health.Options{Version: o.Version, Commit: commit, Now: o.Now, Log: o.Log, Database: h.queue.Ping, Writable: h.refuses, Market: h.market})
	if cfg.Serves("web") && !cfg.Serves("api") && cfg.Backend != "" {
		w.health.Backend = reach(cfg.Backend)
	}
	w.monitor = monitor.New(monitor.Options{Version: o.Version, Commit: commit, Now: o.Now, Database: h.queue.Ping, Writable: func() bool { return h.refuses() == "" }, Pools: h.pools, Jobs: h.backlog, Providers: h.SourceStates, Data: h.marketData,
		Caches: []func() []monitor.Cache{h.memory, w.answers}, Backup: backed, Certificate: o.secured.state(), Directory: directory})
	d := health.Details{Roles: cfg.Roles, Engine: h.Engine, Schema: h.schema, Policies: h.policies, Providers: h.SourceStates, Pools: h.poolList, Jobs: h.jobsByState, Backup: backed, Certificate: o.secured.state(), Log: o.Records}
	if directory != "" {
		d.Disk = func() (health.Space, error) {
			free, size, err := monitor.Disk(directory)
			return health.Space{Free: free, Size: size}, err
		}
	}
	w.overview = health.NewOverview(w.health, d)
	return w
}

// answers are the answers that the API keeps.
func (w *watch) answers() []monitor.Cache {
	if w.rendered == nil {
		return nil
	}
	return w.rendered()
}

// mount gives a mux the addresses for who runs the installation. Profiles are for
// administrators alone: they say what the program is at.
func (w *watch) mount(mux *http.ServeMux, h *House, secure bool, o Outside) {
	mux.Handle("GET /metrics", api.Operators(h.Service, secure, true, o.Log, w.monitor.Handler()))
	mux.Handle("GET /status", api.Operators(h.Service, secure, true, o.Log, w.overview))
	mux.Handle("POST /status/caches/clear", http.NewCrossOriginProtection().Handler(api.Operators(h.Service, secure, false, o.Log, w.clearing(h))))
	profiles := http.NewServeMux()
	profiles.HandleFunc("GET /debug/pprof/", pprof.Index)
	profiles.HandleFunc("GET /debug/pprof/profile", shortly(pprof.Profile))
	profiles.HandleFunc("GET /debug/pprof/trace", shortly(pprof.Trace))
	profiles.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	profiles.HandleFunc("GET /debug/pprof/cmdline", http.NotFound) // it may hold a password
	mux.Handle("/debug/pprof/", api.Operators(h.Service, secure, false, o.Log, profiles))
}

// mostProfiled is for how long a profile is taken at most.
const mostProfiled = "60"

// shortly keeps a profile within the time that a request has.
func shortly(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if asked := r.FormValue("seconds"); len(asked) > 2 || len(asked) == 2 && asked > mostProfiled {
			http.Error(w, "a profile takes "+mostProfiled+" seconds at most", http.StatusUnprocessableEntity)
			return
		}
		next(w, r)
	}
}

// reach asks the API of another process whether it is there.
func reach(backend string) func(context.Context) error {
	client := &http.Client{Timeout: reachTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(backend, "/")+"/health/ready", nil)
		if err != nil {
			return err
		}
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", backend, answer.Status)
		}
		return nil
	}
}

// refuses is why the database takes no changes, in a word of package health; empty: it does.
func (h *House) refuses() string {
	s, ok := h.store.(interface{ Writable() error })
	if !ok {
		return ""
	}
	switch err := s.Writable(); {
	case err == nil:
		return ""
	case errors.Is(err, store.ErrFull):
		return health.NoRoom
	}
	return health.ReadOnly
}

// market is how the sources of market data stand, in a word.
func (h *House) market(ctx context.Context) (string, error) {
	all, err := h.SourceStates(ctx)
	switch {
	case err != nil:
		return "", err
	case all == nil:
		return health.Off, nil
	case slices.ContainsFunc(all, func(s fetch.Status) bool { return s.Ready }):
		return health.Operational, nil
	}
	return health.Degraded, nil
}

// pools are the pools of connections by name.
func (h *House) pools() map[string]sql.DBStats {
	all := map[string]sql.DBStats{"queue": h.queue.Stats()}
	if s, ok := h.store.(interface{ Pools() map[string]sql.DBStats }); ok {
		maps.Copy(all, s.Pools())
	}
	return all
}

func (h *House) poolList() []health.Pool {
	all := h.pools()
	var list []health.Pool
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		list = append(list, health.Pool{Name: name, InUse: p.InUse, Idle: p.Idle, Most: p.MaxOpenConnections})
	}
	return list
}

// backlog is what waits, runs and failed. A kind of which nothing failed is said to have no
// failed jobs, so that its first failure is seen as a change.
func (h *House) backlog(ctx context.Context) ([]monitor.Jobs, error) {
	depths, err := h.queue.Depths(ctx)
	if err != nil {
		return nil, err
	}
	all := map[[2]string]monitor.Jobs{}
	for _, kind := range job.Kinds() {
		all[[2]string{kind, string(service.JobFailed)}] = monitor.Jobs{Kind: kind, State: string(service.JobFailed)}
	}
	for _, d := range depths {
		key := [2]string{d.Kind, string(d.State)}
		j := all[key]
		j.Kind, j.State, j.Count = d.Kind, string(d.State), j.Count+d.Count
		if !d.Oldest.IsZero() && (j.Oldest.IsZero() || d.Oldest.Before(j.Oldest)) {
			j.Oldest = d.Oldest
		}
		all[key] = j
	}
	return slices.Collect(maps.Values(all)), nil
}

func (h *House) jobsByState(ctx context.Context) (map[string]int, error) {
	counts, err := h.queue.Count(ctx)
	out := map[string]int{}
	for _, state := range service.JobStates() {
		out[string(state)] = counts[state]
	}
	return out, err
}

func (h *House) marketData(ctx context.Context) ([]monitor.Data, error) {
	states, err := h.MarketStates(ctx)
	var all []monitor.Data
	for _, s := range states {
		all = append(all, monitor.Data(s))
	}
	return all, err
}

func (h *House) memory() []monitor.Cache {
	var all []monitor.Cache
	for _, k := range h.Memory() {
		all = append(all, monitor.Cache(k))
	}
	return all
}

// backedUp is when the last backup that went well ended; zero: none is known.
func (h *House) backedUp(ctx context.Context) (time.Time, error) {
	runs, err := h.Operations(ctx, store.OperationFilter{Command: "backup create", Limit: 50})
	for _, r := range runs {
		if r.Outcome == string(check.Fine) {
			return r.Ended, nil
		}
	}
	return time.Time{}, err
}

// schema is what was migrated.
func (h *House) schema(ctx context.Context) (out health.Migrations, err error) {
	tells, ok := h.store.(interface {
		Schema(ctx context.Context) ([]migrations.Applied, error)
	})
	if !ok {
		return out, errors.New("the store does not tell")
	}
	all, err := tells.Schema(ctx)
	if n := len(all); n > 0 {
		out = health.Migrations{Applied: n, Last: all[n-1].Name, At: all[n-1].At}
	}
	return out, err
}

// policies is how many policies PostgreSQL has for our tables; nil on SQLite.
func (h *House) policies(ctx context.Context) (*int, error) {
	if !h.queue.Postgres {
		return nil, nil
	}
	var n int
	err := h.queue.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_policies WHERE schemaname = $1`, postgres.Schema).Scan(&n)
	return &n, err
}
