package api_test

import "testing"

// TestClosedBooks closes a year; what lies in it stays until it is opened with a reason.
func TestClosedBooks(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	booked := ada.post(p+"/transactions", story).is(201)
	ada.post(p+"/closings", `{"through":"2025-07-03"}`).problem(422, "invalid")
	closed := ada.post(p+"/closings", `{"through":"2024-03-31","reason":"first quarter"}`).is(201)
	if closed.text("through") != "2024-03-31" || closed.number("sequence") != 1 {
		t.Errorf("%s", closed.body)
	}
	ada.post(p+"/closings", `{"through":"2024-03-31"}`).problem(409, "exists")

	refused := ada.delete(p+"/transactions/"+booked.text("ids.0")).problem(409, "closed")
	if len(refused.Errors) != 1 || refused.Errors[0].Field != "date" || refused.Errors[0].Value != "2024-01-02" || refused.Errors[0].Cure == "" {
		t.Errorf("%+v", refused)
	}
	ada.post(p+"/transactions", `{"transactions":[{"date":"2024-02-01","type":"deposit","account":"ib","amount":"1","currency":"EUR"}]}`).problem(409, "closed")
	ada.patch(p, `{"policy":{"method":"LIFO"}}`).problem(409, "closed")
	ada.post(p+"/transactions", `{"transactions":[{"date":"2024-04-01","type":"deposit","account":"ib","amount":"1","currency":"EUR"}]}`).is(201)

	ada.post(p+"/closings", `{}`).problem(422, "invalid")
	ada.post(p+"/closings", `{"reason":"a statement came late"}`).is(201)
	ada.patch(p, `{"policy":{"method":"LIFO"}}`).is(200)
	all := ada.get(p + "/closings").is(200)
	if got := all.value("items").([]any); len(got) != 2 || all.text("items.1.reason") != "a statement came late" {
		t.Errorf("%s", all.body)
	}
	h.stranger().get(p+"/closings").problem(404, "not-found")

	trail := ada.get("/api/v1/audit?limit=1000").is(200)
	said := map[string]int{}
	for _, e := range trail.value("items").([]any) {
		said[e.(map[string]any)["action"].(string)]++
	}
	if said["books.close"] != 1 || said["books.reopen"] != 1 || said["portfolio.look"] != 0 {
		t.Errorf("%v", said)
	}
	check := ada.get("/api/v1/audit/verification").is(200)
	if check.value("intact") != true || int(check.number("events")) != len(trail.value("items").([]any)) {
		t.Errorf("%s, and %d events", check.body, len(trail.value("items").([]any)))
	}
}
