package e2e

import (
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// What each holding added is fetched when it comes into sight, switches, opens how it is
// made, and adds up to the return in its last line.
func TestWhatEachHoldingAdded(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1000}
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	for _, p := range portfolios {
		r.goTo(site.URL + p + "/performance")
		r.holds(`document.querySelector("#contribution table") === null`)
		r.holds(`(document.querySelector("#contribution").scrollIntoView(), true)`)
		r.must(r.Until(`document.querySelector("#contribution table") !== null`))
		r.inOrder("performance of "+p, screen)
		r.holds(`[...document.querySelectorAll("#contribution > .panel")].every(panel => {
			const number = row => { const text = (row.lastElementChild.querySelector(".ask, span") || row.lastElementChild).textContent; return parseFloat(text.replace("−", "-")) };
			const rows = [...panel.querySelectorAll("tbody tr")].map(number);
			return rows.length > 1 && Math.abs(rows.reduce((a, b) => a + b) - number(panel.querySelector("tfoot tr"))) < 0.001 })`)
		r.calm("performance of " + p)
	}
	first := `document.querySelector("#contribution > .panel.p1").checkVisibility()`
	r.holds(first)
	r.presses("#contribution .segmented label:nth-of-type(4)")
	r.holds(`!` + first + ` && document.querySelector("#contribution > .panel.p4").checkVisibility()`)
	r.presses("#contribution .segmented label:nth-of-type(1)")
	r.presses("#contribution > .panel.p1 .ask")
	r.holds(`document.querySelector(".explain:popover-open dl dt").innerText === "Means"`)
}
