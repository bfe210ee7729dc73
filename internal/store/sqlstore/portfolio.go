package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

const portfolioColumns = `p.id, p.owner_id, p.name, p.base, p.policy, p.benchmark, p.simulated, p.settings, p.revision, p.version, p.created, p.archived, g.role`

// grantOfUser joins the grant of user $2, if there is one.
const grantOfUser = ` LEFT JOIN grants g ON g.tenant_id = p.tenant_id AND g.portfolio_id = p.id AND g.user_id = $2 `

func (t *tx) scanPortfolio(row interface{ Scan(...any) error }) (store.Portfolio, error) {
	var p store.Portfolio
	var settings, granted string
	err := row.Scan(textOf{&p.ID}, textOf{&p.Owner}, &p.Name, &p.Base, jsonOf{&p.Policy}, &p.Benchmark, &p.Simulated, textOf{&settings},
		&p.Revision, &p.Version, timeOf{&p.Created}, timeOf{&p.Archived}, textOf{&granted})
	p.Settings, p.Role, p.Tenant = json.RawMessage(settings), t.roleOf(p.Owner, granted), t.id.Tenant
	return p, err
}

// Portfolios implements store.PortfolioReader.
func (t *tx) Portfolios(ctx context.Context, archived bool) ([]store.Portfolio, error) {
	var all []store.Portfolio
	err := t.each(ctx, func(rows *sql.Rows) error {
		p, err := t.scanPortfolio(rows)
		all = append(all, p)
		return err
	}, `SELECT `+portfolioColumns+` FROM portfolios p`+grantOfUser+`WHERE `+visible+` AND ($3 OR p.archived IS NULL) ORDER BY p.created, p.id`,
		t.id.Tenant, t.id.User, archived)
	return all, t.named("portfolios", err)
}

// Portfolio implements store.PortfolioReader.
func (t *tx) Portfolio(ctx context.Context, id string) (store.Portfolio, error) {
	p, err := t.scanPortfolio(t.row(ctx, `SELECT `+portfolioColumns+` FROM portfolios p`+grantOfUser+`WHERE `+visible+` AND p.id = $3`,
		t.id.Tenant, t.id.User, id))
	if err == nil {
		t.sees(p.ID, p.Owner)
	} else if errors.Is(err, sql.ErrNoRows) {
		t.misses(id)
	}
	return p, t.named("portfolio "+id, err)
}

// CreatePortfolio implements store.PortfolioWriter.
func (t *tx) CreatePortfolio(ctx context.Context, p store.Portfolio) error {
	return t.write(fmt.Sprintf("create portfolio %q", p.Name), func() error {
		if err := t.member(); err != nil {
			return err
		}
		policy, err := toJSON(p.Policy)
		if err != nil {
			return err
		}
		p.Owner = t.id.User
		_, err = t.exec(ctx, `INSERT INTO portfolios (tenant_id, id, owner_id, name, base, policy, benchmark, simulated, settings, revision, version, sequence, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, 0, $10)`,
			t.id.Tenant, p.ID, p.Owner, p.Name, string(p.Base), policy, p.Benchmark, p.Simulated, object(p.Settings), formatTime(t.stamp()))
		if err != nil {
			return err
		}
		delete(t.roles, p.ID)
		return t.note(ctx, "portfolio.create", "portfolio/"+p.ID, p.ID, nil, p)
	})
}

// UpdatePortfolio implements store.PortfolioWriter.
func (t *tx) UpdatePortfolio(ctx context.Context, p store.Portfolio) (int64, error) {
	revision := p.Revision + 1
	err := t.write("update portfolio "+p.ID, func() error {
		if err := t.access(ctx, p.ID, store.CanManage); err != nil {
			return err
		}
		before, err := t.Portfolio(ctx, p.ID)
		if err != nil {
			return err
		}
		if before.Revision != p.Revision {
			return fmt.Errorf("revision %d is not the current %d: %w", p.Revision, before.Revision, store.ErrStale)
		}
		policy, err := toJSON(p.Policy)
		if err != nil {
			return err
		}
		if err := t.rulesStay(ctx, before, policy); err != nil {
			return err
		}
		err = t.must(ctx, `UPDATE portfolios SET name = $4, base = $5, policy = $6, benchmark = $7, settings = $8, archived = $9, revision = revision + 1
			WHERE tenant_id = $1 AND id = $2 AND revision = $3`,
			t.id.Tenant, p.ID, p.Revision, p.Name, string(p.Base), policy, p.Benchmark, object(p.Settings), timeOrNull(p.Archived))
		if err != nil {
			return err
		}
		return t.note(ctx, "portfolio.update", "portfolio/"+p.ID, p.ID, before, p)
	})
	return revision, err
}

// rulesStay refuses another policy for lots while a period is closed: it would change
// what was realised there.
func (t *tx) rulesStay(ctx context.Context, before store.Portfolio, policy string) error {
	was, err := toJSON(before.Policy)
	if err != nil || was == policy {
		return err
	}
	closing, err := t.lastClosing(ctx, before.ID)
	if err == nil && !closing.Through.IsNone() {
		err = &ledger.Fault{Field: "policy", Err: store.ErrClosed, Problem: fmt.Sprintf("the books are closed through %s, and other rules for lots would change them", closing.Through),
			Cure: "open them again first"}
	}
	return err
}

// DeletePortfolio implements store.PortfolioWriter.
func (t *tx) DeletePortfolio(ctx context.Context, id string) error {
	return t.write("delete portfolio "+id, func() error {
		if err := t.access(ctx, id, store.CanManage); err != nil {
			return err
		}
		before, err := t.Portfolio(ctx, id)
		if err != nil {
			return err
		}
		if before.Owner != t.id.User {
			return fmt.Errorf("only its owner may: %w", store.ErrForbidden)
		}
		if closing, err := t.lastClosing(ctx, id); err != nil || !closing.Through.IsNone() {
			return errors.Join(err, fmt.Errorf("through %s: %w", closing.Through, store.ErrClosed))
		}
		if err := t.must(ctx, `DELETE FROM portfolios WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, id); err != nil {
			return err
		}
		delete(t.roles, id)
		return t.note(ctx, "portfolio.delete", "portfolio/"+id, id, before, nil)
	})
}

// Accounts implements store.PortfolioReader.
func (t *tx) Accounts(ctx context.Context, portfolio string) ([]store.Account, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.Account
	err := t.each(ctx, func(rows *sql.Rows) error {
		var a store.Account
		err := rows.Scan(&a.Name, &a.Label, &a.Currency, &a.Institution)
		all = append(all, a)
		return err
	}, `SELECT name, label, currency, institution FROM accounts WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY name`, t.id.Tenant, portfolio)
	return all, t.named("accounts", err)
}

// PutAccount implements store.PortfolioWriter.
func (t *tx) PutAccount(ctx context.Context, portfolio string, a store.Account) error {
	return t.write(fmt.Sprintf("account %q", a.Name), func() error {
		if err := t.access(ctx, portfolio, store.CanTrade); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO accounts (tenant_id, portfolio_id, name, label, currency, institution) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant_id, portfolio_id, name) DO UPDATE SET label = excluded.label, currency = excluded.currency, institution = excluded.institution`,
			t.id.Tenant, portfolio, a.Name, a.Label, string(a.Currency), a.Institution)
		if err != nil {
			return err
		}
		return t.note(ctx, "account.put", "account/"+portfolio+"/"+a.Name, portfolio, nil, a)
	})
}

// DeleteAccount implements store.PortfolioWriter.
func (t *tx) DeleteAccount(ctx context.Context, portfolio, name string) error {
	return t.write(fmt.Sprintf("delete account %q", name), func() error {
		if err := t.access(ctx, portfolio, store.CanTrade); err != nil {
			return err
		}
		var named int
		err := t.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2
			AND (account = $3 OR cash_account = $3 OR to_account = $3) LIMIT 1) any_row`, t.id.Tenant, portfolio, name).Scan(&named)
		if err != nil {
			return err
		}
		if named > 0 {
			return fmt.Errorf("bookings name it: %w", store.ErrExists)
		}
		err = t.must(ctx, `DELETE FROM accounts WHERE tenant_id = $1 AND portfolio_id = $2 AND name = $3`, t.id.Tenant, portfolio, name)
		if err != nil {
			return err
		}
		return t.note(ctx, "account.delete", "account/"+portfolio+"/"+name, portfolio, name, nil)
	})
}

// Grants implements store.PortfolioReader.
func (t *tx) Grants(ctx context.Context, portfolio string) ([]store.Grant, error) {
	if err := t.access(ctx, portfolio, store.CanManage); err != nil {
		return nil, err
	}
	var all []store.Grant
	err := t.each(ctx, func(rows *sql.Rows) error {
		g := store.Grant{Portfolio: portfolio}
		err := rows.Scan(textOf{&g.User}, &g.Role, timeOf{&g.Created})
		all = append(all, g)
		return err
	}, `SELECT user_id, role, created FROM grants WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY created, user_id`, t.id.Tenant, portfolio)
	return all, t.named("grants", err)
}

// PutGrant implements store.PortfolioWriter.
func (t *tx) PutGrant(ctx context.Context, g store.Grant) error {
	return t.write("grant to "+g.User, func() error {
		if err := t.access(ctx, g.Portfolio, store.CanManage); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO grants (tenant_id, portfolio_id, user_id, role, created) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id, portfolio_id, user_id) DO UPDATE SET role = excluded.role`,
			t.id.Tenant, g.Portfolio, g.User, string(g.Role), formatTime(t.stamp()))
		if err != nil {
			return err
		}
		delete(t.roles, g.Portfolio)
		return t.note(ctx, "grant.put", "grant/"+g.Portfolio+"/"+g.User, g.Portfolio, nil, g)
	})
}

// DeleteGrant implements store.PortfolioWriter.
func (t *tx) DeleteGrant(ctx context.Context, portfolio, user string) error {
	return t.write("revoke from "+user, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		err := t.must(ctx, `DELETE FROM grants WHERE tenant_id = $1 AND portfolio_id = $2 AND user_id = $3`, t.id.Tenant, portfolio, user)
		if err != nil {
			return err
		}
		delete(t.roles, portfolio)
		return t.note(ctx, "grant.delete", "grant/"+portfolio+"/"+user, portfolio, user, nil)
	})
}
