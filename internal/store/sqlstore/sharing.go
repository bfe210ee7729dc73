package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

const shareColumns = `id, email, role, created_by, created, user_id`

func scanShare(portfolio string, row interface{ Scan(...any) error }) (store.Share, error) {
	s := store.Share{Portfolio: portfolio}
	err := row.Scan(textOf{&s.ID}, &s.Email, &s.Role, textOf{&s.CreatedBy}, timeOf{&s.Created}, textOf{&s.User})
	return s, err
}

// Shares implements store.SharingReader.
func (t *tx) Shares(ctx context.Context, portfolio string) ([]store.Share, error) {
	if err := t.access(ctx, portfolio, store.CanManage); err != nil {
		return nil, err
	}
	var all []store.Share
	err := t.each(ctx, func(rows *sql.Rows) error {
		s, err := scanShare(portfolio, rows)
		all = append(all, s)
		return err
	}, `SELECT `+shareColumns+` FROM shares WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY created, id`, t.id.Tenant, portfolio)
	return all, t.named("shares", err)
}

// share is one of a portfolio's; the caller has asked for access.
func (t *tx) share(ctx context.Context, portfolio, id string) (store.Share, error) {
	return scanShare(portfolio, t.row(ctx, `SELECT `+shareColumns+` FROM shares WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`, t.id.Tenant, portfolio, id))
}

// PutShare implements store.SharingWriter.
func (t *tx) PutShare(ctx context.Context, s store.Share) (store.Share, error) {
	err := t.write("share "+s.Portfolio, func() error {
		if err := t.access(ctx, s.Portfolio, store.CanManage); err != nil {
			return err
		}
		stands, err := scanShare(s.Portfolio, t.row(ctx, `SELECT `+shareColumns+` FROM shares WHERE tenant_id = $1 AND portfolio_id = $2 AND email_key = $3`,
			t.id.Tenant, s.Portfolio, fold(s.Email)))
		if err == nil {
			s, err = t.changeShare(ctx, stands, s.Role)
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		s.CreatedBy, s.Created, s.User = t.id.User, t.stamp(), ""
		_, err = t.exec(ctx, `INSERT INTO shares (tenant_id, portfolio_id, id, email, email_key, role, created_by, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.id.Tenant, s.Portfolio, s.ID, s.Email, fold(s.Email), string(s.Role), s.CreatedBy, formatTime(s.Created))
		if err != nil {
			return err
		}
		return t.note(ctx, "share.put", "share/"+s.Portfolio+"/"+s.ID, s.Portfolio, nil, s)
	})
	return s, err
}

// ChangeShare implements store.SharingWriter.
func (t *tx) ChangeShare(ctx context.Context, portfolio, id string, role store.Role) (s store.Share, err error) {
	err = t.write("share "+id, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		if s, err = t.share(ctx, portfolio, id); err != nil {
			return err
		}
		s, err = t.changeShare(ctx, s, role)
		return err
	})
	return s, err
}

func (t *tx) changeShare(ctx context.Context, s store.Share, role store.Role) (store.Share, error) {
	before := s
	s.Role = role
	err := t.must(ctx, `UPDATE shares SET role = $4 WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`, t.id.Tenant, s.Portfolio, s.ID, string(role))
	if err == nil && s.User != "" {
		err = t.PutGrant(ctx, store.Grant{Portfolio: s.Portfolio, User: s.User, Role: role})
	}
	if err == nil {
		err = t.note(ctx, "share.put", "share/"+s.Portfolio+"/"+s.ID, s.Portfolio, before, s)
	}
	return s, err
}

// DeleteShare implements store.SharingWriter.
func (t *tx) DeleteShare(ctx context.Context, portfolio, id string) error {
	return t.write("end share "+id, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		s, err := t.share(ctx, portfolio, id)
		if err != nil {
			return err
		}
		// Noted first: whoever gives back what they managed may not afterwards.
		if err := t.note(ctx, "share.delete", "share/"+portfolio+"/"+id, portfolio, s, nil); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM shares WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`, t.id.Tenant, portfolio, id); err != nil {
			return err
		}
		return t.endGrant(ctx, portfolio, s.User)
	})
}

// endGrant takes a grant away, where there is one.
func (t *tx) endGrant(ctx context.Context, portfolio, user string) error {
	if user == "" {
		return nil
	}
	_, err := t.exec(ctx, `DELETE FROM grants WHERE tenant_id = $1 AND portfolio_id = $2 AND user_id = $3`, t.id.Tenant, portfolio, user)
	if err == nil && user == t.id.User {
		delete(t.roles, portfolio)
	}
	return err
}

// TakeShare implements store.SharingWriter.
func (t *tx) TakeShare(ctx context.Context, portfolio, id, user string) error {
	return t.write("take share "+id, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		s, err := t.share(ctx, portfolio, id)
		if err != nil {
			return err
		}
		n, err := t.exec(ctx, `UPDATE shares SET user_id = $4 WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3 AND user_id IS NULL`, t.id.Tenant, portfolio, id, user)
		if err != nil || n == 0 {
			return errors.Join(err, store.ErrStale)
		}
		return t.PutGrant(ctx, store.Grant{Portfolio: portfolio, User: user, Role: s.Role})
	})
}

// Links implements store.SharingReader.
func (t *tx) Links(ctx context.Context, portfolio string) ([]store.Link, error) {
	if err := t.access(ctx, portfolio, store.CanManage); err != nil {
		return nil, err
	}
	var all []store.Link
	err := t.each(ctx, func(rows *sql.Rows) error {
		l := store.Link{Tenant: t.id.Tenant, Portfolio: portfolio}
		err := rows.Scan(textOf{&l.ID}, &l.Label, &l.Shows, textOf{&l.CreatedBy}, timeOf{&l.Created}, timeOf{&l.Expires}, timeOf{&l.Revoked}, timeOf{&l.LastUsed}, &l.Views)
		all = append(all, l)
		return err
	}, `SELECT id, label, shows, created_by, created, expires, revoked, last_used, views FROM links WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY created, id`, t.id.Tenant, portfolio)
	return all, t.named("links", err)
}

// CreateLink implements store.SharingWriter.
func (t *tx) CreateLink(ctx context.Context, l store.Link) error {
	return t.write(fmt.Sprintf("link %q", l.Label), func() error {
		if err := t.access(ctx, l.Portfolio, store.CanManage); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO links (tenant_id, portfolio_id, id, token_hash, label, shows, created_by, created, expires, views) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
			t.id.Tenant, l.Portfolio, l.ID, l.TokenHash, l.Label, string(l.Shows), t.id.User, formatTime(t.stamp()), formatTime(l.Expires))
		if err == nil {
			err = t.grantGuest(ctx, l.Portfolio, l.ID)
		}
		if err != nil {
			return err
		}
		return t.note(ctx, "link.create", "link/"+l.ID, l.Portfolio, nil, map[string]any{"label": l.Label, "shows": l.Shows, "expires": l.Expires})
	})
}

// grantGuest lets a link or a household look.
func (t *tx) grantGuest(ctx context.Context, portfolio, guest string) error {
	_, err := t.exec(ctx, `INSERT INTO grants (tenant_id, portfolio_id, user_id, role, created) VALUES ($1, $2, $3, 'view', $4) ON CONFLICT (tenant_id, portfolio_id, user_id) DO NOTHING`,
		t.id.Tenant, portfolio, guest, formatTime(t.stamp()))
	return err
}

// TouchLink implements store.SharingWriter.
func (t *tx) TouchLink(ctx context.Context, portfolio, id string, at time.Time) error {
	return t.writeQuietly("link "+id, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		return t.must(ctx, `UPDATE links SET last_used = $4, views = views + 1 WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`, t.id.Tenant, portfolio, id, formatTime(at))
	})
}

// RevokeLink implements store.SharingWriter.
func (t *tx) RevokeLink(ctx context.Context, portfolio, id string) error {
	return t.write("revoke link "+id, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		err := t.must(ctx, `UPDATE links SET revoked = $4 WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3 AND revoked IS NULL`, t.id.Tenant, portfolio, id, formatTime(t.stamp()))
		if err == nil {
			err = t.endGrant(ctx, portfolio, id)
		}
		if err != nil {
			return err
		}
		return t.note(ctx, "link.revoke", "link/"+id, portfolio, nil, nil)
	})
}
