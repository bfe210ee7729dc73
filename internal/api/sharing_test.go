package api_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// ids of an address: the last part.
func id(address string) string { return address[strings.LastIndex(address, "/")+1:] }

// TestGrants shares a portfolio with somebody of another tenant, step by step.
func TestGrants(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p, other := ada.portfolio("Family"), ada.portfolio("Secret")
	ada.post(p+"/transactions", story).is(201)
	ada.post(p+"/grants", `{"email":"ada@example.org","role":"view"}`).problem(422, "invalid")
	ada.post(p+"/grants", `{"email":"nobody","role":"view"}`).problem(422, "invalid")

	// The answer is the same whether the address has an account or not.
	unknown := ada.post(p+"/grants", `{"email":"carl@example.org","role":"view"}`).is(201)
	eve := h.stranger()
	known := ada.post(p+"/grants", `{"email":"Eve@example.org","role":"view"}`).is(201)
	if unknown.text("notice") != known.text("notice") || unknown.value("mailed") != known.value("mailed") {
		t.Errorf("%s\n%s", unknown.body, known.body)
	}
	grant := p + "/grants/" + known.text("id")

	list := eve.get("/api/v1/portfolios").is(200)
	if got := list.value("items").([]any); len(got) != 1 || list.text("items.0.id") != id(p) || list.text("items.0.role") != "view" {
		t.Errorf("%s", list.body)
	}
	for _, path := range []string{"", "/transactions", "/accounts", "/versions", "/imports", "/closings", "/holdings", "/analysis", "/data-status", "/scenarios", "/contribution"} {
		if eve.get(p+path).StatusCode == 404 && ada.get(p+path).StatusCode == 200 {
			t.Errorf("a guest does not see %s", path)
		}
	}
	if got := eve.get("/api/v1/portfolios/" + id(p) + "/holdings").is(200); len(got.value("holdings").([]any)) != 1 {
		t.Errorf("%s", got.body)
	}
	eve.get(other).problem(404, "not-found")
	deposit := `{"transactions":[{"date":"2024-07-01","type":"deposit","account":"ib","amount":"1","currency":"EUR"}]}`
	eve.post(p+"/transactions", deposit).problem(403, "not-allowed")
	eve.get(p+"/grants").problem(403, "not-allowed")
	eve.get(p+"/links").problem(403, "not-allowed")

	ada.patch(grant, `{"role":"trade"}`).is(200)
	eve.with("Idempotency-Key", "once").post(p+"/transactions", deposit).is(201)
	if again := eve.with("Idempotency-Key", "once").post(p+"/transactions", deposit).is(201); again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the guest's key was not kept: %s", again.body)
	}
	if got := ada.get(p).is(200).number("ledger_version"); got != 2 {
		t.Errorf("the ledger is at version %v", got)
	}
	eve.patch(p, `{"name":"Mine"}`).problem(403, "not-allowed")
	ada.patch(grant, `{"role":"manage"}`).is(200)
	eve.patch(p, `{"name":"Ours"}`).is(200)
	eve.delete(p+"?confirm=Ours").problem(403, "not-allowed")

	clients := eve.get("/api/v1/clients").is(200)
	if clients.text("items.0.name") != "Ada" || clients.text("items.0.portfolios.0.role") != "manage" || clients.text("items.0.portfolios.0.last_activity") == "" {
		t.Errorf("%s", clients.body)
	}
	if got := ada.get("/api/v1/clients").is(200).value("items").([]any); len(got) != 0 {
		t.Errorf("the owner has clients: %v", got)
	}
	// Each look is in the owner's trail, none in the guest's.
	looks := func(c client) (n int) {
		for _, e := range c.get("/api/v1/audit?limit=1000").is(200).value("items").([]any) {
			if e.(map[string]any)["action"] == "portfolio.look" {
				n++
			}
		}
		return n
	}
	if looks(ada) == 0 || looks(eve) != 0 {
		t.Errorf("%d looks in the owner's trail, %d in the guest's", looks(ada), looks(eve))
	}

	ada.delete(grant).is(204)
	eve.get(p).problem(404, "not-found")
	eve.get(p+"/holdings").problem(404, "not-found")
	eve.post(p+"/transactions", deposit).problem(404, "not-found")
	if got := eve.get("/api/v1/portfolios").is(200).value("items").([]any); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// TestLinks looks by links at a portfolio, and at nothing else.
func TestLinks(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p, other := ada.portfolio("Family"), ada.portfolio("Secret")
	ada.post(p+"/transactions", story).is(201)
	ada.put("/api/v1/prices/own", `{"items":[{"symbol":"ACME","date":"2024-06-28","price":"140","currency":"EUR","note":"hush"}]}`)
	until := now.Add(24 * time.Hour).Format(time.RFC3339)
	ada.post(p+"/links", `{"label":"x","expires":"2025-06-01T00:00:00Z"}`).problem(422, "invalid")
	ada.post(p+"/links", `{"label":"x","expires":"2027-06-01T00:00:00Z"}`).problem(422, "invalid")
	whole := ada.post(p+"/links", `{"label":"Adviser","shows":"everything","expires":"`+until+`"}`).is(201)
	part := ada.post(p+"/links", `{"label":"Friend","expires":"`+until+`"}`).is(201)
	if !strings.HasSuffix(whole.text("address"), "/l/"+whole.text("token")) || part.text("shows") != "percentages" {
		t.Errorf("%s\n%s", whole.body, part.body)
	}
	looker, friend := client{house: h, token: whole.text("token")}, client{house: h, token: part.text("token")}
	for _, path := range []string{"", "/transactions", "/holdings", "/analysis", "/glance"} {
		looker.get(p + path).is(200)
	}
	if got := looker.get("/api/v1/portfolios").is(200).value("items").([]any); len(got) != 1 {
		t.Errorf("%v", got)
	}
	looker.post(p+"/transactions", story).problem(403, "insufficient-scope")
	looker.get(p+"/links").problem(403, "not-allowed")
	looker.get(other).problem(404, "not-found")
	for _, path := range []string{"/api/v1/prices/own", "/api/v1/audit", "/api/v1/users", "/api/v1/clients", "/api/v1/households", "/api/v1/portfolios/all/analysis"} {
		if a := looker.get(path); a.StatusCode == 200 || strings.Contains(string(a.body), "hush") {
			t.Errorf("%s by a link: %d %s", path, a.StatusCode, a.body)
		}
	}
	glance := friend.get(p + "/glance").is(200)
	for _, amount := range []string{"10000", "9747", "10447", `"quantity"`} {
		if strings.Contains(string(glance.body), amount) {
			t.Errorf("a glance tells %s: %s", amount, glance.body)
		}
	}
	if glance.text("holdings.0.key") != "ACME" || glance.number("holdings.0.weight") <= 0 {
		t.Errorf("%s", glance.body)
	}
	for _, path := range []string{"", "/transactions", "/holdings", "/analysis", "/accounts", "/versions"} {
		friend.get(p+path).problem(403, "insufficient-scope")
	}
	friend.get(other+"/glance").problem(404, "not-found")
	friend.get("/api/v1/portfolios").problem(403, "insufficient-scope")

	list := ada.get(p + "/links").is(200)
	if list.number("items.0.views") != 1 || list.text("items.0.last_used") == "" || strings.Contains(string(list.body), "fsl_") {
		t.Errorf("%s", list.body)
	}
	ada.delete(p + "/links/" + whole.text("id")).is(204)
	looker.get(p).problem(401, "not-signed-in")
	friend.get(p + "/glance").is(200)
}

// TestHouseholds joins portfolios of two tenants, as each of their owners consents.
func TestHouseholds(t *testing.T) {
	h := open(t)
	ada, eve := h.owner(), h.stranger()
	p, q := ada.portfolio("Family"), eve.portfolio("Mine")
	ada.post(p+"/transactions", story).is(201)
	eve.post(q+"/transactions", `{"transactions":[{"date":"2024-01-02","type":"deposit","account":"bank","amount":"5000","currency":"EUR"}]}`).is(201)
	home := "/api/v1/households/" + ada.post("/api/v1/households", `{"name":"Us"}`).is(201).text("id")
	eve.get(home).problem(404, "not-found")
	eve.post(home+"/join", "").problem(404, "not-found")
	ada.post(home+"/people", `{"email":"eve@example.org"}`).is(201)
	ada.post(home+"/people", `{"email":"eve@example.org"}`).problem(409, "exists")
	ada.put(home+"/portfolios/"+id(p), `{"shows":"together"}`).is(204)

	invited := eve.get(home).is(200)
	if invited.value("joined") != false || len(invited.value("portfolios").([]any)) != 0 {
		t.Errorf("who is only invited sees %s", invited.body)
	}
	eve.get(home+"/figures").problem(403, "not-allowed")
	eve.put(home+"/portfolios/"+id(q), `{"shows":"everything"}`).problem(403, "not-allowed")
	eve.post(home+"/join", "").is(204)
	eve.put(home+"/portfolios/"+id(p), `{"shows":"everything"}`).problem(404, "not-found")
	eve.put(home+"/portfolios/"+id(q), `{"shows":"everything"}`).is(204)

	// Together they are what both have; each sees the same.
	alone := func(c client, path string) float64 {
		return amountOf(t, c.get("/api/v1/portfolios/"+id(path)+"/analysis").is(200).value("summary.value"))
	}
	want := alone(ada, p) + alone(eve, q)
	for _, c := range []client{ada, eve} {
		if got := amountOf(t, c.get(home+"/figures").is(200).value("value")); got != want {
			t.Errorf("together %v, want %v", got, want)
		}
	}
	ada.get(q).is(200) // everything of it is shown
	ada.get(q + "/holdings").is(200)
	ada.post(q+"/transactions", story).problem(403, "not-allowed")
	eve.get(p).problem(404, "not-found") // together only
	eve.delete(home).problem(403, "not-allowed")

	eve.delete(home + "/portfolios/" + id(q)).is(204)
	ada.get(q).problem(404, "not-found")
	if got := amountOf(t, ada.get(home+"/figures").is(200).value("value")); got != alone(ada, p) {
		t.Errorf("after the withdrawal %v", got)
	}
	eve.put(home+"/portfolios/"+id(q), `{"shows":"everything"}`).is(204)
	eve.post(home+"/leave", "").is(204)
	eve.get(home).problem(404, "not-found")
	eve.get(home+"/figures").problem(404, "not-found")
	ada.get(q).problem(404, "not-found")
	ada.delete(home).is(204)
	ada.get(home).problem(404, "not-found")
}

// amountOf is the number of a figure.
func amountOf(t *testing.T, figure any) float64 {
	t.Helper()
	f, ok := figure.(map[string]any)
	if !ok {
		t.Fatalf("no figure: %v", figure)
	}
	switch v := f["value"].(type) {
	case float64:
		return v
	case string:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	t.Fatalf("no number: %v", f)
	return 0
}
