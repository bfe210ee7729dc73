package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// story is a ledger whose figures can be checked by hand:
//
//	cash    10000 − (10×100+1) − (10×120+1) + (15×130−1) = 9747
//	lots    ACME 5 of the second purchase, at 120 + 1/10 each
//	realised 10×(130−100) + 5×(130−120) − fees 1 − 1 − 0.5 = 347.50
const story = `{"transactions":[
	{"date":"2024-01-02","type":"deposit","account":"ib","amount":"10000","currency":"EUR"},
	{"date":"2024-01-03","type":"buy","account":"ib","symbol":"ACME","quantity":"10","price":"100","fees":"1","currency":"EUR"},
	{"date":"2024-03-01","type":"buy","account":"ib","symbol":"ACME","quantity":"10","price":"120","fees":"1","currency":"EUR"},
	{"date":"2024-06-03","type":"sell","account":"ib","symbol":"ACME","quantity":"15","price":"130","fees":"1","currency":"EUR"}]}`

// TestLedger books, edits, deletes, restores and undoes, each on the version it saw.
func TestLedger(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	q := p + "/transactions"

	empty := ada.get(q).is(200)
	if empty.Header.Get("ETag") != `"0"` || string(empty.body) != `{"items":[],"total":0,"ledger_version":0}`+"\n" {
		t.Errorf("an empty ledger is %s %s", empty.Header.Get("ETag"), empty.body)
	}
	booked := ada.with("If-Match", `"0"`).post(q, story).is(201)
	if booked.Header.Get("ETag") != `"1"` || booked.number("version") != 1 || booked.number("entered") != 4 || booked.text("first_date") != "2024-01-02" {
		t.Errorf("booked %s", booked.body)
	}
	id := booked.text("ids.3")
	stale := ada.with("If-Match", `"0"`).post(q, story).problem(409, "stale")
	if stale.CurrentVersion != 1 {
		t.Errorf("current version is said to be %d", stale.CurrentVersion)
	}

	one := ada.get(q + "/" + id).is(200)
	if one.text("current.type") != "sell" || one.text("current.quantity") != "15" || one.text("current.fees") != "1" || one.text("current.origin") != id || one.number("ledger_version") != 1 {
		t.Errorf("%s", one.body)
	}
	edited := ada.with("If-Match", `"1"`).put(q+"/"+id, `{"date":"2024-06-03","type":"sell","account":"ib","symbol":"ACME","quantity":"12","price":"130","fees":"1","currency":"EUR"}`).is(200)
	newID := edited.text("ids.0")
	if edited.text("kind") != "edit" || edited.number("version") != 2 || edited.Header.Get("Location") != q+"/"+newID {
		t.Errorf("%s", edited.body)
	}
	again := ada.put(q+"/"+id, `{"date":"2024-06-03","type":"sell","account":"ib","symbol":"ACME","quantity":"1","price":"130","currency":"EUR"}`).problem(409, "stale")
	if again.CurrentVersion != 2 {
		t.Errorf("current version is said to be %d", again.CurrentVersion)
	}
	history := ada.get(q + "/" + id).is(200)
	if len(history.value("history").([]any)) != 2 || history.text("history.0.quantity") != "15" || history.text("current.quantity") != "12" || history.text("current.replaces") != id {
		t.Errorf("%s", history.body)
	}

	first := booked.text("ids.1")
	refused := ada.delete(q+"/"+first).problem(422, "invalid")
	if len(refused.Errors) != 1 || refused.Errors[0].ID != newID || !strings.Contains(refused.Errors[0].Problem, "no longer be possible") {
		t.Errorf("deleting a purchase that was sold is refused with %+v", refused.Errors)
	}
	ada.delete(q + "/" + newID).is(200)
	if got := ada.get(q).number("total"); got != 3 {
		t.Errorf("%v bookings after deleting one of four", got)
	}
	if got := ada.get(q + "?all=true").number("total"); got != 5 {
		t.Errorf("%v rows ever, want 5", got)
	}
	ada.post(q+"/"+newID+"/restore", "").is(200)
	if got := ada.get(q + "?type=sell").text("items.0.quantity"); got != "12" {
		t.Errorf("restored with quantity %s", got)
	}

	versions := ada.get(p + "/versions").is(200)
	var kinds []string
	for _, v := range versions.value("items").([]any) {
		kinds = append(kinds, v.(map[string]any)["kind"].(string))
	}
	if got := strings.Join(kinds, " "); got != "book edit delete restore" {
		t.Errorf("versions %s", got)
	}
	some := ada.get(p + "/versions?after=1&limit=2").is(200)
	if some.number("items.0.version") != 2 || some.number("next") != 3 {
		t.Errorf("%s", some.body)
	}
	undone := ada.post(p+"/versions/4/undo", "").is(200)
	if undone.text("kind") != "undo" || undone.number("version") != 5 || undone.number("removed") != 1 {
		t.Errorf("%s", undone.body)
	}
	ada.post(p+"/versions/99/undo", "").problem(404, "not-found")
}

// TestCursor reads a ledger page by page, in both directions, and finds each booking once.
func TestCursor(t *testing.T) {
	h := open(t)
	ada := h.owner()
	q := ada.portfolio("Family") + "/transactions"
	var list []string
	for i := range 25 {
		list = append(list, fmt.Sprintf(`{"date":"2024-01-%02d","type":"deposit","account":"ib","amount":"%d","currency":"EUR"}`, 1+i/2, i+1))
	}
	ada.post(q, `{"transactions":[`+strings.Join(list, ",")+`]}`).is(201)
	for _, order := range []string{"oldest", "newest"} {
		seen, pages, next := []string{}, 0, "?limit=7&order="+order
		for next != "" {
			a := ada.get(q + next).is(200)
			if got := a.number("total"); got != 25 {
				t.Fatalf("total %v on page %d", got, pages)
			}
			for _, item := range a.value("items").([]any) {
				seen = append(seen, item.(map[string]any)["amount"].(string))
			}
			next = ""
			if link := a.Header.Get("Link"); link != "" {
				address, rel, _ := strings.Cut(link, ">; ")
				if rel != `rel="next"` || !strings.HasPrefix(address, "<"+q+"?") {
					t.Fatalf("link %s", link)
				}
				next = strings.TrimPrefix(address, "<"+q)
			}
			pages++
		}
		first, last := "1", "25"
		if order == "newest" {
			first, last = last, first
		}
		if pages != 4 || len(seen) != 25 || seen[0] != first || seen[24] != last {
			t.Errorf("%s: %d pages, %v", order, pages, seen)
		}
		once := map[string]bool{}
		for _, s := range seen {
			once[s] = true
		}
		if len(once) != 25 {
			t.Errorf("%s: %d different bookings of 25", order, len(once))
		}
	}
}

// TestFilters are all taken over into the query of the next page.
func TestFilters(t *testing.T) {
	h := open(t)
	ada := h.owner()
	q := ada.portfolio("Family") + "/transactions"
	ada.post(q, story).is(201)
	for query, want := range map[string]float64{
		"?type=buy": 2, "?type=buy,sell": 3, "?type=buy&type=sell": 3, "?symbol=ACME": 3, "?symbol=OTHER": 0, "?account=ib": 4, "?account=other": 0, "?from=2024-03-01": 2, "?to=2024-03-01": 3,
		"?from=2024-01-03&to=2024-01-03": 1, "?text=acme": 3, "?text=nothing": 0,
	} {
		if got := ada.get(q + query).is(200).number("total"); got != want {
			t.Errorf("%s selects %v, want %v", query, got, want)
		}
	}
	link := ada.get(q + "?type=buy,sell&symbol=ACME&account=ib&from=2024-01-01&to=2024-12-31&text=ac&all=true&limit=1").Header.Get("Link")
	for _, part := range []string{"type=buy%2Csell", "symbol=ACME", "account=ib", "from=2024-01-01", "to=2024-12-31", "text=ac", "all=true", "limit=1", "cursor="} {
		if !strings.Contains(link, part) {
			t.Errorf("%s is not in %s", part, link)
		}
	}
}

func TestPortfoliosAndAccounts(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.post("/api/v1/portfolios", `{"name":"Family","benchmark":"SPY","policy":{"method":"LIFO"},"settings":{"risk_free":"DGS3MO"}}`).is(201).Header.Get("Location")
	a := ada.get(p).is(200)
	if a.text("base_currency") != "EUR" || a.text("benchmark") != "SPY" || a.text("policy.method") != "LIFO" || a.text("settings.risk_free") != "DGS3MO" || a.text("role") != "manage" || a.Header.Get("ETag") != `"1"` {
		t.Errorf("%s %s", a.Header.Get("ETag"), a.body)
	}
	changed := ada.with("If-Match", `"1"`).patch(p, `{"name":"Household","benchmark":""}`).is(200)
	if changed.text("name") != "Household" || changed.Header.Get("ETag") != `"2"` || changed.text("policy.method") != "LIFO" {
		t.Errorf("%s", changed.body)
	}
	if got := ada.with("If-Match", `"1"`).patch(p, `{"name":"Other"}`).problem(409, "stale").CurrentVersion; got != 2 {
		t.Errorf("current revision is said to be %d", got)
	}
	if got := ada.patch(p, `{"revision":1,"name":"Other"}`).problem(409, "stale").CurrentVersion; got != 2 {
		t.Errorf("current revision is said to be %d", got)
	}
	ada.put(p+"/accounts/ib", `{"label":"Interactive Brokers","currency":"EUR"}`).is(200)
	ada.put(p+"/accounts/spare", `{}`).is(200)
	ada.post(p+"/transactions", story).is(201)
	if got := ada.get(p + "/accounts").is(200); got.text("items.0.label") != "Interactive Brokers" || len(got.value("items").([]any)) != 2 {
		t.Errorf("%s", got.body)
	}
	ada.delete(p + "/accounts/spare").is(204)
	ada.delete(p+"/accounts/ib").problem(409, "exists")

	ada.post(p+"/archive", "").is(200)
	if got := ada.get("/api/v1/portfolios").value("items").([]any); len(got) != 0 {
		t.Errorf("archived and still there: %v", got)
	}
	if got := ada.get("/api/v1/portfolios?archived=true").value("items").([]any); len(got) != 1 {
		t.Errorf("archived: %v", got)
	}
	ada.post(p+"/unarchive", "").is(200)
	ada.delete(p + "?confirm=Household").is(204)
	ada.get(p).problem(404, "not-found")
}
