package web

import (
	"errors"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// doorRoutes are the pages for those who are not signed in.
func (s *site) doorRoutes(open func(string, handler)) {
	open("GET /sign-in", s.signInPage)
	open("POST /sign-in", s.signIn)
	open("GET /sign-in/second-factor", s.secondFactorPage)
	open("POST /sign-in/second-factor", s.secondFactor)
	open("POST /sign-in/passkey/begin", s.beginPasskeySignIn)
	open("POST /sign-in/passkey/finish", s.finishPasskeySignIn)
	open("GET /register", s.registerPage)
	open("POST /register", s.register)
	open("GET /forgotten", s.forgottenPage)
	open("POST /forgotten", s.forgotten)
	open("GET /reset", s.resetPage)
	open("POST /reset", s.reset)
	open("GET /verify", s.verifyPage)
	open("POST /verify", s.verify)
}

// showDoor shows a page of the door; what went wrong stands above its form.
func (r *request) showDoor(status int, v view.Door, problem string) error {
	v.Base = r.base()
	v.Sheets, v.Scripts = []string{v.Assets.Account}, nil
	if v.Passkey != nil {
		v.Scripts = []string{v.Assets.AccountScript}
	}
	if problem != "" {
		v.Notice = &view.Notice{Kind: "bad", Icon: "circle-alert", Text: problem}
	}
	return r.show(status, page.Door(v))
}

// refusals are what the door says where it refuses; the first that fits.
var refusals = []struct {
	err    error
	status int
	text   string
}{
	{service.ErrCredentials, http.StatusUnprocessableEntity, "This email address and password do not belong together."},
	{service.ErrBusy, http.StatusTooManyRequests, "Too many people are signing in at once. Try again in a moment."},
	{service.ErrCode, http.StatusUnprocessableEntity, "This code is wrong, or was used already. Wait for the next one, and see whether the clock of the device is right."},
	{service.ErrChallenge, http.StatusUnprocessableEntity, "This took too long, or there were too many wrong codes. Begin again."},
	{service.ErrUninvited, http.StatusForbidden, "Accounts are by invitation here. Ask an owner for one, and open the link that it comes with."},
	{service.ErrInvite, http.StatusUnprocessableEntity, "This invitation was used, taken back, or is more than a week old. Ask for another."},
	{service.ErrSetUp, http.StatusForbidden, "Nobody can create an account here. Ask who runs the installation."},
	{service.ErrExists, http.StatusUnprocessableEntity, "Somebody signs in with this address already. If it is you, sign in instead."},
	{service.ErrMailToken, http.StatusUnprocessableEntity, "This link was used already, or is too old. Ask for another."},
	{service.ErrNoMail, http.StatusServiceUnavailable, "This installation sends no mail. Ask an owner to give you a new password."},
	{service.ErrPasskey, http.StatusUnprocessableEntity, "This passkey signs nobody in here. Use another, or the password."},
}

// doorSays is what the door says of an error; status 0 where it is none of its own.
func doorSays(err error) (status int, text string) {
	var wait *service.Throttled
	if errors.As(err, &wait) {
		return http.StatusTooManyRequests, "Too many attempts. The next is taken in " + inWords(wait.Wait) + "."
	}
	if errors.Is(err, service.ErrThrottled) {
		return http.StatusTooManyRequests, "Too many attempts. Wait a while and try again."
	}
	for _, one := range refusals {
		if errors.Is(err, one.err) {
			return one.status, one.text
		}
	}
	var fault *ledger.Fault
	if errors.As(err, &fault) {
		return http.StatusUnprocessableEntity, faultText(fault)
	}
	return 0, ""
}

// inWords is a wait, rounded up so that nobody comes too early.
func inWords(wait time.Duration) string {
	seconds := int((wait + time.Second - 1) / time.Second)
	if seconds < 60 {
		return plural(max(seconds, 1), "second")
	}
	return plural((seconds+59)/60, "minute")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (s *site) signInPage(r *request) error {
	fresh, err := s.svc.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if fresh {
		return r.to("/first-run")
	}
	return s.showSignIn(r, http.StatusOK, "")
}

func (s *site) showSignIn(r *request, status int, problem string) error {
	doors, to := s.svc.Doors(), r.FormValue("to")
	v := view.Door{Title: "Sign in", Demo: s.opts.Demo, Form: &view.Form{Action: "/sign-in", Submit: "Sign in", Hidden: []view.Hidden{{Name: "to", Value: to}}, Fields: []view.Field{
		{Name: "email", Label: "Email", Kind: "email", Value: r.PostFormValue("email"), Auto: "username webauthn", Need: true, Focus: true},
		{Name: "password", Label: "Password", Kind: "password", Auto: "current-password", Need: true},
	}}}
	if doors.Passkeys {
		v.Passkey = &view.Passkey{Begin: "/sign-in/passkey/begin", Finish: "/sign-in/passkey/finish", Label: "Sign in with a passkey", To: inside(to)}
	}
	v.Others = others(doors, to, "")
	if doors.Mail {
		v.Ways = append(v.Ways, view.Link{Label: "Forgotten your password?", Href: "/forgotten"})
	}
	if doors.Registration == service.Open {
		v.Ways = append(v.Ways, view.Link{Label: "Create an account", Href: "/register"})
	}
	if problem == "" {
		if t := r.takeToast(); t != nil {
			v.Notice = &view.Notice{Icon: "check", Text: t.Text}
		}
	}
	return r.showDoor(status, v, problem)
}

// others are the other providers that one can sign in with.
func others(doors service.Doors, to, invite string) (all []view.Link) {
	for _, p := range doors.Providers {
		href := "/api/v1/auth/oidc/" + p.Name + "/start?to=" + escape(inside(to))
		if invite != "" {
			href += "&invite=" + escape(invite)
		}
		all = append(all, view.Link{Label: "Continue with " + p.Label, Href: href})
	}
	return all
}

func (s *site) signIn(r *request) error {
	in, err := s.svc.SignIn(r.Context(), strings.TrimSpace(r.PostFormValue("email")), r.PostFormValue("password"), r.UserAgent())
	var second *service.SecondFactorNeeded
	if errors.As(err, &second) {
		http.SetCookie(r.w, &http.Cookie{Name: challengeCookie, Value: second.Challenge, Path: "/", Expires: second.Expires, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.opts.Secure})
		return s.showSecondFactor(r, http.StatusOK, "")
	}
	if status, text := doorSays(err); status != 0 {
		return s.showSignIn(r, status, text)
	}
	if err != nil {
		return err
	}
	return s.goIn(r, in)
}

// secondFactorPage asks for the code; who comes from another provider begins here.
func (s *site) secondFactorPage(r *request) error {
	if r.cookie(challengeCookie) == "" {
		return r.to("/sign-in")
	}
	return s.showSecondFactor(r, http.StatusOK, "")
}

func (s *site) showSecondFactor(r *request, status int, problem string) error {
	return r.showDoor(status, view.Door{Title: "One more step", Lead: "Your account asks for a code as well.", Form: &view.Form{Action: "/sign-in/second-factor", Submit: "Continue", Hidden: []view.Hidden{{Name: "to", Value: r.FormValue("to")}}, Fields: []view.Field{
		{Name: "code", Label: "Code", Kind: "text", Auto: "one-time-code", Need: true, Focus: true, Help: "Six digits of your authenticator. If the device is lost, one of your recovery codes."},
	}}, Ways: []view.Link{{Label: "Begin again", Href: "/sign-in"}}}, problem)
}

func (s *site) secondFactor(r *request) error {
	in, err := s.svc.FinishSignIn(r.Context(), r.cookie(challengeCookie), strings.TrimSpace(r.PostFormValue("code")))
	if status, text := doorSays(err); status != 0 {
		if errors.Is(err, service.ErrChallenge) {
			return s.showSignIn(r, status, text)
		}
		return s.showSecondFactor(r, status, text)
	}
	if err != nil {
		return err
	}
	http.SetCookie(r.w, &http.Cookie{Name: challengeCookie, Path: "/", MaxAge: -1})
	return s.goIn(r, in)
}

// registerPage creates an account, by invitation or where everybody may.
func (s *site) registerPage(r *request) error {
	fresh, err := s.svc.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if fresh {
		return r.to("/first-run")
	}
	return s.showRegister(r, http.StatusOK, nil, "")
}

func (s *site) showRegister(r *request, status int, errs map[string]string, problem string) error {
	doors, invite := s.svc.Doors(), r.FormValue("invite")
	v := view.Door{Title: "Create an account", Ways: []view.Link{{Label: "I have an account", Href: "/sign-in"}}}
	if doors.Registration == service.Closed || doors.Registration == service.Invite && invite == "" {
		_, text := doorSays(map[service.Registration]error{service.Closed: service.ErrSetUp, service.Invite: service.ErrUninvited}[doors.Registration])
		return r.showDoor(http.StatusForbidden, v, text)
	}
	if invite != "" {
		v.Lead = "You were invited. The invitation is good once."
	}
	currency := r.PostFormValue("currency")
	if currency == "" {
		currency = "USD"
	}
	fields := []view.Field{
		{Name: "name", Label: "Name", Kind: "text", Value: r.PostFormValue("name"), Auto: "name", Need: true, Focus: len(errs) == 0},
		{Name: "email", Label: "Email", Kind: "email", Value: r.PostFormValue("email"), Auto: "username", Need: true, Help: "To sign in with."},
		{Name: "password", Label: "Password", Kind: "password", Auto: "new-password", Need: true, Help: "At least 12 characters; a sentence is easiest to remember."},
		currencyField(currency, "Base currency", "What totals are shown in. Each portfolio can have its own."),
	}
	v.Form = &view.Form{Action: "/register", Submit: "Create account", Hidden: []view.Hidden{{Name: "invite", Value: invite}}, Fields: withErrors(fields, errs)}
	v.Others = others(doors, "", invite)
	return r.showDoor(status, v, problem)
}

func (s *site) register(r *request) error {
	n, errs := r.typedOwner()
	if len(errs) > 0 {
		return s.showRegister(r, http.StatusUnprocessableEntity, errs, "")
	}
	n.Invite = r.PostFormValue("invite")
	in, err := s.svc.Register(r.Context(), n)
	if errors.Is(err, service.ErrExists) {
		return s.showRegister(r, http.StatusUnprocessableEntity, map[string]string{"email": "Somebody signs in with this address already. If it is you, sign in instead."}, "")
	}
	if errs := oneFault(err, "email"); errs != nil {
		return s.showRegister(r, http.StatusUnprocessableEntity, errs, "")
	}
	if status, text := doorSays(err); status != 0 {
		return s.showRegister(r, status, nil, text)
	}
	if err != nil {
		return err
	}
	s.enter(r, in)
	return r.to("/")
}

// typedOwner reads who creates an account.
func (r *request) typedOwner() (n service.NewOwner, errs map[string]string) {
	errs = map[string]string{}
	n = service.NewOwner{
		Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email")),
		Password: r.PostFormValue("password"), Locale: r.locale.Tag, Agent: r.UserAgent(),
	}
	if n.Name == "" {
		errs["name"] = "A name is needed; any will do."
	}
	if !isAddress(n.Email) {
		errs["email"] = wrongAddress
	}
	if len([]rune(n.Password)) < service.MinPassword {
		errs["password"] = "At least 12 characters are needed; a sentence is easiest to remember."
	}
	var err error
	if n.BaseCurrency, err = money.ParseCurrency(strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency")))); err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	return n, errs
}

const wrongAddress = "An address needs a name and a domain, like name@example.org."

func isAddress(email string) bool {
	address, err := mail.ParseAddress(email)
	return err == nil && address.Address == email && strings.Contains(email[strings.LastIndex(email, "@")+1:], ".")
}
