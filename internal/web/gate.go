package web

import (
	"errors"
	"net/http"
	"net/mail"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// goIn puts the session into the browser and goes where it wanted to.
func (s *site) goIn(r *request, in service.SignedIn) error {
	s.enter(r, in)
	to := r.PostFormValue("to")
	return r.to(inside(to))
}

// inside is a page of ours that somebody wanted to go to, or the first one.
func inside(to string) string {
	for _, begin := range []string{"/p/", "/settings", "/portfolios", "/admin"} {
		if strings.HasPrefix(to, begin) {
			return ours(to)
		}
	}
	return "/"
}

// enter puts the session into the browser.
func (s *site) enter(r *request, in service.SignedIn) {
	http.SetCookie(r.w, &http.Cookie{Name: service.SessionCookie(s.opts.Secure), Value: in.Token, Path: "/", Expires: in.Expires, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.opts.Secure})
}

// leave takes it out. A browser takes a cookie of this name only as it was set.
func (s *site) leave(r *request) {
	http.SetCookie(r.w, &http.Cookie{Name: service.SessionCookie(s.opts.Secure), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.opts.Secure})
}

func (s *site) signOut(r *request) error {
	if err := s.svc.SignOut(r.Context(), r.caller); err != nil {
		return err
	}
	s.leave(r)
	return r.to("/sign-in")
}

func (s *site) firstRunPage(r *request) error {
	fresh, err := s.svc.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if !fresh {
		return r.to("/sign-in")
	}
	return s.showFirstRun(r, http.StatusOK, nil)
}

func (s *site) showFirstRun(r *request, status int, errs map[string]string) error {
	currency := r.PostFormValue("currency")
	if currency == "" {
		currency = "USD"
	}
	fields := []view.Field{
		{Name: "name", Label: "Name", Kind: "text", Value: r.PostFormValue("name"), Auto: "name", Need: true, Focus: len(errs) == 0},
		{Name: "email", Label: "Email", Kind: "email", Value: r.PostFormValue("email"), Auto: "username", Need: true, Help: "To sign in with; nothing is sent to it."},
		{Name: "password", Label: "Password", Kind: "password", Auto: "new-password", Need: true, Help: "At least 12 characters; a sentence is easiest to remember."},
		currencyField(currency, "Base currency", "What totals are shown in. Each portfolio can have its own."),
	}
	if s.opts.Code != "" {
		fields = append(fields, view.Field{Name: "code", Label: "Set-up code", Kind: "text", Value: r.PostFormValue("code"), Need: true, Auto: "off", Help: "It was printed where the server was started."})
	}
	v := view.FirstRun{Base: r.base(), Form: view.Form{Action: "/first-run", Submit: "Create and continue", Fields: withErrors(fields, errs)}, NeedCode: s.opts.Code != ""}
	if s.opts.Explore != nil {
		v.Explore = &view.Link{Label: "Explore the demo", Note: "Three portfolios, simulated prices", Href: "/explore"}
	}
	return r.show(status, page.FirstRun(v))
}

// currencyField asks for a currency, with the common ones to choose from.
func currencyField(value, label, help string) view.Field {
	f := view.Field{Name: "currency", Label: label, Kind: "text", Value: value, Help: help, List: "currencies", Need: true, Auto: "off"}
	for _, code := range []string{"USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "HKD", "SGD", "INR"} {
		f.Options = append(f.Options, view.Option{Value: code})
	}
	return f
}

func (s *site) firstRun(r *request) error {
	errs := map[string]string{}
	owner := service.NewOwner{
		Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email")),
		Password: r.PostFormValue("password"), Locale: r.locale.Tag, Agent: r.UserAgent(),
	}
	if owner.Name == "" {
		errs["name"] = "A name is needed; any will do."
	}
	if address, err := mail.ParseAddress(owner.Email); err != nil || address.Address != owner.Email || !strings.Contains(owner.Email[strings.LastIndex(owner.Email, "@")+1:], ".") {
		errs["email"] = "An address needs a name and a domain, like name@example.org."
	}
	if len([]rune(owner.Password)) < service.MinPassword {
		errs["password"] = "At least 12 characters are needed; a sentence is easiest to remember."
	}
	var err error
	if owner.BaseCurrency, err = money.ParseCurrency(strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency")))); err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	if s.opts.Code != "" && !sameSecret(strings.TrimSpace(r.PostFormValue("code")), s.opts.Code) {
		errs["code"] = "This is not the code that was printed at start."
	}
	if len(errs) > 0 {
		return s.showFirstRun(r, http.StatusUnprocessableEntity, errs)
	}
	in, err := s.svc.SetUp(r.Context(), owner)
	var fault *ledger.Fault
	switch {
	case errors.Is(err, service.ErrSetUp) || errors.Is(err, service.ErrExists):
		return r.to("/sign-in")
	case errors.As(err, &fault):
		return s.showFirstRun(r, http.StatusUnprocessableEntity, map[string]string{fieldOf(fault.Field, "email"): faultText(fault)})
	case err != nil:
		return err
	}
	s.enter(r, in)
	return r.to("/")
}

func (s *site) explore(r *request) error {
	if s.opts.Explore == nil {
		return service.ErrNotFound
	}
	in, err := s.opts.Explore(r.Context(), r.UserAgent())
	if err != nil {
		return err
	}
	s.enter(r, in)
	return r.to("/")
}

// home leads to the portfolio chosen last, or to making the first one.
func (s *site) home(r *request) error {
	if len(r.portfolios) == 0 {
		return r.to("/portfolios/new")
	}
	return r.to(r.home0())
}
