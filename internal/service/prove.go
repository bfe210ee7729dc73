package service

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// freshFor is how long after signing in nobody is asked for the password again.
const freshFor = 10 * time.Minute

// prove asks for the password again before something that is hard to take back; who
// signed in a moment ago need not give it. ErrReauthorise: it is needed.
func (s *Service) prove(ctx context.Context, c Caller, password string) error {
	if err := c.Require(ScopeAccount); err != nil {
		return err
	}
	if password == "" {
		fresh, err := s.fresh(ctx, c)
		if err != nil {
			return err
		}
		if !fresh {
			return ErrReauthorise
		}
		return nil
	}
	me, err := s.Me(ctx, c)
	if err != nil {
		return err
	}
	id, err := s.checkCredentials(ctx, me.Email, password)
	if err == nil && id.User != c.User {
		err = ErrCredentials
	}
	return err
}

// fresh reports whether the caller's session began a moment ago.
func (s *Service) fresh(ctx context.Context, c Caller) (bool, error) {
	fresh := false
	err := s.read(ctx, c, func(ctx context.Context, v store.View) error {
		all, err := v.Sessions(ctx)
		for _, one := range all {
			fresh = fresh || one.ID == c.Session && s.now().Sub(one.Created) < freshFor
		}
		return err
	})
	return fresh, err
}
