package service

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// The kinds of channels.
const (
	ChannelMail    = "mail"    // to the user's own address
	ChannelWebhook = "webhook" // JSON with a signature
	ChannelSlack   = "slack"   // an incoming webhook of Slack
)

// NewChannel is a way to be told.
type NewChannel struct {
	Kind string
	Name string
	URL  string // of a webhook or of Slack; empty for Slack: the installation's own, for administrators
}

// channelTarget is what is kept sealed of a channel.
type channelTarget struct {
	URL     string `json:"url,omitempty"`
	Secret  string `json:"secret,omitempty"`
	Default bool   `json:"default,omitempty"` // the installation's Slack
}

func channelPlace(id store.Identity, channel string) secret.Place {
	return secret.AlertChannels.At(id.Tenant, channel)
}

// AlertChannels are the caller's own.
func (s *Service) AlertChannels(ctx context.Context, c Caller) (all []store.AlertChannel, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.AlertChannels(ctx)
		return err
	})
	return all, err
}

// AddAlertChannel adds a channel. For a webhook it returns the secret that its messages
// are signed with, which is shown once.
func (s *Service) AddAlertChannel(ctx context.Context, c Caller, n NewChannel) (ch store.AlertChannel, signing string, err error) {
	n.Name, n.URL = strings.TrimSpace(n.Name), strings.TrimSpace(n.URL)
	ch = store.AlertChannel{ID: store.NewID(), Kind: n.Kind, Name: n.Name, Enabled: true}
	if utf8.RuneCountInString(n.Name) > longestName {
		return ch, "", fault("name", "", "it is too long", fmt.Sprintf("use at most %d letters", longestName))
	}
	var target channelTarget
	switch n.Kind {
	case ChannelMail:
		if s.accounts.Mail == nil {
			return ch, "", ErrNoMail
		}
		if n.URL != "" {
			return ch, "", fault("url", "", "mail goes to the address of your account", "leave it out")
		}
		me, err := s.Me(ctx, c)
		if err != nil {
			return ch, "", err
		}
		ch.Shown = me.Email
	case ChannelSlack:
		if n.URL == "" {
			if s.accounts.Slack == "" || !c.Operator {
				return ch, "", fault("url", "", "it is not said where to", "give the address of an incoming webhook of Slack")
			}
			target.Default, ch.Shown = true, "the installation's own"
			break
		}
		fallthrough
	case ChannelWebhook:
		if ch.Shown, err = notify.CheckURL(n.URL); err != nil {
			return ch, "", fault("url", "", err.Error(), "write it as https://host/path")
		}
		target.URL = n.URL
	default:
		return ch, "", fault("kind", n.Kind, "there is no such channel", "use mail, webhook or slack")
	}
	if ch.Name == "" {
		ch.Name = map[string]string{ChannelMail: "Mail", ChannelWebhook: "Webhook", ChannelSlack: "Slack"}[n.Kind]
	}
	if n.Kind == ChannelWebhook {
		signing = newSigningSecret()
		target.Secret = signing
	}
	if ch.Target, err = s.sealTarget(c.Identity, ch.ID, target); err != nil {
		return ch, "", err
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		all, err := tx.AlertChannels(ctx)
		if err != nil {
			return err
		}
		if len(all) >= mostChannels {
			return fault("channels", fmt.Sprint(len(all)), "there are as many channels as there may be", "delete one")
		}
		if err := tx.PutAlertChannel(ctx, ch); err != nil {
			return err
		}
		ch, err = tx.AlertChannel(ctx, ch.ID)
		return err
	})
	return ch, signing, err
}

func newSigningSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return "whsec_" + base64.RawURLEncoding.EncodeToString(raw)
}

func (s *Service) sealTarget(id store.Identity, channel string, t channelTarget) ([]byte, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return s.accounts.Secrets.Seal(channelPlace(id, channel), text)
}

// ChannelChange is what is changed of a channel; nil leaves a field as it is.
type ChannelChange struct {
	Name    *string
	Enabled *bool
	Rotate  bool // of a webhook: makes another signing secret, which is shown once
}

// ChangeAlertChannel renames a channel, switches it, or gives it another secret.
func (s *Service) ChangeAlertChannel(ctx context.Context, c Caller, id string, change ChannelChange) (ch store.AlertChannel, signing string, err error) {
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) (err error) {
		if ch, err = tx.AlertChannel(ctx, id); err != nil {
			return err
		}
		sealed := ch.Target
		ch.Target = nil
		if change.Name != nil {
			if ch.Name = strings.TrimSpace(*change.Name); ch.Name == "" || utf8.RuneCountInString(ch.Name) > longestName {
				return fault("name", *change.Name, "it is empty or too long", fmt.Sprintf("use 1 to %d letters", longestName))
			}
		}
		if change.Enabled != nil {
			ch.Enabled = *change.Enabled
		}
		if change.Rotate {
			if ch.Kind != ChannelWebhook {
				return fault("rotate_secret", "", "only messages to webhooks are signed", "leave it out")
			}
			t, err := s.openTarget(c.Identity, id, sealed)
			if err != nil {
				return err
			}
			signing = newSigningSecret()
			t.Secret = signing
			if ch.Target, err = s.sealTarget(c.Identity, id, t); err != nil {
				return err
			}
		}
		return tx.PutAlertChannel(ctx, ch)
	})
	return ch, signing, err
}

func (s *Service) openTarget(id store.Identity, channel string, sealed []byte) (t channelTarget, err error) {
	text, err := s.accounts.Secrets.Open(channelPlace(id, channel), sealed)
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(text, &t)
}

// DeleteAlertChannel takes a channel away, and out of the caller's rules.
func (s *Service) DeleteAlertChannel(ctx context.Context, c Caller, id string) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if err := tx.DeleteAlertChannel(ctx, id); err != nil {
			return err
		}
		rules, err := tx.AlertRules(ctx)
		if err != nil {
			return err
		}
		for _, r := range rules {
			if r.User != c.User {
				continue
			}
			var left []string
			for _, channel := range r.Channels {
				if channel != id {
					left = append(left, channel)
				}
			}
			if len(left) == len(r.Channels) {
				continue
			}
			if r.Portfolio != "" {
				p, err := tx.Portfolio(ctx, r.Portfolio)
				if err != nil || !p.Role.Allows(store.CanTrade) {
					continue // it is seen no more: what is told through the rule goes nowhere
				}
			}
			r.Channels = left
			if _, err := tx.PutAlertRule(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestAlertChannel sends a message through a channel at once. Why it did not go out is a
// *ledger.Fault.
func (s *Service) TestAlertChannel(ctx context.Context, c Caller, id string) error {
	if err := c.Require(ScopeTrade); err != nil {
		return err
	}
	var ch store.AlertChannel
	err := s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		ch, err = v.AlertChannel(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	a := store.Alert{ID: store.NewID(), Kind: "test", Title: "A test: this channel works", Severity: string(alert.Info), State: store.AlertRaised, Raised: now,
		First: s.today(), LastDay: s.today(), Unit: alert.Fraction}
	err = s.pass(ctx, c.Identity, ch, told{delivery: a.ID, event: "test", alert: a, portfolio: "FolioSight", at: now})
	if err != nil {
		return fault("channel", ch.Shown, "the message did not go out: "+err.Error(), "check where the channel leads")
	}
	return nil
}
