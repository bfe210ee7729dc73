package main

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// drillCommand rehearses what nobody wants to do for the first time.
type drillCommand struct {
	Restore drillRestore `cmd:"" help:"Restore the newest backup beside everything, compare it, and measure how long it took and what would be lost."`
}

type drillRestore struct {
	backupTo
	MaxRTO time.Duration `name:"max-rto" help:"A finding where it takes longer, as 1h." placeholder:"DURATION"`
	MaxRPO time.Duration `name:"max-rpo" help:"A finding where the newest backup is older, as 26h." default:"26h" placeholder:"DURATION"`
	asJSON
}

// Run drills. What would keep a restore from working, or from being quick enough, is a
// finding.
func (c *drillRestore) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "drill restore", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		return g.upkeep(cfg).Drill(ctx, r, app.Drill{Places: places, MaxRTO: c.MaxRTO, MaxRPO: c.MaxRPO})
	})
}
