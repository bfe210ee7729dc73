package postgres_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

// With the store's own conditions taken away, the policies still keep ten users apart.
func TestPoliciesAlone(t *testing.T) {
	s, d := pgtest.Open(t)
	bare := pgtest.OpenAt(t, postgres.Options{URL: d.URL, Unscoped: true, PoolSize: 4})
	storetest.Unscoped(t, s, bare)
}

// Statements without any condition reach the rows of who asks, in every table, and
// nobody's where nobody asks.
func TestPlainStatements(t *testing.T) {
	s, d := pgtest.Open(t)
	owner, _ := storetest.Fill(t, s)
	db := pgtest.SQL(t, d.URL)
	all := pgtest.SQL(t, d.Super)
	count := func(q interface {
		QueryRow(string, ...any) *sql.Row
	}, query string, args ...any) int {
		t.Helper()
		var n int
		if err := q.QueryRow(query, args...).Scan(&n); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return n
	}
	filled := 0
	for _, table := range migrations.Catalogue() {
		if !table.Policed() {
			continue
		}
		if n := count(db, `SELECT COUNT(*) FROM `+table.Name); n != 0 && table.Kind != migrations.Market {
			t.Errorf("%s: nobody sees %d rows", table.Name, n)
		}
		id := "tenant_id"
		if table.Name == "tenants" {
			id = "id"
		}
		others := count(all, fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE %s NOT IN ($1, app_shared())`, table.Name, id), owner.Tenant)
		own := count(all, fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE %s = $1`, table.Name, id), owner.Tenant)
		if others > 0 {
			filled++
		}
		asOwner(t, db, owner, func(tx *sql.Tx) {
			if n := count(tx, fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE %s NOT IN ($1, app_shared())`, table.Name, id), owner.Tenant); n != 0 {
				t.Errorf("%s: %d rows of another tenant are seen", table.Name, n)
			}
			for _, statement := range []string{`DELETE FROM ` + table.Name, fmt.Sprintf(`UPDATE %s SET %s = %s`, table.Name, id, id)} {
				tx.Exec(`SAVEPOINT s`)
				if result, err := tx.Exec(statement); err == nil {
					if n, _ := result.RowsAffected(); int(n) > own {
						t.Errorf("%s: reaches %d rows, the tenant has %d", statement, n, own)
					}
				}
				tx.Exec(`ROLLBACK TO s`)
			}
		})
	}
	if filled < 12 {
		t.Errorf("only %d tables have rows of another tenant: the test does not look at much", filled)
	}
	// Rows are not made for others either.
	asOwner(t, db, owner, func(tx *sql.Tx) {
		_, err := tx.Exec(`INSERT INTO settings (tenant_id, user_id, key, value) VALUES ($1, $2, 'k', '1')`, store.NewID(), owner.User)
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("a row for another tenant: %v", err)
		}
	})
	asOwner(t, db, owner, func(tx *sql.Tx) {
		_, err := tx.Exec(`SELECT gate_erase_user($1, $2, 'x')`, store.NewID(), owner.User)
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("a question about another tenant: %v", err)
		}
	})
}

func asOwner(t *testing.T, db *sql.DB, id store.Identity, fn func(*sql.Tx)) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	var standing string
	if err := tx.QueryRow(`SELECT enter_as($1, $2, false)`, id.Tenant, id.User).Scan(&standing); err != nil || standing != "owner" {
		t.Fatalf("enter as the owner: %q, %v", standing, err)
	}
	fn(tx)
}
