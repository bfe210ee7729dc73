package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// The gate's questions are asked before there is a user.
var (
	anyUser = Question{Name: "any_user", Columns: `found bigint`,
		SQL: `SELECT COUNT(*) FROM (SELECT 1 FROM users LIMIT 1) any_user`}
	credentials = Question{Name: "credentials", Arguments: []string{"text"},
		Columns: `tenant_id id_text, id id_text, password_hash text, disabled boolean`,
		SQL:     `SELECT tenant_id, id, password_hash, disabled FROM users WHERE email_key = $1`}
	sessionOf = Question{Name: "session_and_pulse", Arguments: []string{"bytes_blob", "ts_text"},
		Columns: sessionAnswer + pulseAnswer,
		SQL: `SELECT ` + sessionColumns + pulseColumns + `
			FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id JOIN tenants t ON t.id = s.tenant_id
			WHERE s.token_hash = $1 AND COALESCE(s.token_until, s.expires) > $2 AND NOT u.disabled`}
	allTenants = Question{Name: "all_tenants", Columns: `id id_text`, SQL: `SELECT id FROM tenants ORDER BY created, id`}
	ownerOf    = Question{Name: "owner_of", Arguments: []string{"id_text"}, Columns: `id id_text`,
		SQL: `SELECT id FROM users WHERE tenant_id = $1 AND role = 'owner' AND NOT disabled ORDER BY created, id LIMIT 1`}
)

// HasOwner implements store.Gate.
func (s *Store) HasOwner(ctx context.Context) (bool, error) {
	var n int
	err := s.ask(ctx, anyUser).Scan(&n)
	return n > 0, s.gateError("has owner", err)
}

// Found implements store.Gate.
func (s *Store) Found(ctx context.Context, tenant store.Tenant, owner store.User, first bool) error {
	what := "found tenant " + tenant.Name
	return s.atTheGate(ctx, what, func(begun *sql.Tx) error {
		t, err := s.assume(ctx, begun, store.Identity{Tenant: tenant.ID, User: owner.ID})
		if err != nil {
			return err
		}
		return t.found(ctx, tenant, owner, first)
	})
}

// assume gives a transaction for somebody who is only being made.
func (s *Store) assume(ctx context.Context, begun *sql.Tx, id store.Identity) (*tx, error) {
	if s.dialect.Assume != nil {
		if err := s.dialect.Assume(ctx, begun, id); err != nil {
			return nil, err
		}
	}
	return &tx{sql: begun, ctx: ctx, store: s, id: id, writes: true, admin: true, roles: map[string]store.Role{}}, nil
}

func (t *tx) found(ctx context.Context, tenant store.Tenant, owner store.User, first bool) error {
	return t.writeQuietly("found tenant "+tenant.Name, func() error {
		if first {
			if lock := t.store.dialect.LockFounding; lock != "" {
				if _, err := t.exec(ctx, lock); err != nil {
					return err
				}
			}
			var n int
			if err := t.row(ctx, t.store.text(anyUser)).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return store.ErrExists
			}
		}
		if err := t.insertTenant(ctx, tenant); err != nil {
			return err
		}
		owner.Role = store.Owner
		return t.insertUser(ctx, owner)
	})
}

func (t *tx) insertTenant(ctx context.Context, tenant store.Tenant) error {
	_, err := t.exec(ctx, `INSERT INTO tenants (id, name, created) VALUES ($1, $2, $3)`, tenant.ID, tenant.Name, formatTime(t.stamp()))
	if err != nil {
		return err
	}
	return t.note(ctx, "tenant.found", "tenant/"+tenant.ID, "", nil, tenant.Name)
}

// fold makes an e-mail address comparable.
func fold(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Credentials implements store.Gate.
func (s *Store) Credentials(ctx context.Context, email string) (store.Credentials, error) {
	var c store.Credentials
	err := s.ask(ctx, credentials, fold(email)).
		Scan(textOf{&c.Identity.Tenant}, textOf{&c.Identity.User}, &c.PasswordHash, &c.Disabled)
	return c, s.gateError("credentials", err)
}

// SessionOf implements store.Gate.
func (s *Store) SessionOf(ctx context.Context, tokenHash []byte, now time.Time) (store.Session, error) {
	session, err := scanSessionNow(s.ask(ctx, sessionOf, tokenHash, formatTime(now)))
	return session, s.gateError("session", err)
}

func scanSession(row interface{ Scan(...any) error }, more ...any) (store.Session, error) {
	var s store.Session
	err := row.Scan(append([]any{textOf{&s.Identity.Tenant}, textOf{&s.Identity.User}, textOf{&s.ID}, timeOf{&s.Created}, timeOf{&s.LastSeen}, timeOf{&s.Expires}, timeOf{&s.TokenUntil}, &s.Agent}, more...)...)
	return s, err
}

// scanSessionNow reads a session with the pulse of its tenant.
func scanSessionNow(row interface{ Scan(...any) error }) (store.Session, error) {
	var p store.Pulse
	s, err := scanSession(row, &p.Sequence, &p.Market.Shared, &p.Market.Own)
	s.Pulse = p
	return s, err
}

// Tenants implements store.Gate.
func (s *Store) Tenants(ctx context.Context) (all []string, err error) {
	err = s.each(ctx, allTenants, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(textOf{&id})
		all = append(all, id)
		return err
	})
	return all, s.gateError("tenants", err)
}

// OwnerOf implements store.Gate.
func (s *Store) OwnerOf(ctx context.Context, tenant string) (string, error) {
	var id string
	err := s.ask(ctx, ownerOf, tenant).Scan(textOf{&id})
	return id, s.gateError("owner", err)
}

func (s *Store) gateError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", what, store.ErrNotFound)
	}
	return fmt.Errorf("%s: %w", what, s.trouble(s.dialect.named(err)))
}
