package service

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/store"
)

// elsewhereLife is how long a person may take at the other provider.
const elsewhereLife = 10 * time.Minute

// ProviderInfo is another provider that people can sign in with.
type ProviderInfo struct {
	Name  string // in addresses
	Label string
}

// Providers are those configured, by name.
func (s *Service) Providers() []ProviderInfo {
	var all []ProviderInfo
	for _, name := range slices.Sorted(maps.Keys(s.others)) {
		label := s.others[name].Label
		if label == "" {
			label = name
		}
		all = append(all, ProviderInfo{name, label})
	}
	return all
}

// Elsewhere is how a sign-in with another provider is asked for.
type Elsewhere struct {
	To     string // page to go to afterwards
	Invite string // of somebody who registers this way
	Visit  Visit
	// Link is who adds the identity to their account instead of signing in; nil: nobody.
	Link *Caller
}

// Sent says where the browser goes, and what it keeps (in a cookie) until it is back.
type Sent struct {
	Address string
	Keep    string
	Expires time.Time
}

// elsewhere is what is remembered meanwhile.
type elsewhere struct {
	Provider, Nonce, Verifier, To, Invite string
	Visit                                 Visit
	Link                                  store.Identity
}

// stateOf is what travels through the other provider: it proves that who comes back is
// who was sent, and says nothing of what is kept.
func stateOf(keep string) string {
	return base64.RawURLEncoding.EncodeToString(tokenHash("state\x00" + keep)[:16])
}

// BeginElsewhere sends a browser to another provider.
func (s *Service) BeginElsewhere(ctx context.Context, provider string, e Elsewhere) (Sent, error) {
	client, ok := s.others[provider]
	if !ok {
		return Sent{}, ErrProvider
	}
	kept := elsewhere{Provider: provider, Nonce: newToken(), Verifier: newToken(), To: e.To, Invite: e.Invite, Visit: e.Visit}
	if e.Link != nil {
		if err := s.prove(ctx, *e.Link, ""); err != nil {
			return Sent{}, err
		}
		kept.Link = store.Identity{Tenant: e.Link.Tenant, User: e.Link.User}
	}
	keep, expires, err := s.challenge(ctx, "elsewhere", elsewhereLife, kept)
	if err != nil {
		return Sent{}, err
	}
	address, err := client.Start(ctx, stateOf(keep), kept.Nonce, kept.Verifier)
	return Sent{address, keep, expires}, err
}

// FinishElsewhere signs in who comes back from another provider: whoever the identity
// was linked to; else, where people may register, a new account. An account is never
// found by its e-mail address alone: who has one here signs in and links it. It returns
// the page to go to.
func (s *Service) FinishElsewhere(ctx context.Context, provider, keep, state, code string) (in SignedIn, to string, err error) {
	if keep == "" || subtle.ConstantTimeCompare([]byte(stateOf(keep)), []byte(state)) != 1 {
		return in, "", ErrChallenge
	}
	var kept elsewhere
	if err := s.takeChallenge(ctx, "elsewhere", keep, &kept); err != nil {
		return in, "", err
	}
	client, ok := s.others[provider]
	if !ok || kept.Provider != provider {
		return in, "", ErrChallenge
	}
	who, err := client.Finish(ctx, code, kept.Nonce, kept.Verifier)
	if err != nil {
		return in, "", err
	}
	id, err := s.store.LinkedTo(ctx, who.Issuer, who.Subject)
	switch {
	case kept.Link.User != "" && err == nil && id != kept.Link:
		return in, "", ErrExists // it is somebody else's
	case kept.Link.User != "" && errors.Is(err, store.ErrNotFound):
		id, err = kept.Link, s.link(ctx, kept.Link, who, true)
	case errors.Is(err, store.ErrNotFound):
		id, err = s.registerElsewhere(ctx, who, kept.Invite)
	}
	if err != nil {
		return in, "", err
	}
	in, err = s.admit(ctx, id, kept.Visit)
	return in, kept.To, err
}

// link lets an account of another provider sign in; who has the account here already is told.
func (s *Service) link(ctx context.Context, id store.Identity, who oidc.Person, told bool) error {
	return s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		err := tx.Link(ctx, store.Linked{ID: store.NewID(), Issuer: who.Issuer, Subject: who.Subject, Email: who.Email, Created: s.now().UTC().Truncate(time.Microsecond)})
		if err != nil || !told {
			return err
		}
		me, err := tx.User(ctx, id.User)
		if err != nil {
			return err
		}
		return s.notice(ctx, tx, me, "An account of "+who.Issuer+" signs in to yours from now on.")
	})
}

// registerElsewhere makes an account without a password for who is new here.
func (s *Service) registerElsewhere(ctx context.Context, who oidc.Person, invite string) (store.Identity, error) {
	fresh, err := s.NeedsSetup(ctx)
	if err != nil {
		return store.Identity{}, err
	}
	if fresh || s.accounts.Registration == Closed || s.accounts.Registration == Invite && invite == "" || !who.Verified {
		return store.Identity{}, ErrNotLinked
	}
	name := who.Name
	if name == "" {
		name = who.Email
	}
	u, err := newUser(NewOwner{Email: who.Email, Name: name, Shown: true})
	if err != nil {
		return store.Identity{}, err
	}
	u.Verified = s.now().UTC().Truncate(time.Microsecond)
	id, err := s.join(ctx, u, invite)
	if errors.Is(err, store.ErrExists) {
		return id, ErrNotLinked // the address has an account here
	}
	if err != nil {
		return id, err
	}
	return id, s.link(ctx, id, who, false)
}

// Linked are the identities of other providers that sign the caller in.
func (s *Service) Linked(ctx context.Context, c Caller) (all []store.Linked, err error) {
	if err := c.Require(ScopeAccount); err != nil {
		return nil, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Linked(ctx)
		return err
	})
	return all, err
}

// Unlink takes one away.
func (s *Service) Unlink(ctx context.Context, c Caller, id string) error {
	return s.noticed(ctx, c, "An account of another provider signs in to yours no more.", func(ctx context.Context, tx store.Tx) error {
		return tx.Unlink(ctx, id)
	})
}
