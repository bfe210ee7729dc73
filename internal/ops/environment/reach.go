package environment

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/acme"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// patience is how long one service may take to answer.
const patience = 5 * time.Second

// reach asks what the configuration names. Nothing is written, sent or signed in to but
// the database.
func reach(ctx context.Context, c config.Config, offline bool, r *check.Report) {
	for _, one := range []struct {
		name  string
		given bool
		cure  string
		ask   func(context.Context) (string, error)
	}{
		{"database", true, "", func(ctx context.Context) (string, error) { return database(ctx, c) }},
		{"SMTP_SERVER", c.Accounts.Mail.Server != "", "start it, or correct SMTP_SERVER, SMTP_PORT and SMTP_TLS", func(ctx context.Context) (string, error) { return smtp(ctx, c.Accounts.Mail) }},
		{"REDIS_URL", c.Redis != "", "start it, or correct REDIS_URL; until then each process counts by itself", func(ctx context.Context) (string, error) { return redisAnswers(ctx, c.Redis) }},
		{"ACME_DIRECTORY_URL", len(c.ACME.Domains) > 0, "let this machine out to it, or correct ACME_DIRECTORY_URL", func(ctx context.Context) (string, error) { return authority(ctx, c.ACME.Directory) }},
		{"BACKEND_API_URL", c.Backend != "", "start the API, or correct BACKEND_API_URL", func(ctx context.Context) (string, error) { return backend(ctx, c.Backend) }},
	} {
		name := "reach " + one.name
		if !one.given {
			r.Fine(name, "not set")
			continue
		}
		if offline {
			r.Unknown(name, "nothing was connected to", "run it without --offline")
			continue
		}
		ctx, stop := context.WithTimeout(ctx, patience)
		says, err := one.ask(ctx)
		stop()
		cure := one.cure
		switch {
		case err == nil:
			r.Fine(name, says)
			continue
		case errors.Is(err, store.ErrOlder):
			cure = "run `foliosight migrate up`"
		case cure == "":
			cure = "start it, or correct DATABASE_URL"
		}
		r.Find(name, err.Error(), cure)
	}
}

// database opens the configured database as a command beside a server would.
func database(ctx context.Context, c config.Config) (string, error) {
	if c.PostgreSQL() {
		db, err := postgres.Open(ctx, postgres.Options{URL: c.Database, PasswordFile: c.Password, PoolSize: 2})
		if err != nil {
			return "", err
		}
		return postgres.Redacted(c.Database) + " answers, its schema is up to date", db.Close()
	}
	path := c.SQLite()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return willBeMade(path)
	}
	_, closing, err := sqlite.Beside(ctx, path)
	if err != nil {
		return "", err
	}
	return path + " opens, its schema is up to date", closing()
}

// willBeMade looks whether the file of a new database can be made; it makes none.
func willBeMade(path string) (string, error) {
	dir := filepath.Dir(path)
	for { // the nearest directory that is there
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return "", fmt.Errorf("%s is no directory", dir)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", err
		}
		dir = filepath.Dir(dir)
	}
	probe, err := os.CreateTemp(dir, ".foliosight-*")
	if err != nil {
		return "", err
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return "", err
	}
	return path + " is not there yet and can be made", nil
}

// smtp reads the greeting of the mail server.
func smtp(ctx context.Context, m config.Mail) (string, error) {
	address := net.JoinHostPort(m.Server, strconv.Itoa(m.Port))
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if m.TLS == "tls" || m.TLS == "" && m.Port == 465 {
		secured := tls.Client(conn, &tls.Config{ServerName: m.Server, MinVersion: tls.VersionTLS12})
		if err := secured.HandshakeContext(ctx); err != nil {
			return "", fmt.Errorf("%s: %w", address, err)
		}
		conn = secured
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s: no greeting: %w", address, err)
	}
	if !strings.HasPrefix(line, "220") {
		return "", fmt.Errorf("%s: does not greet as a mail server: %.60q", address, strings.TrimSpace(line))
	}
	return address + " greets", nil
}

// dial connects for as long as the context lasts.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

func redisAnswers(ctx context.Context, address string) (string, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return "", errors.New("not an address of Redis") // its error may hold the password
	}
	o.MaxRetries, o.ContextTimeoutEnabled, o.DisableIdentity, o.DialTimeout = -1, true, true, patience
	redis.SetLogger(silent{}) // what goes wrong is in the report
	client := redis.NewClient(o)
	if err := errors.Join(client.Ping(ctx).Err(), client.Close()); err != nil {
		return "", fmt.Errorf("%s: %w", o.Addr, err)
	}
	return o.Addr + " answers", nil
}

// silent drops what the client of Redis would log.
type silent struct{}

// Printf implements the client's logger.
func (silent) Printf(context.Context, string, ...any) {}

func backend(ctx context.Context, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", err
	}
	return address + " takes connections", conn.Close()
}

// authority asks who gives certificates for the addresses that it is asked at.
func authority(ctx context.Context, address string) (string, error) {
	client := &acme.Client{DirectoryURL: cmp.Or(address, certificate.LetsEncrypt), RetryBackoff: func(int, *http.Request, *http.Response) time.Duration { return -1 }}
	d, err := client.Discover(ctx)
	if err != nil {
		return "", fmt.Errorf("%s: %w", client.DirectoryURL, err)
	}
	if d.Terms == "" {
		return client.DirectoryURL + " answers", nil
	}
	return client.DirectoryURL + " answers; its terms: " + d.Terms, nil
}
