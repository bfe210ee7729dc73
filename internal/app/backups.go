package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/logs"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
)

// Retention is how long backups are kept.
func Retention(cfg config.Config) backup.Retention {
	return backup.Retention{Age: time.Duration(cfg.Backup.Days) * 24 * time.Hour, Systems: cfg.Backup.Systems}
}

// source is the database as backups are made of it.
func (u Upkeep) source() (backup.Source, error) {
	return BackupSource(u.Config, Outside{Version: u.Version, Now: u.Now}, u.Commit)
}

// BackupCreate is what a run of `backup create` is to do.
type BackupCreate struct {
	Places []backup.Place
	Full   bool
	Logs   []string // of a system backup; nil: those of the configuration
	Verify bool
	Keep   bool // those that are past their time too
}

// BackUp backs up.
func (u Upkeep) BackUp(ctx context.Context, r *check.Report, c BackupCreate) error {
	s, err := u.source()
	if err != nil {
		return err
	}
	var extras []backup.Extra
	if c.Full {
		files := c.Logs
		if files == nil {
			files = logFiles(u.Config)
		}
		if extras, err = BackupExtras(u.Config, files); err != nil {
			return err
		}
	}
	done := u.busy("backing up")
	made, err := backup.Create(ctx, s, c.Places, extras)
	done()
	m := made.Manifest
	if len(made.Places) > 0 {
		r.Fine("backup", fmt.Sprintf("%s: %s in %s, %d rows of %d tables, schema %s, sealed with key %s", made.Name, Size(made.Bytes), made.Took.Round(time.Millisecond), m.Rows(), len(m.Tables), m.Schema, s.Keys.ID()))
		r.Fine("places", strings.Join(made.Places, ", "))
	}
	if err != nil {
		r.Find("backup", err.Error(), "what is named is not backed up; cure it and run this again")
		return nil
	}
	for _, p := range c.Places {
		if c.Verify {
			VerifyBackup(ctx, r, p, made.Name, s.Keys)
		}
		if c.Keep || r.State() != check.Fine {
			continue
		}
		pruned, err := backup.Prune(ctx, p, Retention(u.Config), u.now(), false)
		if err != nil {
			r.Find("retention", p.String()+": "+err.Error(), "remove them by hand, or `foliosight backup prune` again")
			continue
		}
		r.Fine("retention", fmt.Sprintf("%s: %d kept, %d removed", p, pruned.Kept, len(pruned.Removed)))
	}
	return nil
}

// Size is a size for people.
func Size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.2f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
}

// logFiles are the log of a configuration and those that were closed.
func logFiles(cfg config.Config) []string {
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

// BackupKeys are the keys that backups are sealed with.
func BackupKeys(cfg config.Config) (*secret.Keys, error) { return secretsOf(cfg) }

// VerifyBackup reads one through.
func VerifyBackup(ctx context.Context, r *check.Report, p backup.Place, name string, keys *secret.Keys) {
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

// VerifyBackups reads the newest of each place through, or all.
func (u Upkeep) VerifyBackups(ctx context.Context, r *check.Report, places []backup.Place, all bool) error {
	keys, err := BackupKeys(u.Config)
	if err != nil {
		return err
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
			if i == 0 || all {
				VerifyBackup(ctx, r, p, k.Name, keys)
			}
		}
	}
	return nil
}

// RestoreCure is what to do about a restore that was refused.
func RestoreCure(err error) string {
	switch {
	case errors.Is(err, secret.ErrUnknown), errors.Is(err, secret.ErrNoKey):
		return "give the key that it was sealed with as ENCRYPTION_KEY or ENCRYPTION_KEY_PREVIOUS"
	case errors.Is(err, backup.ErrDamaged), errors.Is(err, backup.ErrDiffers):
		return "use another backup: `foliosight backup list`, `foliosight backup verify --all`"
	case errors.Is(err, store.ErrNewer):
		return "use the version of the program that made it, or a later one"
	case errors.Is(err, store.ErrInUse), errors.Is(err, postgres.ErrConnected):
		return "stop the server first; --dry-run needs no stop"
	}
	return ""
}

// Drill is what a run of `drill restore` is to do.
type Drill struct {
	Places         []backup.Place
	MaxRTO, MaxRPO time.Duration // more is a finding; 0: nothing is
}

// Drill rehearses a restore of each place. What would keep one from working, or from being
// quick enough, is a finding.
func (u Upkeep) Drill(ctx context.Context, r *check.Report, c Drill) error {
	s, err := u.source()
	if err != nil {
		return err
	}
	for _, p := range c.Places {
		done := u.busy("drilling")
		d, err := backup.Drill(ctx, s, p)
		done()
		if err != nil {
			cure := RestoreCure(err)
			if errors.Is(err, backup.ErrNone) {
				cure = "run `foliosight backup create`"
			}
			r.Find("drill", p.String()+": "+err.Error(), cure)
			continue
		}
		c.report(r, d)
	}
	return nil
}

func (c Drill) report(r *check.Report, d backup.Drilled) {
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
	if c.MaxRPO > 0 && d.Age > c.MaxRPO {
		r.Find("RPO", rpo, "back up more often, or copy continuously (docs/operations/backup.md)")
	} else {
		r.Fine("RPO", rpo)
	}
}
