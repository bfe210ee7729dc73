package e2e

import (
	"strconv"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// A dividend that was due is confirmed: its booking is there and the count in the sidebar
// goes down. Confirmed again, as from a second window, nothing is booked. Another is
// rejected with a reason, and opened again.
func TestIncome(t *testing.T) {
	// In the demonstration shares go ex in the middle of each month and pay three weeks
	// later: what was due on the 18th of the month before last has been paid by now.
	asOf := date.FromTime(time.Now().UTC()).StartOfMonth().AddMonths(-2) + 17
	site := serve(t, map[string]string{"demo": "true", "as-of": asOf.String()})
	b := startBrowser(t)
	screen := browser.Screen{Width: 1440, Height: 1400}
	r := open(t, b, screen)
	portfolios, err := site.SignIn(r.Page)
	r.must(err)
	home := site.URL + portfolios[0]
	r.goTo(home + "/income")
	r.sees("To be booked", "Received, last 12 months", "Yield on cost", "Received and expected by month", "By holding", "Coming")
	r.inOrder("income", screen)
	r.calm("income")
	read := func(expression string) string {
		t.Helper()
		text, err := r.Text(expression)
		r.must(err)
		return text
	}
	rows := func() int {
		t.Helper()
		n, err := strconv.Atoi(read(`String(document.querySelectorAll("#to-book tbody tr").length)`))
		r.must(err)
		return n
	}
	waiting := rows()
	if waiting < 2 {
		t.Fatalf("only %d proposals as of %s", waiting, asOf)
	}
	address := read(`new URL(document.querySelector("#to-book form[action$='/confirm']").action).pathname`)
	symbol := read(`document.querySelector("#to-book tbody tr:has(form[action$='/confirm']) .sym").innerText`)
	booked := func() string {
		t.Helper()
		r.goTo(home + "/transactions?type=dividend&symbol=" + symbol)
		return read(`document.querySelector("main").innerText.match(/(\d+) transactions?/)[1]`)
	}
	before, err := strconv.Atoi(booked())
	r.must(err)

	r.goTo(home + "/income")
	r.presses(`#to-book form[action="` + address + `"] button`)
	r.sees("Booked: " + symbol)
	if rows() != waiting-1 || read(`document.querySelector(".nav a[href*='/income']").innerText.replace(/\D/g, "")`) != strconv.Itoa(waiting-1) {
		t.Errorf("%d wait, of %d before", rows(), waiting)
	}
	r.sees("Decided", "booked")
	if got := booked(); got != strconv.Itoa(before+1) {
		t.Errorf("%s dividends of %s, %d before", got, symbol, before)
	}
	r.goTo(home + "/income")
	r.must(r.Until(`(window.again ??= fetch("` + address + `", {method: "POST"}).then(x => x.text()).then(x => window.answer = x)) && (window.answer ?? "").includes("had been confirmed before")`))
	if got := booked(); got != strconv.Itoa(before+1) {
		t.Errorf("confirmed twice: %s dividends of %s, %d before", got, symbol, before)
	}

	r.goTo(home + "/income")
	r.presses(`#to-book tbody tr td a[href*="/income/"]`)
	r.sees("As it is proposed", "Held before the ex-date", "Reject it")
	r.inOrder("a proposal", screen)
	r.calm("a proposal")
	r.fills("reason", "the broker lent the shares")
	r.presses(`form[action$="/reject"] button`)
	r.sees("Rejected:", "the broker lent the shares")
	r.presses(`#decided form[action$="/reopen"] button`)
	r.sees("Open again:")
	r.calm("rejected and opened again")

	narrow := browser.Screen{Width: 390, Height: 844, Phone: true, Dark: true}
	phone := open(t, b, narrow)
	for _, path := range []string{portfolios[0] + "/income", "/p/all/income"} {
		phone.goTo(site.URL + path)
		phone.sees("To be booked")
		phone.inOrder(path+" on a phone", narrow)
		phone.calm(path + " on a phone")
	}
}
