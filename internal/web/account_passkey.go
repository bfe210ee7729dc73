package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/foliosight/foliosight/internal/service"
)

// answer is what the pages' script is told of a passkey.
type answer struct {
	Options     json.RawMessage `json:"options,omitempty"`
	Challenge   string          `json:"challenge,omitempty"`
	To          string          `json:"to,omitempty"`
	Error       string          `json:"error,omitempty"`
	Reauthorise bool            `json:"reauthorise,omitempty"` // the password is asked for
}

func (r *request) answer(status int, a answer) error {
	r.w.Header().Set("Content-Type", "application/json")
	r.w.WriteHeader(status)
	return json.NewEncoder(r.w).Encode(a)
}

// passkeyRefused says what is wrong, in the form that the script shows.
func (r *request) passkeyRefused(err error) error {
	switch {
	case errors.Is(err, service.ErrReauthorise):
		return r.answer(http.StatusOK, answer{Reauthorise: true, Error: "You signed in a while ago: give the password once more."})
	case errors.Is(err, service.ErrCredentials):
		return r.answer(http.StatusUnprocessableEntity, answer{Error: "This is not the password."})
	case errors.Is(err, service.ErrExists):
		return r.answer(http.StatusUnprocessableEntity, answer{Error: "This passkey is kept already."})
	}
	if status, text := doorSays(err); status != 0 {
		return r.answer(status, answer{Error: text})
	}
	return err
}

func (s *site) beginPasskeySignIn(r *request) error {
	begun, err := s.svc.BeginPasskeySignIn(r.Context(), service.Visit{Agent: r.UserAgent()})
	if err != nil {
		return r.passkeyRefused(err)
	}
	return r.answer(http.StatusOK, answer{Options: begun.Options, Challenge: begun.Challenge})
}

func (s *site) finishPasskeySignIn(r *request) error {
	in, err := s.svc.FinishPasskeySignIn(r.Context(), r.PostFormValue("challenge"), []byte(r.PostFormValue("answer")))
	if err != nil {
		return r.passkeyRefused(err)
	}
	s.enter(r, in)
	return r.answer(http.StatusOK, answer{To: inside(r.PostFormValue("to"))})
}

func (s *site) beginPasskey(r *request) error {
	begun, err := s.svc.BeginPasskey(r.Context(), r.caller, r.PostFormValue("password"))
	if err != nil {
		return r.passkeyRefused(err)
	}
	return r.answer(http.StatusOK, answer{Options: begun.Options, Challenge: begun.Challenge})
}

func (s *site) finishPasskey(r *request) error {
	kept, err := s.svc.FinishPasskey(r.Context(), r.caller, r.PostFormValue("challenge"), r.PostFormValue("name"), []byte(r.PostFormValue("answer")))
	if err != nil {
		return r.passkeyRefused(err)
	}
	r.toast(flash{Text: "Passkey “" + kept.Name + "” added"})
	return r.answer(http.StatusOK, answer{To: "/settings/security"})
}
