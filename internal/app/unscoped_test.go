package app

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// TestWithoutTheStoresScope takes away every condition on tenant and owner that the
// store puts into its SQL. On PostgreSQL the policies alone must hold; on SQLite, which
// has none, the trial must find a great deal, or it could not find anything.
func TestWithoutTheStoresScope(t *testing.T) {
	ctx := context.Background()
	run := func(t *testing.T, db store.Store, engine string) int {
		cfg, err := config.Load(config.Input{Flags: map[string]string{"data": t.TempDir()}, Environ: []string{"HOME=" + t.TempDir()}})
		if err != nil {
			t.Fatal(err)
		}
		o := Outside{Now: time.Now}.complete()
		h, err := furnish(cfg, o, db, nil, "", engine)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Service.SetUp(ctx, service.NewOwner{Email: "operator@example.org", Password: "correct horse battery", Name: "Operator", BaseCurrency: "EUR"}); err != nil {
			t.Fatal(err)
		}
		report, err := h.Isolation(ctx, cfg, o, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		leaks := 0
		for _, f := range report.Findings {
			if f.Leaks {
				leaks++
				t.Logf("person %s reached %s's: %s %d: %s", f.As, f.Of, f.What, f.Status, f.Says)
			}
		}
		return leaks
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		d := pgtest.Migrated(t)
		if n := run(t, pgtest.OpenAt(t, postgres.Options{URL: d.URL, Unscoped: true}), "PostgreSQL"); n > 0 {
			t.Errorf("%d leaks: the policies do not hold alone", n)
		}
	})
	t.Run("SQLite", func(t *testing.T) {
		db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "test.db"), Unscoped: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if n := run(t, db, "SQLite"); n < 20 {
			t.Errorf("only %d leaks without any scope: the trial does not see what leaks", n)
		}
	})
}
