package web

import (
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
)

func (s *site) saveLocale(r *request) error {
	locale := format.Parse(r.PostFormValue("locale")).Tag
	if _, err := s.svc.UpdateMe(r.Context(), r.caller, service.Profile{Locale: &locale}); err != nil {
		return err
	}
	r.remember(localeCookie, locale)
	r.toast(flash{Text: "Saved"})
	return r.to("/settings/appearance")
}

func (s *site) saveTheme(r *request) error {
	theme := r.PostFormValue("theme")
	if theme != "light" && theme != "dark" {
		theme = "system"
	}
	r.remember(themeCookie, theme)
	return r.to(r.back())
}

// savePrivacy hides the amounts or shows them again.
func (s *site) savePrivacy(r *request) error {
	next := "1"
	if r.cookie(privateCookie) == "1" {
		next = "0"
	}
	r.remember(privateCookie, next)
	return r.to(r.back())
}
