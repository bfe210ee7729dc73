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
		r.must(r.Until(`[...document.querySelectorAll(".chart[data-src]")].every(c => c.checkVisibility() === false || c.querySelector("svg path"))`))
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
	r.must(r.Until(`document.querySelector(".explain:popover-open dl dt")?.innerText === "Means"`))
}

// Rolling measures are fetched when they come into sight; measure and window switch in place.
func TestRollingMeasures(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	screen := browser.Screen{Width: 1440, Height: 1000}
	r := open(t, startBrowser(t), screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[2] + "/performance?period=3Y")
	r.holds(`document.querySelector("#rolling table") === null`)
	r.holds(`(document.querySelector("#rolling").scrollIntoView(), true)`)
	label := `document.querySelector("#rolling .chart")?.ariaLabel ?? ""`
	r.must(r.Until(`document.querySelector("#rolling .chart svg") !== null && (` + label + `).startsWith("Return over 63 sessions")`))
	r.presses("#rolling .rolling-kinds a:nth-of-type(4)")
	r.must(r.Until(`(` + label + `).startsWith("Beta over 63 sessions")`))
	r.presses("#rolling .push .segmented a:nth-of-type(3)")
	r.must(r.Until(`(` + label + `).includes("over 252 sessions") && document.querySelector("#rolling").innerText.includes("252 sessions, ending with each day")`))
	r.presses("#rolling .chart-table summary")
	r.holds(`document.querySelectorAll("#rolling .chart-table tbody tr").length > 30`)
	r.presses("#rolling .rolling-parts .ask")
	r.must(r.Until(`document.querySelector(".explain:popover-open .formula")?.innerText.includes("Sessions of the window: 252")`))
	r.inOrder("rolling measures", screen)
	r.calm("rolling measures")
}
