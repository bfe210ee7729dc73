package token_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foliosight/foliosight/internal/token"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func key(b byte) token.Key { return token.KeyOf(bytes.Repeat([]byte{b}, 32)) }

func ring(t *testing.T, at time.Time, signs token.Key, before ...token.Key) *token.Ring {
	t.Helper()
	r, err := token.NewRing(func() time.Time { return at }, signs, before...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var claims = token.Claims{Tenant: "t", User: "u", Session: "s", Issued: now, Expires: now.Add(24 * time.Hour)}

func sign(t *testing.T, r *token.Ring, c token.Claims) string {
	t.Helper()
	text, err := r.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSignedIsRead(t *testing.T) {
	r := ring(t, now, key(1))
	text := sign(t, r, claims)
	got, err := r.Read(text)
	if err != nil || got != claims {
		t.Errorf("%+v %v", got, err)
	}
	// Each part is covered: a changed letter anywhere is refused.
	for i := range text {
		other := "A"
		if text[i] == 'A' {
			other = "Q" // differs in more than the bits a last letter does not use
		}
		if text[i] == '.' {
			continue
		}
		if got, err := r.Read(text[:i] + other + text[i+1:]); err == nil && got != claims {
			t.Errorf("letter %d: %+v is read", i, got)
		}
	}
}

// TestRotation: after a rotation both keys verify, after another the first does not.
func TestRotation(t *testing.T) {
	old := sign(t, ring(t, now, key(1)), claims)
	if _, err := ring(t, now, key(2), key(1)).Read(old); err != nil {
		t.Error(err)
	}
	newer := ring(t, now, key(3), key(2))
	if _, err := newer.Read(old); !errors.Is(err, token.ErrToken) {
		t.Errorf("%v", err)
	}
	if newer.Knows(old) || !ring(t, now, key(1)).Knows(old) || newer.Knows("x.y.z") {
		t.Error("which key signed is not seen")
	}
}

func TestRefused(t *testing.T) {
	r := ring(t, now, key(1))
	forge := func(method jwt.SigningMethod, with any, kid string, c jwt.MapClaims) string {
		x := jwt.NewWithClaims(method, c)
		x.Header["kid"] = kid
		text, err := x.SignedString(with)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	good := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "foliosight", "sub": "u", "tid": "t", "sid": "s", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
		change(c)
		return c
	}
	k := key(1)
	same := func(jwt.MapClaims) {}
	if _, err := r.Read(forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(same))); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for name, text := range map[string]string{
		"nothing":                   "",
		"no token":                  "abc",
		"alg none":                  forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, k.ID, good(same)),
		"another method":            forge(jwt.SigningMethodHS512, k.Secret, k.ID, good(same)),
		"another key":               forge(jwt.SigningMethodHS256, key(2).Secret, k.ID, good(same)),
		"an unknown key":            forge(jwt.SigningMethodHS256, k.Secret, "other", good(same)),
		"another issuer":            forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { c["iss"] = "evil" })),
		"no end":                    forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { delete(c, "exp") })),
		"ended":                     forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { c["exp"] = now.Unix() })),
		"issued tomorrow":           forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { c["iat"] = now.Add(24 * time.Hour).Unix() })),
		"of no session":             forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { delete(c, "sid") })),
		"of no tenant":              forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { delete(c, "tid") })),
		"of nobody":                 forge(jwt.SigningMethodHS256, k.Secret, k.ID, good(func(c jwt.MapClaims) { delete(c, "sub") })),
		"unsigned, its method kept": strings.Join(append(strings.Split(sign(t, r, claims), ".")[:2], ""), "."),
	} {
		if _, err := r.Read(text); !errors.Is(err, token.ErrToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := token.NewRing(time.Now, token.KeyOf([]byte("too short"))); err == nil {
		t.Error("a short key is taken")
	}
	if id := key(1).ID; strings.Contains(base64.StdEncoding.EncodeToString(key(1).Secret), id) || len(id) != 16 {
		t.Errorf("id %q", id)
	}
}
