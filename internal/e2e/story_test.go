package e2e

import (
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// A new user's first hour: create the owner and a portfolio, import a broker's file with
// its preview, bring in prices, see what it is worth, correct by hand, undo, leave.
//
// The figures, by hand:
//
//	cash      20,000 − 5,001 − 3,001 + 2,398.50 + 60 − 9 = 14,447.50
//	holding   120 × 82.25 = 9,870.00, so the value is 24,317.50, the gain 4,317.50
//	lots      70 × 50.01 = 3,500.70 and 50 × 60.02 = 3,001.00; gain 9,870.00 − 6,501.70 = 3,368.30
//	realised  2,398.50 − 30 × 50.01 = 898.20; 3,368.30 + 898.20 + 60 − 9 = 4,317.50
func TestFirstHour(t *testing.T) {
	site := serve(t, map[string]string{"data": t.TempDir()})
	screen := browser.Screen{Width: 1440, Height: 900}
	r := open(t, startBrowser(t), screen)

	r.goTo(site.URL)
	r.sees("Create the owner")
	r.fills("name", "Mara Keller", "email", "mara@example.org", "password", "correct horse battery", "currency", "USD")
	r.presses("main button[type=submit]")
	r.sees("New portfolio")
	r.fills("name", "Savings")
	r.presses("main button[type=submit]")
	r.sees("Drop your broker’s file here")
	r.calm("first run")

	r.chooses("main input[type=file]", "broker.xml")
	r.sees("Import 6 transactions", "20,000.00", "ACME", "+14,447.50", "+898.20")
	r.presses(".card-foot .btn.primary")
	r.sees("6 transactions imported")
	r.calm("import")

	r.presses(`.nav a[href$="/prices"]`)
	r.chooses(`form[action$="/prices/file"] input[type=file]`, "closes.csv")
	r.presses(`form[action$="/prices/file"] button[type=submit]`)
	r.sees("7 days added")
	r.calm("prices")

	r.presses(".nav a:first-child")
	r.sees("24,317.50", "+4,318", "20,000 paid in", "30 Jun 2025")
	r.must(r.Until(`document.querySelectorAll(".chart svg path").length > 3`))
	r.calm("overview")
	r.inOrder("overview", screen)

	r.presses(`.nav a[href*="/holdings"]`)
	r.sees("120", "82.25", "9,870", "+3,368")
	r.presses("[data-toggle-row]")
	r.sees("6 Jan 2025", "50.01", "3,500.70", "3 Mar 2025", "60.02", "3,001.00")
	r.calm("holdings")
	r.inOrder("holdings", screen)

	r.presses(`.nav a[href*="/performance"]`)
	r.sees("Time-weighted", "Money-weighted")
	r.calm("performance")
	r.inOrder("performance", screen)

	r.correct()

	r.presses(`.nav a[href*="/transactions"]`)
	r.presses(`form[action*="/imports/"] button, #imports form button`)
	r.sees("6 transactions taken back")
	r.presses(".nav a:first-child")
	r.sees("21.50") // −801 in cash and 10 × 82.25
	r.misses("24,339")
	r.calm("undo of the import")

	r.presses(`a[href="/settings"]`)
	r.presses(`form[action="/sign-out"] button`)
	r.sees("Sign in", "Password")
	r.goTo(site.URL + "/portfolios")
	r.sees("Sign in")
	r.misses("Savings")
	r.calm("sign-out")
}

// correct books a purchase by hand, corrects its price, deletes it and takes that back.
// Each time the value says so: 24,317.50 − 811 + 822.50 = 24,329.00; at 80, 24,339.00.
func (r reader) correct() {
	r.t.Helper()
	ledger, overview := `.nav a[href*="/transactions"]`, ".nav a:first-child"
	r.presses(ledger)
	r.presses(`a[href$="/transactions/new"]`)
	r.fills("type", "buy", "date", "2025-06-30", "symbol", "ACME", "quantity", "10", "price", "81", "fees", "1")
	r.presses("main button[type=submit]")
	r.sees("Booked:", "−811.00")
	r.presses(overview)
	r.sees("24,329.00")
	r.calm("add")

	r.presses(ledger)
	r.presses(`a[aria-label^="Edit Buy ACME of 30 Jun 2025"]`)
	r.fills("price", "80")
	r.presses("main button[type=submit]")
	r.sees("corrected", "−801.00")
	r.misses("−811.00")
	r.presses(overview)
	r.sees("24,339.00")
	r.calm("edit")

	r.presses(ledger)
	r.presses(`button[aria-label^="Delete Buy ACME of 30 Jun 2025"]`)
	r.misses("−801.00")
	r.presses(overview)
	r.sees("24,317.50")
	r.presses(ledger)
	r.presses(`button[aria-label^="Delete Sell ACME of 12 May 2025"]`)
	r.presses("[data-toast] button:not([aria-label])") // the Undo of the toast
	r.sees("2,398.50")
	r.calm("delete and undo")

	r.presses(`a[href$="/transactions/new"]`)
	r.fills("type", "buy", "date", "2025-06-30", "symbol", "ACME", "quantity", "10", "price", "80", "fees", "1")
	r.presses("main button[type=submit]")
	r.presses(overview)
	r.sees("24,339.00")
	r.calm("add again")
}
