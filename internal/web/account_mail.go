package web

import (
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/internal/web/view"
)

// forgottenPage asks where a link for a new password is sent.
func (s *site) forgottenPage(r *request) error { return s.showForgotten(r, http.StatusOK, "") }

func (s *site) showForgotten(r *request, status int, problem string) error {
	v := view.Door{Title: "A new password", Lead: "We send a link to your address. It is good for an hour, once.", Ways: []view.Link{{Label: "Back to signing in", Href: "/sign-in"}}}
	if !s.svc.Doors().Mail {
		v.Lead, problem = "", "This installation sends no mail. Ask an owner to give you a new password."
		return r.showDoor(status, v, problem)
	}
	v.Form = &view.Form{Action: "/forgotten", Submit: "Send the link", Fields: []view.Field{{Name: "email", Label: "Email", Kind: "email", Value: r.PostFormValue("email"), Auto: "username", Need: true, Focus: true}}}
	return r.showDoor(status, v, problem)
}

// forgotten answers the same whether somebody has the address here or not.
func (s *site) forgotten(r *request) error {
	email := strings.TrimSpace(r.PostFormValue("email"))
	if !isAddress(email) {
		return s.showForgotten(r, http.StatusUnprocessableEntity, wrongAddress)
	}
	err := s.svc.RequestReset(r.Context(), email)
	if status, text := doorSays(err); status != 0 {
		return s.showForgotten(r, status, text)
	}
	if err != nil {
		return err
	}
	return r.showDoor(http.StatusOK, view.Door{Title: "Look into your mail", Lead: "If somebody has the address " + email + " here, a link is on its way. It is good for an hour.",
		Ways: []view.Link{{Label: "Back to signing in", Href: "/sign-in"}}}, "")
}

// resetPage sets a new password by the link of a mail.
func (s *site) resetPage(r *request) error { return s.showReset(r, http.StatusOK, "", "") }

func (s *site) showReset(r *request, status int, wrong, problem string) error {
	return r.showDoor(status, view.Door{Title: "Choose a new password", Lead: "You are signed out everywhere and sign in with it; a second factor is still asked for.", Form: &view.Form{Action: "/reset", Submit: "Set the password",
		Hidden: []view.Hidden{{Name: "token", Value: r.FormValue("token")}}, Fields: []view.Field{
			{Name: "password", Label: "New password", Kind: "password", Auto: "new-password", Need: true, Focus: true, Help: "At least 12 characters; a sentence is easiest to remember.", Error: wrong}}},
		Ways: []view.Link{{Label: "Ask for another link", Href: "/forgotten"}}}, problem)
}

func (s *site) reset(r *request) error {
	err := s.svc.ConfirmReset(r.Context(), r.PostFormValue("token"), r.PostFormValue("password"))
	if errs := oneFault(err, "password"); errs != nil {
		return s.showReset(r, http.StatusUnprocessableEntity, errs["password"], "")
	}
	if status, text := doorSays(err); status != 0 {
		return s.showReset(r, status, "", text)
	}
	if err != nil {
		return err
	}
	s.leave(r)
	r.toast(flash{Text: "The password is changed. Sign in with it."})
	return r.to("/sign-in")
}

// verifyPage asks once more, so that programs that open the links of mails do nothing.
func (s *site) verifyPage(r *request) error {
	return r.showDoor(http.StatusOK, view.Door{Title: "Is this your address?", Lead: "Confirm that the mail reached you.", Form: &view.Form{Action: "/verify", Submit: "It is mine", Hidden: []view.Hidden{{Name: "token", Value: r.FormValue("token")}}}}, "")
}

func (s *site) verify(r *request) error {
	err := s.svc.Verify(r.Context(), r.PostFormValue("token"))
	door := view.Door{Title: "Your address", Ways: []view.Link{{Label: "Go on", Href: "/"}}}
	if status, text := doorSays(err); status != 0 {
		return r.showDoor(status, door, text)
	}
	if err != nil {
		return err
	}
	door.Lead = "Thank you: the address is confirmed."
	return r.showDoor(http.StatusOK, door, "")
}
