package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/token"
)

// Accounts is how people come in and what they may use.
type Accounts struct {
	Registration  string        // closed, invite or open
	Refresh       time.Duration // how long a program may stay signed in unused
	RefreshMost   time.Duration // after which it signs in anew, however much it is used
	Idle          time.Duration // how long a sign-in lasts unused; 0: 12 h, or as long as an access token where that is less
	SessionMost   time.Duration // after which one signs in anew, however much it is used
	Signing       string        // key of access tokens; empty: one is made and kept in the database
	SigningBefore []string      // earlier ones that still verify
	Encryption    string        // key of what is kept sealed; empty: a file in Data, on SQLite
	EncryptBefore []string      // earlier ones that still open
	Domain        string        // name that the pages are reached by
	Mail          Mail
	Slack         string // incoming webhook that alerts of the installation may use; empty: none
	PrivateHooks  bool   // webhooks may lead to addresses that are not public
	// Where the installation's own checks are told, beside Slack; empty: not there.
	AlertHook       string
	AlertHookSecret string // that its signature is made with
	AlertMail       string
	Providers       []oidc.Provider
	Features        map[string]bool
	Tiers           map[string]Tier
	tiersText       string
	providersText   string
	single          oidc.Provider // of OIDC_ISSUER and its like
}

// Mail is the server that mail is sent through; without one nothing is sent.
type Mail struct {
	Server   string
	Port     int
	Username string
	Password string
	From     string
	TLS      string
}

// Tier is how much a user may have; zero: as much as they like.
type Tier struct {
	Portfolios   int `json:"portfolios"`
	Transactions int `json:"transactions"`
	Imports      int `json:"imports_a_day"`
	Calls        int `json:"api_calls_a_minute"`
}

// PublicURL is where people find the pages: FRONTEND_URL, else DOMAIN_NAME, else the
// address that the server listens on.
func (c Config) PublicURL(listening string) string {
	switch {
	case c.Frontend != "":
		return c.Frontend
	case c.Accounts.Domain != "":
		return "https://" + c.Accounts.Domain
	}
	return listening
}

// usualIdle is how long a sign-in lasts unused where it is not said.
const usualIdle = 12 * time.Hour

// Unused is how long a sign-in lasts unused.
func (c Config) Unused() time.Duration {
	if c.Accounts.Idle != 0 {
		return c.Accounts.Idle
	}
	return min(usualIdle, c.Sessions)
}

// words are texts separated by commas.
func words(v string) (all []string) {
	for _, w := range strings.Split(v, ",") {
		if w = strings.TrimSpace(w); w != "" {
			all = append(all, w)
		}
	}
	return all
}

func signingKey(v string) error {
	if len(v) < token.MinSecret {
		return fmt.Errorf("it has %d bytes, at least %d are needed; `openssl rand -base64 48` makes one", len(v), token.MinSecret)
	}
	return nil
}

func setSigning(c *Config, v string) error { c.Accounts.Signing = v; return signingKey(v) }

func getSigning(c *Config) string { return c.Accounts.Signing }

// accountSettings are those of people.
var accountSettings = []setting{
	{key: "registration", name: "REGISTRATION", means: "who may create an account: closed (nobody but the first), invite, open",
		set: func(c *Config, v string) error {
			c.Accounts.Registration = v
			if v != "closed" && v != "invite" && v != "open" {
				return errors.New("no such mode; use closed, invite or open")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.Registration }},
	{key: "refresh_days", name: "REFRESH_TOKEN_EXPIRE_DAYS", means: "days that a program stays signed in unused, by its refresh token",
		set: func(c *Config, v string) error {
			days, err := number(v, 1, 366)
			c.Accounts.Refresh = time.Duration(days) * 24 * time.Hour
			return err
		},
		get: func(c *Config) string { return strconv.Itoa(int(c.Accounts.Refresh / (24 * time.Hour))) }},
	{key: "refresh_most_days", name: "REFRESH_TOKEN_MAX_DAYS", means: "days after which a program signs in anew, however much it is used",
		set: func(c *Config, v string) error {
			days, err := number(v, 1, 3660)
			c.Accounts.RefreshMost = time.Duration(days) * 24 * time.Hour
			return err
		},
		get: func(c *Config) string { return strconv.Itoa(int(c.Accounts.RefreshMost / (24 * time.Hour))) }},
	{key: "session_idle_hours", name: "SESSION_IDLE_HOURS", means: "hours that a sign-in lasts unused (default: 12, or as long as an access token where that is less)",
		set: func(c *Config, v string) error {
			hours, err := number(v, 1, 24*366)
			c.Accounts.Idle = time.Duration(hours) * time.Hour
			return err
		},
		get: func(c *Config) string { return strconv.Itoa(int(c.Unused() / time.Hour)) }},
	{key: "session_most_hours", name: "SESSION_MAX_HOURS", means: "hours after which one signs in anew, however much a sign-in is used",
		set: func(c *Config, v string) error {
			hours, err := number(v, 1, 24*366)
			c.Accounts.SessionMost = time.Duration(hours) * time.Hour
			return err
		},
		get: func(c *Config) string { return strconv.Itoa(int(c.Accounts.SessionMost / time.Hour)) }},
	{key: "algorithm", name: "ALGORITHM", means: "how access tokens are signed: HS256",
		set: func(c *Config, v string) error {
			if v != "HS256" {
				return errors.New("access tokens are signed with HS256 and nothing else")
			}
			return nil
		},
		get: func(*Config) string { return "HS256" }},
	{key: "backend_jwt_secret", name: "BACKEND_JWT_SECRET", means: "another name of SECRET_KEY", hide: true, set: setSigning, get: getSigning},
	{key: "jwt_secret_key", name: "JWT_SECRET_KEY", means: "another name of SECRET_KEY", hide: true, set: setSigning, get: getSigning},
	{key: "secret_key", name: "SECRET_KEY", means: "key that access tokens are signed with; one is made and kept in the database unless given", hide: true, set: setSigning, get: getSigning},
	{key: "secret_key_previous", name: "SECRET_KEY_PREVIOUS", means: "earlier ones that still verify, with commas between", hide: true,
		set: func(c *Config, v string) error {
			c.Accounts.SigningBefore = words(v)
			for _, w := range c.Accounts.SigningBefore {
				if err := signingKey(w); err != nil {
					return err
				}
			}
			return nil
		},
		get: func(c *Config) string { return strings.Join(c.Accounts.SigningBefore, ",") }},
	{key: "encryption_key", name: "ENCRYPTION_KEY", means: "key of what is kept sealed, 32 bytes; on SQLite a file in the data directory unless given", hide: true,
		set: func(c *Config, v string) error { c.Accounts.Encryption = v; _, err := secret.Parse(v); return err },
		get: func(c *Config) string { return c.Accounts.Encryption }},
	{key: "encryption_key_previous", name: "ENCRYPTION_KEY_PREVIOUS", means: "earlier ones that still open, with commas between", hide: true,
		set: func(c *Config, v string) error {
			c.Accounts.EncryptBefore = words(v)
			for _, w := range c.Accounts.EncryptBefore {
				if _, err := secret.Parse(w); err != nil {
					return err
				}
			}
			return nil
		},
		get: func(c *Config) string { return strings.Join(c.Accounts.EncryptBefore, ",") }},
	{key: "domain", name: "DOMAIN_NAME", means: "name that the pages are reached by, over https, where FRONTEND_URL is not given",
		set: func(c *Config, v string) error {
			c.Accounts.Domain = strings.ToLower(v)
			if strings.ContainsAny(v, "/@? ") {
				return errors.New("not a name; use it as books.example.org")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.Domain }},
	{key: "smtp_server", name: "SMTP_SERVER", means: "mail server; without one nothing is sent",
		set: func(c *Config, v string) error { c.Accounts.Mail.Server = v; return nil },
		get: func(c *Config) string { return c.Accounts.Mail.Server }},
	{key: "smtp_port", name: "SMTP_PORT", means: "its port",
		set: func(c *Config, v string) (err error) { c.Accounts.Mail.Port, err = number(v, 1, 65535); return err },
		get: func(c *Config) string { return strconv.Itoa(c.Accounts.Mail.Port) }},
	{key: "smtp_username", name: "SMTP_USERNAME", means: "who signs in to it; empty: it asks for nobody",
		set: func(c *Config, v string) error { c.Accounts.Mail.Username = v; return nil },
		get: func(c *Config) string { return c.Accounts.Mail.Username }},
	{key: "smtp_password", name: "SMTP_PASSWORD", means: "with which password", hide: true,
		set: func(c *Config, v string) error { c.Accounts.Mail.Password = v; return nil },
		get: func(c *Config) string { return c.Accounts.Mail.Password }},
	{key: "smtp_from", name: "SMTP_FROM", means: "address of the sender; SMTP_USERNAME where that is one",
		set: func(c *Config, v string) error {
			c.Accounts.Mail.From = v
			if _, err := mail.ParseAddress(v); err != nil {
				return errors.New("not an address; use it as books@example.org")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.Mail.From }},
	{key: "smtp_tls", name: "SMTP_TLS", means: "starttls, tls (from the first byte) or none; by the port unless given",
		set: func(c *Config, v string) error {
			c.Accounts.Mail.TLS = v
			if v != "starttls" && v != "tls" && v != "none" {
				return errors.New("no such way; use starttls, tls or none")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.Mail.TLS }},
	{key: "slack_webhook_url", name: "SLACK_WEBHOOK_URL", means: "incoming webhook of Slack that administrators may send alerts to", hide: true,
		set: func(c *Config, v string) error {
			c.Accounts.Slack = v
			if !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
				return errors.New("not an address; use it as https://hooks.slack.com/services/…")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.Slack }},
	{key: "alert_webhook_private", name: "ALERT_WEBHOOK_PRIVATE", means: "webhooks may lead to addresses that are not on the public internet",
		set: func(c *Config, v string) (err error) {
			if c.Accounts.PrivateHooks, err = strconv.ParseBool(v); err != nil {
				return errors.New("neither true nor false")
			}
			return nil
		},
		get: func(c *Config) string { return strconv.FormatBool(c.Accounts.PrivateHooks) }},
	{key: "alert_webhook_url", name: "ALERT_WEBHOOK_URL", means: "webhook that findings about the installation are posted to", hide: true,
		set: func(c *Config, v string) error {
			c.Accounts.AlertHook = v
			if !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
				return errors.New("not an address; use it as https://…")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.AlertHook }},
	{key: "alert_webhook_secret", name: "ALERT_WEBHOOK_SECRET", means: "what the webhook's signature is made with", hide: true,
		set: func(c *Config, v string) error { c.Accounts.AlertHookSecret = v; return nil },
		get: func(c *Config) string { return c.Accounts.AlertHookSecret }},
	{key: "alert_email", name: "ALERT_EMAIL", means: "whom findings about the installation are mailed to, through SMTP_SERVER",
		set: func(c *Config, v string) error {
			c.Accounts.AlertMail = v
			if _, err := mail.ParseAddress(v); err != nil {
				return errors.New("not an address; use it as ops@example.org")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.AlertMail }},
	{key: "oidc_issuer", name: "OIDC_ISSUER", means: "another provider that people sign in with, as https://…",
		set: func(c *Config, v string) error { c.Accounts.single.Issuer = v; return nil },
		get: func(c *Config) string { return c.Accounts.single.Issuer }},
	{key: "oidc_client_id", name: "OIDC_CLIENT_ID", means: "what it calls us",
		set: func(c *Config, v string) error { c.Accounts.single.ClientID = v; return nil },
		get: func(c *Config) string { return c.Accounts.single.ClientID }},
	{key: "oidc_client_secret", name: "OIDC_CLIENT_SECRET", means: "our secret there", hide: true,
		set: func(c *Config, v string) error { c.Accounts.single.ClientSecret = v; return nil },
		get: func(c *Config) string { return c.Accounts.single.ClientSecret }},
	{key: "oidc_label", name: "OIDC_LABEL", means: "what people call it",
		set: func(c *Config, v string) error { c.Accounts.single.Label = v; return nil },
		get: func(c *Config) string { return c.Accounts.single.Label }},
	{key: "oidc_providers", name: "OIDC_PROVIDERS", means: "several of them: a JSON list of objects with name, label, issuer, client_id, client_secret", hide: true,
		set: func(c *Config, v string) error {
			c.Accounts.providersText = v
			if err := json.Unmarshal([]byte(v), &c.Accounts.Providers); err != nil {
				return errors.New("not a JSON list of providers")
			}
			return nil
		},
		get: func(c *Config) string { return c.Accounts.providersText }},
	feature("enable_chat", "ENABLE_CHAT", "chat", "the analyst that answers questions"),
	feature("enable_reports", "ENABLE_REPORTS", "reports", "reports to be downloaded"),
	feature("enable_advanced_analytics", "ENABLE_ADVANCED_ANALYTICS", "advanced_analytics", "forecasts, simulation and proposals of trades"),
	{key: "tier_limits", name: "TIER_LIMITS", means: `limits of users: JSON such as {"": {"portfolios": 1000}, "free": {"portfolios": 3}}, or a file of it`,
		set: setTiers,
		get: func(c *Config) string { return c.Accounts.tiersText }},
}

// feature is whether something is on where nobody switched it.
func feature(key, name, of, means string) setting {
	return setting{key: key, name: name, means: means + "; whether they are there where nobody switched them",
		set: func(c *Config, v string) error {
			on, err := strconv.ParseBool(v)
			if err != nil {
				return errors.New("use true or false")
			}
			c.Accounts.Features[of] = on
			return nil
		},
		get: func(c *Config) string { return strconv.FormatBool(c.Accounts.Features[of]) }}
}

func setTiers(c *Config, v string) error {
	c.Accounts.tiersText = v
	text := []byte(v)
	if !strings.HasPrefix(strings.TrimSpace(v), "{") {
		var err error
		if text, err = os.ReadFile(v); err != nil {
			return err
		}
	}
	c.Accounts.Tiers = nil
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c.Accounts.Tiers); err != nil {
		return fmt.Errorf("not the limits of tiers: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Accounts.Tiers)) {
		if t := c.Accounts.Tiers[name]; min(t.Portfolios, t.Transactions, t.Imports, t.Calls) < 0 {
			return fmt.Errorf("tier %q: a limit is negative; 0 means none", name)
		}
	}
	return nil
}

// people checks what single settings cannot say of accounts.
func (l *loader) people() {
	a := &l.Accounts
	wrong := func(key, origin, value, reason string) {
		l.mistakes = append(l.mistakes, &Mistake{Key: key, Origin: origin, Value: value, Reason: reason})
	}
	if one := a.single; one.Issuer != "" || one.ClientID != "" {
		one.Name = "oidc"
		a.Providers = append(a.Providers, one)
	}
	seen := map[string]bool{}
	for _, p := range a.Providers {
		if err := p.Check(); err != nil {
			wrong("oidc_providers", "OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_PROVIDERS", p.Name, err.Error())
		}
		if seen[p.Name] {
			wrong("oidc_providers", "OIDC_PROVIDERS", p.Name, "there are two of this name")
		}
		seen[p.Name] = true
	}
	if a.AlertHook != "" && a.AlertHookSecret == "" {
		wrong("alert_webhook_secret", "ALERT_WEBHOOK_URL", "", "its receiver could not tell who posts; set ALERT_WEBHOOK_SECRET")
	}
	m := &a.Mail
	if m.Server == "" {
		return
	}
	if _, err := mail.ParseAddress(m.Username); m.From == "" && err == nil {
		m.From = m.Username
	}
	if m.From == "" {
		wrong("smtp_from", "SMTP_SERVER", m.Server, "the sender's address is missing; set SMTP_FROM")
	}
}
