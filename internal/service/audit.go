package service

import (
	"context"

	"github.com/foliosight/foliosight/internal/store"
)

// Events are the audit trail after a sequence number, at most limit, as far as the
// caller may see it: what was done to visible portfolios, what they did themselves and,
// for owners, what concerns the tenant.
func (s *Service) Events(ctx context.Context, c Caller, after int64, limit int) (all []store.Event, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Events(ctx, after, limit)
		return err
	})
	return all, err
}

// FindEvents are the events that a filter selects, the newest first, as far as the
// caller may see them.
func (s *Service) FindEvents(ctx context.Context, c Caller, f store.EventFilter) (all []store.Event, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.FindEvents(ctx, f)
		return err
	})
	return all, err
}

// VerifyEvents recomputes the audit trail of the caller's tenant and returns how many
// events it has. A broken chain is store.ErrDamaged and names the event.
func (s *Service) VerifyEvents(ctx context.Context, c Caller) (count int64, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		count, err = v.VerifyEvents(ctx)
		return err
	})
	return count, err
}

// Trail is what verifying one tenant's audit trail found.
type Trail struct {
	Tenant string
	Events int64 // that hold, from the first on
	Err    error // nil: the whole chain holds
}

// VerifyTrails recomputes the audit trail of every tenant, one after the other, and
// hands each result to found. It is for operators.
func (s *Service) VerifyTrails(ctx context.Context, found func(Trail)) error {
	tenants, err := s.store.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		owner, err := s.store.OwnerOf(ctx, tenant)
		if err != nil {
			found(Trail{Tenant: tenant, Err: err})
			continue
		}
		trail := Trail{Tenant: tenant}
		trail.Events, trail.Err = s.VerifyEvents(ctx, Caller{Identity: store.Identity{Tenant: tenant, User: owner}})
		if err := ctx.Err(); err != nil {
			return err
		}
		found(trail)
	}
	return nil
}
