package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/view"
)

// history is how many sign-ins the page tells of.
const history = 12

func (s *site) security(r *request) error { return s.showSecurity(r, http.StatusOK, nil, nil) }

// showSecurity shows the page. step takes the place of the section of its id, for what
// is under way.
func (s *site) showSecurity(r *request, status int, step *view.Subject, errs map[string]string) error {
	v := r.settingsPage("/settings/security")
	parts := []func(*request) (view.Subject, error){s.secondFactorSection, s.passkeySection, s.identitySection, s.sessionSection, s.historySection}
	v.Sections = []view.Subject{{ID: "password", Title: "Password", Fold: "Change the password", Form: &view.Form{Action: "/settings/password", Submit: "Change password", Fields: withErrors([]view.Field{
		{Name: "old", Label: "Current password", Kind: "password", Width: "w3", Auto: "current-password", Need: true},
		{Name: "new", Label: "New password", Kind: "password", Width: "w3", Auto: "new-password", Need: true, Help: "At least 12 characters. Other sessions of yours are ended."},
	}, errs)}}}
	for _, part := range parts {
		section, err := part(r)
		if err != nil {
			return err
		}
		if section.ID != "" {
			v.Sections = append(v.Sections, section)
		}
	}
	if step != nil {
		for i := range v.Sections {
			if v.Sections[i].ID == step.ID {
				v.Sections[i] = *step
			}
		}
	}
	return r.showAccount(status, v)
}

func (s *site) savePassword(r *request) error {
	errs := map[string]string{}
	if len([]rune(r.PostFormValue("new"))) < service.MinPassword {
		errs["new"] = "At least 12 characters are needed; a sentence is easiest to remember."
	} else {
		err := s.svc.ChangePassword(r.Context(), r.caller, r.PostFormValue("old"), r.PostFormValue("new"))
		switch {
		case err == nil:
			r.toast(flash{Text: "Password changed"})
			return r.to("/settings/security")
		case errors.Is(err, service.ErrCredentials):
			errs["old"] = "This is not the current password."
		case errors.Is(err, service.ErrThrottled):
			_, errs["old"] = doorSays(err)
		default:
			if errs = oneFault(err, "new"); errs == nil {
				return err
			}
			if text := errs["password"]; text != "" {
				errs["new"] = text
			}
		}
	}
	return s.showSecurity(r, http.StatusUnprocessableEntity, nil, errs)
}

func (s *site) secondFactorSection(r *request) (view.Subject, error) {
	f, err := s.svc.SecondFactor(r.Context(), r.caller)
	section := view.Subject{ID: "second-factor", Title: "Second factor", Note: "off", Text: []string{"With a second factor, signing in asks for a code of an authenticator on your phone as well, so that a password alone is not enough."},
		Actions: []view.Action{{Label: "Set up an authenticator", Href: "/settings/security/totp/begin"}}}
	if err != nil || !f.On {
		return section, err
	}
	section.Note, section.Text = "on", nil
	section.Terms = []view.Term{{Label: "In force since", Text: r.moment(f.Since)}, {Label: "Recovery codes left", Text: r.locale.Count(f.Recovery)}}
	section.Actions = []view.Action{{Label: "New recovery codes", Href: "/settings/security/recovery"}, {Label: "Remove the second factor", Href: "/settings/security/totp/disable", Danger: true}}
	return section, nil
}

func (s *site) beginTOTP(r *request) error {
	t, err := s.svc.BeginTOTP(r.Context(), r.caller, r.PostFormValue("password"))
	if errors.Is(err, service.ErrNoKey) {
		return s.showSecurity(r, http.StatusServiceUnavailable, &view.Subject{ID: "second-factor", Title: "Second factor", Notice: &view.Notice{Kind: "warn", Icon: "triangle-alert", Text: "Secrets cannot be kept here yet: who runs the installation sets ENCRYPTION_KEY first."}}, nil)
	}
	if err != nil {
		return r.proving(err, "Set up an authenticator", "/settings/security")
	}
	return s.showTOTP(r, http.StatusOK, t.URI, t.Secret, "")
}

// showTOTP shows the code to be photographed and asks for the first code made of it.
func (s *site) showTOTP(r *request, status int, uri, secret, wrong string) error {
	picture, err := qrCode(uri)
	if err != nil {
		return err
	}
	return s.showSecurity(r, status, &view.Subject{ID: "second-factor", Title: "Set up an authenticator", Picture: picture,
		Text:  []string{"Photograph the code with an authenticator, or type the secret into it. Nothing changes until a code of it is confirmed."},
		Terms: []view.Term{{Label: "Secret", Text: grouped(secret)}},
		Form: &view.Form{Action: "/settings/security/totp/confirm", Submit: "Confirm", Cancel: "/settings/security", Hidden: []view.Hidden{{Name: "uri", Value: uri}, {Name: "secret", Value: secret}},
			Fields: []view.Field{{Name: "code", Label: "Code", Kind: "text", Width: "w3", Auto: "one-time-code", Need: true, Focus: true, Help: "The six digits that the authenticator shows now.", Error: wrong}}}}, nil)
}

// grouped is a secret in groups of four, easier to type.
func grouped(secret string) string {
	var out strings.Builder
	for i, sign := range secret {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(sign)
	}
	return out.String()
}

// qrCode draws a text as a QR code: one path of runs of dark modules, with the quiet
// zone of four modules that the standard (ISO/IEC 18004) asks for.
func qrCode(text string) (*view.QR, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	const quiet = 4
	size := code.Bounds().Dx()
	dark := func(x, y int) bool {
		if x >= size {
			return false
		}
		red, _, _, _ := code.At(x, y).RGBA()
		return red == 0
	}
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			if !dark(x, y) {
				continue
			}
			from := x
			for dark(x+1, y) {
				x++
			}
			path.WriteString("M" + number(float64(from+quiet)) + " " + number(float64(y+quiet)) + "h" + number(float64(x-from+1)) + "v1h-" + number(float64(x-from+1)) + "z")
		}
	}
	return &view.QR{Path: path.String(), Size: size + 2*quiet, Label: "The secret as a code to be photographed"}, nil
}

func (s *site) confirmTOTP(r *request) error {
	codes, err := s.svc.ConfirmTOTP(r.Context(), r.caller, r.PostFormValue("code"))
	if status, text := doorSays(err); status != 0 {
		return s.showTOTP(r, status, r.PostFormValue("uri"), r.PostFormValue("secret"), text)
	}
	if err != nil {
		return err
	}
	return s.showRecovery(r, "The second factor is in force", codes)
}

// showRecovery shows recovery codes, once.
func (s *site) showRecovery(r *request, title string, codes []string) error {
	return s.showSecurity(r, http.StatusOK, &view.Subject{ID: "second-factor", Title: title,
		Text:   []string{"If the device is lost, each of these codes lets you in once. Keep them where the device is not; they are not shown again."},
		Secret: &view.ShownOnce{Label: "Recovery codes", Lines: codes, Print: true}, Links: []view.Link{{Label: "I have kept them", Href: "/settings/security"}}}, nil)
}

func (s *site) newRecoveryCodes(r *request) error {
	codes, err := s.svc.NewRecoveryCodes(r.Context(), r.caller, r.PostFormValue("password"))
	if err != nil {
		return r.proving(err, "New recovery codes", "/settings/security")
	}
	return s.showRecovery(r, "New recovery codes", codes)
}

func (s *site) disableTOTP(r *request) error {
	if err := s.svc.DisableTOTP(r.Context(), r.caller, r.PostFormValue("password")); err != nil {
		return r.proving(err, "Remove the second factor", "/settings/security")
	}
	r.toast(flash{Text: "The second factor is removed"})
	return r.to("/settings/security")
}

func (s *site) passkeySection(r *request) (view.Subject, error) {
	all, err := s.svc.Passkeys(r.Context(), r.caller)
	section := view.Subject{ID: "passkeys", Title: "Passkeys", Text: []string{"A passkey signs you in with the lock of this device, without a password or a code."},
		List: &view.List{Caption: "Passkeys", Head: []string{"Device", "Added", "Last used"}, Empty: "No passkey yet."}}
	for _, p := range all {
		id := []view.Hidden{{Name: "id", Value: p.ID}}
		section.List.Rows = append(section.List.Rows, view.ListRow{Cells: []view.Cell{{Text: p.Name}, {Text: r.day(p.Created)}, {Text: r.used(p.LastUsed)}},
			Form:    &view.Form{Action: "/settings/security/passkeys/rename", Submit: "Rename", Hidden: id, Fields: []view.Field{{Name: "name", Label: "New name of " + p.Name, Kind: "text", Hint: "New name"}}},
			Actions: []view.Action{{Label: "Remove", Href: "/settings/security/passkeys/delete", Fields: id, Danger: true}}})
	}
	if s.svc.Doors().Passkeys {
		section.Passkey = &view.Passkey{Begin: "/settings/security/passkeys/begin", Finish: "/settings/security/passkeys/finish", Label: "Add a passkey",
			Name:     &view.Field{Name: "name", ID: "passkey-name", Label: "Which device is it?", Kind: "text", Width: "w3", Need: true, Auto: "off", Hint: "such as Laptop"},
			Password: &view.Field{Name: "password", ID: "passkey-password", Label: "Password", Kind: "password", Width: "w3", Auto: "current-password"}}
	} else if len(all) == 0 {
		section.List.Empty = "Passkeys need a name for these pages: who runs the installation sets FRONTEND_URL."
	}
	return section, err
}

func (s *site) renamePasskey(r *request) error {
	err := s.svc.RenamePasskey(r.Context(), r.caller, r.PostFormValue("id"), r.PostFormValue("name"))
	if errs := oneFault(err, "name"); errs != nil {
		r.toast(flash{Text: "Not renamed. " + errs["name"]})
		return r.to("/settings/security#passkeys")
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Renamed"})
	return r.to("/settings/security#passkeys")
}

func (s *site) deletePasskey(r *request) error {
	if err := s.svc.DeletePasskey(r.Context(), r.caller, r.PostFormValue("id"), r.PostFormValue("password")); err != nil {
		return r.proving(err, "Remove a passkey", "/settings/security")
	}
	r.toast(flash{Text: "The passkey is removed"})
	return r.to("/settings/security#passkeys")
}

// identitySection lists identities of other providers; there is none where there are no
// providers.
func (s *site) identitySection(r *request) (view.Subject, error) {
	providers := s.svc.Doors().Providers
	all, err := s.svc.Linked(r.Context(), r.caller)
	if err != nil || len(providers) == 0 && len(all) == 0 {
		return view.Subject{}, err
	}
	section := view.Subject{ID: "identities", Title: "Other providers", Text: []string{"Accounts elsewhere that sign you in here."}, List: &view.List{Caption: "Identities of other providers", Head: []string{"Provider", "Known as", "Since"}, Empty: "None yet."}}
	for _, l := range all {
		section.List.Rows = append(section.List.Rows, view.ListRow{Cells: []view.Cell{{Text: l.Issuer}, {Text: l.Email, Note: l.Subject}, {Text: r.day(l.Created)}},
			Actions: []view.Action{{Label: "Remove", Href: "/settings/security/identities/unlink", Fields: []view.Hidden{{Name: "id", Value: l.ID}}, Danger: true}}})
	}
	for _, p := range providers {
		section.Actions = append(section.Actions, view.Action{Label: "Add " + p.Label, Href: "/settings/security/identities/link", Fields: []view.Hidden{{Name: "provider", Value: p.Name}}})
	}
	return section, nil
}

// elsewhereCookie is what the browser keeps while it is at another provider; the API's
// callback reads it.
const elsewhereCookie = "foliosight_elsewhere"

func (s *site) linkIdentity(r *request) error {
	sent, err := s.svc.BeginElsewhere(r.Context(), r.PostFormValue("provider"), service.Elsewhere{To: "/settings/security", Link: &r.caller, Visit: service.Visit{Agent: r.UserAgent()}})
	switch {
	case errors.Is(err, service.ErrReauthorise):
		r.toast(flash{Text: "You signed in a while ago: sign out and in again, then add it within ten minutes."})
		return r.to("/settings/security#identities")
	case errors.Is(err, service.ErrOIDCDown), errors.Is(err, service.ErrProvider):
		r.toast(flash{Text: "The other provider does not answer. Try again later."})
		return r.to("/settings/security#identities")
	case err != nil:
		return err
	}
	http.SetCookie(r.w, &http.Cookie{Name: elsewhereCookie, Value: sent.Keep, Path: "/api/v1/auth/oidc/", Expires: sent.Expires, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.opts.Secure})
	return r.to(sent.Address)
}

func (s *site) unlinkIdentity(r *request) error {
	if err := s.svc.Unlink(r.Context(), r.caller, r.PostFormValue("id")); err != nil {
		return err
	}
	r.toast(flash{Text: "Removed"})
	return r.to("/settings/security#identities")
}

func (s *site) sessionSection(r *request) (view.Subject, error) {
	all, err := s.svc.Sessions(r.Context(), r.caller)
	section := view.Subject{ID: "sessions", Title: "Where you are signed in", List: &view.List{Caption: "Sessions", Head: []string{"Browser or program", "Signed in", "Last seen"}, Empty: "Nowhere."},
		Actions: []view.Action{{Label: "Sign out everywhere", Href: "/settings/security/sessions/end-all", Danger: true}}}
	for _, one := range all {
		row := view.ListRow{Cells: []view.Cell{{Text: browserOf(one.Agent)}, {Text: r.moment(one.Created)}, {Text: r.moment(one.LastSeen), Note: "to the hour"}},
			Actions: []view.Action{{Label: "End", Href: "/settings/security/sessions/end", Fields: []view.Hidden{{Name: "id", Value: one.ID}}}}}
		if one.ID == r.caller.Session {
			row.Cells[0].Tag, row.Actions = &view.Tag{Text: "this one", Kind: "draft"}, nil
		}
		section.List.Rows = append(section.List.Rows, row)
	}
	return section, err
}

// browserOf is what a browser calls itself, in the words people use; else what it said.
func browserOf(agent string) string {
	name := ""
	for _, known := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, known[0]) {
			name = known[1]
			break
		}
	}
	if name == "" {
		if agent = strings.TrimSpace(agent); agent == "" {
			return "It did not say"
		}
		if len([]rune(agent)) > 60 {
			agent = string([]rune(agent)[:60]) + "…"
		}
		return agent
	}
	for _, system := range [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, system[0]) {
			return name + " on " + system[1]
		}
	}
	return name
}

func (s *site) endSession(r *request) error {
	if err := s.svc.EndSession(r.Context(), r.caller, r.PostFormValue("id")); err != nil && !errors.Is(err, service.ErrNotFound) {
		return err // one that ended by itself has ended
	}
	r.toast(flash{Text: "The session has ended"})
	return r.to("/settings/security#sessions")
}

func (s *site) endSessions(r *request) error {
	if err := s.svc.SignOutEverywhere(r.Context(), r.caller); err != nil {
		return err
	}
	s.leave(r)
	r.toast(flash{Text: "You are signed out everywhere."})
	return r.to("/sign-in")
}

// historySection tells of the last sign-ins and of what changed how one signs in.
func (s *site) historySection(r *request) (view.Subject, error) {
	section := view.Subject{ID: "history", Title: "What happened to your account", Note: "from the audit trail", List: &view.List{Caption: "What happened to your account", Head: []string{"What", "From", "When"}, Empty: "Nothing yet."}}
	var all []store.Event
	for _, kind := range []string{"session.", "passkey.", "token.", "second-factor.", "recovery-codes.", "user.password", "identity.", "account.export"} {
		some, err := s.svc.FindEvents(r.Context(), r.caller, store.EventFilter{User: r.caller.User, Action: kind, Limit: history})
		if err != nil {
			return section, err
		}
		all = append(all, some...)
	}
	newestFirst(all)
	for _, e := range all[:min(history, len(all))] {
		what, from := view.Cell{Text: actionWords(e.Action)}, view.Cell{}
		address, agent, why := service.Came(e)
		if why != "" {
			what.Note = "wrong " + why
		}
		if from.Text = cmp.Or(address, "–"); agent != "" {
			from.Note = browserOf(agent)
		}
		section.List.Rows = append(section.List.Rows, view.ListRow{Cells: []view.Cell{what, from, {Text: r.moment(e.At)}}})
	}
	return section, nil
}
