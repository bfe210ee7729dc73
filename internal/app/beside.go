package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Aside is the use cases that concern people and switches, beside a server that may hold
// the database. Ledgers and market data, which a server has in memory, are not for it.
type Aside struct {
	*service.Service
	Store store.Store
	close func() error
}

// Beside opens a database beside its server. One of SQLite that is not there yet is
// store.ErrNotFound; the schema is not changed.
func Beside(ctx context.Context, cfg config.Config, o Outside) (*Aside, error) {
	o = o.complete()
	record, closing, err := Record(ctx, cfg)
	if err != nil {
		return nil, err
	}
	whole, ok := record.(store.Store)
	if !ok {
		return nil, errors.Join(errors.New("this database cannot be worked on beside its server"), closing())
	}
	accounts, err := accountsOf(cfg, o)
	if err != nil {
		return nil, errors.Join(err, closing())
	}
	return &Aside{service.New(service.Options{Store: whole, Now: o.Now, Sessions: cfg.Unused(), Accounts: accounts}), whole, closing}, nil
}

// Close gives the database back.
func (a *Aside) Close() error { return a.close() }

// Expire removes what is past its time of all tenants: sessions, replies kept for
// repeated requests, drafts. It gives how many tenants were gone through.
func (a *Aside) Expire(ctx context.Context, now time.Time) (int, error) {
	tenants, err := a.Store.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	for i, t := range tenants {
		owner, err := a.Store.OwnerOf(ctx, t)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err == nil {
			err = a.Store.As(ctx, store.Identity{Tenant: t, User: owner}, func(ctx context.Context, tx store.Tx) error { return tx.Expire(ctx, now) })
		}
		if err != nil {
			return i, fmt.Errorf("tenant %s: %w", t, err)
		}
	}
	return len(tenants), nil
}
