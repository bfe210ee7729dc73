package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// riskParts are the cards that every demonstration book fills.
var riskParts = []string{"exposure", "sources", "factors", "backtest", "correlation", "clusters", "shares", "tail", "volatility", "concentration", "liquidity", "model"}

// The Risk page of each demonstration book: every card has its content, its figures open
// how they are made, its controls switch, and nothing goes wrong.
func TestRiskPage(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1000}
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	for _, p := range portfolios {
		r.goTo(site.URL + p + "/risk")
		r.inOrder("risk of "+p, screen)
		for _, id := range riskParts {
			r.holds(`document.querySelector("#` + id + `") !== null`)
			r.holds(`!document.querySelector("#` + id + ` .missing")`)
		}
		r.holds(`[...document.querySelectorAll("main svg")].every(s => !/NaN|Infinity/.test(s.outerHTML))`)
		r.holds(`document.querySelectorAll("#backtest .days").length === 1 && document.querySelectorAll("#factors .whiskers").length > 2`)
		r.calm("risk of " + p)
	}

	// A figure opens how it is made and closes again.
	r.goTo(site.URL + portfolios[2] + "/risk")
	r.presses(".strip .ask")
	r.must(r.Until(`document.querySelector(".explain:popover-open dl dt")?.innerText === "Means"`))
	r.must(r.Do(chromedp.KeyEvent("\x1b")))
	r.holds(`document.querySelector(".explain:popover-open") === null`)

	// So does a cell of the map of correlations, beside which the popover stands.
	r.holds(`(document.querySelector(".heat-cells [data-how]").dispatchEvent(new MouseEvent("click", {bubbles: true})), true)`)
	r.must(r.Until(`document.querySelector(".explain:popover-open .explain-head")?.innerText.startsWith("Correlation of ")`))
	r.must(r.Do(chromedp.KeyEvent("\x1b")))
	r.must(r.Until(`document.querySelector(".explain:popover-open") === null`))

	// The segmented controls show one panel at a time.
	for _, id := range []string{"exposure", "sources", "concentration"} {
		first := `document.querySelector("#` + id + ` > .panel.p1").checkVisibility()`
		r.holds(first)
		r.presses("#" + id + " .segmented label:nth-of-type(2)")
		r.holds(`!` + first + ` && document.querySelector("#` + id + ` > .panel.p2").checkVisibility()`)
	}
	r.presses("#correlation .chart-table summary")
	r.holds(`document.querySelector("#correlation .chart-table table").checkVisibility()`)

	// The shares of risk add up as they are written.
	r.holds(`[...document.querySelectorAll("#sources > .panel")].every(p => Math.abs([...p.querySelectorAll("tbody tr")].map(row =>
		parseFloat((row.lastElementChild.querySelector(".ask, span") || row.lastElementChild).textContent.replace("−", "-"))).reduce((a, b) => a + b) - 100) < 0.001)`)

	// Amounts hide, keys lead here.
	r.must(r.Do(chromedp.KeyEvent("p")))
	r.must(r.Until(`document.documentElement.hasAttribute("data-private")`))
	r.must(r.Do(chromedp.KeyEvent("p")))
	r.must(r.Until(`!document.documentElement.hasAttribute("data-private")`))
	r.goTo(site.URL + portfolios[2])
	r.must(r.Do(chromedp.KeyEvent("g"), chromedp.KeyEvent("r")))
	r.must(r.Until(`location.pathname.endsWith("/risk") && document.querySelector("#sources") !== null`))
	r.calm("risk")

	// On a phone it stands in the bar at the bottom, and scrolls down only.
	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	phone.goTo(site.URL + portfolios[2])
	phone.presses(`.bottombar a[href*="/risk"]`)
	phone.inOrder("risk on a phone", narrow)
	phone.holds(`document.querySelector(".bottombar [aria-current]").innerText.trim() === "Risk"`)
	phone.calm("risk on a phone")
}

// holds fails the test where an expression is not true of the page.
func (r reader) holds(expression string) {
	r.t.Helper()
	if got, err := r.Text(expression); err != nil || got != "true" {
		where, _ := r.Text("location.href") // for the message
		r.t.Errorf("not true of %s: %s (%s %v)", Path(where), expression, got, err)
	}
}

// Forecasts and Monte Carlo come when they are asked for; what takes long says so and can
// be stopped.
func TestForesight(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1000}
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[2] + "/risk")
	r.presses("#forecasts button[type=submit]")
	r.must(r.Until(`document.querySelectorAll("#forecasts tbody tr").length === 5 && document.querySelector("#forecasts").innerText.includes("GJR-GARCH")`))
	r.presses("#simulation form button[type=submit]")
	r.must(r.Until(`document.querySelectorAll("#simulation .histogram rect").length > 40 && document.querySelector("#simulation").innerText.includes("Full revaluation")`))
	r.holds(`(() => { const loss = n => parseFloat(document.querySelector("#simulation tbody tr:nth-child(" + n + ") .ask").innerText.replaceAll(",", "")); return loss(1) > 0 && loss(2) >= loss(1) })()`)
	r.presses("#simulation tbody .ask")
	r.must(r.Until(`document.querySelector(".explain:popover-open .formula")?.innerText.includes("Paths: 10000")`))
	r.must(r.Do(chromedp.KeyEvent("\x1b")))
	r.inOrder("risk with a simulation", screen)
	r.calm("a simulation")

	// Stop ends the request: the card stays as it was, and nothing has gone wrong. The request
	// is held up on its way so that there is time to stop it.
	r.holds(`(window.sent = 0, window.gone = 0, window.reach = window.fetch, window.fetch = (to, how) => String(to.url ?? to).includes("/risk/simulation") ? (sent++, new Promise((_, no) => (how?.signal ?? to.signal).addEventListener("abort", () => { gone++; no(new DOMException("stopped", "AbortError")) }))) : reach(to, how), true)`)
	r.presses("#simulation form button[type=submit]")
	r.must(r.Until(`sent === 1 && document.querySelector("#simulation .busy").checkVisibility({visibilityProperty: true})`))
	r.presses("#simulation [data-stop]")
	r.must(r.Until(`gone === 1 && !document.querySelector("#simulation .busy").checkVisibility()`))
	r.holds(`document.querySelectorAll("#simulation .histogram rect").length > 40`)
	r.calm("a simulation that was stopped")

	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	phone.goTo(site.URL + portfolios[2] + "/risk/simulation?paths=1000&horizon=21&confidence=0.95")
	phone.holds(`document.querySelector("#simulation .histogram") !== null && document.querySelector("#factors .whiskers") !== null`)
	phone.inOrder("a simulation on a phone", narrow)
	phone.calm("a simulation on a phone")
}
