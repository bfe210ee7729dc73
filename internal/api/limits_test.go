package api_test

import (
	"context"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// ticking lets a test move the API's clock.
func ticking(at *time.Time) func(*api.Options) {
	*at = now
	return func(o *api.Options) { o.Now = func() time.Time { return *at } }
}

const wrong = `{"email":"ada@example.org","password":"wrong"}`

func TestAttemptsAreLimited(t *testing.T) {
	var clock time.Time
	h := open(t, ticking(&clock))
	ada := h.owner()
	nobody := client{house: h}
	for range 5 {
		nobody.post("/api/v1/auth/login", wrong).problem(401, "wrong-credentials")
	}
	right := `{"email":" ADA@example.org","password":"a sentence is easiest"}`
	a := nobody.post("/api/v1/auth/login", right)
	a.problem(429, "throttled")
	// five at the beginning of a minute leave room for one when a fifth of the next has passed
	if got := a.Header.Get("Retry-After"); got != "72" || a.Header.Get("RateLimit-Limit") != "5" || a.Header.Get("RateLimit-Remaining") != "0" {
		t.Errorf("retry after %s, %v", got, a.Header)
	}
	nobody.post("/api/v1/auth/login", `{"email":"eve@example.org","password":"wrong"}`).problem(401, "wrong-credentials")
	ada.get("/api/v1/auth/me").is(200)
	clock = clock.Add(72 * time.Second)
	nobody.post("/api/v1/auth/login", right).is(200)
}

// TestListOfAccounts: one address that tries many accounts is stopped too.
func TestListOfAccounts(t *testing.T) {
	h := open(t, func(o *api.Options) { o.Limits.Login = 1 })
	nobody := client{house: h}
	for i := range 12 {
		nobody.post("/api/v1/auth/login", `{"email":"a`+strconv.Itoa(i)+`@example.org","password":"wrong"}`).problem(401, "wrong-credentials")
	}
	nobody.post("/api/v1/auth/login", `{"email":"ada@example.org","password":"wrong"}`).problem(429, "throttled")
}

func TestRequestsAreLimited(t *testing.T) {
	var clock time.Time
	h := open(t, ticking(&clock), func(o *api.Options) { o.Limits.Data, o.Limits.Heavy = 4, 2 })
	ada, eve := h.owner(), h.stranger()
	for i := range 4 {
		a := ada.get("/api/v1/portfolios").is(200)
		if got := a.Header.Get("RateLimit-Remaining"); got != strconv.Itoa(3-i) || a.Header.Get("RateLimit-Limit") != "4" || a.Header.Get("RateLimit-Reset") != "60" || a.Header.Get("RateLimit-Policy") != "4;w=60" {
			t.Errorf("request %d: %v", i+1, a.Header)
		}
	}
	a := ada.get("/api/v1/auth/me")
	a.problem(429, "too-many")
	if a.Header.Get("Retry-After") != "75" { // 4 × (1 − share) leaves room for one at a quarter of the next minute
		t.Errorf("%v", a.Header)
	}
	eve.get("/api/v1/portfolios").is(200)
	for range 2 {
		ada.post("/api/v1/calc/xirr", `{"flows":[["2024-01-01",-1000],["2025-01-01",1050]]}`).is(200)
	}
	ada.post("/api/v1/calc/xirr", `{}`).problem(429, "too-many")
	for range 10 {
		client{house: h}.get("/health").is(200)
	}
	clock = clock.Add(75 * time.Second)
	ada.get("/api/v1/portfolios").is(200)
	ada.get("/api/v1/portfolios").problem(429, "too-many")
}

// TestCallsByTier: a tier that says how many calls a minute it has holds instead of what
// holds for everybody, each for its own people, and a change holds within a minute.
func TestCallsByTier(t *testing.T) {
	var clock time.Time
	tiers := map[string]service.Tier{"small": {Calls: 2}, "large": {Calls: 6}, "plain": {}}
	h := openWith(t, service.Accounts{Tiers: tiers}, nil, ticking(&clock), func(o *api.Options) { o.Limits.Data = 4 })
	ada, eve := h.owner(), h.stranger()
	into := func(email, tier string) {
		t.Helper()
		credentials, err := h.store.Credentials(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		id := credentials.Identity
		id.Operator = true
		err = h.store.As(t.Context(), id, func(ctx context.Context, tx store.Tx) error {
			u, err := tx.User(ctx, id.User)
			if err != nil {
				return err
			}
			u.Tier = tier
			return tx.UpdateUser(ctx, u)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	answered := func(c client, limit string) (n int) {
		t.Helper()
		for range 10 {
			a := c.get("/api/v1/portfolios")
			if got := a.Header.Get("RateLimit-Limit"); got != limit {
				t.Fatalf("the limit is %s, want %s", got, limit)
			}
			if a.StatusCode == 200 {
				n++
			}
		}
		return n
	}
	into("ada@example.org", "small")
	into("eve@example.org", "large")
	if a, e := answered(ada, "2"), answered(eve, "6"); a != 2 || e != 6 {
		t.Errorf("%d and %d calls, want 2 and 6", a, e)
	}
	into("ada@example.org", "plain")
	ada.get("/api/v1/portfolios").problem(429, "too-many")
	clock = clock.Add(3 * time.Minute)
	if a := answered(ada, "4"); a != 4 {
		t.Errorf("%d calls where the tier says nothing, want 4", a)
	}
}

// TestProxies: what a request says of where it comes from counts only from a proxy
// that is believed.
func TestProxies(t *testing.T) {
	attempts := func(h *house, from string) (answered int) {
		for i := range 4 {
			c := client{house: h}.with("X-Forwarded-For", "198.51.100."+strconv.Itoa(i)+", "+from)
			if c.post("/api/v1/auth/login", wrong).StatusCode == 401 {
				answered++
			}
		}
		return answered
	}
	anybody := open(t, func(o *api.Options) { o.Limits.Login = 1 })
	if got := attempts(anybody, "203.0.113.1"); got != 1 {
		t.Errorf("%d attempts with made-up addresses", got)
	}
	if got := attempts(anybody, "203.0.113.2"); got != 0 {
		t.Errorf("%d attempts with another made-up address", got)
	}
	behind := open(t, func(o *api.Options) {
		o.Limits.Login, o.Limits.Proxies = 1, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	for _, from := range []string{"203.0.113.1", "203.0.113.2", "2001:db8::1"} {
		if got := attempts(behind, from); got != 1 {
			t.Errorf("%d attempts of %s", got, from)
		}
	}
	if got := attempts(behind, "2001:db8::2"); got != 0 {
		t.Errorf("%d attempts of the same network", got)
	}
}

func TestAnotherOrigin(t *testing.T) {
	h := open(t, func(o *api.Options) { o.Frontend = "https://app.example.org" })
	ada := h.owner()
	browser := client{house: h}.with("Cookie", "foliosight="+ada.token).with("Sec-Fetch-Site", "same-site")
	app := browser.with("Origin", "https://app.example.org")

	asked := app.with("Access-Control-Request-Method", "PATCH").send("OPTIONS", "/api/v1/portfolios", "", "").is(204)
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "https://app.example.org", "Access-Control-Allow-Credentials": "true",
		"Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE", "Access-Control-Max-Age": "600"} {
		if got := asked.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	made := app.post("/api/v1/portfolios", `{"name":"X"}`).is(201)
	if made.Header.Get("Access-Control-Allow-Origin") != "https://app.example.org" || made.Header.Get("Access-Control-Expose-Headers") == "" {
		t.Errorf("%v", made.Header)
	}
	other := browser.with("Origin", "https://app.example.org.evil.example")
	other.post("/api/v1/portfolios", `{"name":"Y"}`).problem(403, "cross-origin")
	for _, a := range []answer{other.get("/api/v1/portfolios").is(200), other.with("Access-Control-Request-Method", "GET").send("OPTIONS", "/api/v1/portfolios", "", "")} {
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" || a.Header.Get("Vary") == "" {
			t.Errorf("%s: %q may read it", a.what, got)
		}
	}
	plain := open(t)
	if a := (client{house: plain}).with("Origin", "https://app.example.org").get("/health").is(200); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("without a front end nobody else may read")
	}
}
