package web

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// portfolioPage is a page of a portfolio in the frame: in the sidebar, there under its
// group or at the foot, in the bar at the bottom of a phone where Bar, and by its key.
type portfolioPage struct {
	name, label, icon, key string
	group                  string
	bar                    bool
}

// atFoot is the group of what stands at the foot of the sidebar.
const atFoot = "foot"

// pages are those of a portfolio, in the order of the sidebar.
var pages = []portfolioPage{
	{"", "Overview", "layout-dashboard", "g o", "", true},
	{"/holdings", "Holdings", "layers", "g h", "", true},
	{"/performance", "Performance", "chart-line", "g p", "", true},
	{"/income", "Income", "coins", "g i", "", false},
	{"/transactions", "Transactions", "arrow-left-right", "g t", "", false},
	{"/risk", "Risk", "shield", "g r", "Risk", true},
	{"/scenarios", "Scenarios", "waves", "g c", "Risk", false},
	{"/what-if", "What-if", "flask-conical", "g w", "Risk", false},
	{"/watchlist", "Watchlist", "bookmark-check", "g l", "Plan", false},
	{"/prices", "Prices & valuations", "tag", "g v", atFoot, false},
	{"/data", "Data status", "database", "g d", atFoot, false},
}

// frame fills what stands around a page. at is the page's name in the sidebar.
func (r *request) frame(title, at string) view.Page {
	p := view.Page{
		Base: r.base(), Title: title, Private: r.cookie(privateCookie) == "1", Here: r.URL.RequestURI(), Version: r.site.opts.Version,
		Person: view.Person{Initials: initials(r.user.Name), Name: r.user.Name, Role: string(r.user.Role)},
		Toast:  r.takeToast(),
	}
	if p.Person.Role != "" {
		p.Person.Role = strings.ToUpper(p.Person.Role[:1]) + p.Person.Role[1:]
	}
	home := r.home0()
	p.PaletteURL = home + "/go"
	for _, page := range pages {
		count := ""
		if page.name == "/income" {
			count = r.waiting()
		}
		link := view.Link{Label: page.label, Href: home + page.name + r.kept(), Icon: page.icon, Key: page.key, Current: page.name == at && at != "-"}
		switch last := len(p.Nav) - 1; {
		case page.group == atFoot:
			p.Foot = append(p.Foot, link)
		case last >= 0 && p.Nav[last].Label == page.group:
			p.Nav[last].Items = append(p.Nav[last].Items, view.NavItem{Link: link, Count: count})
		default:
			p.Nav = append(p.Nav, view.NavGroup{Label: page.group, Items: []view.NavItem{{Link: link, Count: count}}})
		}
		if page.bar {
			p.Bottom = append(p.Bottom, link)
		}
	}
	if links := chosen(r.adminLinks(), at); len(links) > 0 && r.user.ID != "" {
		group := view.NavGroup{Label: "Administration"}
		for _, link := range links {
			group.Items = append(group.Items, view.NavItem{Link: link})
		}
		p.Nav = append(p.Nav, group)
	}
	p.Alerts = r.bell(at)
	if r.site.opts.Standing != nil {
		p.Standing = r.site.opts.Standing()
	}
	p.Foot = append(p.Foot, view.Link{Label: "Settings", Href: "/settings", Icon: "settings", Key: "g s", Current: at == "settings"})
	p.Bottom = append(p.Bottom, view.Link{Label: "More", Href: p.PaletteURL, Icon: "menu", Current: at == "/go"})
	p.Switcher = r.switcher(at)
	p.Portfolio, p.Subtitle = p.Switcher.Name, p.Switcher.Name
	r.asGuest(&p)
	if r.simulated() {
		p.Simulated = "Simulated prices: these portfolios live in a market that never was. The figures are right for it and mean nothing outside it."
	}
	return p
}

// home0 is the address of the portfolio that the links of the frame lead to: the
// chosen one, the one chosen last, or all.
func (r *request) home0() string {
	if r.portfolio != nil || r.all {
		return r.address("")
	}
	if last := r.cookie(chosenCookie); last != "" {
		for _, p := range r.portfolios {
			if p.ID == last {
				return "/p/" + p.ID
			}
		}
	}
	if len(r.portfolios) == 1 {
		return "/p/" + r.portfolios[0].ID
	}
	return "/p/" + allPortfolios
}

// kept is the state that stays across pages: period and benchmark.
func (r *request) kept() string {
	var kept []string
	for _, name := range []string{"period", "benchmark"} {
		if value := r.URL.Query().Get(name); value != "" && r.Method == "GET" {
			kept = append(kept, name+"="+escape(value))
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + strings.Join(kept, "&")
}

func (r *request) switcher(at string) view.Switcher {
	page := at
	if at == "-" || at == "settings" || strings.HasPrefix(at, "/admin") || at == "/jobs" {
		page = ""
	}
	s := view.Switcher{New: "/portfolios/new"}
	home := r.home0()
	add := func(id, name, note string) {
		link := view.Link{Label: name, Note: note, Href: "/p/" + id + page, Current: home == "/p/"+id}
		if link.Current {
			s.Name, s.Note, s.Initials = name, note, initials(name)
		}
		s.Items = append(s.Items, link)
	}
	if len(r.portfolios) != 1 {
		add(allPortfolios, "All portfolios", r.locale.Count(len(r.portfolios))+" together")
	}
	for _, p := range r.portfolios {
		add(p.ID, p.Name, portfolioNote(p))
	}
	return s
}

func portfolioNote(p store.Portfolio) string {
	note := string(p.Base)
	if p.Simulated {
		note += " · simulated"
	}
	if p.Version == 0 {
		note = "empty · " + note
	}
	return note
}

// simulated says whether any figure of the page rests on simulated prices.
func (r *request) simulated() bool {
	if r.portfolio != nil {
		return r.portfolio.Simulated
	}
	for _, p := range r.portfolios {
		if p.Simulated {
			return true
		}
	}
	return false
}

// dated says in the frame of when the figures are.
func (r *request) dated(p *view.Page, a *analysis.Analysis) {
	if a.Bookings == 0 {
		p.AsOf = view.AsOf{State: "none", Text: "No data yet"}
		return
	}
	p.AsOf = view.AsOf{State: "live", Text: "As of " + format.Date(a.AsOf)}
	if !a.ValuedOn.IsNone() && a.ValuedOn < a.AsOf { // bookings are newer than prices
		p.AsOf.Text += ", prices of " + format.Date(a.ValuedOn)
	}
	if a.Summary.Value.Status == analysis.Stale || len(a.Data.Stale)+len(a.Data.Unpriced) > 0 {
		p.AsOf.State = "stale"
	}
	p.Subtitle = fmt.Sprintf("%s · %s", p.Portfolio, format.Date(a.AsOf))
	if a.Simulated && p.Simulated == "" {
		p.Simulated = "Simulated prices: the figures are right for a market that never was and mean nothing outside it."
	}
}

// initials are the first letters of at most two words.
func initials(name string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '/' || r == '-' || r == '.' }) {
		first, _ := utf8.DecodeRuneInString(word)
		out.WriteRune(first)
		if utf8.RuneCountInString(out.String()) == 2 {
			break
		}
	}
	return strings.ToUpper(out.String())
}
