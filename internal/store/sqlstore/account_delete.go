package sqlstore

import (
	"context"

	"github.com/foliosight/foliosight/internal/store"
)

// DeleteUser implements store.AccountWriter.
func (t *tx) DeleteUser(ctx context.Context, id string) error {
	return t.write("delete user "+id, func() error {
		if err := t.self(id); err != nil {
			return err
		}
		var there, owners int
		err := t.row(ctx, `SELECT COALESCE(SUM(CASE WHEN id = $2 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN id <> $2 AND role = 'owner' AND NOT disabled THEN 1 ELSE 0 END), 0)
			FROM users WHERE tenant_id = $1`, t.id.Tenant, id).Scan(&there, &owners)
		switch {
		case err != nil:
			return err
		case there == 0:
			return store.ErrNotFound
		case owners == 0:
			return store.ErrForbidden // nobody would be left to administer the tenant
		}
		// Noted while there is still somebody; then what the user said and did is erased,
		// and the chain stays.
		if err := t.note(ctx, "user.delete", "user/"+id, "", nil, nil); err != nil {
			return err
		}
		for _, statement := range []string{
			`DELETE FROM event_contents WHERE tenant_id = $1 AND sequence IN (SELECT sequence FROM events WHERE tenant_id = $1 AND (user_id = $2 OR object = $3))`,
			`DELETE FROM portfolios WHERE tenant_id = $1 AND owner_id = $2 AND $3 <> ''`,
			`DELETE FROM grants WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`,
			`DELETE FROM settings WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`,
			`DELETE FROM answers WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`,
		} {
			if _, err := t.exec(ctx, statement, t.id.Tenant, id, "user/"+id); err != nil {
				return err
			}
		}
		return t.must(ctx, `DELETE FROM users WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, id)
	})
}

// ofTenant are the tables that a tenant's end does not reach through references, and
// those that must go before others can.
var ofTenant = []string{"portfolios", "grants", "answers", "instruments", "instruments_history", "series", "blocks", "blocks_history", "market_versions", "users"}

// DeleteTenant implements store.AccountWriter.
func (t *tx) DeleteTenant(ctx context.Context) error {
	return t.write("delete tenant", func() error {
		if err := t.owner(); err != nil {
			return err
		}
		for _, table := range ofTenant {
			if _, err := t.exec(ctx, `DELETE FROM `+table+` WHERE tenant_id = $1`, t.id.Tenant); err != nil {
				return err
			}
		}
		return t.must(ctx, `DELETE FROM tenants WHERE id = $1`, t.id.Tenant)
	})
}

// owner refuses everybody but the tenant's owners.
func (t *tx) owner() error {
	if err := t.member(); err != nil {
		return err
	}
	if !t.admin {
		return store.ErrForbidden
	}
	return nil
}
