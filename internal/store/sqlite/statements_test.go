package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"testing"
)

func testPool(t *testing.T) *sql.DB {
	t.Helper()
	db, err := pool(filepath.Join(t.TempDir(), "test.db"), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec("CREATE TABLE n (i INTEGER PRIMARY KEY, w TEXT); INSERT INTO n VALUES (1, 'one'), (2, 'two'), (3, 'three')"); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestNestedStatement reads with a statement while its own rows are open.
func TestNestedStatement(t *testing.T) {
	db := testPool(t)
	begun, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer begun.Rollback()
	const query = "SELECT w FROM n WHERE i >= $1 ORDER BY i"
	read := func(from int) (words string) {
		found, err := begun.Query(query, from)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for found.Next() {
			var w, inner string
			if err := found.Scan(&w); err != nil {
				t.Fatal(err)
			}
			if err := begun.QueryRow(query, 3).Scan(&inner); err != nil {
				t.Fatal(err)
			}
			words += w + "/" + inner + " "
		}
		return words
	}
	for range 3 {
		if got, want := read(2), "two/three three/three "; got != want {
			t.Errorf("read %q, want %q", got, want)
		}
	}
}

// TestStatementAfterAnError is as good as new, and so is one after a change of the schema.
func TestStatementAfterAnError(t *testing.T) {
	db := testPool(t)
	const insert = "INSERT INTO n VALUES ($1, $2)"
	for range 2 {
		if _, err := db.Exec(insert, 1, "again"); !unique(err) {
			t.Fatalf("a second one: %v", err)
		}
	}
	if _, err := db.Exec(insert, 4, "four"); err != nil {
		t.Fatal(err)
	}
	columns := func() int {
		found, err := db.Query("SELECT * FROM n WHERE i = $1", 4)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		names, err := found.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	if got := columns(); got != 2 {
		t.Errorf("%d columns", got)
	}
	if _, err := db.Exec("ALTER TABLE n ADD COLUMN more TEXT"); err != nil {
		t.Fatal(err)
	}
	if got := columns(); got != 3 {
		t.Errorf("%d columns after one was added", got)
	}
}

// TestStatementsAreBounded: more texts than are kept run all the same.
func TestStatementsAreBounded(t *testing.T) {
	db := testPool(t)
	for i := range 3 * statementsKept {
		var got int
		if err := db.QueryRow(fmt.Sprintf("SELECT i + %d FROM n WHERE i = $1", i), 2).Scan(&got); err != nil || got != i+2 {
			t.Fatalf("%d: %d %v", i, got, err)
		}
	}
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = c.Raw(func(made any) error {
		if n := len(made.(driver.Conn).(*connection).kept); n > statementsKept {
			return fmt.Errorf("%d are kept", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
