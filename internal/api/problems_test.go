package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// broken are services of which some do not work.
type broken struct{ api.Services }

var errDisk = errors.New("disk is on fire")

func (broken) NeedsSetup(context.Context) (bool, error) { return false, errDisk }

func (broken) Portfolios(context.Context, service.Caller, bool) ([]store.Portfolio, error) {
	return nil, fmt.Errorf("read portfolios: %w", errDisk)
}

func (broken) Seen(_ context.Context, _ service.Caller, q service.Question) (*analysis.Analysis, service.Look, error) {
	if q.Period == "1Y" {
		return nil, service.Look{}, context.DeadlineExceeded
	}
	panic("a bug")
}

// TestOurFaults tell the user nothing but a reference, and the log where it was; the
// value of a panic may be somebody's and is in neither.
func TestOurFaults(t *testing.T) {
	h := openOver(t, func(s api.Services) api.Services { return broken{s} })
	ada := h.owner()
	for _, path := range []string{"/api/v1/portfolios", "/api/v1/portfolios/all/analysis"} {
		p := ada.get(path).problem(500, "internal")
		if strings.Contains(p.Detail+p.Title, "fire") || strings.Contains(p.Detail, "bug") {
			t.Errorf("%s tells too much: %+v", path, p)
		}
		if !strings.Contains(h.logs.String(), p.Reference) {
			t.Errorf("%s: the log does not have the reference", path)
		}
	}
	for _, part := range []string{"read portfolios: disk is on fire", "panic=string", "problems_test.go"} {
		if !strings.Contains(h.logs.String(), part) {
			t.Errorf("the log lacks %q", part)
		}
	}
	if strings.Contains(h.logs.String(), "a bug") {
		t.Error("the log has the value of the panic")
	}
	if a := ada.get("/api/v1/portfolios/all/analysis?period=1Y"); a.problem(503, "too-long").Status != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("%s", a.body)
	}
}

// TestRefusals names what is wrong, where, and what to do about it.
func TestRefusals(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	q := p + "/transactions"
	for _, c := range []struct {
		name   string
		answer answer
		status int
		kind   string
		fault  api.Fault // of the first error; Problem and Cure are parts
	}{
		{"no such address", ada.get("/api/v1/nothing"), 404, "no-such-address", api.Fault{}},
		{"no such method", ada.put("/api/v1/portfolios", "{}"), 405, "no-such-method", api.Fault{}},
		{"no JSON", ada.post("/api/v1/portfolios", `{"name":`), 400, "unreadable", api.Fault{Problem: "unexpected end"}},
		{"no body", ada.post("/api/v1/portfolios", ""), 400, "unreadable", api.Fault{}},
		{"another content type", ada.send("POST", "/api/v1/portfolios", "text/xml", "<a/>"), 415, "content-type", api.Fault{Problem: "text/xml"}},
		{"a name is missing", ada.post("/api/v1/portfolios", `{}`), 422, "invalid", api.Fault{Problem: "name"}},
		{"no currency", ada.post("/api/v1/portfolios", `{"name":"A","base_currency":"euro"}`), 422, "invalid", api.Fault{Field: "base_currency", Value: "euro", Problem: "EUR"}},
		{"unknown field", ada.post("/api/v1/portfolios", `{"name":"A","colour":"red"}`), 422, "invalid", api.Fault{Field: "colour", Problem: "unexpected"}},
		{"taken", ada.post("/api/v1/portfolios", `{"name":"Family"}`), 409, "exists", api.Fault{}},
		{"a number that is not exact", ada.post(q, `{"transactions":[{"date":"2024-01-02","type":"deposit","amount":10}]}`), 422, "invalid", api.Fault{Row: 1, Field: "amount", Value: "10", Problem: "string"}},
		{"no such type", ada.post(q, `{"transactions":[{"date":"2024-01-02","type":"gift"}]}`), 422, "invalid", api.Fault{Row: 1, Field: "type", Value: "gift", Problem: "one of"}},
		{"no such day", ada.post(q, `{"transactions":[{"date":"2024-02-30","type":"deposit"}]}`), 422, "invalid", api.Fault{Row: 1, Field: "date", Value: "2024-02-30"}},
		{"second of two", ada.post(q, `{"transactions":[{"date":"2024-01-02","type":"deposit","amount":"1","account":"a"},{"date":"2024-01-02","type":"buy","symbol":"X","quantity":"-1","price":"1","account":"a"}]}`), 422, "invalid", api.Fault{Row: 2, Field: "quantity", Value: "-1"}},
		{"more than is held", ada.post(q, `{"transactions":[{"date":"2024-01-02","type":"sell","symbol":"X","quantity":"1","price":"1","account":"a"}]}`), 422, "invalid", api.Fault{Row: 1, Field: "quantity", Value: "1", Cure: "sell_short"}},
		{"nothing to book", ada.post(q, `{"transactions":[]}`), 422, "invalid", api.Fault{Field: "transactions"}},
		{"If-Match is no version", ada.with("If-Match", `"abc"`).post(q, bodies["book"]), 422, "invalid", api.Fault{Field: "If-Match", Value: `"abc"`, Cure: "ETag"}},
		{"a cursor of somebody's own", ada.get(q + "?cursor=xyz"), 422, "invalid", api.Fault{Field: "cursor", Value: "xyz"}},
		{"a limit too high", ada.get(q + "?limit=5000"), 422, "invalid", api.Fault{Field: "limit", Value: "5000", Problem: "1000"}},
		{"a day that is none", ada.get(q + "?from=soon"), 422, "invalid", api.Fault{Field: "from", Value: "soon"}},
		{"a type that is none", ada.get(q + "?type=buy,gift"), 422, "invalid", api.Fault{Field: "type", Value: "gift", Cure: "deposit"}},
		{"a period that is none", ada.get(p + "/analysis?period=2W"), 422, "no-such-period", api.Fault{}},
		{"a time that is none", ada.get(p + "/analysis?known_on=then"), 422, "invalid", api.Fault{Field: "known_on", Value: "then", Cure: "2025-07-01"}},
		{"a wrong name to confirm with", ada.delete(p + "?confirm=Fam"), 422, "invalid", api.Fault{Field: "confirm", Value: "Fam", Cure: "Family"}},
		{"no such method to explain", ada.get("/api/v1/explain/magic"), 404, "not-found", api.Fault{}},
		{"no such engine", ada.post("/api/v1/calc/magic", "{}"), 404, "not-found", api.Fault{}},
		{"an engine's own refusal", ada.post("/api/v1/calc/xirr", `{"flows":[["2024-13-01",1]]}`), 422, "refused-calculation", api.Fault{}},
		{"no JSON for an engine", ada.post("/api/v1/calc/xirr", `{`), 400, "unreadable", api.Fault{}},
		{"a file of no format", ada.upload(p+"/imports/preview", map[string]string{"a.txt": "nothing of use"}, nil), 422, "unknown-format", api.Fault{}},
		{"no file", ada.upload(p+"/imports/preview", nil, nil), 422, "invalid", api.Fault{Field: "file"}},
		{"a basis that is none", ada.upload("/api/v1/prices/imports", map[string]string{"a.csv": "date,symbol,close\n"}, map[string]string{"basis": "guess"}), 422, "invalid", api.Fault{Field: "basis", Value: "guess"}},
		{"a price below zero", ada.put("/api/v1/prices/own", `{"items":[{"symbol":"X","date":"2024-01-02","price":"-1","currency":"EUR"}]}`), 422, "invalid", api.Fault{Row: 1, Field: "price", Value: "-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.answer.t = t
			got := c.answer.problem(c.status, c.kind)
			if c.fault == (api.Fault{}) {
				return
			}
			if len(got.Errors) == 0 {
				t.Fatalf("no errors in\n%s", c.answer.body)
			}
			f := got.Errors[0]
			if f.Row != c.fault.Row || c.fault.Field != "" && f.Field != c.fault.Field || c.fault.Value != "" && f.Value != c.fault.Value ||
				!strings.Contains(f.Problem, c.fault.Problem) || !strings.Contains(f.Cure, c.fault.Cure) {
				t.Errorf("%+v, want %+v", f, c.fault)
			}
		})
	}
}

// TestSecretsAreNotRepeated in what is said of a request.
func TestSecretsAreNotRepeated(t *testing.T) {
	h := open(t)
	for _, body := range []string{`{"email":"a@b.c","password":"hunter22","x":1}`, `{"email":1,"password":["hunter22"]}`, `{"password":"hunter22",`} {
		a := client{house: h}.post("/api/v1/auth/login", body)
		if a.StatusCode < 400 || strings.Contains(string(a.body), "hunter22") || strings.Contains(h.logs.String(), "hunter22") {
			t.Errorf("%s is answered with\n%s", body, a.body)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	h := open(t, func(o *api.Options) { o.UploadLimit = 100_000 })
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post("/api/v1/portfolios", `{"name":"`+strings.Repeat("x", 2<<20)+`"}`).problem(413, "too-large")
	large := map[string]string{"a.csv": strings.Repeat("date,type\n", 40_000)}
	ada.upload(p+"/imports/preview", large, nil).problem(413, "too-large")
	ada.with("Idempotency-Key", "large").upload(p+"/imports", large, nil).problem(413, "too-large")
}

// TestCalculationsAreBounded in time: the answer comes, whatever the engine does.
func TestCalculationsAreBounded(t *testing.T) {
	h := open(t, func(o *api.Options) { o.CalcTime = time.Nanosecond })
	h.owner().post("/api/v1/calc/xirr", `{"flows":[["2024-01-01",-1],["2025-01-01",2]]}`).problem(503, "too-long")
}

func TestEveryAnswerIsPrivate(t *testing.T) {
	h := open(t)
	ada := h.owner()
	for _, a := range []answer{ada.get("/api/v1/portfolios"), ada.get("/api/v1/nothing"), client{house: h}.get("/api/v1/portfolios"), client{house: h}.get("/health")} {
		if got := a.Header.Get("Cache-Control"); got != "private, no-store" {
			t.Errorf("%s: Cache-Control %q", a.what, got)
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers %v", a.what, a.Header)
		}
	}
	if got := ada.with("X-Request-Id", "my-own-id-1").get("/api/v1/portfolios").Header.Get("X-Request-Id"); got != "my-own-id-1" {
		t.Errorf("request id %q", got)
	}
	for _, harmful := range []string{"short", "with space in it", strings.Repeat("x", 65)} {
		if got := ada.with("X-Request-Id", harmful).get("/api/v1/portfolios").Header.Get("X-Request-Id"); got == harmful || got == "" {
			t.Errorf("request id %q", got)
		}
	}
}

// TestCompression: large answers are compressed for those who ask for it, and say the same.
func TestCompression(t *testing.T) {
	h := open(t)
	nobody := client{house: h}
	plain := nobody.with("Accept-Encoding", "identity").get("/openapi.json").is(200)
	small := nobody.with("Accept-Encoding", "gzip").get("/health").is(200)
	large := nobody.with("Accept-Encoding", "gzip").get("/openapi.json").is(200)
	if plain.Header.Get("Content-Encoding") != "" || small.Header.Get("Content-Encoding") != "" || large.Header.Get("Content-Encoding") != "gzip" || len(large.body) > len(plain.body)/5 {
		t.Errorf("%d bytes, compressed %d (%s)", len(plain.body), len(large.body), large.Header.Get("Content-Encoding"))
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(large.body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(unzipped); err != nil || string(body) != string(plain.body) {
		t.Errorf("the two differ, %v", err)
	}
	refused := nobody.with("Accept-Encoding", "gzip").get("/api/v1/portfolios")
	refused.problem(401, "not-signed-in")
	ada := h.owner().with("Accept-Encoding", "gzip")
	ada.post("/api/v1/auth/logout", "").is(204)
}
