package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/store"
)

// claimAlertDeliveries gives out what is due.
var claimAlertDeliveries = Question{Name: "claim_alert_deliveries", Arguments: []string{"ts_text", "ts_text", "bigint"}, Writes: true,
	Columns: `tenant_id id_text, user_id id_text, id id_text`,
	SQL: `UPDATE alert_deliveries SET due = $2, attempts = attempts + 1
		WHERE due <= $1 AND sent IS NULL AND failed IS NULL AND id IN (
			SELECT id FROM alert_deliveries WHERE due <= $1 AND sent IS NULL AND failed IS NULL ORDER BY due, id LIMIT $3)
		RETURNING tenant_id, user_id, id`}

// ClaimAlertDeliveries implements store.AlertGate.
func (s *Store) ClaimAlertDeliveries(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]store.AlertDelivery, error) {
	var all []store.AlertDelivery
	err := s.atTheGate(ctx, "alert deliveries", func(begun *sql.Tx) error {
		rows, err := begun.QueryContext(ctx, s.text(claimAlertDeliveries), formatTime(now), formatTime(now.Add(lease)), limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d store.AlertDelivery
			if err := rows.Scan(textOf{&d.Identity.Tenant}, textOf{&d.Identity.User}, textOf{&d.ID}); err != nil {
				return err
			}
			all = append(all, d)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close() // the connection has one thing to do at a time
		all, err = s.claimForGuests(ctx, begun, all, now, lease, limit)
		return err
	})
	return all, err
}

const channelColumns = `id, kind, name, shown, target, enabled, created`

func scanChannel(row interface{ Scan(...any) error }) (store.AlertChannel, error) {
	var c store.AlertChannel
	err := row.Scan(textOf{&c.ID}, &c.Kind, &c.Name, &c.Shown, &c.Target, &c.Enabled, timeOf{&c.Created})
	return c, err
}

// AlertChannels implements store.AlertReader.
func (t *tx) AlertChannels(ctx context.Context) ([]store.AlertChannel, error) {
	var all []store.AlertChannel
	err := t.each(ctx, func(rows *sql.Rows) error {
		c, err := scanChannel(rows)
		all = append(all, c)
		return err
	}, `SELECT `+channelColumns+` FROM alert_channels WHERE tenant_id = $1 AND user_id = $2 ORDER BY id`, t.id.Tenant, t.id.User)
	return all, t.named("channels", err)
}

// AlertChannel implements store.AlertReader.
func (t *tx) AlertChannel(ctx context.Context, id string) (store.AlertChannel, error) {
	if uuid.Validate(id) != nil {
		return store.AlertChannel{}, fmt.Errorf("channel %s: %w", id, store.ErrNotFound)
	}
	c, err := scanChannel(t.row(ctx, `SELECT `+channelColumns+` FROM alert_channels WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id))
	return c, t.named("channel "+id, err)
}

// PutAlertChannel implements store.AlertWriter.
func (t *tx) PutAlertChannel(ctx context.Context, c store.AlertChannel) error {
	return t.write("channel "+c.ID, func() error {
		if err := t.member(); err != nil {
			return err
		}
		n, err := t.exec(ctx, `UPDATE alert_channels SET name = $4, enabled = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, c.ID, c.Name, c.Enabled)
		if err != nil {
			return err
		}
		action := "alert-channel.change"
		switch {
		case n == 0 && len(c.Target) == 0:
			return store.ErrNotFound
		case n == 0:
			action = "alert-channel.create"
			_, err = t.exec(ctx, `INSERT INTO alert_channels (tenant_id, id, user_id, kind, name, shown, target, enabled, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				t.id.Tenant, c.ID, t.id.User, c.Kind, c.Name, c.Shown, c.Target, c.Enabled, formatTime(t.stamp()))
		case len(c.Target) > 0:
			_, err = t.exec(ctx, `UPDATE alert_channels SET shown = $4, target = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, c.ID, c.Shown, c.Target)
		}
		if err != nil {
			return err
		}
		return t.note(ctx, action, "alert-channel/"+c.ID, "", nil, map[string]any{"kind": c.Kind, "name": c.Name, "enabled": c.Enabled})
	})
}

// DeleteAlertChannel implements store.AlertWriter.
func (t *tx) DeleteAlertChannel(ctx context.Context, id string) error {
	return t.write("delete channel "+id, func() error {
		if _, err := t.AlertChannel(ctx, id); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM alert_channels WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		return t.note(ctx, "alert-channel.delete", "alert-channel/"+id, "", nil, nil)
	})
}

// DeliverAlert implements store.AlertWriter.
func (t *tx) DeliverAlert(ctx context.Context, d store.AlertDelivery) error {
	if own, err := t.ownAsGuest(ctx, "guest_alerts", d.Alert); err != nil {
		return err
	} else if own {
		return t.deliverForGuest(ctx, d)
	}
	return t.writeQuietly("deliver alert "+d.Alert, func() error {
		if err := t.access(ctx, d.Portfolio, store.CanTrade); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO alert_deliveries (tenant_id, id, user_id, portfolio_id, alert_id, channel_id, rule_id, event, created, expires, due, attempts, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '')`,
			t.id.Tenant, d.ID, d.Identity.User, d.Portfolio, d.Alert, d.Channel, d.Rule, d.Event, formatTime(t.stamp()), formatTime(d.Expires), formatTime(d.Due))
		return err
	})
}

// told is the table of how the identity is told: guests have one of their own.
func (t *tx) told() (deliveries, attempts string) {
	if t.guest {
		return "guest_deliveries", "guest_attempts"
	}
	return "alert_deliveries", "alert_attempts"
}

const deliveryColumns = `id, user_id, portfolio_id, alert_id, channel_id, rule_id, event, created, expires, due, attempts, reason, sent, failed`

func (t *tx) scanDelivery(row interface{ Scan(...any) error }) (store.AlertDelivery, error) {
	d := store.AlertDelivery{Identity: store.Identity{Tenant: t.id.Tenant}}
	err := row.Scan(textOf{&d.ID}, textOf{&d.Identity.User}, textOf{&d.Portfolio}, textOf{&d.Alert}, textOf{&d.Channel}, textOf{&d.Rule}, &d.Event, timeOf{&d.Created}, timeOf{&d.Expires}, timeOf{&d.Due},
		&d.Attempts, &d.Reason, timeOf{&d.Sent}, timeOf{&d.Failed})
	return d, err
}

// AlertDelivery implements store.AlertReader.
func (t *tx) AlertDelivery(ctx context.Context, id string) (store.AlertDelivery, error) {
	deliveries, _ := t.told()
	d, err := t.scanDelivery(t.row(ctx, `SELECT `+deliveryColumns+` FROM `+deliveries+` WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id))
	return d, t.named("delivery "+id, err)
}

// AlertDeliveries implements store.AlertReader.
func (t *tx) AlertDeliveries(ctx context.Context, alert string) ([]store.AlertDelivery, error) {
	if _, err := t.Alert(ctx, alert); err != nil {
		return nil, err
	}
	deliveries, _ := t.told()
	var all []store.AlertDelivery
	err := t.each(ctx, func(rows *sql.Rows) error {
		d, err := t.scanDelivery(rows)
		all = append(all, d)
		return err
	}, `SELECT `+deliveryColumns+` FROM `+deliveries+` WHERE tenant_id = $1 AND user_id = $2 AND alert_id = $3 ORDER BY id`, t.id.Tenant, t.id.User, alert)
	return all, t.named("deliveries of "+alert, err)
}

// AlertAttempts implements store.AlertReader.
func (t *tx) AlertAttempts(ctx context.Context, delivery string) ([]store.AlertAttempt, error) {
	_, attempts := t.told()
	var all []store.AlertAttempt
	err := t.each(ctx, func(rows *sql.Rows) error {
		a := store.AlertAttempt{Delivery: delivery}
		err := rows.Scan(&a.Attempt, timeOf{&a.At}, &a.Reason)
		all = append(all, a)
		return err
	}, `SELECT attempt, at, reason FROM `+attempts+` WHERE tenant_id = $1 AND user_id = $2 AND delivery_id = $3 ORDER BY attempt`, t.id.Tenant, t.id.User, delivery)
	return all, t.named("attempts of "+delivery, err)
}

// PostponeAlert implements store.AlertWriter.
func (t *tx) PostponeAlert(ctx context.Context, id string, due time.Time) error {
	deliveries, _ := t.told()
	return t.writeQuietly("delivery "+id, func() error {
		return t.must(ctx, `UPDATE `+deliveries+` SET due = $4, attempts = attempts - 1 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND attempts > 0`,
			t.id.Tenant, t.id.User, id, formatTime(due))
	})
}

// AlertDelivered implements store.AlertWriter.
func (t *tx) AlertDelivered(ctx context.Context, id, reason string, again time.Time) error {
	deliveries, attempts := t.told()
	return t.writeQuietly("delivery "+id, func() error {
		d, err := t.AlertDelivery(ctx, id)
		if err != nil {
			return err
		}
		now := formatTime(t.stamp())
		key := []any{t.id.Tenant, t.id.User, id}
		switch {
		case reason == "":
			err = t.must(ctx, `UPDATE `+deliveries+` SET sent = $4, reason = '' WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, append(key, now)...)
		case again.IsZero():
			err = t.must(ctx, `UPDATE `+deliveries+` SET failed = $4, reason = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, append(key, now, reason)...)
		default:
			err = t.must(ctx, `UPDATE `+deliveries+` SET due = $4, reason = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, append(key, formatTime(again), reason)...)
		}
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO `+attempts+` (tenant_id, delivery_id, attempt, user_id, at, reason) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant_id, delivery_id, attempt) DO UPDATE SET at = excluded.at, reason = excluded.reason`, t.id.Tenant, id, d.Attempts, t.id.User, now, reason)
		return err
	})
}
