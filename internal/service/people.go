package service

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/store"
)

// Users are the people of the caller's tenant: all for its owners, oneself for others.
func (s *Service) Users(ctx context.Context, c Caller) (all []store.User, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Users(ctx)
		return err
	})
	return all, err
}

// AddUser makes an account for somebody, with a password that is said once and that
// they should change. It is for owners.
func (s *Service) AddUser(ctx context.Context, c Caller, n NewOwner, role store.UserRole) (u store.User, password string, err error) {
	n.Password, n.Shown = madePassword(), true
	if u, err = newUser(n); err != nil {
		return u, "", err
	}
	if role != store.Owner && role != store.Member {
		return u, "", fault("role", string(role), "there is no such role", "use member or owner")
	}
	u.Role = role
	if u.PasswordHash, err = s.hashPassword(ctx, n.Password); err != nil {
		return u, "", err
	}
	err = s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateUser(ctx, u); err != nil {
			return err
		}
		u, err = tx.User(ctx, u.ID)
		return err
	})
	return u, n.Password, err
}

// FoundUser makes an account with a tenant of its own; for operators.
func (s *Service) FoundUser(ctx context.Context, c Caller, n NewOwner) (u store.User, password string, err error) {
	if err := operator(c); err != nil {
		return u, "", err
	}
	n.Password, n.Shown = madePassword(), true
	if u, err = newUser(n); err != nil {
		return u, "", err
	}
	if u.PasswordHash, err = s.hashPassword(ctx, n.Password); err != nil {
		return u, "", err
	}
	return u, n.Password, s.store.Found(ctx, store.Tenant{ID: store.NewID(), Name: u.Name}, u, false)
}

// madePassword is 100 random bits, easy to read and to type.
func madePassword() string {
	letters := strings.ToLower(rand.Text())
	return letters[:5] + "-" + letters[5:10] + "-" + letters[10:15] + "-" + letters[15:20]
}

// UserChange is what an owner changes of a user; nil leaves a field as it is.
type UserChange struct {
	Role     *store.UserRole
	Disabled *bool   // kept from coming in; the sessions end
	Tier     *string // for operators
}

// ChangeUser changes what a user of the tenant may do; for its owners. Nobody changes
// themselves so that they could not undo it.
func (s *Service) ChangeUser(ctx context.Context, c Caller, user string, change UserChange) (store.User, error) {
	if change.Role != nil && *change.Role != store.Owner && *change.Role != store.Member {
		return store.User{}, fault("role", string(*change.Role), "there is no such role", "use member or owner")
	}
	if user == c.User && (change.Role != nil && *change.Role != store.Owner || change.Disabled != nil && *change.Disabled) {
		return store.User{}, fault("user", user, "it is yourself", "let another owner do it: a tenant has at least one")
	}
	if change.Tier != nil {
		if err := operator(c); err != nil {
			return store.User{}, err
		}
		if _, known := s.accounts.Tiers[*change.Tier]; !known && *change.Tier != "" {
			return store.User{}, fault("tier", *change.Tier, "there is no such tier", "use one of TIER_LIMITS: "+strings.Join(slices.Sorted(maps.Keys(s.accounts.Tiers)), ", "))
		}
	}
	return s.changeUser(ctx, c, user, func(u *store.User) error {
		set(&u.Role, change.Role)
		set(&u.Disabled, change.Disabled)
		set(&u.Tier, change.Tier)
		return nil
	})
}

// changeUser changes a user of the tenant; for its owners.
func (s *Service) changeUser(ctx context.Context, c Caller, user string, change func(*store.User) error) (u store.User, err error) {
	err = s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		if u, err = tx.User(ctx, user); err != nil {
			return err
		}
		if err := change(&u); err != nil {
			return err
		}
		if err := tx.UpdateUser(ctx, u); err != nil {
			return err
		}
		if u.Disabled {
			return tx.DeleteSessions(ctx, user, "")
		}
		return nil
	})
	return u, err
}

// ResetPassword gives a user of the tenant a password that is said once, ends their
// sessions and, where asked for, their second factor. It is for owners, for those who
// cannot get in any more.
func (s *Service) ResetPassword(ctx context.Context, c Caller, user string, factors bool) (password string, err error) {
	password = madePassword()
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	var u store.User
	err = s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		if u, err = tx.User(ctx, user); err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, user, hash); err != nil {
			return err
		}
		if err := tx.DeleteSessions(ctx, user, ""); err != nil {
			return err
		}
		return s.notice(ctx, tx, u, "Your password was changed by who administers your household.")
	})
	if err != nil {
		return "", err
	}
	if factors {
		err = s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
			if err := tx.DeleteSecondFactor(ctx, user); err != nil {
				return err
			}
			return s.notice(ctx, tx, u, "Your second factor was removed by who administers your household.")
		})
		if err = ignoreMissing(err); err != nil {
			return "", err
		}
	}
	return password, s.store.GoodAttempt(ctx, attemptKey("password", u.Email), nil)
}
