package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/ops/standing"
	"github.com/foliosight/foliosight/internal/store"
)

// answered asks and gives the answer with its body.
func (r *running) answered(method, path, token, body string, header ...string) (*http.Response, string) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	var b strings.Builder
	if _, err := io.Copy(&b, answer.Body); err != nil {
		r.t.Fatal(err)
	}
	return answer, b.String()
}

// two are who runs the installation, and somebody else, with the password of that one.
func (r *running) two() (admin, other, password string) {
	r.t.Helper()
	admin = r.post("/api/v1/auth/register", `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada","base_currency":"EUR"}`, 201)["token"].(string)
	r.token = admin
	password = r.post("/api/v1/users", `{"email":"bob@example.org","name":"Bob"}`, 201)["password"].(string)
	r.token = ""
	return admin, r.post("/api/v1/auth/login", `{"email":"bob@example.org","password":"`+password+`"}`, 200)["token"].(string), password
}

// TestMaintenanceReachesARunningServer: set beside it in the database, it holds requests
// off within seconds, lets administrators in, lets all look where it is read-only, has the
// workers wait, and ends.
func TestMaintenanceReachesARunningServer(t *testing.T) {
	ctx := context.Background()
	directory := filepath.Join(t.TempDir(), "data")
	r := start(t, map[string]string{"data": directory})
	admin, other, password := r.two()
	r.token = other
	r.post("/api/v1/portfolios", `{"name":"Depot","base_currency":"EUR"}`, 201)
	kept, closing, err := app.Record(ctx, settings(t, map[string]string{"data": directory}))
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	set := func(m standing.Maintenance) {
		t.Helper()
		mark, err := standing.SetMaintenance(ctx, kept, m, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if all, err := kept.MarkAnswers(ctx, mark.Name, mark.Version); err == nil && len(all) == 1 {
				return
			}
			if time.Now().After(end) {
				t.Fatal("the server does not follow")
			}
		}
	}
	want := func(method, path, token, body string, status int, header ...string) (*http.Response, string) {
		t.Helper()
		a, text := r.answered(method, path, token, body, header...)
		if a.StatusCode != status {
			t.Errorf("%s %s: %d, want %d\n%.300s", method, path, a.StatusCode, status, text)
		}
		return a, text
	}

	set(standing.Maintenance{On: true, Reason: "a <larger> disk", Until: now.Add(30 * time.Minute)})
	a, text := want("GET", "/api/v1/portfolios", other, "", 503)
	var p struct{ Type, Title, Detail string }
	if err := json.Unmarshal([]byte(text), &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" || p.Type != "/docs#problem-maintenance" || !strings.Contains(p.Detail, "a <larger> disk, until 2025-07-01 12:30 UTC") {
		t.Errorf("%v %s\n%s", err, a.Header.Get("Content-Type"), text)
	}
	if n, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || n != 1800 {
		t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
	}
	a, text = want("GET", "/portfolios", "", "", 503, "Accept", "text/html,*/*")
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || !strings.Contains(text, "a &lt;larger&gt; disk") || a.Header.Get("Retry-After") == "" {
		t.Errorf("the page:\n%s", text)
	}
	want("GET", "/api/v1/portfolios", "", "", 503)
	want("GET", "/api/v1/portfolios", "nonsense", "", 503)
	want("GET", "/api/v1/portfolios", admin, "", 200)
	want("POST", "/api/v1/portfolios", admin, `{"name":"Mine","base_currency":"EUR"}`, 201)
	if _, text := want("GET", "/portfolios", "", "", 200, "Cookie", "foliosight="+admin, "Accept", "text/html"); !strings.Contains(text, "Only who runs the installation is let in") {
		t.Error("an administrator's page does not say so")
	}
	want("GET", "/sign-in", "", "", 200)
	want("POST", "/api/v1/auth/login", "", `{"email":"ada@example.org","password":"a sentence is easiest"}`, 200)
	want("POST", "/api/v1/auth/register", "", `{"email":"eve@example.org","password":"a sentence is easiest","name":"Eve"}`, 503)
	for path, says := range map[string]string{"/health": `"maintenance":"maintenance"`, "/health/live": `"ok"`, "/health/ready": `"status":"maintenance"`, "/status": `"maintenance":"maintenance"`, "/metrics": "go_goroutines"} {
		if _, text := want("GET", path, "", "", 200); !strings.Contains(text, says) {
			t.Errorf("%s does not say %s:\n%.300s", path, says, text)
		}
	}

	set(standing.Maintenance{On: true, ReadOnly: true})
	want("GET", "/api/v1/portfolios", other, "", 200)
	if a, _ := want("POST", "/api/v1/portfolios", other, `{"name":"No","base_currency":"EUR"}`, 503); a.Header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
	}
	want("POST", "/api/v1/portfolios", admin, `{"name":"No","base_currency":"EUR"}`, 503)
	want("POST", "/portfolios/new", "", "name=No", 503, "Cookie", "foliosight="+other, "Accept", "text/html")
	want("POST", "/api/v1/auth/login", "", `{"email":"bob@example.org","password":"`+password+`"}`, 200)
	if _, text := want("GET", "/portfolios", "", "", 200, "Cookie", "foliosight="+other, "Accept", "text/html"); !strings.Contains(text, "nothing can be changed") || strings.Contains(text, "Only who runs") {
		t.Error("a page does not say that nothing can be changed")
	}
	if _, text := want("GET", "/health/ready", "", "", 200); !strings.Contains(text, `"read-only"`) {
		t.Errorf("ready says %s", text)
	}

	set(standing.Maintenance{})
	want("POST", "/api/v1/portfolios", other, `{"name":"Yes","base_currency":"EUR"}`, 201)
	if _, text := want("GET", "/portfolios", "", "", 200, "Cookie", "foliosight="+other, "Accept", "text/html"); strings.Contains(text, "Maintenance") {
		t.Error("a page still speaks of maintenance")
	}
}

// TestCachesOfARunningServerAreCleared: by the mark, and over HTTP by an administrator alone.
func TestCachesOfARunningServerAreCleared(t *testing.T) {
	ctx := context.Background()
	directory := filepath.Join(t.TempDir(), "data")
	r := start(t, map[string]string{"data": directory})
	admin, other, _ := r.two()
	r.token = admin
	id := dig(r.post("/api/v1/portfolios", `{"name":"Depot","base_currency":"EUR"}`, 201), "id").(string)
	r.post("/api/v1/portfolios/"+id+"/transactions", `{"transactions":[{"date":"2025-01-02","type":"deposit","account":"Depot","amount":"100","currency":"EUR"}]}`, 201)
	look := func() {
		r.get("/api/v1/portfolios/" + id + "/analysis")
	}
	entries := func(all []standing.Cleared) (n int) {
		for _, c := range all {
			n += c.Entries
		}
		return n
	}
	kept, closing, err := app.Record(ctx, settings(t, map[string]string{"data": directory}))
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	look()
	mark, err := standing.Clear(ctx, kept, "ops", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var all []store.MarkAnswer
	for end := time.Now().Add(10 * time.Second); len(all) == 0; time.Sleep(20 * time.Millisecond) {
		if all, err = kept.MarkAnswers(ctx, mark.Name, mark.Version); err != nil || time.Now().After(end) {
			t.Fatalf("the server does not answer: %v", err)
		}
	}
	cleared, err := standing.ClearedBy(all[0])
	if err != nil || entries(cleared) < 3 {
		t.Errorf("%v: it let go of %+v", err, cleared)
	}
	for _, token := range []string{"", "nonsense", other} {
		if _, err := standing.ClearAt(ctx, http.DefaultClient, r.url, token); err == nil {
			t.Errorf("token %q clears", token)
		}
	}
	cleared, err = standing.ClearAt(ctx, http.DefaultClient, r.url, admin)
	if n := entries(cleared); err != nil || n > 1 {
		t.Errorf("%v: after the first time %d entries were kept: %+v", err, n, cleared)
	}
	look()
	if cleared, err = standing.ClearAt(ctx, http.DefaultClient, r.url, admin); err != nil || entries(cleared) < 3 {
		t.Errorf("%v: it let go of %+v", err, cleared)
	}
}
