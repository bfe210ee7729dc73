package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// contents are every table's rows and hashes.
func contents(t *testing.T, address string) string {
	t.Helper()
	d, err := tend.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	tx, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	all, err := tend.Contents(t.Context(), d, tx)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, m := range all {
		if m.Table != "operations" { // which notes the backup itself
			text += fmt.Sprintln(m)
		}
	}
	return text
}

func newest(t *testing.T) string {
	t.Helper()
	var listed struct{ Backups []struct{ Name string } }
	if err := json.Unmarshal([]byte(foliosight(t, "backup", "list", "--json").is(0, "taken", "").result), &listed); err != nil || len(listed.Backups) == 0 {
		t.Fatalf("%+v, %v", listed, err)
	}
	return listed.Backups[0].Name
}

const testKey = "an encryption key of 32 letters."

// From nothing to a backup, through a drill, and back.
func TestBackupSQLite(t *testing.T) {
	data := apart(t)
	t.Setenv("FOLIOSIGHT_DATA", data)
	t.Setenv("ENCRYPTION_KEY", testKey)
	live := "sqlite:" + filepath.Join(data, "foliosight.db")
	foliosight(t, "backup", "verify").is(1, "there is none", "")
	foliosight(t, "drill", "restore").is(1, "backup create", "")
	foliosight(t, "demo", "seed").is(0, "", "")
	before := contents(t, live)
	foliosight(t, "backup", "create", "--full", "--verify").is(0, "rows of", "")
	backup := newest(t)
	foliosight(t, "backup", "verify", backup).is(0, "whole, 2 parts", "")
	foliosight(t, "drill", "restore").is(0, "of 3 portfolios, the same bytes", "")
	foliosight(t, "operations", "--command", "drill").is(0, "drill restore", "")
	foliosight(t, "restore", backup).is(1, "--replace foliosight.db", "")
	foliosight(t, "restore", backup, "--dry-run", "--json").is(0, `"state": "fine"`, "")
	other := filepath.Join(t.TempDir(), "other.db")
	foliosight(t, "restore", filepath.Join(data, "backups", backup), "--into", "sqlite:"+other).is(0, "is the restored one", "")
	if contents(t, "sqlite:"+other) != before || contents(t, live) != before {
		t.Error("tables differ")
	}
	foliosight(t, "restore", backup, "--replace", "foliosight.db").is(0, "foliosight.db.before-", "")
	t.Setenv("ENCRYPTION_KEY", "another encryption key: 32 bytes")
	foliosight(t, "backup", "verify").is(3, "is not known here", "")
	foliosight(t, "restore", backup, "--dry-run").is(1, "is not known here", "")
	t.Setenv("ENCRYPTION_KEY_PREVIOUS", testKey)
	foliosight(t, "backup", "verify", "--all").is(0, "whole", "")
	path := filepath.Join(data, "backups", backup)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	foliosight(t, "backup", "verify").is(1, "damaged", "")
	foliosight(t, "backup", "prune", "--dry-run").is(0, "1 kept, 0 would be removed", "")
	foliosight(t, "restore", "nothing.backup").is(2, "", "there is no backup")
}

func TestBackupPostgreSQL(t *testing.T) {
	p := pgtest.New(t)
	data := apart(t)
	cluster, err := sql.Open("pgx", p.Super)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	if _, err := cluster.Exec(`ALTER ROLE foliosight_test_owner CREATEDB`); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FOLIOSIGHT_DATA", data)
	t.Setenv("DATABASE_URL", p.URL)
	t.Setenv("ENCRYPTION_KEY", testKey)
	foliosight(t, "backup", "create").is(3, "DATABASE_ADMIN_URL", "")
	t.Setenv("DATABASE_ADMIN_URL", p.AdminURL)
	foliosight(t, "migrate", "up").is(0, "", "")
	foliosight(t, "demo", "seed").is(0, "", "")
	before := contents(t, p.AdminURL)
	foliosight(t, "backup", "create", "--verify").is(0, "rows of", "")
	backup := newest(t)
	foliosight(t, "drill", "restore").is(0, "of 3 portfolios, the same bytes", "")
	var name string
	if err := cluster.QueryRow(`SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	foliosight(t, "restore", backup).is(1, "--replace "+name, "")
	foliosight(t, "restore", backup, "--dry-run").is(0, "is as it was", "")
	foliosight(t, "restore", backup, "--replace", name).is(1, "others are connected", "") // we are
	if err := cluster.Close(); err != nil {
		t.Fatal(err)
	}
	live := contents(t, p.AdminURL)
	foliosight(t, "restore", backup, "--replace", name).is(0, name+"_before_", "")
	if contents(t, p.AdminURL) != before || live != before {
		t.Error("tables differ")
	}
	foliosight(t, "rls", "check", "--strict").is(0, "0 findings", "")
	foliosight(t, "db", "verify").is(0, "0 findings", "")
	foliosight(t, "jobs", "list").is(0, "", "") // with the server's role, in the restored queue
	left, err := sql.Open("pgx", p.Super)
	if err != nil {
		t.Fatal(err)
	}
	defer left.Close()
	rows, err := left.Query(`SELECT datname FROM pg_database WHERE datname LIKE $1`, name+"\\_%")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) != 1 { // the one that was kept aside
		t.Errorf("databases left: %v", all)
	}
	for _, one := range all {
		if _, err := left.Exec(`DROP DATABASE "` + one + `"`); err != nil {
			t.Error(err)
		}
	}
}
