package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"

	sqlite "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// Snapshot writes the database as it is at one moment into a new file, while others read
// and write it: writers do not wait for it, nor it for them.
func Snapshot(ctx context.Context, path, into string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	db, err := pool(path, 1)
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	defer db.Close()
	if err := private(into); err != nil { // VACUUM takes an empty file
		return fmt.Errorf("sqlite: %w", err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, into); err != nil {
		return fmt.Errorf("sqlite: snapshot of %s into %s: %w", path, into, err)
	}
	return nil
}

// Hold takes the lock of a database's file, as the one process that has it open: one
// that is held by another is store.ErrInUse.
func Hold(path string) (release func() error, err error) {
	release, err = lock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	return release, nil
}

// ErrRead reports a file that another program reads or writes past the lock.
var ErrRead = errors.New("somebody else has it open; stop them first")

// Settle writes the log beside a file into it, so that the file alone is the database.
// The caller holds its lock; that somebody else is in the way all the same is ErrRead.
func Settle(ctx context.Context, path string) error {
	db, err := pool(path, 1, "_pragma=synchronous(FULL)")
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `PRAGMA busy_timeout = 1000`); err != nil { // they are not the server's, who would be done soon
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	var busy, log, written int
	err = db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &written)
	var of *sqlite.Error
	if errors.As(err, &of) && (of.Code()&0xff == codes.SQLITE_BUSY || of.Code()&0xff == codes.SQLITE_LOCKED) {
		busy, err = 1, nil
	}
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	if busy != 0 {
		return fmt.Errorf("sqlite: %s: %w", path, ErrRead)
	}
	return db.Close()
}
