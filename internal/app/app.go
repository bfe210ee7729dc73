// Package app puts the parts together: store, services, the two faces, the server. It
// is the only package that knows every other one.
//
// Model: Run starts everything, serves until its context ends, and stops in order:
// no new connections, requests under way are finished, the database is closed. The
// command line works on the same services through Open, without a server.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
	_ "time/tzdata" // days are those of exchanges and people also where the machine knows no zones

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/ops/logs"
	"github.com/foliosight/foliosight/internal/ops/monitor"
	"github.com/foliosight/foliosight/internal/ops/performance"
	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/ops/tracing"
	"github.com/foliosight/foliosight/internal/ratelimit"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web"
)

// Outside is what the program is given by whoever starts it.
type Outside struct {
	Version  string
	Messages io.Writer        // where the address and how to sign in are said
	Log      *slog.Logger     // discarded unless given
	Records  *logs.Log        // what Log is of, for the last errors; nil: they are not told
	Now      func() time.Time // time.Now unless given
	// Upkeep is what the schedule of operations needs of who starts it; nil: there is none.
	Upkeep *Upkeep
	// Started is told the address once the server answers; nil: nobody is told.
	Started func(url string)
	// Reread tells that the certificate's files are to be looked at now; nil: nobody does.
	Reread <-chan struct{}

	secured    *secured      // nil: the server speaks no TLS
	authority  *http.Client  // that asks who gives certificates; nil: the usual one
	look       time.Duration // how often the certificate's files are looked at; 0: as usual
	leaving    *leaving
	stopping   <-chan struct{} // closed when it is over
	calculated func(kind string, err error, refused bool)
	requests   *performance.Recorder
	operations job.Operations
}

// Run starts the platform and stops it when ctx ends.
func Run(ctx context.Context, cfg config.Config, o Outside) error {
	o = o.complete()
	if cfg.Demo {
		temporary, clean, err := throwaway(cfg)
		if err != nil {
			return err
		}
		defer clean()
		cfg = temporary
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	defer listener.Close()
	if o.secured, err = openTLS(cfg, listener.Addr(), o); err != nil {
		return err
	}
	defer o.secured.close()
	traced, err := trace(ctx, cfg, o)
	if err != nil {
		return err
	}
	defer traced()
	var seen *watch // the services are told of it before it is there
	o.calculated = func(kind string, err error, refused bool) {
		if seen != nil {
			seen.monitor.Calculated(kind, err, refused)
		}
	}
	house, err := Open(ctx, cfg, o)
	if err != nil {
		return err
	}
	defer house.Close()
	pulse, beating, err := newPulse(cfg, o)
	if err != nil {
		return err
	}
	asked, enough := context.WithCancel(ctx)
	var asking sync.WaitGroup
	asking.Go(func() { beating(asked) })
	defer asking.Wait()
	defer enough()
	seen = newWatch(cfg, house, o)
	seen.pulse = pulse
	if err := seen.stand(ctx, cfg, house, o); err != nil {
		return err
	}
	door, err := openDoor(ctx, cfg, house.Service, o.Now)
	if err != nil {
		return err
	}
	o.leaving = leave(ctx, cfg.Drain, o.Version)
	o.stopping = o.leaving.over
	o.requests = performance.NewRecorder(house.store, o.Now, o.Log)
	recording, recorded := context.WithCancel(ctx)
	var recorder sync.WaitGroup
	recorder.Go(func() { o.requests.Run(recording) })
	defer recorder.Wait() // before the database is closed
	defer recorded()
	handler, err := faces(cfg, house, door, seen, o)
	if err != nil {
		return err
	}
	url := address(cfg, listener.Addr())
	door.say(o.Messages, url)
	o.Log.Info("listening", "address", url, "roles", cfg.Roles, "database", house.Path)
	seen.health.Sources(ctx) // so that it is known when somebody asks; it waits for nothing
	if o.Started != nil {
		go o.Started(url)
	}
	following, followed := context.WithCancel(ctx)
	var follower sync.WaitGroup
	defer follower.Wait() // before the database is closed
	defer followed()
	if !cfg.Serves("worker") {
		follower.Go(func() { seen.standing.Run(following) })
		return serve(ctx, o, listener, handler)
	}
	working, done := context.WithCancel(ctx)
	var workers sync.WaitGroup
	workers.Go(func() { deliver(working, house.Service, o.Log) })
	defer workers.Wait() // before the database is closed
	defer done()
	if o.operations, err = house.keep(cfg, o, seen); err != nil {
		return err
	}
	stop, err := house.Work(ctx, o, !cfg.Demo, cfg.Serves("api") || cfg.Serves("web"))
	if err != nil {
		return err
	}
	follower.Go(func() { seen.standing.Run(following) })
	drained := make(chan error, 1)
	go func() {
		<-o.stopping
		drained <- stop()
	}()
	if err = serve(ctx, o, listener, handler); ctx.Err() == nil {
		return errors.Join(err, stop()) // the server ended by itself
	}
	return errors.Join(err, <-drained)
}

// traceTime is how long what was traced last may take to be sent when the server stops.
const traceTime = 5 * time.Second

// trace starts traces, where a collector is set; the function that it returns ends them.
func trace(ctx context.Context, cfg config.Config, o Outside) (stop func(), err error) {
	t := cfg.Traces
	if t.Off {
		return func() {}, nil
	}
	end, err := tracing.Start(ctx, tracing.Options{Endpoint: t.Endpoint, Headers: t.Headers, Service: t.Service, Version: o.Version, Sampler: t.Sampler, Ratio: t.Ratio, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), traceTime)
		defer cancel()
		if err := end(last); err != nil {
			o.Log.Warn("the last traces are not sent", "error", err)
		}
	}, nil
}

func (o Outside) complete() Outside {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Messages == nil {
		o.Messages = io.Discard
	}
	return o
}

// faces mounts what this process serves, and what goes around both faces.
func faces(cfg config.Config, h *House, d *door, seen *watch, o Outside) (http.Handler, error) {
	mux := http.NewServeMux()
	seen.mount(mux, h, cfg.Secure(), o)
	limits, err := limitsOf(cfg, o)
	if err != nil {
		return nil, err
	}
	if cfg.Serves("api") {
		programs, err := api.New(h.Service, api.Options{Version: o.Version, Code: d.code, Secure: cfg.Secure(), UploadLimit: cfg.UploadLimit, Limits: limits, Frontend: cfg.Frontend, Stopping: o.stopping, Health: seen.health, Calculated: seen.monitor.Calculated, Rendered: func(of func() service.Kept, clear func()) {
			seen.rendered, seen.clearRendered = func() []monitor.Cache { return []monitor.Cache{monitor.Cache(of())} }, clear
		}, Maintenance: seen.standing.Maintenance, Now: o.Now, Log: o.Log})
		if err != nil {
			return nil, err
		}
		programs = seen.maintain(h, cfg, o, programs)
		for _, path := range []string{"/api/", "/openapi.json", "/docs", "/docs/", "/health", "/health/"} {
			mux.Handle(path, programs)
		}
		if !cfg.Serves("web") {
			mux.Handle("/", programs)
		}
	}
	switch {
	case cfg.Serves("api"):
	case cfg.Serves("web"):
		seen.health.Mount(mux.HandleFunc, true)
		if cfg.Backend == "" {
			break
		}
		on, err := pass(cfg.Backend, o.Log)
		if err != nil {
			return nil, err
		}
		on = seen.maintain(h, cfg, o, on)
		mux.Handle("/api/", on)
		mux.Handle("/gpt/", on)
	default:
		seen.health.Mount(mux.HandleFunc, false)
		return api.Strict(cfg.Secure(), tracing.Trusted(limits.Behind, api.Observe(o.Log, timed(request.Routed(mux)), seen.monitor.Request, o.requests.Done))), nil
	}
	if cfg.Serves("web") {
		people, err := web.New(h.Service, web.Options{Version: o.Version, Database: h.Engine, Health: h.health(cfg.Roles), Demo: d.shown(), Code: d.code, Secure: cfg.Secure(), Now: o.Now, Log: o.Log, Explore: d.explore, Standing: seen.says})
		if err != nil {
			return nil, err
		}
		people = seen.maintain(h, cfg, o, people)
		mux.Handle("/", people)
	}
	return api.Strict(cfg.Secure(), tracing.Trusted(limits.Behind, api.Observe(o.Log, api.CORS(cfg.Frontend, api.Throttle(o.Now, limits, api.Present(seen.pulse, o.Log, d.guard(timed(request.Routed(mux)))))), seen.monitor.Request, o.requests.Done))), nil
}

// limitsOf are the limits of the API, counted in Redis where there is one.
func limitsOf(cfg config.Config, o Outside) (api.Limits, error) {
	l := api.Limits{Data: cfg.Limits.Data, Heavy: cfg.Limits.Heavy, Login: cfg.Limits.Login, Window: cfg.Limits.Window, Proxies: cfg.Limits.Proxies}
	if cfg.Redis == "" {
		l.Counter = ratelimit.NewLocal()
		return l, nil
	}
	shared, err := ratelimit.NewShared(cfg.Redis, o.Log)
	if err != nil {
		return l, fmt.Errorf("REDIS_URL: %w", err)
	}
	l.Counter = shared
	return l, nil
}
