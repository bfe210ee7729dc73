package service

import (
	"cmp"
	"context"
)

// Calls is how many calls of the API the caller's tier allows in a minute; 0 where it
// does not say, and then what holds for everybody does. As long as no tier says anything
// the store is not asked.
func (s *Service) Calls(ctx context.Context, c Caller) (int, error) {
	said := 0
	for _, t := range s.accounts.Tiers {
		said = cmp.Or(said, t.Calls)
	}
	if said == 0 {
		return 0, nil
	}
	if c.Link != "" {
		return s.accounts.tierOf("").Calls, nil
	}
	t, err := s.TierOf(ctx, c)
	return t.Calls, err
}
