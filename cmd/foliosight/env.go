package main

import (
	"context"
	"os"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
)

// envCommand looks at what the program is started with.
type envCommand struct {
	Check envCheck `cmd:"" help:"Look through the settings: presence, form, strength of secrets, file modes, and whether what they name answers. No secret is shown."`
}

type envCheck struct {
	Profile string `help:"What the installation is for: ${enum}." enum:"development,staging,production" default:"development"`
	Offline bool   `help:"Connect to nothing; what would be connected to counts as not checked."`
	asJSON
}

// Run checks, also settings that the program would not start with.
func (c *envCheck) Run(ctx context.Context, g *globals) error {
	r := check.Begin("env check --profile "+c.Profile, time.Now())
	cfg := environment.Check(ctx, environment.Options{
		Input:   config.Input{Environ: os.Environ(), Flags: g.flags(), File: g.Config},
		Profile: environment.Profile(c.Profile), Offline: c.Offline, Now: time.Now,
	}, r)
	r.End(time.Now())
	if !c.Offline {
		record(ctx, cfg, *r)
	}
	return conclude(*r, c.asJSON)
}
