package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// invitationToShare is how long the mail about a share is worth sending.
const invitationToShare = 3 * 24 * time.Hour

// Shared is a share that was made, with what its maker should know. It is the same
// whether the address has an account here or not.
type Shared struct {
	store.Share
	Mailed bool   // a mail went out
	Notice string // what happens now
}

// Shares of a portfolio, for those who manage it.
func (s *Service) Shares(ctx context.Context, c Caller, portfolio string) (all []store.Share, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Shares(ctx, portfolio)
		return err
	})
	return all, err
}

// Share lets whoever has an address see a portfolio, trade in it or manage it. Whether
// they have an account is neither looked at nor said: they see it once they have one.
func (s *Service) Share(ctx context.Context, c Caller, portfolio, email string, role store.Role) (out Shared, err error) {
	email = strings.TrimSpace(email)
	if err := checkEmail(email); err != nil {
		return out, err
	}
	if err := checkRole(role); err != nil {
		return out, err
	}
	from, err := s.sender(ctx, c, email)
	if err != nil {
		return out, err
	}
	err = s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		out.Share, err = tx.PutShare(ctx, store.Share{ID: store.NewID(), Portfolio: portfolio, Email: email, Role: role})
		return err
	})
	if err != nil {
		return out, err
	}
	out.Notice = "They see it once they have an account with this address."
	out.Mailed, err = s.tell(ctx, c, "share", email, from+" shares a portfolio with you",
		fmt.Sprintf("%s shares a portfolio with you on FolioSight. You find it among your portfolios:\n\n%s\n\n%s\n\nIf you do not know %s, leave it.\n", from, s.accounts.PublicURL+"/portfolios", s.howToRegister(), from))
	if !out.Mailed {
		out.Notice += " This installation sends no mail: tell them yourself."
	}
	if s.accounts.Registration == Closed {
		out.Notice += " Nobody can register here: whoever has no account needs one from who runs the installation."
	}
	return out, err
}

// howToRegister is said to everybody alike.
func (s *Service) howToRegister() string {
	switch s.accounts.Registration {
	case Open:
		return "If you have no account yet, register with this address:\n\n" + s.accounts.PublicURL + "/register"
	case Invite:
		return "If you have no account yet, ask them for an invitation to register."
	}
	return "If you have no account yet, ask who runs the installation for one."
}

// sender is what somebody who shares is called; an own address is refused.
func (s *Service) sender(ctx context.Context, c Caller, email string) (string, error) {
	me, err := s.Me(ctx, c)
	if err == nil && strings.EqualFold(me.Email, email) {
		err = fault("email", email, "it is your own address", "give somebody else's")
	}
	return me.Name, err
}

// tell sends a mail in the caller's name, where mail goes out.
func (s *Service) tell(ctx context.Context, c Caller, purpose, to, subject, text string) (sent bool, err error) {
	if s.accounts.Mail == nil {
		return false, nil
	}
	err = s.store.As(ctx, c.Identity, func(ctx context.Context, tx store.Tx) error {
		return s.send(ctx, tx, purpose, invitationToShare, to, subject, text)
	})
	if errors.Is(err, store.ErrNested) {
		return false, nil // within a write to another tenant nothing can be sent from one's own
	}
	return err == nil, err
}

func checkRole(role store.Role) error {
	if !role.Allows(store.CanView) {
		return fault("role", string(role), "there is no such role", "use view, trade or manage")
	}
	return nil
}

// ChangeShare changes what somebody may do.
func (s *Service) ChangeShare(ctx context.Context, c Caller, portfolio, id string, role store.Role) (out store.Share, err error) {
	if err := checkRole(role); err != nil {
		return out, err
	}
	err = s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		out, err = tx.ChangeShare(ctx, portfolio, id, role)
		return err
	})
	return out, err
}

// Unshare ends a share at once.
func (s *Service) Unshare(ctx context.Context, c Caller, portfolio, id string) error {
	return s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error { return tx.DeleteShare(ctx, portfolio, id) })
}
