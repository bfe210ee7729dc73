package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// CreateRefresh implements store.AccountWriter.
func (t *tx) CreateRefresh(ctx context.Context, r store.Refresh) error {
	return t.write("create refresh token", func() error {
		_, err := t.exec(ctx, `INSERT INTO refresh_tokens (tenant_id, id, user_id, session_id, token_hash, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.id.Tenant, r.ID, t.id.User, r.Session, r.TokenHash, formatTime(r.Created), formatTime(r.Expires))
		return err
	})
}

// RotateRefresh implements store.AccountWriter.
func (t *tx) RotateRefresh(ctx context.Context, old string, r store.Refresh) error {
	return t.write("rotate refresh token "+old, func() error {
		n, err := t.exec(ctx, `UPDATE refresh_tokens SET used = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND used IS NULL`,
			t.id.Tenant, t.id.User, old, formatTime(r.Created))
		if err != nil {
			return err
		}
		if n != 1 {
			return store.ErrStale
		}
		if err := t.CreateRefresh(ctx, r); err != nil {
			return err
		}
		return t.must(ctx, `UPDATE sessions SET expires = $4, last_seen = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`,
			t.id.Tenant, t.id.User, r.Session, formatTime(r.Expires), formatTime(r.Created))
	})
}

// PersonalTokens implements store.AccountReader.
func (t *tx) PersonalTokens(ctx context.Context) ([]store.PersonalToken, error) {
	var all []store.PersonalToken
	err := t.each(ctx, func(rows *sql.Rows) error {
		p, err := scanPersonalToken(rows)
		all = append(all, p)
		return err
	}, `SELECT tenant_id, user_id, id, name, scope, created, expires, last_used FROM personal_tokens
		WHERE tenant_id = $1 AND user_id = $2 ORDER BY created DESC, id DESC`, t.id.Tenant, t.id.User)
	return all, t.named("tokens", err)
}

// CreatePersonalToken implements store.AccountWriter.
func (t *tx) CreatePersonalToken(ctx context.Context, p store.PersonalToken) error {
	return t.write("create token "+p.Name, func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO personal_tokens (tenant_id, id, user_id, name, token_hash, scope, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.id.Tenant, p.ID, t.id.User, p.Name, p.TokenHash, p.Scope, formatTime(p.Created), formatTime(p.Expires))
		if err != nil {
			return err
		}
		return t.note(ctx, "token.create", "token/"+p.ID, "", nil, map[string]any{"name": p.Name, "scope": p.Scope, "expires": p.Expires})
	})
}

// TouchPersonalToken implements store.AccountWriter.
func (t *tx) TouchPersonalToken(ctx context.Context, id string, used time.Time) error {
	return t.write("touch token "+id, func() error {
		return t.must(ctx, `UPDATE personal_tokens SET last_used = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id, formatTime(used))
	})
}

// DeletePersonalToken implements store.AccountWriter.
func (t *tx) DeletePersonalToken(ctx context.Context, id string) error {
	return t.write("delete token "+id, func() error {
		if err := t.must(ctx, `DELETE FROM personal_tokens WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		return t.note(ctx, "token.delete", "token/"+id, "", nil, nil)
	})
}

// Invites implements store.AccountReader.
func (t *tx) Invites(ctx context.Context) ([]store.Invite, error) {
	if err := t.owner(); err != nil {
		return nil, err
	}
	var all []store.Invite
	err := t.each(ctx, func(rows *sql.Rows) error {
		i, err := scanInvite(rows)
		all = append(all, i)
		return err
	}, `SELECT `+inviteColumns+` FROM invites WHERE tenant_id = $1 ORDER BY created DESC, id DESC`, t.id.Tenant)
	return all, t.named("invitations", err)
}

// CreateInvite implements store.AccountWriter. Only operators let others found tenants.
func (t *tx) CreateInvite(ctx context.Context, i store.Invite) error {
	return t.write("create invitation", func() error {
		if err := t.owner(); err != nil {
			return err
		}
		if i.Founds && !t.id.Operator {
			return store.ErrForbidden
		}
		_, err := t.exec(ctx, `INSERT INTO invites (tenant_id, id, email, role, founds, token_hash, created_by, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			t.id.Tenant, i.ID, i.Email, string(i.Role), i.Founds, i.TokenHash, t.id.User, formatTime(i.Created), formatTime(i.Expires))
		if err != nil {
			return err
		}
		return t.note(ctx, "invite.create", "invite/"+i.ID, "", nil, map[string]any{"email": i.Email, "role": i.Role, "founds": i.Founds})
	})
}

// DeleteInvite implements store.AccountWriter.
func (t *tx) DeleteInvite(ctx context.Context, id string) error {
	return t.write("delete invitation "+id, func() error {
		if err := t.owner(); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM invites WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, id); err != nil {
			return err
		}
		return t.note(ctx, "invite.delete", "invite/"+id, "", nil, nil)
	})
}

// Passkeys implements store.AccountReader.
func (t *tx) Passkeys(ctx context.Context) ([]store.Passkey, error) {
	var all []store.Passkey
	err := t.each(ctx, func(rows *sql.Rows) error {
		p, err := scanPasskey(rows)
		all = append(all, p)
		return err
	}, `SELECT `+passkeyColumns+` FROM passkeys p WHERE p.tenant_id = $1 AND p.user_id = $2 ORDER BY p.created, p.id`, t.id.Tenant, t.id.User)
	return all, t.named("passkeys", err)
}

// CreatePasskey implements store.AccountWriter.
func (t *tx) CreatePasskey(ctx context.Context, p store.Passkey) error {
	return t.write("create passkey", func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO passkeys (tenant_id, id, user_id, credential_id, name, credential, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.id.Tenant, p.ID, t.id.User, p.Credential, p.Name, string(p.Data), formatTime(p.Created))
		if err != nil {
			return err
		}
		return t.note(ctx, "passkey.create", "passkey/"+p.ID, "", nil, p.Name)
	})
}

// UsePasskey implements store.AccountWriter.
func (t *tx) UsePasskey(ctx context.Context, id string, data json.RawMessage, used time.Time) error {
	return t.write("use passkey "+id, func() error {
		return t.must(ctx, `UPDATE passkeys SET credential = $4, last_used = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`,
			t.id.Tenant, t.id.User, id, string(data), formatTime(used))
	})
}

// RenamePasskey implements store.AccountWriter.
func (t *tx) RenamePasskey(ctx context.Context, id, name string) error {
	return t.write("rename passkey "+id, func() error {
		if err := t.must(ctx, `UPDATE passkeys SET name = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id, name); err != nil {
			return err
		}
		return t.note(ctx, "passkey.rename", "passkey/"+id, "", nil, name)
	})
}

// DeletePasskey implements store.AccountWriter.
func (t *tx) DeletePasskey(ctx context.Context, id string) error {
	return t.write("delete passkey "+id, func() error {
		if err := t.must(ctx, `DELETE FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		return t.note(ctx, "passkey.delete", "passkey/"+id, "", nil, nil)
	})
}

// Linked implements store.AccountReader.
func (t *tx) Linked(ctx context.Context) ([]store.Linked, error) {
	var all []store.Linked
	err := t.each(ctx, func(rows *sql.Rows) error {
		var l store.Linked
		err := rows.Scan(textOf{&l.ID}, &l.Issuer, &l.Subject, &l.Email, timeOf{&l.Created})
		all = append(all, l)
		return err
	}, `SELECT id, issuer, subject, email, created FROM linked_identities WHERE tenant_id = $1 AND user_id = $2 ORDER BY created, id`, t.id.Tenant, t.id.User)
	return all, t.named("identities", err)
}

// Link implements store.AccountWriter.
func (t *tx) Link(ctx context.Context, l store.Linked) error {
	return t.write("link "+l.Issuer, func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO linked_identities (tenant_id, id, user_id, issuer, subject, email, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.id.Tenant, l.ID, t.id.User, l.Issuer, l.Subject, l.Email, formatTime(l.Created))
		if err != nil {
			return err
		}
		return t.note(ctx, "identity.link", "identity/"+l.ID, "", nil, map[string]string{"issuer": l.Issuer, "email": l.Email})
	})
}

// Unlink implements store.AccountWriter.
func (t *tx) Unlink(ctx context.Context, id string) error {
	return t.write("unlink "+id, func() error {
		if err := t.must(ctx, `DELETE FROM linked_identities WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		return t.note(ctx, "identity.unlink", "identity/"+id, "", nil, nil)
	})
}

// ImportsSince implements store.AccountReader.
func (t *tx) ImportsSince(ctx context.Context, from time.Time) (int, error) {
	var n int
	err := t.row(ctx, `SELECT COUNT(*) FROM imports WHERE tenant_id = $1 AND user_id = $2 AND created >= $3`, t.id.Tenant, t.id.User, formatTime(from)).Scan(&n)
	return n, t.named("imports", err)
}

// Features implements store.AccountReader.
func (t *tx) Features(ctx context.Context) ([]store.Feature, error) {
	var all []store.Feature
	err := t.each(ctx, func(rows *sql.Rows) error {
		var f store.Feature
		err := rows.Scan(&f.Name, &f.Enabled, &f.Percent, timeOf{&f.Changed})
		all = append(all, f)
		return err
	}, `SELECT name, enabled, percent, changed FROM features ORDER BY name`)
	return all, t.named("features", err)
}

// PutFeature implements store.AccountWriter.
func (t *tx) PutFeature(ctx context.Context, f store.Feature) error {
	return t.write("feature "+f.Name, func() error {
		if !t.id.Operator {
			return store.ErrForbidden
		}
		_, err := t.exec(ctx, `INSERT INTO features (name, enabled, percent, changed) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled, percent = excluded.percent, changed = excluded.changed`,
			f.Name, f.Enabled, f.Percent, formatTime(t.stamp()))
		if err != nil {
			return err
		}
		return t.note(ctx, "feature.put", "feature/"+f.Name, "", nil, map[string]any{"enabled": f.Enabled, "percent": f.Percent})
	})
}
