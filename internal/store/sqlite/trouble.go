package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"syscall"

	driver "modernc.org/sqlite"
	result "modernc.org/sqlite/lib"

	"github.com/foliosight/foliosight/internal/store"
)

// primary is the part of a result of SQLite that names its kind; the rest says more.
const primary = 0xff

// trouble says what keeps the file from being written: a full disk, or one that takes
// nothing. Of the latter SQLite says no more than that it failed.
func trouble(err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() & primary {
	case result.SQLITE_FULL:
		return store.ErrFull
	case result.SQLITE_READONLY, result.SQLITE_CANTOPEN, result.SQLITE_PERM:
		return store.ErrReadOnly
	}
	switch e.Code() {
	case result.SQLITE_IOERR_WRITE, result.SQLITE_IOERR_FSYNC, result.SQLITE_IOERR_DIR_FSYNC, result.SQLITE_IOERR_TRUNCATE, result.SQLITE_IOERR_SHMOPEN,
		result.SQLITE_IOERR_SHMSIZE, result.SQLITE_IOERR_SHMMAP, result.SQLITE_IOERR_DELETE:
		return store.ErrReadOnly
	}
	return nil
}

// probe writes the number of the application into the file's first page again.
func probe(ctx context.Context, tx *sql.Tx) error {
	var n int64
	if err := tx.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&n); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, n))
	return err
}

// Unwritable says of an error of the file system at the start what to do about it.
func Unwritable(path string, err error) error {
	switch {
	case err == nil, errors.Is(err, store.ErrReadOnly), errors.Is(err, store.ErrFull):
		return err
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %s is on a file system that is mounted read-only; mount it for writing, or choose another directory with --data: %w", store.ErrReadOnly, path, err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: the file system of %s is full; make room there: %w", store.ErrFull, path, err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: %s may not be written by the account that runs this; give it to that account (chown, chmod u+rwx), or choose another directory with --data: %w", store.ErrReadOnly, path, err)
	}
	return err
}
