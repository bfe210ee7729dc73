package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// backupCommand makes backups and looks after them.
type backupCommand struct {
	Create backupCreate `cmd:"" help:"Back up the database as it is now, beside those who use it: one sealed file."`
	List   backupList   `cmd:"" help:"List the backups with what they hold."`
	Verify backupVerify `cmd:"" help:"Read backups through: the key, every checksum, the schema."`
	Prune  backupPrune  `cmd:"" help:"Remove backups that are past their time."`
}

// backupTo is where backups are.
type backupTo struct {
	To string `help:"Directory or s3://bucket/prefix (default: BACKUP_DIR, else backups in the data directory; and AWS_S3_BUCKET)." placeholder:"PLACE"`
}

type backupCreate struct {
	backupTo
	Full   bool     `help:"A system backup: also the settings (without secrets), certificates and logs."`
	Log    []string `help:"Log file for a system backup; may be given again (default: LOG_FILE)." type:"existingfile" placeholder:"FILE" sep:"none"`
	Verify bool     `help:"Read it through again where it lies."`
	Keep   bool     `help:"Do not remove those that are past their time."`
	asJSON
}

// upkeep does what commands that look after an installation do.
func (g *globals) upkeep(cfg config.Config) app.Upkeep {
	return app.Upkeep{Config: cfg, Input: g.input(), Version: version, Commit: revision(), Busy: busy}
}

func source(cfg config.Config) (backup.Source, error) {
	return app.BackupSource(cfg, app.Outside{Version: version}, revision())
}

// revision is the commit that the program was built from; empty where it is not known.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

// Run backs up.
func (c *backupCreate) Run(ctx context.Context, g *globals) error {
	command := backup.Command
	if c.Full {
		command += " --full"
	}
	return g.operate(ctx, command, c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		return g.upkeep(cfg).BackUp(ctx, r, app.BackupCreate{Places: places, Full: c.Full, Logs: c.Log, Verify: c.Verify, Keep: c.Keep})
	})
}

type backupList struct {
	backupTo
	asJSON
}

// Run lists, the newest first of each place.
func (c *backupList) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	s, err := source(cfg)
	if err != nil {
		return unanswered(err)
	}
	places, err := app.BackupPlaces(cfg, c.To)
	if err != nil {
		return &exitError{exitUsage, err.Error()}
	}
	var all []backup.Listed
	for _, p := range places {
		listed, err := backup.List(ctx, p, s.Keys)
		if err != nil {
			return unanswered(err)
		}
		all = append(all, listed...)
	}
	if c.JSON {
		return printJSON(map[string]any{"backups": append([]backup.Listed{}, all...)})
	}
	w := columns()
	fmt.Fprintln(w, "NAME\tSIZE\tROWS\tSCHEMA\tVERSION\tNEWEST CHANGE\tPLACE")
	for _, l := range all {
		if l.Manifest == nil {
			fmt.Fprintf(w, "%s\t%s\t\t\t\t\t%s: %s\n", l.Name, app.Size(l.Bytes), l.Place, l.Unread)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", l.Name, app.Size(l.Bytes), l.Manifest.Rows(), l.Manifest.Schema, l.Manifest.Version, l.Manifest.Newest.Format(time.RFC3339), l.Place)
	}
	return w.Flush()
}

type backupVerify struct {
	Files []string `arg:"" optional:"" name:"file" help:"Backups: files, names in the place, or s3://… (default: the newest of each place)."`
	All   bool     `help:"Every one there is."`
	backupTo
	asJSON
}

// Run reads them through.
func (c *backupVerify) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "backup verify", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		keys, err := app.BackupKeys(cfg)
		if err != nil {
			return err
		}
		for _, f := range c.Files {
			p, name, err := locate(ctx, cfg, c.To, f)
			if err != nil {
				return err
			}
			app.VerifyBackup(ctx, r, p, name, keys)
		}
		if len(c.Files) > 0 {
			return nil
		}
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		return g.upkeep(cfg).VerifyBackups(ctx, r, places, c.All)
	})
}

// locate finds a backup that was named: by a path, an address, or its name alone.
func locate(ctx context.Context, cfg config.Config, to, file string) (backup.Place, string, error) {
	if at := strings.LastIndex(file, "/"); backup.IsBucket(file) && at > len("s3://") {
		places, err := app.BackupPlaces(cfg, file[:at])
		if err != nil {
			return nil, "", &exitError{exitUsage, err.Error()}
		}
		return places[0], file[at+1:], nil
	}
	if _, err := os.Stat(file); err == nil {
		return backup.Directory(filepath.Dir(file)), filepath.Base(file), nil
	}
	places, err := app.BackupPlaces(cfg, to)
	if err != nil {
		return nil, "", &exitError{exitUsage, err.Error()}
	}
	for _, p := range places {
		kept, err := p.List(ctx)
		if err != nil {
			return nil, "", err
		}
		for _, k := range kept {
			if k.Name == file {
				return p, k.Name, nil
			}
		}
	}
	return nil, "", &exitError{exitUsage, fmt.Sprintf("there is no backup %s; `foliosight backup list` shows what there is", file)}
}

type backupPrune struct {
	backupTo
	DryRun bool `help:"Say what would be removed."`
	asJSON
}

// Run removes what is past its time.
func (c *backupPrune) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "backup prune", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		for _, p := range places {
			did, err := backup.Prune(ctx, p, app.Retention(cfg), time.Now(), c.DryRun)
			if err != nil {
				return err
			}
			what := "removed"
			if c.DryRun {
				what = "would be removed"
			}
			r.Fine(p.String(), strings.TrimSpace(fmt.Sprintf("%d kept, %d %s %s", did.Kept, len(did.Removed), what, strings.Join(did.Removed, " "))))
		}
		return nil
	})
}
