package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// Record opens the record of operations of a configured database, with what else those
// who look after it read, also while a server
// holds it, and changes no schema. A SQLite database that is not there yet is
// store.ErrNotFound.
func Record(ctx context.Context, cfg config.Config) (record store.Upkeep, close func() error, err error) {
	if !cfg.PostgreSQL() {
		return sqlite.Beside(ctx, cfg.SQLite())
	}
	db, err := postgres.Open(ctx, postgres.Options{URL: cfg.Database, PasswordFile: cfg.Password, PoolSize: 2})
	if err != nil {
		return nil, nil, err
	}
	return db, db.Close, nil
}

// RecordRun appends one run to the record of a configured database.
func RecordRun(ctx context.Context, cfg config.Config, o store.Operation) error {
	record, closing, err := Record(ctx, cfg)
	if err != nil {
		return fmt.Errorf("record of operations: %w", err)
	}
	return errors.Join(record.RecordOperation(ctx, o), closing())
}

// RecordOperation appends one run to the record.
func (h *House) RecordOperation(ctx context.Context, o store.Operation) error {
	return h.store.RecordOperation(ctx, o)
}

// Operations are the runs that were recorded, the latest first.
func (h *House) Operations(ctx context.Context, f store.OperationFilter) ([]store.Operation, error) {
	return h.store.Operations(ctx, f)
}
