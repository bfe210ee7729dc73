package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// A file that another program reads past the lock is not replaced: what it reads, with
// the log beside it, stays as it is.
func TestReadByOthers(t *testing.T) {
	s, path := books(t)
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	other, err := sqlite.Queue(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, statement := range []string{`PRAGMA wal_autocheckpoint = 0`, `CREATE TABLE mine (n bigint)`, `INSERT INTO mine VALUES (7)`} {
		if _, err := other.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	reading, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reading.QueryRow(`SELECT n FROM mine`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	_, err = backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Replace: "books.db"})
	if !errors.Is(err, sqlite.ErrRead) {
		t.Errorf("while somebody reads: %v", err)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := other.QueryRow(`SELECT n FROM mine`).Scan(&n); err != nil || n != 7 {
		t.Errorf("what the other wrote: %d, %v", n, err)
	}
	aside, err := filepath.Glob(path + ".before-*")
	if err != nil || len(aside) > 0 {
		t.Errorf("kept aside: %v, %v", aside, err)
	}
}

// What SQLite cannot open any more is kept with its log; and where it cannot be kept,
// both stay where they are.
func TestUnreadableAside(t *testing.T) {
	s, path := books(t)
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	last(t, path)
	if err := os.Mkdir(path+"-shm", 0o700); err != nil { // which SQLite has to write beside it
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return at }
	aside := path + ".before-20261122T120000.000Z"
	if err := os.WriteFile(aside, []byte("somebody else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(path + "-wal")
	if err != nil || len(wal) == 0 {
		t.Fatal("there is no log", err)
	}
	if _, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Replace: "books.db"}); !errors.Is(err, os.ErrExist) {
		t.Errorf("the name of what is kept aside is taken: %v", err)
	}
	if now, err := os.ReadFile(path + "-wal"); err != nil || !bytes.Equal(now, wal) {
		t.Errorf("the log has left its file, which was not replaced: %v", err)
	}
	at = at.Add(time.Second)
	r, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Replace: "books.db"})
	if err != nil || r.Aside == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log of what was there is beside the restored file: %v", err)
	}
	if got := everyTable(t, s.Address); got["users"].Rows == 0 {
		t.Error("nobody was restored")
	}
	was, err := sqlite.Queue(r.Aside)
	if err != nil {
		t.Fatal(err)
	}
	defer was.Close()
	var n int
	if err := was.QueryRow(`SELECT n FROM mine`).Scan(&n); err != nil || n != 7 {
		t.Errorf("what was in the log: %d, %v", n, err)
	}
}

// last leaves a change in the log beside a file, as a power failure does.
func last(t *testing.T, path string) {
	t.Helper()
	db, err := sqlite.Queue(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{`PRAGMA wal_autocheckpoint = 0`, `CREATE TABLE mine (n bigint)`, `INSERT INTO mine VALUES (7)`} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	kept := map[string][]byte{path: nil, path + "-wal": nil}
	for name := range kept {
		if kept[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range kept {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
