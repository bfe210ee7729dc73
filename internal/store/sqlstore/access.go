package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/store"
)

// enter finds out who is asking: an owner or a member of the tenant, a guest with a
// grant in it, or nobody.
func (t *tx) enter(ctx context.Context) error {
	standing, err := t.standing(ctx)
	if err != nil {
		return fmt.Errorf("user %s: %w", t.id.User, t.store.dialect.named(err))
	}
	switch {
	case t.store.dialect.Unscoped:
		t.admin = true
	case standing == IsNobody:
		return fmt.Errorf("user %s: %w", t.id.User, store.ErrNotFound)
	case standing == IsDisabled:
		return fmt.Errorf("user %s: disabled: %w", t.id.User, store.ErrForbidden)
	}
	t.admin = t.admin || standing == IsOwner
	t.guest = standing == IsGuest
	return nil
}

// standing asks the database what the user is to the tenant.
func (t *tx) standing(ctx context.Context) (Standing, error) {
	if t.store.dialect.Enter != nil {
		return t.store.dialect.Enter(ctx, t.sql, t.id)
	}
	var role string
	var disabled bool
	err := t.row(ctx, `SELECT role, disabled FROM users WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, t.id.User).Scan(&role, &disabled)
	switch {
	case err == nil && disabled:
		return IsDisabled, nil
	case err == nil:
		return Standing(role), nil
	case !errors.Is(err, sql.ErrNoRows):
		return IsNobody, err
	}
	var granted int
	err = t.row(ctx, `SELECT COUNT(*) FROM grants WHERE tenant_id = $1 AND user_id = $2`, t.id.Tenant, t.id.User).Scan(&granted)
	if err != nil || granted == 0 {
		return IsNobody, err
	}
	return IsGuest, nil
}

// visible is the condition under which an identity sees a portfolio p; $1 is the
// tenant, $2 the user.
const visible = `p.tenant_id = $1 AND (p.owner_id = $2 OR EXISTS (
	SELECT 1 FROM grants g WHERE g.tenant_id = p.tenant_id AND g.portfolio_id = p.id AND g.user_id = $2))`

const accessQuery = `SELECT p.owner_id, g.role FROM portfolios p
	LEFT JOIN grants g ON g.tenant_id = p.tenant_id AND g.portfolio_id = p.id AND g.user_id = $2
	WHERE p.tenant_id = $1 AND p.id = $3`

// access is the one decision whether the identity may do something with a portfolio.
// What it cannot see is ErrNotFound; what it sees but may not do is ErrForbidden.
func (t *tx) access(ctx context.Context, portfolio string, needed store.Role) error {
	if t.store.dialect.Unscoped {
		return nil
	}
	role, asked := t.roles[portfolio]
	if !asked {
		if uuid.Validate(portfolio) != nil { // no portfolio has this name; PostgreSQL would end the transaction
			return fmt.Errorf("portfolio %s: %w", portfolio, store.ErrNotFound)
		}
		query := t.store.dialect.Access
		if query == "" {
			query = accessQuery
		}
		var owner, granted string
		err := t.row(ctx, query, t.id.Tenant, t.id.User, portfolio).Scan(textOf{&owner}, textOf{&granted})
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("portfolio %s: %w", portfolio, t.store.dialect.named(err))
		}
		role = t.roleOf(owner, granted)
		t.roles[portfolio] = role
		if role != "" {
			t.sees(portfolio, owner)
		} else {
			t.misses(portfolio)
		}
	}
	switch {
	case role == "":
		return fmt.Errorf("portfolio %s: %w", portfolio, store.ErrNotFound)
	case !role.Allows(needed):
		return fmt.Errorf("portfolio %s: %s needs the role %q, this is %q: %w", portfolio, t.id.User, needed, role, store.ErrForbidden)
	}
	return nil
}

func (t *tx) roleOf(owner, granted string) store.Role {
	if owner == t.id.User && !t.guest {
		return store.CanManage
	}
	return store.Role(granted)
}

// member refuses guests: what belongs to the tenant as a whole is not theirs.
func (t *tx) member() error {
	if t.guest {
		return fmt.Errorf("user %s is not of this tenant: %w", t.id.User, store.ErrForbidden)
	}
	return nil
}

// self allows what concerns a user to that user and to the tenant's owners.
func (t *tx) self(user string) error {
	if err := t.member(); err != nil {
		return err
	}
	if user != t.id.User && !t.admin {
		return fmt.Errorf("user %s: %w", user, store.ErrForbidden)
	}
	return nil
}
