package backup_test

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

// cluster is a filled database of PostgreSQL, as it is backed up, and the means to look
// at it past everything.
func cluster(t *testing.T) (s backup.Source, super *sql.DB, name string) {
	t.Helper()
	store, d := pgtest.Open(t)
	pgtest.Empty(t, d)
	storetest.Fill(t, store)
	super = pgtest.SQL(t, d.Super)
	must(t, super, `ALTER ROLE foliosight_test_owner CREATEDB`)
	s = sourceOf(t, d.AdminURL, t.TempDir())
	s.Server = d.URL
	name, err := postgres.DatabaseOf(d.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	return s, super, name
}

func must(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(ctx, statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// However long pg_dump takes, a server that ends transactions which wait does not end
// the one that holds its snapshot.
func TestSnapshotWaits(t *testing.T) {
	s, super, name := cluster(t)
	for _, setting := range []string{"idle_in_transaction_session_timeout", "statement_timeout"} {
		must(t, super, `ALTER DATABASE `+name+` SET `+setting+` = '150ms'`)
	}
	s.Tools = slowTools(t, "0.6")
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	if m, err := backup.Verify(ctx, place, c.Name, s.Keys); err != nil || m.Rows() == 0 {
		t.Errorf("%d rows, %v", m.Rows(), err)
	}
}

// slowTools are PostgreSQL's own programs, of which pg_dump waits before it begins.
func slowTools(t *testing.T, seconds string) string {
	t.Helper()
	directory := t.TempDir()
	there, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil {
		t.Fatal(err)
	}
	if path, err := exec.LookPath("pg_dump"); err == nil {
		there = append(there, path)
	}
	if len(there) == 0 {
		t.Fatal("pg_dump is not there")
	}
	text := "#!/bin/sh\nsleep " + seconds + "\nexec " + there[0] + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(directory, "pg_dump"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return directory
}
