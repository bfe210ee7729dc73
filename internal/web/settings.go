package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) settings(r *request) error { return s.showSettings(r, http.StatusOK, nil) }

func (s *site) showSettings(r *request, status int, errs map[string]string) error {
	value := func(name, kept string) string {
		if r.Method == http.MethodPost && r.PostForm.Has(name) {
			return r.PostFormValue(name)
		}
		return kept
	}
	frame := r.frame("Settings", "settings")
	frame.Narrow = true
	currency := currencyField(value("currency", string(r.user.BaseCurrency)), "Base currency", "For new portfolios and for all of them together.")
	currency.Width = "w6"
	person := []view.Field{
		{Name: "name", Label: "Name", Kind: "text", Width: "w6", Value: value("name", r.user.Name), Auto: "name", Need: true},
		{Name: "email", Label: "Email", Kind: "email", Width: "w6", Value: value("email", r.user.Email), Auto: "username", Need: true}, currency,
	}
	password := []view.Field{
		{Name: "old", Label: "Current password", Kind: "password", Width: "w6", Auto: "current-password", Need: true},
		{Name: "new", Label: "New password", Kind: "password", Width: "w6", Auto: "new-password", Need: true, Help: "At least 12 characters. Other sessions of yours are ended."},
	}
	numbers := view.Field{Name: "locale", Label: "Numbers are written", Kind: "select", Width: "w6"}
	for _, l := range []format.Locale{format.English, format.German} {
		numbers.Options = append(numbers.Options, view.Option{Value: l.Tag, Label: l.Decimal(money.MustParse("1234567.89"), 2) + " · " + l.SignedPercent(0.1424, 2), Selected: l.Tag == r.locale.Tag})
	}
	v := view.Settings{
		Page: frame, Theme: r.base().Theme,
		Person:   view.Form{Action: "/settings/me", Submit: "Save", Fields: withErrors(person, errs)},
		Password: view.Form{Action: "/settings/password", Submit: "Change password", Fields: withErrors(password, errs)},
		Locale:   view.Form{Action: "/settings/locale", Submit: "Save", Fields: []view.Field{numbers}},
		About:    []view.Term{{Label: "Version", Text: s.opts.Version}, {Label: "Database", Text: s.opts.Database}, {Label: "Signed in as", Text: r.user.Email}},
	}
	for _, p := range pages {
		v.Keys = append(v.Keys, view.Link{Label: "Go to " + p.label, Key: p.key})
	}
	v.Keys = append(v.Keys, view.Link{Label: "Go to Settings", Key: "g s"}, view.Link{Label: "Add a transaction", Key: "n"}, view.Link{Label: "Search or jump to", Key: "/"}, view.Link{Label: "Hide amounts", Key: "p"}, view.Link{Label: "This list", Key: "?"})
	return r.show(status, page.Settings(v))
}

func (s *site) saveMe(r *request) error {
	errs := map[string]string{}
	name, email := strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("email"))
	if name == "" {
		errs["name"] = "A name is needed; any will do."
	}
	if at := strings.LastIndex(email, "@"); at < 1 || !strings.Contains(email[at:], ".") {
		errs["email"] = "An address needs a name and a domain, like name@example.org."
	}
	currency, err := money.ParseCurrency(strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency"))))
	if err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	if len(errs) == 0 {
		_, err = s.svc.UpdateMe(r.Context(), r.caller, service.Profile{Name: &name, Email: &email, BaseCurrency: &currency})
		switch {
		case err == nil:
			r.toast(flash{Text: "Saved"})
			return r.to("/settings")
		case errors.Is(err, service.ErrExists):
			errs["email"] = "Somebody signs in with this address already."
		default:
			if errs = oneFault(err, "name"); errs == nil {
				return err
			}
		}
	}
	return s.showSettings(r, http.StatusUnprocessableEntity, errs)
}

func (s *site) savePassword(r *request) error {
	errs := map[string]string{}
	if len([]rune(r.PostFormValue("new"))) < service.MinPassword {
		errs["new"] = "At least 12 characters are needed; a sentence is easiest to remember."
	} else {
		err := s.svc.ChangePassword(r.Context(), r.caller, r.PostFormValue("old"), r.PostFormValue("new"))
		switch {
		case err == nil:
			r.toast(flash{Text: "Password changed"})
			return r.to("/settings")
		case errors.Is(err, service.ErrCredentials):
			errs["old"] = "This is not the current password."
		case errors.Is(err, service.ErrThrottled):
			errs["old"] = "Too many attempts. Wait a while and try again."
		default:
			if errs = oneFault(err, "new"); errs == nil {
				return err
			}
		}
	}
	return s.showSettings(r, http.StatusUnprocessableEntity, errs)
}

func (s *site) saveLocale(r *request) error {
	locale := format.Parse(r.PostFormValue("locale")).Tag
	if _, err := s.svc.UpdateMe(r.Context(), r.caller, service.Profile{Locale: &locale}); err != nil {
		return err
	}
	r.remember(localeCookie, locale)
	r.toast(flash{Text: "Saved"})
	return r.to("/settings")
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
