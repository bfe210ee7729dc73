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

// scopeWords are the scopes of tokens as people read them.
var scopeWords = []struct {
	scope service.Scope
	words string
}{
	{service.ScopeRead, "Look at everything, calculate"},
	{service.ScopeTrade, "Also book, import and enter prices"},
	{service.ScopeManage, "Also portfolios, their accounts and settings"},
	{service.ScopeAdmin, "Also people, switches and what all share"},
}

func (s *site) programs(r *request) error { return s.showPrograms(r, http.StatusOK, nil, nil) }

func (s *site) showPrograms(r *request, status int, made *view.Subject, errs map[string]string) error {
	all, err := s.svc.PersonalTokens(r.Context(), r.caller)
	if err != nil {
		return err
	}
	list := &view.List{Caption: "Tokens for programs", Head: []string{"Name", "May", "Good until", "Last used"}, Empty: "No token yet."}
	for _, p := range all {
		row := view.ListRow{Cells: []view.Cell{{Text: p.Name, Note: "made " + r.day(p.Created)}, {Text: p.Scope}, {Text: r.day(p.Expires)}, {Text: r.used(p.LastUsed)}},
			Actions: []view.Action{{Label: "Revoke", Href: "/settings/programs/revoke", Fields: []view.Hidden{{Name: "id", Value: p.ID}}, Danger: true}}}
		if !p.Expires.After(s.opts.Now()) {
			row.Cells[0].Tag = &view.Tag{Text: "expired", Kind: "warn"}
		}
		list.Rows = append(list.Rows, row)
	}
	scope := view.Field{Name: "scope", Label: "It may", Kind: "select", Width: "w3", Help: "No more than the program needs. None can change your password or delete your account."}
	for _, one := range scopeWords {
		if one.scope == service.ScopeAdmin && r.user.Role != store.Owner {
			continue
		}
		scope.Options = append(scope.Options, view.Option{Value: string(one.scope), Label: one.words, Selected: string(one.scope) == r.PostFormValue("scope")})
	}
	until := (date.FromTime(s.opts.Now()) + 90).String()
	if r.Method == http.MethodPost && made == nil {
		until = r.PostFormValue("expires")
	}
	name := r.PostFormValue("name")
	if made != nil {
		name = ""
	}
	form := view.Form{Action: "/settings/programs", Submit: "Make a token", Fields: withErrors([]view.Field{
		{Name: "name", Label: "What is it for?", Kind: "text", Width: "w3", Value: name, Need: true, Auto: "off", Hint: "such as Spreadsheet"},
		{Name: "expires", Label: "Good until", Kind: "date", Width: "w3", Value: until, Need: true, Help: "At most a year."}, scope,
	}, errs)}
	v := r.settingsPage("/settings/programs")
	if made != nil {
		v.Sections = append(v.Sections, *made)
	}
	v.Sections = append(v.Sections,
		view.Subject{ID: "tokens", Title: "Tokens for programs", Text: []string{"A program sends its token with every request to the API, as “Authorization: Bearer …”, and so acts for you."}, List: list},
		view.Subject{ID: "new", Title: "A new token", Form: &form, Links: []view.Link{{Label: "How programs use the API", Href: "/docs", Icon: "book-open"}}})
	return r.showAccount(status, v)
}

func (s *site) createToken(r *request) error {
	last, err := date.Parse(r.PostFormValue("expires"))
	if err != nil {
		return s.showPrograms(r, http.StatusUnprocessableEntity, nil, map[string]string{"expires": "Choose a day."})
	}
	expires := last.Time().Add(24*time.Hour - time.Second) // the day itself counts
	made, text, err := s.svc.CreateToken(r.Context(), r.caller, service.NewToken{Name: strings.TrimSpace(r.PostFormValue("name")), Scope: service.Scope(r.PostFormValue("scope")), Expires: expires})
	if errs := oneFault(err, "name"); errs != nil {
		return s.showPrograms(r, http.StatusUnprocessableEntity, nil, errs)
	}
	if err != nil {
		return err
	}
	return s.showPrograms(r, http.StatusOK, &view.Subject{ID: "made", Title: "The token for “" + made.Name + "”",
		Text: []string{"Give it to the program now. It is kept nowhere and not shown again."}, Secret: &view.ShownOnce{Label: "Token, good until " + r.day(made.Expires), Lines: []string{text}}}, nil)
}

func (s *site) revokeToken(r *request) error {
	if err := s.svc.RevokeToken(r.Context(), r.caller, r.PostFormValue("id")); err != nil {
		return err
	}
	r.toast(flash{Text: "The token is revoked: it is good for nothing any more"})
	return r.to("/settings/programs")
}
