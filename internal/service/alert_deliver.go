package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/store"
)

// Alerts are delivered after the transaction that raised them, at least once, by whoever
// claims them: in quiet hours they wait, and what fails is tried again after a while, for
// two days.
const (
	alertLease  = time.Minute
	alertAtOnce = 20
	mailedLife  = 2 * 24 * time.Hour
)

// deliverAlerts tells what is due, of everybody.
func (s *Service) deliverAlerts(ctx context.Context) (sent int, err error) {
	due, err := s.store.ClaimAlertDeliveries(ctx, s.now().UTC().Truncate(time.Microsecond), alertLease, alertAtOnce)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		went, deliverErr := s.deliverAlert(ctx, d)
		if went {
			sent++
		}
		err = errors.Join(err, deliverErr)
	}
	return sent, err
}

// deliverAlert tells one that was claimed.
func (s *Service) deliverAlert(ctx context.Context, claimed store.AlertDelivery) (sent bool, err error) {
	if claimed.Home != "" {
		return s.deliverToGuest(ctx, claimed)
	}
	id, delivery := claimed.Identity, claimed.ID
	var d store.AlertDelivery
	var ch store.AlertChannel
	var t told
	var quiet time.Time
	unseen := false
	err = s.store.Read(ctx, id, func(ctx context.Context, v store.View) (err error) {
		if d, err = v.AlertDelivery(ctx, delivery); err != nil {
			return err
		}
		if ch, err = v.AlertChannel(ctx, d.Channel); err != nil {
			return err
		}
		me, err := v.User(ctx, id.User)
		if err != nil {
			return err
		}
		if r, err := v.AlertRule(ctx, d.Rule); err == nil {
			quiet = quietUntil(s.now(), r.QuietFrom, r.QuietTo, me.TimeZone)
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		t = told{delivery: d.ID, event: d.Event, at: s.now().UTC().Truncate(time.Second), to: me.Email, name: me.Name}
		if t.alert, err = v.Alert(ctx, d.Alert); errors.Is(err, ErrNotFound) {
			unseen = true // it was granted once, and is no more
			return nil
		}
		if err != nil {
			return err
		}
		p, err := v.Portfolio(ctx, d.Portfolio)
		t.portfolio = p.Name
		return err
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForbidden) {
		return false, nil // account or channel are gone meanwhile, and the delivery with them
	}
	if err != nil || !d.Sent.IsZero() || !d.Failed.IsZero() {
		return false, err
	}
	write := func(fn func(context.Context, store.Tx) error) error { return s.store.As(ctx, id, fn) }
	switch {
	case unseen:
		return false, write(func(ctx context.Context, tx store.Tx) error {
			return tx.AlertDelivered(ctx, d.ID, "the portfolio is not yours to see any more", time.Time{})
		})
	case !ch.Enabled:
		return false, write(func(ctx context.Context, tx store.Tx) error {
			return tx.AlertDelivered(ctx, d.ID, "the channel is switched off", time.Time{})
		})
	case !quiet.IsZero():
		return false, write(func(ctx context.Context, tx store.Tx) error {
			return tx.PostponeAlert(ctx, d.ID, quiet.Truncate(time.Microsecond))
		})
	}
	if ch.Kind == ChannelMail && s.accounts.Mail != nil { // the outbox takes it from here
		return true, write(func(ctx context.Context, tx store.Tx) error {
			if err := s.send(ctx, tx, "alert", mailedLife, t.to, t.subject(), t.text(s.accounts.PublicURL)); err != nil {
				return err
			}
			return tx.AlertDelivered(ctx, d.ID, "", time.Time{})
		})
	}
	why := s.pass(ctx, id, ch, t)
	return why == nil, write(func(ctx context.Context, tx store.Tx) error {
		if why == nil {
			return tx.AlertDelivered(ctx, d.ID, "", time.Time{})
		}
		wait, more := notify.Again(d.Attempts)
		if !more || errors.Is(why, notify.ErrRefused) {
			return tx.AlertDelivered(ctx, d.ID, why.Error(), time.Time{})
		}
		return tx.AlertDelivered(ctx, d.ID, why.Error(), s.now().UTC().Truncate(time.Microsecond).Add(wait))
	})
}

// pass sends through a channel now.
func (s *Service) pass(ctx context.Context, id store.Identity, ch store.AlertChannel, t told) error {
	if ch.Kind == ChannelMail {
		if s.accounts.Mail == nil {
			return ErrNoMail
		}
		return s.accounts.Mail.Send(ctx, notify.Message{To: cmp.Or(t.to, ch.Shown), Subject: t.subject(), Text: t.text(s.accounts.PublicURL)})
	}
	if s.accounts.Post == nil {
		return errors.New("this process posts nothing")
	}
	target, err := s.openTarget(id, ch.ID, ch.Target)
	if err != nil {
		return err
	}
	if ch.Kind == ChannelSlack {
		if target.Default {
			target.URL = s.accounts.Slack
		}
		return s.accounts.Post.Slack(ctx, target.URL, t.slack(s.accounts.PublicURL))
	}
	body, err := json.Marshal(t.hook(s.accounts.PublicURL))
	if err != nil {
		return err
	}
	return s.accounts.Post.Webhook(ctx, notify.Hook{URL: target.URL, Secret: target.Secret, Delivery: t.delivery, Event: "alert." + t.event, Body: body})
}

// told is what a channel is told.
type told struct {
	delivery  string
	event     string // raised, resolved or test
	alert     store.Alert
	portfolio string
	at        time.Time
	to, name  string // the reader of a mail
}

func (t told) subject() string {
	if t.event == "resolved" {
		return "Resolved: " + t.alert.Title
	}
	return t.alert.Title
}

func (t told) link(pages string) string { return pages + "/alerts/" + t.alert.ID }

func (t told) text(pages string) string {
	since := t.alert.First.String()
	if t.event == "resolved" {
		return fmt.Sprintf("Hello %s,\n\n%s (%s) is resolved: %s.\n\n%s\n", t.name, t.alert.Title, t.portfolio, t.alert.ResolvedWhy, t.link(pages))
	}
	return fmt.Sprintf("Hello %s,\n\n%s.\n\nPortfolio: %s\nFigures of: %s\n\nSee to it: %s\n", t.name, t.alert.Title, t.portfolio, since, t.link(pages))
}

// colours of Slack's bar: those of the pages for what is broken, and for what is well.
func (t told) colour() string {
	if t.event == "resolved" {
		return "#33a795"
	}
	switch alert.Severity(t.alert.Severity) {
	case alert.Critical:
		return "#bc421b"
	case alert.Warning:
		return "#e6a732"
	}
	return "#2d5cb8"
}

func (t told) slack(pages string) notify.Note {
	n := notify.Note{Title: t.subject(), Link: t.link(pages), Colour: t.colour(), At: t.at}
	add := func(name, value string) { n.Fields = append(n.Fields, notify.Field{Name: name, Value: value}) }
	add("Portfolio", t.portfolio)
	add("Severity", t.alert.Severity)
	if t.event == "test" {
		n.Link = pages
		return n
	}
	add("Value", alert.Value(t.alert.Last, t.alert.Unit))
	add("Threshold", alert.Value(t.alert.Threshold, t.alert.Unit))
	add("Figures of", t.alert.LastDay.String())
	n.Text = t.alert.ResolvedWhy
	return n
}

// hookBody is what a webhook is sent. It is documented in the guide: fields are added,
// never changed.
type hookBody struct {
	ID     string    `json:"id"` // of the delivery
	Event  string    `json:"event"`
	SentAt time.Time `json:"sent_at"`
	Alert  hookAlert `json:"alert"`
}

type hookAlert struct {
	ID          string     `json:"id"`
	URL         string     `json:"url"`
	PortfolioID string     `json:"portfolio_id,omitempty"`
	Portfolio   string     `json:"portfolio"`
	Kind        string     `json:"kind"`
	Subject     string     `json:"subject,omitempty"`
	Title       string     `json:"title"`
	Severity    string     `json:"severity"`
	State       string     `json:"state"`
	Unit        string     `json:"unit"`
	Value       string     `json:"value"`
	Threshold   string     `json:"threshold"`
	Below       bool       `json:"below"`
	FirstDay    string     `json:"first_day"`
	LastDay     string     `json:"last_day"`
	RaisedAt    time.Time  `json:"raised_at"`
	ResolvedAt  *time.Time `json:"resolved_at,omitempty"`
	Reason      string     `json:"reason,omitempty"`
}

func (t told) hook(pages string) hookBody {
	a := t.alert
	b := hookBody{ID: t.delivery, Event: "alert." + t.event, SentAt: t.at, Alert: hookAlert{ID: a.ID, URL: t.link(pages), PortfolioID: a.Portfolio, Portfolio: t.portfolio, Kind: a.Kind, Subject: a.Subject,
		Title: a.Title, Severity: a.Severity, State: string(a.State), Unit: a.Unit, Value: a.Last.String(), Threshold: a.Threshold.String(), Below: a.Below, FirstDay: a.First.String(), LastDay: a.LastDay.String(),
		RaisedAt: a.Raised, Reason: a.ResolvedWhy}}
	if !a.Resolved.IsZero() {
		b.Alert.ResolvedAt = &a.Resolved
	}
	return b
}
