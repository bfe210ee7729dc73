package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/isolation"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
	"github.com/foliosight/foliosight/internal/web"
)

// Isolation has so many made-up people try to reach each other's data in an open
// house, on every address and, on PostgreSQL, in every table. Progress may be nil.
func (h *House) Isolation(ctx context.Context, cfg config.Config, o Outside, users int, progress func(done, all int)) (*isolation.Report, error) {
	// The first there is runs the installation and sees the jobs of all: that has to be a person.
	if has, err := h.store.HasOwner(ctx); err != nil {
		return nil, err
	} else if !has {
		return nil, errors.New("nobody owns this installation yet, and the first of those made up would: set it up in the browser, or add people with `foliosight demo seed`")
	}
	o = o.complete()
	programs, err := api.New(h.Service, api.Options{Version: o.Version, UploadLimit: cfg.UploadLimit, Limits: api.Unlimited, Now: o.Now, Log: o.Log})
	if err != nil {
		return nil, err
	}
	people, err := web.New(h.Service, web.Options{Version: o.Version, Database: h.Engine, Now: o.Now, Log: o.Log})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/api/", "/openapi.json", "/docs", "/docs/", "/health", "/health/"} {
		mux.Handle(path, programs)
	}
	mux.Handle("/", people)
	return isolation.Run(ctx, &trialHouse{h, api.Observe(o.Log, timed(mux))}, users, progress)
}

// trialHouse is a house as a trial sees it: without limits on requests.
type trialHouse struct {
	*House
	handler http.Handler
}

// Handler implements isolation.House.
func (h *trialHouse) Handler() http.Handler { return h.handler }

// Pages implements isolation.House.
func (h *trialHouse) Pages() []string { return web.Patterns() }

// Enter implements isolation.House.
func (h *trialHouse) Enter(ctx context.Context, name string) (isolation.Person, error) {
	in, err := h.Lodge(ctx, name)
	return isolation.Person{Tenant: in.Caller.Tenant, User: in.Caller.User, Email: in.User.Email, Token: in.Token}, err
}

// Leave implements isolation.House.
func (h *trialHouse) Leave(ctx context.Context, p isolation.Person) error {
	err := h.Evict(ctx, store.Identity{Tenant: p.Tenant, User: p.User})
	if errors.Is(err, store.ErrNotFound) {
		return nil // somebody else took them away, which the trial has found
	}
	return err
}

// Tables implements isolation.House.
func (h *trialHouse) Tables(ctx context.Context, as, of isolation.Person) (tried int, found []string, why string, err error) {
	s, ok := h.store.(*sqlstore.Store)
	if !ok || h.Engine != "PostgreSQL" {
		return 0, nil, h.Engine + " has no policies of its own; the store keeps to each tenant's rows, and every address was tried", nil
	}
	tried, found, err = postgres.Trespass(ctx, s, store.Identity{Tenant: as.Tenant, User: as.User}, store.Identity{Tenant: of.Tenant, User: of.User})
	return tried, found, "", err
}
