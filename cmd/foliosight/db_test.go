package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// apart keeps a test from the settings of whoever runs it.
func apart(t *testing.T) (directory string) {
	t.Helper()
	directory = t.TempDir()
	t.Setenv("HOME", directory)
	for _, name := range []string{"DATABASE_URL", "DATABASE_ADMIN_URL", "DATABASE_PASSWORD_FILE", "XDG_DATA_HOME", "FOLIOSIGHT_DATA", "FOLIOSIGHT_CONFIG"} {
		t.Setenv(name, "")
	}
	return directory
}

func TestSchemaCommands(t *testing.T) {
	data := filepath.Join(apart(t), "books")
	foliosight(t, "migrate", "plan", "--data", data).is(1, "0001_people.sql", "")
	foliosight(t, "db", "verify", "--data", data).is(1, "not run", "")
	foliosight(t, "migrate", "up", "--data", data).is(0, "ran 0002_ledger.sql", "")
	foliosight(t, "migrate", "up", "--data", data).is(0, "up to date", "")
	foliosight(t, "migrate", "status", "--data", data).is(0, "applied", "")
	foliosight(t, "db", "verify", "--data", data).is(0, "0 findings", "")
	foliosight(t, "migrate", "down", "--data", data).is(2, "", "--to")
	foliosight(t, "migrate", "down", "--all", "--data", data).is(2, "", "--yes")
	foliosight(t, "migrate", "down", "--to", "0004_records.sql", "--yes", "--data", data).is(0, "took back 0005_events.sql", "")
	foliosight(t, "migrate", "plan", "--json", "--data", data).is(1, "0005_events.sql", "")
	foliosight(t, "migrate", "down", "--to", "0000_never.sql", "--yes", "--data", data).is(1, "", "0000_never.sql")
	foliosight(t, "rls", "check", "--data", data).is(0, "no row-level security", "")
	foliosight(t, "migrate", "up", "--database", "postgres://a@127.0.0.1:1/x").is(3, "", "DATABASE_ADMIN_URL")
	foliosight(t, "move", "--from", "books.db", "--to", "sqlite:x").is(3, "", "not an address")
}

// From a file to PostgreSQL, served there, checked, and back.
func TestMoveAndCheck(t *testing.T) {
	p := pgtest.New(t)
	directory := apart(t)
	file := "sqlite:" + filepath.Join(directory, "books.db")
	foliosight(t, "demo", "seed", "--database", file).is(0, "", "")
	_, rest, _ := strings.Cut(p.URL, "://")
	t.Setenv("DATABASE_URL", "postgresql+asyncpg://"+rest)
	foliosight(t, "demo", "seed").is(3, "", "foliosight migrate up")
	foliosight(t, "rls", "check").is(3, "", "nothing to check")
	t.Setenv("DATABASE_ADMIN_URL", p.AdminURL)
	foliosight(t, "migrate", "up").is(0, "policies", "")
	foliosight(t, "move", "--from", file, "--to", p.AdminURL).is(0, "transactions", "")
	foliosight(t, "move", "--from", file, "--to", p.AdminURL).is(1, "", "not empty")
	foliosight(t, "db", "verify").is(0, "0 findings", "")
	foliosight(t, "demo", "seed").is(1, "", "there already")
	foliosight(t, "rls", "check", "--strict").is(0, "0 findings", "")
	if _, err := pgtest.SQL(t, p.AdminURL).Exec(`ALTER TABLE events NO FORCE ROW LEVEL SECURITY`); err != nil {
		t.Fatal(err)
	}
	foliosight(t, "rls", "check", "--quiet").is(1, "not forced", "")
	foliosight(t, "rls", "check", "--fix").is(0, "0 findings", "not forced")
	var report struct{ Findings []struct{} }
	if err := json.Unmarshal([]byte(foliosight(t, "rls", "check", "--json").is(0, "definer_functions", "").result), &report); err != nil || len(report.Findings) != 0 {
		t.Errorf("as JSON: %+v, %v", report, err)
	}
	back := filepath.Join(directory, "back.db")
	foliosight(t, "move", "--from", p.AdminURL, "--to", "sqlite:"+back).is(0, "read back", "")
	if _, err := os.Stat(back); err != nil {
		t.Error(err)
	}
	t.Setenv("DATABASE_URL", "postgres://nobody:x@127.0.0.1:1/x?connect_timeout=1")
	t.Setenv("DATABASE_ADMIN_URL", "")
	foliosight(t, "rls", "check").is(3, "", "")
}
