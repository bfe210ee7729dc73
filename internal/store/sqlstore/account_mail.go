package sqlstore

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// CreateMailToken implements store.AccountWriter. Earlier ones of the kind are void.
func (t *tx) CreateMailToken(ctx context.Context, m store.MailToken) error {
	return t.write("create token of a mail", func() error {
		if err := t.member(); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM mail_tokens WHERE tenant_id = $1 AND user_id = $2 AND kind = $3`, t.id.Tenant, t.id.User, string(m.Kind)); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO mail_tokens (tenant_id, id, user_id, kind, email, token_hash, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.id.Tenant, m.ID, t.id.User, string(m.Kind), m.Email, m.TokenHash, formatTime(m.Created), formatTime(m.Expires))
		if err != nil {
			return err
		}
		return t.note(ctx, "mail-token.create", "user/"+t.id.User, "", nil, string(m.Kind))
	})
}

// UseMailToken implements store.AccountWriter.
func (t *tx) UseMailToken(ctx context.Context, id string) error {
	return t.write("token of a mail "+id, func() error {
		return t.must(ctx, `UPDATE mail_tokens SET used = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND used IS NULL`,
			t.id.Tenant, t.id.User, id, formatTime(t.stamp()))
	})
}

// VerifyEmail implements store.AccountWriter.
func (t *tx) VerifyEmail(ctx context.Context, email string, at time.Time) error {
	return t.write("verify e-mail address", func() error {
		err := t.must(ctx, `UPDATE users SET verified = $4 WHERE tenant_id = $1 AND id = $2 AND email_key = $3`, t.id.Tenant, t.id.User, fold(email), formatTime(at))
		if err != nil {
			return err
		}
		return t.note(ctx, "user.verify", "user/"+t.id.User, "", nil, nil)
	})
}

// Send implements store.AccountWriter.
func (t *tx) Send(ctx context.Context, m store.Sending) error {
	return t.write("send "+m.Purpose, func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO outbox (tenant_id, id, user_id, channel, purpose, message, created, expires, due, attempts, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '')`,
			t.id.Tenant, m.ID, t.id.User, m.Channel, m.Purpose, m.Message, formatTime(m.Created), formatTime(m.Expires), formatTime(m.Due))
		return err
	})
}

// Sending implements store.AccountReader.
func (t *tx) Sending(ctx context.Context, id string) (store.Sending, error) {
	m := store.Sending{ID: id, Identity: store.Identity{Tenant: t.id.Tenant, User: t.id.User}}
	err := t.row(ctx, `SELECT channel, purpose, message, created, expires, due, attempts, reason, sent, failed FROM outbox
		WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id).
		Scan(&m.Channel, &m.Purpose, &m.Message, timeOf{&m.Created}, timeOf{&m.Expires}, timeOf{&m.Due}, &m.Attempts, &m.Reason, timeOf{&m.Sent}, timeOf{&m.Failed})
	return m, t.named("message "+id, err)
}

// Sent implements store.AccountWriter. What was sent is not kept.
func (t *tx) Sent(ctx context.Context, id string, at time.Time) error {
	return t.write("message "+id, func() error {
		return t.must(ctx, `UPDATE outbox SET sent = $4, reason = '', message = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`,
			t.id.Tenant, t.id.User, id, formatTime(at), []byte{})
	})
}

// Unsent implements store.AccountWriter.
func (t *tx) Unsent(ctx context.Context, id, reason string, again time.Time) error {
	return t.write("message "+id, func() error {
		if again.IsZero() {
			return t.must(ctx, `UPDATE outbox SET reason = $4, failed = $5, message = $6 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`,
				t.id.Tenant, t.id.User, id, reason, formatTime(t.stamp()), []byte{})
		}
		return t.must(ctx, `UPDATE outbox SET reason = $4, due = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id, reason, formatTime(again))
	})
}
