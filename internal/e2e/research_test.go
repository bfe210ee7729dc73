package e2e

import (
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// Somebody finds an instrument by a name with a typing error, watches it, sets a target and
// a note, and compares it with others; wide and narrow.
func TestWatchlistAndCompare(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1400}
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	at := site.URL + portfolios[0] + "/watchlist"
	r.goTo(at)
	r.sees("Ideas (simulated)", "NVDA", "last stored closes")
	r.calm("the watchlist")
	r.fills("name", "Cars and phones")
	r.presses(`form[action$="/watchlist"][method=post] button[type=submit]`)
	r.sees("Nothing is in this list")
	r.calm("an empty list")
	r.fills("q", "appel inc")
	r.presses("#find button[type=submit]")
	r.sees("Apple", "prices until")
	r.presses(`#find button[aria-label="Add AAPL"]`)
	r.sees("AAPL added")
	r.holds(`document.querySelectorAll("main table.phone tbody tr").length === 1`)
	r.presses("#w-AAPL a[aria-label]")
	r.fills("price", "0")
	r.presses(`form[action$="/target"] button[type=submit]`)
	r.sees("A target is a price above zero")
	r.fills("price", "1000")
	r.presses(`form[action$="/target"] button[type=submit]`)
	r.sees("Target of AAPL", "1,000.00")
	r.presses("#w-AAPL a[aria-label]")
	r.fills("note", "after the next results")
	r.presses(`form[action$="/note"] button[type=submit]`)
	r.sees("Note on AAPL kept", "after the next results")
	r.inOrder("a list", screen)

	r = open(t, b, screen) // the refused target stands in the log of the other
	_, err = site.SignIn(r.Page)
	r.must(err)
	r.goTo(site.URL + portfolios[0] + "/compare?symbols=AAPL,MSFT,SPY")
	r.sees("Growth of 100", "Side by side", "How they move together", "Volatility", "Correlation with")
	r.holds(`document.querySelectorAll("main tr.group").length === 2`)
	r.inOrder("compare", screen)
	r.calm("compare")

	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	for _, path := range []string{"/watchlist", "/compare", "/compare?symbols=AAPL,MSFT,SPY,JPM,XOM,NVDA"} {
		phone.goTo(site.URL + portfolios[0] + path)
		phone.inOrder(path+" on a phone", narrow)
		phone.calm(path + " on a phone")
	}
}
