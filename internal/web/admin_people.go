package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) adminPeople(r *request) error { return s.showPeople(r, http.StatusOK, nil, "", nil) }

// showPeople shows the page; made is what is shown once. errs belong to the form of an id.
func (s *site) showPeople(r *request, status int, made *view.Subject, form string, errs map[string]string) error {
	all, err := s.svc.Users(r.Context(), r.caller)
	if err != nil {
		return err
	}
	v := r.adminPage("/admin/people")
	if made != nil {
		v.Sections = append(v.Sections, *made)
	}
	list := &view.List{Caption: "People", Head: []string{"Person", "Role", "Since"}}
	for _, u := range all {
		list.Rows = append(list.Rows, s.personRow(r, u))
	}
	v.Sections = append(v.Sections, view.Subject{ID: "people", Title: "People", Note: plural(len(all), "account"), List: list, Text: []string{"Owners administer; members see what is theirs and what was shared with them. Nobody sees another’s portfolios by being an owner."}})
	invites, err := s.inviteSection(r, form, errs)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, invites, s.addSection(r, form, errs))
	return r.showAccount(status, v)
}

// personRow is one person with what an owner may change of them.
func (s *site) personRow(r *request, u store.User) view.ListRow {
	id := []view.Hidden{{Name: "user", Value: u.ID}}
	row := view.ListRow{Cells: []view.Cell{{Text: u.Name, Note: u.Email}, {Text: capital(string(u.Role)), Note: u.Tier}, {Text: r.day(u.Created)}}}
	switch {
	case u.ID == r.user.ID:
		row.Cells[0].Tag = &view.Tag{Text: "you", Kind: "draft"}
		return row // nobody changes themselves so that they could not undo it
	case u.Disabled:
		row.Cells[0].Tag = &view.Tag{Text: "kept out", Kind: "warn"}
	}
	role := view.Field{Name: "role", Label: "Role of " + u.Name, Kind: "select"}
	for _, one := range []store.UserRole{store.Member, store.Owner} {
		role.Options = append(role.Options, view.Option{Value: string(one), Label: capital(string(one)), Selected: one == u.Role})
	}
	row.Form = &view.Form{Action: "/admin/people/change", Submit: "Set", Hidden: id, Fields: []view.Field{role}}
	if tiers := s.svc.Tiers(); len(tiers) > 1 && r.caller.Operator {
		tier := view.Field{Name: "tier", Label: "Tier of " + u.Name, Kind: "select"}
		for _, name := range slices.Sorted(maps.Keys(tiers)) {
			label := name
			if name == "" {
				label = "Usual tier"
			}
			tier.Options = append(tier.Options, view.Option{Value: name, Label: label, Selected: name == u.Tier})
		}
		row.Form.Fields = append(row.Form.Fields, tier)
	}
	out := view.Action{Label: "Keep out", Href: "/admin/people/disable", Fields: append(slices.Clone(id), view.Hidden{Name: "disabled", Value: "1"}), Danger: true}
	if u.Disabled {
		out = view.Action{Label: "Let in again", Href: "/admin/people/disable", Fields: id}
	}
	row.Actions = []view.Action{{Label: "New password", Href: "/admin/people/reset", Fields: id}, out}
	return row
}

func (s *site) inviteSection(r *request, form string, errs map[string]string) (view.Subject, error) {
	section := view.Subject{ID: "invites", Title: "Invitations", Text: []string{"An invitation is a link to create an account with. It is good for a week, once."}}
	doors := s.svc.Doors()
	if doors.Registration == service.Closed {
		section.Text = []string{"Nobody can register here. Who runs the installation sets REGISTRATION=invite to let owners invite; an account can be added below in any case."}
		return section, nil
	}
	all, err := s.svc.Invites(r.Context(), r.caller)
	if err != nil {
		return section, err
	}
	section.List = &view.List{Caption: "Invitations", Head: []string{"For", "Role", "State"}, Empty: "No invitation yet."}
	names := s.names(r)
	for _, i := range all {
		row := view.ListRow{Cells: []view.Cell{{Text: i.Email, Note: "by " + names.of(i.CreatedBy)}, {Text: capital(string(i.Role))}, {Text: "open until " + r.day(i.Expires)}}}
		if i.Email == "" {
			row.Cells[0].Text = "Whoever has the link"
		}
		switch {
		case !i.Accepted.IsZero():
			row.Cells[2] = view.Cell{Text: "used " + r.moment(i.Accepted)}
		case !i.Expires.After(s.opts.Now()):
			row.Cells[2] = view.Cell{Text: "ended " + r.day(i.Expires)}
		default:
			row.Actions = []view.Action{{Label: "Take back", Href: "/admin/people/uninvite", Fields: []view.Hidden{{Name: "id", Value: i.ID}}, Danger: true}}
		}
		section.List.Rows = append(section.List.Rows, row)
	}
	fields := []view.Field{
		{Name: "email", ID: "invite-email", Label: "Email", Kind: "email", Width: "w3", Auto: "off", Help: "Empty: whoever has the link may use it."},
		roleField("invite-role"),
	}
	if doors.Mail {
		fields = append(fields, view.Field{Name: "mail", ID: "invite-mail", Label: "Mail", Kind: "check", Width: "w6", Value: "1", Hint: "Send it to the address"})
	}
	if form == "invite" {
		fields[0].Value = r.PostFormValue("email")
		withErrors(fields, errs)
	}
	section.Form, section.Fold = &view.Form{Action: "/admin/people/invite", Submit: "Make the invitation", Fields: fields}, "Invite somebody"
	return section, nil
}

func roleField(id string) view.Field {
	return view.Field{Name: "role", ID: id, Label: "Role", Kind: "select", Width: "w3", Options: []view.Option{{Value: string(store.Member), Label: "Member"}, {Value: string(store.Owner), Label: "Owner"}}}
}

func (s *site) addSection(r *request, form string, errs map[string]string) view.Subject {
	currency := currencyField(string(r.user.BaseCurrency), "Base currency", "")
	currency.Width = "w3"
	fields := []view.Field{{Name: "name", Label: "Name", Kind: "text", Width: "w3", Need: true, Auto: "off"}, {Name: "email", Label: "Email", Kind: "email", Width: "w3", Need: true, Auto: "off"}, currency, roleField("role")}
	if form == "add" {
		fields[0].Value, fields[1].Value, fields[2].Value = r.PostFormValue("name"), r.PostFormValue("email"), r.PostFormValue("currency")
		withErrors(fields, errs)
	}
	return view.Subject{ID: "add", Title: "Add somebody", Text: []string{"Makes an account with a password that is shown once, for you to pass on."}, Fold: "Add an account",
		Form: &view.Form{Action: "/admin/people/add", Submit: "Add the account", Fields: fields}}
}

func (s *site) addUser(r *request) error {
	errs := map[string]string{}
	n := service.NewOwner{Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email")), Locale: r.locale.Tag, TimeZone: r.user.TimeZone}
	var err error
	if n.BaseCurrency, err = money.ParseCurrency(strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency")))); err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	if !isAddress(n.Email) {
		errs["email"] = wrongAddress
	}
	if len(errs) > 0 {
		return s.showPeople(r, http.StatusUnprocessableEntity, nil, "add", errs)
	}
	u, password, err := s.svc.AddUser(r.Context(), r.caller, n, store.UserRole(r.PostFormValue("role")))
	if errors.Is(err, service.ErrExists) {
		return s.showPeople(r, http.StatusUnprocessableEntity, nil, "add", map[string]string{"email": "Somebody signs in with this address already."})
	}
	if errs := oneFault(err, "name"); errs != nil {
		return s.showPeople(r, http.StatusUnprocessableEntity, nil, "add", errs)
	}
	if err != nil {
		return err
	}
	return s.showPeople(r, http.StatusOK, passedOn("The account of "+u.Name, "Password of "+u.Email, password), "", nil)
}

// passedOn is a password or a link that is shown once, to be passed on.
func passedOn(title, label, text string) *view.Subject {
	return &view.Subject{ID: "made", Title: title, Text: []string{"Pass it on by a way that others cannot read. It is not shown again."}, Secret: &view.ShownOnce{Label: label, Lines: []string{text}}}
}

func (s *site) changeUser(r *request) error {
	role := store.UserRole(r.PostFormValue("role"))
	change := service.UserChange{Role: &role}
	if r.PostForm.Has("tier") {
		tier := r.PostFormValue("tier")
		change.Tier = &tier
	}
	return s.changed(r, change, "is set")
}

func (s *site) disableUser(r *request) error {
	disabled := r.PostFormValue("disabled") != ""
	what := "may come in again"
	if disabled {
		what = "is kept out, and signed out everywhere"
	}
	return s.changed(r, service.UserChange{Disabled: &disabled}, what)
}

func (s *site) changed(r *request, change service.UserChange, what string) error {
	u, err := s.svc.ChangeUser(r.Context(), r.caller, r.PostFormValue("user"), change)
	if errs := oneFault(err, "all"); errs != nil {
		for _, field := range sortedNames(errs) {
			r.toast(flash{Text: "Not changed. " + errs[field]})
		}
		return r.to("/admin/people")
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: u.Name + " " + what})
	return r.to("/admin/people")
}

// resetUser gives somebody a password who cannot come in any more, after a question: their
// sessions end, and the second factor where that was lost too.
func (s *site) resetUser(r *request) error {
	user := r.PostFormValue("user")
	if r.PostFormValue("sure") == "" {
		names := s.names(r)
		v := r.adminPage("/admin/people")
		v.Sections = []view.Subject{{ID: "reset", Title: "A new password for " + names.of(user), Text: []string{"The password of now is good for nothing afterwards, and the person is signed out everywhere. The new one is shown once."},
			Form: &view.Form{Action: "/admin/people/reset", Submit: "Make a new password", Danger: true, Cancel: "/admin/people", Hidden: []view.Hidden{{Name: "user", Value: user}, {Name: "sure", Value: "1"}},
				Fields: []view.Field{{Name: "factors", Label: "Second factor", Kind: "check", Width: "w6", Hint: "Remove it too: the device is lost, and the recovery codes"}}}}}
		return r.showAccount(http.StatusOK, v)
	}
	password, err := s.svc.ResetPassword(r.Context(), r.caller, user, r.PostFormValue("factors") != "")
	if err != nil {
		return err
	}
	return s.showPeople(r, http.StatusOK, passedOn("A new password for "+s.names(r).of(user), "Password", password), "", nil)
}

func (s *site) invite(r *request) error {
	n := service.NewInvite{Email: strings.TrimSpace(r.PostFormValue("email")), Role: store.UserRole(r.PostFormValue("role")), Mail: r.PostFormValue("mail") != "" && strings.TrimSpace(r.PostFormValue("email")) != ""}
	made, text, err := s.svc.Invite(r.Context(), r.caller, n)
	if errs := oneFault(err, "email"); errs != nil {
		return s.showPeople(r, http.StatusUnprocessableEntity, nil, "invite", errs)
	}
	if err != nil {
		return err
	}
	title := "An invitation for whoever has the link"
	if made.Email != "" {
		title = "An invitation for " + made.Email
	}
	section := passedOn(title, "Link, good until "+r.moment(made.Expires), s.svc.InviteLink(text))
	if n.Mail {
		section.Text = []string{"It is on its way to " + made.Email + ". The link is not shown again."}
	}
	return s.showPeople(r, http.StatusOK, section, "", nil)
}

func (s *site) uninvite(r *request) error {
	if err := s.svc.Uninvite(r.Context(), r.caller, r.PostFormValue("id")); err != nil {
		return err
	}
	r.toast(flash{Text: "The invitation is taken back"})
	return r.to("/admin/people#invites")
}
