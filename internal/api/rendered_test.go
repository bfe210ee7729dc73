package api_test

import (
	"context"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
)

// lookers counts what is asked of the services.
type lookers struct {
	api.Services
	seen *int
}

func (l lookers) Seen(ctx context.Context, c service.Caller, q service.Question) (*analysis.Analysis, service.Look, error) {
	*l.seen++
	return l.Services.Seen(ctx, c, q)
}

// TestSentAgain sends what was sent before while nothing has changed, to nobody else and
// under no other question; what a guest looks at is asked for each time.
func TestSentAgain(t *testing.T) {
	seen := 0
	h := openOver(t, func(s api.Services) api.Services { return lookers{s, &seen} })
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	asks := func(who client, path string, want int) answer {
		t.Helper()
		before := seen
		a := who.get(path).is(200)
		if seen-before != want {
			t.Errorf("%s asked the services %d times, want %d", path, seen-before, want)
		}
		return a
	}
	for _, path := range []string{p + "/holdings", p + "/holdings?period=1M", "/api/v1/dashboard", "/api/dashboard", p + "/performance"} {
		first := asks(ada, path, 1)
		again := asks(ada, path, 0)
		if string(first.body) != string(again.body) || first.Header.Get("Etag") != again.Header.Get("Etag") || again.Header.Get("Cache-Control") != first.Header.Get("Cache-Control") {
			t.Errorf("%s is another the second time:\n%s\n%s", path, first.body, again.body)
		}
	}
	before := asks(ada, p+"/holdings", 0)
	ada.post(p+"/transactions", `{"transactions":[{"date":"2024-03-01","type":"deposit","amount":"77"}]}`).is(201)
	if after := asks(ada, p+"/holdings", 1); string(after.body) == string(before.body) {
		t.Error("a deposit did not change what is answered")
	}
	eve := h.stranger()
	eve.get(p+"/holdings").problem(404, "not-found")
	ada.post(p+"/grants", `{"email":"eve@example.org","role":"view"}`).is(201)
	asks(eve, p+"/holdings", 1)
	asks(eve, p+"/holdings", 1)
}
