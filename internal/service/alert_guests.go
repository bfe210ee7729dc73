package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/store"
)

// Rules of guests: somebody to whom a portfolio of another tenant was granted makes rules
// of their own about it. They lie with the portfolio, nobody else sees them, and they end
// with the grant. The figures are those that the owner's rules are held against; what is
// raised is told through the guest's channels at home.

// aboutRow is the caller about the portfolio of a rule or an alert, where it is one of
// theirs as a guest.
func (s *Service) aboutRow(ctx context.Context, c Caller, id string) (Caller, error) {
	if c.Tenant == "" {
		return c, nil
	}
	portfolio, err := s.store.GuestPlace(ctx, id, c.User)
	if errors.Is(err, store.ErrNotFound) {
		return c, nil // at home, or nowhere: the store says so
	}
	return c.about(portfolio), err
}

// asGuest reads in each tenant where the caller has rules as a guest. Within a write
// there is nobody else's.
func (s *Service) asGuest(ctx context.Context, c Caller, fn func(context.Context, store.View) error) error {
	if c.Tenant == "" || writing(ctx) {
		return nil
	}
	tenants, err := s.store.GuestTenants(ctx, c.User)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		err := s.store.Read(ctx, store.Identity{Tenant: tenant, User: c.User}, fn)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // it ended meanwhile
			return err
		}
	}
	return nil
}

// guestRule says where the caller is at home, for a rule that is saved on behalf of as.
func guestRule(c Caller, as store.Identity, r *store.AlertRule) error {
	r.Home = ""
	if as.User != c.User {
		return fmt.Errorf("a household's portfolio has no rules of who looks at it there: %w", ErrForbidden)
	}
	if as.Tenant == c.Tenant {
		return nil
	}
	if r.Kind == string(alert.Job) {
		return fault("kind", r.Kind, "the nightly analysis is the matter of those whose portfolio it is", "make a rule of another kind")
	}
	r.Home = c.Tenant
	return nil
}

// evaluateForGuests holds figures against the rules that guests made, for each in a
// transaction on their behalf. One whose grant ended meanwhile has none.
func (s *Service) evaluateForGuests(ctx context.Context, tenant string, guests []string, f evaluation) error {
	f.guest = true
	var failed error
	for _, guest := range guests {
		err := s.store.As(ctx, store.Identity{Tenant: tenant, User: guest}, func(ctx context.Context, tx store.Tx) error {
			_, err := s.evaluate(ctx, tx, f)
			return err
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			failed = errors.Join(failed, fmt.Errorf("rules of a guest: %w", err))
		}
	}
	return failed
}

// checkGuestsSoon has the rules of guests looked at after a nightly analysis. It is a job,
// which is there if and only if the analysis is: the transaction of the night is its
// owner's and cannot write for others.
func (s *Service) checkGuestsSoon(ctx context.Context, tx store.Tx, run store.Run) error {
	if s.queue == nil {
		return nil
	}
	guests, err := tx.GuestsOf(ctx, run.Portfolio, false)
	if err != nil || len(guests) == 0 {
		return err
	}
	id := tx.Identity()
	return s.queue.Enqueue(ctx, tx, WorkAlerts, Work{Tenant: id.Tenant, User: id.User, Portfolio: run.Portfolio, Day: run.Day, ID: "guests"})
}

// deliverToGuest tells a guest through a channel of theirs at home. What is read and noted
// of the alert lies in the portfolio's tenant, channel and outbox in the guest's: two
// transactions. A mail is put into the outbox under the id of the delivery, so that it is
// there once, however often the second is tried.
func (s *Service) deliverToGuest(ctx context.Context, claimed store.AlertDelivery) (sent bool, err error) {
	there, home := claimed.Identity, store.Identity{Tenant: claimed.Home, User: claimed.Identity.User}
	var d store.AlertDelivery
	var r store.AlertRule
	t := told{at: s.now().UTC().Truncate(time.Second)}
	err = s.store.Read(ctx, there, func(ctx context.Context, v store.View) (err error) {
		if d, err = v.AlertDelivery(ctx, claimed.ID); err != nil {
			return err
		}
		if t.alert, err = v.Alert(ctx, d.Alert); err != nil {
			return err
		}
		if r, err = v.AlertRule(ctx, d.Rule); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		p, err := v.Portfolio(ctx, d.Portfolio)
		t.delivery, t.event, t.portfolio = d.ID, d.Event, p.Name
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil // the grant ended meanwhile, and all that with it
	}
	if err != nil || !d.Sent.IsZero() || !d.Failed.IsZero() {
		return false, err
	}
	note := func(reason string, again time.Time) error {
		return s.store.As(ctx, there, func(ctx context.Context, tx store.Tx) error { return tx.AlertDelivered(ctx, d.ID, reason, again) })
	}
	var ch store.AlertChannel
	var quiet time.Time
	err = s.store.Read(ctx, home, func(ctx context.Context, v store.View) (err error) {
		me, err := v.User(ctx, home.User)
		if err != nil {
			return err
		}
		t.to, t.name = me.Email, me.Name
		quiet = quietUntil(s.now(), r.QuietFrom, r.QuietTo, me.TimeZone)
		ch, err = v.AlertChannel(ctx, d.Channel)
		return err
	})
	now := s.now().UTC().Truncate(time.Microsecond)
	switch {
	case errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForbidden):
		return false, note("the channel is gone", time.Time{})
	case err != nil:
		return false, err
	case !ch.Enabled:
		return false, note("the channel is switched off", time.Time{})
	case !quiet.IsZero():
		return false, s.store.As(ctx, there, func(ctx context.Context, tx store.Tx) error {
			return tx.PostponeAlert(ctx, d.ID, quiet.Truncate(time.Microsecond))
		})
	case ch.Kind == ChannelMail && s.accounts.Mail != nil:
		// The outbox remembers what it was given for as long as a mail is worth sending.
		if !now.Before(d.Created.Add(mailedLife)) {
			return false, note("it is too old to be told", time.Time{})
		}
		err := s.store.As(ctx, home, func(ctx context.Context, tx store.Tx) error {
			return s.sendOnce(ctx, tx, d.ID, "alert", mailedLife, t.to, t.subject(), t.text(s.accounts.PublicURL))
		})
		if err != nil && !errors.Is(err, store.ErrExists) {
			return false, err
		}
		return err == nil, note("", time.Time{})
	}
	why := s.pass(ctx, home, ch, t)
	if why == nil {
		return true, note("", time.Time{})
	}
	wait, more := notify.Again(d.Attempts)
	if !more || errors.Is(why, notify.ErrRefused) {
		return false, note(why.Error(), time.Time{})
	}
	return false, note(why.Error(), now.Add(wait))
}
