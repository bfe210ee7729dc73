package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Where nothing stored is like what was typed, a button has the sources asked; their answer
// appears on a page of its own, with what they do not say said to be unknown.
func TestSourcesAreAsked(t *testing.T) {
	f := newFake()
	f.items[0].Simulated = false
	at := "/p/" + f.items[0].ID
	contains(t, "find", visit(t, f, "GET", at+"/watchlist?list=list&q=acme", nil, nil).Body.String(), ">Ask the sources<", `action="`+at+`/asked"`)
	asked := visit(t, f, "POST", at+"/asked", url.Values{"q": {"Acme"}, "list": {"list"}}, nil)
	if to := asked.Header().Get("Location"); asked.Code != http.StatusSeeOther || to != at+"/asked?q=acme&list=list" {
		t.Errorf("asked: %d to %q", asked.Code, to)
	}
	html := visit(t, f, "GET", at+"/asked?q=acme&list=list", nil, nil).Body.String()
	contains(t, "answered", html, "Yahoo", "named 3 instruments", "ACME", "equity · XNYS", "what it is, the source does not say · OTC", "stored already", `action="`+at+`/watchlist/list/add"`, "nobody here holds it yet")
	if strings.Contains(html, "data-running") {
		t.Error("an answer that is there is still waited for")
	}
	slow := visit(t, f, "GET", at+"/asked?q=slow", nil, map[string]string{"X-Fragment": "fetch"}).Body.String()
	contains(t, "under way", slow, "data-running", "The sources are asked")
	if strings.Contains(slow, "<html") {
		t.Error("the part comes with the whole page")
	}
	contains(t, "in vain", visit(t, f, "GET", at+"/asked?q=away", nil, nil).Body.String(), "No source could be reached.", ">Ask the sources<")
	contains(t, "off", visit(t, f, "GET", at+"/asked?q=off", nil, nil).Body.String(), "No source of market data is set up.")
	contains(t, "not yet", visit(t, f, "GET", at+"/asked?q=other", nil, nil).Body.String(), "No source was asked for it today.", ">Ask the sources<")
	long := visit(t, f, "POST", at+"/asked", url.Values{"q": {strings.Repeat("long ", 20)}, "list": {"list"}}, nil)
	if long.Code != http.StatusUnprocessableEntity {
		t.Errorf("too long: %d", long.Code)
	}
	contains(t, "too long", long.Body.String(), "long long", "too long to ask for", "at most 60 letters")
}
