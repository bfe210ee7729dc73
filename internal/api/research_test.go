package api_test

import (
	"strings"
	"testing"
)

// acme gives the owner's household an instrument with two prices.
func acme(h *house) client {
	h.t.Helper()
	c := h.owner()
	c.send("PUT", "/api/v1/instruments/ACME", "application/json", `{"symbol":"ACME","currency":"EUR","name":"Acme Industries AG","isin":"US0378331005"}`).is(200)
	c.send("PUT", "/api/v1/prices/own", "application/json", `{"items":[{"symbol":"ACME","date":"2025-06-30","price":"100","currency":"EUR"},{"symbol":"ACME","date":"2025-07-01","price":"110","currency":"EUR"}]}`)
	return c
}

func TestWatchlists(t *testing.T) {
	h := open(t)
	c := acme(h)
	list := c.post("/api/v1/watchlists", `{"name":"Ideas"}`).is(201).text("id")
	c.post("/api/v1/watchlists", `{"name":"Ideas"}`).is(409)
	at := "/api/v1/watchlists/" + list
	c.send("PUT", at+"/entries/ACME", "application/json", `{"note":"cheap"}`).is(200)
	c.send("PUT", at+"/entries/NOWHERE", "application/json", `{}`).is(200)
	c.send("PUT", at+"/order", "application/json", `{"symbols":["NOWHERE"]}`).is(200)
	got := string(c.get(at).is(200).body)
	for _, want := range []string{`"price":{"value":"110","unit":"EUR","as_of":"2025-07-01"`, `"day_return":{"value":0.10000000000000009`, `no price of NOWHERE is stored`, `"note":"cheap"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the list does not say %s:\n%s", want, got)
		}
	}
	if strings.Index(got, "NOWHERE") > strings.Index(got, "ACME") {
		t.Error("the order is not kept")
	}
	c.send("PATCH", at, "application/json", `{"name":"Plans","revision":7}`).is(409)
	c.send("PATCH", at, "application/json", `{"name":"Plans"}`).is(200)
	c.send("DELETE", at+"/entries/NOWHERE", "", "").is(204)
	eve := h.stranger()
	for _, path := range []string{at} {
		eve.get(path).is(404)
		eve.send("PATCH", path, "application/json", `{"name":"Mine"}`).is(404)
		eve.send("PUT", path+"/entries/X", "application/json", `{}`).is(404)
	}
	c.send("DELETE", at, "", "").is(204)
	c.get(at).is(404)
}

func TestSearchAndResolve(t *testing.T) {
	h := open(t)
	c := acme(h)
	for _, q := range []string{"acme", "ACMEE%20industires", "us0378331005", "acem"} {
		if got := string(c.get("/api/v1/instruments/search?q=" + q).is(200).body); !strings.Contains(got, `"symbol":"ACME"`) {
			t.Errorf("%s does not find ACME: %s", q, got)
		}
	}
	c.get("/api/v1/instruments/search").is(422)
	if got := string(c.get("/api/v1/instruments/resolve?identifier=US0378331005").is(200).body); !strings.Contains(got, `"scheme":"isin"`) || !strings.Contains(got, `"symbol":"ACME"`) {
		t.Errorf("resolved: %s", got)
	}
	c.get("/api/v1/instruments/resolve?identifier=NOWHERE").is(404)
	if got := string(h.stranger().get("/api/v1/instruments/search?q=acme").is(200).body); strings.Contains(got, "ACME") {
		t.Errorf("a stranger finds what a household described: %s", got)
	}
}

func TestTargetsAndNotes(t *testing.T) {
	h := open(t)
	c := acme(h)
	at := "/api/v1/instruments/ACME"
	c.send("PUT", at+"/targets", "application/json", `{"price":"100"}`).is(200)
	got := string(c.send("PUT", at+"/targets", "application/json", `{"price":"121","horizon":"2027-07-01","note":"two good years"}`).is(200).body)
	// 121/110 − 1 = 0.1; 730 days: 1.1^(365/730) − 1.
	for _, want := range []string{`"expected_return":{"value":0.1000000000000000`, `"expected_return_annual":{"value":0.0488088481701516`, `no dividends of ACME are stored`, `"price":"100"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the target does not say %s:\n%s", want, got)
		}
	}
	c.send("PUT", at+"/targets", "application/json", `{"price":"121","currency":"USD"}`).is(422)
	c.send("PUT", at+"/targets", "application/json", `{"price":"0"}`).is(422)
	if all := string(c.get("/api/v1/targets").is(200).body); !strings.Contains(all, `"total":1`) {
		t.Errorf("targets: %s", all)
	}
	note := c.post(at+"/notes", `{"text":"<b>Margins</b> up"}`).is(201).text("id")
	c.send("PUT", at+"/notes/"+note, "application/json", `{"text":"two","revision":1}`).is(200)
	c.send("PUT", at+"/notes/"+note, "application/json", `{"text":"three","revision":1}`).is(409)
	c.post(at+"/notes", `{"text":"  "}`).is(422)
	eve := h.stranger()
	if all := string(eve.get(at + "/notes").is(200).body); strings.Contains(all, "two") {
		t.Errorf("a stranger reads %s", all)
	}
	if all := string(eve.get(at + "/targets").is(200).body); strings.Contains(all, "two good years") {
		t.Errorf("a stranger reads %s", all)
	}
	eve.send("DELETE", at+"/notes/"+note, "", "").is(404)
	c.send("DELETE", at+"/notes/"+note, "", "").is(204)
	c.send("DELETE", at+"/targets", "", "").is(204)
	c.send("DELETE", at+"/targets", "", "").is(404)
}

func TestComparing(t *testing.T) {
	h := open(t)
	c := acme(h)
	got := string(c.get("/api/v1/compare?symbols=ACME,NOWHERE").is(200).body)
	for _, want := range []string{`no price of NOWHERE is stored`, `fewer than 20`, `"currency":"EUR"`, `"window":"1Y"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the comparison does not say %s:\n%s", want, got)
		}
	}
	c.get("/api/v1/compare").is(422)
	c.get("/api/v1/compare?symbols=A,B,C,D,E,F,G").is(422)
	c.get("/api/v1/compare?symbols=A&window=2Y").is(422)
	portfolio := strings.TrimPrefix(c.portfolio("Family"), "/api/v1/portfolios/")
	h.stranger().get("/api/v1/compare?symbols=ACME&portfolio=" + portfolio).is(404)
}
