package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/token"
)

// rings is the ring of signing keys as it was seen last.
type rings struct {
	mu   sync.Mutex
	ring *token.Ring
	seen time.Time
}

// How old the ring may be: another process may have rotated it. A token whose key is
// not known looks at once, but not more often than the second.
const (
	ringAge    = time.Minute
	ringAtOnce = time.Second
)

// signing is the ring of keys that access tokens are signed with: those configured, or
// those of the store. Without any it is nil: then the session's token serves.
func (s *Service) signing(ctx context.Context, oldest time.Duration) (*token.Ring, error) {
	s.ring.mu.Lock()
	defer s.ring.mu.Unlock()
	now := s.now()
	if s.ring.ring != nil && (len(s.accounts.Signing) > 0 || now.Sub(s.ring.seen).Abs() < oldest) {
		return s.ring.ring, nil
	}
	keys := s.accounts.Signing
	if len(keys) == 0 {
		if s.accounts.Secrets == nil {
			return nil, nil
		}
		var err error
		if keys, err = s.keptKeys(ctx); err != nil {
			return nil, err
		}
	}
	ring, err := token.NewRing(s.now, keys[0], keys[1:]...)
	if err != nil {
		return nil, err
	}
	s.ring.ring, s.ring.seen = ring, now
	return ring, nil
}

// keptKeys are those of the store, the one that signs first; the first is made here.
func (s *Service) keptKeys(ctx context.Context) ([]token.Key, error) {
	for range 2 {
		sealed, err := s.store.SigningKeys(ctx)
		if err != nil {
			return nil, err
		}
		var keys []token.Key
		for _, k := range sealed { // the newest first: it signs
			plain, err := s.accounts.Secrets.Open(secret.SigningKeys.At(k.ID), k.Secret)
			if err != nil {
				return nil, fmt.Errorf("signing key %s: %w", k.ID, err)
			}
			keys = append(keys, token.Key{ID: k.ID, Secret: plain})
		}
		if len(keys) > 0 {
			return keys, nil
		}
		if err := s.addSigningKey(ctx, true, time.Time{}); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("no signing key")
}

// addSigningKey adds a key; those retired before a time are forgotten.
func (s *Service) addSigningKey(ctx context.Context, first bool, forget time.Time) error {
	raw := make([]byte, token.MinSecret)
	rand.Read(raw)
	now := s.now().UTC().Truncate(time.Microsecond)
	k := store.SealedKey{ID: store.NewID(), Created: now}
	var err error
	if k.Secret, err = s.accounts.Secrets.Seal(secret.SigningKeys.At(k.ID), raw); err != nil {
		return err
	}
	return s.store.RotateSigningKey(ctx, k, first, forget)
}

// RotateSigningKey lets a new key sign; tokens signed before stay good until they end.
// With emergency the keys before it verify nothing any more: every access token ends,
// sessions and refresh tokens do not. It is for operators, and for keys that the store
// keeps; one that is configured is changed there.
func (s *Service) RotateSigningKey(ctx context.Context, c Caller, emergency bool) error {
	if err := operator(c); err != nil {
		return err
	}
	if len(s.accounts.Signing) > 0 {
		return fault("SECRET_KEY", "", "the signing key is configured", "change SECRET_KEY and give the earlier one as SECRET_KEY_PREVIOUS")
	}
	if s.accounts.Secrets == nil {
		return ErrNoKey
	}
	// A key goes when no token that it signed can still be good; in an emergency, once it
	// is retired.
	err := s.addSigningKey(ctx, false, s.now().UTC().Add(-s.accounts.Access))
	if err == nil && emergency {
		err = s.addSigningKey(ctx, false, s.now().UTC().Add(time.Hour))
	}
	if err != nil {
		return err
	}
	s.ring.mu.Lock()
	s.ring.ring = nil
	s.ring.mu.Unlock()
	return s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		return tx.Note(ctx, store.Event{Action: "signing-key.rotate", Object: "signing-key"})
	})
}

// access signs an access token of a session.
func (s *Service) access(ctx context.Context, id store.Identity, session string) (text string, lasts time.Duration, err error) {
	ring, err := s.signing(ctx, ringAge)
	if err != nil || ring == nil {
		return "", 0, err
	}
	now := s.now().UTC().Truncate(time.Second)
	text, err = ring.Sign(token.Claims{Tenant: id.Tenant, User: id.User, Session: session, Issued: now, Expires: now.Add(s.accounts.Access)})
	return text, s.accounts.Access, err
}

// readAccess finds the session of an access token.
func (s *Service) readAccess(ctx context.Context, text string, now time.Time) (store.Session, error) {
	ring, err := s.signing(ctx, ringAge)
	if err != nil {
		return store.Session{}, err
	}
	if ring != nil && !ring.Knows(text) {
		if ring, err = s.signing(ctx, ringAtOnce); err != nil {
			return store.Session{}, err
		}
	}
	if ring == nil {
		return store.Session{}, store.ErrNotFound
	}
	claims, err := ring.Read(text)
	if err != nil {
		return store.Session{}, store.ErrNotFound
	}
	return s.store.SessionByID(ctx, store.Identity{Tenant: claims.Tenant, User: claims.User}, claims.Session, now)
}
