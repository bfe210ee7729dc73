package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// newToken is 256 random bits as text.
func newToken() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Challenges are what is begun at the door and not finished yet. Whoever began has the
// token; the store has its hash and what is remembered, sealed with the token itself, so
// that neither is of use without the other.

func challengeKey(token string) *secret.Keys {
	sum := sha256.Sum256([]byte("foliosight challenge\x00" + token))
	k, err := secret.New(sum[:])
	if err != nil {
		panic(err) // the sum has the length of a key
	}
	return k
}

// challenge remembers data until it is taken or life has passed.
func (s *Service) challenge(ctx context.Context, kind string, life time.Duration, data any) (token string, expires time.Time, err error) {
	token = newToken()
	plain, err := json.Marshal(data)
	if err != nil {
		return "", expires, err
	}
	sealed, err := challengeKey(token).Seal(secret.Place{Purpose: kind}, plain)
	if err != nil {
		return "", expires, err
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	expires = now.Add(life)
	return token, expires, s.store.PutChallenge(ctx, store.Challenge{TokenHash: tokenHash(token), Kind: kind, Data: sealed, Expires: expires}, now)
}

// tryChallenge reads what was remembered and counts that; takeChallenge reads it for
// the last time. What has ended or was taken is ErrChallenge.
func (s *Service) tryChallenge(ctx context.Context, kind, token string, data any) (tries int, err error) {
	c, err := s.store.TryChallenge(ctx, kind, tokenHash(token), s.now().UTC())
	return c.Tries, openChallenge(c, err, token, data)
}

func (s *Service) takeChallenge(ctx context.Context, kind, token string, data any) error {
	c, err := s.store.TakeChallenge(ctx, kind, tokenHash(token), s.now().UTC())
	return openChallenge(c, err, token, data)
}

func openChallenge(c store.Challenge, err error, token string, data any) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrChallenge
	}
	if err != nil {
		return err
	}
	plain, err := challengeKey(token).Open(secret.Place{Purpose: c.Kind}, c.Data)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, data)
}
