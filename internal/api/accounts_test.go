package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/oidc/oidctest"
	"github.com/foliosight/foliosight/internal/passkey/passkeytest"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
)

// box is a channel that keeps what it is given.
type box struct{ sent []notify.Message }

func (b *box) Send(_ context.Context, m notify.Message) error {
	b.sent = append(b.sent, m)
	return nil
}

// furnished is the API of an installation that can do everything.
func furnished(t *testing.T, a service.Accounts) (*house, *box) {
	t.Helper()
	mail := &box{}
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	a.Secrets, a.Mail, a.PublicURL = keys, mail, "https://books.example.org"
	return openWith(t, a, nil, func(o *api.Options) { o.Limits.Login = 1000 }), mail
}

// TestTokensOfALogin: what programs expect of signing in.
func TestTokensOfALogin(t *testing.T) {
	h, _ := furnished(t, service.Accounts{})
	h.owner()
	nobody := client{house: h}
	a := nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a sentence is easiest"}`).is(200)
	if a.text("token_type") != "bearer" || a.number("expires_in") != 86400 || strings.Count(a.text("access_token"), ".") != 2 || a.text("token") == "" {
		t.Errorf("%s", a.body)
	}
	program := client{house: h, token: a.text("access_token")}
	if got := program.get("/api/v1/auth/me").is(200).text("email"); got != "ada@example.org" {
		t.Errorf("%s", got)
	}
	fresh := nobody.post("/api/v1/auth/refresh", `{"refresh_token":"`+a.text("refresh_token")+`"}`).is(200)
	client{house: h, token: fresh.text("access_token")}.get("/api/v1/auth/me").is(200)
	nobody.post("/api/v1/auth/refresh", `{"refresh_token":"`+a.text("refresh_token")+`"}`).problem(401, "not-signed-in")
	client{house: h, token: fresh.text("access_token")}.get("/api/v1/auth/me").problem(401, "not-signed-in")
	nobody.post("/api/v1/auth/refresh", "").problem(401, "not-signed-in")

	a = nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a sentence is easiest"}`).is(200)
	b := nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a sentence is easiest"}`).is(200)
	program = client{house: h, token: a.text("access_token")}
	again := program.post("/api/v1/auth/refresh", "").is(200)
	if again.text("access_token") == "" || again.text("expires") == "" {
		t.Errorf("%s", again.body)
	}
	sessions := program.get("/api/v1/auth/sessions").is(200).value("items").([]any)
	if len(sessions) != 3 { // of registering, and these two
		t.Errorf("%v", sessions)
	}
	for _, one := range sessions {
		if s := one.(map[string]any); s["current"] != true && s["id"] != "" {
			program.delete("/api/v1/auth/sessions/" + s["id"].(string)).is(204)
		}
	}
	client{house: h, token: b.text("access_token")}.get("/api/v1/auth/me").problem(401, "not-signed-in")
	program.post("/api/v1/auth/logout-everywhere", "").is(204)
	program.get("/api/v1/auth/me").problem(401, "not-signed-in")
}

// TestEveryAddressKeepsToItsScope asks every address with a token of every scope: what
// the document says is needed is what is needed.
func TestEveryAddressKeepsToItsScope(t *testing.T) {
	h, _ := furnished(t, service.Accounts{Registration: service.Invite})
	ada := h.owner()
	portfolio := strings.TrimPrefix(ada.portfolio("Family"), "/api/v1/portfolios/")
	order := []string{"read", "trade", "manage", "admin"}
	tokens := map[string]client{}
	for _, scope := range order {
		a := ada.post("/api/v1/auth/tokens", `{"name":"`+scope+`","scope":"`+scope+`"}`).is(201)
		tokens[scope] = client{house: h, token: a.text("token")}
	}
	asked, refused := 0, map[string]int{}
	each(t, h, portfolio, func(method, path string, op operation) {
		if len(op.Security) == 0 || op.OperationID == "events" || strings.Contains(path, "progress") {
			return // answers without an end are not waited for
		}
		needed := ""
		for _, s := range op.Security {
			for _, scope := range s["bearer"] {
				needed = scope
			}
		}
		if needed == "" {
			t.Errorf("%s %s: it does not say what it needs", method, path)
			return
		}
		for _, scope := range order {
			if allowed := needed != "session" && slices.Index(order, scope) >= slices.Index(order, needed); allowed {
				continue
			}
			asked++
			refused[needed]++
			a := tokens[scope].ask(method, path, op)
			p := a.problem(403, "insufficient-scope")
			if p.Scope == "" || !strings.Contains(a.Header.Get("Www-Authenticate"), `error="insufficient_scope"`) {
				t.Errorf("%s %s: %s", method, path, a.body)
			}
		}
	})
	if asked < 100 || refused["trade"] < 5 || refused["manage"] < 10 || refused["admin"] < 15 || refused["session"] < 50 {
		t.Errorf("only %d refusals: %v", asked, refused)
	}
	// With enough it goes.
	address := "/api/v1/portfolios/" + portfolio
	tokens["read"].get(address).is(200)
	tokens["read"].post("/api/v1/calc/xirr", `{"flows":[["2024-01-01",-1],["2025-01-01",2]]}`).is(200)
	tokens["trade"].post(address+"/transactions", bodies["book"]).is(201)
	tokens["manage"].patch(address, `{"name":"Renamed"}`).is(200)
	tokens["admin"].post("/api/v1/users", `{"email":"bob@example.org","name":"Bob"}`).is(201)
	if got := ada.get(address).is(200).number("ledger_version"); got != 1 {
		t.Errorf("the ledger is at version %v", got)
	}
}

func TestSecondFactorOverTheAPI(t *testing.T) {
	h, _ := furnished(t, service.Accounts{})
	ada := h.owner()
	begun := ada.post("/api/v1/auth/totp/begin", "").is(200)
	code, err := totp.GenerateCode(begun.text("secret"), now)
	if err != nil {
		t.Fatal(err)
	}
	ada.post("/api/v1/auth/totp/confirm", `{"code":"000000"}`).problem(401, "wrong-second-factor")
	recovery := ada.post("/api/v1/auth/totp/confirm", `{"code":"`+code+`"}`).is(200).value("recovery_codes").([]any)
	nobody := client{house: h}
	p := nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a sentence is easiest"}`).problem(403, "mfa-required")
	if !p.MFARequired || p.Challenge == "" || len(p.Methods) != 2 || p.ChallengeExpires == nil {
		t.Errorf("%+v", p)
	}
	answer := func(code string) answer {
		return nobody.post("/api/v1/auth/login/second-factor", `{"challenge":"`+p.Challenge+`","code":"`+code+`"}`)
	}
	answer("000000").problem(401, "wrong-second-factor")
	in := answer(recovery[0].(string)).is(200)
	client{house: h, token: in.text("access_token")}.get("/api/v1/auth/totp").is(200)
	answer(recovery[1].(string)).problem(410, "ended")
	if got := ada.get("/api/v1/auth/totp").is(200); got.value("on") != true || got.number("recovery_codes") != 9 {
		t.Errorf("%s", got.body)
	}
	ada.post("/api/v1/auth/totp/disable", `{"password":"a sentence is easiest"}`).is(204)
	nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a sentence is easiest"}`).is(200)
}

func TestPasskeysOverTheAPI(t *testing.T) {
	h, _ := furnished(t, service.Accounts{})
	ada := h.owner()
	device := passkeytest.New("https://books.example.org")
	raw := func(a answer, field string) string {
		t.Helper()
		rest := string(a.body)
		from := strings.Index(rest, `"`+field+`":`) + len(field) + 3
		end := strings.LastIndex(rest, `,"challenge":`)
		return rest[from:end]
	}
	begun := ada.post("/api/v1/auth/passkeys/register/begin", "").is(200)
	made := ada.post("/api/v1/auth/passkeys/register/finish", `{"challenge":"`+begun.text("challenge")+`","name":"Laptop","answer":`+string(device.Create([]byte(raw(begun, "options"))))+`}`).is(201)
	nobody := client{house: h}
	begun = nobody.post("/api/v1/auth/passkeys/login/begin", "").is(200)
	finish := `{"challenge":"` + begun.text("challenge") + `","answer":` + string(device.Get([]byte(raw(begun, "options")))) + `}`
	in := nobody.post("/api/v1/auth/passkeys/login/finish", finish).is(200)
	client{house: h, token: in.text("access_token")}.get("/api/v1/auth/passkeys").is(200)
	nobody.post("/api/v1/auth/passkeys/login/finish", finish).problem(410, "ended")
	ada.delete("/api/v1/auth/passkeys/" + made.text("id")).is(204)
	begun = nobody.post("/api/v1/auth/passkeys/login/begin", "").is(200)
	nobody.post("/api/v1/auth/passkeys/login/finish", `{"challenge":"`+begun.text("challenge")+`","answer":`+string(device.Get([]byte(raw(begun, "options"))))+`}`).problem(401, "passkey-refused")
}

func TestOtherProvidersOverTheAPI(t *testing.T) {
	issuer := oidctest.New(t, func() time.Time { return now })
	issuer.Claims = jwt.MapClaims{"sub": "42", "email": "bob@example.net", "email_verified": true, "name": "Bob"}
	h, _ := furnished(t, service.Accounts{Registration: service.Open, Providers: []oidc.Provider{{Name: "firm", Issuer: issuer.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret}}})
	h.owner()
	nobody := client{house: h}
	if got := nobody.get("/api/v1/setup").is(200); got.text("registration") != "open" || got.text("providers.0.name") != "firm" {
		t.Errorf("%s", got.body)
	}
	for to, want := range map[string]string{"/p/all": "/p/all", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/"} {
		start := nobody.get("/api/v1/auth/oidc/firm/start?to=" + url.QueryEscape(to)).is(302)
		code, state := issuer.Authorize(start.Header.Get("Location"))
		cookie := start.Cookies()[0]
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || !strings.HasPrefix("/api/v1/auth/oidc/firm/callback", cookie.Path) {
			t.Errorf("%+v", cookie)
		}
		back := "/api/v1/auth/oidc/firm/callback?state=" + state + "&code=" + code
		nobody.get(back).problem(410, "ended") // another browser
		in := nobody.with("Cookie", cookie.Name+"="+cookie.Value).get(back).is(302)
		session := in.Cookies()[len(in.Cookies())-1]
		if in.Header.Get("Location") != want || session.Name != service.SessionCookie(false) {
			t.Errorf("%s: %v", to, in.Header)
		}
		if got := nobody.with("Cookie", session.Name+"="+session.Value).get("/api/v1/auth/me").is(200).text("email"); got != "bob@example.net" {
			t.Errorf("%s", got)
		}
	}
	nobody.get("/api/v1/auth/oidc/nobody/start").problem(404, "no-such-provider")
	nobody.get("/api/v1/auth/oidc/firm/callback?error=access_denied").problem(403, "refused-elsewhere")
}

func TestMailsOverTheAPI(t *testing.T) {
	h, mail := furnished(t, service.Accounts{Registration: service.Invite})
	ada := h.owner()
	nobody := client{house: h}
	link := func() string {
		t.Helper()
		if _, err := h.svc.DeliverDue(context.Background()); err != nil || len(mail.sent) == 0 {
			t.Fatalf("nothing was sent: %v", err)
		}
		text := mail.sent[len(mail.sent)-1].Text
		return strings.Fields(text[strings.Index(text, "=")+1:])[0]
	}
	known := nobody.post("/api/v1/auth/password/reset", `{"email":"ada@example.org"}`).is(202)
	unknown := nobody.post("/api/v1/auth/password/reset", `{"email":"nobody@example.org"}`).is(202)
	if string(known.body) != string(unknown.body) {
		t.Errorf("%s, %s", known.body, unknown.body)
	}
	token := link()
	nobody.post("/api/v1/auth/password/reset/confirm", `{"token":"x","new_password":"a brand new sentence"}`).problem(422, "bad-link")
	nobody.post("/api/v1/auth/password/reset/confirm", `{"token":"`+token+`","new_password":"a brand new sentence"}`).is(204)
	ada.get("/api/v1/auth/me").problem(401, "not-signed-in")
	ada.token = nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a brand new sentence"}`).is(200).text("access_token")

	register := `{"email":"bob@example.org","name":"Bob","password":"a sentence is easiest"`
	nobody.post("/api/v1/auth/register", register+`}`).problem(403, "invitation-needed")
	made := ada.post("/api/v1/invites", `{"email":"bob@example.org","mail":true}`).is(201)
	if invited := link(); !strings.HasSuffix(made.text("link"), invited) {
		t.Errorf("%s, %s", made.body, invited)
	}
	_, invite, _ := strings.Cut(made.text("link"), "invite=")
	bob := nobody.post("/api/v1/auth/register", register+`,"invite":"`+invite+`"}`).is(201)
	if bob.text("user.role") != "member" {
		t.Errorf("%s", bob.body)
	}
	nobody.post("/api/v1/auth/register", strings.Replace(register, "bob@", "eve@", 1)+`,"invite":"`+invite+`"}`).problem(422, "bad-invitation")
	if n := len(ada.get("/api/v1/users").is(200).value("items").([]any)); n != 2 {
		t.Errorf("%d people", n)
	}
	member := client{house: h, token: bob.text("access_token")}
	member.get("/api/v1/invites").problem(403, "not-allowed")
	member.put("/api/v1/features/chat", `{"enabled":false}`).problem(403, "not-allowed")
	if n := len(member.get("/api/v1/users").is(200).value("items").([]any)); n != 1 {
		t.Errorf("a member sees %d people", n)
	}
}

func TestOwnDataAndSwitches(t *testing.T) {
	h, _ := furnished(t, service.Accounts{})
	ada := h.owner()
	address := ada.portfolio("Family")
	ada.post(address+"/transactions", bodies["book"]).is(201)
	export := ada.get("/api/v1/auth/me/export").is(200)
	z, err := zip.NewReader(bytes.NewReader(export.body), int64(len(export.body)))
	if err != nil || len(z.File) < 7 || !strings.Contains(export.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %v", err, export.Header)
	}
	ada.get("/api/v1/reports/portfolios").is(200)
	ada.put("/api/v1/features/reports", `{"enabled":false}`).is(204)
	ada.put("/api/v1/features/advanced_analytics", `{"enabled":false}`).is(204)
	for _, path := range []string{"/api/v1/reports/portfolios", address + "/risk/forecasts", address + "/risk/simulation"} {
		if p := ada.get(path).problem(503, "switched-off"); !strings.Contains(p.Detail, "switched off") {
			t.Errorf("%s: %s", path, p.Detail)
		}
	}
	ada.put("/api/v1/features/nothing", `{"enabled":false}`).problem(422, "invalid")
	ada.send("DELETE", "/api/v1/auth/me", "application/json", `{"password":"a wrong sentence"}`).problem(401, "wrong-credentials")
	ada.send("DELETE", "/api/v1/auth/me", "application/json", `{"password":"a sentence is easiest"}`).is(204)
	ada.get("/api/v1/auth/me").problem(401, "not-signed-in")
	if got := (client{house: h}).get("/api/v1/setup").is(200); got.value("needed") != true {
		t.Errorf("%s", got.body)
	}
}
