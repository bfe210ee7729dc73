package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// What is sent lies in the outbox, sealed, and is delivered after the transaction that
// made it needed. It is delivered at least once: a process that dies between sending
// and noting that sends again.
const (
	mailChannel  = "mail"
	outboxLease  = 2 * time.Minute // that a process has to send what it claimed
	outboxAtOnce = 20
	resetLife    = time.Hour
	verifyLife   = 3 * 24 * time.Hour
)

// send puts a mail into the outbox of the transaction.
func (s *Service) send(ctx context.Context, tx store.Tx, purpose string, life time.Duration, to, subject, text string) error {
	return s.sendOnce(ctx, tx, store.NewID(), purpose, life, to, subject, text)
}

// sendOnce is send of what has an id already: ErrExists where it was put there before.
func (s *Service) sendOnce(ctx context.Context, tx store.Tx, id, purpose string, life time.Duration, to, subject, text string) error {
	if s.accounts.Mail == nil {
		return ErrNoMail
	}
	plain, err := json.Marshal(notify.Message{To: to, Subject: subject, Text: text})
	if err != nil {
		return err
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	m := store.Sending{ID: id, Channel: mailChannel, Purpose: purpose, Created: now, Expires: now.Add(life), Due: now}
	if m.Message, err = s.accounts.Secrets.Seal(outboxPlace(tx.Identity(), m.ID), plain); err != nil {
		return err
	}
	if err := tx.Send(ctx, m); err != nil || s.queue == nil {
		return err
	}
	// Each has a job of its own: one that runs already may have looked before this commits.
	return s.queue.Enqueue(ctx, tx, WorkDeliver, Work{ID: m.ID})
}

func outboxPlace(id store.Identity, message string) secret.Place {
	return secret.Outbox.At(id.Tenant, message)
}

// DeliverDue tells the alerts and sends the messages that are due, of everybody, and says
// how much went out. Several processes may do it at once.
func (s *Service) DeliverDue(ctx context.Context) (sent int, err error) {
	alerts, err := s.deliverAlerts(ctx)
	mails, mailErr := s.deliverMails(ctx)
	return alerts + mails, errors.Join(err, mailErr)
}

// deliverMails sends what is due in the outbox.
func (s *Service) deliverMails(ctx context.Context) (sent int, err error) {
	if s.accounts.Mail == nil {
		return 0, nil
	}
	due, err := s.store.ClaimOutbox(ctx, s.now().UTC().Truncate(time.Microsecond), outboxLease, outboxAtOnce)
	if err != nil {
		return 0, err
	}
	for _, m := range due {
		went, deliverErr := s.Deliver(ctx, m.Identity, m.ID)
		if went {
			sent++
		}
		err = errors.Join(err, deliverErr)
	}
	return sent, err
}

// Deliver sends one message that was claimed. What kept it from going out is noted with
// it, and it is tried again after a while, until it is refused for good, too old, or was
// tried often enough.
func (s *Service) Deliver(ctx context.Context, id store.Identity, message string) (sent bool, err error) {
	var m store.Sending
	err = s.store.Read(ctx, id, func(ctx context.Context, v store.View) (err error) {
		m, err = v.Sending(ctx, message)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForbidden) {
		return false, nil // the account is gone or closed meanwhile, and the message with it
	}
	if err != nil {
		return false, err
	}
	if !m.Sent.IsZero() || !m.Failed.IsZero() {
		return false, nil
	}
	why := s.transmit(ctx, id, m)
	return why == nil, s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		now := s.now().UTC().Truncate(time.Microsecond)
		if why == nil {
			return tx.Sent(ctx, m.ID, now)
		}
		wait, more := notify.Again(m.Attempts)
		if !more || errors.Is(why, notify.ErrRefused) || now.Add(wait).After(m.Expires) {
			return tx.Unsent(ctx, m.ID, why.Error(), time.Time{})
		}
		return tx.Unsent(ctx, m.ID, why.Error(), now.Add(wait))
	})
}

func (s *Service) transmit(ctx context.Context, id store.Identity, m store.Sending) error {
	if s.accounts.Mail == nil || m.Channel != mailChannel {
		return fmt.Errorf("there is no channel %q", m.Channel)
	}
	plain, err := s.accounts.Secrets.Open(outboxPlace(id, m.ID), m.Message)
	if err != nil {
		return err
	}
	var message notify.Message
	if err := json.Unmarshal(plain, &message); err != nil {
		return err
	}
	return s.accounts.Mail.Send(ctx, message)
}

// mailToken makes a token of the user's and puts the mail that carries it into the outbox.
func (s *Service) mailToken(ctx context.Context, tx store.Tx, kind store.MailTokenKind, life time.Duration, u store.User, subject, page, words string) error {
	text := newToken()
	now := s.now().UTC().Truncate(time.Microsecond)
	err := tx.CreateMailToken(ctx, store.MailToken{ID: store.NewID(), Kind: kind, Email: u.Email, TokenHash: tokenHash(text), Created: now, Expires: now.Add(life)})
	if err != nil {
		return err
	}
	return s.send(ctx, tx, string(kind), life, u.Email, subject, fmt.Sprintf(words, u.Name, s.accounts.PublicURL+page+"?token="+text))
}

const resetWords = `Hello %s,

somebody, you we hope, asked for a new password for FolioSight. Choose one here, within
an hour:

%s

If it was not you, leave it: nothing changes.
`

// RequestReset sends a link for a new password to an address, if somebody has it here.
// The answer is the same if not, and takes as long.
func (s *Service) RequestReset(ctx context.Context, email string) error {
	if s.accounts.Mail == nil {
		return ErrNoMail
	}
	if _, err := s.attempt(ctx, "reset", email); err != nil {
		return err
	}
	c, err := s.store.Credentials(ctx, email)
	if errors.Is(err, store.ErrNotFound) || err == nil && c.Disabled {
		return s.nothing(ctx)
	}
	if err != nil {
		return err
	}
	return s.store.As(ctx, c.Identity, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, c.Identity.User)
		if err != nil {
			return err
		}
		return s.mailToken(ctx, tx, store.ForReset, resetLife, u, "A new password for FolioSight", "/reset", resetWords)
	})
}

// ConfirmReset sets a new password by the token of a mail, and ends all sessions. It
// signs nobody in: a second factor is still asked for.
func (s *Service) ConfirmReset(ctx context.Context, text, password string) error {
	m, err := s.store.MailTokenOf(ctx, store.ForReset, tokenHash(text), s.now().UTC())
	if errors.Is(err, store.ErrNotFound) {
		return ErrMailToken
	}
	if err != nil {
		return err
	}
	var u store.User
	err = s.store.Read(ctx, m.Identity, func(ctx context.Context, v store.View) (err error) {
		u, err = v.User(ctx, m.Identity.User)
		return err
	})
	if err != nil {
		return err
	}
	if !strings.EqualFold(m.Email, u.Email) {
		return ErrMailToken // the address changed after it was sent
	}
	if err := checkPassword(password, u.Email, u.Name); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	err = s.store.As(ctx, m.Identity, func(ctx context.Context, tx store.Tx) error {
		if err := tx.UseMailToken(ctx, m.ID); err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, u.ID, hash); err != nil {
			return err
		}
		if err := tx.VerifyEmail(ctx, u.Email, now); err != nil {
			return err
		}
		if err := tx.DeleteSessions(ctx, u.ID, ""); err != nil {
			return err
		}
		return s.notice(ctx, tx, u, passwordChanged)
	})
	if errors.Is(err, store.ErrNotFound) {
		return ErrMailToken // used meanwhile
	}
	if err != nil {
		return err
	}
	return s.store.GoodAttempt(ctx, attemptKey("password", u.Email), nil) // who forgot it may have tried often
}

const verifyWords = `Hello %s,

open this to show that the address is yours, within three days:

%s

If you know nothing of FolioSight, leave it.
`

// SendVerification sends the caller a link that shows that the address is theirs.
func (s *Service) SendVerification(ctx context.Context, c Caller) error {
	if s.accounts.Mail == nil {
		return ErrNoMail
	}
	return s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, c.User)
		if err != nil || !u.Verified.IsZero() {
			return err
		}
		return s.mailToken(ctx, tx, store.ForVerify, verifyLife, u, "Your address at FolioSight", "/verify", verifyWords)
	})
}

// Verify takes the token of such a mail.
func (s *Service) Verify(ctx context.Context, text string) error {
	now := s.now().UTC().Truncate(time.Microsecond)
	m, err := s.store.MailTokenOf(ctx, store.ForVerify, tokenHash(text), now)
	if err == nil {
		err = s.store.As(ctx, m.Identity, func(ctx context.Context, tx store.Tx) error {
			if err := tx.UseMailToken(ctx, m.ID); err != nil {
				return err
			}
			return tx.VerifyEmail(ctx, m.Email, now)
		})
	}
	if errors.Is(err, store.ErrNotFound) {
		return ErrMailToken
	}
	return err
}
