package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/logs"
	"github.com/foliosight/foliosight/internal/secret"
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

func retention(cfg config.Config) backup.Retention {
	return backup.Retention{Age: time.Duration(cfg.Backup.Days) * 24 * time.Hour, Systems: cfg.Backup.Systems}
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
		s, err := source(cfg)
		if err != nil {
			return err
		}
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		var extras []backup.Extra
		if c.Full {
			if extras, err = app.BackupExtras(cfg, c.logs(cfg)); err != nil {
				return err
			}
		}
		done := busy("backing up")
		made, err := backup.Create(ctx, s, places, extras)
		done()
		m := made.Manifest
		if len(made.Places) > 0 {
			r.Fine("backup", fmt.Sprintf("%s: %s in %s, %d rows of %d tables, schema %s, sealed with key %s", made.Name, size(made.Bytes), made.Took.Round(time.Millisecond), m.Rows(), len(m.Tables), m.Schema, s.Keys.ID()))
			r.Fine("places", strings.Join(made.Places, ", "))
		}
		if err != nil {
			r.Find("backup", err.Error(), "what is named is not backed up; cure it and run this again")
			return nil
		}
		for _, p := range places {
			if c.Verify {
				verifyOne(ctx, r, p, made.Name, s.Keys)
			}
			if c.Keep || r.State() != check.Fine {
				continue
			}
			pruned, err := backup.Prune(ctx, p, retention(cfg), time.Now(), false)
			if err != nil {
				r.Find("retention", p.String()+": "+err.Error(), "remove them by hand, or `foliosight backup prune` again")
				continue
			}
			r.Fine("retention", fmt.Sprintf("%s: %d kept, %d removed", p, pruned.Kept, len(pruned.Removed)))
		}
		return nil
	})
}

func (c *backupCreate) logs(cfg config.Config) []string {
	if len(c.Log) > 0 {
		return c.Log
	}
	if cfg.Log.File == "" {
		return nil
	}
	all, err := logs.Old(cfg.Log.File) // those that were closed
	if err != nil {
		return nil // there is no such directory: nothing was logged
	}
	if renamed, err := filepath.Glob(cfg.Log.File + "*"); err == nil { // the log itself, and what logrotate calls the others
		all = append(all, renamed...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.2f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
}

func verifyOne(ctx context.Context, r *check.Report, p backup.Place, name string, keys *secret.Keys) {
	m, err := backup.Verify(ctx, p, name, keys)
	switch {
	case errors.Is(err, secret.ErrUnknown), errors.Is(err, secret.ErrNoKey):
		r.Unknown(name, p.String()+": "+err.Error(), "give the key that it was sealed with as ENCRYPTION_KEY or ENCRYPTION_KEY_PREVIOUS")
	case errors.Is(err, backup.ErrDamaged):
		r.Find(name, p.String()+": "+err.Error(), "use another one; `foliosight backup create` makes one now")
	case err != nil:
		r.Find(name, p.String()+": "+err.Error(), "")
	default:
		r.Fine(name, fmt.Sprintf("%s: whole, %d parts, %d rows, taken %s by %s", p, len(m.Parts), m.Rows(), m.Taken.Format(time.RFC3339), m.Version))
	}
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
			fmt.Fprintf(w, "%s\t%s\t\t\t\t\t%s: %s\n", l.Name, size(l.Bytes), l.Place, l.Unread)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", l.Name, size(l.Bytes), l.Manifest.Rows(), l.Manifest.Schema, l.Manifest.Version, l.Manifest.Newest.Format(time.RFC3339), l.Place)
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
		s, err := source(cfg)
		if err != nil {
			return err
		}
		for _, f := range c.Files {
			p, name, err := locate(ctx, cfg, c.To, f)
			if err != nil {
				return err
			}
			verifyOne(ctx, r, p, name, s.Keys)
		}
		if len(c.Files) > 0 {
			return nil
		}
		places, err := app.BackupPlaces(cfg, c.To)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		for _, p := range places {
			kept, err := p.List(ctx)
			if err != nil {
				return err
			}
			if len(kept) == 0 {
				r.Find("backups", p.String()+": there is none", "run `foliosight backup create`")
			}
			for i, k := range kept {
				if i == 0 || c.All {
					verifyOne(ctx, r, p, k.Name, s.Keys)
				}
			}
		}
		return nil
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
			did, err := backup.Prune(ctx, p, retention(cfg), time.Now(), c.DryRun)
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
