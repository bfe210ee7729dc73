// Package config is the one configuration of the program: what can be set, under
// which names, with which defaults.
//
// Model: a setting has a key, a name in the environment and often a flag. A file of
// NAME=VALUE lines comes first, the environment overrides it, flags override both.
// The whole is checked at once and every mistake is named by where it was set. A
// secret may also be given as NAME_FILE, the path of a file that holds it; secrets are
// redacted when the configuration is shown.
//
// Load is given the environment and the flags; it reads nothing else but the files
// that they name.
package config

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Config is everything that can be set.
type Config struct {
	Listen      string        // address and port of the server
	Data        string        // directory of everything that is kept
	Database    string        // sqlite:PATH, or postgres://… of the server's role; a file in Data unless given
	Admin       string        // postgres://… of the role that owns the schema; empty: it is not this program's to change
	Password    string        // file that holds the password of Database, where it is not in it
	PoolSize    int           // connections to PostgreSQL at most; 0: as many as the roles need
	Roles       []string      // what this process serves: api, web, worker
	Backend     string        // address of the API, for a process that serves pages alone
	Drain       time.Duration // how long it answers, not ready, once it is told to stop
	Sessions    time.Duration // how long an access token lasts
	UploadLimit int64         // bytes of one uploaded file
	LogLevel    slog.Level
	Log         Log
	Traces      Traces
	Limits      Limits // of the API
	Redis       string // address of the Redis that counts are shared through; empty: none
	Frontend    string // the one other origin that browsers may use the API from; empty: none
	Certificate string // PEM file; with Key the server speaks TLS
	Key         string // PEM file
	ACME        ACME   // the server gets its certificate itself
	Redirect    string // address and port where visitors without TLS are sent to it; empty: none
	Accounts    Accounts
	Market      Market
	Backup      Backup
	Operations  Operations

	Demo bool      // simulated portfolios in a database that is thrown away
	AsOf date.Date // the demonstration's last day; None: today

	origins map[string]string // where each setting came from, by key
}

// Limits are how many requests the API answers in a stretch of time.
type Limits struct {
	Data    int           // of a user on most addresses
	Heavy   int           // of a user on those that compute for long
	Login   int           // attempts on one account from one address
	Window  time.Duration // what they are counted in
	Proxies []netip.Prefix
}

// Serves reports whether this process has a role.
func (c Config) Serves(role string) bool { return slices.Contains(c.Roles, role) }

// Secure reports whether people come over TLS: the server speaks it itself, or a proxy
// before it does, as the address that people are told begins with https.
func (c Config) Secure() bool { return c.TLS() || strings.HasPrefix(c.PublicURL(""), "https://") }

// PostgreSQL reports whether the database is one of PostgreSQL, not a file.
func (c Config) PostgreSQL() bool { return isPostgres(c.Database) }

// SQLite is the path of the database.
func (c Config) SQLite() string {
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		return strings.TrimPrefix(path, "//") // sqlite:///abs and sqlite:abs are both in use
	}
	return filepath.Join(c.Data, "foliosight.db")
}

// Shown is one setting as it is reported.
type Shown struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Origin string `json:"origin"` // "default", a variable, a flag or a file with its line
	Means  string `json:"means"`
}

// Show lists every setting with where it came from; secrets are redacted.
func (c Config) Show() []Shown {
	shown := make([]Shown, 0, len(settings))
	for _, s := range settings {
		value := s.get(&c)
		value = s.shown(value)
		origin := c.origins[s.key]
		if origin == "" {
			origin = "default"
		}
		shown = append(shown, Shown{Key: s.key, Value: value, Origin: origin, Means: s.means})
	}
	return shown
}

// shown is as much of a value as may be seen.
func (s setting) shown(value string) string {
	switch {
	case s.hide && value != "":
		return "•••"
	case s.secret:
		return redact(value)
	}
	return value
}

// passwordArgument is a password among the arguments of an address.
var passwordArgument = regexp.MustCompile(`(?i)(password|passwd|pwd)=[^&\s]*`)

// redact hides the password of an address and leaves the rest readable. Of what is no
// address nothing before an @ is shown.
func redact(value string) string {
	value = passwordArgument.ReplaceAllString(value, "$1=•••")
	scheme, rest, found := strings.Cut(value, "://")
	at := strings.LastIndex(rest, "@")
	if !found {
		if at = strings.LastIndex(value, "@"); at >= 0 {
			return "•••" + value[at:]
		}
		return value
	}
	if at < 0 {
		return value
	}
	user, _, hasPassword := strings.Cut(rest[:at], ":")
	if !hasPassword {
		return value
	}
	return scheme + "://" + user + ":•••" + rest[at:]
}
