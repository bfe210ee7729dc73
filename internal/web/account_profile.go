package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// zones are time zones to choose from; any other can be typed.
var zones = []string{"UTC", "Europe/London", "Europe/Berlin", "Europe/Zurich", "Europe/Paris", "Europe/Madrid", "Europe/Helsinki", "Africa/Johannesburg", "America/New_York", "America/Chicago", "America/Denver",
	"America/Los_Angeles", "America/Sao_Paulo", "America/Toronto", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"}

func (s *site) profile(r *request) error { return s.showProfile(r, http.StatusOK, nil) }

func (s *site) showProfile(r *request, status int, errs map[string]string) error {
	value := func(name, kept string) string {
		if r.Method == http.MethodPost && r.PostForm.Has(name) {
			return r.PostFormValue(name)
		}
		return kept
	}
	currency := currencyField(value("currency", string(r.user.BaseCurrency)), "Base currency", "For new portfolios and for all of them together.")
	currency.Width = "w3"
	zone := view.Field{Name: "time_zone", Label: "Time zone", Kind: "text", Width: "w3", Value: value("time_zone", r.user.TimeZone), List: "zones", Auto: "off", Help: "Times on these pages are in it."}
	for _, z := range zones {
		zone.Options = append(zone.Options, view.Option{Value: z})
	}
	lots := view.Field{Name: "cost_method", Label: "Sales take", Kind: "select", Width: "w3", Help: "Which tax lots a sale closes, in new portfolios."}
	for _, m := range methods {
		lots.Options = append(lots.Options, view.Option{Value: string(m.method), Label: m.word, Selected: string(m.method) == value("cost_method", r.user.CostMethod)})
	}
	fields := []view.Field{
		{Name: "name", Label: "Name", Kind: "text", Width: "w3", Value: value("name", r.user.Name), Auto: "name", Need: true},
		{Name: "email", Label: "Email", Kind: "email", Width: "w3", Value: value("email", r.user.Email), Auto: "username", Need: true, Help: "To sign in with."},
		{Name: "country", Label: "Country", Kind: "text", Width: "w3", Value: value("country", r.user.Country), Auto: "country", Hint: "such as DE", Help: "Its code of two letters. May stay empty."},
		zone, currency, lots,
	}
	v := r.settingsPage("/settings")
	about := []view.Term{{Label: "Signed in as", Text: r.user.Email}, {Label: "Role", Text: v.Page.Person.Role}, {Label: "Since", Text: r.day(r.user.Created)}}
	address := view.Subject{ID: "address", Title: "Your address", Terms: []view.Term{{Label: "Email", Text: r.user.Email}, {Label: "Confirmed", Text: "not yet"}}}
	if !r.user.Verified.IsZero() {
		address.Terms[1].Text = r.moment(r.user.Verified)
	}
	v.Sections = []view.Subject{{ID: "profile", Title: "Profile", Form: &view.Form{Action: "/settings/me", Submit: "Save", Fields: withErrors(fields, errs)}}}
	if s.svc.Doors().Mail {
		if r.user.Verified.IsZero() {
			address.Text = []string{"A confirmed address is where a link for a new password can be trusted to reach you."}
			address.Actions = []view.Action{{Label: "Send the link again", Href: "/settings/verify"}}
		}
		v.Sections = append(v.Sections, address)
	}
	v.Sections = append(v.Sections, view.Subject{ID: "about", Title: "This installation",
		Terms: append(about, view.Term{Label: "Version", Text: s.opts.Version}, view.Term{Label: "Database", Text: s.opts.Database}),
		Links: []view.Link{{Label: "API documentation", Href: "/docs", Icon: "book-open"}}})
	return r.showAccount(status, v)
}

func (s *site) saveMe(r *request) error {
	errs := map[string]string{}
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	name, email := text("name"), text("email")
	if name == "" {
		errs["name"] = "A name is needed; any will do."
	}
	if !isAddress(email) {
		errs["email"] = wrongAddress
	}
	currency, err := money.ParseCurrency(strings.ToUpper(text("currency")))
	if err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	change := service.Profile{Name: &name, Email: &email, BaseCurrency: &currency}
	for field, to := range map[string]**string{"country": &change.Country, "time_zone": &change.TimeZone, "cost_method": &change.CostMethod} {
		if r.PostForm.Has(field) {
			value := text(field)
			if field == "country" {
				value = strings.ToUpper(value)
			}
			*to = &value
		}
	}
	if len(errs) == 0 {
		_, err = s.svc.UpdateMe(r.Context(), r.caller, change)
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
	return s.showProfile(r, http.StatusUnprocessableEntity, errs)
}

func (s *site) sendVerification(r *request) error {
	if err := s.svc.SendVerification(r.Context(), r.caller); err != nil {
		return err
	}
	r.toast(flash{Text: "A link is on its way to " + r.user.Email})
	return r.to("/settings")
}

// appearance is how the pages look in this browser.
func (s *site) appearance(r *request) error {
	v := r.settingsPage("/settings/appearance")
	v.Theme = r.base().Theme
	numbers := view.Field{Name: "locale", Label: "Numbers are written", Kind: "select", Width: "w6"}
	for _, l := range []format.Locale{format.English, format.German} {
		numbers.Options = append(numbers.Options, view.Option{Value: l.Tag, Label: l.Decimal(money.MustParse("1234567.89"), 2) + " · " + l.SignedPercent(0.1424, 2), Selected: l.Tag == r.locale.Tag})
	}
	private := view.Subject{ID: "privacy", Title: "Amounts", Text: []string{"Amounts are shown. Hidden, they become dots, also in tooltips and titles; percentages stay."},
		Actions: []view.Action{{Label: "Hide amounts", Href: "/settings/privacy", Icon: "eye-off", Fields: []view.Hidden{{Name: "back", Value: "/settings/appearance"}}}}}
	if v.Page.Private {
		private.Text = []string{"Amounts are hidden in this browser."}
		private.Actions[0].Label, private.Actions[0].Icon = "Show amounts", "eye"
	}
	v.Sections = []view.Subject{
		{ID: "theme", Title: "Theme", Note: "in this browser", Theme: true},
		{ID: "numbers", Title: "Numbers", Form: &view.Form{Action: "/settings/locale", Submit: "Save", Fields: []view.Field{numbers}}},
		private,
	}
	for _, p := range pages {
		v.Keys = append(v.Keys, view.Link{Label: "Go to " + p.label, Key: p.key})
	}
	v.Keys = append(v.Keys, view.Link{Label: "Go to Settings", Key: "g s"}, view.Link{Label: "Add a transaction", Key: "n"}, view.Link{Label: "Search or jump to", Key: "/"}, view.Link{Label: "Hide amounts", Key: "p"}, view.Link{Label: "This list", Key: "?"})
	return r.showAccount(http.StatusOK, v)
}
