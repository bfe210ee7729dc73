package service

import (
	"context"
	"errors"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Refresh exchanges a refresh token for fresh tokens. Each is good once. One that comes
// a second time was copied: by whom cannot be told, so the session it belongs to ends,
// with all that was exchanged for it, and the audit trail says so.
func (s *Service) Refresh(ctx context.Context, refresh string) (SignedIn, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	old, err := s.store.RefreshOf(ctx, tokenHash(refresh), now)
	if errors.Is(err, store.ErrNotFound) {
		return SignedIn{}, ErrSignedOut
	}
	if err != nil {
		return SignedIn{}, err
	}
	if !old.Used.IsZero() {
		return SignedIn{}, s.reused(ctx, old)
	}
	next := newToken()
	in := SignedIn{}
	err = s.store.As(ctx, old.Identity, func(ctx context.Context, tx store.Tx) (err error) {
		session, err := ownSession(ctx, tx, old.Session)
		if err != nil {
			return err
		}
		if in.Expires = earlier(now.Add(s.accounts.Refresh), s.lastDay(session)); !now.Before(in.Expires) {
			return store.ErrNotFound // it is too old: one signs in anew
		}
		err = tx.RotateRefresh(ctx, old.ID, store.Refresh{ID: store.NewID(), Session: old.Session, TokenHash: tokenHash(next), Created: now, Expires: in.Expires})
		if err != nil {
			return err
		}
		in.User, err = tx.User(ctx, old.Identity.User)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return SignedIn{}, ErrSignedOut
	}
	if errors.Is(err, store.ErrStale) {
		return SignedIn{}, s.reused(ctx, old) // somebody was quicker with the same token
	}
	if err != nil {
		return SignedIn{}, err
	}
	if in.Caller, err = s.caller(ctx, old.Identity, old.Session); err != nil {
		return SignedIn{}, err
	}
	in.Tokens.Refresh = next
	in.Tokens.Access, in.Tokens.Lasts, err = s.access(ctx, old.Identity, old.Session)
	if in.Tokens.Access == "" && err == nil {
		return SignedIn{}, ErrNoKey // without keys there are no access tokens to refresh
	}
	return in, err
}

// reused ends the session of a refresh token that came again.
func (s *Service) reused(ctx context.Context, r store.Refresh) error {
	err := s.store.As(ctx, r.Identity, func(ctx context.Context, tx store.Tx) error {
		if err := tx.Note(ctx, store.Event{Action: "session.reuse", Object: "session/" + r.Session}); err != nil {
			return err
		}
		return tx.DeleteSession(ctx, r.Session)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return ErrSignedOut
}

// Access is a fresh access token of a caller's session, for one that was prolonged.
func (s *Service) Access(ctx context.Context, c Caller) (Tokens, error) {
	if c.Session == "" {
		return Tokens{}, ErrSignedOut
	}
	var t Tokens
	var err error
	t.Access, t.Lasts, err = s.access(ctx, c.Identity, c.Session)
	return t, err
}
