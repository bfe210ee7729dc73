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

// Beside opens what those who look after an installation read and append, in a file that a server may hold:
// without the lock that keeps a second process away from ledgers and market data, which
// a server has in memory. The file has to be there, with its schema up to date.
func Beside(ctx context.Context, path string) (record store.Upkeep, close func() error, err error) {
	db, err := BesideRaw(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	return sqlstore.New(sqlstore.Options{Reader: db, Writer: db, Now: time.Now, Dialect: Dialect()}), db.Close, nil
}

// BesideRaw is Beside as plain SQL, for what a server has not in memory.
func BesideRaw(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("sqlite: %s: %w", path, store.ErrNotFound)
	} else if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db, err := pool(path, 1, "_txlock=immediate", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)", "_pragma=cache_size(-1024)")
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
	return db, nil
}
