package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// SecondFactor is how the second factor stands.
type SecondFactor struct {
	On            bool       `json:"on" doc:"Whether signing in asks for a code."`
	Since         *time.Time `json:"since,omitempty" doc:"Since when."`
	RecoveryCodes int        `json:"recovery_codes" doc:"How many recovery codes are left." example:"10"`
}

// Authenticator is a second factor to be set up.
type Authenticator struct {
	Secret string `json:"secret" doc:"The secret, for typing it into an authenticator." example:"JBSWY3DPEHPK3PXP"`
	URI    string `json:"uri" doc:"The same as an otpauth address." example:"otpauth://totp/FolioSight:ada@example.org?secret=JBSWY3DPEHPK3PXP"`
	QR     []byte `json:"qr" doc:"The address as a picture (PNG, base64)." example:"iVBORw0KGgo="`
}

// Recovery are codes for the case that the device is lost.
type Recovery struct {
	Codes []string `json:"recovery_codes" nullable:"false" doc:"Each is good once. They are not shown again." example:"[\"abcd-efgh-ijkl-mnop\"]"`
}

type proofBody struct {
	Password string `json:"password,omitempty" maxLength:"1024" doc:"The password; not needed within ten minutes of signing in." example:"a sentence is easiest to remember"`
}

type codeBody struct {
	Code string `json:"code" maxLength:"40" doc:"Six digits of the authenticator." example:"123456"`
}

type secondFactorBody struct {
	Challenge string `json:"challenge" maxLength:"100" doc:"Of the answer to the password." example:"Y2hhbGxlbmdl"`
	Code      string `json:"code" maxLength:"40" doc:"Six digits of the authenticator, or a recovery code." example:"123456"`
}

// Proof is the part of inputs that proves once more who asks.
type Proof struct {
	Body *proofBody
}

func (p *Proof) password() string {
	if p.Body == nil {
		return ""
	}
	return p.Body.Password
}

func (s *server) secondFactors() {
	add(s, route{method: "POST", path: "/auth/login/second-factor", id: "login-second-factor", tag: tagPeople, open: true, errors: []int{401, 410, 422, 429}, summary: "Sign in: the second factor",
		about: "Takes the challenge of the password's answer with a code. It is good for five minutes and five codes."},
		func(ctx context.Context, _ service.Caller, in *struct{ Body secondFactorBody }) (*sessionOut, error) {
			return s.sessionOut(s.svc.FinishSignIn(ctx, in.Body.Challenge, in.Body.Code))
		})
	add(s, route{method: "GET", path: "/auth/totp", id: "get-totp", tag: tagPeople, summary: "The second factor", about: "Whether signing in asks for a code of an authenticator."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body SecondFactor }, error) {
			f, err := s.svc.SecondFactor(ctx, c)
			out := SecondFactor{On: f.On, RecoveryCodes: f.Recovery}
			if f.On {
				out.Since = &f.Since
			}
			return &struct{ Body SecondFactor }{out}, err
		})
	add(s, route{method: "POST", path: "/auth/totp/begin", id: "begin-totp", tag: tagPeople, errors: []int{403, 409, 503}, summary: "Begin to set up a second factor",
		about: "Gives a secret for an authenticator. Nothing changes until a code of it is confirmed. 409: one is in force; disable it first."},
		func(ctx context.Context, c service.Caller, in *Proof) (*struct{ Body Authenticator }, error) {
			t, err := s.svc.BeginTOTP(ctx, c, in.password())
			return &struct{ Body Authenticator }{Authenticator{Secret: t.Secret, URI: t.URI, QR: t.QR}}, err
		})
	add(s, route{method: "POST", path: "/auth/totp/confirm", id: "confirm-totp", tag: tagPeople, errors: []int{404, 409, 422}, summary: "Put the second factor in force", about: "With a code of the authenticator. Keep the recovery codes where the device is not."},
		func(ctx context.Context, c service.Caller, in *struct{ Body codeBody }) (*struct{ Body Recovery }, error) {
			codes, err := s.svc.ConfirmTOTP(ctx, c, in.Body.Code)
			return &struct{ Body Recovery }{Recovery{codes}}, err
		})
	add(s, route{method: "POST", path: "/auth/totp/disable", id: "disable-totp", tag: tagPeople, status: 204, errors: []int{403, 404}, summary: "Remove the second factor", about: "With its recovery codes."},
		func(ctx context.Context, c service.Caller, in *Proof) (*none, error) {
			return &none{}, s.svc.DisableTOTP(ctx, c, in.password())
		})
	add(s, route{method: "POST", path: "/auth/totp/recovery-codes", id: "new-recovery-codes", tag: tagPeople, errors: []int{403, 404}, summary: "New recovery codes", about: "The earlier ones are good for nothing afterwards."},
		func(ctx context.Context, c service.Caller, in *Proof) (*struct{ Body Recovery }, error) {
			codes, err := s.svc.NewRecoveryCodes(ctx, c, in.password())
			return &struct{ Body Recovery }{Recovery{codes}}, err
		})
}

// Passkey is one that signs in.
type Passkey struct {
	ID       string     `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name     string     `json:"name" doc:"Which device it is." example:"Laptop"`
	Created  time.Time  `json:"created" doc:"Since when."`
	LastUsed *time.Time `json:"last_used,omitempty" doc:"When it last signed in."`
}

func passkeyOf(p store.Passkey) Passkey {
	return Passkey{ID: p.ID, Name: p.Name, Created: p.Created, LastUsed: unlessZero(p.LastUsed)}
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// PasskeyList is a list of passkeys.
type PasskeyList struct {
	Items []Passkey `json:"items" nullable:"false" doc:"The oldest first."`
}

// anyObject is JSON that another standard describes.
type anyObject json.RawMessage

// MarshalJSON writes it as it is.
func (a anyObject) MarshalJSON() ([]byte, error) { return json.RawMessage(a).MarshalJSON() }

// UnmarshalJSON keeps it as it is.
func (a *anyObject) UnmarshalJSON(b []byte) error { *a = append((*a)[:0], b...); return nil }

// Schema says how it appears in the document.
func (anyObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "As W3C Web Authentication describes it.", Examples: []any{map[string]any{}}}
}

// Ceremony is what a browser is asked to do.
type Ceremony struct {
	Options   anyObject `json:"options" doc:"For navigator.credentials of the browser, as W3C Web Authentication describes it (its JSON form)."`
	Challenge string    `json:"challenge" doc:"Send it back with the browser's answer." example:"Y2hhbGxlbmdl"`
	Expires   time.Time `json:"expires" doc:"Until when."`
}

type ceremonyOut struct{ Body Ceremony }

func ceremonyOutOf(c service.Ceremony, err error) (*ceremonyOut, error) {
	return &ceremonyOut{Ceremony{Options: anyObject(c.Options), Challenge: c.Challenge, Expires: c.Expires}}, err
}

type passkeyBody struct {
	Challenge string    `json:"challenge" maxLength:"100" doc:"Of the options." example:"Y2hhbGxlbmdl"`
	Name      string    `json:"name" maxLength:"100" doc:"Which device it is." example:"Laptop"`
	Answer    anyObject `json:"answer" doc:"The credential that the browser made, in its JSON form."`
}

type passkeySignInBody struct {
	Challenge string    `json:"challenge" maxLength:"100" doc:"Of the options." example:"Y2hhbGxlbmdl"`
	Answer    anyObject `json:"answer" doc:"The credential that the browser gave, in its JSON form."`
}

func (s *server) passkeys() {
	add(s, route{method: "GET", path: "/auth/passkeys", id: "list-passkeys", tag: tagPeople, summary: "Passkeys", about: "Those that sign you in."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body PasskeyList }, error) {
			all, err := s.svc.Passkeys(ctx, c)
			out := PasskeyList{Items: make([]Passkey, len(all))}
			for i, p := range all {
				out.Items[i] = passkeyOf(p)
			}
			return &struct{ Body PasskeyList }{out}, err
		})
	add(s, route{method: "POST", path: "/auth/passkeys/register/begin", id: "begin-passkey", tag: tagPeople, errors: []int{403, 422}, summary: "Begin to make a passkey", about: "Gives the options for navigator.credentials.create."},
		func(ctx context.Context, c service.Caller, in *Proof) (*ceremonyOut, error) {
			return ceremonyOutOf(s.svc.BeginPasskey(ctx, c, in.password()))
		})
	add(s, route{method: "POST", path: "/auth/passkeys/register/finish", id: "finish-passkey", tag: tagPeople, status: 201, errors: []int{403, 409, 410, 422}, summary: "Keep a passkey", about: "With what the browser made of the options."},
		func(ctx context.Context, c service.Caller, in *struct{ Body passkeyBody }) (*struct{ Body Passkey }, error) {
			p, err := s.svc.FinishPasskey(ctx, c, in.Body.Challenge, in.Body.Name, in.Body.Answer)
			return &struct{ Body Passkey }{passkeyOf(p)}, err
		})
	add(s, route{method: "DELETE", path: "/auth/passkeys/{passkey}", id: "delete-passkey", tag: tagPeople, status: 204, errors: []int{403, 404}, summary: "Remove a passkey", about: "It signs nobody in any more."},
		func(ctx context.Context, c service.Caller, in *struct {
			Passkey string `path:"passkey" doc:"Id of the passkey." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
			Proof
		}) (*none, error) {
			return &none{}, s.svc.DeletePasskey(ctx, c, in.Passkey, in.password())
		})
	add(s, route{method: "POST", path: "/auth/passkeys/login/begin", id: "begin-passkey-login", tag: tagPeople, open: true, errors: []int{422}, summary: "Begin to sign in with a passkey", about: "Gives the options for navigator.credentials.get. Nobody says yet who they are."},
		func(ctx context.Context, _ service.Caller, in *struct {
			UserAgent string `header:"User-Agent" hidden:"true"`
		}) (*ceremonyOut, error) {
			return ceremonyOutOf(s.svc.BeginPasskeySignIn(ctx, service.Visit{Agent: in.UserAgent, Program: true}))
		})
	add(s, route{method: "POST", path: "/auth/passkeys/login/finish", id: "finish-passkey-login", tag: tagPeople, open: true, errors: []int{401, 410, 422}, summary: "Sign in with a passkey", about: "A passkey verifies its user, so that no second factor is asked for."},
		func(ctx context.Context, _ service.Caller, in *struct{ Body passkeySignInBody }) (*sessionOut, error) {
			return s.sessionOut(s.svc.FinishPasskeySignIn(ctx, in.Body.Challenge, in.Body.Answer))
		})
}
