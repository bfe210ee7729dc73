package main

import (
	"context"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
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
	return g.operate(ctx, "maintain daily", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return g.upkeep(cfg).Daily(ctx, r)
	})
}

type maintainWeekly struct{ asJSON }

// Run makes the round of a week.
func (c *maintainWeekly) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "maintain weekly", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return g.upkeep(cfg).Weekly(ctx, r)
	})
}

type maintainMonthly struct{ asJSON }

// Run makes the round of a month.
func (c *maintainMonthly) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "maintain monthly", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return g.upkeep(cfg).Monthly(ctx, r)
	})
}
