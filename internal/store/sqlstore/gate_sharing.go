package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/store"
)

// The gate's questions of sharing: where something is that a user may see, in whichever
// tenant. Each names the user, and answers with what that user may know.
var (
	portfolioAt = Question{Name: "portfolio_at", Arguments: []string{"id_text", "id_text"}, Columns: `tenant_id id_text, user_id id_text`,
		SQL: `SELECT p.tenant_id, $2 FROM portfolios p WHERE p.id = $1 AND (p.owner_id = $2 OR EXISTS (
				SELECT 1 FROM grants g WHERE g.tenant_id = p.tenant_id AND g.portfolio_id = p.id AND g.user_id = $2))
			UNION ALL
			SELECT c.tenant_id, c.household_id FROM household_people h JOIN contributions c ON c.household_id = h.household_id
				WHERE h.user_id = $2 AND c.portfolio_id = $1 AND c.shows = 'everything'
			LIMIT 1`}
	sharedWith = Question{Name: "shared_with", Arguments: []string{"id_text", "id_text", "boolean"},
		Columns: `tenant_id id_text, portfolio_id id_text, id id_text, created_by id_text`,
		SQL: `SELECT DISTINCT g.tenant_id, CAST(NULL AS id_text), CAST(NULL AS id_text), CAST(NULL AS id_text) FROM grants g WHERE g.user_id = $2 AND g.tenant_id <> $1
			UNION ALL
			SELECT s.tenant_id, s.portfolio_id, s.id, s.created_by FROM users u JOIN shares s ON s.email_key = u.email_key
				WHERE u.tenant_id = $1 AND u.id = $2 AND NOT u.disabled AND (u.verified IS NOT NULL OR NOT $3) AND s.user_id IS NULL`}
	linkOf = Question{Name: "link_of", Arguments: []string{"bytes_blob", "ts_text"},
		Columns: `tenant_id id_text, portfolio_id id_text, id id_text, label text, shows text, created_by id_text, created ts_text, expires ts_text, revoked ts_text, last_used ts_text, views bigint`,
		SQL: `SELECT l.tenant_id, l.portfolio_id, l.id, l.label, l.shows, l.created_by, l.created, l.expires, l.revoked, l.last_used, l.views
			FROM links l JOIN portfolios p ON p.tenant_id = l.tenant_id AND p.id = l.portfolio_id
			WHERE l.token_hash = $1 AND l.expires > $2 AND l.revoked IS NULL AND (p.owner_id = l.created_by OR EXISTS (
				SELECT 1 FROM grants g WHERE g.tenant_id = p.tenant_id AND g.portfolio_id = p.id AND g.user_id = l.created_by AND g.role = 'manage'))`}
	memberships = Question{Name: "memberships", Arguments: []string{"id_text", "id_text", "boolean"},
		Columns: `household_id id_text, tenant_id id_text, founder_id id_text, id id_text, joined boolean`,
		SQL: `SELECT h.household_id, h.tenant_id, h.founder_id, h.id, true FROM household_people h WHERE h.user_id = $2
			UNION ALL
			SELECT h.household_id, h.tenant_id, h.founder_id, h.id, false FROM users u JOIN household_people h ON h.email_key = u.email_key
				WHERE u.tenant_id = $1 AND u.id = $2 AND NOT u.disabled AND (u.verified IS NOT NULL OR NOT $3) AND h.user_id IS NULL
			ORDER BY 1`}
	contributionsTo = Question{Name: "contributions_to", Arguments: []string{"id_text", "id_text"},
		Columns: `tenant_id id_text, portfolio_id id_text, user_id id_text, shows text, created ts_text`,
		SQL: `SELECT c.tenant_id, c.portfolio_id, c.user_id, c.shows, c.created FROM contributions c
			WHERE c.household_id = $1 AND EXISTS (SELECT 1 FROM household_people h WHERE h.household_id = $1 AND h.user_id = $2)
				AND EXISTS (SELECT 1 FROM household_people h WHERE h.household_id = $1 AND h.user_id = c.user_id)
			ORDER BY c.created, c.portfolio_id`}
	inHousehold = Question{Name: "in_household", Arguments: []string{"id_text", "id_text"}, Columns: `found bigint`,
		SQL: `SELECT COUNT(*) FROM household_people WHERE household_id = $1 AND user_id = $2`}
)

// sharingQuestions are those of this file.
func sharingQuestions() []Question {
	return []Question{portfolioAt, sharedWith, linkOf, memberships, contributionsTo, inHousehold}
}

// PortfolioAt implements store.SharingGate.
func (s *Store) PortfolioAt(ctx context.Context, portfolio, user string) (store.Identity, error) {
	var id store.Identity
	if uuid.Validate(portfolio) != nil {
		return id, fmt.Errorf("portfolio %s: %w", portfolio, store.ErrNotFound)
	}
	err := s.ask(ctx, portfolioAt, portfolio, user).Scan(textOf{&id.Tenant}, textOf{&id.User})
	return id, s.gateError("portfolio "+portfolio, err)
}

// SharedWith implements store.SharingGate.
func (s *Store) SharedWith(ctx context.Context, id store.Identity, verified bool) (tenants []string, open []store.Offer, err error) {
	err = s.each(ctx, sharedWith, func(rows *sql.Rows) error {
		var tenant, by string
		var o store.Offer
		if err := rows.Scan(textOf{&tenant}, textOf{&o.Portfolio}, textOf{&o.Share}, textOf{&by}); err != nil {
			return err
		}
		if o.Share == "" {
			tenants = append(tenants, tenant)
			return nil
		}
		o.By = store.Identity{Tenant: tenant, User: by}
		open = append(open, o)
		return nil
	}, id.Tenant, id.User, verified)
	return tenants, open, s.gateError("shared with "+id.User, err)
}

// LinkOf implements store.SharingGate.
func (s *Store) LinkOf(ctx context.Context, tokenHash []byte, now time.Time) (store.Link, error) {
	var l store.Link
	err := s.ask(ctx, linkOf, tokenHash, formatTime(now)).Scan(textOf{&l.Tenant}, textOf{&l.Portfolio}, textOf{&l.ID}, &l.Label, &l.Shows, textOf{&l.CreatedBy},
		timeOf{&l.Created}, timeOf{&l.Expires}, timeOf{&l.Revoked}, timeOf{&l.LastUsed}, &l.Views)
	return l, s.gateError("link", err)
}

// Memberships implements store.SharingGate.
func (s *Store) Memberships(ctx context.Context, id store.Identity, verified bool) (all []store.Membership, err error) {
	err = s.each(ctx, memberships, func(rows *sql.Rows) error {
		var m store.Membership
		err := rows.Scan(textOf{&m.Household}, textOf{&m.Founder.Tenant}, textOf{&m.Founder.User}, textOf{&m.Person}, &m.Joined)
		all = append(all, m)
		return err
	}, id.Tenant, id.User, verified)
	return all, s.gateError("households", err)
}

// Contributions implements store.SharingGate.
func (s *Store) Contributions(ctx context.Context, household, user string) (all []store.Contribution, err error) {
	if uuid.Validate(household) != nil {
		return nil, fmt.Errorf("household %s: %w", household, store.ErrNotFound)
	}
	var found int
	if err := s.ask(ctx, inHousehold, household, user).Scan(&found); err != nil || found == 0 {
		if err == nil {
			err = sql.ErrNoRows
		}
		return nil, s.gateError("household "+household, err)
	}
	err = s.each(ctx, contributionsTo, func(rows *sql.Rows) error {
		c := store.Contribution{Household: household}
		err := rows.Scan(textOf{&c.Tenant}, textOf{&c.Portfolio}, textOf{&c.User}, &c.Shows, timeOf{&c.Created})
		all = append(all, c)
		return err
	}, household, user)
	return all, s.gateError("household "+household, err)
}
