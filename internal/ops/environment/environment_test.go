package environment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
)

// Made by `openssl rand -base64`, for this test.
const (
	strong  = "mYx9Q1v7cC0w3m2pZr8sLk5dNf6hTgJb4uEaRoXiVyWqKzPtSMBnDUGHlFjOeIA+"
	another = "bG9yZW1JcHN1bURvbG9yU2l0QW1ldENvbnNlY3RldHVyPz8/"
	sealing = "3q2+7wQJk1mXv0s8uZr5tYhNfLcGaDpBoEiRxWyUjVM="
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// run checks with a data directory of its own.
func run(t *testing.T, profile environment.Profile, offline bool, environ ...string) *check.Report {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	r := check.Begin("env check", now)
	environment.Check(context.Background(), environment.Options{
		Input:   config.Input{Environ: append([]string{"HOME=" + data}, environ...), Flags: map[string]string{"data": data}},
		Profile: profile, Offline: offline, Now: func() time.Time { return now },
	}, r)
	return r
}

// found are the names of findings.
func found(r *check.Report) string {
	var names []string
	for _, c := range r.Checks {
		if c.State == check.Finding {
			names = append(names, c.Name)
			if c.Cure == "" {
				panic(c.Name + " has no cure")
			}
		}
	}
	return strings.Join(names, ", ")
}

func TestProfiles(t *testing.T) {
	whole := []string{"FRONTEND_URL=https://books.example.org", "FOLIOSIGHT_TRUSTED_PROXIES=127.0.0.1", "SECRET_KEY=" + strong, "ENCRYPTION_KEY=" + sealing}
	for _, c := range []struct {
		name    string
		profile environment.Profile
		environ []string
		want    string
	}{
		{"development needs nothing", environment.Development, nil, ""},
		{"development may have weak secrets", environment.Development, []string{"SECRET_KEY=your-super-secret-jwt-key-your-super-secret-jwt-key"}, ""},
		{"production needs an address and TLS", environment.Production, nil, "presence of FRONTEND_URL, TLS"},
		{"staging as production", environment.Staging, nil, "presence of FRONTEND_URL, TLS"},
		{"production with everything", environment.Production, whole, ""},
		{"a proxy that is not believed", environment.Production, []string{"DOMAIN_NAME=books.example.org"}, "presence of FOLIOSIGHT_TRUSTED_PROXIES"},
		{"a secret of a guide", environment.Production, append(whole[:2:2], "SECRET_KEY=your-super-secret-jwt-key-here-your-own-change-me!"), "strength of SECRET_KEY"},
		{"one secret for two ends", environment.Production, append(whole[:2:2], "SECRET_KEY="+sealing+sealing, "SECRET_KEY_PREVIOUS="+another, "ENCRYPTION_KEY="+sealing, "ENCRYPTION_KEY_PREVIOUS="+sealing), "rotation of ENCRYPTION_KEY"},
		{"the same secret", environment.Production, append(whole[:2:2], "SECRET_KEY=7Gq+tz2WfK9xVb4mRj8sLdYc3hNpQ6uE", "ENCRYPTION_KEY=7Gq+tz2WfK9xVb4mRj8sLdYc3hNpQ6uE"), "reuse"},
		{"names of the originals", environment.Development, []string{"SUPA_API_SERVICE_KEY=x", "NEXT_PUBLIC_API_URL=y", "RATE_LIMIT_PER_MINUTE=1", "SUPA_NEW=1"},
			"name NEXT_PUBLIC_API_URL, name RATE_LIMIT_PER_MINUTE, name SUPA_API_SERVICE_KEY, name SUPA_NEW"},
		{"what is no setting", environment.Development, []string{"ACCESS_TOKEN_EXPIRE_HOURS=0"}, "form of session_hours"},
		{"debug in production", environment.Production, append(whole[:4:4], "LOG_LEVEL=debug", "REGISTRATION=open"), "LOG_LEVEL, REGISTRATION"},
	} {
		r := run(t, c.profile, false, c.environ...)
		if got := found(r); got != c.want {
			t.Errorf("%s: found %q, want %q\n%s", c.name, got, c.want, r.Text())
		}
	}
}

// PostgreSQL that is not asked leaves the whole unknown, with what it needs found.
func TestOffline(t *testing.T) {
	r := run(t, environment.Production, true, "DATABASE_URL=postgres://app:pw@db.example.org/books", "DOMAIN_NAME=b.example.org", "FOLIOSIGHT_TRUSTED_PROXIES=10.0.0.0/8")
	if got := found(r); got != "presence of ENCRYPTION_KEY, presence of SECRET_KEY, strength of DATABASE_URL" {
		t.Errorf("found %q", got)
	}
	r = run(t, environment.Development, true)
	if r.Exit() != check.ExitUnknown {
		t.Errorf("exit %d of what was not looked at", r.Exit())
	}
}

func TestNothingTellsASecret(t *testing.T) {
	dir := t.TempDir()
	held := filepath.Join(dir, "jwt")
	if err := os.WriteFile(held, []byte("0123456789-topsecret-0123456789-topsecret-0123456789-x"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := run(t, environment.Production, false, "SECRET_KEY_FILE="+held, "ENCRYPTION_KEY=topsecret", "SMTP_PASSWORD=topsecret", "SUPA_API_SERVICE_KEY=topsecret",
		"REDIS_URL=redis://ada:topsecret@127.0.0.1:1/0", "DATABASE_URL=postgres://ada:topsecret@127.0.0.1:1/books", "DATABASE_ADMIN_URL=postgres:/owner:topsecret@127.0.0.1/books")
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{r.Text(), string(text)} {
		if strings.Contains(said, "topsecret") {
			t.Errorf("a secret is told:\n%s", said)
		}
	}
	for _, name := range []string{"form of encryption_key", "form of database_admin", "strength of SECRET_KEY", "name SUPA_API_SERVICE_KEY", "reach database", "reach REDIS_URL", "mode of SECRET_KEY_FILE"} {
		if runtime.GOOS == "windows" && strings.HasPrefix(name, "mode") {
			continue
		}
		if !strings.Contains(found(r), name) {
			t.Errorf("%s is not among %s", name, found(r))
		}
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists in place of modes")
	}
	data := t.TempDir()
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(data, "foliosight.env")
	if err := os.WriteFile(settings, []byte("LOG_LEVEL=info\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	once := func() string {
		r := check.Begin("env check", now)
		environment.Check(context.Background(), environment.Options{Input: config.Input{Environ: []string{"HOME=" + data}, Flags: map[string]string{"data": data}}, Profile: environment.Development, Now: func() time.Time { return now }}, r)
		return found(r)
	}
	if got := once(); got != "mode of the data directory" {
		t.Errorf("an open directory: %q", got)
	}
	if err := os.WriteFile(settings, []byte("SECRET_KEY="+strong+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := once(); got != "mode of settings, mode of the data directory" {
		t.Errorf("with a secret in the file: %q", got)
	}
	if err := os.Chmod(settings, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := once(); got != "" {
		t.Errorf("all closed: %q", got)
	}
}

func TestMailServer(t *testing.T) {
	serve := func(greeting string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				fmt.Fprint(conn, greeting)
				conn.Close()
			}
		}()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		return port
	}
	for greeting, want := range map[string]string{"220 mail.example.org ESMTP\r\n": "", "HTTP/1.1 400 Bad Request\r\n": "reach SMTP_SERVER"} {
		r := run(t, environment.Development, false, "SMTP_SERVER=127.0.0.1", "SMTP_FROM=books@example.org", "SMTP_PORT="+serve(greeting))
		if got := found(r); got != want {
			t.Errorf("%q: found %q, want %q", greeting, got, want)
		}
	}
}

func TestEntropy(t *testing.T) {
	for _, c := range []struct {
		text      string
		low, high float64
	}{
		{"", 0, 0},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 10},
		{"abcdefghijklmnopqrstuvwxyz012345", 0, 40},
		{"0123456789abcdef0123456789abcdef0123456789abcdef", 0, 40},
		{"your-super-secret-jwt-key-here", 0, 64},
		{"your-32-character-encryption-key", 0, 127},
		{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c", 150, 192}, // 48 hexadecimal digits: 192 bits at most
		{sealing, 200, 300},
		{strong, 250, 400},
		{"7Gq-tz2W", 40, 64},
	} {
		if bits, why := environment.Entropy(c.text); bits < c.low || bits > c.high {
			t.Errorf("%q: %.0f bits%s, want %.0f to %.0f", c.text, bits, why, c.low, c.high)
		}
	}
}
