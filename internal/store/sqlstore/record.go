package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Answered implements store.RecordReader.
func (t *tx) Answered(ctx context.Context, key string, now time.Time) (store.Answer, error) {
	a := store.Answer{Key: key}
	var header string
	err := t.row(ctx, `SELECT method, path, request_hash, status, header, body, sealed, withheld, expires FROM answers
		WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND expires > $4`, t.id.Tenant, t.id.User, key, formatTime(now)).
		Scan(&a.Method, &a.Path, &a.RequestHash, &a.Status, textOf{&header}, &a.Body, &a.Sealed, &a.Withheld, timeOf{&a.Expires})
	a.Header = json.RawMessage(header)
	return a, t.named("idempotency key "+key, err)
}

// KeepAnswer implements store.RecordWriter.
func (t *tx) KeepAnswer(ctx context.Context, a store.Answer) error {
	return t.writeQuietly("idempotency key "+a.Key, func() error {
		// An expired answer gives its key free.
		_, err := t.exec(ctx, `DELETE FROM answers WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND expires <= $4`,
			t.id.Tenant, t.id.User, a.Key, formatTime(t.stamp()))
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO answers (tenant_id, user_id, key, method, path, request_hash, status, header, body, sealed, withheld, expires)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			t.id.Tenant, t.id.User, a.Key, a.Method, a.Path, bytesOf(a.RequestHash), a.Status, object(a.Header), bytesOf(a.Body), a.Sealed, a.Withheld, formatTime(a.Expires))
		return err
	})
}

// bytesOf keeps an empty blob from becoming NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (t *tx) scopeUser(scope store.SettingScope) (string, error) {
	switch scope {
	case store.OfUser:
		return t.id.User, nil
	case store.OfTenant:
		return shared, t.member()
	}
	return "", fmt.Errorf("setting scope %q: %w", scope, store.ErrNotFound)
}

// Setting implements store.RecordReader.
func (t *tx) Setting(ctx context.Context, scope store.SettingScope, key string) (json.RawMessage, error) {
	user, err := t.scopeUser(scope)
	if err != nil {
		return nil, err
	}
	var value string
	err = t.row(ctx, `SELECT value FROM settings WHERE tenant_id = $1 AND user_id = $2 AND key = $3`, t.id.Tenant, user, key).Scan(textOf{&value})
	return json.RawMessage(value), t.named("setting "+key, err)
}

// Settings implements store.RecordReader.
func (t *tx) Settings(ctx context.Context, scope store.SettingScope) (map[string]json.RawMessage, error) {
	user, err := t.scopeUser(scope)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	err = t.each(ctx, func(rows *sql.Rows) error {
		var key, value string
		err := rows.Scan(&key, textOf{&value})
		all[key] = json.RawMessage(value)
		return err
	}, `SELECT key, value FROM settings WHERE tenant_id = $1 AND user_id = $2`, t.id.Tenant, user)
	return all, t.named("settings", err)
}

// PutSetting implements store.RecordWriter. The tenant's are for its owners to change.
func (t *tx) PutSetting(ctx context.Context, scope store.SettingScope, key string, value json.RawMessage) error {
	return t.write("setting "+key, func() error {
		user, err := t.scopeUser(scope)
		if err != nil {
			return err
		}
		if scope == store.OfTenant && !t.admin && !t.id.Operator {
			return store.ErrForbidden
		}
		if value == nil {
			_, err = t.exec(ctx, `DELETE FROM settings WHERE tenant_id = $1 AND user_id = $2 AND key = $3`, t.id.Tenant, user, key)
		} else {
			_, err = t.exec(ctx, `INSERT INTO settings (tenant_id, user_id, key, value) VALUES ($1, $2, $3, $4)
				ON CONFLICT (tenant_id, user_id, key) DO UPDATE SET value = excluded.value`, t.id.Tenant, user, key, string(value))
		}
		if err != nil {
			return err
		}
		return t.note(ctx, "setting.put", "setting/"+string(scope)+"/"+key, "", nil, value)
	})
}

// expiring are the tables whose rows have an end.
var expiring = []string{"sessions", "answers", "import_drafts", "refresh_tokens", "personal_tokens", "mail_tokens", "outbox", "alert_deliveries", "guest_deliveries"}

// expire clears what has ended away for the whole tenant, whosever it was.
func expire(table string) Question {
	return Question{Name: "expire_" + table, Arguments: []string{"id_text", "ts_text"}, Writes: true, Scoped: true,
		SQL: `DELETE FROM ` + table + ` WHERE tenant_id = $1 AND expires <= $2`}
}

// Expire implements store.RecordWriter.
func (t *tx) Expire(ctx context.Context, now time.Time) error {
	return t.writeQuietly("expire", func() error {
		if err := t.member(); err != nil {
			return err
		}
		for _, table := range expiring {
			if _, err := t.exec(ctx, t.store.text(expire(table)), t.id.Tenant, formatTime(now)); err != nil {
				return err
			}
		}
		return nil
	})
}
