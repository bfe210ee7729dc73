package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/token"
)

// keyFile is where the key of what is kept sealed lies, beside the database of SQLite.
const keyFile = "foliosight.key"

// accountsOf are the settings of how people come in.
func accountsOf(cfg config.Config, o Outside) (service.Accounts, error) {
	a := cfg.Accounts
	out := service.Accounts{Registration: service.Registration(a.Registration), Access: cfg.Sessions, Refresh: a.Refresh, RefreshMost: a.RefreshMost, SessionMost: a.SessionMost, PublicURL: cfg.PublicURL(listening(cfg)),
		Providers: a.Providers, Features: a.Features, Tiers: map[string]service.Tier{}}
	for name, t := range a.Tiers {
		out.Tiers[name] = service.Tier(t)
	}
	if a.Signing != "" {
		for _, text := range append([]string{a.Signing}, a.SigningBefore...) {
			out.Signing = append(out.Signing, token.KeyOf([]byte(text)))
		}
	}
	var err error
	if out.Secrets, err = secretsOf(cfg); err != nil {
		return out, err
	}
	out.Post, out.Slack = notify.NewPoster(notify.PostOptions{Private: a.PrivateHooks, Now: o.Now}), a.Slack
	if m := a.Mail; m.Server != "" {
		if out.Secrets == nil {
			return out, fmt.Errorf("mail (SMTP_SERVER): %w", secret.ErrNoKey)
		}
		out.Mail, err = notify.NewMail(notify.Mail{Server: m.Server, Port: m.Port, Username: m.Username, Password: m.Password, From: m.From, TLS: notify.TLS(m.TLS), Now: o.Now})
		if err != nil {
			return out, fmt.Errorf("mail (SMTP_SERVER): %w", err)
		}
	}
	return out, nil
}

// secretsOf are the keys of what is kept sealed: those configured, or on SQLite the one
// of a file beside the database. On PostgreSQL, where several machines must have the
// same, there are none unless they are configured.
func secretsOf(cfg config.Config) (*secret.Keys, error) {
	a := cfg.Accounts
	var all [][]byte
	switch {
	case a.Encryption != "":
		raw, err := secret.Parse(a.Encryption)
		if err != nil {
			return nil, fmt.Errorf("ENCRYPTION_KEY: %w", err)
		}
		all = append(all, raw)
	case !cfg.PostgreSQL():
		raw, err := secret.File(filepath.Join(filepath.Dir(cfg.SQLite()), keyFile))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	default:
		return nil, nil
	}
	for _, text := range a.EncryptBefore {
		raw, err := secret.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("ENCRYPTION_KEY_PREVIOUS: %w", err)
		}
		all = append(all, raw)
	}
	return secret.New(all[0], all[1:]...)
}

// listening is the address that the server is reached at on its own machine.
func listening(cfg config.Config) string {
	scheme := "http"
	if cfg.TLS() {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost" // the name that passkeys are bound to
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// deliverEvery is how often the outbox is looked into for what became due later: what
// failed and is tried again, what waited for the end of quiet hours. A message that is
// new goes out by its job, within a second or two.
const deliverEvery = time.Minute

// deliver sends what became due in the outbox until ctx ends. Several processes may do it.
func deliver(ctx context.Context, s *service.Service, log *slog.Logger) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		if _, err := s.DeliverDue(ctx); err != nil && ctx.Err() == nil {
			log.Warn("outbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
