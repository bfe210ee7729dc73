package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/store"
)

// now is the time in all tests of the whole program.
var now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

// running is the whole program on a port of its own.
type running struct {
	t        *testing.T
	url      string
	token    string
	messages *bytes.Buffer
	stop     func() error // stops it and gives what Run returned
}

// start runs the program with the settings of a command line.
func start(t *testing.T, flags map[string]string, environ ...string) *running {
	t.Helper()
	cfg := settings(t, flags, environ...)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, messages: &bytes.Buffer{}}
	started, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- app.Run(ctx, cfg, app.Outside{Version: "test", Messages: r.messages, Now: func() time.Time { return now }, Started: func(url string) { started <- url }})
	}()
	select {
	case r.url = <-started:
	case err := <-ended:
		cancel()
		t.Fatalf("it did not start: %v", err)
	case <-time.After(20 * time.Second):
		cancel()
		t.Fatal("it did not start in time")
	}
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("it did not stop well: %v", err)
		}
	})
	return r
}

func settings(t *testing.T, flags map[string]string, environ ...string) config.Config {
	t.Helper()
	if flags["listen"] == "" {
		flags["listen"] = "127.0.0.1:0"
	}
	cfg, err := config.Load(config.Input{Flags: flags, Environ: append(environ, "HOME="+t.TempDir())})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// send asks and demands a status; the answer is decoded where it is JSON.
func (r *running) send(method, path, contentType string, body []byte, status int) map[string]any {
	r.t.Helper()
	request, err := http.NewRequest(method, r.url+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		r.t.Fatalf("%s %s: %d %v, want %d\n%s", method, path, response.StatusCode, err, status, content)
	}
	var out map[string]any
	_ = json.Unmarshal(content, &out) // pages are no JSON
	return out
}

func (r *running) get(path string) map[string]any {
	r.t.Helper()
	return r.send("GET", path, "", nil, 200)
}

func (r *running) post(path, body string, status int) map[string]any {
	r.t.Helper()
	return r.send("POST", path, "application/json", []byte(body), status)
}

func (r *running) upload(path, name, content string, values map[string]string, status int) map[string]any {
	r.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormFile("file", name)
	if err != nil {
		r.t.Fatal(err)
	}
	io.WriteString(w, content)
	for k, v := range values {
		form.WriteField(k, v)
	}
	form.Close()
	return r.send("POST", path, form.FormDataContentType(), b.Bytes(), status)
}

// dig follows names into an answer.
func dig(v any, names ...string) any {
	for _, n := range names {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[n]
	}
	return v
}

// TestTheMainWay goes through the whole program: the owner is created, a file is
// imported, the figures are read, the program is stopped and started, the import is undone.
func TestTheMainWay(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "data")
	r := start(t, map[string]string{"data": directory})
	if said := r.messages.String(); !strings.Contains(said, r.url) || !strings.Contains(said, "create the owner") {
		t.Errorf("it said:\n%s", said)
	}
	r.token = dig(r.post("/api/v1/auth/register", `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada","base_currency":"EUR"}`, 201), "token").(string)
	id := r.post("/api/v1/portfolios", `{"name":"Family"}`, 201)["id"].(string)
	p := "/api/v1/portfolios/" + id
	file := "date,account,type,symbol,quantity,price,amount,fee,currency\n" +
		"2024-01-02,ib,deposit,,,,10000,,EUR\n2024-01-03,ib,buy,ACME,10,100.00,,1,EUR\n2024-06-03,ib,sell,ACME,4,130.00,,1,EUR\n"
	imported := r.upload(p+"/imports", "trades.csv", file, nil, 201)
	r.upload("/api/v1/prices/imports", "prices.csv", "date,symbol,close\n2024-01-03,ACME,100\n2024-06-28,ACME,140\n", map[string]string{"currency": "EUR"}, 200)

	// 10000 − 1001 + 519 = 9518 cash and 6 × 140 = 840
	value := func() any { return dig(r.get(p+"/analysis?as_of=2024-06-28"), "summary", "value", "value") }
	if got := value(); got != "10358" {
		t.Errorf("worth %v, want 10358", got)
	}
	r.get("/docs")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{directory, filepath.Join(directory, "foliosight.db")} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v, others may read it", path, info.Mode(), err)
		}
	}

	token := r.token
	r = start(t, map[string]string{"data": directory})
	r.token = token
	if got := value(); got != "10358" {
		t.Errorf("after a restart worth %v, want 10358", got)
	}
	r.post(p+"/imports/"+dig(imported, "import", "id").(string)+"/undo", "", 200)
	if got := r.get(p + "/transactions")["total"]; got != 0.0 {
		t.Errorf("%v bookings after undoing the import", got)
	}
	if said := r.messages.String(); !strings.Contains(said, "Sign in") || strings.Contains(said, "create the owner") {
		t.Errorf("it said:\n%s", said)
	}
}

// TestDemonstration signs in with what was printed and finds three portfolios.
func TestDemonstration(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	r := start(t, map[string]string{"demo": "true", "as-of": "2025-06-30"})
	said := regexp.MustCompile(`Sign in as (\S+) with the password (\S+)`).FindStringSubmatch(r.messages.String())
	if said == nil || !strings.Contains(r.messages.String(), "Simulated") {
		t.Fatalf("it said:\n%s", r.messages)
	}
	r.token = r.post("/api/v1/auth/login", `{"email":"`+said[1]+`","password":"`+said[2]+`"}`, 200)["token"].(string)
	list := r.get("/api/v1/portfolios")["items"].([]any)
	if len(list) != 3 {
		t.Fatalf("%d portfolios", len(list))
	}
	for _, item := range list {
		a := r.get("/api/v1/portfolios/" + dig(item, "id").(string) + "/analysis")
		if a["simulated"] != true || a["as_of"] != "2025-06-30" || dig(a, "summary", "value", "value") == nil || dig(a, "returns", "time_weighted", "value") == nil {
			t.Errorf("%v: as of %v, value %v, return %v", dig(item, "name"), a["as_of"], dig(a, "summary", "value"), dig(a, "returns", "time_weighted"))
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestAnyOtherAddress needs a code for the first owner and has no fixed password.
func TestAnyOtherAddress(t *testing.T) {
	r := start(t, map[string]string{"listen": "0.0.0.0:0"})
	code := regexp.MustCompile(`set-up code (\S+)`).FindStringSubmatch(r.messages.String())
	if code == nil {
		t.Fatalf("it said:\n%s", r.messages)
	}
	body := `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada","code":"` + "%" + `"}`
	r.post("/api/v1/auth/register", strings.Replace(body, "%", "guess", 1), 403)
	r.post("/api/v1/auth/register", strings.Replace(body, "%", code[1], 1), 201)

	demo := start(t, map[string]string{"listen": "0.0.0.0:0", "demo": "true"})
	password := regexp.MustCompile(`password (\S+)`).FindStringSubmatch(demo.messages.String())
	if password == nil || len(password[1]) < 16 || strings.Contains(password[1], "demo") {
		t.Errorf("it said:\n%s", demo.messages)
	}
	response, err := http.Get(strings.Replace(demo.url, "localhost", "127.0.0.1", 1) + "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || strings.Contains(string(page), password[1]) {
		t.Error("the page tells everybody the password")
	}
}

// TestOwnerThroughAnotherName is refused: a name of somebody else's that leads to this
// machine must not make them the owner.
func TestOwnerThroughAnotherName(t *testing.T) {
	r := start(t, map[string]string{"data": t.TempDir()})
	for _, path := range []string{"/api/v1/auth/register", "/first-run", "/explore"} {
		request, err := http.NewRequest("POST", r.url+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "evil.example:8000"
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 403 {
			t.Errorf("%s: %d, want 403", path, response.StatusCode)
		}
	}
}

// TestRefusedStarts say why.
func TestRefusedStarts(t *testing.T) {
	r := start(t, map[string]string{"data": t.TempDir()})
	taken := settings(t, map[string]string{"listen": strings.TrimPrefix(r.url, "http://")})
	if err := app.Run(context.Background(), taken, app.Outside{}); err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("an address in use: %v", err)
	}
	future := settings(t, map[string]string{"demo": "true", "as-of": "2025-07-02"})
	if err := app.Run(context.Background(), future, app.Outside{Now: func() time.Time { return now }}); !errors.Is(err, app.ErrFuture) {
		t.Errorf("a demonstration of tomorrow: %v", err)
	}
}

// TestOneProcess: while a server runs, a command is told that it holds the database.
func TestOneProcess(t *testing.T) {
	directory := t.TempDir()
	start(t, map[string]string{"data": directory})
	_, err := app.Open(context.Background(), settings(t, map[string]string{"data": directory}), app.Outside{})
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), "server") {
		t.Errorf("%v", err)
	}
}

// TestOwnerOfTheCommandLine is taken over by the first visitor, with all they have.
func TestOwnerOfTheCommandLine(t *testing.T) {
	directory := t.TempDir()
	ctx := context.Background()
	h, err := app.Open(ctx, settings(t, map[string]string{"data": directory}), app.Outside{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	c, created, err := h.LocalOwner(ctx, "EUR")
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	if _, again, err := h.LocalOwner(ctx, "EUR"); err != nil || again {
		t.Errorf("created twice: %v %v", again, err)
	}
	if _, err := h.SeedDemo(ctx, c, date.Must(2025, 6, 30)); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	r := start(t, map[string]string{"data": directory})
	r.post("/api/v1/auth/login", `{"email":"owner@localhost","password":""}`, 401)
	body := `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada"}`
	r.token = r.post("/api/v1/auth/register", body, 201)["token"].(string)
	if got := len(r.get("/api/v1/portfolios")["items"].([]any)); got != 3 {
		t.Errorf("%d portfolios were taken over", got)
	}
	if me := r.get("/api/v1/auth/me"); me["email"] != "ada@example.org" || me["role"] != "owner" || me["name"] != "Ada" {
		t.Errorf("%v", me)
	}
	r.token = ""
	r.post("/api/v1/auth/register", body, 409)
}
