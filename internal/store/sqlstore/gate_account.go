package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// The gate's questions of accounts. Challenges, attempts and signing keys belong to no
// tenant and are read and written plainly.
var (
	sessionByID = Question{Name: "session_and_pulse_by_id", Arguments: []string{"id_text", "id_text", "id_text", "ts_text"}, Columns: sessionAnswer + pulseAnswer,
		SQL: `SELECT ` + sessionColumns + pulseColumns + `
			FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id JOIN tenants t ON t.id = s.tenant_id
			WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.id = $3 AND s.expires > $4 AND NOT u.disabled`}
	refreshOf = Question{Name: "refresh_of", Arguments: []string{"bytes_blob", "ts_text"},
		Columns: `tenant_id id_text, user_id id_text, id id_text, session_id id_text, created ts_text, expires ts_text, used ts_text`,
		SQL: `SELECT r.tenant_id, r.user_id, r.id, r.session_id, r.created, r.expires, r.used
			FROM refresh_tokens r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id
			WHERE r.token_hash = $1 AND r.expires > $2 AND NOT u.disabled`}
	personalTokenOf = Question{Name: "personal_token_of", Arguments: []string{"bytes_blob", "ts_text"},
		Columns: `tenant_id id_text, user_id id_text, id id_text, name text, scope text, created ts_text, expires ts_text, last_used ts_text`,
		SQL: `SELECT p.tenant_id, p.user_id, p.id, p.name, p.scope, p.created, p.expires, p.last_used
			FROM personal_tokens p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id
			WHERE p.token_hash = $1 AND p.expires > $2 AND NOT u.disabled`}
	inviteOf = Question{Name: "invite_of", Arguments: []string{"bytes_blob", "ts_text"}, Columns: inviteAnswer,
		SQL: `SELECT ` + inviteColumns + ` FROM invites WHERE token_hash = $1 AND expires > $2 AND accepted IS NULL`}
	acceptInvite = Question{Name: "accept_invite", Arguments: []string{"bytes_blob", "ts_text"}, Columns: inviteAnswer, Writes: true,
		SQL: `UPDATE invites SET accepted = $2 WHERE token_hash = $1 AND expires > $2 AND accepted IS NULL RETURNING ` + inviteColumns}
	mailTokenOf = Question{Name: "mail_token_of", Arguments: []string{"bytes_blob", "text", "ts_text"},
		Columns: `tenant_id id_text, user_id id_text, id id_text, email text, created ts_text, expires ts_text`,
		SQL: `SELECT m.tenant_id, m.user_id, m.id, m.email, m.created, m.expires
			FROM mail_tokens m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
			WHERE m.token_hash = $1 AND m.kind = $2 AND m.expires > $3 AND m.used IS NULL AND NOT u.disabled`}
	passkeyOf = Question{Name: "passkey_of", Arguments: []string{"bytes_blob"},
		Columns: `tenant_id id_text, user_id id_text, id id_text, credential_id bytes_blob, name text, credential json_text, created ts_text, last_used ts_text`,
		SQL: `SELECT ` + passkeyColumns + `
			FROM passkeys p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id
			WHERE p.credential_id = $1 AND NOT u.disabled`}
	linkedTo = Question{Name: "linked_to", Arguments: []string{"text", "text"}, Columns: `tenant_id id_text, user_id id_text`,
		SQL: `SELECT l.tenant_id, l.user_id
			FROM linked_identities l JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.user_id
			WHERE l.issuer = $1 AND l.subject = $2 AND NOT u.disabled`}
	// "due" is asked twice: a process that waited for another's claim sees it moved.
	claimOutbox = Question{Name: "claim_outbox", Arguments: []string{"ts_text", "ts_text", "bigint"}, Writes: true,
		Columns: `tenant_id id_text, user_id id_text, id id_text`,
		SQL: `UPDATE outbox SET due = $2, attempts = attempts + 1
			WHERE due <= $1 AND sent IS NULL AND failed IS NULL AND id IN (
				SELECT id FROM outbox WHERE due <= $1 AND sent IS NULL AND failed IS NULL ORDER BY due, id LIMIT $3)
			RETURNING tenant_id, user_id, id`}
)

// accountQuestions are those of this file.
func accountQuestions() []Question {
	return []Question{sessionByID, refreshOf, personalTokenOf, inviteOf, acceptInvite, mailTokenOf, passkeyOf, linkedTo, claimOutbox}
}

const (
	sessionAnswer = `tenant_id id_text, user_id id_text, id id_text, created ts_text, last_seen ts_text, expires ts_text, token_until ts_text, agent text`
	inviteAnswer  = `tenant_id id_text, id id_text, email text, role text, founds boolean, created_by id_text, created ts_text, expires ts_text, accepted ts_text`
)

// pulseColumns are the state of the tenant t, in the same statement and so in the same
// snapshot as the session.
const (
	pulseAnswer  = `, sequence bigint, shared_version bigint, own_version bigint`
	pulseColumns = `, t.event_sequence,
			COALESCE((SELECT MAX(version) FROM market_versions WHERE tenant_id = '` + shared + `'), 0),
			COALESCE((SELECT MAX(version) FROM market_versions WHERE tenant_id = t.id), 0)`
)

const sessionColumns = `s.tenant_id, s.user_id, s.id, s.created, s.last_seen, s.expires, s.token_until, s.agent`

// SessionByID implements store.AccountGate.
func (s *Store) SessionByID(ctx context.Context, id store.Identity, session string, now time.Time) (store.Session, error) {
	found, err := scanSessionNow(s.ask(ctx, sessionByID, id.Tenant, id.User, session, formatTime(now)))
	return found, s.gateError("session", err)
}

// RefreshOf implements store.AccountGate.
func (s *Store) RefreshOf(ctx context.Context, tokenHash []byte, now time.Time) (store.Refresh, error) {
	var r store.Refresh
	err := s.ask(ctx, refreshOf, tokenHash, formatTime(now)).
		Scan(textOf{&r.Identity.Tenant}, textOf{&r.Identity.User}, textOf{&r.ID}, textOf{&r.Session}, timeOf{&r.Created}, timeOf{&r.Expires}, timeOf{&r.Used})
	return r, s.gateError("refresh token", err)
}

// PersonalTokenOf implements store.AccountGate.
func (s *Store) PersonalTokenOf(ctx context.Context, tokenHash []byte, now time.Time) (store.PersonalToken, error) {
	p, err := scanPersonalToken(s.ask(ctx, personalTokenOf, tokenHash, formatTime(now)))
	return p, s.gateError("token", err)
}

func scanPersonalToken(row interface{ Scan(...any) error }) (store.PersonalToken, error) {
	var p store.PersonalToken
	err := row.Scan(textOf{&p.Identity.Tenant}, textOf{&p.Identity.User}, textOf{&p.ID}, &p.Name, &p.Scope, timeOf{&p.Created}, timeOf{&p.Expires}, timeOf{&p.LastUsed})
	return p, err
}

const inviteColumns = `tenant_id, id, email, role, founds, created_by, created, expires, accepted`

func scanInvite(row interface{ Scan(...any) error }) (store.Invite, error) {
	var i store.Invite
	err := row.Scan(textOf{&i.Tenant}, textOf{&i.ID}, &i.Email, &i.Role, &i.Founds, textOf{&i.CreatedBy}, timeOf{&i.Created}, timeOf{&i.Expires}, timeOf{&i.Accepted})
	return i, err
}

// InviteOf implements store.AccountGate.
func (s *Store) InviteOf(ctx context.Context, tokenHash []byte, now time.Time) (store.Invite, error) {
	i, err := scanInvite(s.ask(ctx, inviteOf, tokenHash, formatTime(now)))
	return i, s.gateError("invitation", err)
}

// Accept implements store.AccountGate.
func (s *Store) Accept(ctx context.Context, tokenHash []byte, now time.Time, own store.Tenant, u store.User) (store.Identity, error) {
	var id store.Identity
	err := s.atTheGate(ctx, "accept invitation", func(begun *sql.Tx) error {
		i, err := scanInvite(begun.QueryRowContext(ctx, s.text(acceptInvite), tokenHash, formatTime(now)))
		if err != nil {
			return err
		}
		id = store.Identity{Tenant: i.Tenant, User: u.ID}
		u.Role = i.Role
		if i.Founds {
			id.Tenant, u.Role = own.ID, store.Owner
		}
		t, err := s.assume(ctx, begun, id)
		if err != nil {
			return err
		}
		return t.writeQuietly("accept invitation", func() error {
			if i.Founds {
				if err := t.insertTenant(ctx, own); err != nil {
					return err
				}
			}
			return t.insertUser(ctx, u)
		})
	})
	return id, err
}

// atTheGate runs a write that belongs to nobody yet.
func (s *Store) atTheGate(ctx context.Context, what string, fn func(*sql.Tx) error) error {
	if s.joined(ctx) != nil {
		return fmt.Errorf("%s: %w", what, store.ErrNested)
	}
	begun, done, err := s.begin(ctx, s.writer, s.dialect.WriteTx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer done()
	defer begun.Rollback() // does nothing after a commit
	if err := fn(begun); err != nil {
		return s.gateError(what, err)
	}
	if err := begun.Commit(); err != nil {
		return s.gateError(what, s.uncertain(err))
	}
	s.takes()
	return nil
}

// MailTokenOf implements store.AccountGate.
func (s *Store) MailTokenOf(ctx context.Context, kind store.MailTokenKind, tokenHash []byte, now time.Time) (store.MailToken, error) {
	m := store.MailToken{Kind: kind}
	err := s.ask(ctx, mailTokenOf, tokenHash, string(kind), formatTime(now)).
		Scan(textOf{&m.Identity.Tenant}, textOf{&m.Identity.User}, textOf{&m.ID}, &m.Email, timeOf{&m.Created}, timeOf{&m.Expires})
	return m, s.gateError("token of a mail", err)
}

const passkeyColumns = `p.tenant_id, p.user_id, p.id, p.credential_id, p.name, p.credential, p.created, p.last_used`

func scanPasskey(row interface{ Scan(...any) error }) (store.Passkey, error) {
	var p store.Passkey
	var data string
	err := row.Scan(textOf{&p.Identity.Tenant}, textOf{&p.Identity.User}, textOf{&p.ID}, &p.Credential, &p.Name, textOf{&data}, timeOf{&p.Created}, timeOf{&p.LastUsed})
	p.Data = []byte(data)
	return p, err
}

// PasskeyOf implements store.AccountGate.
func (s *Store) PasskeyOf(ctx context.Context, credential []byte) (store.Passkey, error) {
	p, err := scanPasskey(s.ask(ctx, passkeyOf, credential))
	return p, s.gateError("passkey", err)
}

// LinkedTo implements store.AccountGate.
func (s *Store) LinkedTo(ctx context.Context, issuer, subject string) (store.Identity, error) {
	var id store.Identity
	err := s.ask(ctx, linkedTo, issuer, subject).Scan(textOf{&id.Tenant}, textOf{&id.User})
	return id, s.gateError("identity", err)
}

// PutChallenge implements store.AccountGate.
func (s *Store) PutChallenge(ctx context.Context, c store.Challenge, now time.Time) error {
	return s.atTheGate(ctx, "challenge", func(begun *sql.Tx) error {
		if _, err := begun.ExecContext(ctx, `DELETE FROM challenges WHERE expires <= $1`, formatTime(now)); err != nil {
			return err
		}
		_, err := begun.ExecContext(ctx, `INSERT INTO challenges (token_hash, kind, data, tries, expires) VALUES ($1, $2, $3, 0, $4)`,
			c.TokenHash, c.Kind, bytesOf(c.Data), formatTime(c.Expires))
		return err
	})
}

// TryChallenge implements store.AccountGate.
func (s *Store) TryChallenge(ctx context.Context, kind string, tokenHash []byte, now time.Time) (store.Challenge, error) {
	return s.challenge(ctx, `UPDATE challenges SET tries = tries + 1 WHERE token_hash = $1 AND kind = $2 AND expires > $3 RETURNING data, tries, expires`, kind, tokenHash, now)
}

// TakeChallenge implements store.AccountGate.
func (s *Store) TakeChallenge(ctx context.Context, kind string, tokenHash []byte, now time.Time) (store.Challenge, error) {
	return s.challenge(ctx, `DELETE FROM challenges WHERE token_hash = $1 AND kind = $2 AND expires > $3 RETURNING data, tries, expires`, kind, tokenHash, now)
}

func (s *Store) challenge(ctx context.Context, query, kind string, tokenHash []byte, now time.Time) (store.Challenge, error) {
	c := store.Challenge{TokenHash: tokenHash, Kind: kind}
	err := s.atTheGate(ctx, "challenge", func(begun *sql.Tx) error {
		return begun.QueryRowContext(ctx, query, tokenHash, kind, formatTime(now)).Scan(&c.Data, &c.Tries, timeOf{&c.Expires})
	})
	return c, err
}

// SpendAttempt implements store.AccountGate.
func (s *Store) SpendAttempt(ctx context.Context, limits []store.AttemptLimit, now time.Time) (until time.Time, err error) {
	err = s.atTheGate(ctx, "attempt", func(begun *sql.Tx) error {
		for _, l := range limits {
			var failures int
			var last, wait time.Time
			// The row is there before it is locked: of several first attempts at once each counts.
			_, err := begun.ExecContext(ctx, `INSERT INTO attempts (key_hash, failures, until, last) VALUES ($1, 0, $2, $3) ON CONFLICT (key_hash) DO NOTHING`,
				l.Key, formatTime(now), formatTime(now))
			if err != nil {
				return err
			}
			err = begun.QueryRowContext(ctx, `SELECT failures, until, last FROM attempts WHERE key_hash = $1`+s.dialect.ForUpdate, l.Key).Scan(&failures, timeOf{&wait}, timeOf{&last})
			if err != nil {
				return err
			}
			if most := now.Add(l.Wait(failures)); wait.After(most) {
				wait = most // the clock was put back: nobody waits for longer than was said
				if _, err := begun.ExecContext(ctx, `UPDATE attempts SET until = $2, last = $3 WHERE key_hash = $1`, l.Key, formatTime(wait), formatTime(now)); err != nil {
					return err
				}
			}
			if l.Wait(failures) > 0 && wait.After(now) { // one that came at the same time is no reason to wait
				until = wait
				return nil
			}
			if now.Sub(last) > l.Forget {
				failures = 0
			}
			failures++
			_, err = begun.ExecContext(ctx, `INSERT INTO attempts (key_hash, failures, until, last) VALUES ($1, $2, $3, $4)
				ON CONFLICT (key_hash) DO UPDATE SET failures = excluded.failures, until = excluded.until, last = excluded.last`,
				l.Key, failures, formatTime(now.Add(l.Wait(failures))), formatTime(now))
			if err != nil {
				return err
			}
		}
		return s.sweepAttempts(ctx, begun, now)
	})
	return until, err
}

// keepAttempts is how long attempts are kept at most after the last one.
const keepAttempts = 48 * time.Hour

func (s *Store) sweepAttempts(ctx context.Context, begun *sql.Tx, now time.Time) error {
	_, err := begun.ExecContext(ctx, `DELETE FROM attempts WHERE last < $1`, formatTime(now.Add(-keepAttempts)))
	return err
}

// GoodAttempt implements store.AccountGate.
func (s *Store) GoodAttempt(ctx context.Context, forget, refund []byte) error {
	return s.atTheGate(ctx, "attempt", func(begun *sql.Tx) error {
		if _, err := begun.ExecContext(ctx, `DELETE FROM attempts WHERE key_hash = $1`, forget); err != nil {
			return err
		}
		_, err := begun.ExecContext(ctx, `UPDATE attempts SET failures = failures - 1 WHERE key_hash = $1 AND failures > 0`, refund)
		return err
	})
}

// SigningKeys implements store.AccountGate.
func (s *Store) SigningKeys(ctx context.Context) ([]store.SealedKey, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT id, secret, created, retired FROM signing_keys ORDER BY created DESC, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	defer rows.Close()
	var all []store.SealedKey
	for rows.Next() {
		var k store.SealedKey
		if err := rows.Scan(textOf{&k.ID}, &k.Secret, timeOf{&k.Created}, timeOf{&k.Retired}); err != nil {
			return nil, fmt.Errorf("signing keys: %w", err)
		}
		all = append(all, k)
	}
	return all, rows.Err()
}

// RotateSigningKey implements store.AccountGate.
func (s *Store) RotateSigningKey(ctx context.Context, k store.SealedKey, first bool, forget time.Time) error {
	return s.atTheGate(ctx, "signing key", func(begun *sql.Tx) error {
		if lock := s.dialect.LockFounding; lock != "" { // of several processes that start at once one makes a key
			if _, err := begun.ExecContext(ctx, lock); err != nil {
				return err
			}
		}
		if first {
			_, err := begun.ExecContext(ctx, `INSERT INTO signing_keys (id, secret, created)
				SELECT CAST($1 AS id_text), CAST($2 AS bytes_blob), CAST($3 AS ts_text) WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE retired IS NULL)`, k.ID, k.Secret, formatTime(k.Created))
			return err
		}
		if _, err := begun.ExecContext(ctx, `DELETE FROM signing_keys WHERE retired < $1`, formatTime(forget)); err != nil {
			return err
		}
		if _, err := begun.ExecContext(ctx, `UPDATE signing_keys SET retired = $1 WHERE retired IS NULL`, formatTime(k.Created)); err != nil {
			return err
		}
		_, err := begun.ExecContext(ctx, `INSERT INTO signing_keys (id, secret, created) VALUES ($1, $2, $3)`, k.ID, k.Secret, formatTime(k.Created))
		return err
	})
}

// ClaimOutbox implements store.AccountGate.
func (s *Store) ClaimOutbox(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]store.Sending, error) {
	var all []store.Sending
	err := s.atTheGate(ctx, "outbox", func(begun *sql.Tx) error {
		rows, err := begun.QueryContext(ctx, s.text(claimOutbox), formatTime(now), formatTime(now.Add(lease)), limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m store.Sending
			if err := rows.Scan(textOf{&m.Identity.Tenant}, textOf{&m.Identity.User}, textOf{&m.ID}); err != nil {
				return err
			}
			all = append(all, m)
		}
		return rows.Err()
	})
	return all, err
}
