// Package passkey registers passkeys and signs in with them (WebAuthn).
//
// Model: both are two steps. Begin gives options for the browser and what we must
// remember meanwhile; Finish checks the browser's answer against that. A passkey is
// discoverable and verifies its user (a PIN, a finger), so that it stands for two
// factors by itself and nobody types an address. It is bound to the origin it was made
// at; pages on another address cannot use it.
//
// Attestation is not asked for: which make of authenticator it is does not matter.
//
// Source: W3C Web Authentication, Level 3.
package passkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// ErrRefused reports an answer that does not prove what it should.
var ErrRefused = errors.New("the passkey does not prove who this is")

// Party is the address whose passkeys are taken.
type Party struct{ w *webauthn.WebAuthn }

// New takes the origin of the pages, such as https://books.example.org. On this machine
// passkeys work at http://localhost only: browsers bind them to names, not to numbers.
func New(origin string) (*Party, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("passkeys: %q is no origin", origin)
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); ip != nil {
		if !ip.IsLoopback() && !ip.IsUnspecified() {
			return nil, fmt.Errorf("passkeys: browsers bind them to a name, %s is a number; set FRONTEND_URL", host)
		}
		host = "localhost"
	}
	if port := u.Port(); port != "" {
		u.Host = net.JoinHostPort(host, port)
	} else {
		u.Host = host
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "FolioSight", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return &Party{w}, nil
}

// Person is whose passkeys they are.
type Person struct {
	Handle   []byte // what the authenticator knows the person by; says nothing of them
	Email    string
	Name     string
	Passkeys []json.RawMessage // as Finish gave them
}

// Credential is a passkey to be kept.
type Credential struct {
	ID   []byte
	Data json.RawMessage // public key and counters
}

// BeginRegistration gives the options for navigator.credentials.create and what to
// remember until the answer.
func (p *Party) BeginRegistration(who Person) (options, session json.RawMessage, err error) {
	u, err := userOf(who)
	if err != nil {
		return nil, nil, err
	}
	var have []protocol.CredentialDescriptor
	for i := range u.credentials {
		have = append(have, u.credentials[i].Descriptor())
	}
	creation, s, err := p.w.BeginRegistration(u, webauthn.WithExclusions(have))
	if err != nil {
		return nil, nil, fmt.Errorf("passkey: %w", err)
	}
	return pair(creation, s)
}

// FinishRegistration checks the browser's answer.
func (p *Party) FinishRegistration(who Person, session, answer []byte) (Credential, error) {
	u, err := userOf(who)
	if err != nil {
		return Credential{}, err
	}
	var s webauthn.SessionData
	if err := json.Unmarshal(session, &s); err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Credential{}, refused(err)
	}
	made, err := p.w.CreateCredential(u, s, parsed)
	if err != nil {
		return Credential{}, refused(err)
	}
	return keep(made)
}

// BeginSignIn gives the options for navigator.credentials.get and what to remember.
func (p *Party) BeginSignIn() (options, session json.RawMessage, err error) {
	assertion, s, err := p.w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, nil, fmt.Errorf("passkey: %w", err)
	}
	return pair(assertion, s)
}

// FinishSignIn checks the browser's answer; find is asked whose the credential is. The
// credential that comes back has new counters. One that was copied is refused.
func (p *Party) FinishSignIn(session, answer []byte, find func(credential, handle []byte) (Person, error)) (Credential, error) {
	var s webauthn.SessionData
	if err := json.Unmarshal(session, &s); err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Credential{}, refused(err)
	}
	var failed error
	used, err := p.w.ValidateDiscoverableLogin(func(credential, handle []byte) (webauthn.User, error) {
		who, err := find(credential, handle)
		if err != nil {
			failed = err
			return nil, err
		}
		return userOf(who)
	}, s, parsed)
	if failed != nil {
		return Credential{}, failed
	}
	if err != nil {
		return Credential{}, refused(err)
	}
	if used.Authenticator.CloneWarning {
		return Credential{}, fmt.Errorf("%w: its counter went back, so that there is a copy of it", ErrRefused)
	}
	return keep(used)
}

// refused says why, in the library's words for developers.
func refused(err error) error {
	var p *protocol.Error
	if errors.As(err, &p) && p.DevInfo != "" {
		return fmt.Errorf("%w: %s: %s", ErrRefused, p.Details, p.DevInfo)
	}
	return fmt.Errorf("%w: %w", ErrRefused, err)
}

func keep(c *webauthn.Credential) (Credential, error) {
	data, err := json.Marshal(c)
	return Credential{ID: c.ID, Data: data}, err
}

func pair(a, b any) (x, y json.RawMessage, err error) {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return x, y, errors.Join(err1, err2)
}

// user is a Person as the library wants one.
type user struct {
	Person
	credentials []webauthn.Credential
}

func userOf(p Person) (*user, error) {
	u := &user{Person: p}
	for _, raw := range p.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("passkey: %w", err)
		}
		u.credentials = append(u.credentials, c)
	}
	return u, nil
}

// WebAuthnID implements webauthn.User.
func (u *user) WebAuthnID() []byte { return u.Handle }

// WebAuthnName implements webauthn.User.
func (u *user) WebAuthnName() string { return u.Email }

// WebAuthnDisplayName implements webauthn.User.
func (u *user) WebAuthnDisplayName() string { return u.Name }

// WebAuthnCredentials implements webauthn.User.
func (u *user) WebAuthnCredentials() []webauthn.Credential { return u.credentials }
