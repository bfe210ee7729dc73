package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	key48 = "0123456789abcdef0123456789abcdef0123456789abcdef"
	key32 = "abcdefghijklmnopqrstuvwxyz012345"
)

func TestAccounts(t *testing.T) {
	dir := t.TempDir()
	secrets := filepath.Join(dir, "jwt")
	if err := os.WriteFile(secrets, []byte(key48+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tiers := filepath.Join(dir, "tiers.json")
	if err := os.WriteFile(tiers, []byte(`{"":{"portfolios":20},"free":{"portfolios":2,"imports_a_day":5}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Input{Environ: []string{"HOME=/h", "BACKEND_JWT_SECRET_FILE=" + secrets, "SECRET_KEY_PREVIOUS=" + key48 + ", " + key32, "ENCRYPTION_KEY=" + key32, "REGISTRATION=invite",
		"SMTP_SERVER=mail.example.org", "SMTP_USERNAME=books@example.org", "SMTP_PASSWORD=very secret", "OIDC_ISSUER=https://id.example.org", "OIDC_CLIENT_ID=us", "OIDC_CLIENT_SECRET=very secret",
		`OIDC_PROVIDERS=[{"name":"work","issuer":"https://work.example.org","client_id":"we","client_secret":"very secret"}]`, "ENABLE_REPORTS=false", "TIER_LIMITS=" + tiers,
		"REFRESH_TOKEN_EXPIRE_DAYS=7", "ALGORITHM=HS256", "DOMAIN_NAME=Books.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Accounts
	if a.Signing != key48 || len(a.SigningBefore) != 2 || a.SigningBefore[1] != key32 || a.Encryption != key32 || a.Registration != "invite" || a.Refresh != 7*24*time.Hour {
		t.Errorf("%+v", a)
	}
	if a.Mail.From != "books@example.org" || a.Mail.Port != 587 || len(a.Providers) != 2 || a.Providers[0].Name != "work" || a.Providers[1].Name != "oidc" {
		t.Errorf("%+v %+v", a.Mail, a.Providers)
	}
	if a.Features["reports"] || !a.Features["chat"] || a.Tiers["free"].Imports != 5 || a.Tiers[""].Portfolios != 20 {
		t.Errorf("%+v %+v", a.Features, a.Tiers)
	}
	if got := c.PublicURL("http://127.0.0.1:8000"); got != "https://books.example.org" {
		t.Errorf("public address %s", got)
	}
	for _, s := range c.Show() {
		if strings.Contains(s.Value, "very secret") || strings.Contains(s.Value, key32) || strings.Contains(s.Value, key48) {
			t.Errorf("%s shows %s", s.Key, s.Value)
		}
	}
}

func TestMistakesOfAccounts(t *testing.T) {
	for _, c := range []struct{ set, names string }{
		{"SECRET_KEY=too short a secret", "SECRET_KEY"},
		{"SECRET_KEY_PREVIOUS=" + key48 + ",too short a secret", "SECRET_KEY_PREVIOUS"},
		{"ENCRYPTION_KEY=too short a secret", "ENCRYPTION_KEY"},
		{"ALGORITHM=none", "HS256"},
		{"REGISTRATION=everybody", "invite"},
		{"SMTP_SERVER=mail.example.org", "SMTP_FROM"},
		{"SMTP_FROM=nobody", "smtp_from"},
		{"SMTP_TLS=ssl", "starttls"},
		{"OIDC_ISSUER=http://id.example.org", "OIDC"},
		{"OIDC_PROVIDERS=too short a secret", "JSON"},
		{`OIDC_PROVIDERS=[{"name":"a","issuer":"https://a.example","client_id":"x"},{"name":"a","issuer":"https://a.example","client_id":"x"}]`, "two of this name"},
		{"ENABLE_CHAT=perhaps", "true or false"},
		{`TIER_LIMITS={"free":{"portfolio":2}}`, "portfolio"},
		{`TIER_LIMITS={"free":{"portfolios":-2}}`, "negative"},
		{"TIER_LIMITS=/nowhere/tiers.json", "/nowhere/tiers.json"},
		{"DOMAIN_NAME=https://books.example.org", "DOMAIN_NAME"},
	} {
		_, err := Load(Input{Environ: []string{"HOME=/h", c.set}})
		if err == nil || !strings.Contains(err.Error(), c.names) || strings.Contains(err.Error(), "too short a secret") {
			t.Errorf("%s: %v", c.set, err)
		}
	}
}
