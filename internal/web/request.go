package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	marks "github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// handler answers a request or says what is wrong, which becomes a page.
type handler func(*request) error

// request is one request with what is known of who asks.
type request struct {
	*http.Request
	w          http.ResponseWriter
	site       *site
	locale     format.Locale
	caller     service.Caller
	user       store.User
	portfolios []store.Portfolio
	// portfolio is the chosen one; nil on pages of none and for all together.
	portfolio *store.Portfolio
	all       bool // all portfolios together are chosen
}

const (
	// challengeCookie holds the challenge between password and second factor; the API
	// sets it too.
	challengeCookie = "foliosight_challenge"

	themeCookie   = "theme"
	privateCookie = "privacy"
	localeCookie  = "numbers"
	chosenCookie  = "portfolio"
	allPortfolios = "all"
)

// open serves what needs nobody to be signed in.
func (s *site) open(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.serve(&request{Request: r, w: w, site: s}, h)
	}
}

// signedIn serves those who are, and shows the door to others.
func (s *site) signedIn(h handler) http.HandlerFunc {
	return s.open(func(r *request) error {
		if c, ok := s.byLink(r); ok {
			return s.admit(r, c, h)
		}
		token := service.SessionOfCookie(r.Request, s.opts.Secure)
		if token == "" {
			return r.toTheDoor()
		}
		c, err := s.svc.Authenticate(r.Context(), token)
		if err != nil || c.Link != "" {
			if errors.Is(err, service.ErrSignedOut) || err == nil {
				return r.toTheDoor()
			}
			return err
		}
		return s.admit(r, c, h)
	})
}

// admit serves a caller who was found out.
func (s *site) admit(r *request, c service.Caller, h handler) (err error) {
	r.caller = c
	noted := marks.Of(r.Context())
	noted.From(c.User)
	noted.About(r.PathValue("portfolio"))
	if r.user, err = s.svc.Me(r.Context(), r.caller); err != nil {
		return err
	}
	if r.portfolios, err = s.svc.Portfolios(r.Context(), r.caller, false); err != nil {
		return err
	}
	r.locale = r.chosenLocale()
	return h(r)
}

// ofPortfolio finds the portfolio of the address.
func (s *site) ofPortfolio(h handler) handler {
	return func(r *request) error {
		id := r.PathValue("portfolio")
		if id == allPortfolios {
			r.all = true
			return h(r)
		}
		for i := range r.portfolios {
			if r.portfolios[i].ID == id {
				r.portfolio = &r.portfolios[i]
				if r.caller.Link == "" {
					r.remember(chosenCookie, id)
				}
				return h(r)
			}
		}
		// What a household shows is not among one's portfolios, and an archived one neither.
		p, err := s.svc.Portfolio(r.Context(), r.caller, id)
		if err != nil {
			return err
		}
		r.portfolio = &p
		return h(r)
	}
}

func (s *site) serve(r *request, h handler) {
	if r.locale.Tag == "" {
		r.locale = r.chosenLocale()
	}
	if err := h(r); err != nil {
		s.problem(r, err)
	}
}

func (r *request) chosenLocale() format.Locale {
	if value := r.cookie(localeCookie); value != "" {
		return format.Parse(value)
	}
	if r.user.Locale != "" {
		return format.Parse(r.user.Locale)
	}
	return format.Parse(r.Header.Get("Accept-Language"))
}

func (r *request) toTheDoor() error {
	if r.Header.Get("X-Fragment") != "" || r.Header.Get("HX-Request") != "" || strings.Contains(r.Header.Get("Accept"), "application/json") {
		r.w.Header().Set("HX-Redirect", "/sign-in")
		r.w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	to := "/sign-in"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		to += "?to=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(r.w, r.Request, to, http.StatusSeeOther)
	return nil
}

// cookie is the value of a small cookie, "" when there is none.
func (r *request) cookie(name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// remember keeps a choice of this browser for a year.
func (r *request) remember(name, value string) {
	if r.cookie(name) == value {
		return
	}
	http.SetCookie(r.w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 86400, SameSite: http.SameSiteLaxMode, Secure: r.site.opts.Secure, HttpOnly: true})
}

// address is a page of the chosen portfolio.
func (r *request) address(page string) string {
	id := allPortfolios
	if r.portfolio != nil {
		id = r.portfolio.ID
	}
	return "/p/" + id + page
}

// with is this page with some parameters changed; an empty value removes one.
func (r *request) with(pairs ...string) string { return r.pageWith(r.URL.Path, pairs...) }

func (r *request) pageWith(path string, pairs ...string) string {
	query := r.URL.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			query.Del(pairs[i])
		} else {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// show writes a page.
func (r *request) show(status int, c templ.Component) error {
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if status != http.StatusOK {
		r.w.WriteHeader(status)
	}
	return c.Render(r.Context(), r.w)
}

// to sends the browser on after a change.
func (r *request) to(address string) error {
	http.Redirect(r.w, r.Request, address, http.StatusSeeOther)
	return nil
}

// back is where a small form wants to return to: a page of ours.
func (r *request) back() string {
	return ours(r.FormValue("back"))
}

// ours is an address of a page of ours, or the first page. Browsers leave out tabs and
// line ends and read \ as /, so that "/\t/evil.example" would lead away.
func ours(address string) string {
	u, err := url.Parse(address) // refuses control characters
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.Contains(address, "\\") {
		return "/"
	}
	return address
}

// one is the chosen portfolio for pages that change something.
func (r *request) one() (*store.Portfolio, error) {
	if r.portfolio == nil {
		return nil, errChoose
	}
	return r.portfolio, nil
}

// base is what every document begins with.
func (r *request) base() view.Base {
	theme := r.cookie(themeCookie)
	if theme != "light" && theme != "dark" {
		theme = "system"
	}
	return view.Base{Lang: r.locale.Tag, Theme: theme, Assets: r.site.assets}
}
