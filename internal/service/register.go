package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Registration says who may create an account, once the installation has an owner.
type Registration string

// The modes.
const (
	Closed Registration = "closed" // nobody
	Invite Registration = "invite" // whoever an owner invited
	Open   Registration = "open"   // everybody; each founds a tenant of their own
)

// inviteLife is how long an invitation is good.
const inviteLife = 7 * 24 * time.Hour

// Registration is the mode.
func (s *Service) Registration() Registration { return s.accounts.Registration }

// Register creates an account and signs in: the first is the owner's; after that it
// depends on the mode. With an invitation it joins the tenant it came from, or founds
// its own where the invitation says so; without one it founds its own.
func (s *Service) Register(ctx context.Context, n NewOwner) (SignedIn, error) {
	needed, err := s.NeedsSetup(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	switch {
	case needed:
		return s.SetUp(ctx, n)
	case s.accounts.Registration == Closed:
		return SignedIn{}, ErrSetUp
	case s.accounts.Registration == Invite && n.Invite == "":
		return SignedIn{}, ErrUninvited
	}
	u, err := newUser(n)
	if err != nil {
		return SignedIn{}, err
	}
	if u.PasswordHash, err = s.hashPassword(ctx, n.Password); err != nil {
		return SignedIn{}, err
	}
	id, err := s.join(ctx, u, n.Invite)
	if err != nil {
		return SignedIn{}, err
	}
	in, err := s.begin(ctx, id, Visit{Agent: n.Agent, Program: n.Program})
	if err == nil && s.accounts.Mail != nil {
		err = s.SendVerification(ctx, in.Caller)
	}
	return in, err
}

// join makes an account by an invitation, or in a tenant of its own.
func (s *Service) join(ctx context.Context, u store.User, invite string) (store.Identity, error) {
	if err := s.registering(ctx); err != nil {
		return store.Identity{}, err
	}
	own := store.Tenant{ID: store.NewID(), Name: u.Name}
	if invite == "" {
		u.Role = store.Owner
		return store.Identity{Tenant: own.ID, User: u.ID}, s.store.Found(ctx, own, u, false)
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	i, err := s.store.InviteOf(ctx, tokenHash(invite), now)
	if err == nil && i.Email != "" && !strings.EqualFold(i.Email, u.Email) {
		return store.Identity{}, fault("email", u.Email, "the invitation is for another address", "register with the address that it was sent to")
	}
	var id store.Identity
	if err == nil {
		id, err = s.store.Accept(ctx, tokenHash(invite), now, own, u)
	}
	if errors.Is(err, store.ErrNotFound) {
		return id, ErrInvite
	}
	return id, err
}

// NewInvite is an invitation to be made.
type NewInvite struct {
	Email string // empty: whoever has the link
	Role  store.UserRole
	Own   bool // founds a tenant of its own instead of joining; for operators
	Mail  bool // send it
}

// Invite lets somebody create an account. The text is what their link ends with.
func (s *Service) Invite(ctx context.Context, c Caller, n NewInvite) (i store.Invite, text string, err error) {
	if s.accounts.Registration == Closed {
		return i, "", fault("registration", string(Closed), "nobody can register here", "set REGISTRATION=invite")
	}
	if n.Role == "" {
		n.Role = store.Member
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	text = newToken()
	i = store.Invite{ID: store.NewID(), Tenant: c.Tenant, Email: strings.TrimSpace(n.Email), Role: n.Role, Founds: n.Own, TokenHash: tokenHash(text), CreatedBy: c.User, Created: now, Expires: now.Add(inviteLife)}
	if i.Role != store.Member && i.Role != store.Owner {
		return i, "", fault("role", string(n.Role), "there is no such role", "use member or owner")
	}
	if i.Email != "" {
		if err := checkEmail(i.Email); err != nil {
			return i, "", err
		}
	} else if n.Mail {
		return i, "", fault("email", "", "it is missing", "say where the invitation is sent")
	}
	err = s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateInvite(ctx, i); err != nil {
			return err
		}
		if !n.Mail {
			return nil
		}
		me, err := tx.User(ctx, c.User)
		if err != nil {
			return err
		}
		return s.send(ctx, tx, "invitation", inviteLife, i.Email, me.Name+" invites you to FolioSight",
			fmt.Sprintf("%s invites you to FolioSight.\n\nCreate your account here, within a week:\n\n%s\n\nIf you do not know %s, leave it.\n", me.Name, s.InviteLink(text), me.Name))
	})
	return i, text, err
}

// InviteLink is where an invitation leads.
func (s *Service) InviteLink(text string) string {
	return s.accounts.PublicURL + "/register?invite=" + text
}

// Invites are those of the caller's tenant, newest first.
func (s *Service) Invites(ctx context.Context, c Caller) (all []store.Invite, err error) {
	if err := c.Require(ScopeAdmin); err != nil {
		return nil, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Invites(ctx)
		return err
	})
	return all, err
}

// Uninvite takes an invitation back.
func (s *Service) Uninvite(ctx context.Context, c Caller, id string) error {
	return s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error { return tx.DeleteInvite(ctx, id) })
}
