package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/passkey"
	"github.com/foliosight/foliosight/internal/store"
)

// passkeyLife is how long a person may take in front of the authenticator.
const passkeyLife = 5 * time.Minute

// Ceremony is what a browser is asked to do: the options for its navigator.credentials,
// and the challenge to send back with its answer.
type Ceremony struct {
	Options   json.RawMessage
	Challenge string
	Expires   time.Time
}

// registering is what is remembered while a passkey is made.
type registering struct {
	User    string
	Session json.RawMessage
}

// signingIn is what is remembered while one signs in.
type signingIn struct {
	Session json.RawMessage
	Visit   Visit
}

func (s *Service) passkeyParty() (*passkey.Party, error) {
	if s.party == nil {
		return nil, fault("FRONTEND_URL", s.accounts.PublicURL, s.noParty.Error(), "set FRONTEND_URL to the address of the pages")
	}
	return s.party, nil
}

// person is the caller as passkeys know them. The handle is the id of the user.
func (s *Service) person(ctx context.Context, id store.Identity) (p passkey.Person, err error) {
	handle, err := uuid.Parse(id.User)
	if err != nil {
		return p, err
	}
	err = s.store.Read(ctx, id, func(ctx context.Context, v store.View) error {
		u, err := v.User(ctx, id.User)
		if err != nil {
			return err
		}
		p = passkey.Person{Handle: handle[:], Email: u.Email, Name: u.Name}
		all, err := v.Passkeys(ctx)
		for _, one := range all {
			p.Passkeys = append(p.Passkeys, one.Data)
		}
		return err
	})
	return p, err
}

// BeginPasskey begins to make a passkey.
func (s *Service) BeginPasskey(ctx context.Context, c Caller, password string) (Ceremony, error) {
	party, err := s.passkeyParty()
	if err != nil {
		return Ceremony{}, err
	}
	if err := s.prove(ctx, c, password); err != nil {
		return Ceremony{}, err
	}
	who, err := s.person(ctx, c.Identity)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := party.BeginRegistration(who)
	if err != nil {
		return Ceremony{}, err
	}
	text, expires, err := s.challenge(ctx, "passkey-new", passkeyLife, registering{c.User, session})
	return Ceremony{options, text, expires}, err
}

// FinishPasskey keeps the passkey that the browser made.
func (s *Service) FinishPasskey(ctx context.Context, c Caller, challenge, name string, answer []byte) (p store.Passkey, err error) {
	if err := c.Require(ScopeAccount); err != nil {
		return p, err
	}
	party, err := s.passkeyParty()
	if err != nil {
		return p, err
	}
	if name = strings.TrimSpace(name); name == "" || len(name) > 100 {
		return p, fault("name", name, "it is empty or too long", "say which device it is, in at most 100 letters")
	}
	var r registering
	if err := s.takeChallenge(ctx, "passkey-new", challenge, &r); err != nil {
		return p, err
	}
	if r.User != c.User {
		return p, ErrChallenge
	}
	who, err := s.person(ctx, c.Identity)
	if err != nil {
		return p, err
	}
	made, err := party.FinishRegistration(who, r.Session, answer)
	if err != nil {
		return p, err
	}
	p = store.Passkey{ID: store.NewID(), Identity: c.Identity, Credential: made.ID, Name: name, Data: made.Data, Created: s.now().UTC().Truncate(time.Microsecond)}
	return p, s.noticed(ctx, c, "A passkey was added to your account: "+name+".", func(ctx context.Context, tx store.Tx) error {
		return tx.CreatePasskey(ctx, p)
	})
}

// BeginPasskeySignIn begins a sign-in with a passkey; nobody says yet who they are.
func (s *Service) BeginPasskeySignIn(ctx context.Context, v Visit) (Ceremony, error) {
	party, err := s.passkeyParty()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := party.BeginSignIn()
	if err != nil {
		return Ceremony{}, err
	}
	text, expires, err := s.challenge(ctx, "passkey", passkeyLife, signingIn{session, v})
	return Ceremony{options, text, expires}, err
}

// FinishPasskeySignIn signs in whose passkey answered. A passkey verifies its user and
// so needs no second factor.
func (s *Service) FinishPasskeySignIn(ctx context.Context, challenge string, answer []byte) (SignedIn, error) {
	party, err := s.passkeyParty()
	if err != nil {
		return SignedIn{}, err
	}
	var begun signingIn
	if err := s.takeChallenge(ctx, "passkey", challenge, &begun); err != nil {
		return SignedIn{}, err
	}
	var used store.Passkey
	credential, err := party.FinishSignIn(begun.Session, answer, func(credential, handle []byte) (passkey.Person, error) {
		if used, err = s.store.PasskeyOf(ctx, credential); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				err = fmt.Errorf("%w: nobody here has it", ErrPasskey)
			}
			return passkey.Person{}, err
		}
		return s.person(ctx, used.Identity)
	})
	if err != nil {
		if used.Identity.User != "" {
			err = errors.Join(err, s.refused(ctx, used.Identity, "passkey"))
		}
		return SignedIn{}, err
	}
	err = s.store.As(ctx, used.Identity, func(ctx context.Context, tx store.Tx) error {
		return tx.UsePasskey(ctx, used.ID, credential.Data, s.now().UTC().Truncate(time.Microsecond))
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.begin(ctx, used.Identity, begun.Visit)
}

// Passkeys are the caller's own, oldest first.
func (s *Service) Passkeys(ctx context.Context, c Caller) (all []store.Passkey, err error) {
	if err := c.Require(ScopeAccount); err != nil {
		return nil, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Passkeys(ctx)
		return err
	})
	return all, err
}

// RenamePasskey says anew which device it is.
func (s *Service) RenamePasskey(ctx context.Context, c Caller, id, name string) error {
	if name = strings.TrimSpace(name); name == "" || len(name) > 100 {
		return fault("name", name, "it is empty or too long", "say which device it is, in at most 100 letters")
	}
	return s.account(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.RenamePasskey(ctx, id, name) })
}

// DeletePasskey removes one.
func (s *Service) DeletePasskey(ctx context.Context, c Caller, id, password string) error {
	if err := s.prove(ctx, c, password); err != nil {
		return err
	}
	return s.noticed(ctx, c, "A passkey was removed from your account.", func(ctx context.Context, tx store.Tx) error {
		return tx.DeletePasskey(ctx, id)
	})
}
