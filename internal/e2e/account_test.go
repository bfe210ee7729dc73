package e2e

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// An owner invites somebody, who registers and has a whole life of an account: a second
// factor, a passkey, a token, an ended session, a closed year, a copy of everything, the
// end.
func TestAccount(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	serve(t, map[string]string{"data": t.TempDir(), "REGISTRATION": "invite", "listen": address})
	home := "http://localhost:" + address[strings.LastIndex(address, ":")+1:] // passkeys are bound to names
	screen := browser.Screen{Width: 1440, Height: 900}
	r := open(t, startBrowser(t), screen)
	const password = "a lamp beside the river"

	r.goTo(home)
	r.fills("name", "Mara Keller", "email", "mara@example.org", "password", password, "currency", "USD")
	r.presses("main button[type=submit]")
	r.sees("New portfolio")
	r.goTo(home + "/admin/people")
	r.presses("#invites summary")
	r.fills("email", "jo@example.org")
	r.presses("#invites form button[type=submit]")
	r.sees("An invitation for jo@example.org", "/register?invite=")
	link, err := r.Text(`document.querySelector("[data-secret-lines] code").textContent`)
	r.must(err)
	r.goTo(home + "/admin/audit")
	r.presses("#chain button")
	r.sees("The whole trail holds")
	for _, address := range []string{"/admin/features", "/admin/health"} {
		r.goTo(home + address)
		r.inOrder(address, screen)
	}
	r.calm("administration")
	r.goTo(home + "/settings")
	r.presses(`.subpages form button`)

	r.goTo(home + link[strings.Index(link, "/register"):])
	r.sees("You were invited")
	r.fills("name", "Jo", "email", "jo@example.org", "password", password)
	r.presses("main form button[type=submit]")
	r.sees("New portfolio")
	r.fills("name", "Savings")
	r.presses("main button[type=submit]")
	r.calm("registering")

	r.goTo(home + "/settings/security")
	r.inOrder("security", screen)
	r.presses(`form[action$="/totp/begin"] button`)
	r.must(r.Until(`document.querySelector(".qr path").getAttribute("d").length > 500`))
	secret, err := r.Text(`document.querySelector("input[name=secret]").value`)
	r.must(err)
	code, err := totp.GenerateCode(secret, time.Now().Add(-30*time.Second)) // the step before, so that the one of now is left
	r.must(err)
	r.fills("code", code)
	r.presses(`form[action$="/totp/confirm"] button`)
	r.sees("Recovery codes", "not shown again")
	r.calm("second factor")

	r.must(r.Authenticator())
	r.goTo(home + "/settings/security")
	r.fills("name", "Laptop")
	r.presses("#passkeys [data-passkey] button")
	r.sees("Passkey “Laptop” added")
	r.calm("passkey")
	r.presses(`.subpages form button`)
	r.sees("Sign in")
	r.fills("email", "jo@example.org", "password", password)
	r.presses("main form[action='/sign-in'] button")
	r.sees("One more step")
	code, err = totp.GenerateCode(secret, time.Now())
	r.must(err)
	r.fills("code", code)
	r.presses("main form button[type=submit]")
	r.sees("Savings")
	r.calm("signing in with a second factor")
	r.goTo(home + "/sign-in") // signed in already: a second session
	r.presses("[data-passkey] button")
	r.must(r.Until(`location.pathname.startsWith("/p/")`))
	r.sees("Savings")
	r.calm("signing in with a passkey")

	r.goTo(home + "/settings/security")
	r.presses(`form[action$="/sessions/end"] button`)
	r.sees("The session has ended")
	r.goTo(home + "/settings/programs")
	r.fills("name", "Spreadsheet")
	r.presses("#new button[type=submit]")
	r.sees("fsp_")
	r.goTo(home + "/settings/programs")
	r.misses("fsp_")
	r.presses(`form[action$="/revoke"] button`)
	r.sees("No token yet")
	r.calm("tokens")

	savings, err := r.Text(`document.querySelector(".nav a").pathname`)
	r.must(err)
	r.goTo(home + savings + "/closings")
	r.presses("#state button[type=submit]")
	r.sees("Closed through 31 Dec")
	r.presses("#reopen summary")
	r.must(r.Do(chromedp.SendKeys(chromedp.CSS("#f-reopen-reason"), "a late statement", chromedp.NodeVisible)))
	r.presses("#reopen form button[type=submit]")
	r.sees("Opened again, all of it", "a late statement", "The books are open")
	for _, page := range []string{"/accounts", "/lot-rules", "/edit"} {
		r.goTo(home + savings + page)
		r.inOrder(page, screen)
	}
	r.calm("closed periods")

	r.goTo(home + "/settings/data")
	_, err = r.Text(`fetch(document.querySelector("#export a").href).then(a => a.blob()).then(b => document.body.dataset.export = b.type + " " + (b.size > 500))`)
	r.must(err)
	r.must(r.Until(`document.body.dataset.export === "application/zip true"`))
	r.presses("#delete summary")
	r.fills("confirm", "delete my account")
	r.presses("#delete form button[type=submit]")
	r.sees("Sign in", "Your account is deleted")
	r.calm("deletion")
	r.fills("email", "jo@example.org", "password", password)
	r.presses("main form[action='/sign-in'] button")
	r.sees("do not belong together")
}
