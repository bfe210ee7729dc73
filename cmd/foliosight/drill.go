package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
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
		s, err := source(cfg)
		if err != nil {
			return err
		}
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		for _, p := range places {
			done := busy("drilling")
			d, err := backup.Drill(ctx, s, p)
			done()
			if err != nil {
				cure := cureOf(err)
				if errors.Is(err, backup.ErrNone) {
					cure = "run `foliosight backup create`"
				}
				r.Find("drill", p.String()+": "+err.Error(), cure)
				continue
			}
			c.report(r, d)
		}
		return nil
	})
}

func (c *drillRestore) report(r *check.Report, d backup.Drilled) {
	r.Fine("backup", fmt.Sprintf("%s/%s, %s", d.Place, d.Name, d.Manifest.Engine))
	r.Fine("tables", fmt.Sprintf("%d tables with %d rows came back as they were", d.Tables, d.Rows))
	if d.Unseen != "" {
		r.Unknown("figures", d.Unseen, "")
	} else {
		r.Fine("figures", fmt.Sprintf("of %d portfolios, the same bytes as the live ones as known then", d.Figures))
	}
	rto := fmt.Sprintf("%s (fetched and unpacked in %s, loaded in %s)", d.RTO.Round(time.Millisecond), d.Fetched.Round(time.Millisecond), d.Loaded.Round(time.Millisecond))
	if c.MaxRTO > 0 && d.RTO > c.MaxRTO {
		r.Find("RTO", rto+", more than "+c.MaxRTO.String(), "a faster disk or machine, or a replica beside")
	} else {
		r.Fine("RTO", rto)
	}
	rpo := fmt.Sprintf("the backup is %s old, its newest change %s; live changes of %s since would be lost", d.Age.Round(time.Second), d.RPO.Round(time.Second), d.Lost.Round(time.Second))
	if d.Newest.IsZero() {
		rpo = fmt.Sprintf("the backup is %s old; nothing was changed in it yet", d.Age.Round(time.Second))
	}
	if d.Age > c.MaxRPO {
		r.Find("RPO", rpo, "back up more often, or copy continuously (docs/operations/backup.md)")
	} else {
		r.Fine("RPO", rpo)
	}
}
