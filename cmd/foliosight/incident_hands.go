package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/health"
	"github.com/foliosight/foliosight/internal/ops/incident"
	"github.com/foliosight/foliosight/internal/ops/maintain"
	"github.com/foliosight/foliosight/internal/ops/monitor"
	"github.com/foliosight/foliosight/internal/ops/performance"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// hands do the parts of playbooks with the checks and acts that other commands have.
type hands struct {
	globals *globals
	cfg     config.Config
	server  health.Server
	kept    store.Upkeep // nil: the database is away
	away    error
}

func (g *globals) hands(cfg config.Config, url string, kept store.Upkeep, away error) hands {
	return hands{g, cfg, serverOf(cfg, url), kept, away}
}

func (h hands) all() map[string]incident.Hand {
	return map[string]incident.Hand{
		"live": h.live, "ready": h.ready, "status": h.status, "errors": h.errors, "disk": h.disk, "database": h.database, "pages": h.of(maintain.Pages), "verify": h.verify,
		"policies": h.policies, "statements": h.statements, "performance": h.performance, "backups": h.backups, "security": h.of(func(ctx context.Context, i audit.Installation, r *check.Report) { i.Monitor(ctx, r) }),
		"system": h.of(h.system), "trail": h.trail,
		"backup": h.backUp(false), "evidence": h.backUp(true), "statistics": h.of(maintain.Statistics), "caches": h.caches, "features": h.features, "sessions": h.sessions,
	}
}

// of runs a look at the installation.
func (h hands) of(look func(context.Context, audit.Installation, *check.Report)) incident.Hand {
	return func(ctx context.Context, r *check.Report) error {
		look(ctx, h.installation(), r)
		return nil
	}
}

func (h hands) installation() audit.Installation {
	return audit.Installation{Inspection: config.Inspect(h.globals.input()), Kept: h.kept, Why: h.away, Now: time.Now()}
}

// live says which link broke: nothing listens, or what listens does not answer.
func (h hands) live(ctx context.Context, r *check.Report) error {
	a, err := h.server.Health(ctx)
	switch {
	case err == nil:
		r.Fine("process", fmt.Sprintf("%s answers, version %s", h.server.URL, a.Version))
	case errors.Is(err, health.ErrAway):
		r.Find("process", err.Error(), "the link from here to the process is broken: see that it runs (systemctl status foliosight, docker ps), that it listens where its settings say, and its last lines (journalctl -u foliosight -n 100)")
	default:
		r.Find("process", err.Error(), "something answers that is not this server: see what listens there")
	}
	return nil
}

func (h hands) ready(ctx context.Context, r *check.Report) error {
	a, err := h.server.Health(ctx)
	if err != nil {
		r.Unknown("from the server to its database", "the process does not answer", "see to the process first")
		return nil
	}
	if a.Services.Database == health.Connected {
		r.Fine("from the server to its database", "it answers")
	} else {
		r.Find("from the server to its database", "it does not answer", "the link from the process to the database is broken: is the database running, DATABASE_URL right, its disk full, its connections used up?")
	}
	if a.Maintenance != "" {
		r.Find("maintenance", "requests are held off ("+a.Maintenance+")", "`foliosight maintenance off`")
	}
	return nil
}

func (h hands) status(ctx context.Context, r *check.Report) error {
	s, err := h.server.Status(ctx)
	if err == nil {
		s.Full(r, time.Now())
	}
	return err
}

// errors names the last errors with where they came from.
func (h hands) errors(ctx context.Context, r *check.Report) error {
	s, err := h.server.Status(ctx)
	if err != nil {
		return err
	}
	var said []string
	for _, line := range s.Errors {
		text := line.At.Format(time.RFC3339) + " " + line.Level + " " + line.Message
		if line.RequestID != "" {
			text += " (request " + line.RequestID + ")"
		}
		said = append(said, text)
	}
	if s.ErrorsSince["error"] > 0 {
		r.Find("log", strings.Join(said, "; "), "look for the request ids in the log")
	} else {
		r.Fine("log", fmt.Sprintf("no errors in the last hour, %d warnings; remembered: %s", s.ErrorsSince["warn"], strings.Join(said, "; ")))
	}
	return nil
}

func (h hands) disk(_ context.Context, r *check.Report) error {
	directory := filepath.Dir(h.cfg.SQLite())
	free, size, err := monitor.Disk(directory)
	health.LocalDisk(r, health.Space{Free: free, Size: size}, err)
	return nil
}

func (h hands) database(ctx context.Context, r *check.Report) error {
	if h.kept == nil {
		cure := "see that it runs, that DATABASE_URL is right, and that its schema is up to date (`foliosight migrate status`)"
		if errors.Is(h.away, store.ErrOlder) {
			cure = "`foliosight migrate up`"
		}
		r.Find("database", h.away.Error(), cure)
		return nil
	}
	began := time.Now()
	if _, err := h.kept.Marks(ctx); err != nil {
		r.Find("database", err.Error(), "look at the database's own log")
		return nil
	}
	r.Fine("database", fmt.Sprintf("it answers from here, in %s; its schema is up to date", time.Since(began).Round(time.Microsecond)))
	return nil
}

func (h hands) verify(ctx context.Context, r *check.Report) error {
	d, _, err := h.globals.whole()
	if err != nil {
		return err
	}
	defer d.Close()
	found, err := tend.Verify(ctx, d)
	if err != nil {
		return err
	}
	for _, f := range found.Findings {
		r.Find(f.Object, f.Problem, "keep people out (`foliosight maintenance on`), restore the last good backup beside it and compare (`foliosight restore FILE --into URL`)")
	}
	if len(found.Findings) == 0 {
		r.Fine("rows", fmt.Sprintf("%d migrations, %d tables, %d tenants, %d events, %d blocks of prices: all as they have to be", found.Migrations, found.Tables, found.Tenants, found.Events, found.Blocks))
	}
	return nil
}

func (h hands) policies(ctx context.Context, r *check.Report) error {
	if h.cfg.PostgreSQL() {
		h.installation().Policies(ctx, r)
	}
	return nil
}

// looking opens the database for what only looks at how it does.
func (h hands) looking(work func(performance.Database) error) error {
	d, closing, err := app.Looking(h.cfg)
	if err != nil {
		return err
	}
	return errors.Join(work(d), closing())
}

func (h hands) statements(ctx context.Context, r *check.Report) error {
	return h.looking(func(d performance.Database) error {
		if d.Postgres {
			if err := incident.Waiting(ctx, d.DB, r); err != nil {
				return err
			}
		}
		d.Statements(ctx, r, 500*time.Millisecond)
		return nil
	})
}

func (h hands) performance(ctx context.Context, r *check.Report) error {
	return h.looking(func(d performance.Database) error {
		d.Sizes(ctx, r)
		d.Indexes(ctx, r)
		d.Newest(ctx, r)
		gate, ok := h.kept.(store.RequestGate)
		if !ok {
			return nil
		}
		since := time.Now().Add(-day)
		hours, err := gate.RequestHours(ctx, since)
		if err == nil {
			performance.Recent(r, hours, since)
		}
		return err
	})
}

func (h hands) backups(ctx context.Context, r *check.Report) error {
	i := h.installation()
	i.Recorded(ctx, r, "made", "backup create", 26*time.Hour, "`foliosight backup create --verify`")
	i.Recorded(ctx, r, "verified", "backup verify", 8*day, "`foliosight backup verify`")
	return nil
}

func (h hands) system(ctx context.Context, i audit.Installation, r *check.Report) {
	i.System(ctx, http.DefaultClient, i.PublicURL("http://"+i.Listen), r)
}

// aside works with people and switches beside the server, as who runs the installation.
func (h hands) aside(ctx context.Context, work func(*app.Aside, service.Caller) error) error {
	a, err := app.Beside(ctx, h.cfg, app.Outside{Version: version})
	if err != nil {
		return err
	}
	who, err := a.Owner(ctx)
	if err == nil {
		err = work(a, who)
	}
	return errors.Join(err, a.Close())
}

func (h hands) trail(ctx context.Context, r *check.Report) error {
	return h.aside(ctx, func(a *app.Aside, _ service.Caller) error {
		tenants, events := 0, int64(0)
		err := a.VerifyTrails(ctx, func(t service.Trail) {
			tenants, events = tenants+1, events+t.Events
			if t.Err != nil {
				r.Find("trail of "+t.Tenant, t.Err.Error(), "somebody wrote past the program: keep the evidence, and restore from before")
			}
		})
		if err == nil {
			r.Fine("trails", fmt.Sprintf("%d events of %d tenants were computed again", events, tenants))
		}
		return err
	})
}

// backUp seals the database as it is; full is with settings, certificates and logs.
func (h hands) backUp(full bool) incident.Hand {
	return func(ctx context.Context, r *check.Report) error {
		s, err := source(h.cfg)
		if err != nil {
			return err
		}
		places, err := app.BackupPlaces(h.cfg, "")
		if err != nil {
			return err
		}
		var extras []backup.Extra
		if full {
			var logs []string
			if _, err := os.Stat(h.cfg.Log.File); h.cfg.Log.File != "" && err == nil {
				logs = []string{h.cfg.Log.File}
			}
			if extras, err = app.BackupExtras(h.cfg, logs); err != nil {
				return err
			}
		}
		made, err := backup.Create(ctx, s, places, extras)
		if len(made.Places) > 0 {
			r.Fine("backup", fmt.Sprintf("%s, %d rows of %d tables, sealed with key %s, in %s; nothing was pruned", made.Name, made.Manifest.Rows(), len(made.Manifest.Tables), s.Keys.ID(), strings.Join(made.Places, ", ")))
		}
		if err != nil {
			r.Find("backup", err.Error(), "cure it, then `foliosight backup create --keep`")
		}
		return nil
	}
}

func (h hands) caches(ctx context.Context, r *check.Report) error {
	_, err := clearCaches(ctx, h.cfg, r, cacheWait)
	return err
}

// cacheWait is how long processes have to say what they let go.
const cacheWait = 2500 * time.Millisecond

func (h hands) features(ctx context.Context, r *check.Report) error {
	return h.aside(ctx, func(a *app.Aside, who service.Caller) error {
		all, err := a.Features(ctx, who)
		if err != nil {
			return err
		}
		for _, f := range all {
			if !f.Enabled {
				r.Fine(f.Name, "it was off already")
				continue
			}
			if err := a.SwitchFeature(ctx, who, f.Name, false, 100); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			r.Fine(f.Name, "switched off ("+f.Means+"); `foliosight features enable "+f.Name+"` switches it on")
		}
		return nil
	})
}

func (h hands) sessions(ctx context.Context, r *check.Report) error {
	return h.aside(ctx, func(a *app.Aside, who service.Caller) error {
		ended, err := a.EndAll(ctx, who)
		if err == nil || ended.People > 0 {
			r.Fine("sessions", fmt.Sprintf("those of %d people ended, %d tokens of programs are revoked; everybody signs in anew", ended.People, ended.Tokens))
		}
		return err
	})
}
