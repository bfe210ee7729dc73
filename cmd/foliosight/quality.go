package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/quality"
)

// qualityCommand looks at the market data that figures rest on.
type qualityCommand struct {
	Check qualityCheck `cmd:"" help:"Say which series score low, are late, are missing or have values that are held back."`
	Serve qualityServe `cmd:"" help:"Show the same as a page on this machine, looked at anew every minute."`
}

// qualityBounds are what is still well.
type qualityBounds struct {
	Score int `help:"Least score of a series, of 100." default:"60"`
	Late  int `help:"Most sessions that may be missing at the end of a series." default:"2"`
}

func (b qualityBounds) bounds() quality.Bounds { return quality.Bounds{Score: b.Score, Late: b.Late} }

type qualityCheck struct {
	All   bool `help:"Of all tenants; else of the owner's, or of the user of --as."`
	Alert bool `help:"Tell findings to Slack, webhook and mail as configured: when they are new, once a day while they last, and when they are over."`
	qualityBounds
	asJSON
}

type qualityServe struct {
	Addr string `help:"Address on this machine." default:"127.0.0.1:8080"`
	All  bool   `help:"Of all tenants; else of the owner's, or of the user of --as."`
	qualityBounds
}

// Run checks, and tells.
func (c *qualityCheck) Run(ctx context.Context, g *globals) error {
	name := "quality check"
	if c.All {
		name += " --all"
	}
	if c.Alert {
		name += " --alert"
	}
	return g.operate(ctx, name, c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		u := g.upkeep(cfg)
		if err := u.Quality(ctx, r, g.As, c.All, c.bounds()); err != nil || !c.Alert {
			return err
		}
		return u.Alert(ctx, r, quality.Missing, quality.MissingRates)
	})
}

// Run serves until it is told to stop.
func (c *qualityServe) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	listener, err := quality.Listen(c.Addr)
	if errors.Is(err, quality.ErrNotLoopback) {
		return &exitError{exitUsage, err.Error()}
	}
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	on, closing, err := app.Reading(ctx, cfg)
	if err != nil {
		return &exitError{exitUnchecked, errors.Join(err, listener.Close()).Error()}
	}
	defer closing()
	look := func(ctx context.Context) (quality.State, error) { return app.Series(ctx, on, g.As, c.All, time.Now()) }
	server := &http.Server{Handler: quality.Handler(look, c.bounds(), time.Now), ReadHeaderTimeout: 10 * time.Second}
	fmt.Printf("http://%s/quality-dashboard.html\n", listener.Addr())
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return &exitError{exitUnchecked, err.Error()}
	}
	return nil
}
