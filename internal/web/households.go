package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// sharedPage is a page of what is shared with others or by them, to be filled.
func (r *request) sharedPage(title string) view.Account {
	v := view.Account{Page: r.frame(title, "settings"), Label: "Settings", Pages: chosen(settingsPages, "/households"), SignOut: true}
	v.Page.Sheets = []string{v.Page.Assets.Account}
	return v
}

func (s *site) households(r *request) error { return s.showHouseholds(r, http.StatusOK, nil) }

func (s *site) showHouseholds(r *request, status int, errs map[string]string) error {
	all, err := s.svc.Households(r.Context(), r.caller)
	if err != nil {
		return err
	}
	list := &view.List{Caption: "Households", Head: []string{"Name", "People", "Portfolios"}, Empty: "You are in no household."}
	for _, h := range all {
		row := view.ListRow{Cells: []view.Cell{{Text: h.Name, Note: "since " + r.day(h.Created)}, {Text: r.locale.Count(len(h.People))}, {Text: r.locale.Count(len(h.Parts))}},
			Links: []view.Link{{Label: "Open", Href: "/households/" + h.ID}}}
		if !h.Joined {
			row.Cells[0].Tag = &view.Tag{Text: "invitation"}
			row.Cells[1].Text, row.Cells[2].Text = format.Unknown, format.Unknown
		}
		list.Rows = append(list.Rows, row)
	}
	form := view.Form{Action: "/households", Submit: "Found a household", Fields: withErrors([]view.Field{
		{Name: "name", Label: "Name", Kind: "text", Width: "w6", Value: r.PostFormValue("name"), Need: true, Auto: "off", Hint: "such as The Doe family"}}, errs)}
	v := r.sharedPage("Households")
	v.Sections = []view.Subject{{ID: "households", Title: "Households", Text: []string{"People who look at portfolios together. Each brings in what they choose, and takes it out when they like."}, List: list},
		{ID: "new", Title: "A new household", Form: &form}}
	return r.showAccount(status, v)
}

func (s *site) createHousehold(r *request) error {
	h, err := s.svc.CreateHousehold(r.Context(), r.caller, r.PostFormValue("name"))
	if errs := oneFault(err, "name"); errs != nil {
		return s.showHouseholds(r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	return r.to("/households/" + h.ID)
}

func (s *site) household(r *request) error { return s.showHousehold(r, http.StatusOK, nil) }

func (s *site) showHousehold(r *request, status int, errs map[string]string) error {
	h, err := s.svc.Household(r.Context(), r.caller, r.PathValue("household"))
	if err != nil {
		return err
	}
	at := "/households/" + h.ID + "/"
	v := r.sharedPage(h.Name)
	v.Page.Crumbs = []view.Link{{Label: "Households", Href: "/households"}}
	if !h.Joined {
		v.Sections = []view.Subject{{ID: "invitation", Title: "You are invited", Text: []string{h.People[0].Name + " invites you to look at portfolios together. Joining shows nothing of yours: what you bring in is your choice, portfolio by portfolio."},
			Actions: []view.Action{{Label: "Join", Href: at + "join"}, {Label: "Decline", Href: at + "leave"}}}}
		return r.showAccount(status, v)
	}
	together, err := s.together(r, h)
	if err != nil {
		return err
	}
	v.Sections = append(append(v.Sections, together...), s.broughtIn(r, h, at), peopleOf(r, h, at, errs))
	ending := view.Subject{ID: "leave", Title: "Leave", Text: []string{"What you brought in goes with you, at once."}, Actions: []view.Action{{Label: "Leave the household", Href: at + "leave", Danger: true}}}
	if h.Founded {
		ending = view.Subject{ID: "end", Title: "End", Text: []string{"Everybody's portfolios are taken out, at once."}, Actions: []view.Action{{Label: "End the household", Href: at + "end", Danger: true}}}
	}
	v.Sections = append(v.Sections, ending)
	return r.showAccount(status, v)
}

// together is the figures of everything that was brought in.
func (s *site) together(r *request, h service.Household) ([]view.Subject, error) {
	sub := view.Subject{ID: "together", Title: "Together"}
	f, err := s.svc.HouseholdFigures(r.Context(), r.caller, h.ID, service.Question{Period: "1Y"})
	switch {
	case errors.Is(err, service.ErrNotFound):
		sub.Text = []string{"Nobody has brought a portfolio in yet."}
		return []view.Subject{sub}, nil
	case err != nil:
		return nil, err
	}
	w := r.writer(nil)
	sub.Note = "as of " + format.Date(f.AsOf) + ", in " + string(f.Base) + ", one year"
	add := func(label string, figure analysis.Figure, style style, signed bool) {
		text := w.text(figure, style, signed)
		if !figure.Known() && len(figure.Reasons) > 0 {
			text += " (" + figure.Reasons[0] + ")"
		}
		sub.Terms = append(sub.Terms, view.Term{Label: label, Text: text})
	}
	add("Value", f.Value, whole, false)
	add("Last day", f.DayChange, whole, true)
	add("Gain", f.Gain, whole, true)
	for _, one := range slices.Concat(f.Returns[1:3], f.Risk) {
		style := percent2
		if one.Key == "sharpe" || one.Key == "beta" {
			style = ratio
		}
		add(one.Label, one.Figure, style, false)
	}
	list := &view.List{Caption: "Holdings together", Head: []string{"Holding", "Weight"}, Empty: "Nothing is held."}
	for _, one := range f.Holdings[:min(10, len(f.Holdings))] {
		text := format.Unknown
		if one.Known {
			text = r.locale.Percent(one.Weight, 1)
		}
		list.Rows = append(list.Rows, view.ListRow{Cells: []view.Cell{{Text: one.Label, Note: one.Key}, {Text: text}}})
	}
	return []view.Subject{sub, {ID: "holdings", Title: "Largest holdings", List: list}}, nil
}

// broughtIn lists the portfolios of a household, and lets one's own be added.
func (s *site) broughtIn(r *request, h service.Household, at string) view.Subject {
	list := &view.List{Caption: "Portfolios", Head: []string{"Portfolio", "Brought in by", "Shown to members"}, Empty: "None yet."}
	mine := map[string]bool{}
	for _, p := range h.Parts {
		row := view.ListRow{Cells: []view.Cell{{Text: p.Name}, {Text: p.By, Note: r.day(p.Created)}, {Text: showsWord(p.Shows)}}}
		if p.Name == "" {
			row.Cells[0].Text = "A portfolio"
		} else {
			row.Links = []view.Link{{Label: "Open", Href: "/p/" + p.Portfolio}}
		}
		if p.Mine {
			mine[p.Portfolio] = true
			row.Actions = []view.Action{{Label: "Take out", Href: at + "withdraw", Fields: []view.Hidden{{Name: "portfolio", Value: p.Portfolio}}, Danger: true}}
		}
		list.Rows = append(list.Rows, row)
	}
	sub := view.Subject{ID: "portfolios", Title: "Portfolios", List: list}
	which := view.Field{Name: "portfolio", Label: "One of yours", Kind: "select", Width: "w6"}
	for _, p := range r.portfolios {
		if p.Owner == r.user.ID {
			name := p.Name
			if mine[p.ID] {
				name += " (change what it shows)"
			}
			which.Options = append(which.Options, view.Option{Value: p.ID, Label: name})
		}
	}
	if len(which.Options) > 0 {
		shows := view.Field{Name: "shows", Label: "Members see", Kind: "select", Width: "w6", Options: []view.Option{
			{Value: string(store.Together), Label: showsWord(store.Together)}, {Value: string(store.Everything), Label: "Everything of it; they change nothing"}}}
		sub.Form = &view.Form{Action: at + "contribute", Submit: "Bring in", Fields: []view.Field{which, shows}}
	}
	return sub
}

func peopleOf(r *request, h service.Household, at string, errs map[string]string) view.Subject {
	list := &view.List{Caption: "People", Head: []string{"Name", "Since"}}
	for _, p := range h.People {
		row := view.ListRow{Cells: []view.Cell{{Text: p.Name, Note: p.Email}, {Text: r.day(p.Created)}}}
		if p.Joined.IsZero() {
			row.Cells[0] = view.Cell{Text: p.Email, Tag: &view.Tag{Text: "invited"}}
		}
		if h.Founded && p.ID != h.Me {
			row.Actions = []view.Action{{Label: "Take out", Href: at + "remove", Fields: []view.Hidden{{Name: "person", Value: p.ID}}, Danger: true}}
		}
		list.Rows = append(list.Rows, row)
	}
	sub := view.Subject{ID: "people", Title: "People", List: list}
	if h.Founded {
		sub.Form = &view.Form{Action: at + "invite", Submit: "Invite", Fields: withErrors([]view.Field{
			{Name: "email", Label: "Their e-mail address", Kind: "email", Width: "w6", Value: r.PostFormValue("email"), Need: true, Auto: "off", Help: "They see the invitation once they have an account with it."}}, errs)}
	}
	return sub
}

// changeHousehold does what a button or form of a household's page asks for.
func (s *site) changeHousehold(r *request) error {
	id := r.PathValue("household")
	back, said := "/households/"+id, ""
	var err error
	switch r.PathValue("act") {
	case "join":
		err, said = s.svc.JoinHousehold(r.Context(), r.caller, id), "Joined"
	case "leave":
		err, said, back = s.svc.LeaveHousehold(r.Context(), r.caller, id), "Left", "/households"
	case "end":
		err, said, back = s.svc.EndHousehold(r.Context(), r.caller, id), "Household ended", "/households"
	case "remove":
		err, said = s.svc.RemoveFromHousehold(r.Context(), r.caller, id, r.PostFormValue("person")), "Taken out"
	case "contribute":
		err, said = s.svc.Contribute(r.Context(), r.caller, id, r.PostFormValue("portfolio"), store.Shows(r.PostFormValue("shows"))), "Brought in"
	case "withdraw":
		err, said = s.svc.Withdraw(r.Context(), r.caller, id, r.PostFormValue("portfolio")), "Taken out"
	case "invite":
		_, err = s.svc.InviteToHousehold(r.Context(), r.caller, id, r.PostFormValue("email"))
		said = "Invited"
		if errors.Is(err, service.ErrExists) {
			return s.showHousehold(r, http.StatusUnprocessableEntity, map[string]string{"email": "This address is invited already."})
		}
		if errs := oneFault(err, "email"); errs != nil {
			return s.showHousehold(r, http.StatusUnprocessableEntity, errs)
		}
	default:
		err = store.ErrNotFound
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: said})
	return r.to(back)
}

// clients are those who shared portfolios with the reader.
func (s *site) clients(r *request) error {
	all, err := s.svc.Clients(r.Context(), r.caller)
	if err != nil {
		return err
	}
	w := r.writer(nil)
	v := view.Account{Page: r.frame("Clients", "settings"), Label: "Settings", Pages: chosen(settingsPages, "/clients"), SignOut: true}
	v.Page.Sheets = []string{v.Page.Assets.Account}
	v.Lead = "People who shared portfolios with you. Each of your looks is noted in their audit trail."
	for _, c := range all {
		list := &view.List{Caption: "Portfolios of " + c.Name, Head: []string{"Portfolio", "Value", "Last day", "Last activity"}}
		for _, p := range c.Portfolios {
			row := view.ListRow{Cells: []view.Cell{{Text: p.Name, Note: roleNote(p.Role)}, {Text: format.Unknown, Note: p.Problem}, {Text: format.Unknown}, {Text: r.used(p.LastActivity.Committed)}},
				Links: []view.Link{{Label: "Open", Href: "/p/" + p.ID}}}
			if p.Problem == "" {
				row.Cells[1] = view.Cell{Text: w.text(p.Value, whole, false), Note: string(p.Base) + ", " + format.Date(p.AsOf)}
				row.Cells[2] = view.Cell{Text: w.text(p.DayChange, whole, true), Note: w.text(p.DayReturn, percent2, true)}
			}
			list.Rows = append(list.Rows, row)
		}
		v.Sections = append(v.Sections, view.Subject{ID: "client-" + c.Tenant, Title: c.Name, Note: plural(len(c.Portfolios), "portfolio"), List: list})
	}
	if len(all) == 0 {
		v.Sections = []view.Subject{{ID: "clients", Title: "Clients", Text: []string{"Nobody of another household or firm has shared a portfolio with you."}}}
	}
	return r.showAccount(http.StatusOK, v)
}

func roleNote(role store.Role) string {
	for _, one := range roleWords {
		if one.role == role {
			return one.words
		}
	}
	return ""
}
