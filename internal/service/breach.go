package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

// Ended is what was ended for everybody.
type Ended struct {
	People int // whose sessions ended, however many each had
	Tokens int // made for programs, that are revoked
}

// EndAll ends every session of every tenant, with its access and refresh tokens, and
// revokes every token made for a program: everybody signs in anew, whoever runs the
// installation too. Each tenant's audit trail has it. It is for operators. Where
// something cannot be ended the rest is; the error names it.
func (s *Service) EndAll(ctx context.Context, c Caller) (e Ended, err error) {
	if err := operator(c); err != nil {
		return e, err
	}
	tenants, err := s.store.Tenants(ctx)
	if err != nil {
		return e, err
	}
	for _, tenant := range tenants {
		owner, one := s.store.OwnerOf(ctx, tenant)
		if errors.Is(one, store.ErrNotFound) {
			continue // nobody is left in it
		}
		if one == nil {
			one = s.endTenant(ctx, store.Identity{Tenant: tenant, User: owner}, &e)
		}
		if one != nil {
			err = errors.Join(err, fmt.Errorf("tenant %s: %w", tenant, one))
		}
	}
	return e, err
}

func (s *Service) endTenant(ctx context.Context, owner store.Identity, e *Ended) error {
	var users []store.User
	err := s.store.As(ctx, owner, func(ctx context.Context, tx store.Tx) (err error) {
		if users, err = tx.Users(ctx); err != nil {
			return err
		}
		for _, u := range users {
			if err := tx.DeleteSessions(ctx, u.ID, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	e.People += len(users)
	for _, u := range users {
		one := s.store.As(ctx, store.Identity{Tenant: owner.Tenant, User: u.ID}, func(ctx context.Context, tx store.Tx) error {
			all, err := tx.PersonalTokens(ctx)
			if err != nil {
				return err
			}
			for _, t := range all {
				if err := tx.DeletePersonalToken(ctx, t.ID); err != nil {
					return err
				}
				e.Tokens++
			}
			return nil
		})
		if one != nil {
			err = errors.Join(err, fmt.Errorf("user %s: %w", u.ID, one))
		}
	}
	return err
}

// registering refuses new accounts while that is switched off.
func (s *Service) registering(ctx context.Context) error {
	admin, err := s.Owner(ctx)
	if errors.Is(err, ErrNotFound) {
		return nil // nobody could have switched it off
	}
	if err != nil {
		return err
	}
	all, err := s.Features(ctx, admin)
	for _, f := range all {
		if f.Name == FeatureRegistration && !f.Enabled {
			return &FeatureOff{f.Name, f.Means}
		}
	}
	return err
}
