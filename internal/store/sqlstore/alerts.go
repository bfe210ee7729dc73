package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/store"
)

// inVisible is the condition that column names a portfolio that the identity sees; $1 is
// the tenant, $2 the user.
func inVisible(column string) string {
	return `EXISTS (SELECT 1 FROM portfolios p WHERE p.id = ` + column + ` AND ` + visible + `)`
}

const alertColumns = `id, portfolio_id, rule_key, kind, subject, title, severity, unit, below, state, armed, threshold, value, last_value, first_day, last_day,
	ledger, market_shared, market_own, unchecked, raised, acknowledged, acknowledged_by, acknowledged_why, resolved, resolved_by, resolved_why`

// alertsSeen is where the identity's alerts are, as a, and what is read of each: those of
// portfolios, and for a guest of the tenant those of their own rules too.
func (t *tx) alertsSeen() (columns, from string) {
	if !t.guest {
		return alertColumns + `, CAST(NULL AS id_text)`, `alerts a`
	}
	return alertColumns + `, user_id`, `(SELECT tenant_id, CAST(NULL AS id_text) AS user_id, ` + alertColumns + ` FROM alerts WHERE tenant_id = $1
		UNION ALL SELECT tenant_id, user_id, ` + alertColumns + ` FROM guest_alerts WHERE tenant_id = $1 AND user_id = $2) a`
}

func scanAlert(row interface{ Scan(...any) error }) (store.Alert, error) {
	var a store.Alert
	err := row.Scan(textOf{&a.ID}, textOf{&a.Portfolio}, &a.Rule, &a.Kind, &a.Subject, &a.Title, &a.Severity, &a.Unit, &a.Below, &a.State, &a.Armed,
		exactOf{&a.Threshold}, exactOf{&a.Value}, exactOf{&a.Last}, dayOf{&a.First}, dayOf{&a.LastDay}, &a.Ledger, &a.Market.Shared, &a.Market.Own, &a.Unchecked,
		timeOf{&a.Raised}, timeOf{&a.Acknowledged}, textOf{&a.AcknowledgedBy}, &a.AcknowledgedWhy, timeOf{&a.Resolved}, textOf{&a.ResolvedBy}, &a.ResolvedWhy, textOf{&a.Guest})
	return a, err
}

func (t *tx) alerts(ctx context.Context, query string, args ...any) ([]store.Alert, error) {
	var all []store.Alert
	err := t.each(ctx, func(rows *sql.Rows) error {
		a, err := scanAlert(rows)
		all = append(all, a)
		return err
	}, query, args...)
	return all, t.named("alerts", err)
}

// Alerts implements store.AlertReader.
func (t *tx) Alerts(ctx context.Context, f store.AlertFilter) ([]store.Alert, error) {
	args := []any{t.id.Tenant, t.id.User}
	where := []string{`a.tenant_id = $1`, inVisible("a.portfolio_id")}
	add := func(condition string, values ...any) {
		var marks []any
		for _, v := range values {
			args = append(args, v)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		where = append(where, fmt.Sprintf(condition, marks...))
	}
	if f.Portfolio != "" {
		if err := t.access(ctx, f.Portfolio, store.CanView); err != nil {
			return nil, err
		}
		add(`a.portfolio_id = %s`, f.Portfolio)
	}
	if f.Kind != "" {
		add(`a.kind = %s`, f.Kind)
	}
	if f.Rule != "" {
		add(`a.rule_key = %s`, f.Rule)
	}
	if f.Before != "" {
		if uuid.Validate(f.Before) != nil {
			return nil, fmt.Errorf("alert %s: %w", f.Before, store.ErrNotFound)
		}
		add(`a.id < %s`, f.Before)
	}
	if len(f.States) > 0 {
		var values []any
		for _, s := range f.States {
			values = append(values, string(s))
		}
		add(`a.state IN (`+strings.TrimSuffix(strings.Repeat("%s, ", len(values)), ", ")+`)`, values...)
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	if f.Guest {
		if !t.guest {
			return nil, nil
		}
		where = append(where, `a.user_id = $2`)
	}
	args = append(args, f.Limit)
	columns, from := t.alertsSeen()
	return t.alerts(ctx, `SELECT `+columns+` FROM `+from+` WHERE `+strings.Join(where, " AND ")+fmt.Sprintf(` ORDER BY a.id DESC LIMIT $%d`, len(args)), args...)
}

// Alert implements store.AlertReader.
func (t *tx) Alert(ctx context.Context, id string) (store.Alert, error) {
	if uuid.Validate(id) != nil {
		return store.Alert{}, fmt.Errorf("alert %s: %w", id, store.ErrNotFound)
	}
	columns, from := t.alertsSeen()
	a, err := scanAlert(t.row(ctx, `SELECT `+columns+` FROM `+from+` WHERE a.tenant_id = $1 AND a.id = $3 AND `+inVisible("a.portfolio_id"), t.id.Tenant, t.id.User, id))
	return a, t.named("alert "+id, err)
}

// AlertStates implements store.AlertReader.
func (t *tx) AlertStates(ctx context.Context, portfolio string) ([]store.Alert, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	columns, from := t.alertsSeen()
	return t.alerts(ctx, `SELECT `+columns+` FROM `+from+` WHERE a.tenant_id = $1 AND a.portfolio_id = $3 AND `+inVisible("a.portfolio_id")+` AND (a.state <> 'resolved' OR NOT a.armed) ORDER BY a.id`, t.id.Tenant, t.id.User, portfolio)
}

// AlertsWaiting implements store.AlertReader.
func (t *tx) AlertsWaiting(ctx context.Context) (n int, err error) {
	_, from := t.alertsSeen()
	err = t.row(ctx, `SELECT COUNT(*) FROM `+from+` WHERE a.tenant_id = $1 AND a.state = 'raised' AND `+inVisible("a.portfolio_id"), t.id.Tenant, t.id.User).Scan(&n)
	return n, t.named("alerts", err)
}

// RaiseAlert implements store.AlertWriter.
func (t *tx) RaiseAlert(ctx context.Context, a store.Alert) error {
	if own, err := t.ownAsGuest(ctx, "guest_rules", a.Rule); err != nil {
		return err
	} else if own {
		return t.raiseForGuest(ctx, a)
	}
	return t.write("raise alert", func() error {
		if err := t.access(ctx, a.Portfolio, store.CanTrade); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO alerts (tenant_id, id, portfolio_id, rule_key, kind, subject, title, severity, unit, below, state, armed, threshold, value, last_value,
				first_day, last_day, ledger, market_shared, market_own, unchecked, raised, acknowledged_why, resolved_why)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'raised', $11, $12, $13, $13, $14, $14, $15, $16, $17, '', $18, '', '')`,
			t.id.Tenant, a.ID, a.Portfolio, a.Rule, a.Kind, a.Subject, a.Title, a.Severity, a.Unit, a.Below, false, a.Threshold.String(), a.Value.String(),
			a.First.String(), a.Ledger, a.Market.Shared, a.Market.Own, formatTime(a.Raised))
		if err != nil {
			return err
		}
		return t.note(ctx, "alert.raise", "alert/"+a.ID, a.Portfolio, nil, alertNote{Rule: a.Rule, Kind: a.Kind, Subject: a.Subject, Value: a.Value.String(), Limit: a.Threshold.String(), Day: a.First.String()})
	})
}

// alertNote is what the audit trail keeps of an alert.
type alertNote struct {
	Rule    string `json:"rule,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Subject string `json:"subject,omitempty"`
	Value   string `json:"value,omitempty"`
	Limit   string `json:"limit,omitempty"`
	Day     string `json:"day,omitempty"`
	State   string `json:"state,omitempty"`
	Why     string `json:"why,omitempty"`
}

// SeeAlert implements store.AlertWriter. That a figure is what it was is no event.
func (t *tx) SeeAlert(ctx context.Context, a store.Alert) error {
	return t.writeQuietly("alert "+a.ID, func() error {
		table, err := t.alertTable(ctx, a.ID)
		if err == nil && table == "alerts" {
			err = t.access(ctx, a.Portfolio, store.CanTrade)
		}
		if err != nil {
			return err
		}
		return t.must(ctx, `UPDATE `+table+` SET threshold = $4, last_value = $5, last_day = $6, ledger = $7, market_shared = $8, market_own = $9, unchecked = $10, armed = $11
			WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`,
			t.id.Tenant, a.Portfolio, a.ID, a.Threshold.String(), a.Last.String(), a.LastDay.String(), a.Ledger, a.Market.Shared, a.Market.Own, a.Unchecked, a.Armed)
	})
}

// forChange is an alert that the identity may change, and the table it is in.
func (t *tx) forChange(ctx context.Context, id string) (store.Alert, string, error) {
	a, err := t.Alert(ctx, id)
	switch {
	case err != nil:
	case a.Guest != "":
		return a, "guest_alerts", nil
	default:
		err = t.access(ctx, a.Portfolio, store.CanTrade)
	}
	return a, "alerts", err
}

// noteAlert puts what became of an alert into the trail of its portfolio. What a guest's
// own rules raised is in nobody's.
func (t *tx) noteAlert(ctx context.Context, action string, a store.Alert, state store.AlertState, why string) error {
	if a.Guest != "" {
		return nil
	}
	return t.note(ctx, action, "alert/"+a.ID, a.Portfolio, alertNote{State: string(a.State)}, alertNote{State: string(state), Why: why})
}

// AcknowledgeAlert implements store.AlertWriter.
func (t *tx) AcknowledgeAlert(ctx context.Context, id, why string) error {
	return t.write("acknowledge alert "+id, func() error {
		a, table, err := t.forChange(ctx, id)
		if err != nil {
			return err
		}
		n, err := t.exec(ctx, `UPDATE `+table+` SET state = 'acknowledged', acknowledged = $3, acknowledged_by = $4, acknowledged_why = $5 WHERE tenant_id = $1 AND id = $2 AND state = 'raised'`,
			t.id.Tenant, id, formatTime(t.stamp()), t.id.User, why)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrStale
		}
		return t.noteAlert(ctx, "alert.acknowledge", a, store.AlertAcknowledged, why)
	})
}

// ResolveAlert implements store.AlertWriter.
func (t *tx) ResolveAlert(ctx context.Context, id, why string, byItself bool) error {
	return t.write("resolve alert "+id, func() error {
		a, table, err := t.forChange(ctx, id)
		if err != nil {
			return err
		}
		by := any(t.id.User)
		if byItself {
			by = nil
		}
		n, err := t.exec(ctx, `UPDATE `+table+` SET state = 'resolved', resolved = $3, resolved_by = $4, resolved_why = $5, armed = $6 WHERE tenant_id = $1 AND id = $2 AND state <> 'resolved'`,
			t.id.Tenant, id, formatTime(t.stamp()), by, why, byItself)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrStale
		}
		return t.noteAlert(ctx, "alert.resolve", a, store.AlertResolved, why)
	})
}

// AlertChecks implements store.AlertReader.
func (t *tx) AlertChecks(ctx context.Context, portfolio string) ([]store.AlertCheck, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.AlertCheck
	err := t.each(ctx, func(rows *sql.Rows) error {
		c := store.AlertCheck{Portfolio: portfolio}
		var readings string
		err := rows.Scan(&c.Rule, dayOf{&c.Day}, timeOf{&c.At}, &c.Ledger, textOf{&readings})
		c.Readings = []byte(readings)
		all = append(all, c)
		return err
	}, `SELECT rule_key, day, at, ledger, readings FROM alert_checks WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY rule_key`, t.id.Tenant, portfolio)
	if err != nil || !t.guest {
		return all, t.named("alert checks", err)
	}
	own, err := t.guestChecks(ctx, portfolio)
	return append(all, own...), err
}

// PutAlertCheck implements store.AlertWriter.
func (t *tx) PutAlertCheck(ctx context.Context, c store.AlertCheck) error {
	if own, err := t.ownAsGuest(ctx, "guest_rules", c.Rule); err != nil {
		return err
	} else if own {
		return t.checkForGuest(ctx, c)
	}
	return t.writeQuietly("alert check", func() error {
		if err := t.access(ctx, c.Portfolio, store.CanTrade); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO alert_checks (tenant_id, portfolio_id, rule_key, day, at, ledger, readings) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (tenant_id, portfolio_id, rule_key) DO UPDATE SET day = excluded.day, at = excluded.at, ledger = excluded.ledger, readings = excluded.readings`,
			t.id.Tenant, c.Portfolio, c.Rule, c.Day.String(), formatTime(c.At), c.Ledger, string(c.Readings))
		return err
	})
}
