// Package migrations brings a database's schema up to date.
//
// Model: numbered SQL files, the same for SQLite and PostgreSQL, run in order, each in
// its own transaction. Their types are domains that PostgreSQL creates first
// (id_text uuid, ts_text timestamptz, date_text date, dec_text numeric(38,18),
// json_text jsonb, bytes_blob bytea) and SQLite reads as text and blob by the letters
// in their names. What was run is kept with its SHA-256: a file that changed after it
// was run is ErrDrift, and a migration this program does not know is ErrNewer.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/foliosight/foliosight/internal/store"
)

//go:embed sql/*.sql
var files embed.FS

// Common are the migrations for both databases.
func Common() fs.FS {
	sub, err := fs.Sub(files, "sql")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return sub
}

// Applied is a migration that was run.
type Applied struct {
	Name   string
	SHA256 string
	At     time.Time
}

// Up runs what is missing and returns the names of what it ran. On a database that is
// up to date it costs one query.
func Up(ctx context.Context, dialect goose.Dialect, db *sql.DB, source fs.FS, now func() time.Time) ([]string, error) {
	missing, err := Plan(ctx, db, source)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	known, err := checksums(source)
	if err != nil {
		return nil, err
	}
	provider, err := provider(dialect, db, source)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, sha256 text NOT NULL, applied text NOT NULL)`); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	// A process that died between a migration and this note finds the migration done
	// and only the note missing, and writes it now.
	for _, name := range missing {
		if _, err := db.ExecContext(ctx, `INSERT INTO migrations (name, sha256, applied) VALUES ($1, $2, $3)`,
			name, known[name], now().UTC().Format(time.RFC3339)); err != nil {
			return nil, fmt.Errorf("migration %s: note it: %w", name, err)
		}
	}
	return missing, nil
}

// Down takes back what was run after a migration, or all of it (""), the newest first,
// and returns the names. What the tables held is gone.
func Down(ctx context.Context, dialect goose.Dialect, db *sql.DB, source fs.FS, to string) ([]string, error) {
	if _, err := Plan(ctx, db, source); err != nil { // a schema of another program is left alone
		return nil, err
	}
	applied, err := Status(ctx, db)
	if err != nil {
		return nil, err
	}
	if to != "" && !slices.ContainsFunc(applied, func(a Applied) bool { return a.Name == to }) {
		return nil, fmt.Errorf("migration %s: %w among those that were run", to, store.ErrNotFound)
	}
	provider, err := provider(dialect, db, source)
	if err != nil {
		return nil, err
	}
	var undone []string
	for _, a := range slices.Backward(applied) {
		if a.Name <= to {
			break
		}
		version, err := goose.NumericComponent(a.Name)
		if err != nil {
			return undone, err
		}
		if _, err := provider.ApplyVersion(ctx, version, false); err != nil {
			return undone, fmt.Errorf("take back %s: %w", a.Name, err)
		}
		if _, err := db.ExecContext(ctx, `DELETE FROM migrations WHERE name = $1`, a.Name); err != nil {
			return undone, fmt.Errorf("take back %s: note it: %w", a.Name, err)
		}
		undone = append(undone, a.Name)
	}
	return undone, nil
}

func provider(dialect goose.Dialect, db *sql.DB, source fs.FS) (*goose.Provider, error) {
	p, err := goose.NewProvider(dialect, db, source, goose.WithTableName("goose_versions"), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// Plan names the migrations that were not run yet, in order. A schema that this program
// does not know is store.ErrNewer, a migration that differs from the one that was run
// store.ErrDrift.
func Plan(ctx context.Context, db *sql.DB, source fs.FS) ([]string, error) {
	known, err := checksums(source)
	if err != nil {
		return nil, err
	}
	applied, err := Status(ctx, db)
	if err != nil {
		return nil, err
	}
	return compare(known, applied)
}

// Status lists what was run, in order; nothing on an empty database.
func Status(ctx context.Context, db *sql.DB) ([]Applied, error) {
	rows, err := db.QueryContext(ctx, `SELECT name, sha256, applied FROM migrations ORDER BY name`)
	if err != nil {
		if missingTable(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("migrations: %w", err)
	}
	defer rows.Close()
	var all []Applied
	for rows.Next() {
		var a Applied
		var at string
		if err := rows.Scan(&a.Name, &a.SHA256, &at); err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		if a.At, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, fmt.Errorf("migration %s: %w", a.Name, err)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// missingTable recognises both databases' word for a table that is not there.
func missingTable(err error) bool {
	text := err.Error()
	return strings.Contains(text, "no such table") || strings.Contains(text, "does not exist")
}

func compare(known map[string]string, applied []Applied) (missing []string, err error) {
	done := map[string]bool{}
	for _, a := range applied {
		sum, ok := known[a.Name]
		if !ok {
			return nil, fmt.Errorf("migration %s: %w; use the version of the program that made it, or a later one", a.Name, store.ErrNewer)
		}
		if sum != a.SHA256 {
			return nil, fmt.Errorf("migration %s: run with SHA-256 %.12s, this program has %.12s: %w", a.Name, a.SHA256, sum, store.ErrDrift)
		}
		done[a.Name] = true
	}
	for name := range known {
		if !done[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing, nil
}

// Fingerprint changes when the migrations do.
func Fingerprint() string {
	known, err := checksums(Common())
	if err != nil {
		panic(err) // they are embedded
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		fmt.Fprintln(h, name, known[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func checksums(source fs.FS) (map[string]string, error) {
	names, err := fs.Glob(source, "*.sql")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("migrations: none found")
	}
	sums := make(map[string]string, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		sums[path.Base(name)] = hex.EncodeToString(sum[:])
	}
	return sums, nil
}

// Missing names what this program would run on a database in which others were run, as
// Plan does of one that is open.
func Missing(applied []Applied) ([]string, error) {
	known, err := checksums(Common())
	if err != nil {
		return nil, err
	}
	return compare(known, applied)
}
