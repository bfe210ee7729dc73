package service

import (
	"context"
	"errors"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Prolong lets the caller's session last its full time again, though not beyond its last
// day, and says until when.
func (s *Service) Prolong(ctx context.Context, c Caller) (time.Time, error) {
	if c.Session == "" {
		return time.Time{}, ErrSignedOut
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	var expires time.Time
	err := s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		session, err := ownSession(ctx, tx, c.Session)
		if err != nil {
			return err
		}
		expires = s.lasts(session.Created, now)
		return tx.TouchSession(ctx, c.Session, now, expires)
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrSignedOut
	}
	return expires, err
}

// localEmail is the address of an owner who has never been asked for one.
const localEmail = "owner@localhost"

// LocalOwner is the owner of the installation. Where there is nobody yet it creates
// one without a password, so that the command line can be used before any page: nobody
// can sign in as them, and the first visitor takes them over (SetUp).
func (s *Service) LocalOwner(ctx context.Context, base money.Currency) (c Caller, created bool, err error) {
	has, err := s.store.HasOwner(ctx)
	if err != nil {
		return Caller{}, false, err
	}
	if !has {
		if base == "" {
			base = "USD"
		}
		u := store.User{ID: store.NewID(), Email: localEmail, Name: "Owner", Role: store.Owner, BaseCurrency: base, Locale: "en", TimeZone: "UTC"}
		err = s.store.Found(ctx, store.Tenant{ID: store.NewID(), Name: "Owner"}, u, true)
		created = err == nil
		if err != nil && !errors.Is(err, store.ErrExists) { // somebody was quicker: theirs it is
			return Caller{}, false, err
		}
	}
	c, err = s.Owner(ctx)
	return c, created, err
}

// Explore shows the demonstration to a visitor of a fresh installation and signs them
// in, as the owner without a password who can be taken over later. It is ErrSetUp once
// somebody has set the installation up.
func (s *Service) Explore(ctx context.Context, asOf date.Date, agent string) (SignedIn, error) {
	c, _, err := s.LocalOwner(ctx, "")
	if err != nil {
		return SignedIn{}, err
	}
	id, open, err := s.unclaimed(ctx)
	if err != nil || !open || id.User != c.User {
		return SignedIn{}, errors.Join(err, ErrSetUp)
	}
	if _, err := s.SeedDemo(ctx, c, asOf); err != nil && !errors.Is(err, ErrSeeded) {
		return SignedIn{}, err
	}
	return s.begin(ctx, id, Visit{Agent: agent})
}

// unclaimed is the owner without a password that the command line created; ok is false
// where there is none.
func (s *Service) unclaimed(ctx context.Context) (id store.Identity, ok bool, err error) {
	c, err := s.store.Credentials(ctx, localEmail)
	if errors.Is(err, store.ErrNotFound) {
		return id, false, nil
	}
	return c.Identity, err == nil && c.PasswordHash == "", err
}

// claim makes the first visitor the owner that the command line created.
func (s *Service) claim(ctx context.Context, id store.Identity, u store.User, hash string) error {
	return s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		if _, still, err := s.unclaimed(ctx); err != nil || !still {
			return errors.Join(err, ErrSetUp)
		}
		before, err := tx.User(ctx, id.User)
		if err != nil {
			return err
		}
		u.ID, u.Created, u.Role = before.ID, before.Created, before.Role
		if err := tx.UpdateUser(ctx, u); err != nil {
			return err
		}
		return tx.SetPassword(ctx, id.User, hash)
	})
}
