package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// setting is one thing that can be set.
type setting struct {
	key    string // its name where the configuration is shown
	name   string // in the environment and in the file; empty: a flag only
	flag   string // on the command line, without the dashes; empty: none
	means  string
	secret bool // may be given as NAME_FILE; the password of an address is not shown
	hide   bool // the same, and nothing of it is shown
	set    func(*Config, string) error
	get    func(*Config) string
}

// roles are what a process can serve.
var roles = []string{"api", "web", "worker"}

// settings are all of them, in the order in which they are shown. Defaults stand in
// defaults.
var settings = slices.Concat([]setting{
	{key: "listen", name: "FOLIOSIGHT_LISTEN", flag: "listen", means: "address and port of the server",
		set: func(c *Config, v string) error { c.Listen = v; return checkListen(v) },
		get: func(c *Config) string { return c.Listen }},
	{key: "roles", name: "FOLIOSIGHT_ROLES", flag: "roles", means: "what this process serves: " + strings.Join(roles, ", "),
		set: setRoles,
		get: func(c *Config) string { return strings.Join(c.Roles, ",") }},
	{key: "data", name: "FOLIOSIGHT_DATA", flag: "data", means: "directory of everything that is kept",
		set: func(c *Config, v string) error { c.Data = v; return nil },
		get: func(c *Config) string { return c.Data }},
	{key: "database", name: "DATABASE_URL", flag: "database", secret: true, means: "database, as sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE of the server's role",
		set: func(c *Config, v string) error { c.Database = v; return checkDatabase(v) },
		get: func(c *Config) string {
			if c.Database == "" && c.Data != "" {
				return "sqlite:" + c.SQLite()
			}
			return c.Database
		}},
	{key: "database_admin", name: "DATABASE_ADMIN_URL", secret: true, means: "PostgreSQL as the role that owns the schema: migrations, grants, repairs",
		set: func(c *Config, v string) error {
			c.Admin = v
			if !isPostgres(v) {
				return errors.New("not an address of a PostgreSQL database; use postgres://OWNER:PASSWORD@HOST/DATABASE")
			}
			return nil
		},
		get: func(c *Config) string { return c.Admin }},
	{key: "database_password_file", name: "DATABASE_PASSWORD_FILE", means: "file that holds the password of DATABASE_URL, where it is not in it",
		set: func(c *Config, v string) error { c.Password = v; return nil },
		get: func(c *Config) string { return c.Password }},
	{key: "database_pool_size", name: "DATABASE_POOL_SIZE", means: "connections to PostgreSQL at most (default: 4 a processor, from 8 to 30; 10 for a worker alone)",
		set: func(c *Config, v string) (err error) { c.PoolSize, err = number(v, 2, 1000); return err },
		get: func(c *Config) string { return strconv.Itoa(c.PoolSize) }},
	{key: "session_hours", name: "ACCESS_TOKEN_EXPIRE_HOURS", means: "hours that an access token lasts",
		set: func(c *Config, v string) error {
			hours, err := number(v, 1, 24*366)
			c.Sessions = time.Duration(hours) * time.Hour
			return err
		},
		get: func(c *Config) string { return strconv.Itoa(int(c.Sessions / time.Hour)) }},
	{key: "upload_limit_mb", name: "UPLOAD_LIMIT_MB", means: "largest file that can be uploaded, in megabytes",
		set: func(c *Config, v string) error {
			n, err := number(v, 1, 2048)
			c.UploadLimit = int64(n) << 20
			return err
		},
		get: func(c *Config) string { return strconv.FormatInt(c.UploadLimit>>20, 10) }},
	{key: "rate_limit", name: "API_RATE_LIMIT", means: "requests to the API that a user has a minute",
		set: func(c *Config, v string) (err error) { c.Limits.Data, err = number(v, 1, 1_000_000_000); return err },
		get: func(c *Config) string { return strconv.Itoa(c.Limits.Data) }},
	{key: "heavy_rate_limit", name: "RATE_LIMIT_MAX", means: "requests a minute of those that compute for long: simulations, engines",
		set: func(c *Config, v string) (err error) { c.Limits.Heavy, err = number(v, 1, 1_000_000_000); return err },
		get: func(c *Config) string { return strconv.Itoa(c.Limits.Heavy) }},
	{key: "login_rate_limit", name: "FOLIOSIGHT_LOGIN_LIMIT", means: "attempts a minute to sign in to one account from one address",
		set: func(c *Config, v string) (err error) { c.Limits.Login, err = number(v, 1, 1_000_000_000); return err },
		get: func(c *Config) string { return strconv.Itoa(c.Limits.Login) }},
	{key: "rate_limit_window_ms", name: "RATE_LIMIT_WINDOW", means: "milliseconds that these limits count in, where it is not a minute",
		set: func(c *Config, v string) error {
			n, err := number(v, 1000, 86_400_000)
			c.Limits.Window = time.Duration(n) * time.Millisecond
			return err
		},
		get: func(c *Config) string { return strconv.FormatInt(c.Limits.Window.Milliseconds(), 10) }},
	{key: "trusted_proxies", name: "FOLIOSIGHT_TRUSTED_PROXIES", means: "addresses or networks of proxies whose X-Forwarded-For is believed",
		set: setProxies,
		get: func(c *Config) string {
			var list []string
			for _, p := range c.Limits.Proxies {
				list = append(list, p.String())
			}
			return strings.Join(list, ",")
		}},
	{key: "backend", name: "BACKEND_API_URL", means: "address of the API that a process of the role web alone passes /api/ and /gpt/ on to",
		set: func(c *Config, v string) error {
			u, err := url.Parse(v)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
				return errors.New("not the address of a server; use http://backend:8000")
			}
			c.Backend = u.Scheme + "://" + u.Host
			return nil
		},
		get: func(c *Config) string { return c.Backend }},
	{key: "redis", name: "REDIS_URL", secret: true, means: "Redis that several processes share their counts through, as redis://…",
		set: func(c *Config, v string) error {
			if !strings.HasPrefix(v, "redis://") && !strings.HasPrefix(v, "rediss://") && !strings.HasPrefix(v, "unix://") {
				return errors.New("not an address of Redis; use redis://host:6379/0")
			}
			c.Redis = v
			return nil
		},
		get: func(c *Config) string { return c.Redis }},
	{key: "frontend", name: "FRONTEND_URL", means: "the one other origin whose pages may use the API, as https://app.example.org",
		set: setFrontend,
		get: func(c *Config) string { return c.Frontend }},
	{key: "log_level", name: "LOG_LEVEL", flag: "log-level", means: "least severe message that is logged: debug, info, warn or error",
		set: func(c *Config, v string) error {
			if c.LogLevel.UnmarshalText([]byte(v)) != nil {
				return errors.New("no such level; use debug, info, warn or error")
			}
			return nil
		},
		get: func(c *Config) string { return strings.ToLower(c.LogLevel.String()) }},
	{key: "demo", flag: "demo", means: "simulated portfolios in a database that is thrown away",
		set: func(c *Config, v string) (err error) { c.Demo, err = strconv.ParseBool(v); return err },
		get: func(c *Config) string { return strconv.FormatBool(c.Demo) }},
	{key: "as_of", flag: "as-of", means: "last day of the demonstration; empty: today",
		set: func(c *Config, v string) (err error) {
			if c.AsOf, err = date.Parse(v); err != nil {
				return errors.New("not a day; use YYYY-MM-DD")
			}
			return nil
		},
		get: func(c *Config) string {
			if c.AsOf.IsNone() {
				return ""
			}
			return c.AsOf.String()
		}},
}, drainSettings, certificateSettings, logSettings(), traceSettings, accountSettings, backupSettings, operationSettings, marketSettings())

// defaults are what holds where nothing is set; Data is found out by the caller.
func defaults() Config {
	return Config{Listen: "127.0.0.1:8000", Roles: roles, Sessions: 24 * time.Hour, UploadLimit: 64 << 20, LogLevel: slog.LevelInfo, Log: usualLog(), Traces: usualTraces(), Limits: Limits{Data: 600, Heavy: 10, Login: 5, Window: time.Minute}, AsOf: date.None, Backup: Backup{Region: "us-east-1", Days: 30, Systems: 7}, Operations: usualOperations(),
		Accounts: Accounts{Registration: "closed", Refresh: 30 * 24 * time.Hour, RefreshMost: 90 * 24 * time.Hour, SessionMost: 30 * 24 * time.Hour, Mail: Mail{Port: 587}, Features: map[string]bool{"chat": true, "reports": true, "advanced_analytics": true}},
		origins:  map[string]string{}}
}

func number(v string, low, high int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("not a whole number from %d to %d", low, high)
	}
	return n, nil
}

func checkListen(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return errors.New("not an address with a port; use it as 127.0.0.1:8000")
	}
	if _, err := number(port, 0, 65535); err != nil {
		return errors.New("the port is " + err.Error())
	}
	return nil
}

func setRoles(c *Config, v string) error {
	c.Roles = nil
	for _, role := range strings.Split(v, ",") {
		switch role = strings.TrimSpace(role); role {
		case "api", "web", "worker":
			c.Roles = append(c.Roles, role)
		case "agent":
			return errors.New("the role agent is not there yet in this version; leave it out")
		default:
			return fmt.Errorf("%q is no role; there are %s", role, strings.Join(roles, ", "))
		}
	}
	return nil
}

// setProxies reads addresses and networks.
func setProxies(c *Config, v string) error {
	c.Limits.Proxies = nil
	for _, text := range strings.Split(v, ",") {
		text = strings.TrimSpace(text)
		network, err := netip.ParsePrefix(text)
		if address, alone := netip.ParseAddr(text); err != nil && alone == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a network; use 10.0.0.0/8 or 10.0.0.1", text)
		}
		c.Limits.Proxies = append(c.Limits.Proxies, network)
	}
	return nil
}

// setFrontend keeps the origin of an address: what browsers send.
func setFrontend(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" {
		return errors.New("not an origin; use it as https://app.example.org, without a path")
	}
	c.Frontend = u.Scheme + "://" + strings.ToLower(u.Host)
	return nil
}

func checkDatabase(v string) error {
	if path, ok := strings.CutPrefix(v, "sqlite:"); ok && strings.Trim(path, "/") != "" {
		return nil
	}
	if isPostgres(v) {
		return nil
	}
	return errors.New("not an address of a database; use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
}

// isPostgres recognises the addresses that programs write: postgres://, postgresql://,
// and with the name of a driver postgresql+asyncpg://.
func isPostgres(v string) bool {
	scheme, rest, found := strings.Cut(v, "://")
	driver, _, _ := strings.Cut(scheme, "+")
	return found && rest != "" && (driver == "postgres" || driver == "postgresql")
}
