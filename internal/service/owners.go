package service

import (
	"context"
	"fmt"
)

// Owners are the owner of each tenant, the oldest tenant first: for what looks at a whole
// installation.
func (s *Service) Owners(ctx context.Context) ([]Caller, error) {
	tenants, err := s.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Caller, 0, len(tenants))
	for _, tenant := range tenants {
		owner, err := s.store.OwnerOf(ctx, tenant)
		if err != nil {
			return nil, fmt.Errorf("owner of tenant %s: %w", tenant, err)
		}
		c := Caller{}
		c.Tenant, c.User = tenant, owner
		all = append(all, c)
	}
	return all, nil
}
