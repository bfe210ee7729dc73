package api_test

import (
	"strconv"
	"testing"
)

// TestInstrument: what is stored of an instrument, and what a portfolio has of it.
func TestInstrument(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	ada.put("/api/v1/prices/own", `{"items":[{"symbol":"ACME","date":"2024-06-27","price":"130","currency":"EUR"},{"symbol":"ACME","date":"2024-06-28","price":"140","currency":"EUR"},{"symbol":"A/B C","date":"2024-06-28","price":"7","currency":"EUR","valuation":true}]}`).is(204)

	d := ada.get(p + "/instruments/ACME").is(200)
	if d.text("instrument.symbol") != "ACME" || d.text("quote.price.value") != "140.00" && d.text("quote.price.value") != "140" || d.number("prices.days") != 2 || d.text("position.holding.symbol") != "ACME" {
		t.Errorf("%s", d.body)
	}
	reasons := map[string]bool{}
	for i := range d.value("missing").([]any) {
		at := "missing." + strconv.Itoa(i)
		reasons[d.text(at+".kind")] = d.text(at+".reason") != ""
	}
	if !reasons["news"] || !reasons["statements"] || !reasons["profiles"] {
		t.Errorf("missing: %v", reasons)
	}
	if len(d.value("position.closed").([]any)) == 0 || len(d.value("position.bookings").([]any)) == 0 {
		t.Errorf("%s", d.body)
	}
	ada.get(p+"/instruments/NOBODY").problem(404, "not-found")
	ada.get("/api/v1/portfolios/all/instruments/A%2FB%20C").is(200)
	h.stranger().get(p+"/instruments/ACME").problem(404, "not-found")

	first := ada.get("/api/v1/instruments/ACME/prices?limit=1").is(200)
	if first.number("total") != 2 || first.text("items.0.date") != "2024-06-27" || first.number("items.0.close") != 130 || first.text("next") == "" {
		t.Errorf("%s", first.body)
	}
	if second := ada.get("/api/v1/instruments/ACME/prices?limit=1&cursor=" + first.text("next")).is(200); second.text("items.0.date") != "2024-06-28" {
		t.Errorf("%s", second.body)
	}
	if one := ada.get("/api/v1/instruments/ACME/prices?from=2024-06-28").is(200); one.number("total") != 1 {
		t.Errorf("%s", one.body)
	}
	ada.get("/api/v1/instruments/NOBODY/prices").problem(404, "not-found")
	ada.get("/api/v1/instruments/ACME/prices?from=2025-01-01&to=2024-01-01").problem(422, "invalid")
	for _, part := range []string{"statements", "news"} {
		if a := ada.get("/api/v1/instruments/ACME/" + part).is(200); len(a.value("items").([]any)) != 0 || a.text("missing") == "" {
			t.Errorf("%s: %s", part, a.body)
		}
	}
}
