package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// tokenPrefix marks the tokens that people make for programs, so that one that was
// published by mistake is recognised.
const tokenPrefix = "fsp_"

// How long they last.
const (
	usualToken   = 90 * 24 * time.Hour
	longestToken = 366 * 24 * time.Hour
	tokensAtMost = 50
)

// NewToken is a token to be made for a program.
type NewToken struct {
	Name    string
	Scope   Scope
	Expires time.Time // zero: in 90 days; at most a year
}

// PersonalTokens are the caller's own, newest first.
func (s *Service) PersonalTokens(ctx context.Context, c Caller) (all []store.PersonalToken, err error) {
	if err := c.Require(ScopeAccount); err != nil {
		return nil, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.PersonalTokens(ctx)
		return err
	})
	return all, err
}

// CreateToken makes a token for a program. Its text is returned once and kept nowhere.
func (s *Service) CreateToken(ctx context.Context, c Caller, n NewToken) (p store.PersonalToken, text string, err error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	p = store.PersonalToken{ID: store.NewID(), Identity: c.Identity, Name: strings.TrimSpace(n.Name), Scope: string(n.Scope), Created: now, Expires: n.Expires.UTC().Truncate(time.Microsecond)}
	if n.Expires.IsZero() {
		p.Expires = now.Add(usualToken)
	}
	switch {
	case p.Name == "" || len(p.Name) > 100:
		return p, "", fault("name", p.Name, "it is empty or too long", "say what the token is for, in at most 100 letters")
	case !slices.Contains(Scopes, n.Scope):
		return p, "", fault("scope", string(n.Scope), "there is no such scope", "use read, trade, manage or admin")
	case !p.Expires.After(now):
		return p, "", fault("expires", p.Expires.Format(time.RFC3339), "it lies in the past", "give a time to come, or none for 90 days")
	case p.Expires.Sub(now) > longestToken:
		return p, "", fault("expires", p.Expires.Format(time.RFC3339), "it is more than a year away", "make a token for a year at most, and another after it")
	}
	text = tokenPrefix + newToken()
	p.TokenHash = tokenHash(text)
	err = s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		have, err := tx.PersonalTokens(ctx)
		if err != nil {
			return err
		}
		if len(have) >= tokensAtMost {
			return fault("name", p.Name, "there are 50 tokens already", "revoke one that is not used any more")
		}
		if n.Scope == ScopeAdmin {
			me, err := tx.User(ctx, c.User)
			if err != nil {
				return err
			}
			if me.Role != store.Owner {
				return fault("scope", string(n.Scope), "it is for owners", "use manage")
			}
		}
		return tx.CreatePersonalToken(ctx, p)
	})
	return p, text, err
}

// RevokeToken ends one of the caller's tokens.
func (s *Service) RevokeToken(ctx context.Context, c Caller, id string) error {
	return s.account(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeletePersonalToken(ctx, id) })
}

// byPersonalToken is the caller of a token made for a program.
func (s *Service) byPersonalToken(ctx context.Context, text string, now time.Time) (Caller, error) {
	p, err := s.store.PersonalTokenOf(ctx, tokenHash(text), now)
	if err != nil {
		return Caller{}, err
	}
	if now.Sub(p.LastUsed) > touchEvery {
		err := s.store.As(ctx, p.Identity, func(ctx context.Context, tx store.Tx) error { return tx.TouchPersonalToken(ctx, p.ID, now) })
		if err != nil {
			return Caller{}, err
		}
	}
	c, err := s.caller(ctx, p.Identity, "")
	c.Token, c.Scope = p.ID, Scope(p.Scope)
	c.Operator = c.Operator && c.Require(ScopeAdmin) == nil
	return c, err
}
