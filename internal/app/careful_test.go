package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/ops/logs"
)

// journal is a log that several write to.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// startLogged runs the program with everything logged.
func startLogged(t *testing.T, flags map[string]string, log *journal) *running {
	t.Helper()
	cfg := settings(t, flags)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, messages: &bytes.Buffer{}}
	started, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- app.Run(ctx, cfg, app.Outside{Version: "test", Messages: r.messages, Now: func() time.Time { return now }, Started: func(url string) { started <- url },
			Log: slog.New(logs.Handler(log, slog.LevelDebug, false, nil))})
	}()
	select {
	case r.url = <-started:
	case err := <-ended:
		cancel()
		t.Fatalf("it did not start: %v", err)
	case <-time.After(30 * time.Second):
		cancel()
		t.Fatal("it did not start in time")
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("it did not stop well: %v", err)
		}
	})
	return r
}

// raw asks without following redirects; the header's pairs are sent as they are.
func (r *running) raw(method, path string, body io.Reader, header ...string) *http.Response {
	r.t.Helper()
	request, err := http.NewRequest(method, r.url+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if request.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body) // the headers are of interest
	response.Body.Close()
	return response
}

// TestTheLogKeepsSecrets signs in, makes a token, asks for a reset and imports with
// everything logged, rightly and wrongly: no secret and nothing of a body is in the log.
func TestTheLogKeepsSecrets(t *testing.T) {
	log := &journal{}
	r := startLogged(t, map[string]string{"data": t.TempDir()}, log)
	const password, wrong, note = "a private sentence 7351", "a wrong sentence 9264", "confidential note 4410"
	r.post("/api/v1/auth/register", `{"email":"ada@example.org","name":"Ada","password":"`+password+`"}`, 201)
	r.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"`+wrong+`"}`, 401)
	in := r.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"`+password+`"}`, 200)
	secrets := map[string]string{"password": password, "wrong password": wrong, "note": note}
	for _, name := range []string{"access_token", "refresh_token"} {
		secrets[name], _ = in[name].(string)
	}
	r.token = secrets["access_token"]
	made := r.post("/api/v1/auth/tokens", `{"name":"script","scope":"read"}`, 201)
	secrets["personal token"], _ = made["token"].(string)
	totp := r.post("/api/v1/auth/totp/begin", `{"password":"`+password+`"}`, 200)
	secrets["second factor"], _ = totp["secret"].(string)
	portfolio, _ := r.post("/api/v1/portfolios", `{"name":"Main","base_currency":"USD"}`, 201)["id"].(string)
	rows := "date,account,type,symbol,quantity,price,amount,currency,note\n2025-06-02,main,deposit,,,,1000,USD," + note + "\n2025-06-03,main,buy,ACME,x,1,,USD," + note + "\n"
	r.raw("POST", "/api/v1/portfolios/"+portfolio+"/imports", strings.NewReader(rows), "Authorization", "Bearer "+r.token, "Content-Type", "text/csv")
	reset := strings.Repeat("R3setT0ken", 4) + "abc"
	secrets["reset token"] = reset
	r.raw("POST", "/api/v1/auth/password/reset/confirm", strings.NewReader(`{"token":"`+reset+`","password":"`+password+`"}`), "Content-Type", "application/json")
	r.raw("GET", "/reset?token="+reset, nil)
	r.raw("GET", "/links/"+reset, nil)
	r.raw("GET", "/api/v1/portfolios?secret="+reset, nil, "Authorization", "Bearer "+reset)
	r.raw("GET", "/api/v1/portfolios", nil, "Authorization", "Bearer "+secrets["personal token"])
	form := url.Values{"email": {"ada@example.org"}, "password": {password}}
	page := r.raw("POST", "/sign-in", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	for _, c := range page.Cookies() {
		if c.Name == "foliosight" {
			secrets["session"] = c.Value
		}
	}
	r.raw("GET", "/settings", nil, "Cookie", "foliosight="+secrets["session"])
	secrets["session, in part"] = secrets["session"][:min(20, len(secrets["session"]))]

	text := log.String()
	if strings.Count(text, `"message":"request"`) < 10 || !strings.Contains(text, "/api/v1/auth/login") {
		t.Fatalf("the log does not hold the requests:\n%s", text)
	}
	for what, s := range secrets {
		if len(s) < 10 {
			t.Errorf("there is no %s: nothing was tried", what)
		} else if strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) {
			t.Errorf("the %s is in the log", what)
		}
	}
}

// TestEveryAnswerIsStrict: pages, files, refusals, the API, what is not there.
func TestEveryAnswerIsStrict(t *testing.T) {
	r := start(t, map[string]string{"demo": "true", "as-of": "2025-06-30"})
	for _, c := range []struct {
		method, path string
		header       []string
		status       int
	}{
		{"GET", "/sign-in", nil, 200},
		{"GET", "/p/all", nil, 303},
		{"GET", "/nowhere", nil, 303},
		{"GET", "/api/v1/portfolios", nil, 401},
		{"GET", "/api/nowhere", nil, 404},
		{"GET", "/health", nil, 200},
		{"GET", "/docs", nil, 200},
		{"GET", "/openapi.json", nil, 200},
		{"POST", "/sign-in", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/api/v1/auth/login", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/api/v1/auth/login", []string{"Origin", "https://evil.example"}, 403},
		// No header turns one method into another.
		{"GET", "/sign-out", []string{"X-Http-Method-Override", "POST", "X-Method-Override", "POST"}, 303},
		{"POST", "/api/v1/auth/logout?_method=DELETE", []string{"X-Http-Method-Override", "GET"}, 401},
		// What a host calls itself changes nothing that is said.
		{"GET", "/p/all", []string{"Host", "evil.example"}, 303},
	} {
		got := r.raw(c.method, c.path, nil, c.header...)
		if got.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got.StatusCode, c.status)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-store", "X-Frame-Options": "DENY", "Strict-Transport-Security": ""} {
			if v := strings.Join(got.Header.Values(name), "; "); v != want {
				t.Errorf("%s %s: %s is %q, want %q", c.method, c.path, name, v, want)
			}
		}
		policy := got.Header.Values("Content-Security-Policy")
		if len(policy) != 1 || !strings.HasPrefix(policy[0], "default-src 'none'") || !strings.Contains(policy[0], "frame-ancestors 'none'") || strings.Contains(policy[0], "unsafe") {
			t.Errorf("%s %s: the policy is %q", c.method, c.path, policy)
		}
		if got.Header.Get("Permissions-Policy") == "" || strings.Contains(got.Header.Get("Location"), "evil") {
			t.Errorf("%s %s: %v", c.method, c.path, got.Header)
		}
	}
}

// TestCookiesBehindAProxy: where the proxy speaks TLS, browsers send the session over
// nothing else and are told to stay there.
func TestCookiesBehindAProxy(t *testing.T) {
	t.Parallel()
	log := &journal{}
	cfg := settings(t, map[string]string{"demo": "true", "as-of": "2025-06-30"})
	cfg.Accounts.Domain = "books.example.org"
	if !cfg.Secure() || cfg.TLS() {
		t.Fatal("https at the proxy is not seen")
	}
	ctx, cancel := context.WithCancel(context.Background())
	started, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- app.Run(ctx, cfg, app.Outside{Version: "test", Messages: io.Discard, Now: func() time.Time { return now }, Started: func(u string) { started <- u }, Log: slog.New(slog.NewTextHandler(log, nil))})
	}()
	defer func() { cancel(); <-ended }()
	r := &running{t: t}
	select {
	case r.url = <-started:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	form := url.Values{"email": {"demo@foliosight.example"}, "password": {"demo-demo-demo"}}
	got := r.raw("POST", "/sign-in", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	if h := got.Header.Get("Strict-Transport-Security"); h != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security is %q", h)
	}
	found := false
	for _, c := range got.Cookies() {
		found = found || c.Name == "__Host-foliosight"
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Domain != "" || c.Path != "/" {
			t.Errorf("the cookie %s is %s", c.Name, strings.ReplaceAll(c.String(), c.Value, "…"))
		}
	}
	if !found {
		t.Errorf("%d and no session", got.StatusCode)
	}
}
