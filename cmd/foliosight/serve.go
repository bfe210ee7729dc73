package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
)

// serveCommand runs the server until it is told to stop.
type serveCommand struct {
	Demo     bool   `help:"Show three simulated portfolios; nothing is kept and no data directory is needed."`
	AsOf     string `help:"Last day of the demonstration (default: today)." placeholder:"DATE"`
	Listen   string `help:"Address and port (default: 127.0.0.1:8000)." placeholder:"ADDRESS"`
	Roles    string `help:"What this process serves (default: api,web)." placeholder:"LIST"`
	LogLevel string `help:"Least severe message that is logged: debug, info, warn or error." placeholder:"LEVEL"`
}

// garbage is how much may gather before it is collected, in hundredths of what is in use:
// while it is collected requests wait, and what is in use is bounded by what is kept.
// GOGC stands over it.
const garbage = 200

// Run serves.
func (c *serveCommand) Run(ctx context.Context, g *globals) error {
	flags := g.flags()
	set(flags, "listen", c.Listen)
	set(flags, "roles", c.Roles)
	set(flags, "as-of", c.AsOf)
	set(flags, "log-level", c.LogLevel)
	if c.Demo {
		flags["demo"] = "true"
	}
	cfg, err := g.load(flags)
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	log, err := openLog(ctx, cfg)
	if err != nil {
		return err
	}
	err = app.Run(ctx, cfg, app.Outside{Version: version, Messages: os.Stdout, Log: log.Logger(), Records: log, Reread: hangUps(ctx), Upkeep: &app.Upkeep{Input: g.input(), Commit: revision()}})
	return unchecked(errors.Join(err, log.Close()))
}

// flags are those of the globals that were given.
func (g *globals) flags() map[string]string {
	flags := map[string]string{}
	set(flags, "data", g.Data)
	set(flags, "database", g.Database)
	return flags
}

func set(flags map[string]string, name, value string) {
	if value != "" {
		flags[name] = value
	}
}

// load makes the configuration of file, environment and flags.
func (g *globals) load(flags map[string]string) (config.Config, error) {
	cfg, err := config.Load(config.Input{Environ: os.Environ(), Flags: flags, File: g.Config})
	if err != nil {
		return cfg, &exitError{exitUsage, "configuration:\n" + err.Error()}
	}
	return cfg, nil
}

// unchecked gives errors that kept a command from doing its work their status.
func unchecked(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, app.ErrFuture):
		return &exitError{exitUsage, err.Error()}
	case errors.Is(err, store.ErrInUse), errors.Is(err, store.ErrNewer), errors.Is(err, store.ErrOlder), errors.Is(err, postgres.ErrUnsafeRole), errors.Is(err, store.ErrDrift), errors.Is(err, store.ErrDamaged),
		errors.Is(err, store.ErrReadOnly), errors.Is(err, store.ErrFull):
		return &exitError{exitUnchecked, err.Error()}
	}
	return err
}

// open opens the database for a command, and finds out on whose behalf it works.
func (g *globals) open(ctx context.Context) (*app.House, error) {
	cfg, err := g.load(g.flags())
	if err != nil {
		return nil, err
	}
	h, err := app.Open(ctx, cfg, app.Outside{})
	return h, unchecked(err)
}

// note says something beside the results.
func note(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
