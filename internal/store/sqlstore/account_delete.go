package sqlstore

import (
	"context"
	"database/sql"

	"github.com/foliosight/foliosight/internal/store"
)

// othersOf tells whether a user is there, and how many owners the tenant has besides.
var othersOf = Question{Name: "others_of", Arguments: []string{"id_text", "id_text"}, Scoped: true, Columns: `there bigint, owners bigint`,
	SQL: `SELECT COUNT(CASE WHEN id = $2 THEN 1 END), COUNT(CASE WHEN id <> $2 AND role = 'owner' AND NOT disabled THEN 1 END)
		FROM users WHERE tenant_id = $1`}

// erasing is what goes with a user: $2 is the user, $3 the object of its events.
var erasing = []Question{
	erase("contents", `DELETE FROM event_contents WHERE tenant_id = $1 AND sequence IN (SELECT sequence FROM events WHERE tenant_id = $1 AND (user_id = $2 OR object = $3))`),
	erase("portfolios", `DELETE FROM portfolios WHERE tenant_id = $1 AND owner_id = $2 AND $3 <> ''`),
	erase("shares", `DELETE FROM shares WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`),
	erase("grants", `DELETE FROM grants WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`),
	erase("settings", `DELETE FROM settings WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`),
	erase("answers", `DELETE FROM answers WHERE tenant_id = $1 AND user_id = $2 AND $3 <> ''`),
	erase("user", `DELETE FROM users WHERE tenant_id = $1 AND id = $2 AND $3 <> ''`),
}

func erase(what, statement string) Question {
	return Question{Name: "erase_" + what, Arguments: []string{"id_text", "id_text", "text"}, Writes: true, Scoped: true, SQL: statement}
}

// end takes everything of a tenant out of a table.
func end(table string) Question {
	return Question{Name: "end_" + table, Arguments: []string{"id_text"}, Writes: true, Scoped: true, SQL: `DELETE FROM ` + table + ` WHERE tenant_id = $1`}
}

// deletingQuestions are those of this file.
func deletingQuestions() []Question {
	all := append([]Question{othersOf}, erasing...)
	for _, table := range ofTenant {
		all = append(all, end(table))
	}
	return all
}

// DeleteUser implements store.AccountWriter.
func (t *tx) DeleteUser(ctx context.Context, id string) error {
	return t.write("delete user "+id, func() error {
		if err := t.self(id); err != nil {
			return err
		}
		var there, owners int
		err := t.row(ctx, t.store.text(othersOf), t.id.Tenant, id).Scan(&there, &owners)
		switch {
		case err != nil:
			return err
		case there == 0:
			return store.ErrNotFound
		case owners == 0:
			return store.ErrForbidden // nobody would be left to administer the tenant
		}
		if id == t.id.User {
			if err := t.noteGrants(ctx, id); err != nil {
				return err
			}
		}
		// Noted while there is still somebody; then what the user said and did is erased,
		// and the chain stays.
		if err := t.note(ctx, "user.delete", "user/"+id, "", nil, nil); err != nil {
			return err
		}
		for _, q := range erasing {
			if _, err := t.exec(ctx, t.store.text(q), t.id.Tenant, id, "user/"+id); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteGrants says in the trail of each portfolio that was granted to the user that this
// ends, while they may still see it.
func (t *tx) noteGrants(ctx context.Context, user string) error {
	var portfolios []string
	err := t.each(ctx, func(rows *sql.Rows) error {
		var portfolio string
		err := rows.Scan(textOf{&portfolio})
		portfolios = append(portfolios, portfolio)
		return err
	}, `SELECT portfolio_id FROM grants WHERE tenant_id = $1 AND user_id = $2 ORDER BY portfolio_id`, t.id.Tenant, user)
	for _, p := range portfolios {
		if err == nil {
			err = t.note(ctx, "grant.delete", "grant/"+p+"/"+user, p, nil, nil)
		}
	}
	return err
}

// LeaveGrants implements store.AccountWriter.
func (t *tx) LeaveGrants(ctx context.Context) error {
	return t.write("leave what was granted to "+t.id.User, func() error {
		if err := t.noteGrants(ctx, t.id.User); err != nil {
			return err
		}
		for _, q := range erasing {
			if q.Name != "erase_shares" && q.Name != "erase_grants" {
				continue
			}
			if _, err := t.exec(ctx, t.store.text(q), t.id.Tenant, t.id.User, "user/"+t.id.User); err != nil {
				return err
			}
		}
		clear(t.roles)
		return nil
	})
}

// ofTenant are the tables that a tenant's end does not reach through references, and
// those that must go before others can.
var ofTenant = []string{"portfolios", "grants", "answers", "instruments", "instruments_history", "series", "blocks", "blocks_history", "days", "held_values", "market_versions", "users"}

// DeleteTenant implements store.AccountWriter.
func (t *tx) DeleteTenant(ctx context.Context) error {
	return t.write("delete tenant", func() error {
		if err := t.owner(); err != nil {
			return err
		}
		for _, table := range ofTenant {
			if _, err := t.exec(ctx, t.store.text(end(table)), t.id.Tenant); err != nil {
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
