package backup_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// eachBooked is how many bookings a portfolio of the measurement has.
const eachBooked = 10_000

// TestDrillOf measures a drill of a database of DRILL_TRANSACTIONS transactions on both
// databases; `make drill` asks for a million.
func TestDrillOf(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("DRILL_TRANSACTIONS"))
	if err != nil {
		t.Skip("DRILL_TRANSACTIONS is not set: left out; `make drill` measures")
	}
	fill := func(t *testing.T, s *sqlstore.Store) {
		t.Helper()
		began := time.Now()
		for left := n; left > 0; left -= eachBooked {
			book(t, s, min(left, eachBooked))
		}
		t.Logf("%d transactions booked in %s", n, time.Since(began).Round(time.Millisecond))
	}
	drill := func(t *testing.T, cfg config.Config) {
		t.Helper()
		s, err := app.BackupSource(cfg, app.Outside{Version: "test"}, "")
		if err != nil {
			t.Fatal(err)
		}
		place := backup.Directory(filepath.Join(cfg.Data, "backups"))
		c := create(t, s, place, nil)
		t.Logf("backup of %d rows: %.1f MiB in %s", c.Manifest.Rows(), float64(c.Bytes)/(1<<20), c.Took.Round(time.Millisecond))
		d, err := backup.Drill(ctx, s, place)
		if err != nil || d.Unseen != "" || d.Figures == 0 {
			t.Fatalf("%+v, %v", d, err)
		}
		t.Logf("drill: RTO %s (fetched %s, loaded %s, the rest compared and verified), figures of %d portfolios alike", d.RTO.Round(time.Millisecond), d.Fetched.Round(time.Millisecond), d.Loaded.Round(time.Millisecond), d.Figures)
	}
	load := func(t *testing.T, flags map[string]string, environ ...string) config.Config {
		t.Helper()
		flags["data"] = t.TempDir()
		cfg, err := config.Load(config.Input{Environ: append(environ, "ENCRYPTION_KEY=an encryption key of 32 letters."), Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	t.Run("SQLite", func(t *testing.T) {
		cfg := load(t, map[string]string{})
		s, err := sqlite.Open(ctx, sqlite.Options{Path: cfg.SQLite()})
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		drill(t, cfg)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		s, d := pgtest.Open(t)
		db, err := sql.Open("pgx", d.Super)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`ALTER ROLE foliosight_test_owner CREATEDB`); err != nil {
			t.Fatal(err)
		}
		fill(t, s)
		cfg := load(t, map[string]string{"database": d.URL}, "DATABASE_ADMIN_URL="+d.AdminURL)
		if err := app.InstallQueue(ctx, cfg); err != nil {
			t.Fatal(err)
		}
		drill(t, cfg)
	})
}
