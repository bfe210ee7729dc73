package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Look opens a file that a server may hold, for what only looks: nothing can be written
// through it.
func Look(path string) (*sql.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("sqlite: %s: %w", path, store.ErrNotFound)
	} else if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return pool(path, 2, "_pragma=query_only(1)", "_pragma=cache_size(-4096)")
}

// OpenToRead opens a store that only reads, beside a server that may hold the file. Its
// schema has to be up to date.
func OpenToRead(ctx context.Context, path string, now func() time.Time) (*sqlstore.Store, error) {
	db, err := Look(path)
	if err != nil {
		return nil, err
	}
	missing, err := migrations.Plan(ctx, db, migrations.Common())
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("%d migrations are missing: %w", len(missing), store.ErrOlder)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %s: %w", path, err), db.Close())
	}
	return sqlstore.New(sqlstore.Options{Reader: db, Writer: db, Now: now, Dialect: Dialect()}), nil
}
