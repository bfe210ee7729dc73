package sqlite

import (
	"context"
	"fmt"
	"os"
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

// Settle writes the log beside a file into it, so that the file alone is the database.
// The caller holds its lock.
func Settle(ctx context.Context, path string) error {
	db, err := pool(path, 1, "_pragma=synchronous(FULL)")
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	defer db.Close()
	var busy, log, written int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &written); err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	if busy != 0 {
		return fmt.Errorf("sqlite: %s: somebody else reads it; stop them first", path)
	}
	return db.Close()
}
