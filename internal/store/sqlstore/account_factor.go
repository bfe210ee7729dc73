package sqlstore

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// SecondFactor implements store.AccountReader.
func (t *tx) SecondFactor(ctx context.Context) (store.SecondFactor, error) {
	var f store.SecondFactor
	err := t.row(ctx, `SELECT secret, created, confirmed, last_step FROM second_factors WHERE tenant_id = $1 AND user_id = $2`, t.id.Tenant, t.id.User).
		Scan(&f.Secret, timeOf{&f.Created}, timeOf{&f.Confirmed}, &f.LastStep)
	return f, t.named("second factor", err)
}

// PutSecondFactor implements store.AccountWriter.
func (t *tx) PutSecondFactor(ctx context.Context, f store.SecondFactor) error {
	return t.write("second factor", func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO second_factors (tenant_id, user_id, secret, created, confirmed, last_step) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant_id, user_id) DO UPDATE SET secret = excluded.secret, created = excluded.created, confirmed = excluded.confirmed, last_step = excluded.last_step`,
			t.id.Tenant, t.id.User, f.Secret, formatTime(f.Created), timeOrNull(f.Confirmed), f.LastStep)
		return err
	})
}

// ConfirmSecondFactor implements store.AccountWriter.
func (t *tx) ConfirmSecondFactor(ctx context.Context, at time.Time, step int64, recovery [][]byte) error {
	return t.write("confirm second factor", func() error {
		err := t.must(ctx, `UPDATE second_factors SET confirmed = $3, last_step = $4 WHERE tenant_id = $1 AND user_id = $2 AND confirmed IS NULL`,
			t.id.Tenant, t.id.User, formatTime(at), step)
		if err != nil {
			return err
		}
		if err := t.PutRecoveryCodes(ctx, recovery); err != nil {
			return err
		}
		return t.note(ctx, "second-factor.confirm", "user/"+t.id.User, "", nil, nil)
	})
}

// stepsAhead is how many steps the last one may be ahead of a code's: one further ahead was
// used while the clock was wrong, and would keep every code out until then.
const stepsAhead = 20

// UseStep implements store.AccountWriter.
func (t *tx) UseStep(ctx context.Context, step int64) error {
	return t.write("code of second factor", func() error {
		n, err := t.exec(ctx, `UPDATE second_factors SET last_step = $3 WHERE tenant_id = $1 AND user_id = $2 AND (last_step < $3 OR last_step > $4)`,
			t.id.Tenant, t.id.User, step, step+stepsAhead)
		if err == nil && n != 1 {
			return store.ErrStale
		}
		return err
	})
}

// RecoveryCodes implements store.AccountReader.
func (t *tx) RecoveryCodes(ctx context.Context) (int, error) {
	var n int
	err := t.row(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 AND used IS NULL`, t.id.Tenant, t.id.User).Scan(&n)
	return n, t.named("recovery codes", err)
}

// PutRecoveryCodes implements store.AccountWriter.
func (t *tx) PutRecoveryCodes(ctx context.Context, hashes [][]byte) error {
	return t.write("recovery codes", func() error {
		if err := t.member(); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2`, t.id.Tenant, t.id.User); err != nil {
			return err
		}
		for _, h := range hashes {
			if _, err := t.exec(ctx, `INSERT INTO recovery_codes (tenant_id, user_id, code_hash) VALUES ($1, $2, $3)`, t.id.Tenant, t.id.User, h); err != nil {
				return err
			}
		}
		return t.note(ctx, "recovery-codes.put", "user/"+t.id.User, "", nil, len(hashes))
	})
}

// UseRecoveryCode implements store.AccountWriter.
func (t *tx) UseRecoveryCode(ctx context.Context, hash []byte) error {
	return t.write("recovery code", func() error {
		err := t.must(ctx, `UPDATE recovery_codes SET used = $4 WHERE tenant_id = $1 AND user_id = $2 AND code_hash = $3 AND used IS NULL`,
			t.id.Tenant, t.id.User, hash, formatTime(t.stamp()))
		if err != nil {
			return err
		}
		return t.note(ctx, "recovery-codes.use", "user/"+t.id.User, "", nil, nil)
	})
}

// DeleteSecondFactor implements store.AccountWriter.
func (t *tx) DeleteSecondFactor(ctx context.Context, user string) error {
	return t.write("delete second factor of "+user, func() error {
		if err := t.self(user); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM second_factors WHERE tenant_id = $1 AND user_id = $2`, t.id.Tenant, user); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2`, t.id.Tenant, user); err != nil {
			return err
		}
		return t.note(ctx, "second-factor.delete", "user/"+user, "", nil, nil)
	})
}
