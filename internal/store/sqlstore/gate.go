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

// The gate's questions are asked before there is a user; they give ids and hashes
// only. On PostgreSQL they become SECURITY DEFINER functions.

// HasOwner implements store.Gate.
func (s *Store) HasOwner(ctx context.Context) (bool, error) {
	var n int
	err := s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM users LIMIT 1) any_user`).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("has owner: %w", err)
	}
	return n > 0, nil
}

// Found implements store.Gate.
func (s *Store) Found(ctx context.Context, tenant store.Tenant, owner store.User, first bool) error {
	if s.joined(ctx) != nil {
		return fmt.Errorf("found tenant: %w", store.ErrNested)
	}
	begun, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("found tenant: %w", err)
	}
	defer begun.Rollback()
	t := &tx{sql: begun, store: s, id: store.Identity{Tenant: tenant.ID, User: owner.ID}, writes: true, admin: true}
	err = t.write("found tenant "+tenant.Name, func() error {
		if first {
			var n int
			if err := t.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM users LIMIT 1) any_user`).Scan(&n); err != nil {
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
	if err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		return fmt.Errorf("found tenant: %w", err)
	}
	return nil
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
	err := s.reader.QueryRowContext(ctx, `SELECT tenant_id, id, password_hash, disabled FROM users WHERE email_key = $1`, fold(email)).
		Scan(textOf{&c.Identity.Tenant}, textOf{&c.Identity.User}, &c.PasswordHash, &c.Disabled)
	return c, gateError("credentials", err)
}

// SessionOf implements store.Gate.
func (s *Store) SessionOf(ctx context.Context, tokenHash []byte, now time.Time) (store.Session, error) {
	row := s.reader.QueryRowContext(ctx, `SELECT `+sessionColumns+`
		FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
		WHERE s.token_hash = $1 AND COALESCE(s.token_until, s.expires) > $2 AND NOT u.disabled`, tokenHash, formatTime(now))
	session, err := scanSession(row)
	return session, gateError("session", err)
}

func scanSession(row interface{ Scan(...any) error }) (store.Session, error) {
	var s store.Session
	err := row.Scan(textOf{&s.Identity.Tenant}, textOf{&s.Identity.User}, textOf{&s.ID}, timeOf{&s.Created}, timeOf{&s.LastSeen}, timeOf{&s.Expires}, timeOf{&s.TokenUntil}, &s.Agent)
	return s, err
}

// Tenants implements store.Gate.
func (s *Store) Tenants(ctx context.Context) ([]string, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT id FROM tenants ORDER BY created, id`)
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id string
		if err := rows.Scan(textOf{&id}); err != nil {
			return nil, fmt.Errorf("tenants: %w", err)
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// OwnerOf implements store.Gate.
func (s *Store) OwnerOf(ctx context.Context, tenant string) (string, error) {
	var id string
	err := s.reader.QueryRowContext(ctx, `SELECT id FROM users WHERE tenant_id = $1 AND role = 'owner' AND NOT disabled ORDER BY created, id LIMIT 1`, tenant).
		Scan(textOf{&id})
	return id, gateError("owner", err)
}

func gateError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", what, store.ErrNotFound)
	}
	return fmt.Errorf("%s: %w", what, err)
}
