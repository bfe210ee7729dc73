// Package environment looks through the configuration of an installation before it is
// relied on: is everything there, of the right form, hard to guess, readable by nobody
// else, and does what it names answer.
//
// Model: a profile says how much is asked for. Development runs on one's own machine and
// needs nothing; staging is looked at as production is. A check that a configuration
// gives no reason for (no mail server, no Redis) says so and is fine.
//
// Nothing here shows a secret: of one its name, its length and its measure are said.
package environment

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// Profile is what an installation is for.
type Profile string

// The profiles.
const (
	Development Profile = "development"
	Staging     Profile = "staging"
	Production  Profile = "production"
)

// strict reports whether others rely on the installation.
func (p Profile) strict() bool { return p != Development }

// Options are what is looked at.
type Options struct {
	Input   config.Input
	Profile Profile
	Offline bool // nothing is connected to; what would be is not checked
	Now     func() time.Time
}

// Check looks through a configuration, also one that has mistakes.
func Check(ctx context.Context, o Options, r *check.Report) config.Config {
	i := config.Inspect(o.Input)
	form(i, r)
	replaced(o.Input.Environ, r)
	present(i.Config, o.Profile, r)
	strength(i.Config, o.Profile, r)
	modes(i, r)
	if i.Certificate != "" && i.Key != "" || len(i.ACME.Domains) > 0 {
		name := ""
		if o.Profile.strict() {
			name = host(i.PublicURL(""))
		}
		if first(i.Config, o.Now()) {
			r.Fine("certificate", "there is none yet: the server orders it when it starts")
		} else {
			Own(r, i.Config, name, o.Now())
		}
		proofs(i.Config, r)
	}
	reach(ctx, i.Config, o.Offline, r)
	return i.Config
}

// form reports each setting that cannot be used.
func form(i config.Inspection, r *check.Report) {
	for _, m := range i.Mistakes {
		cure := "correct it there"
		if by, lost := replacements[m.Key]; lost {
			cure = by
		}
		r.Find("form of "+m.Key, fmt.Sprintf("%s %q: %s", m.Origin, m.Value, m.Reason), cure)
	}
	if len(i.Mistakes) == 0 {
		r.Fine("form", fmt.Sprintf("%d settings are given, all of the right form", i.Changed))
	}
}

// prefixes are how names begin that were meant for this program or those it follows.
var prefixes = append(slices.Collect(maps.Keys(replacements)), "SUPA_", "NEXT_PUBLIC_", "EXPO_PUBLIC_", "FOLIOSIGHT_")

// replacements are the names that lost their meaning, with what is used in their place.
var replacements = map[string]string{
	"SUPA_API_URL":                          "set DATABASE_URL to the PostgreSQL database itself",
	"SUPA_API_ANON_KEY":                     "take it out: people sign in here, with tokens signed by SECRET_KEY",
	"SUPA_API_SERVICE_KEY":                  "take it out: migrations and backups use DATABASE_ADMIN_URL, the role that owns the schema; the server needs no such key",
	"NEXT_PUBLIC_SUPABASE_URL":              "take it out: pages talk to this server alone; its database is DATABASE_URL",
	"NEXT_PUBLIC_SUPABASE_ANON_KEY":         "take it out: people sign in here, with tokens signed by SECRET_KEY",
	"NEXT_PUBLIC_API_BASE_URL":              "take it out where one process serves all; a process of pages alone takes BACKEND_API_URL",
	"NEXT_PUBLIC_API_URL":                   "take it out where one process serves all; a process of pages alone takes BACKEND_API_URL, without a path",
	"NEXT_PUBLIC_BACKEND_API_URL":           "take it out where one process serves all; a process of pages alone takes BACKEND_API_URL",
	"NEXT_PUBLIC_GPT_AGENT_URL":             "take it out: pages reach the analyst through this server, at /gpt/",
	"NEXT_PUBLIC_ENVIRONMENT":               "take it out: the profile is said to `foliosight env check --profile`",
	"NEXT_PUBLIC_APP_NAME":                  "take it out: the name is built in",
	"NEXT_PUBLIC_APP_VERSION":               "take it out: the version is built in; `foliosight version` says it",
	"NEXT_PUBLIC_ENABLE_CHAT":               "set ENABLE_CHAT",
	"NEXT_PUBLIC_ENABLE_REPORTS":            "set ENABLE_REPORTS",
	"NEXT_PUBLIC_ENABLE_ADVANCED_ANALYTICS": "set ENABLE_ADVANCED_ANALYTICS",
	"NEXT_PUBLIC_ENABLE_DEBUG":              "set LOG_LEVEL=debug for as long as it is needed",
	"NEXT_PUBLIC_ENABLE_ANALYTICS":          "take it out: nothing is collected about visitors",
	"ALPHA_VANTAGE_API_KEY":                 "set VANTAGE_API_KEY",
	"VANTAGE_API_BASE_URL":                  "set VANTAGE_BASE_URL",
	"CACHE_TTL_SECONDS":                     "take it out: what is kept in memory is dropped when its data change",
	"RATE_LIMIT_PER_MINUTE":                 "set API_RATE_LIMIT",
	"LOCAL_NETWORK_IP":                      "set FOLIOSIGHT_LISTEN",
}

// replaced reports variables of the environment that nothing reads.
func replaced(environ []string, r *check.Report) {
	names := config.Unread(environ, prefixes)
	for _, name := range names {
		cure := "take it out; `foliosight config show` lists what there is"
		by, lost := replacements[name]
		if lost {
			cure = by
		}
		r.Find("name "+name, "nothing reads this variable", cure)
	}
	if len(names) == 0 {
		r.Fine("names", "no variable is set that lost its meaning")
	}
}

// present reports what is missing where others rely on the installation.
func present(c config.Config, p Profile, r *check.Report) {
	if !p.strict() {
		r.Fine("presence", "nothing has to be set for development")
		return
	}
	before := len(r.Checks)
	url := c.PublicURL("")
	if url == "" {
		r.Find("presence of FRONTEND_URL", "nobody is told where the pages are: links in mails and passkeys need it", "set FRONTEND_URL=https://… or DOMAIN_NAME")
	}
	if !c.Secure() {
		r.Find("TLS", "people come without TLS", "set ACME_DOMAINS or SSL_CERT_PATH and SSL_KEY_PATH, or put a proxy with TLS before it and FRONTEND_URL=https://…")
	} else if !c.TLS() && len(c.Limits.Proxies) == 0 {
		r.Find("presence of FOLIOSIGHT_TRUSTED_PROXIES", "a proxy speaks TLS and is not believed: every visitor counts as the proxy", "set FOLIOSIGHT_TRUSTED_PROXIES to the proxy's address or network")
	}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && !c.TLS() && public(host) && !c.Secure() {
		r.Find("listen", "the server listens on "+c.Listen+" without TLS", "listen on 127.0.0.1 behind the proxy, or set ACME_DOMAINS or SSL_CERT_PATH and SSL_KEY_PATH")
	}
	if c.PostgreSQL() && c.Accounts.Encryption == "" {
		r.Find("presence of ENCRYPTION_KEY", "second factors, mail and provider keys cannot be kept without it on PostgreSQL", "set ENCRYPTION_KEY_FILE to a file of `openssl rand -base64 32`, the same for every process")
	}
	if c.PostgreSQL() && c.Accounts.Encryption == "" && c.Accounts.Signing == "" {
		r.Find("presence of SECRET_KEY", "there is nothing to sign access tokens with", "set ENCRYPTION_KEY (then a key is made and kept), or SECRET_KEY")
	}
	if c.LogLevel < 0 {
		r.Find("LOG_LEVEL", "debug is logged for as long as the process runs", "set LOG_LEVEL=info")
	}
	if c.Accounts.Registration == "open" && c.Accounts.Mail.Server == "" {
		r.Find("REGISTRATION", "anybody may create an account and no address can be proved", "set SMTP_SERVER, or REGISTRATION=invite")
	}
	if c.Demo {
		r.Find("demo", "the books are simulated and thrown away", "start without --demo")
	}
	if len(r.Checks) == before {
		r.Fine("presence", "what "+string(p)+" needs is there; people come to "+url)
	}
}

// public reports whether others than this machine reach an address.
func public(host string) bool {
	if host == "localhost" {
		return false
	}
	ip := net.ParseIP(host)
	return ip == nil || !ip.IsLoopback()
}

// host is the name in an address of pages.
func host(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	rest, _, _ = strings.Cut(rest, "/")
	if name, _, err := net.SplitHostPort(rest); err == nil {
		return name
	}
	return rest
}
