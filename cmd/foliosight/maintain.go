package main

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
	"github.com/foliosight/foliosight/internal/ops/maintain"
)

// maintainCommand is the upkeep of an installation.
type maintainCommand struct {
	Daily   maintainDaily   `cmd:"" help:"What changes by itself, whether a backup was made, statistics of the database."`
	Weekly  maintainWeekly  `cmd:"" help:"Also settings, whether backups were verified, the database's free space and pages."`
	Monthly maintainMonthly `cmd:"" help:"Also the restore drill, and indexes made anew without locking."`
}

type maintainDaily struct{ asJSON }

// Run makes the round of a day.
func (c *maintainDaily) Run(ctx context.Context, g *globals) error {
	return g.installation(ctx, "maintain daily", c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		maintain.Daily(ctx, i, r)
		return nil
	})
}

type maintainWeekly struct{ asJSON }

// Run makes the round of a week.
func (c *maintainWeekly) Run(ctx context.Context, g *globals) error {
	return g.installation(ctx, "maintain weekly", c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		maintain.Weekly(ctx, i, g.settings(ctx, i), r)
		return nil
	})
}

type maintainMonthly struct{ asJSON }

// Run makes the round of a month.
func (c *maintainMonthly) Run(ctx context.Context, g *globals) error {
	return g.installation(ctx, "maintain monthly", c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		maintain.Monthly(ctx, i, g.settings(ctx, i), r)
		return nil
	})
}

// settings looks through the settings as for production, without connecting to anything.
func (g *globals) settings(ctx context.Context, i audit.Installation) check.Report {
	r := check.Begin("", i.Now)
	environment.Check(ctx, environment.Options{Input: g.input(), Profile: environment.Production, Offline: true, Now: time.Now}, r)
	return *r
}
