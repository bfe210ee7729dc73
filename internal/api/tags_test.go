package api_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestTags books with tags, finds by them, tags many, renames, merges and deletes.
func TestTags(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	id := strings.TrimPrefix(p, "/api/v1/portfolios/")
	booked := ada.post(p+"/transactions", `{"transactions":[
		{"date":"2024-01-02","type":"deposit","account":"ib","amount":"1000","currency":"EUR","tags":["Core","savings  plan"]},
		{"date":"2024-02-02","type":"deposit","account":"ib","amount":"1","currency":"EUR"},
		{"date":"2024-03-02","type":"deposit","account":"ib","amount":"2","currency":"EUR","tags":["income"]}]}`).is(201)
	refused := ada.post(p+"/transactions", `{"transactions":[{"date":"2024-01-02","type":"deposit","account":"ib","amount":"1","currency":"EUR","tags":["a/b"]}]}`).problem(422, "invalid")
	if len(refused.Errors) != 1 || refused.Errors[0].Field != "tags" || refused.Errors[0].Value != "a/b" || refused.Errors[0].Row != 1 || refused.Errors[0].Cure == "" {
		t.Errorf("%+v", refused)
	}
	tagsOf := func(a answer) string {
		t.Helper()
		b, err := json.Marshal(a.value("items.0.tags"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	found := ada.get(p + "/transactions?tag=CORE,nothing").is(200)
	if found.number("total") != 1 || tagsOf(found) != `["core","savings plan"]` {
		t.Errorf("%s", found.body)
	}
	plain := ada.get(p + "/transactions?from=2024-02-02&to=2024-02-02").is(200)
	if plain.number("total") != 1 || strings.Contains(string(plain.body), `"tags"`) {
		t.Errorf("%s", plain.body)
	}

	many := ada.post(p+"/transactions/tags", `{"ids":["`+booked.text("ids.0")+`","`+booked.text("ids.1")+`"],"add":["2024"],"remove":["core"]}`).is(200)
	if many.number("version") != 2 || tagsOf(ada.get(p+"/transactions?order=oldest").is(200)) != `["2024","savings plan"]` {
		t.Errorf("%s", many.body)
	}
	ada.post(p+"/transactions/tags", `{"ids":["`+booked.text("ids.0")+`"],"add":["x"]}`).problem(422, "invalid")
	ada.post(p+"/transactions/tags", `{"ids":["`+booked.text("ids.2")+`"]}`).problem(422, "invalid")

	list := ada.get("/api/v1/tags").is(200)
	if list.text("items.0.tag") != "2024" || list.number("items.0.count") != 2 || list.number("items.0.portfolios") != 1 || list.text("items.0.last_used") != "2024-02-02" || len(list.value("items").([]any)) != 3 {
		t.Errorf("%s", list.body)
	}
	ada.patch("/api/v1/tags/2024", `{"name":"income"}`).problem(409, "exists")
	ada.patch("/api/v1/tags/unknown", `{"name":"other"}`).problem(404, "not-found")
	renamed := ada.patch("/api/v1/tags/savings%20plan?portfolio="+id, `{"name":"Monthly"}`).is(200)
	if renamed.text("items.0.name") != "Family" || renamed.number("items.0.changed") != 1 || renamed.number("items.0.left") != 0 || renamed.number("items.0.ledger_version") != 3 {
		t.Errorf("%s", renamed.body)
	}

	// What lies in a closed period is left, and the answer says so.
	ada.post(p+"/closings", `{"through":"2024-01-31"}`).is(201)
	merged := ada.post("/api/v1/tags/merge", `{"tags":["2024","income"],"into":"all"}`).is(200)
	if merged.number("items.0.changed") != 2 || merged.number("items.0.left") != 1 || merged.text("items.0.reason") != "the books are closed through 2024-01-31" {
		t.Errorf("%s", merged.body)
	}
	ada.delete("/api/v1/tags/all").is(200)
	left := ada.get("/api/v1/tags?portfolio=" + id).is(200)
	if len(left.value("items").([]any)) != 2 || left.text("items.0.tag") != "2024" || left.text("items.1.tag") != "monthly" {
		t.Errorf("%s", left.body)
	}

	eve := h.stranger()
	if items := eve.get("/api/v1/tags").is(200).value("items").([]any); len(items) != 0 {
		t.Errorf("a stranger sees the tags %v", items)
	}
	eve.get("/api/v1/tags?portfolio="+id).problem(404, "not-found")
	eve.delete("/api/v1/tags/monthly").problem(404, "not-found")
	eve.delete("/api/v1/tags/monthly?portfolio="+id).problem(404, "not-found")
}
