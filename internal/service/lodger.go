package service

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Lodge makes somebody in a tenant of their own and signs them in. They have no
// password and nobody can sign in as them later: it is for trying an installation out.
func (s *Service) Lodge(ctx context.Context, name string) (SignedIn, error) {
	u, err := newUser(NewOwner{Email: strings.ToLower(name) + "@foliosight.invalid", Name: name, BaseCurrency: "EUR", Shown: true})
	if err != nil {
		return SignedIn{}, err
	}
	u.Verified = s.now().UTC().Truncate(time.Microsecond) // where mail is sent, what is shared waits for that
	tenant := store.Tenant{ID: store.NewID(), Name: name}
	if err := s.store.Found(ctx, tenant, u, false); err != nil {
		return SignedIn{}, fmt.Errorf("lodge %s: %w", name, err)
	}
	return s.begin(ctx, store.Identity{Tenant: tenant.ID, User: u.ID}, Visit{Agent: "trial"})
}

// Evict deletes the tenant of somebody who was lodged, with everything in it.
func (s *Service) Evict(ctx context.Context, id store.Identity) error {
	return s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, id.User)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(u.Email, "@foliosight.invalid") {
			return fmt.Errorf("evict %s: %w", u.Email, ErrForbidden) // a person's own account
		}
		return tx.DeleteTenant(ctx)
	})
}
