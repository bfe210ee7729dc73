package web

import (
	"errors"
	"net/http"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// linkCookie holds the token of a link under the address of its portfolio, so that it
// stands beside the visitor's own session and goes nowhere else.
const linkCookie = "foliosight_link"

// linkLasts is how long a browser keeps it, in seconds: a visit, not more.
const linkLasts = 12 * 3600

// openLink shows what a link shows: the pages of its portfolio, or one without amounts.
func (s *site) openLink(r *request) error {
	token := r.PathValue("token")
	c, err := s.svc.Authenticate(r.Context(), token)
	if errors.Is(err, service.ErrSignedOut) || err == nil && c.Link == "" {
		s.showProblem(r, http.StatusNotFound, view.Problem{Title: "This link shows nothing", Text: "It has expired, or was revoked, or is not complete.", Cure: "Ask whoever gave it to you for another one."})
		return nil
	}
	if err != nil {
		return err
	}
	r.caller = c
	if c.Shows == store.Everything {
		http.SetCookie(r.w, &http.Cookie{Name: linkCookie, Value: token, Path: "/p/" + c.Link, MaxAge: linkLasts, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.opts.Secure})
		return r.to("/p/" + c.Link)
	}
	return s.showGlance(r)
}

// byLink is the caller of a page that the browser has a link to; ok is false without one.
func (s *site) byLink(r *request) (c service.Caller, ok bool) {
	token := r.cookie(linkCookie)
	if token == "" || r.PathValue("portfolio") == "" {
		return c, false
	}
	c, err := s.svc.Authenticate(r.Context(), token)
	return c, err == nil && c.Link != "" && c.Link == r.PathValue("portfolio")
}

// leaveLink forgets a link, so that the visitor's own session counts again.
func (s *site) leaveLink(r *request) error {
	http.SetCookie(r.w, &http.Cookie{Name: linkCookie, Path: "/p/" + r.PathValue("portfolio"), MaxAge: -1, HttpOnly: true})
	return r.to("/")
}

// asGuest takes out of the frame what a link does not lead to.
func (r *request) asGuest(p *view.Page) {
	if r.caller.Link == "" {
		return
	}
	var nav []view.NavGroup
	for _, g := range p.Nav {
		var items []view.NavItem
		for _, item := range g.Items {
			if r.caller.Shows == store.Everything && underPortfolio(item.Href, r.caller.Link) {
				items = append(items, item)
			}
		}
		if len(items) > 0 {
			nav = append(nav, view.NavGroup{Label: g.Label, Items: items})
		}
	}
	var bottom []view.Link
	for _, item := range p.Bottom {
		if r.caller.Shows == store.Everything && item.Href != p.PaletteURL && underPortfolio(item.Href, r.caller.Link) {
			bottom = append(bottom, item)
		}
	}
	p.Nav, p.Foot, p.Bottom = nav, nil, bottom
	if r.caller.Shows == store.Everything {
		p.Foot = []view.Link{{Label: "Leave", Href: "/l/leave/" + r.caller.Link, Icon: "log-out"}}
	}
	p.Switcher, p.PaletteURL = view.Switcher{}, ""
	p.Person = view.Person{Initials: "L", Name: "Shared link", Role: "Read only, until " + r.day(r.caller.Until)}
}

func underPortfolio(href, id string) bool {
	home := "/p/" + id
	return href == home || len(href) > len(home) && href[:len(home)] == home && (href[len(home)] == '/' || href[len(home)] == '?')
}

// glancePeriods are those that the page without amounts offers.
var glancePeriods = []string{"1M", "YTD", "1Y", "Max"}

func (s *site) showGlance(r *request) error {
	period := r.URL.Query().Get("period")
	if period == "" {
		period = "Max"
	}
	g, err := s.svc.Glance(r.Context(), r.caller, service.Question{Portfolios: []string{r.caller.Link}, Period: period})
	if err != nil {
		return err
	}
	v := view.Account{Page: r.frame(g.Name, "-"), Label: "Period", Lead: "As of " + format.Date(g.AsOf) + ". Percentages only: amounts are not part of this link."}
	v.Page.Sheets = []string{v.Page.Assets.Account}
	v.Page.Portfolio, v.Page.Subtitle = g.Name, "Percentages only"
	for _, one := range glancePeriods {
		v.Pages = append(v.Pages, view.Link{Label: one, Href: r.URL.Path + "?period=" + one, Icon: "calendar", Current: one == period})
	}
	v.Sections = glanceSections(r, g)
	return r.showAccount(http.StatusOK, v)
}

// glanceSections are the figures and weights of a glance.
func glanceSections(r *request, g *service.Glance) []view.Subject {
	w := r.writer(nil)
	terms := func(all []service.NamedFigure) (out []view.Term) {
		for _, f := range all {
			style := percent2
			if f.Key == "sharpe" || f.Key == "beta" {
				style = ratio
			}
			text := w.text(f.Figure, style, style == percent2 && f.Key != "volatility")
			if !f.Known() && len(f.Reasons) > 0 {
				text += " (" + f.Reasons[0] + ")"
			}
			out = append(out, view.Term{Label: f.Label, Text: text})
		}
		return out
	}
	weights := func(caption, empty string, all []service.Weight) *view.List {
		list := &view.List{Caption: caption, Head: []string{caption, "Weight"}, Empty: empty}
		for _, one := range all {
			text := format.Unknown
			if one.Known {
				text = r.locale.Percent(one.Weight, 2)
			}
			cell := view.Cell{Text: one.Label}
			if one.Label != one.Key {
				cell.Note = one.Key
			}
			list.Rows = append(list.Rows, view.ListRow{Cells: []view.Cell{cell, {Text: text}}})
		}
		return list
	}
	return []view.Subject{
		{ID: "returns", Title: "Returns", Note: g.Period.Label, Terms: terms(g.Returns)},
		{ID: "risk", Title: "Risk", Note: g.Period.Label, Terms: terms(g.Risk)},
		{ID: "holdings", Title: "Holdings", List: weights("Holding", "Nothing is held.", g.Holdings)},
		{ID: "classes", Title: "Asset classes", List: weights("Class", "Nothing is held.", g.Class)},
		{ID: "currencies", Title: "Currencies", List: weights("Currency", "Nothing is held.", g.Currency)},
	}
}
