package app

import (
	"context"
	"errors"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/performance"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// Reading opens the services over a store from which they only read, also while a server
// holds it.
func Reading(ctx context.Context, cfg config.Config) (on *service.Service, close func() error, err error) {
	var s store.Store
	if cfg.PostgreSQL() {
		s, err = postgres.Open(ctx, postgres.Options{URL: cfg.Database, PasswordFile: cfg.Password, PoolSize: 2})
	} else {
		s, err = sqlite.OpenToRead(ctx, cfg.SQLite(), time.Now)
	}
	if err != nil {
		return nil, nil, err
	}
	return service.New(service.Options{Store: s, Now: time.Now}), s.Close, nil
}

// Requests opens what is kept of requests, also while a server holds the database.
func Requests(ctx context.Context, cfg config.Config) (kept store.RequestGate, close func() error, err error) {
	record, closing, err := Record(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	kept, ok := record.(store.RequestGate)
	if !ok {
		return nil, nil, errors.Join(errors.New("this database keeps nothing of requests"), closing())
	}
	return kept, closing, nil
}

// Looking opens a database for what only looks at how it does, also while a server holds
// it: as the owner where that is configured, who sees all statistics.
func Looking(cfg config.Config) (d performance.Database, close func() error, err error) {
	d.Postgres = cfg.PostgreSQL()
	switch {
	case !d.Postgres:
		d.DB, err = sqlite.Look(cfg.SQLite())
	case cfg.Admin != "":
		d.DB, err = postgres.Look(cfg.Admin, "")
	default:
		d.DB, err = postgres.Look(cfg.Database, cfg.Password)
	}
	if err != nil {
		return d, nil, err
	}
	return d, d.DB.Close, nil
}
