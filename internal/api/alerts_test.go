package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
)

// TestAlerts makes a rule and a webhook, lets the rule be raised, sees to it and ends it;
// for a stranger none of it exists.
func TestAlerts(t *testing.T) {
	keys, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	var body, signature string
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body, signature = string(b), r.Header.Get(notify.SignatureHeader)
	}))
	defer hook.Close()
	h := openWith(t, service.Accounts{Secrets: keys, Post: notify.NewPoster(notify.PostOptions{Private: true, Now: func() time.Time { return now }})}, nil)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	id := p[strings.LastIndex(p, "/")+1:]

	channel := ada.post("/api/v1/channels", `{"kind":"webhook","name":"Desk","url":"`+hook.URL+`/in/secret"}`).is(201)
	if strings.Contains(string(channel.body), "/in/secret") || !strings.HasPrefix(channel.text("signing_secret"), "whsec_") {
		t.Errorf("%s", channel.body)
	}
	ada.post("/api/v1/channels", `{"kind":"webhook","url":"ftp://example.org"}`).problem(422, "invalid")
	ada.post("/api/v1/channels/"+channel.text("id")+"/test", ``).is(204)
	if err := notify.Verify(channel.text("signing_secret"), signature, []byte(body), now, time.Minute); err != nil {
		t.Errorf("%v: %s", err, body)
	}
	if got := ada.get("/api/v1/channels").is(200); strings.Contains(string(got.body), "whsec_") {
		t.Errorf("the secret is shown again: %s", got.body)
	}
	rotated := ada.patch("/api/v1/channels/"+channel.text("id"), `{"rotate_secret":true}`).is(200)
	if rotated.text("signing_secret") == channel.text("signing_secret") || rotated.text("name") != "Desk" {
		t.Errorf("%s", rotated.body)
	}

	rule := ada.post("/api/v1/alert-rules", `{"kind":"position","portfolio_id":"`+id+`","threshold":"0.01","band":"0.001","channels":["`+channel.text("id")+`"]}`).is(201)
	if rule.text("name") != "Large position" || rule.value("enabled") != true || rule.text("unit") != "fraction" {
		t.Errorf("%s", rule.body)
	}
	ada.post("/api/v1/alert-rules", `{"kind":"position","threshold":"0"}`).problem(422, "invalid")
	ada.put("/api/v1/alert-rules/"+rule.text("id"), `{"kind":"var","portfolio_id":"`+id+`","threshold":"0.01","band":"0"}`).problem(422, "invalid")
	stale := ada.put("/api/v1/alert-rules/"+rule.text("id"), `{"kind":"position","portfolio_id":"`+id+`","threshold":"0.02","band":"0.001","revision":7}`)
	stale.problem(409, "stale")

	// Without a price nothing is known, so that nothing is raised.
	found := ada.post(p+"/alerts/check", ``).is(200)
	if found.number("unknown") != 1 || found.number("raised") != 0 {
		t.Errorf("%s", found.body)
	}
	readings := ada.get(p + "/alerts/readings").is(200)
	if readings.value("items.0.readings.0.value") != nil || readings.text("items.0.readings.0.reason") == "" {
		t.Errorf("%s", readings.body)
	}
	if got := ada.get("/api/v1/alerts").is(200); got.number("waiting") != 0 {
		t.Errorf("%s", got.body)
	}

	wide := ada.post("/api/v1/alert-rules", `{"kind":"drawdown","threshold":"0.1","band":"0.01"}`).is(201)
	stranger := h.stranger()
	for _, one := range []struct{ method, path, body string }{
		{"GET", "/api/v1/alert-rules/" + rule.text("id"), ""}, {"DELETE", "/api/v1/alert-rules/" + rule.text("id"), ""}, {"DELETE", "/api/v1/alert-rules/" + wide.text("id"), ""},
		{"PUT", "/api/v1/alert-rules/" + wide.text("id"), `{"kind":"drawdown","threshold":"0.2","band":"0.01"}`},
		{"POST", "/api/v1/alert-rules", `{"kind":"position","portfolio_id":"` + id + `","threshold":"0.2","band":"0.01"}`},
		{"PATCH", "/api/v1/channels/" + channel.text("id"), `{"rotate_secret":true}`}, {"DELETE", "/api/v1/channels/" + channel.text("id"), ""}, {"POST", "/api/v1/channels/" + channel.text("id") + "/test", ""},
		{"POST", p + "/alerts/check", ""}, {"GET", p + "/alerts/readings", ""}, {"GET", "/api/v1/alerts?portfolio=" + id, ""},
	} {
		stranger.send(one.method, one.path, "application/json", one.body).problem(404, "not-found")
	}
	var none struct{ Items []any }
	if err := json.Unmarshal(stranger.get("/api/v1/alert-rules").is(200).body, &none); err != nil || len(none.Items) != 0 {
		t.Errorf("a stranger sees %d rules, %v", len(none.Items), err)
	}
	ada.delete("/api/v1/channels/" + channel.text("id")).is(204)
	ada.delete("/api/v1/alert-rules/" + rule.text("id")).is(204)
	ada.get("/api/v1/alert-rules/"+rule.text("id")).problem(404, "not-found")
}

// TestLimitAlerts lets a limit be broken, seen to and ended, with the trail of it.
func TestLimitAlerts(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", `{"transactions":[{"date":"2024-01-02","type":"deposit","account":"ib","amount":"1000","currency":"EUR"},
		{"date":"2024-01-03","type":"buy","account":"ib","symbol":"ACME","quantity":"5","price":"100","currency":"EUR"}]}`).is(201)
	ada.put("/api/v1/prices/own", `{"items":[{"symbol":"ACME","date":"2024-01-03","price":"100","currency":"EUR"}]}`).is(204)
	ada.patch(p, `{"settings":{"limits":{"largest_position":"0.2"}}}`).is(200)
	found := ada.post(p+"/alerts/check", ``).is(200)
	if found.number("raised") != 1 {
		t.Fatalf("%s", found.body)
	}
	list := ada.get("/api/v1/alerts?state=raised,acknowledged&rule=limits").is(200)
	if list.number("waiting") != 1 || list.text("items.0.subject") != "largest_position" || list.text("items.0.title") != "The largest position is 50%, over 20%" {
		t.Errorf("%s", list.body)
	}
	a := "/api/v1/alerts/" + list.text("items.0.id")
	ada.get("/api/v1/alerts?state=loud").problem(422, "invalid")
	seen := ada.post(a+"/acknowledge", `{"reason":"selling on Monday"}`).is(200)
	if seen.text("state") != "acknowledged" || seen.text("acknowledged_reason") != "selling on Monday" || seen.text("acknowledged_by") == "" {
		t.Errorf("%s", seen.body)
	}
	ada.post(a+"/acknowledge", `{}`).problem(409, "stale")
	ada.post(a+"/resolve", `{"reason":" "}`).problem(422, "invalid")
	stranger := h.stranger()
	for _, path := range []string{a + "/acknowledge", a + "/resolve"} {
		stranger.post(path, `{"reason":"mine"}`).problem(404, "not-found")
	}
	stranger.get(a).problem(404, "not-found")
	if done := ada.post(a+"/resolve", `{"reason":"it is meant to be so"}`).is(200); done.text("state") != "resolved" {
		t.Errorf("%s", done.body)
	}
	if again := ada.post(p+"/alerts/check", ``).is(200); again.number("raised") != 0 {
		t.Errorf("%s", again.body)
	}
	said := map[string]int{}
	for _, e := range ada.get("/api/v1/audit?limit=1000").is(200).value("items").([]any) {
		said[e.(map[string]any)["action"].(string)]++
	}
	if said["alert.raise"] != 1 || said["alert.acknowledge"] != 1 || said["alert.resolve"] != 1 {
		t.Errorf("%v", said)
	}
	ada.get(a).is(200)
	ada.get("/api/v1/alerts/nonsense").problem(404, "not-found")
}
