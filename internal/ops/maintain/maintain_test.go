package maintain_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/maintain"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Rounds are made beside a server that holds the file.
func TestRoundsBesideAServer(t *testing.T) {
	ctx := context.Background()
	data := t.TempDir()
	path := filepath.Join(data, "foliosight.db")
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	i := audit.Installation{Inspection: config.Inspect(config.Input{Environ: []string{"HOME=" + data}, Flags: map[string]string{"data": data}}), Kept: db, Now: now}
	var settings check.Report
	settings.Fine("form", "fine")

	round := func(monthly bool) *check.Report {
		r := check.Begin("maintain", now)
		if monthly {
			maintain.Monthly(ctx, i, settings, r)
		} else {
			maintain.Daily(ctx, i, r)
		}
		return r
	}
	for _, r := range []*check.Report{round(false), round(true)} {
		if r.Exit() != check.ExitFinding || !strings.Contains(r.Text(), "`backup create` was never run here") {
			t.Errorf("nothing was run, and it is fine:\n%s", r.Text())
		}
	}
	for _, command := range []string{"backup create --full", "health --full", "backup verify", "perf trends --days 7", "audit deps", "drill restore"} {
		if err := db.RecordOperation(ctx, store.Operation{ID: store.NewID(), Command: command, Began: now, Ended: now, Outcome: "fine", Report: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range []*check.Report{round(false), round(true)} {
		if r.Exit() != check.ExitFine {
			t.Errorf("all was run:\n%s", r.Text())
		}
	}
	if r := round(true); !strings.Contains(r.Text(), "read through, all sound") || !strings.Contains(r.Text(), "database: statistics") {
		t.Errorf("the database was not looked after:\n%s", r.Text())
	}
}

// A page that is not sound is found, not passed over.
func TestADamagedPageIsFound(t *testing.T) {
	ctx := context.Background()
	data := t.TempDir()
	path := filepath.Join(data, "foliosight.db")
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	const page = 8192 // as the store makes it
	for at := int64(page * 8); at < info.Size(); at += page {
		if _, err := f.WriteAt([]byte("\x63\x63\x63\x63\x63\x63\x63\x63"), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	i := audit.Installation{Inspection: config.Inspect(config.Input{Environ: []string{"HOME=" + data}, Flags: map[string]string{"data": data}}), Why: os.ErrInvalid, Now: now}
	r := check.Begin("maintain weekly", now)
	maintain.Weekly(ctx, i, check.Report{}, r)
	sound := true
	for _, c := range r.Checks {
		if c.Name == "database: pages" && c.State != check.Fine {
			sound = false
		}
	}
	if sound {
		t.Errorf("damaged pages are sound:\n%s", r.Text())
	}
}

// On PostgreSQL the owner renews statistics and indexes; without the owner's address that
// is not done, and said.
func TestPostgreSQL(t *testing.T) {
	ctx := context.Background()
	d := pgtest.Migrated(t)
	of := func(environ ...string) *check.Report {
		data := t.TempDir()
		i := audit.Installation{Inspection: config.Inspect(config.Input{Environ: append([]string{"HOME=" + data, "DATABASE_URL=" + d.URL}, environ...), Flags: map[string]string{"data": data}}), Why: os.ErrInvalid, Now: now}
		r := check.Begin("maintain monthly", now)
		maintain.Monthly(ctx, i, check.Report{}, r)
		return r
	}
	states := map[string]check.State{}
	r := of("DATABASE_ADMIN_URL=" + d.AdminURL)
	for _, c := range r.Checks {
		states[c.Name] = c.State
	}
	for _, name := range []string{"policies", "database: free space", "database: indexes"} {
		if states[name] != check.Fine {
			t.Errorf("%s is %q\n%s", name, states[name], r.Text())
		}
	}
	if r := of(); !strings.Contains(r.Text(), "set DATABASE_ADMIN_URL") {
		t.Errorf("without the owner:\n%s", r.Text())
	}
}
