package e2e

import (
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// An instrument is found from the holdings; its price is drawn as a line and as candles, with
// what was traded; the crosshair says what happened; a target and a note are written.
func TestInstrument(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	screen := browser.Screen{Width: 1440, Height: 1136}
	b := startBrowser(t)
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[2] + "/holdings")
	r.presses(`a[aria-label="All about NVDA"]`)
	r.must(r.Until(`location.pathname.endsWith("/instruments/NVDA") && document.querySelector("#price .chart svg path") !== null`))
	r.sees("NVIDIA Corporation", "simulated prices", "First in, first out", "The simulated market has no news")
	r.must(r.Until(`document.querySelectorAll("#price .marks .buy").length === 1 && document.querySelectorAll("#price .marks .sell").length === 1 && document.querySelectorAll("#price .marks circle").length > 2`))
	r.holds(`document.querySelector("#price .chart-level.cost").innerText.startsWith("Average cost") && document.querySelector("#price .chart-level.last") !== null`)

	// Candles keep the range, and a range keeps the candles.
	r.presses(`#price [aria-label="How it is drawn"] a:nth-of-type(2)`)
	r.must(r.Until(`document.querySelector("#price .candles .up")?.getAttribute("d").length > 100`))
	r.presses(`#price [aria-label="Range"] a:nth-of-type(4)`)
	r.must(r.Until(`new URLSearchParams(location.search).get("range") === "1Y" && new URLSearchParams(location.search).get("kind") === "candles"`))
	r.must(r.Until(`document.querySelector("#price .candles .down")?.getAttribute("d").length > 100`))
	r.holds(`!/NaN|Infinity/.test(document.querySelector("#price .chart").innerHTML)`)

	// The crosshair goes by keys and says open, high, low, close and volume.
	r.holds(`(document.querySelector("#price .chart").focus(), document.querySelector("#price .chart").dispatchEvent(new KeyboardEvent("keydown", { key: "End" })), true)`)
	r.holds(`["Open", "High", "Low", "Close", "Volume"].every(word => document.querySelector("#live").textContent.includes(word))`)

	r.presses("#lots .segmented label:nth-of-type(2)")
	r.holds(`document.querySelector("#lots .panel.p2").checkVisibility() && document.querySelectorAll("#lots .panel.p2 tbody tr").length === 1`)
	r.presses(`details.more-form:has([name=price]) > summary`)
	r.fills("price", "260")
	r.presses(`form[action$="/target"] button[type=submit]`)
	r.sees("260.00 USD", "to go")
	r.presses(`#notes details > summary`)
	r.sets("#notes textarea", "Watch the order book.")
	r.presses(`form[action$="/notes"] button[type=submit]`)
	r.sees("Watch the order book.")
	r.calm("an instrument")
	r.inOrder("an instrument", screen)

	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	phone.goTo(site.URL + portfolios[2] + "/instruments/NVDA?kind=candles&range=3M")
	phone.must(phone.Until(`document.querySelector("#price .candles .up")?.getAttribute("d").length > 20`))
	phone.inOrder("an instrument on a phone", narrow)
	phone.calm("an instrument on a phone")
}
