package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Tenant implements store.PeopleReader.
func (t *tx) Tenant(ctx context.Context) (store.Tenant, error) {
	tenant := store.Tenant{ID: t.id.Tenant}
	if err := t.member(); err != nil {
		return tenant, err
	}
	err := t.row(ctx, `SELECT name, created FROM tenants WHERE id = $1`, t.id.Tenant).Scan(&tenant.Name, timeOf{&tenant.Created})
	return tenant, t.named("tenant", err)
}

const userColumns = `id, email, name, role, base_currency, locale, time_zone, country, cost_method, tier, verified, created, disabled`

func scanUser(row interface{ Scan(...any) error }) (store.User, error) {
	var u store.User
	err := row.Scan(textOf{&u.ID}, &u.Email, &u.Name, &u.Role, &u.BaseCurrency, &u.Locale, &u.TimeZone, &u.Country, &u.CostMethod, &u.Tier, timeOf{&u.Verified}, timeOf{&u.Created}, &u.Disabled)
	return u, err
}

// User implements store.PeopleReader. Members see themselves, owners everybody.
func (t *tx) User(ctx context.Context, id string) (store.User, error) {
	if t.self(id) != nil {
		return store.User{}, t.named("user "+id, sql.ErrNoRows)
	}
	u, err := scanUser(t.row(ctx, `SELECT `+userColumns+` FROM users WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, id))
	return u, t.named("user "+id, err)
}

// Users implements store.PeopleReader.
func (t *tx) Users(ctx context.Context) ([]store.User, error) {
	if err := t.member(); err != nil {
		return nil, err
	}
	var all []store.User
	err := t.each(ctx, func(rows *sql.Rows) error {
		u, err := scanUser(rows)
		all = append(all, u)
		return err
	}, `SELECT `+userColumns+` FROM users WHERE tenant_id = $1 AND (id = $2 OR $3) ORDER BY created, id`, t.id.Tenant, t.id.User, t.admin)
	return all, t.named("users", err)
}

// CreateUser implements store.PeopleWriter.
func (t *tx) CreateUser(ctx context.Context, u store.User) error {
	return t.write("create user", func() error {
		if !t.admin {
			return store.ErrForbidden
		}
		return t.insertUser(ctx, u)
	})
}

func (t *tx) insertUser(ctx context.Context, u store.User) error {
	_, err := t.exec(ctx, `INSERT INTO users (tenant_id, id, email, email_key, name, role, password_hash, base_currency, locale, time_zone, country, cost_method, tier, verified, created, disabled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		t.id.Tenant, u.ID, u.Email, fold(u.Email), u.Name, string(u.Role), u.PasswordHash, string(u.BaseCurrency), u.Locale, u.TimeZone,
		u.Country, u.CostMethod, u.Tier, timeOrNull(u.Verified), formatTime(t.stamp()), u.Disabled)
	if err != nil {
		return err
	}
	return t.note(ctx, "user.create", "user/"+u.ID, "", nil, recorded(u))
}

// recorded is a user as the audit trail keeps it: without the hash of the password.
func recorded(u store.User) store.User {
	u.PasswordHash = ""
	return u
}

// UpdateUser implements store.PeopleWriter.
func (t *tx) UpdateUser(ctx context.Context, u store.User) error {
	return t.write("update user "+u.ID, func() error {
		if err := t.self(u.ID); err != nil {
			return err
		}
		before, err := t.User(ctx, u.ID)
		if err != nil {
			return err
		}
		if !t.admin && (u.Role != before.Role || u.Disabled != before.Disabled) || u.Tier != before.Tier && !t.id.Operator {
			return store.ErrForbidden
		}
		u.Verified = before.Verified
		if fold(u.Email) != fold(before.Email) {
			u.Verified = time.Time{}
		}
		err = t.must(ctx, `UPDATE users SET email = $3, email_key = $4, name = $5, role = $6, base_currency = $7, locale = $8, time_zone = $9, disabled = $10,
			country = $11, cost_method = $12, tier = $13, verified = $14
			WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, u.ID, u.Email, fold(u.Email), u.Name, string(u.Role), string(u.BaseCurrency), u.Locale, u.TimeZone, u.Disabled,
			u.Country, u.CostMethod, u.Tier, timeOrNull(u.Verified))
		if err != nil {
			return err
		}
		return t.note(ctx, "user.update", "user/"+u.ID, "", recorded(before), recorded(u))
	})
}

// SetPassword implements store.PeopleWriter.
func (t *tx) SetPassword(ctx context.Context, user, hash string) error {
	return t.write("set password of "+user, func() error {
		if err := t.self(user); err != nil {
			return err
		}
		err := t.must(ctx, `UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, user, hash)
		if err != nil {
			return err
		}
		return t.note(ctx, "user.password", "user/"+user, "", nil, nil)
	})
}

// Sessions implements store.PeopleReader.
func (t *tx) Sessions(ctx context.Context) ([]store.Session, error) {
	var all []store.Session
	err := t.each(ctx, func(rows *sql.Rows) error {
		s, err := scanSession(rows)
		all = append(all, s)
		return err
	}, `SELECT `+sessionColumns+` FROM sessions s
		WHERE s.tenant_id = $1 AND s.user_id = $2 ORDER BY s.created DESC, s.id DESC`, t.id.Tenant, t.id.User)
	return all, t.named("sessions", err)
}

// CreateSession implements store.PeopleWriter.
func (t *tx) CreateSession(ctx context.Context, s store.Session) error {
	return t.write("create session", func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO sessions (tenant_id, id, user_id, token_hash, created, last_seen, expires, token_until, agent)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			t.id.Tenant, s.ID, t.id.User, s.TokenHash, formatTime(s.Created), formatTime(s.LastSeen), formatTime(s.Expires), timeOrNull(s.TokenUntil), s.Agent)
		if err != nil {
			return err
		}
		var from any
		if s.Address != "" || s.Agent != "" {
			from = struct {
				Address string `json:"address,omitempty"`
				Agent   string `json:"agent,omitempty"`
			}{s.Address, s.Agent}
		}
		return t.note(ctx, "session.create", "session/"+s.ID, "", nil, from)
	})
}

// TouchSession implements store.PeopleWriter.
func (t *tx) TouchSession(ctx context.Context, id string, seen, expires time.Time) error {
	return t.writeQuietly("touch session "+id, func() error {
		if expires.IsZero() {
			return t.must(ctx, `UPDATE sessions SET last_seen = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id, formatTime(seen))
		}
		return t.must(ctx, `UPDATE sessions SET last_seen = $4, expires = CASE WHEN token_until IS NULL THEN $5 ELSE expires END,
			token_until = CASE WHEN token_until IS NULL THEN NULL ELSE $5 END WHERE tenant_id = $1 AND user_id = $2 AND id = $3`,
			t.id.Tenant, t.id.User, id, formatTime(seen), formatTime(expires))
	})
}

// DeleteSession implements store.PeopleWriter.
func (t *tx) DeleteSession(ctx context.Context, id string) error {
	return t.write("delete session "+id, func() error {
		err := t.must(ctx, `DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id)
		if err != nil {
			return err
		}
		return t.note(ctx, "session.delete", "session/"+id, "", nil, nil)
	})
}

// DeleteSessions implements store.PeopleWriter.
func (t *tx) DeleteSessions(ctx context.Context, user, except string) error {
	return t.write("delete sessions of "+user, func() error {
		if err := t.self(user); err != nil {
			return err
		}
		if except == "" {
			except = shared // no session has this id
		}
		_, err := t.exec(ctx, `DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id <> $3`, t.id.Tenant, user, except)
		if err != nil {
			return err
		}
		return t.note(ctx, "session.delete-all", "user/"+user, "", nil, nil)
	})
}
