package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// exactOf scans a decimal that is never NULL.
type exactOf struct{ to *money.Decimal }

// Scan implements sql.Scanner.
func (s exactOf) Scan(v any) error {
	written, _ := text(v)
	d, err := money.Parse(written)
	*s.to = d
	return err
}

const ruleColumns = `id, user_id, portfolio_id, kind, name, subject, below, threshold, band, severity, quiet_from, quiet_to, channels, eager, enabled, revision, created, changed`

func scanRule(row interface{ Scan(...any) error }) (store.AlertRule, error) {
	var r store.AlertRule
	err := row.Scan(textOf{&r.ID}, textOf{&r.User}, textOf{&r.Portfolio}, &r.Kind, &r.Name, &r.Subject, &r.Below, exactOf{&r.Threshold}, exactOf{&r.Band}, &r.Severity,
		&r.QuietFrom, &r.QuietTo, jsonOf{&r.Channels}, &r.Eager, &r.Enabled, &r.Revision, timeOf{&r.Created}, timeOf{&r.Changed}, textOf{&r.Home})
	return r, err
}

// rulesSeen is where the identity's rules are, as r, and what is read of each.
func (t *tx) rulesSeen() (columns, from string) {
	if !t.guest {
		return ruleColumns + `, CAST(NULL AS id_text)`, `alert_rules r`
	}
	return ruleColumns + `, home_id`, `(SELECT tenant_id, CAST(NULL AS id_text) AS home_id, ` + ruleColumns + ` FROM alert_rules WHERE tenant_id = $1
		UNION ALL SELECT tenant_id, home_id, ` + ruleColumns + ` FROM guest_rules WHERE tenant_id = $1 AND user_id = $2) r`
}

func (t *tx) alertRules(ctx context.Context, condition string, args ...any) ([]store.AlertRule, error) {
	columns, from := t.rulesSeen()
	var all []store.AlertRule
	err := t.each(ctx, func(rows *sql.Rows) error {
		r, err := scanRule(rows)
		all = append(all, r)
		return err
	}, `SELECT `+columns+` FROM `+from+` WHERE r.tenant_id = $1 AND `+condition+` ORDER BY r.id`, args...)
	return all, t.named("alert rules", err)
}

// mine is the condition that the identity sees a rule: it is its own, or of a portfolio
// that it sees.
func mine() string { return `(r.user_id = $2 OR ` + inVisible("r.portfolio_id") + `)` }

// AlertRules implements store.AlertReader.
func (t *tx) AlertRules(ctx context.Context) ([]store.AlertRule, error) {
	return t.alertRules(ctx, mine(), t.id.Tenant, t.id.User)
}

// AlertRule implements store.AlertReader.
func (t *tx) AlertRule(ctx context.Context, id string) (store.AlertRule, error) {
	if uuid.Validate(id) != nil {
		return store.AlertRule{}, fmt.Errorf("alert rule %s: %w", id, store.ErrNotFound)
	}
	columns, from := t.rulesSeen()
	r, err := scanRule(t.row(ctx, `SELECT `+columns+` FROM `+from+` WHERE r.tenant_id = $1 AND r.id = $3 AND `+mine(), t.id.Tenant, t.id.User, id))
	return r, t.named("alert rule "+id, err)
}

// AlertRulesFor implements store.AlertReader.
func (t *tx) AlertRulesFor(ctx context.Context, portfolio string) ([]store.AlertRule, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	shared := ``
	if t.guest {
		shared = `r.home_id IS NULL AND `
	}
	return t.alertRules(ctx, shared+`r.enabled AND (r.portfolio_id = $3 OR r.portfolio_id IS NULL AND r.user_id = $2 AND EXISTS (
		SELECT 1 FROM portfolios p WHERE p.tenant_id = $1 AND p.id = $3 AND p.owner_id = $2))`, t.id.Tenant, t.id.User, portfolio)
}

// mayRule allows a rule of a portfolio to those who trade in it, and one of all of a
// user's portfolios to the user.
func (t *tx) mayRule(ctx context.Context, r store.AlertRule) error {
	if t.guest && r.User == t.id.User && r.Home != "" && r.Portfolio != "" {
		return t.access(ctx, r.Portfolio, store.CanView) // a guest's own
	}
	if err := t.member(); err != nil {
		return err
	}
	if r.Portfolio != "" {
		return t.access(ctx, r.Portfolio, store.CanTrade)
	}
	if r.User != t.id.User {
		return store.ErrForbidden
	}
	return nil
}

// PutAlertRule implements store.AlertWriter.
func (t *tx) PutAlertRule(ctx context.Context, r store.AlertRule) (store.AlertRule, error) {
	err := t.write("alert rule "+r.ID, func() error {
		var before any
		seen := r.Revision
		if seen == 0 {
			r.User, r.Created = t.id.User, t.stamp()
			if !t.guest {
				r.Home = ""
			}
		} else {
			was, err := t.AlertRule(ctx, r.ID)
			if err != nil {
				return err
			}
			if err := t.mayRule(ctx, was); err != nil {
				return err
			}
			if was.Revision != seen {
				return store.ErrStale
			}
			r.User, r.Home, r.Created, before = was.User, was.Home, was.Created, ruleNote(was)
		}
		if err := t.mayRule(ctx, r); err != nil {
			return err
		}
		r.Revision, r.Changed = seen+1, t.stamp()
		if r.Channels == nil {
			r.Channels = []string{}
		}
		channels, err := toJSON(r.Channels)
		if err != nil {
			return err
		}
		values := []any{t.id.Tenant, r.ID, orNull(r.Portfolio), r.Kind, r.Name, r.Subject, r.Below, r.Threshold.String(), r.Band.String(), r.Severity,
			r.QuietFrom, r.QuietTo, channels, r.Eager, r.Enabled, r.Revision, formatTime(r.Changed)}
		if t.guest {
			return t.putGuestRule(ctx, r, seen, values)
		}
		action := "alert-rule.change"
		if seen == 0 {
			action = "alert-rule.create"
			_, err = t.exec(ctx, `INSERT INTO alert_rules (tenant_id, id, portfolio_id, kind, name, subject, below, threshold, band, severity, quiet_from, quiet_to, channels, eager, enabled, revision, changed, created, user_id)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`, append(values, formatTime(r.Created), r.User)...)
		} else {
			var n int64
			n, err = t.exec(ctx, `UPDATE alert_rules SET portfolio_id = $3, kind = $4, name = $5, subject = $6, below = $7, threshold = $8, band = $9, severity = $10,
				quiet_from = $11, quiet_to = $12, channels = $13, eager = $14, enabled = $15, revision = $16, changed = $17 WHERE tenant_id = $1 AND id = $2 AND revision = $18`, append(values, seen)...)
			if err == nil && n == 0 {
				err = store.ErrStale
			}
		}
		if err != nil {
			return err
		}
		return t.note(ctx, action, "alert-rule/"+r.ID, r.Portfolio, before, ruleNote(r))
	})
	return r, err
}

// DeleteAlertRule implements store.AlertWriter.
func (t *tx) DeleteAlertRule(ctx context.Context, id string) error {
	return t.write("delete alert rule "+id, func() error {
		was, err := t.AlertRule(ctx, id)
		if err != nil {
			return err
		}
		if was.User != t.id.User { // one's own goes also where the portfolio is seen no more
			if err := t.mayRule(ctx, was); err != nil {
				return err
			}
		}
		if t.guest && was.Home != "" {
			if err := t.must(ctx, `DELETE FROM guest_rules WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
				return err
			}
			return t.note(ctx, "guest-rule.delete", "alert-rule/"+id, was.Portfolio, nil, nil)
		}
		if err := t.must(ctx, `DELETE FROM alert_rules WHERE tenant_id = $1 AND id = $2`, t.id.Tenant, id); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM alert_checks WHERE tenant_id = $1 AND rule_key = $2`, t.id.Tenant, id); err != nil {
			return err
		}
		return t.note(ctx, "alert-rule.delete", "alert-rule/"+id, was.Portfolio, ruleNote(was), nil)
	})
}

// ruleNote is what the audit trail keeps of a rule.
func ruleNote(r store.AlertRule) map[string]any {
	return map[string]any{"kind": r.Kind, "name": r.Name, "subject": r.Subject, "below": r.Below, "threshold": r.Threshold.String(), "band": r.Band.String(),
		"severity": r.Severity, "enabled": r.Enabled}
}
