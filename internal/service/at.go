package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

// keptHomes is how many portfolios are remembered to be of their tenant. That never
// changes; who may see them is asked of the store each time.
const keptHomes = 100_000

// about is the caller of a use case that concerns a portfolio, wherever it lies.
func (c Caller) about(portfolio string) Caller {
	c.portfolio = portfolio
	return c
}

type standingKey struct{}

// standing is on whose behalf a transaction was opened for a caller.
type standing struct{ caller, as store.Identity }

// hold lets use cases within a transaction join it, whatever portfolio they concern.
func hold(ctx context.Context, c Caller, as store.Identity) context.Context {
	return context.WithValue(ctx, standingKey{}, standing{c.Identity, as})
}

// at is the one decision on whose behalf the store is asked: the caller in their own
// tenant, or, for a portfolio of another, the caller as a guest there, or a household of
// theirs. What may be done there is the store's decision. Of what others granted
// nothing is remembered: a grant that ended has ended.
func (s *Service) at(ctx context.Context, c Caller) (store.Identity, error) {
	if !c.Until.IsZero() && !s.now().Before(c.Until) {
		return c.Identity, ErrSignedOut
	}
	if c.portfolio == "" {
		if c.Tenant == "" {
			return c.Identity, fmt.Errorf("a link shows its portfolio alone: %w", ErrForbidden)
		}
		return c.Identity, nil
	}
	if within, ok := ctx.Value(standingKey{}).(standing); ok && within.caller == c.Identity {
		return within.as, nil
	}
	home := c.Tenant + "/" + c.portfolio
	if _, own := s.homes.GetIfPresent(home); own {
		return c.Identity, nil
	}
	found, err := s.store.PortfolioAt(ctx, c.portfolio, c.User)
	if errors.Is(err, store.ErrNotFound) {
		if c.Tenant == "" {
			return c.Identity, err
		}
		if taken, err := s.takeShares(ctx, c, c.portfolio); err != nil || !taken {
			return c.Identity, err // there is nothing: the store says so, and notes that it was asked for
		}
		found, err = s.store.PortfolioAt(ctx, c.portfolio, c.User)
	}
	if err != nil {
		return c.Identity, err
	}
	if found.Tenant == c.Tenant && found.User == c.User {
		s.homes.Set(home, true)
		return c.Identity, nil
	}
	return found, nil
}

// takeShares takes up what waits for the caller's address: of one portfolio, or of all
// (""). It says whether anything was.
func (s *Service) takeShares(ctx context.Context, c Caller, portfolio string) (taken bool, err error) {
	_, open, err := s.store.SharedWith(ctx, c.Identity, s.provesAddresses())
	if err != nil {
		return false, err
	}
	return s.take(ctx, c, open, portfolio)
}

// provesAddresses reports whether an address has to be proved before what waits for it
// is given out: where mail goes out, it can be.
func (s *Service) provesAddresses() bool { return s.accounts.Mail != nil }

// take takes offers up on behalf of who made them. One whose maker may not share any
// more is left alone.
func (s *Service) take(ctx context.Context, c Caller, open []store.Offer, portfolio string) (taken bool, err error) {
	for _, o := range open {
		if portfolio != "" && o.Portfolio != portfolio || writing(ctx) {
			continue
		}
		err := s.store.As(ctx, o.By, func(ctx context.Context, tx store.Tx) error { return tx.TakeShare(ctx, o.Portfolio, o.Share, c.User) })
		switch {
		case err == nil:
			taken = true
		case errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForbidden):
		default:
			return taken, err
		}
	}
	return taken, nil
}

// sharedPortfolios are those of other tenants that the caller sees, tenant by tenant.
func (s *Service) sharedPortfolios(ctx context.Context, c Caller, archived bool) ([]store.Portfolio, error) {
	if !c.Until.IsZero() && !s.now().Before(c.Until) {
		return nil, ErrSignedOut
	}
	if c.Link != "" {
		p, err := s.Portfolio(ctx, c, c.Link)
		return []store.Portfolio{p}, err
	}
	if writing(ctx) {
		return nil, nil // within a write there is nobody else's
	}
	tenants, open, err := s.store.SharedWith(ctx, c.Identity, s.provesAddresses())
	if err != nil {
		return nil, err
	}
	if len(open) > 0 {
		taken, err := s.take(ctx, c, open, "")
		if err != nil {
			return nil, err
		}
		if taken {
			if tenants, _, err = s.store.SharedWith(ctx, c.Identity, true); err != nil {
				return nil, err
			}
		}
	}
	var all []store.Portfolio
	for _, tenant := range tenants {
		err := s.store.Read(ctx, store.Identity{Tenant: tenant, User: c.User}, func(ctx context.Context, v store.View) error {
			theirs, err := v.Portfolios(ctx, archived)
			all = append(all, theirs...)
			return err
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) { // it ended meanwhile
			return nil, err
		}
	}
	return all, nil
}
