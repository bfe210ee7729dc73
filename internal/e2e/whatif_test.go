package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// Trades are tried on the long/short fund: typed, seen before and after, refused where
// they cannot be, taken out again, cleared. The ledger stays as it is.
func TestWhatIf(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	screen := browser.Screen{Width: 1440, Height: 1000}
	r := open(t, startBrowser(t), screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[2])
	r.presses(`.nav a[href*="/what-if"]`)
	r.sees("Or begin with", "Halve NVDA, the largest position", "As it is")
	r.calm("what-if")
	r.inOrder("what-if", screen)

	r.types("#symbol-1", "NVDA")
	r.types("#quantity-1", "600")
	r.sets("#side-1", "sell")
	r.sees("Before and after", "NVDA, % of value", "Realises", "first in, first out")
	r.must(r.Until(`new URLSearchParams(location.search).getAll("t").join() === "sell 600 NVDA"`))
	r.must(r.Until(`document.querySelectorAll(".trade").length === 2`))
	r.calm("a trade")
	r.inOrder("a trade", screen)

	r.types("#symbol-2", "NFLX")
	r.sets("#side-2", "cover")
	r.types("#quantity-2", "999999")
	r.sees("You would cover more than is open in Prime")
	r.must(r.Until(`document.querySelector("#quantity-2").value === "999999" && document.querySelector("#quantity-2").ariaInvalid === "true"`))
	r.types("#quantity-2", "100")
	r.sees("NFLX, % of value")
	r.presses(`a[aria-label="Remove the trade of NVDA"]`)
	r.must(r.Until(`!document.body.innerText.includes("NVDA, % of value")`))
	r.sees("NFLX, % of value")
	r.presses(`.whole label:nth-of-type(4)`)
	r.sees("Market −10%")
	r.presses(`.compare .ask`)
	r.must(r.Until(`document.querySelector(".explain:popover-open") !== null`))
	r.calm("figures explained")

	r.goTo(site.URL + portfolios[2] + "/transactions")
	r.misses("30 Sep 2026, NFLX")
	r.calm("transactions")
}

// Scenarios of the fund: one is chosen, split in other ways, a replay drawn, an own one
// tried, kept, deleted and brought back, a loss turned round.
func TestScenarios(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	screen := browser.Screen{Width: 1440, Height: 1000}
	r := open(t, startBrowser(t), screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[2] + "/scenarios")
	r.sees("Loss and gain by scenario", "Market crash −35%")
	r.calm("scenarios")
	r.presses(`#s-market_crash_35 a`)
	r.must(r.Until(`document.querySelector(".scenario h2").innerText === "Market crash −35%" && location.search.includes("id=market_crash_35")`))
	r.presses(`.tabs label:nth-of-type(2)`)
	r.must(r.Until(`document.querySelector(".panel.p2").checkVisibility() && document.querySelector(".panel.p2").innerText.includes("Information Technology")`))
	r.inOrder("a scenario", screen)
	r.presses(`.scenario .ask`)
	r.must(r.Until(`document.querySelector(".explain:popover-open") !== null`))
	r.calm("a scenario")

	r.goTo(site.URL + portfolios[2] + "/scenarios?show=replays&id=replay_2022")
	r.sees("Day by day", "positions replayed")
	r.must(r.Until(`document.querySelector(".path-line").getBBox().width > 900`))
	r.inOrder("a replay", screen)
	r.calm("a replay")

	r.presses(`.toolbar .btn.primary`)
	r.sees("Nothing is shocked yet")
	r.types(`[name="f_market"]`, "-20")
	r.sees("Your shocks", "follows")
	r.types(`#f-on-1`, "NVDA")
	r.types(`#f-move-1`, "-30")
	r.must(r.Until(`document.querySelector(".moves").innerText.includes("NVDA")`))
	r.inOrder("own shocks", screen)
	r.types(`#f-keep`, "Chips first")
	r.presses(`.keep button`)
	r.sees("Kept: Chips first")
	r.calm("an own scenario")
	r.presses(`.scenario form[action$="/delete"] button`)
	r.sees("Deleted: Chips first", "None of your own yet")
	r.presses("[data-toast] button:not([aria-label])")
	r.sees("Kept again: Chips first")
	r.calm("deleted and brought back")

	r.goTo(site.URL + portfolios[2] + "/scenarios?show=reverse")
	r.sees("Likeliest loss of 10% of the value")
	r.types("#f-loss", "20")
	r.sees("Likeliest loss of 20% of the value")
	r.inOrder("reverse", screen)
	r.calm("reverse")
}

// types replaces what a field holds and leaves it, which sends what is typed. An answer
// that is still on its way may put another field in its place; then it is typed again.
func (r reader) types(selector, text string) {
	r.t.Helper()
	r.must(r.Until(`(() => {
		const field = document.querySelector(` + quote(selector) + `)
		if (!field || !field.checkVisibility()) return false
		field.focus()
		field.value = ` + quote(text) + `
		field.dispatchEvent(new Event("input", {bubbles: true}))
		return true
	})()`))
	r.leaves(selector)
	held, err := r.Text(`document.querySelector(` + quote(selector) + `)?.value ?? ""`)
	r.must(err)
	if held != text {
		r.must(r.Until(`(document.querySelector(` + quote(selector) + `).value = ` + quote(text) + `) !== ""`))
		r.leaves(selector)
	}
}

// sets chooses one of a select.
func (r reader) sets(selector, value string) {
	r.t.Helper()
	r.must(r.Do(chromedp.SetValue(chromedp.CSS(selector), value)))
	r.leaves(selector)
}

// leaves tells a field that it was changed and waits for what follows.
func (r reader) leaves(selector string) {
	r.t.Helper()
	_, err := r.Text(`document.querySelector(` + quote(selector) + `).dispatchEvent(new Event("change", {bubbles: true}))`)
	r.must(err)
	r.must(r.Settle())
}
