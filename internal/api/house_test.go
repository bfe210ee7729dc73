package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// now is the time in all tests of the API.
var now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

// house is the API over a real store and the real services.
type house struct {
	t     *testing.T
	url   string
	store store.Store
	svc   *service.Service
	logs  *bytes.Buffer
}

func open(t *testing.T, change ...func(*api.Options)) *house { return openOver(t, nil, change...) }

// openOver puts something between the API and the services.
func openOver(t *testing.T, between func(api.Services) api.Services, change ...func(*api.Options)) *house {
	t.Helper()
	return openWith(t, service.Accounts{}, between, change...)
}

// openWith says how people come in.
func openWith(t *testing.T, accounts service.Accounts, between func(api.Services) api.Services, change ...func(*api.Options)) *house {
	t.Helper()
	clock := func() time.Time { return now }
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(t.TempDir(), "test.db"), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: db, svc: service.New(service.Options{Store: db, Now: clock, Accounts: accounts}), logs: &bytes.Buffer{}}
	o := api.Options{Version: "test", Now: clock, Log: slog.New(slog.NewTextHandler(h.logs, nil))}
	for _, c := range change {
		c(&o)
	}
	var services api.Services = h.svc
	if between != nil {
		services = between(services)
	}
	handler, err := api.New(services, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api.Observe(o.Log, api.CORS(o.Frontend, api.Throttle(o.Now, o.Limits, handler))))
	h.url = server.URL
	t.Cleanup(func() {
		server.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// owner registers the owner and returns a client that is signed in.
func (h *house) owner() client {
	h.t.Helper()
	a := client{house: h}.post("/api/v1/auth/register", `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada","base_currency":"EUR"}`).is(201)
	return client{house: h, token: a.text("token")}
}

// stranger is somebody of another tenant.
func (h *house) stranger() client {
	h.t.Helper()
	ctx := context.Background()
	other := store.User{ID: store.NewID(), Email: "eve@example.org", Name: "Eve", Role: store.Owner, BaseCurrency: "EUR", Locale: "en", TimeZone: "UTC"}
	tenant := store.Tenant{ID: store.NewID(), Name: "Eve"}
	if err := h.store.Found(ctx, tenant, other, false); err != nil {
		h.t.Fatal(err)
	}
	credentials, err := h.store.Credentials(ctx, "ada@example.org")
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.store.As(ctx, store.Identity{Tenant: tenant.ID, User: other.ID}, func(ctx context.Context, tx store.Tx) error {
		return tx.SetPassword(ctx, other.ID, credentials.PasswordHash)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	a := client{house: h}.post("/api/v1/auth/login", `{"email":"eve@example.org","password":"a sentence is easiest"}`).is(200)
	return client{house: h, token: a.text("token")}
}

// client sends requests; with a token as who has it.
type client struct {
	*house
	token  string
	header map[string]string
}

// with adds a header to the next requests.
func (c client) with(name, value string) client {
	h := map[string]string{name: value}
	for k, v := range c.header {
		if k != name {
			h[k] = v
		}
	}
	c.header = h
	return c
}

func (c client) get(path string) answer        { return c.send("GET", path, "", "") }
func (c client) post(path, body string) answer { return c.send("POST", path, "application/json", body) }
func (c client) put(path, body string) answer  { return c.send("PUT", path, "application/json", body) }
func (c client) patch(path, body string) answer {
	return c.send("PATCH", path, "application/json", body)
}
func (c client) delete(path string) answer { return c.send("DELETE", path, "", "") }

func (c client) send(method, path, contentType, body string) answer {
	c.t.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{t: c.t, what: method + " " + path, Response: response, body: content}
}

// upload sends a form with files and values.
func (c client) upload(path string, files map[string]string, values map[string]string) answer {
	c.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, content := range files {
		w, err := form.CreateFormFile("file", name)
		if err != nil {
			c.t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	for name, value := range values {
		form.WriteField(name, value)
	}
	form.Close()
	return c.send("POST", path, form.FormDataContentType(), b.String())
}

// answer is what came back.
type answer struct {
	t    *testing.T
	what string
	*http.Response
	body []byte
}

// is demands a status.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Fatalf("%s: %d, want %d\n%s", a.what, a.StatusCode, status, a.body)
	}
	return a
}

// problem demands a problem of a status and a type.
func (a answer) problem(status int, name string) api.Problem {
	a.t.Helper()
	a.is(status)
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.what, err, a.body)
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("%s: content type %q", a.what, got)
	}
	if p.Type != "/docs#problem-"+name || p.Status != status || p.Title == "" || p.Detail == "" || p.Reference == "" || p.Reference != a.Header.Get("X-Request-Id") {
		a.t.Errorf("%s: want problem %s, got\n%s", a.what, name, a.body)
	}
	return p
}

// value digs a value out of the answer: "items.0.id".
func (a answer) value(path string) any {
	a.t.Helper()
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.what, err, a.body)
	}
	for _, step := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			var i int
			if json.Unmarshal([]byte(step), &i) != nil || i >= len(at) {
				a.t.Fatalf("%s: no %s in\n%s", a.what, path, a.body)
			}
			v = at[i]
		default:
			a.t.Fatalf("%s: no %s in\n%s", a.what, path, a.body)
		}
	}
	return v
}

func (a answer) text(path string) string {
	a.t.Helper()
	s, ok := a.value(path).(string)
	if !ok {
		a.t.Fatalf("%s: %s is no text in\n%s", a.what, path, a.body)
	}
	return s
}

func (a answer) number(path string) float64 {
	a.t.Helper()
	n, ok := a.value(path).(float64)
	if !ok {
		a.t.Fatalf("%s: %s is no number in\n%s", a.what, path, a.body)
	}
	return n
}

// portfolio creates one and returns its address.
func (c client) portfolio(name string) string {
	c.t.Helper()
	return c.post("/api/v1/portfolios", `{"name":"`+name+`"}`).is(201).Header.Get("Location")
}
