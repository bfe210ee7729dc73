package tend

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store/migrations"
)

// Contents are the rows of every table of the catalogue that is there, with their
// hashes, which are the same on either database. It reads in the given transaction.
func Contents(ctx context.Context, d *Database, tx *sql.Tx) ([]Moved, error) {
	there, err := d.there(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []Moved
	for _, t := range migrations.Catalogue() {
		if !there[t.Name] || t.Name == "goose_versions" { // which each database writes as goose has it there
			continue
		}
		columns, err := d.columns(ctx, tx, t.Name)
		if err != nil {
			return all, err
		}
		found, err := each(ctx, tx, t.Name, columns, nil)
		if err != nil {
			return all, fmt.Errorf("table %s: %w", t.Name, err)
		}
		all = append(all, Moved{Table: t.Name, Rows: found.rows, SHA256: fmt.Sprintf("%016x%016x%016x%016x", found.sum[0], found.sum[1], found.sum[2], found.sum[3])})
	}
	return all, nil
}

// Begin starts a transaction that reads one moment.
func (d *Database) Begin(ctx context.Context) (*sql.Tx, error) {
	options := &sql.TxOptions{}
	if d.Postgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	return d.DB.BeginTx(ctx, options)
}

func (d *Database) there(ctx context.Context, q reader) (map[string]bool, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if d.Postgres {
		query = `SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = to_regnamespace('foliosight') AND c.relkind IN ('r', 'p')`
	}
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	there := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		there[name] = true
	}
	return there, rows.Err()
}

// Empty reports whether nobody has anything in it: it has no schema yet, or no tenants.
func (d *Database) Empty(ctx context.Context) (bool, error) {
	there, err := d.there(ctx, d.DB)
	if err != nil || !there["tenants"] {
		return err == nil, err
	}
	var n int
	err = d.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM tenants LIMIT 1) one`).Scan(&n)
	return n == 0, err
}

// changes are the tables in which every change leaves when it was committed.
var changes = []struct{ table, column string }{{"versions", "committed"}, {"market_versions", "committed"}, {"events", "at"}}

// NewestChange is when the last change was committed; zero where there was none.
func (d *Database) NewestChange(ctx context.Context, tx *sql.Tx) (time.Time, error) {
	there, err := d.there(ctx, tx)
	if err != nil {
		return time.Time{}, err
	}
	var newest time.Time
	for _, c := range changes {
		if !there[c.table] {
			continue
		}
		var v any
		if err := tx.QueryRowContext(ctx, `SELECT MAX(`+c.column+`) FROM `+c.table).Scan(&v); err != nil {
			return newest, fmt.Errorf("table %s: %w", c.table, err)
		}
		at, ok := v.(time.Time)
		if text, isText := v.(string); isText {
			if at, err = time.Parse(time.RFC3339Nano, text); err != nil {
				return newest, fmt.Errorf("table %s: %w", c.table, err)
			}
			ok = true
		}
		if ok && at.After(newest) {
			newest = at
		}
	}
	return newest.UTC(), nil
}

// AppliedIn are the migrations that were run, as a transaction sees them.
func AppliedIn(ctx context.Context, tx *sql.Tx) ([]migrations.Applied, error) {
	rows, err := tx.QueryContext(ctx, `SELECT name, sha256 FROM migrations ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	defer rows.Close()
	var all []migrations.Applied
	for rows.Next() {
		var a migrations.Applied
		if err := rows.Scan(&a.Name, &a.SHA256); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
