package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// Sessions are the caller's own, the newest first.
func (s *Service) Sessions(ctx context.Context, c Caller) (all []store.Session, err error) {
	if err := c.Require(ScopeAccount); err != nil {
		return nil, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Sessions(ctx)
		return err
	})
	return all, err
}

// EndSession ends one of them.
func (s *Service) EndSession(ctx context.Context, c Caller, id string) error {
	return s.account(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteSession(ctx, id) })
}

// SignOutEverywhere ends all of the caller's sessions, this one too.
func (s *Service) SignOutEverywhere(ctx context.Context, c Caller) error {
	return s.account(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteSessions(ctx, c.User, "") })
}

// DeleteMe deletes the caller's account with everything they own, for good. The last
// owner takes the whole tenant along, which must be said (everybody) where there are
// others in it.
func (s *Service) DeleteMe(ctx context.Context, c Caller, password string, everybody bool) error {
	if err := s.prove(ctx, c, password); err != nil {
		return err
	}
	err := s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		me, err := tx.User(ctx, c.User)
		if err != nil {
			return err
		}
		if me.Role != store.Owner {
			return tx.DeleteUser(ctx, c.User)
		}
		all, err := tx.Users(ctx)
		if err != nil {
			return err
		}
		owners := 0
		for _, u := range all {
			if u.Role == store.Owner && !u.Disabled {
				owners++
			}
		}
		switch {
		case owners > 1:
			return tx.DeleteUser(ctx, c.User)
		case len(all) > 1 && !everybody:
			return fault("everybody", "false", fmt.Sprintf("you are the last owner and %d others are left, who would be deleted with all they have", len(all)-1),
				"make another an owner first, or say that everybody is to be deleted")
		}
		return tx.DeleteTenant(ctx)
	})
	if err == nil {
		s.adminMu.Lock()
		s.admin = store.Identity{}
		s.adminMu.Unlock()
	}
	return err
}
