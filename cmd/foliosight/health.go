package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/health"
	"github.com/foliosight/foliosight/internal/ops/monitor"
)

// healthCommand asks the running server how it is.
type healthCommand struct {
	Brief bool   `help:"Ask only whether it is healthy, and say nothing where it is; for containers. Not recorded." xor:"much"`
	Full  bool   `help:"Everything that the server knows of itself." xor:"much"`
	URL   string `help:"Address of the server (default: where this configuration has it listen)." placeholder:"URL"`
	asJSON
}

// Run asks. The exit status is 0 healthy, 1 where something is wrong, 3 where no server
// answers. Only --full is recorded: the others are asked every few seconds.
func (c *healthCommand) Run(ctx context.Context, g *globals) error {
	if c.Full {
		return g.operate(ctx, "health --full", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
			s, err := serverOf(cfg, c.URL).Status(ctx)
			if err == nil {
				s.Full(r, time.Now())
			}
			return away(err)
		})
	}
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	r := check.Begin("health", time.Now())
	a, err := serverOf(cfg, c.URL).Health(ctx)
	switch {
	case err != nil:
		r.Unknown("server", away(err).Error(), "")
	case c.Brief:
		if a.Status == health.Healthy {
			r.Fine("server", a.Status)
		} else {
			r.Find("server", a.Status, "`foliosight health --full` says more")
		}
	default:
		a.Brief(r)
	}
	r.End(time.Now())
	if c.Brief && !c.JSON && r.Exit() == check.ExitFine {
		return nil
	}
	return conclude(*r, c.asJSON)
}

// away adds what to do where nothing answers.
func away(err error) error {
	if errors.Is(err, health.ErrAway) {
		return errors.Join(err, errors.New("start it with `foliosight serve`, or say with --url where it is"))
	}
	return err
}

// serverOf is the server of a configuration, or the one at an address.
func serverOf(cfg config.Config, url string) health.Server {
	s := health.Server{URL: url, Token: os.Getenv("FOLIOSIGHT_TOKEN")}
	if url == "" {
		s.URL = health.At(cfg.Listen, cfg.TLS())
		s.Certificate, _ = cfg.CertificateFiles()
	}
	return s
}

// resourcesCommand says what the running server takes.
type resourcesCommand struct {
	URL string `help:"Address of the server (default: where this configuration has it listen)." placeholder:"URL"`
	asJSON
}

// Run asks the server; where none answers it says what can be seen without it.
func (c *resourcesCommand) Run(ctx context.Context, g *globals) error {
	if c.JSON {
		cfg, err := g.load(g.flags())
		if err != nil {
			return err
		}
		s, err := serverOf(cfg, c.URL).Status(ctx)
		if err != nil {
			return &exitError{exitUnchecked, away(err).Error()}
		}
		r := check.Begin("resources", time.Now())
		s.Resources(r)
		r.End(time.Now())
		record(ctx, cfg, *r)
		checked, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if err := printJSON(map[string]any{"report": json.RawMessage(checked), "performance": s.Performance, "disk": s.Disk, "pools": s.Pools, "recent_errors": s.Errors, "errors_last_hour": s.ErrorsSince}); err != nil {
			return err
		}
		if status := r.Exit(); status != check.ExitFine {
			return &exitError{status, ""}
		}
		return nil
	}
	return g.operate(ctx, "resources", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		s, err := serverOf(cfg, c.URL).Status(ctx)
		if err == nil {
			s.Resources(r)
			return nil
		}
		if c.URL == "" && !cfg.PostgreSQL() {
			free, size, err := monitor.Disk(filepath.Dir(cfg.SQLite()))
			health.LocalDisk(r, health.Space{Free: free, Size: size}, err)
		}
		return away(err)
	})
}
