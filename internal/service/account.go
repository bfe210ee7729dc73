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
	var going []store.Identity
	whole := false
	err := s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		going, whole, err = leaving(ctx, v, c, everybody)
		return err
	})
	if err != nil {
		return err
	}
	// What others shared lies with them and is ended there first: afterwards nobody would
	// be left to find it by.
	for _, id := range going {
		if err := s.leaveOthers(ctx, id); err != nil {
			return err
		}
	}
	err = s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		// Somebody may have come or gone meanwhile.
		if _, now, err := leaving(ctx, tx, c, everybody); err != nil || now != whole {
			return errors.Join(err, ErrStale)
		}
		if whole {
			return tx.DeleteTenant(ctx)
		}
		return tx.DeleteUser(ctx, c.User)
	})
	if err == nil {
		s.adminMu.Lock()
		s.admin = store.Identity{}
		s.adminMu.Unlock()
	}
	return err
}

// leaving is who goes when the caller's account is deleted, and whether the whole tenant
// does.
func leaving(ctx context.Context, v store.View, c Caller, everybody bool) (going []store.Identity, whole bool, err error) {
	self := []store.Identity{{Tenant: c.Tenant, User: c.User}}
	me, err := v.User(ctx, c.User)
	if err != nil || me.Role != store.Owner {
		return self, false, err
	}
	all, err := v.Users(ctx)
	if err != nil {
		return nil, false, err
	}
	owners := 0
	for _, u := range all {
		going = append(going, store.Identity{Tenant: c.Tenant, User: u.ID})
		if u.Role == store.Owner && !u.Disabled {
			owners++
		}
	}
	switch {
	case owners > 1:
		return self, false, nil
	case len(all) > 1 && !everybody:
		return nil, false, fault("everybody", "false", fmt.Sprintf("you are the last owner and %d others are left, who would be deleted with all they have", len(all)-1),
			"make another an owner first, or say that everybody is to be deleted")
	}
	return going, true, nil
}

// leaveOthers ends what other tenants granted to somebody, and takes them out of the
// households of others. Each has it in its own trail.
func (s *Service) leaveOthers(ctx context.Context, id store.Identity) error {
	tenants, _, err := s.store.SharedWith(ctx, id, false)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		guest := store.Identity{Tenant: tenant, User: id.User}
		err := s.store.As(ctx, guest, func(ctx context.Context, tx store.Tx) error { return tx.LeaveGrants(ctx) })
		if err = ignoreMissing(err); err != nil { // it ended meanwhile
			return err
		}
	}
	all, err := s.store.Memberships(ctx, id, false)
	if err != nil {
		return err
	}
	for _, m := range all {
		if !m.Joined || m.Founder.User == id.User {
			continue
		}
		if err := ignoreMissing(s.part(ctx, m, m.Person, id.User)); err != nil {
			return err
		}
	}
	return nil
}
