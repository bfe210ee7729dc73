package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/store"
)

// A guest's rules and what they raised lie with the portfolio, in tables of their own that
// the guest alone sees. References to the grant end them with it.

// The gate's questions about guests' rules.
var (
	claimGuestDeliveries = Question{Name: "claim_guest_deliveries", Arguments: []string{"ts_text", "ts_text", "bigint"}, Writes: true,
		Columns: `tenant_id id_text, user_id id_text, home_id id_text, id id_text`,
		SQL: `UPDATE guest_deliveries SET due = $2, attempts = attempts + 1
		WHERE due <= $1 AND sent IS NULL AND failed IS NULL AND id IN (
			SELECT id FROM guest_deliveries WHERE due <= $1 AND sent IS NULL AND failed IS NULL ORDER BY due, id LIMIT $3)
		RETURNING tenant_id, user_id, home_id, id`}
	guestsOf = Question{Name: "guests_of", Arguments: []string{"id_text", "id_text", "boolean"}, Scoped: true, Columns: `user_id id_text`,
		SQL: `SELECT DISTINCT user_id FROM guest_rules WHERE tenant_id = $1 AND ($2 IS NULL OR portfolio_id = $2) AND enabled AND (eager OR NOT $3) ORDER BY user_id`}
	guestTenants = Question{Name: "guest_tenants", Arguments: []string{"id_text"}, Columns: `tenant_id id_text`,
		SQL: `SELECT tenant_id FROM guest_rules WHERE user_id = $1 UNION SELECT tenant_id FROM guest_alerts WHERE user_id = $1 ORDER BY tenant_id`}
	guestPlace = Question{Name: "guest_place", Arguments: []string{"id_text", "id_text"}, Columns: `portfolio_id id_text`,
		SQL: `SELECT portfolio_id FROM guest_rules WHERE id = $1 AND user_id = $2 UNION ALL SELECT portfolio_id FROM guest_alerts WHERE id = $1 AND user_id = $2`}
	guestAlertsWaiting = Question{Name: "guest_alerts_waiting", Arguments: []string{"id_text"}, Columns: `waiting bigint`,
		SQL: `SELECT COUNT(*) FROM guest_alerts WHERE user_id = $1 AND state = 'raised'`}
)

// guestQuestions are those of this file.
func guestQuestions() []Question {
	return []Question{claimGuestDeliveries, guestsOf, guestTenants, guestPlace, guestAlertsWaiting}
}

// claimForGuests adds what is due to guests.
func (s *Store) claimForGuests(ctx context.Context, begun *sql.Tx, all []store.AlertDelivery, now time.Time, lease time.Duration, limit int) ([]store.AlertDelivery, error) {
	rows, err := begun.QueryContext(ctx, s.text(claimGuestDeliveries), formatTime(now), formatTime(now.Add(lease)), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d store.AlertDelivery
		if err := rows.Scan(textOf{&d.Identity.Tenant}, textOf{&d.Identity.User}, textOf{&d.Home}, textOf{&d.ID}); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// GuestTenants implements store.AlertGate.
func (s *Store) GuestTenants(ctx context.Context, user string) ([]string, error) {
	var all []string
	err := s.each(ctx, guestTenants, func(rows *sql.Rows) error {
		var tenant string
		err := rows.Scan(textOf{&tenant})
		all = append(all, tenant)
		return err
	}, user)
	return all, s.gateError("rules of guest "+user, err)
}

// GuestPlace implements store.AlertGate.
func (s *Store) GuestPlace(ctx context.Context, id, user string) (portfolio string, err error) {
	if uuid.Validate(id) != nil || uuid.Validate(user) != nil {
		return "", fmt.Errorf("%s: %w", id, store.ErrNotFound)
	}
	err = s.ask(ctx, guestPlace, id, user).Scan(textOf{&portfolio})
	return portfolio, s.gateError(id, err)
}

// GuestAlertsWaiting implements store.AlertGate.
func (s *Store) GuestAlertsWaiting(ctx context.Context, user string) (n int, err error) {
	err = s.ask(ctx, guestAlertsWaiting, user).Scan(&n)
	return n, s.gateError("alerts of guest "+user, err)
}

// GuestsOf implements store.AlertReader.
func (t *tx) GuestsOf(ctx context.Context, portfolio string, eager bool) ([]string, error) {
	err := t.member()
	if portfolio != "" {
		err = t.access(ctx, portfolio, store.CanView)
	}
	if err != nil {
		return nil, err
	}
	var all []string
	err = t.each(ctx, func(rows *sql.Rows) error {
		var user string
		err := rows.Scan(textOf{&user})
		all = append(all, user)
		return err
	}, t.store.text(guestsOf), t.id.Tenant, orNull(portfolio), eager)
	return all, t.named("guests with rules", err)
}

// GuestRulesFor implements store.AlertReader.
func (t *tx) GuestRulesFor(ctx context.Context, portfolio string) ([]store.AlertRule, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil || !t.guest {
		return nil, err
	}
	return t.alertRules(ctx, `r.user_id = $2 AND r.home_id IS NOT NULL AND r.portfolio_id = $3 AND r.enabled`, t.id.Tenant, t.id.User, portfolio)
}

// ownAsGuest reports whether a row of a guests' table is the identity's.
func (t *tx) ownAsGuest(ctx context.Context, table, id string) (bool, error) {
	if !t.guest || uuid.Validate(id) != nil {
		return false, nil
	}
	var n int
	err := t.row(ctx, `SELECT COUNT(*) FROM `+table+` WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id).Scan(&n)
	return n > 0, t.named(id, err)
}

// alertTable is where an alert is that the identity changes.
func (t *tx) alertTable(ctx context.Context, id string) (string, error) {
	own, err := t.ownAsGuest(ctx, "guest_alerts", id)
	if own {
		return "guest_alerts", err
	}
	return "alerts", err
}

// putGuestRule writes a rule whose values are those of alert_rules. That there is one is in
// the portfolio's trail; what it says is not.
func (t *tx) putGuestRule(ctx context.Context, r store.AlertRule, seen int64, values []any) error {
	action := "guest-rule.change"
	if seen == 0 {
		action = "guest-rule.create"
		_, err := t.exec(ctx, `INSERT INTO guest_rules (tenant_id, id, portfolio_id, kind, name, subject, below, threshold, band, severity, quiet_from, quiet_to, channels, eager, enabled, revision, changed, created, user_id, home_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`, append(values, formatTime(r.Created), r.User, r.Home)...)
		if err != nil {
			return err
		}
	} else {
		n, err := t.exec(ctx, `UPDATE guest_rules SET portfolio_id = $3, kind = $4, name = $5, subject = $6, below = $7, threshold = $8, band = $9, severity = $10,
			quiet_from = $11, quiet_to = $12, channels = $13, eager = $14, enabled = $15, revision = $16, changed = $17 WHERE tenant_id = $1 AND id = $2 AND revision = $18 AND user_id = $19`,
			append(values, seen, t.id.User)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrStale
		}
	}
	return t.note(ctx, action, "alert-rule/"+r.ID, r.Portfolio, nil, nil)
}

// raiseForGuest adds an alert of a guest's rule. It is in no trail: it is the guest's alone.
func (t *tx) raiseForGuest(ctx context.Context, a store.Alert) error {
	return t.writeQuietly("raise alert", func() error {
		if err := t.access(ctx, a.Portfolio, store.CanView); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO guest_alerts (tenant_id, id, user_id, portfolio_id, rule_key, kind, subject, title, severity, unit, below, state, armed, threshold, value, last_value,
				first_day, last_day, ledger, market_shared, market_own, unchecked, raised, acknowledged_why, resolved_why)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'raised', $12, $13, $14, $14, $15, $15, $16, $17, $18, '', $19, '', '')`,
			t.id.Tenant, a.ID, t.id.User, a.Portfolio, a.Rule, a.Kind, a.Subject, a.Title, a.Severity, a.Unit, a.Below, false, a.Threshold.String(), a.Value.String(),
			a.First.String(), a.Ledger, a.Market.Shared, a.Market.Own, formatTime(a.Raised))
		return err
	})
}

// guestChecks are those of the guest's own rules.
func (t *tx) guestChecks(ctx context.Context, portfolio string) ([]store.AlertCheck, error) {
	var all []store.AlertCheck
	err := t.each(ctx, func(rows *sql.Rows) error {
		c := store.AlertCheck{Portfolio: portfolio}
		var readings string
		err := rows.Scan(textOf{&c.Rule}, dayOf{&c.Day}, timeOf{&c.At}, &c.Ledger, textOf{&readings})
		c.Readings = []byte(readings)
		all = append(all, c)
		return err
	}, `SELECT rule_key, day, at, ledger, readings FROM guest_checks WHERE tenant_id = $1 AND user_id = $2 AND portfolio_id = $3 ORDER BY rule_key`, t.id.Tenant, t.id.User, portfolio)
	return all, t.named("alert checks", err)
}

func (t *tx) checkForGuest(ctx context.Context, c store.AlertCheck) error {
	return t.writeQuietly("alert check", func() error {
		if err := t.access(ctx, c.Portfolio, store.CanView); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO guest_checks (tenant_id, user_id, portfolio_id, rule_key, day, at, ledger, readings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant_id, rule_key) DO UPDATE SET day = excluded.day, at = excluded.at, ledger = excluded.ledger, readings = excluded.readings`,
			t.id.Tenant, t.id.User, c.Portfolio, c.Rule, c.Day.String(), formatTime(c.At), c.Ledger, string(c.Readings))
		return err
	})
}

func (t *tx) deliverForGuest(ctx context.Context, d store.AlertDelivery) error {
	return t.writeQuietly("deliver alert "+d.Alert, func() error {
		if err := t.access(ctx, d.Portfolio, store.CanView); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO guest_deliveries (tenant_id, id, user_id, home_id, portfolio_id, alert_id, channel_id, rule_id, event, created, expires, due, attempts, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '')`,
			t.id.Tenant, d.ID, t.id.User, d.Home, d.Portfolio, d.Alert, d.Channel, d.Rule, d.Event, formatTime(t.stamp()), formatTime(d.Expires), formatTime(d.Due))
		return err
	})
}
