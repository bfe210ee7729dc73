package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// restoreCommand brings a backup back.
type restoreCommand struct {
	File    string `arg:"" help:"The backup: a file, its name in the place of backups, or s3://…."`
	Into    string `help:"Database: sqlite:PATH, or postgres://… of the owner (default: the configured one)." placeholder:"URL"`
	Replace string `help:"Name of a database with data that shall be replaced; what is in it is kept aside." placeholder:"NAME"`
	DryRun  bool   `help:"Restore beside it, compare and verify, and leave everything as it was."`
	asJSON
}

// Run restores.
func (c *restoreCommand) Run(ctx context.Context, g *globals) error {
	command := "restore"
	if c.DryRun {
		command += " --dry-run"
	}
	return g.operate(ctx, command, c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		s, err := source(cfg)
		if err != nil {
			return err
		}
		p, name, err := locate(ctx, cfg, "", c.File)
		if err != nil {
			return err
		}
		done := busy("restoring")
		did, err := backup.Restore(ctx, s, p, name, backup.RestoreOptions{Into: c.Into, Replace: c.Replace, Dry: c.DryRun})
		done()
		if err != nil {
			r.Find("restore", err.Error(), app.RestoreCure(err))
			return nil
		}
		m := did.Manifest
		r.Fine("backup", fmt.Sprintf("%s: taken %s by %s, whole; read in %s", name, m.Taken.Format(time.RFC3339), m.Version, did.Unpacked.Round(time.Millisecond)))
		r.Fine("contents", fmt.Sprintf("%d rows of %d tables are those that were backed up; in the database in %s", m.Rows(), len(m.Tables), did.Loaded.Round(time.Millisecond)))
		if len(did.Migrated) > 0 {
			r.Fine("schema", "brought up to date: "+strings.Join(did.Migrated, ", "))
		}
		r.Fine("soundness", fmt.Sprintf("verified after %s", did.Checked.Round(time.Millisecond)))
		switch {
		case !did.Swapped && did.HasData:
			r.Fine("place", fmt.Sprintf("%s is as it was; it has data, so that --replace %s is needed", did.Into, did.Name))
		case !did.Swapped:
			r.Fine("place", did.Into+" is as it was")
		case did.Aside != "":
			r.Fine("place", fmt.Sprintf("%s is the restored one; what was there is kept as %s until you remove it", did.Into, did.Aside))
		default:
			r.Fine("place", did.Into+" is the restored one")
		}
		return nil
	})
}
