package oidc_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/oidc/oidctest"
	"github.com/foliosight/foliosight/internal/outbound"
)

var ctx = context.Background()

func now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

func client(i *oidctest.Issuer) *oidc.Client {
	return oidc.New(oidc.Provider{Name: "work", Issuer: i.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret}, "https://books.example.org/back", now)
}

const verifier = "a verifier of at least forty-three letters, as RFC 7636 has it"

func TestSignIn(t *testing.T) {
	i := oidctest.New(t, now)
	i.Claims = jwt.MapClaims{"sub": "42", "email": "ada@example.org", "email_verified": true, "name": "Ada"}
	c := client(i)
	address, err := c.Start(ctx, "the state", "the nonce", verifier)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	if q := u.Query(); !strings.HasPrefix(address, i.URL) || q.Get("state") != "the state" || q.Get("response_type") != "code" || strings.Contains(address, verifier[:10]) {
		t.Errorf("%s", address)
	}
	code, state := i.Authorize(address)
	if state != "the state" {
		t.Errorf("state %q", state)
	}
	got, err := c.Finish(ctx, code, "the nonce", verifier)
	if want := (oidc.Person{Issuer: i.URL, Subject: "42", Email: "ada@example.org", Verified: true, Name: "Ada"}); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := c.Finish(ctx, code, "the nonce", verifier); !errors.Is(err, oidc.ErrRefused) || strings.Contains(err.Error(), "secret details") {
		t.Errorf("a code used again: %v", err)
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change          func(jwt.MapClaims)
		nonce, verifier string
	}{
		"another nonce":    {nil, "other", verifier},
		"another verifier": {nil, "n", "another verifier, as long as it has to be by its RFC"},
		"another receiver": {func(c jwt.MapClaims) { c["aud"] = "somebody else" }, "n", verifier},
		"another issuer":   {func(c jwt.MapClaims) { c["iss"] = "https://evil.example" }, "n", verifier},
		"it has ended":     {func(c jwt.MapClaims) { c["exp"] = now().Add(-time.Hour).Unix() }, "n", verifier},
	} {
		i := oidctest.New(t, now)
		i.Claims, i.Change = jwt.MapClaims{"sub": "42"}, c.change
		x := client(i)
		address, err := x.Start(ctx, "s", "n", verifier)
		if err != nil {
			t.Fatal(err)
		}
		code, _ := i.Authorize(address)
		if _, err := x.Finish(ctx, code, c.nonce, c.verifier); !errors.Is(err, oidc.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An address counts only where the provider says that it verified it.
	for said, want := range map[any]bool{true: true, "true": true, false: false, "false": false, nil: false, 1: false} {
		i := oidctest.New(t, now)
		i.Claims = jwt.MapClaims{"sub": "42", "email": "ada@example.org", "email_verified": said}
		x := client(i)
		address, _ := x.Start(ctx, "s", "n", verifier)
		code, _ := i.Authorize(address)
		if got, err := x.Finish(ctx, code, "n", verifier); err != nil || got.Verified != want {
			t.Errorf("%v: %+v %v", said, got, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	c := oidc.New(oidc.Provider{Name: "work", Issuer: "http://127.0.0.1:1", ClientID: "x"}, "https://books.example.org/back", now)
	if _, err := c.Start(ctx, "s", "n", verifier); !errors.Is(err, oidc.ErrUnreachable) {
		t.Errorf("%v", err)
	}
}

func TestCheck(t *testing.T) {
	good := oidc.Provider{Name: "work", Issuer: "https://id.example.org/tenant", ClientID: "x"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*oidc.Provider){
		func(p *oidc.Provider) { p.Name = "" }, func(p *oidc.Provider) { p.Name = "a/b" }, func(p *oidc.Provider) { p.ClientID = "" },
		func(p *oidc.Provider) { p.Issuer = "http://id.example.org" }, func(p *oidc.Provider) { p.Issuer = "id.example.org" },
		func(p *oidc.Provider) { p.Issuer = "https://a:b@id.example.org" }, func(p *oidc.Provider) { p.Issuer = "file:///etc/passwd" },
	} {
		p := good
		change(&p)
		if err := p.Check(); err == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}

// TestTheProviderSendsUsNowhere: what it publishes about itself may name hosts that only
// we can reach.
func TestTheProviderSendsUsNowhere(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host of ours was asked") }))
	defer inner.Close()
	elsewhere := strings.Replace(inner.URL, "127.0.0.1", "localhost", 1)
	var issuer string
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": elsewhere + "/token",
			"jwks_uri": elsewhere + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	}))
	defer provider.Close()
	issuer = provider.URL
	client := oidc.New(oidc.Provider{Name: "x", Issuer: issuer, ClientID: "us"}, "http://localhost/back", time.Now)
	if _, err := client.Start(t.Context(), "state", "nonce", "verifier"); err != nil {
		t.Fatal(err)
	}
	_, err := client.Finish(t.Context(), "code", "nonce", "verifier")
	if !errors.Is(err, oidc.ErrRefused) || !errors.Is(err, outbound.ErrPrivate) {
		t.Errorf("%v", err)
	}
}
