package api_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
)

// TestOnce sends writes again under the same key.
func TestOnce(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	q := p + "/transactions"
	keyed := ada.with("Idempotency-Key", "january").with("If-Match", `"0"`)

	first := keyed.post(q, story).is(201)
	second := keyed.post(q, story).is(201)
	if string(first.body) != string(second.body) || second.Header.Get("ETag") != first.Header.Get("ETag") || second.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
		t.Errorf("first\n%s\nsecond\n%s", first.body, second.body)
	}
	if first.Header.Get("Idempotency-Replayed") != "" || second.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("it is not said which answer was given before")
	}
	if got := ada.get(p).number("ledger_version"); got != 1 {
		t.Errorf("the ledger is at version %v", got)
	}
	keyed.post(q, strings.Replace(story, "10000", "20000", 1)).problem(422, "key-reused")
	keyed.post("/api/v1/portfolios", `{"name":"X"}`).problem(422, "key-reused")
	ada.with("Idempotency-Key", strings.Repeat("x", 201)).post(q, story).problem(422, "invalid")
}

// TestOnceForgetsRefusals so that a request can be mended and sent again.
func TestOnceForgetsRefusals(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	keyed := ada.with("Idempotency-Key", "k")
	refused := keyed.post(p+"/transactions", `{"transactions":[{"date":"2024-01-02","type":"sell","symbol":"X","quantity":"1","price":"1","account":"a"}]}`).problem(422, "invalid")
	if len(refused.Errors) != 1 || refused.Errors[0].Row != 1 {
		t.Errorf("%+v", refused.Errors)
	}
	keyed.post(p+"/transactions", story).is(201)
}

// TestOnceAtOnce sends the same write from several sides at the same time.
func TestOnceAtOnce(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	keyed := ada.with("Idempotency-Key", "race")
	answers := make([]answer, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = keyed.post(p+"/transactions", story) })
	}
	all.Wait()
	for _, a := range answers {
		if a.StatusCode != 201 || string(a.body) != string(answers[0].body) {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
	if got := ada.get(p + "/transactions").number("total"); got != 4 {
		t.Errorf("%v bookings, want 4", got)
	}
}

// TestOnceOfForms recognises a file that is sent again with another boundary.
func TestOnceOfForms(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	keyed := ada.with("Idempotency-Key", "file")
	file := map[string]string{"trades.csv": trades}
	first := keyed.upload(p+"/imports", file, nil).is(201)
	second := keyed.upload(p+"/imports", file, nil).is(201)
	if first.text("import.id") != second.text("import.id") || second.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first\n%s\nsecond\n%s", first.body, second.body)
	}
	keyed.upload(p+"/imports", map[string]string{"trades.csv": trades + "\n"}, nil).problem(422, "key-reused")
}

// TestOnceShowsSecretsOnce: the answer to a repeated request for a token is the first one
// where there is a key to seal it with, else a problem that says what to do; there is one
// token either way.
func TestOnceShowsSecretsOnce(t *testing.T) {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	for _, accounts := range []service.Accounts{{}, {Secrets: keys}} {
		h := openWith(t, accounts, nil)
		ada := h.owner()
		keyed := ada.with("Idempotency-Key", "one")
		first := keyed.post("/api/v1/auth/tokens", `{"name":"x","scope":"read"}`).is(201)
		again := keyed.post("/api/v1/auth/tokens", `{"name":"x","scope":"read"}`)
		if accounts.Secrets == nil {
			again.problem(409, "done-already")
		} else if again.is(201); string(again.body) != string(first.body) || !strings.Contains(string(first.body), "fsp_") {
			t.Errorf("%s, then %s", first.body, again.body)
		}
		if got := ada.get("/api/v1/auth/tokens").is(200); strings.Count(string(got.body), `"name":"x"`) != 1 {
			t.Errorf("%s", got.body)
		}
	}
}
