// Package tend looks after whole databases: is one sound (Verify), and how does
// everything in it get into another (Move).
//
// Model: it works past the store's scope, on every tenant's rows: with the file's lock
// on SQLite, as the owner of the schema on PostgreSQL. The tables are those of the
// catalogue of package migrations; what the queue of jobs keeps for itself is not
// among them.
package tend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Database is a whole database.
type Database struct {
	DB       *sql.DB
	Name     string // its address without a password
	Postgres bool
	admin    string
	store    *sqlstore.Store // its SQL runs plainly here
	close    func() error
}

// Open opens a database by its address: sqlite:PATH, or postgres://… of the owner.
// Nothing in it is changed.
func Open(address string) (*Database, error) {
	if postgres.IsURL(address) {
		db, err := postgres.OwnerPool(address)
		if err != nil {
			return nil, err
		}
		d := &Database{DB: db, Name: postgres.Redacted(address), Postgres: true, admin: address, close: db.Close}
		d.store = sqlstore.New(sqlstore.Options{Reader: db, Writer: db, Now: time.Now, Dialect: postgres.OwnerDialect()})
		return d, nil
	}
	path, ok := strings.CutPrefix(address, "sqlite:")
	if !ok || strings.Trim(path, "/") == "" {
		return nil, errors.New("not an address of a database; use sqlite:PATH or postgres://OWNER:PASSWORD@HOST/DATABASE")
	}
	path = strings.TrimPrefix(path, "//")
	db, closing, err := sqlite.Raw(path)
	if err != nil {
		return nil, err
	}
	d := &Database{DB: db, Name: "sqlite:" + path, close: closing}
	d.store = sqlstore.New(sqlstore.Options{Reader: db, Writer: db, Now: time.Now, Dialect: sqlite.Dialect()})
	return d, nil
}

// Close gives it back.
func (d *Database) Close() error { return d.close() }

// Plan names the migrations that it lacks.
func (d *Database) Plan(ctx context.Context) ([]string, error) {
	return migrations.Plan(ctx, d.DB, migrations.Common())
}

// Applied are those that were run.
func (d *Database) Applied(ctx context.Context) ([]migrations.Applied, error) {
	return migrations.Status(ctx, d.DB)
}

// Up brings the schema up to date; on PostgreSQL it also gives the role of server (an
// address; empty: nobody) what it needs.
func (d *Database) Up(ctx context.Context, server, passwordFile string) (postgres.Migrated, error) {
	if d.Postgres {
		return postgres.Up(ctx, postgres.MigrateOptions{AdminURL: d.admin, ServerURL: server, PasswordFile: passwordFile})
	}
	ran, err := migrations.Up(ctx, goose.DialectSQLite3, d.DB, migrations.Common(), time.Now)
	return postgres.Migrated{Ran: ran}, err
}

// Down takes back the migrations after one, or all of them (""), with what their
// tables hold.
func (d *Database) Down(ctx context.Context, to, server, passwordFile string) ([]string, error) {
	if d.Postgres {
		return postgres.Down(ctx, postgres.MigrateOptions{AdminURL: d.admin, ServerURL: server, PasswordFile: passwordFile}, to)
	}
	return migrations.Down(ctx, goose.DialectSQLite3, d.DB, migrations.Common(), to)
}

// current refuses a schema that is not this program's.
func (d *Database) current(ctx context.Context) error {
	missing, err := d.Plan(ctx)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s: %d migrations are missing, from %s: %w; run `foliosight migrate up` first", d.Name, len(missing), missing[0], store.ErrOlder)
	}
	return nil
}

// tables are those that hold something, parents before their children.
func tables() []migrations.Table {
	var all []migrations.Table
	for _, t := range migrations.Catalogue() {
		if t.Kind != migrations.Internal {
			all = append(all, t)
		}
	}
	return all
}
