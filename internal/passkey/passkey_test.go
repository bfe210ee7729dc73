package passkey_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/passkey"
	"github.com/foliosight/foliosight/internal/passkey/passkeytest"
)

const origin = "https://books.example.org"

var errNobody = errors.New("nobody")

func party(t *testing.T, origin string) *passkey.Party {
	t.Helper()
	p, err := passkey.New(origin)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// register makes a passkey of ada's.
func register(t *testing.T, p *passkey.Party, a *passkeytest.Authenticator) (passkey.Person, passkey.Credential) {
	t.Helper()
	ada := passkey.Person{Handle: []byte("0123456789abcdef"), Email: "ada@example.org", Name: "Ada"}
	options, session, err := p.BeginRegistration(ada)
	if err != nil {
		t.Fatal(err)
	}
	made, err := p.FinishRegistration(ada, session, a.Create(options))
	if err != nil {
		t.Fatal(err)
	}
	ada.Passkeys = []json.RawMessage{made.Data}
	return ada, made
}

func TestRegisterAndSignIn(t *testing.T) {
	p, a := party(t, origin), passkeytest.New(origin)
	ada, made := register(t, p, a)
	find := func(credential, handle []byte) (passkey.Person, error) {
		if !bytes.Equal(credential, made.ID) || !bytes.Equal(handle, ada.Handle) {
			return passkey.Person{}, errNobody
		}
		return ada, nil
	}
	options, session, err := p.BeginSignIn()
	if err != nil {
		t.Fatal(err)
	}
	answer := a.Get(options)
	used, err := p.FinishSignIn(session, answer, find)
	if err != nil || !bytes.Equal(used.ID, made.ID) || bytes.Equal(used.Data, made.Data) {
		t.Fatalf("%s %v", used.Data, err)
	}
	ada.Passkeys[0] = used.Data

	// What answered one challenge answers no other.
	_, other, err := p.BeginSignIn()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.FinishSignIn(other, answer, find); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("an answer used again: %v", err)
	}
	// A copy has an older counter.
	a.Counter = 0
	options, session, _ = p.BeginSignIn()
	if _, err := p.FinishSignIn(session, a.Get(options), find); !errors.Is(err, passkey.ErrRefused) || !strings.Contains(err.Error(), "copy") {
		t.Errorf("a copy: %v", err)
	}
	// Another's key with the id of ada's.
	options, session, _ = p.BeginSignIn()
	thief := passkeytest.New(origin)
	register(t, p, thief)
	if _, err := p.FinishSignIn(session, thief.Get(options), func(_, _ []byte) (passkey.Person, error) { return ada, nil }); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("another's key: %v", err)
	}
	if _, err := p.FinishSignIn(session, thief.Get(options), find); !errors.Is(err, errNobody) {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestAnotherSiteGetsNothing(t *testing.T) {
	p, a := party(t, origin), passkeytest.New(origin)
	ada, _ := register(t, p, a)
	a.Origin = "https://books.example.evil"
	options, session, err := p.BeginSignIn()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.FinishSignIn(session, a.Get(options), func(_, _ []byte) (passkey.Person, error) { return ada, nil }); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("%v", err)
	}
	options, session, err = p.BeginRegistration(ada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.FinishRegistration(ada, session, passkeytest.New("https://books.example.evil").Create(options)); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("%v", err)
	}
	for _, broken := range []string{"", "{}", "[]", `{"id":"x"}`} {
		if _, err := p.FinishRegistration(ada, session, []byte(broken)); !errors.Is(err, passkey.ErrRefused) {
			t.Errorf("%q: %v", broken, err)
		}
	}
}

func TestOrigins(t *testing.T) {
	for from, at := range map[string]string{
		"http://127.0.0.1:8000": "http://localhost:8000", "http://[::1]:8000": "http://localhost:8000", "http://localhost:8000": "http://localhost:8000",
		"https://books.example.org": "https://books.example.org", "http://0.0.0.0:80": "http://localhost:80",
	} {
		register(t, party(t, from), passkeytest.New(at))
	}
	for _, bad := range []string{"", "books.example.org", "http://192.0.2.1:8000"} {
		if _, err := passkey.New(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
