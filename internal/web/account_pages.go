package web

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// accountRoutes are the pages of one's own account.
func (s *site) accountRoutes(on func(string, handler)) {
	on("GET /settings", s.profile)
	on("POST /settings/me", s.saveMe)
	on("POST /settings/verify", s.sendVerification)
	on("GET /settings/security", s.security)
	on("POST /settings/password", s.savePassword)
	on("POST /settings/security/totp/begin", s.beginTOTP)
	on("POST /settings/security/totp/confirm", s.confirmTOTP)
	on("POST /settings/security/totp/disable", s.disableTOTP)
	on("POST /settings/security/recovery", s.newRecoveryCodes)
	on("POST /settings/security/passkeys/begin", s.beginPasskey)
	on("POST /settings/security/passkeys/finish", s.finishPasskey)
	on("POST /settings/security/passkeys/rename", s.renamePasskey)
	on("POST /settings/security/passkeys/delete", s.deletePasskey)
	on("POST /settings/security/sessions/end", s.endSession)
	on("POST /settings/security/sessions/end-all", s.endSessions)
	on("POST /settings/security/identities/link", s.linkIdentity)
	on("POST /settings/security/identities/unlink", s.unlinkIdentity)
	on("GET /settings/programs", s.programs)
	on("POST /settings/programs", s.createToken)
	on("POST /settings/programs/revoke", s.revokeToken)
	on("GET /settings/tags", s.tagsPage)
	on("POST /settings/tags/rename", s.renameTag)
	on("POST /settings/tags/merge", s.mergeTags)
	on("POST /settings/tags/delete", s.deleteTag)
	on("GET /settings/data", s.ownData)
	on("GET /settings/data/export", s.exportMe)
	on("POST /settings/data/delete", s.deleteMe)
	on("GET /settings/appearance", s.appearance)
	on("POST /settings/locale", s.saveLocale)
	on("POST /settings/theme", s.saveTheme)
	on("POST /settings/privacy", s.savePrivacy)
}

// settingsPages are those of one's own account. Notifications and the like are added here.
var settingsPages = []view.Link{
	{Label: "Profile", Href: "/settings", Icon: "pencil-line"},
	{Label: "Security", Href: "/settings/security", Icon: "lock"},
	{Label: "Programs", Href: "/settings/programs", Icon: "key"},
	{Label: "Tags", Href: "/settings/tags", Icon: "tag"},
	{Label: "Your data", Href: "/settings/data", Icon: "download"},
	{Label: "Appearance", Href: "/settings/appearance", Icon: "monitor"},
	{Label: "Households", Href: "/households", Icon: "users"},
	{Label: "Clients", Href: "/clients", Icon: "library"},
}

// chosen is a list of pages with the one of an address marked.
func chosen(pages []view.Link, href string) []view.Link {
	all := make([]view.Link, len(pages))
	for i, p := range pages {
		p.Current = p.Href == href
		all[i] = p
	}
	return all
}

// settingsPage is one of them, to be filled.
func (r *request) settingsPage(href string) view.Account {
	v := view.Account{Page: r.frame("Settings", "settings"), Label: "Settings", Pages: chosen(settingsPages, href), SignOut: true}
	v.Page.Sheets = []string{v.Page.Assets.Account}
	v.Page.Here = href // a form that was refused has no page of its own to come back to
	return v
}

// showAccount shows a page of this kind; its script only where something on it needs one.
func (r *request) showAccount(status int, v view.Account) error {
	for _, s := range v.Sections {
		if s.Passkey != nil || s.Secret != nil {
			v.Page.Scripts = []string{v.Page.Assets.AccountScript}
		}
	}
	return r.show(status, page.Account(v))
}

// proving asks for the password and sends a form once more, for what is asked of somebody
// who signed in a while ago. It returns the error where that is not the matter.
func (r *request) proving(err error, title, back string) error {
	wrong := ""
	switch {
	case errors.Is(err, service.ErrReauthorise):
	case errors.Is(err, service.ErrCredentials):
		wrong = "This is not your password."
	case errors.Is(err, service.ErrThrottled):
		_, wrong = doorSays(err)
	default:
		return err
	}
	form := view.Form{Action: r.URL.Path, Submit: "Go on", Cancel: back, Fields: []view.Field{{Name: "password", Label: "Password", Kind: "password", Width: "w6", Auto: "current-password", Need: true, Focus: true, Error: wrong}}}
	for _, name := range sortedNames(r.PostForm) {
		if name != "password" {
			form.Hidden = append(form.Hidden, view.Hidden{Name: name, Value: r.PostForm.Get(name)})
		}
	}
	v := r.settingsPage(back)
	v.Sections = []view.Subject{{ID: "prove", Title: title, Form: &form,
		Text: []string{"This is hard to take back, so the password is asked for again. Within ten minutes of signing in it is not; who has no password signs out and in again."}}}
	return r.showAccount(http.StatusUnprocessableEntity, v)
}

// used is when something was last used.
func (r *request) used(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return r.moment(t)
}

// day is the day of a time in the reader's zone; a dash where it is not known.
func (r *request) day(t time.Time) string {
	if t.IsZero() {
		return format.Unknown
	}
	t = t.In(r.zone())
	return format.Date(date.Must(t.Year(), t.Month(), t.Day()))
}

func (r *request) zone() *time.Location {
	if zone, err := time.LoadLocation(r.user.TimeZone); err == nil {
		return zone
	}
	return time.UTC
}

// ownData is a copy of everything, and its end.
func (s *site) ownData(r *request) error { return s.showOwnData(r, http.StatusOK, nil) }

// deletion is what is typed to delete an account.
const deletion = "delete my account"

func (s *site) showOwnData(r *request, status int, errs map[string]string) error {
	v := r.settingsPage("/settings/data")
	fields := []view.Field{
		{Name: "confirm", Label: "Type “" + deletion + "”", Kind: "text", Width: "w6", Auto: "off", Need: true, Value: r.PostFormValue("confirm")},
		{Name: "password", Label: "Password", Kind: "password", Width: "w6", Auto: "current-password", Help: "Not needed within ten minutes of signing in."},
	}
	consequences := []string{"Everything you own goes, for good and at once: portfolios with their ledgers, own prices, settings, tokens, passkeys and sessions. Portfolios that others shared with you stay theirs. The audit trail keeps that it happened, not what it held."}
	if errs["everybody"] != "" || r.PostFormValue("everybody") != "" {
		fields = append(fields, view.Field{Name: "everybody", Label: "The others", Kind: "check", Width: "w6", Hint: "Delete everybody else of the household or firm too, with all they have"})
	}
	v.Sections = []view.Subject{
		{ID: "export", Title: "A copy of everything", Text: []string{"A zip of JSON files: your profile, each of your portfolios as a ledger document that Import reads again, own prices, settings, what signs you in (never the secrets) and what the audit trail says you did."},
			Links: []view.Link{{Label: "Download everything", Href: "/settings/data/export", Icon: "download"}}},
		{ID: "delete", Title: "Delete the account", Text: consequences,
			Form: &view.Form{Action: "/settings/data/delete", Submit: "Delete my account", Danger: true, Fields: withErrors(fields, errs)}, Fold: "Delete the account"},
	}
	return r.showAccount(status, v)
}

func (s *site) exportMe(r *request) error {
	var b bytes.Buffer
	if err := s.svc.ExportMe(r.Context(), r.caller, &b); err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "application/zip")
	r.w.Header().Set("Content-Disposition", `attachment; filename="foliosight-`+s.opts.Now().UTC().Format("2006-01-02")+`.zip"`)
	_, err := r.w.Write(b.Bytes())
	return err
}

func (s *site) deleteMe(r *request) error {
	if r.PostFormValue("confirm") != deletion {
		return s.showOwnData(r, http.StatusUnprocessableEntity, map[string]string{"confirm": "Type it exactly, without the quotation marks."})
	}
	err := s.svc.DeleteMe(r.Context(), r.caller, r.PostFormValue("password"), r.PostFormValue("everybody") != "")
	switch {
	case err == nil:
		s.leave(r)
		http.SetCookie(r.w, &http.Cookie{Name: chosenCookie, Path: "/", MaxAge: -1})
		r.toast(flash{Text: "Your account is deleted."})
		return r.to("/sign-in")
	case errors.Is(err, service.ErrReauthorise):
		return s.showOwnData(r, http.StatusUnprocessableEntity, map[string]string{"password": "You signed in a while ago: give the password once more."})
	case errors.Is(err, service.ErrCredentials):
		return s.showOwnData(r, http.StatusUnprocessableEntity, map[string]string{"password": "This is not your password."})
	case errors.Is(err, service.ErrThrottled):
		_, text := doorSays(err)
		return s.showOwnData(r, http.StatusTooManyRequests, map[string]string{"password": text})
	}
	if errs := oneFault(err, "confirm"); errs != nil {
		return s.showOwnData(r, http.StatusUnprocessableEntity, errs)
	}
	return err
}
