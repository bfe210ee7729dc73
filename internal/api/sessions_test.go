package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
)

// bodies are requests that an address accepts, so that it is the session or the
// portfolio that is refused and nothing else.
var bodies = map[string]string{
	"create-portfolio":    `{"name":"X"}`,
	"update-portfolio":    `{"name":"X"}`,
	"close-books":         `{"through":"2024-01-31"}`,
	"put-account":         `{"label":"X"}`,
	"confirm-income":      `{}`,
	"reject-income":       `{"reason":"X"}`,
	"book":                `{"transactions":[{"date":"2024-01-02","type":"deposit","amount":"1","account":"a","currency":"EUR"}]}`,
	"edit-transaction":    `{"date":"2024-01-02","type":"deposit","amount":"1","account":"a","currency":"EUR"}`,
	"change-password":     `{"old_password":"a sentence is easiest","new_password":"another sentence"}`,
	"update-me":           `{"name":"X"}`,
	"set-own-prices":      `{"items":[{"symbol":"X","date":"2024-01-02","price":"1","currency":"EUR"}]}`,
	"calc":                `{}`,
	"propose-trades":      `{"objective":"min_volatility"}`,
	"delete-transactions": `{"ids":["0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"]}`,
	"tag-transactions":    `{"ids":["0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"],"add":["x"]}`,
	"rename-tag":          `{"name":"x"}`,
	"merge-tags":          `{"tags":["x"],"into":"y"}`,
	"delete-own-prices":   `{"items":[{"symbol":"X","date":"2024-01-02"}]}`,
	"decide-held-back":    `{"decision":"accepted"}`,
	"set-provider-key":    `{"key":"a key"}`,
	"put-instrument":      `{"symbol":"X","currency":"EUR"}`,
	"what-if":             `{"trades":[{"side":"buy","symbol":"X","quantity":"1"}]}`,
	"try-scenario":        `{"shocks":[{"kind":"factor","on":"market","move":-0.1}]}`,
	"create-grant":        `{"email":"x@example.org","role":"view"}`,
	"update-grant":        `{"role":"view"}`,
	"create-watchlist":    `{"name":"Ideas"}`,
	"change-watchlist":    `{"name":"Ideas"}`,
	"watch":               `{"note":"x"}`,
	"order-watchlist":     `{"symbols":["X"]}`,
	"set-target":          `{"price":"10","currency":"EUR"}`,
	"write-note":          `{"text":"x"}`,
	"edit-note":           `{"text":"x"}`,
	"create-link":         `{"label":"X","expires":"2025-12-31T00:00:00Z"}`,
	"reverse-scenario":    `{"share":"0.1"}`,
}

// each calls fn for every operation of the document with an address to send to.
func each(t *testing.T, h *house, portfolio string, fn func(method, path string, op operation)) {
	t.Helper()
	d, _ := readDocument(t, h)
	values := strings.NewReplacer("{portfolio}", portfolio, "{transaction}", "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10", "{import}", "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10",
		"{watchlist}", "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10", "{note}", "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10", "{version}", "1", "{account}", "ib", "{symbol}", "X", "{date}", "2024-01-02", "{day}", "2024-01-02", "{job}", "1", "{tag}", "x", "{held}", "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10", "{provider}", "fred", "{method}", "value", "{engine}", "xirr")
	for path, operations := range d.Paths {
		for method, op := range operations {
			address := values.Replace(path)
			if op.OperationID == "delete-portfolio" {
				address += "?confirm=Family"
			}
			fn(strings.ToUpper(method), address, op)
		}
	}
}

// ask sends a request that the operation accepts.
func (c client) ask(method, path string, op operation) answer {
	c.t.Helper()
	if op.RequestBody != nil && op.RequestBody.Content["multipart/form-data"] != nil {
		return c.upload(path, map[string]string{"a.csv": "date,symbol,close\n2024-01-02,X,1\n"}, nil)
	}
	body := bodies[op.OperationID]
	if body == "" {
		return c.send(method, path, "", "")
	}
	return c.send(method, path, "application/json", body)
}

// TestEveryAddressNeedsASession asks every address without a session, with one that
// never was and with one that has ended.
func TestEveryAddressNeedsASession(t *testing.T) {
	h := open(t)
	ended := h.owner()
	portfolio := strings.TrimPrefix(ended.portfolio("Family"), "/api/v1/portfolios/")
	ended.post("/api/v1/auth/logout", "").is(204)
	guarded := 0
	each(t, h, portfolio, func(method, path string, op operation) {
		if len(op.Security) == 0 {
			return
		}
		guarded++
		client{house: h}.ask(method, path, op).problem(401, "not-signed-in")
		client{house: h, token: "b0JhcnJlbC1vZi1zb21lLXRva2Vu"}.ask(method, path, op).problem(401, "not-signed-in")
		ended.ask(method, path, op).problem(401, "not-signed-in")
		client{house: h}.with("Authorization", "Basic YWRhOnBhc3N3b3Jk").ask(method, path, op).problem(401, "not-signed-in")
	})
	if guarded < 40 {
		t.Errorf("only %d addresses need a session", guarded)
	}
}

// TestAnothersPortfolioDoesNotExist asks every address of a portfolio as somebody of
// another household.
func TestAnothersPortfolioDoesNotExist(t *testing.T) {
	h := open(t)
	ada := h.owner()
	address := ada.portfolio("Family")
	ada.post(address+"/transactions", bodies["book"]).is(201)
	eve := h.stranger()
	asked := 0
	each(t, h, strings.TrimPrefix(address, "/api/v1/portfolios/"), func(method, path string, op operation) {
		if strings.HasPrefix(path, address) {
			asked++
			eve.ask(method, path, op).problem(404, "not-found")
		}
	})
	if asked < 25 {
		t.Errorf("only %d addresses of a portfolio", asked)
	}
	if items := eve.get("/api/v1/portfolios").is(200).value("items").([]any); len(items) != 0 {
		t.Errorf("a stranger sees %v", items)
	}
	if got := ada.get(address).is(200).number("ledger_version"); got != 1 {
		t.Errorf("the ledger is at version %v after a stranger asked", got)
	}
}

func TestFirstOwner(t *testing.T) {
	h := open(t, func(o *api.Options) { o.Code = "abcd-efgh"; o.Secure = true })
	nobody := client{house: h}
	if a := nobody.get("/api/v1/setup").is(200); a.value("needed") != true || a.value("code_needed") != true {
		t.Errorf("%s", a.body)
	}
	body := func(more string) string {
		return `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada"` + more + `}`
	}
	nobody.post("/api/v1/auth/register", body("")).problem(403, "wrong-code")
	nobody.post("/api/v1/auth/register", body(`,"code":"abcd-efgx"`)).problem(403, "wrong-code")
	a := nobody.post("/api/v1/auth/register", body(`,"code":"abcd-efgh"`)).is(201)
	cookie := a.Header.Get("Set-Cookie")
	for _, part := range []string{"foliosight=" + a.text("token"), "HttpOnly", "SameSite=Lax", "Secure", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q lacks %s", cookie, part)
		}
	}
	nobody.post("/api/v1/auth/register", body(`,"code":"abcd-efgh"`)).problem(409, "already-set-up")
	if a := nobody.get("/api/v1/setup").is(200); a.value("needed") != false {
		t.Errorf("%s", a.body)
	}
}

func TestSigningInAndOut(t *testing.T) {
	h := open(t)
	h.owner()
	nobody := client{house: h}
	p := nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"wrong"}`).problem(401, "wrong-credentials")
	q := nobody.post("/api/v1/auth/login", `{"email":"nobody@example.org","password":"wrong"}`).problem(401, "wrong-credentials")
	if p.Detail != q.Detail {
		t.Error("the answer tells whether the address is known")
	}
	a := nobody.post("/api/v1/auth/login", `{"email":"ADA@example.org","password":"a sentence is easiest"}`).is(200)
	browser := nobody.with("Cookie", "foliosight="+a.text("token"))
	if got := browser.get("/api/v1/auth/me").is(200).text("email"); got != "ada@example.org" {
		t.Errorf("signed in as %s", got)
	}
	if got := browser.patch("/api/v1/auth/me", `{"name":"Ada L."}`).is(200).text("name"); got != "Ada L." {
		t.Errorf("name is %s", got)
	}
	expires, err := time.Parse(time.RFC3339, browser.post("/api/v1/auth/refresh", "").is(200).text("expires"))
	if err != nil || !expires.After(now) {
		t.Errorf("expires %s %v", expires, err)
	}
	other := nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"a sentence is easiest"}`).is(200).text("token")
	browser.post("/api/v1/auth/password", `{"old_password":"wrong","new_password":"another sentence"}`).problem(401, "wrong-credentials")
	short := browser.post("/api/v1/auth/password", `{"old_password":"a sentence is easiest","new_password":"short"}`).problem(422, "invalid")
	if len(short.Errors) != 1 || short.Errors[0].Cure == "" || short.Errors[0].Value != "" {
		t.Errorf("%+v", short.Errors)
	}
	browser.post("/api/v1/auth/password", `{"old_password":"a sentence is easiest","new_password":"another sentence"}`).is(204)
	client{house: h, token: other}.get("/api/v1/auth/me").problem(401, "not-signed-in")
	out := browser.post("/api/v1/auth/logout", "").is(204)
	if c := out.Header.Get("Set-Cookie"); !strings.Contains(c, "Max-Age=0") {
		t.Errorf("cookie stays: %q", c)
	}
	browser.get("/api/v1/auth/me").problem(401, "not-signed-in")
}

// TestAnotherSitesForms are refused: a browser sends the cookie along.
func TestAnotherSitesForms(t *testing.T) {
	h := open(t)
	ada := h.owner()
	browser := client{house: h}.with("Cookie", "foliosight="+ada.token)
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		browser.with(name, value).post("/api/v1/portfolios", `{"name":"X"}`).problem(403, "cross-origin")
	}
	browser.with("Sec-Fetch-Site", "same-origin").post("/api/v1/portfolios", `{"name":"X"}`).is(201)
}

func TestHealthNeedsNobody(t *testing.T) {
	h := open(t)
	for path, word := range map[string]string{"/health": "healthy", "/health/live": "ok", "/health/ready": "ok", "/api/health": "healthy"} {
		if a := (client{house: h}).get(path).is(200); a.text("status") != word {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	if a := (client{house: h}).get("/health"); a.text("services.database") != "connected" || a.text("services.market_data") != "unknown" || a.text("timestamp") != "2025-07-01T12:00:00Z" {
		t.Errorf("%s", a.body)
	}
	h = openOver(t, func(s api.Services) api.Services { return broken{s} })
	client{house: h}.get("/health/live").is(http.StatusOK)
	client{house: h}.get("/health/ready").is(http.StatusServiceUnavailable)
	if a := (client{house: h}).get("/health").is(http.StatusServiceUnavailable); a.text("status") != "unhealthy" || a.text("services.database") != "unavailable" {
		t.Errorf("%s", a.body)
	}
	client{house: h}.get("/api/health").is(http.StatusServiceUnavailable)
}

// TestDocs holds the documentation page to needing nothing from elsewhere.
func TestDocs(t *testing.T) {
	h := open(t)
	a := client{house: h}.get("/docs").is(200)
	page := string(a.body)
	if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script") {
		t.Errorf("policy %q", policy)
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "style=") || regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(page) {
		t.Error("the page has a script, a style of its own or something from elsewhere")
	}
	d, _ := readDocument(t, h)
	for _, operations := range d.Paths {
		for _, op := range operations {
			if !strings.Contains(page, `id="`+op.OperationID+`"`) {
				t.Errorf("%s is not on the page", op.OperationID)
			}
		}
	}
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if anchors[m[1]] {
			t.Errorf("two places are called %s", m[1])
		}
		anchors[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !anchors[m[1]] {
			t.Errorf("a link leads to #%s, which is not there", m[1])
		}
	}
	client{house: h}.get("/docs/docs.css").is(200)
}
