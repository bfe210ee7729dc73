package e2e

import (
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// A rule is made and checked; the bell counts what it raised; one alert is seen to and
// another ended with a reason; limits and channels stand beside them, wide and narrow.
func TestAlerts(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1400}
	r := open(t, b, screen)
	_, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + "/alerts")
	r.sees("Nothing is open")
	r.calm("no alerts")
	r.goTo(site.URL + "/alerts/rules/new?kind=position")
	r.fills("threshold", "5")
	r.presses(".form button[type=submit]")
	r.sees("over 5%", "not yet")
	r.goTo(site.URL + "/alerts")
	r.presses(`.wrap form:last-of-type button`)
	r.sees("Checked:", "To be seen to", "of the value, over 5%")
	r.holds(`parseInt(document.querySelector(".bell .count").innerText) === document.querySelectorAll("main tbody tr").length`)
	r.inOrder("alerts", screen)
	r.calm("alerts")
	r.presses("main tbody tr:first-of-type th a")
	r.sees("See to it", "End it by hand", "History")
	r.inOrder("an alert", screen)
	r.presses(`form[action^="/alerts/acknowledge/"] button`)
	r.sees("Acknowledged", "You")
	r.fills("reason", "it is meant to be so")
	r.presses(`form[action^="/alerts/resolve/"] button`)
	r.sees("resolved", "It is meant to be so.")
	r.calm("an alert")
	for _, path := range []string{"/alerts/limits", "/alerts/rules", "/alerts?show=history"} {
		r.goTo(site.URL + path)
		r.inOrder(path, screen)
		r.calm(path)
	}

	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	for _, path := range []string{"/alerts", "/alerts/limits", "/alerts/rules", "/alerts/rules/new?kind=price"} {
		phone.goTo(site.URL + path)
		phone.inOrder(path+" on a phone", narrow)
		phone.calm(path + " on a phone")
	}
}
