package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// House is the services over an open store.
type House struct {
	*service.Service
	Path   string // of the database; on PostgreSQL its address without the password
	Engine string // what the database is, as people call it
	store  store.Store
	queue  *job.Queue
}

// Open opens the database of a configuration, brings its schema up to date and puts
// the services over it. A database that a server holds is store.ErrInUse.
func Open(ctx context.Context, cfg config.Config, o Outside) (*House, error) {
	o = o.complete()
	if cfg.PostgreSQL() {
		return openPostgres(ctx, cfg, o)
	}
	path := cfg.SQLite()
	if err := privateDirectory(filepath.Dir(path)); err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path, Now: o.Now})
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("%s: %w; a running server holds it: use its pages or its API, or stop it first", path, store.ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	queue, err := openQueue(ctx, path, o)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return furnish(cfg, o, db, queue, path, "SQLite")
}

// furnish puts the services over a store.
func furnish(cfg config.Config, o Outside, db store.Store, queue *job.Queue, path, engine string) (*House, error) {
	accounts, err := accountsOf(cfg, o)
	if err != nil {
		return nil, errors.Join(err, queue.Close(), db.Close())
	}
	market, err := marketOf(cfg, o)
	if err != nil {
		return nil, errors.Join(err, queue.Close(), db.Close())
	}
	options := service.Options{Store: db, Now: o.Now, Sessions: cfg.Unused(), Accounts: accounts, Market: market, Calculated: o.calculated}
	if queue != nil {
		options.Queue = queue
	}
	return &House{Service: service.New(options), Path: path, Engine: engine, store: db, queue: queue}, nil
}

// openPostgres opens the database with the server's role; the schema is brought up to
// date only where the owner's address is given too.
func openPostgres(ctx context.Context, cfg config.Config, o Outside) (*House, error) {
	size := cfg.PoolSize
	if size == 0 && !cfg.Serves("api") && !cfg.Serves("web") {
		size = postgres.WorkerConnections
	}
	db, err := postgres.Open(ctx, postgres.Options{URL: cfg.Database, AdminURL: cfg.Admin, PasswordFile: cfg.Password, PoolSize: size, Now: o.Now})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	queue, err := openPostgresQueue(ctx, cfg, o)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return furnish(cfg, o, db, queue, postgres.Redacted(cfg.Database), "PostgreSQL")
}

// Empty reports whether there is no database yet.
func Empty(cfg config.Config) bool {
	if cfg.PostgreSQL() {
		return false
	}
	_, err := os.Stat(cfg.SQLite())
	return errors.Is(err, os.ErrNotExist)
}

// Close closes the queue and the store.
func (h *House) Close() error { return errors.Join(h.queue.Close(), h.store.Close()) }

// privateDirectory makes the directory of the database, for its owner alone.
func privateDirectory(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", sqlite.Unwritable(filepath.Dir(path), err))
	}
	return nil
}

// throwaway is a configuration whose database is gone when clean has run.
func throwaway(cfg config.Config) (config.Config, func(), error) {
	directory, err := os.MkdirTemp("", "foliosight-")
	if err != nil {
		return cfg, nil, fmt.Errorf("temporary directory: %w", err)
	}
	cfg.Data, cfg.Database, cfg.Admin, cfg.Password = directory, "", "", ""
	return cfg, func() { _ = os.RemoveAll(directory) }, nil // the system clears the rest
}

// OpenThrowaway opens an empty database that is gone when it is closed.
func OpenThrowaway(ctx context.Context, cfg config.Config, o Outside) (*House, func(), error) {
	cfg, clean, err := throwaway(cfg)
	if err != nil {
		return nil, nil, err
	}
	h, err := Open(ctx, cfg, o)
	if err != nil {
		clean()
		return nil, nil, err
	}
	return h, func() { _ = h.Close(); clean() }, nil
}
