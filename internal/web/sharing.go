package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/view"
)

// sharingRoutes are the pages of who sees what.
func (s *site) sharingRoutes(open, page, of func(string, handler)) {
	of("GET /p/{portfolio}/sharing", s.sharing)
	of("POST /p/{portfolio}/sharing", s.share)
	of("POST /p/{portfolio}/sharing/role", s.changeShare)
	of("POST /p/{portfolio}/sharing/end", s.unshare)
	of("POST /p/{portfolio}/sharing/links", s.createLink)
	of("POST /p/{portfolio}/sharing/links/revoke", s.revokeLink)

	page("GET /households", s.households)
	page("POST /households", s.createHousehold)
	page("GET /households/{household}", s.household)
	page("POST /households/{household}/{act}", s.changeHousehold)
	page("GET /clients", s.clients)

	open("GET /l/{token}", s.openLink)
	open("GET /l/leave/{portfolio}", s.leaveLink)
}

// roleWords are the roles as people read them.
var roleWords = []struct {
	role  store.Role
	words string
}{
	{store.CanView, "May look"},
	{store.CanTrade, "May also book and import"},
	{store.CanManage, "May also rename, share and archive"},
}

func shareRole(width string, role store.Role) view.Field {
	f := view.Field{Name: "role", Label: "They may", Kind: "select", Width: width}
	for _, one := range roleWords {
		f.Options = append(f.Options, view.Option{Value: string(one.role), Label: one.words, Selected: one.role == role})
	}
	return f
}

func (s *site) sharing(r *request) error { return s.showSharing(r, http.StatusOK, nil, nil, nil) }

// showSharing shows who sees the portfolio, with what was just made above it.
func (s *site) showSharing(r *request, status int, made *view.Subject, share, link map[string]string) error {
	p, v, err := r.portfolioPage("/sharing")
	if err != nil {
		return err
	}
	if made != nil {
		v.Sections = append(v.Sections, *made)
	}
	if !may(p) {
		v.Sections = append(v.Sections, view.Subject{ID: "sharing", Title: "Sharing", Text: []string{"This portfolio is shared with you. Who manages it says with whom else."}})
		return r.showAccount(status, v)
	}
	people, err := s.sharedWith(r, p, share)
	if err != nil {
		return err
	}
	links, err := s.linksOf(r, p, link)
	v.Sections = append(v.Sections, people, links)
	if err != nil {
		return err
	}
	return r.showAccount(status, v)
}

func (s *site) sharedWith(r *request, p *store.Portfolio, errs map[string]string) (view.Subject, error) {
	all, err := s.svc.Shares(r.Context(), r.caller, p.ID)
	list := &view.List{Caption: "People who see the portfolio", Head: []string{"Address", "Since"}, Empty: "Nobody else sees this portfolio."}
	for _, one := range all {
		hidden := []view.Hidden{{Name: "id", Value: one.ID}}
		role := shareRole("", one.Role)
		role.Label = "What " + one.Email + " may do"
		list.Rows = append(list.Rows, view.ListRow{
			Cells:   []view.Cell{{Text: one.Email}, {Text: r.day(one.Created)}},
			Form:    &view.Form{Action: r.address("/sharing/role"), Hidden: hidden, Fields: []view.Field{role}, Submit: "Change"},
			Actions: []view.Action{{Label: "End", Href: r.address("/sharing/end"), Fields: hidden, Danger: true}},
		})
	}
	email := ""
	if errs != nil {
		email = r.PostFormValue("email")
	}
	form := view.Form{Action: r.address("/sharing"), Submit: "Share", Fields: withErrors([]view.Field{
		{Name: "email", Label: "Their e-mail address", Kind: "email", Width: "w6", Value: email, Need: true, Auto: "off"}, shareRole("w6", store.CanView)}, errs)}
	return view.Subject{ID: "people", Title: "People", Text: []string{"Whoever has an account with the address sees this portfolio among theirs, now or once they have one. Each of their looks is in your audit trail; what you end has ended with their next click."}, List: list, Form: &form}, err
}

func (s *site) linksOf(r *request, p *store.Portfolio, errs map[string]string) (view.Subject, error) {
	all, err := s.svc.Links(r.Context(), r.caller, p.ID)
	list := &view.List{Caption: "Links to the portfolio", Head: []string{"For", "Shows", "Good until", "Visits"}, Empty: "No link yet."}
	for _, l := range all {
		row := view.ListRow{Cells: []view.Cell{{Text: l.Label, Note: "made " + r.day(l.Created)}, {Text: showsWord(l.Shows)}, {Text: r.day(l.Expires)}, {Text: r.locale.Count(int(l.Views)), Note: r.used(l.LastUsed)}}}
		switch {
		case !l.Revoked.IsZero():
			row.Cells[0].Tag = &view.Tag{Text: "revoked", Kind: "warn"}
		case !l.Expires.After(s.opts.Now()):
			row.Cells[0].Tag = &view.Tag{Text: "expired", Kind: "warn"}
		default:
			row.Actions = []view.Action{{Label: "Revoke", Href: r.address("/sharing/links/revoke"), Fields: []view.Hidden{{Name: "id", Value: l.ID}}, Danger: true}}
		}
		list.Rows = append(list.Rows, row)
	}
	label, until := "", (date.FromTime(s.opts.Now()) + 30).String()
	if errs != nil {
		label, until = r.PostFormValue("label"), r.PostFormValue("expires")
	}
	shows := view.Field{Name: "shows", Label: "It shows", Kind: "select", Width: "w3", Options: []view.Option{
		{Value: string(store.Percentages), Label: showsWord(store.Percentages)}, {Value: string(store.Everything), Label: showsWord(store.Everything), Selected: r.PostFormValue("shows") == string(store.Everything) && errs != nil}}}
	form := view.Form{Action: r.address("/sharing/links"), Submit: "Make a link", Fields: withErrors([]view.Field{
		{Name: "label", Label: "For whom?", Kind: "text", Width: "w3", Value: label, Need: true, Auto: "off", Hint: "such as Tax adviser"},
		{Name: "expires", Label: "Good until", Kind: "date", Width: "w3", Value: until, Need: true, Help: "At most a year."}, shows}, errs)}
	return view.Subject{ID: "links", Title: "Links", Text: []string{"Whoever has a link looks at this portfolio without an account, and changes nothing, until it ends."}, List: list, Form: &form}, err
}

func showsWord(s store.Shows) string {
	switch s {
	case store.Percentages:
		return "Percentages only"
	case store.Together:
		return "Figures of all together"
	}
	return "Everything"
}

func (s *site) share(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	shared, err := s.svc.Share(r.Context(), r.caller, p.ID, r.PostFormValue("email"), store.Role(r.PostFormValue("role")))
	if errs := oneFault(err, "email"); errs != nil {
		return s.showSharing(r, http.StatusUnprocessableEntity, nil, errs, nil)
	}
	if err != nil {
		return err
	}
	text := []string{shared.Notice}
	if shared.Mailed {
		text = append(text, "A mail tells them.")
	}
	return s.showSharing(r, http.StatusOK, &view.Subject{ID: "made", Title: "Shared with " + shared.Email, Text: text}, nil, nil)
}

func (s *site) changeShare(r *request) error {
	p, err := r.one()
	if err == nil {
		_, err = s.svc.ChangeShare(r.Context(), r.caller, p.ID, r.PostFormValue("id"), store.Role(r.PostFormValue("role")))
	}
	return r.done(err, "Changed", "/sharing")
}

func (s *site) unshare(r *request) error {
	p, err := r.one()
	if err == nil {
		err = s.svc.Unshare(r.Context(), r.caller, p.ID, r.PostFormValue("id"))
	}
	return r.done(err, "Sharing ended", "/sharing")
}

func (s *site) revokeLink(r *request) error {
	p, err := r.one()
	if err == nil {
		err = s.svc.RevokeLink(r.Context(), r.caller, p.ID, r.PostFormValue("id"))
	}
	return r.done(err, "Link revoked", "/sharing")
}

// done goes back to a page of the portfolio after a change.
func (r *request) done(err error, said, page string) error {
	if err != nil {
		return err
	}
	r.toast(flash{Text: said})
	return r.to(r.address(page))
}

func (s *site) createLink(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	last, err := date.Parse(r.PostFormValue("expires"))
	if err != nil {
		return s.showSharing(r, http.StatusUnprocessableEntity, nil, nil, map[string]string{"expires": "Choose a day."})
	}
	l, token, err := s.svc.CreateLink(r.Context(), r.caller, p.ID, service.NewLink{Label: strings.TrimSpace(r.PostFormValue("label")), Shows: store.Shows(r.PostFormValue("shows")),
		Expires: last.Time().Add(24*time.Hour - time.Second)}) // the day itself counts
	if errs := oneFault(err, "label"); errs != nil {
		return s.showSharing(r, http.StatusUnprocessableEntity, nil, nil, errs)
	}
	if err != nil {
		return err
	}
	return s.showSharing(r, http.StatusOK, &view.Subject{ID: "made", Title: "The link for “" + l.Label + "”", Text: []string{"Give it to them now. It is kept nowhere and not shown again."},
		Secret: &view.ShownOnce{Label: "Link, good until " + r.day(l.Expires), Lines: []string{s.svc.LinkAddress(token)}}}, nil, nil)
}
