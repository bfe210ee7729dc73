package main

import (
	"context"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

type keysReseal struct {
	DryRun bool `help:"Say what would be sealed anew, and change nothing."`
	asJSON
}

// Run seals with the current encryption key what an earlier one sealed.
func (c *keysReseal) Run(ctx context.Context, g *globals) error {
	command := "keys reseal"
	if c.DryRun {
		command += " --dry-run"
	}
	return g.operate(ctx, command, c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		done := busy("sealing anew")
		defer done()
		return app.Reseal(ctx, cfg, c.DryRun, r)
	})
}
