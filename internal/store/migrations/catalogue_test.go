package migrations_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// Whoever adds a table says in the catalogue whose its rows are.
func TestEveryTableIsInTheCatalogue(t *testing.T) {
	ctx := context.Background()
	d, err := tend.Open("sqlite:" + filepath.Join(t.TempDir(), "books.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Up(ctx, "", ""); err != nil {
		t.Fatal(err)
	}
	known := map[string]migrations.Table{}
	for _, table := range migrations.Catalogue() {
		if _, twice := known[table.Name]; twice {
			t.Errorf("%s is in the catalogue twice", table.Name)
		}
		known[table.Name] = table
	}
	columns := map[string][]string{}
	rows, err := d.DB.Query(`SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		columns[table] = append(columns[table], column)
	}
	for name, has := range columns {
		table, ok := known[name]
		if !ok {
			t.Errorf("table %s is not in the catalogue: add it to migrations/catalogue.go, with whose its rows are", name)
			continue
		}
		delete(known, name)
		if slices.Contains(has, "tenant_id") != (table.Policed() && name != "tenants") {
			t.Errorf("%s is %s, and has the columns %v", name, table.Kind, has)
		}
		for _, p := range table.Rules() {
			for _, column := range []string{"tenant_id", "user_id", "portfolio_id", "owner_id"} {
				if strings.Contains(p.Using+p.Check, column+" ") && !slices.Contains(has, column) {
					t.Errorf("policy %s of %s reads %s, which it has not", p.Name, name, column)
				}
			}
		}
	}
	for name := range known {
		t.Errorf("the catalogue has a table %s that no migration makes", name)
	}
}
