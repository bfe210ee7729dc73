package e2e

import (
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// Trades are suggested for the long/short fund, stand in the builder, and the whole
// portfolio before and after them beside it; figures say how they are made; what cannot be
// says why; one trade is taken out again.
func TestSuggestTrades(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1400}
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[2] + "/what-if")
	r.holds(`!document.querySelector(".suggest-ask").open`)
	r.presses(".suggest-ask > summary")
	r.presses(".suggest-more > summary") // constraints
	r.must(r.Until(`document.querySelector("#f-s_turnover").checkVisibility()`))
	r.holds(`!document.querySelector("#f-s_views").checkVisibility()`)
	r.picks("#f-suggest", "max_sharpe")
	r.holds(`document.querySelector("#f-s_views").checkVisibility()`)
	r.picks("#f-suggest", "min_volatility")
	r.fills("s_turnover", "10")
	r.presses(".suggest button[type=submit]")
	r.sees("Before and after", "The whole analysis before and after", "by the factor model of")
	r.must(r.Until(`new URLSearchParams(location.search).get("suggest") === "min_volatility" && new URLSearchParams(location.search).get("s_turnover") === "10" && !location.search.includes("as=")`))
	r.holds(`document.querySelectorAll(".trade").length > 2 && document.querySelectorAll(".frontier-mark circle").length >= 3 && !/NaN|Infinity/.test(document.querySelector(".frontier").outerHTML)`)
	// The expected volatility falls in the proposal and in the whole analysis alike.
	r.holds(`(() => {
		const points = [...document.querySelectorAll(".suggested .p1 tbody tr")].map(row => row.cells[1].innerText)
		const row = [...document.querySelectorAll(".compare tbody tr")].find(row => row.innerText.startsWith("Volatility expected"))
		return parseFloat(points[1]) < parseFloat(points[0]) && row.cells[1].innerText.trim() === points[0].trim() && row.cells[2].innerText.trim() === points[1].trim()
	})()`)
	r.presses(".suggested .p1 .ask")
	r.must(r.Until(`document.querySelector(".explain:popover-open") !== null`))
	r.calm("a suggestion")
	r.inOrder("a suggestion", screen)
	r.presses(`.suggested .segmented label:nth-of-type(3)`)
	r.sees("First in, first out", "Least tax")

	trades, err := r.Text(`String(document.querySelectorAll(".trade").length)`)
	r.must(err)
	r.presses(`.trade a[aria-label^="Remove"]`)
	r.must(r.Until(`document.querySelectorAll(".trade").length === ` + trades + ` - 1 && !location.search.includes("suggest")`))

	r.goTo(site.URL + portfolios[2] + "/what-if?suggest=min_volatility&s_cash=95&s_turnover=1")
	r.sees("No weights satisfy these constraints together", "turnover of at most 1.0%")
	r.calm("a conflict")

	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	phone.goTo(site.URL + portfolios[2] + "/what-if?suggest=risk_parity&s_lots=least_tax")
	phone.inOrder("a suggestion on a phone", narrow)
	phone.calm("a suggestion on a phone")
}

// picks sets a select that shows and hides fields.
func (r reader) picks(selector, value string) {
	r.t.Helper()
	r.holds(`(() => { const s = document.querySelector(` + quote(selector) + `); s.value = ` + quote(value) + `; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
}
