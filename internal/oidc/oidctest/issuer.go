// Package oidctest is a provider of OpenID Connect for tests: it signs in whoever it is
// told to, without asking, and checks what a client must send.
//
// Source: OpenID Connect Core 1.0 and Discovery 1.0.
package oidctest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The client that the provider knows.
const (
	ClientID     = "foliosight"
	ClientSecret = "a secret of the client"
)

// Issuer is a provider.
type Issuer struct {
	URL string
	Now func() time.Time
	// Claims are what it says of who signs in; Change may spoil the token.
	Claims jwt.MapClaims
	Change func(jwt.MapClaims)

	key   *rsa.PrivateKey
	codes map[string]url.Values // of the authorisation, by code
}

// New starts a provider that is gone after the test.
func New(t testing.TB, now func() time.Time) *Issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{Now: now, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", i.token)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Authorize is what happens when the browser is sent to an address of the provider:
// the person agrees, and the browser is sent back with a code and the state.
func (i *Issuer) Authorize(address string) (code, state string) {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	code = rand.Text()
	i.codes[code] = u.Query()
	return code, u.Query().Get("state")
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	asked, known := i.codes[r.PostFormValue("code")]
	delete(i.codes, r.PostFormValue("code"))
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	} else {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || id != ClientID || secret != ClientSecret || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") ||
		asked.Get("code_challenge_method") != "S256" || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"secret details"}`))
		return
	}
	claims := jwt.MapClaims{"iss": i.URL, "aud": ClientID, "iat": i.Now().Unix(), "exp": i.Now().Add(time.Minute).Unix(), "nonce": asked.Get("nonce")}
	for k, v := range i.Claims {
		claims[k] = v
	}
	if i.Change != nil {
		i.Change(claims)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = "1"
	signed, err := t.SignedString(i.key)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": signed})
}
