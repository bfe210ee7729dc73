package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The page of income: what is to be booked stands first, its figures are explained, its
// files hold what it shows, and all portfolios have one together.
func TestIncomePage(t *testing.T) {
	h := realPages(t)
	w := h.open("/income", nil)
	text := words(w)
	for _, want := range []string{"To be booked", "can be confirmed when it is paid", "Received, last 12 months", "Expected, next 12 months", "Yield on cost", "Received and expected by month", "By holding", "Coming", "Years", "owed"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if w.Code != http.StatusOK || w.Body.Len() > 300_000 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	// The count in the sidebar is that of the list.
	listed := len(regexp.MustCompile(`>Edit or reject<`).FindAllString(w.Body.String(), -1))
	count := regexp.MustCompile(`(?s)data-key="g i".*?<em class="count[^"]*">(\d+)</em>`).FindStringSubmatch(w.Body.String())
	if listed == 0 || count == nil || count[1] != strconv.Itoa(listed) {
		t.Errorf("%d listed, the sidebar says %v", listed, count)
	}
	how := regexp.MustCompile(`href="(/p/[^"]*/income\?how=[^"]+)"`).FindStringSubmatch(w.Body.String())
	if how == nil {
		t.Fatal("no figure opens how it is made")
	}
	if got := words(h.open(strings.TrimPrefix(how[1], "/p/"+h.portfolios["long/short"]), nil)); !strings.Contains(got, "Means") {
		t.Errorf("how it is made: %.200s", got)
	}
	for by, head := range map[string]string{"holding": "symbol,name,held", "month": "month,dividends,interest", "payment": "date,date_is,ex_date"} {
		file := h.open("/income.csv?by="+by, nil)
		if file.Code != http.StatusOK || !strings.Contains(file.Body.String(), head) || strings.Count(file.Body.String(), "\n") < 10 {
			t.Errorf("%s: %d, %.100s", by, file.Code, file.Body.String())
		}
	}
	if got := h.open("/income.csv?by=colour", nil).Code; got != http.StatusNotFound {
		t.Errorf("by colour: %d", got)
	}
	h.portfolios["long/short"] = "all"
	if all := words(h.open("/income", nil)); !strings.Contains(all, "To be booked") || !strings.Contains(all, "Balanced saver") {
		t.Errorf("all portfolios: %.300s", all)
	}
}

// A proposal is edited and booked, a second time nothing is; what cannot be is said at its
// field; one is rejected with a reason and opened again.
func TestIncomeIsDecided(t *testing.T) {
	h := realPages(t)
	at := func(n int) string {
		t.Helper()
		found := regexp.MustCompile(`href="/p/[^"/]*(/income/[0-9a-f-]{36})"`).FindAllStringSubmatch(h.open("/income", nil).Body.String(), -1)
		if len(found) <= n {
			t.Fatalf("%d proposals", len(found))
		}
		return found[n][1]
	}
	first, second := at(0), at(1)
	form := words(h.open(first, nil))
	for _, want := range []string{"As it is proposed", "Held before the ex-date", "simulated market", "Reject it", "not known: the payments before do not agree"} {
		if !strings.Contains(form, want) {
			t.Errorf("%q is not on the form", want)
		}
	}
	early := h.open(first+"/confirm", url.Values{})
	if early.Code != http.StatusUnprocessableEntity || !strings.Contains(words(early), "confirm it then, or give the day on which the money came") {
		t.Errorf("before it is paid: %d, %.300s", early.Code, words(early))
	}
	typed := url.Values{"edited": {"1"}, "date": {"2026-11-20"}, "gross": {"nothing"}, "currency": {"USD"}}
	if wrong := h.open(first+"/confirm", typed); wrong.Code != http.StatusUnprocessableEntity {
		t.Errorf("a word for a number: %d", wrong.Code)
	}
	typed.Set("gross", "400")
	typed.Set("withholding", "60")
	typed.Set("reinvest", "1")
	typed.Set("price", "100")
	for range 2 {
		if done := h.open(first+"/confirm", typed); done.Code != http.StatusSeeOther {
			t.Fatalf("confirmed: %d, %.300s", done.Code, words(done))
		}
	}
	ledger := words(h.open("/transactions?from=2026-11-20", nil))
	if strings.Count(ledger, "dividend reinvested")+strings.Count(ledger, "340.00") < 2 || !strings.Contains(ledger, "2 transactions") {
		t.Errorf("ledger: %.600s", ledger)
	}
	if why := h.open(second+"/reject", url.Values{"reason": {" "}}); why.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", why.Code)
	}
	if done := h.open(second+"/reject", url.Values{"reason": {"lent out"}}); done.Code != http.StatusSeeOther {
		t.Errorf("rejected: %d", done.Code)
	}
	if page := words(h.open("/income", nil)); !strings.Contains(page, "lent out") || !strings.Contains(page, "booked, edited") || !strings.Contains(page, "Open again") {
		t.Errorf("decided: %.600s", page)
	}
	if done := h.open(second+"/reopen", url.Values{}); done.Code != http.StatusSeeOther || at(0) != second {
		t.Errorf("opened again: %d", done.Code)
	}
	if got := h.open("/income/find", url.Values{}).Code; got != http.StatusSeeOther {
		t.Errorf("looked again: %d", got)
	}
}
