package config

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write makes a file of settings and returns its path.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "foliosight.env")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	c, err := Load(Input{Environ: []string{"XDG_DATA_HOME=/somewhere", "HOME=/home/ada"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8000" || c.Sessions != 24*time.Hour || c.UploadLimit != 64<<20 || c.LogLevel != slog.LevelInfo || !c.Serves("api") || !c.Serves("web") || c.Demo || !c.AsOf.IsNone() || c.TLS() {
		t.Errorf("defaults are %+v", c)
	}
	if want := filepath.Join("/somewhere", "foliosight", "foliosight.db"); c.SQLite() != want {
		t.Errorf("database is %s, want %s", c.SQLite(), want)
	}
}

func TestDataDirectory(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		want    string
	}{
		{"home", []string{"HOME=/home/ada"}, "/home/ada/.local/share/foliosight"},
		{"relative XDG paths are void by its standard", []string{"HOME=/home/ada", "XDG_DATA_HOME=data"}, "/home/ada/.local/share/foliosight"},
		{"own variable", []string{"HOME=/home/ada", "FOLIOSIGHT_DATA=/srv/books"}, "/srv/books"},
	} {
		got, err := Load(Input{Environ: c.environ})
		if err != nil || got.Data != c.want {
			t.Errorf("%s: %q %v, want %q", c.name, got.Data, err, c.want)
		}
	}
	if _, err := Load(Input{}); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("no home: %v", err)
	}
}

func TestPrecedence(t *testing.T) {
	file := write(t, "# office\nFOLIOSIGHT_LISTEN=10.0.0.1:1\nLOG_LEVEL='warn'\nexport UPLOAD_LIMIT_MB=7\n")
	c, err := Load(Input{File: file, Environ: []string{"HOME=/h", "LOG_LEVEL=debug", "FOLIOSIGHT_LISTEN=10.0.0.2:2"}, Flags: map[string]string{"listen": "10.0.0.3:3"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "10.0.0.3:3" || c.LogLevel != slog.LevelDebug || c.UploadLimit != 7<<20 {
		t.Errorf("listen %s, level %s, limit %d", c.Listen, c.LogLevel, c.UploadLimit)
	}
	want := map[string]string{"listen": "--listen", "log_level": "environment LOG_LEVEL", "upload_limit_mb": file + " UPLOAD_LIMIT_MB", "roles": "default"}
	for _, s := range c.Show() {
		if w, ok := want[s.Key]; ok && s.Origin != w {
			t.Errorf("%s comes from %q, want %q", s.Key, s.Origin, w)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		flags   map[string]string
		want    string
	}{
		{"host and port of the API", []string{"BACKEND_API_HOST=0.0.0.0", "BACKEND_API_PORT=8001"}, nil, "0.0.0.0:8001"},
		{"port alone keeps the host", []string{"BACKEND_API_PORT=8001"}, nil, "127.0.0.1:8001"},
		{"PORT is for pages alone", []string{"PORT=3000"}, nil, "127.0.0.1:8000"},
		{"pages alone", []string{"PORT=3000", "BACKEND_API_PORT=8001"}, map[string]string{"roles": "web"}, "127.0.0.1:3000"},
		{"--listen wins", []string{"BACKEND_API_PORT=8001"}, map[string]string{"listen": "[::1]:9"}, "[::1]:9"},
	} {
		got, err := Load(Input{Environ: append(c.environ, "HOME=/h"), Flags: c.flags})
		if err != nil || got.Listen != c.want {
			t.Errorf("%s: %q %v, want %q", c.name, got.Listen, err, c.want)
		}
	}
}

func TestEveryMistakeIsNamed(t *testing.T) {
	file := write(t, "LOG_LEVEL=loud\nno setting\nLOGLEVEL=info\n")
	_, err := Load(Input{File: file, Environ: []string{"HOME=/h", "ACCESS_TOKEN_EXPIRE_HOURS=soon", "DATABASE_URL=mysql://ada:secret@db/x", "SSL_CERT_PATH=a.pem"},
		Flags: map[string]string{"listen": "8000", "roles": "api,agent", "as-of": "yesterday"}})
	if err == nil {
		t.Fatal("nothing is wrong?")
	}
	all := err.Error()
	for _, part := range []string{"log_level", "line 2", "LOGLEVEL", "line 3", "session_hours", "environment ACCESS_TOKEN_EXPIRE_HOURS", "database", "sqlite:PATH", "certificate", "listen (--listen)", "agent is not there yet", "as_of"} {
		if !strings.Contains(all, part) {
			t.Errorf("%q is not named in:\n%s", part, all)
		}
	}
	if strings.Contains(all, "secret") {
		t.Errorf("a password is shown:\n%s", all)
	}
	var m *Mistake
	if !errors.As(err, &m) {
		t.Errorf("%T is no *Mistake", err)
	}
}

func TestSecretsFromFilesAndRedacted(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(secret, []byte("sqlite:/srv/a.db\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Input{Environ: []string{"HOME=/h", "DATABASE_URL_FILE=" + secret}})
	if err != nil || c.SQLite() != "/srv/a.db" {
		t.Errorf("%q %v", c.SQLite(), err)
	}
	if got := redact("postgres://ada:secret@db:5432/x"); got != "postgres://ada:•••@db:5432/x" {
		t.Errorf("redacted %q", got)
	}
	if got := redact("postgres://ada:p@ss:word@db/x"); strings.Contains(got, "ss:word") {
		t.Errorf("redacted %q", got)
	}
}
