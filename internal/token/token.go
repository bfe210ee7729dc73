// Package token signs and reads access tokens: JSON Web Tokens that name a user, a
// tenant and a session.
//
// Model: HS256 and nothing else (RFC 7518, 3.2). The header names the key (kid), so that
// keys are rotated with an overlap: one key signs, those before it still verify. A token
// says who asks, not what they may do; whether its session still lasts is looked up each
// time, so that signing out ends it at once.
//
// Times are whole seconds, as in RFC 7519.
package token

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ErrToken reports a token that is not ours, was changed or has ended.
var ErrToken = errors.New("no valid token")

// issuer is who signs.
const issuer = "foliosight"

// MinSecret is the least length of a key in bytes: that of the hash (RFC 7518, 3.2).
const MinSecret = 32

// Claims are what a token says.
type Claims struct {
	Tenant  string
	User    string
	Session string
	Issued  time.Time
	Expires time.Time
}

// Key is a key with its name.
type Key struct {
	ID     string
	Secret []byte
}

// KeyOf names a key that has no name of its own by the beginning of a hash, which says
// nothing of it.
func KeyOf(secret []byte) Key {
	sum := sha256.Sum256(append([]byte("foliosight signing key id\x00"), secret...))
	return Key{ID: hex.EncodeToString(sum[:8]), Secret: secret}
}

// Ring is the keys of one moment.
type Ring struct {
	signs    Key
	verifies map[string][]byte
	now      func() time.Time
}

// NewRing makes a ring whose first key signs; all of them verify.
func NewRing(now func() time.Time, signs Key, before ...Key) (*Ring, error) {
	r := &Ring{signs: signs, verifies: map[string][]byte{}, now: now}
	for _, k := range append([]Key{signs}, before...) {
		if len(k.Secret) < MinSecret {
			return nil, fmt.Errorf("key %s has %d bytes, at least %d are needed", k.ID, len(k.Secret), MinSecret)
		}
		r.verifies[k.ID] = k.Secret
	}
	return r, nil
}

// Knows reports whether the ring has the key that a token names.
func (r *Ring) Knows(text string) bool {
	t, _, err := jwt.NewParser().ParseUnverified(text, &claims{})
	if err != nil {
		return false
	}
	kid, _ := t.Header["kid"].(string)
	return r.verifies[kid] != nil
}

// claims as they are written.
type claims struct {
	Tenant  string `json:"tid"`
	Session string `json:"sid"`
	jwt.RegisteredClaims
}

// Sign makes a token.
func (r *Ring) Sign(c Claims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{Tenant: c.Tenant, Session: c.Session, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: issuer, Subject: c.User, IssuedAt: jwt.NewNumericDate(c.Issued), ExpiresAt: jwt.NewNumericDate(c.Expires)}})
	t.Header["kid"] = r.signs.ID
	return t.SignedString(r.signs.Secret)
}

// Read checks a token and returns what it says.
func (r *Ring) Read(text string) (Claims, error) {
	var c claims
	_, err := jwt.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		secret := r.verifies[kid]
		if secret == nil {
			return nil, errors.New("unknown key")
		}
		return secret, nil
	}, jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(issuer), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(r.now))
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if c.Subject == "" || c.Tenant == "" || c.Session == "" || c.IssuedAt == nil {
		return Claims{}, fmt.Errorf("%w: it names nobody", ErrToken)
	}
	return Claims{Tenant: c.Tenant, User: c.Subject, Session: c.Session, Issued: c.IssuedAt.UTC(), Expires: c.ExpiresAt.UTC()}, nil
}
