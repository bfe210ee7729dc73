package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// demoCommand puts the simulated portfolios into an existing database.
type demoCommand struct {
	Seed  demoSeed  `cmd:"" help:"Add the simulated market and its three portfolios."`
	Reset demoReset `cmd:"" help:"Remove them and make them anew."`
}

type demoSeed struct{ demoDay }

type demoReset struct{ demoDay }

// demoDay is the day the demonstration ends on.
type demoDay struct {
	AsOf string `help:"Last day of the simulated market (default: today)." placeholder:"DATE"`
}

// Run seeds.
func (c *demoSeed) Run(ctx context.Context, g *globals) error {
	return c.with(ctx, g, (*app.House).SeedDemo)
}

// Run resets.
func (c *demoReset) Run(ctx context.Context, g *globals) error {
	return c.with(ctx, g, (*app.House).ResetDemo)
}

func (c demoDay) with(ctx context.Context, g *globals, do func(*app.House, context.Context, service.Caller, date.Date) ([]store.Portfolio, error)) error {
	today := date.FromTime(time.Now())
	asOf := today
	if c.AsOf != "" {
		var err error
		if asOf, err = date.Parse(c.AsOf); err != nil {
			return &exitError{exitUsage, "--as-of: " + err.Error()}
		}
		if asOf > today {
			return &exitError{exitUsage, fmt.Sprintf("--as-of: %s lies in the future", asOf)}
		}
	}
	h, err := g.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	caller, err := g.caller(ctx, h, "", true)
	if err != nil {
		return err
	}
	done := busy("simulating")
	all, err := do(h, ctx, caller, asOf)
	done()
	if errors.Is(err, service.ErrSeeded) {
		return service.ErrSeeded
	}
	if err != nil {
		return err
	}
	for _, p := range all {
		fmt.Printf("%s  %s  %s\n", p.ID, p.Name, p.Base)
	}
	note("%s", simulated.Notice)
	return nil
}
