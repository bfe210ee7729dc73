package api_test

import (
	"math"
	"net/url"
	"strings"
	"testing"
)

// fundedStory books the story of ledger_test.go and prices for it.
func fundedStory(t *testing.T) (client, string) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	ada.upload("/api/v1/prices/imports", map[string]string{"p.csv": "date,symbol,close\n2024-01-02,ACME,100\n2024-01-03,ACME,100\n2024-03-01,ACME,120\n2024-06-03,ACME,130\n2024-06-28,ACME,140\n"}, map[string]string{"currency": "EUR"}).is(200)
	return ada, p
}

// TestSeedPortfolio: cash 9747 and 5 × 140 = 700 (see TestFigures).
func TestSeedPortfolio(t *testing.T) {
	ada, p := fundedStory(t)
	id := strings.TrimPrefix(p, "/api/v1/portfolios/")
	a := ada.get("/api/v1/portfolio/" + id).is(200)
	for path, want := range map[string]float64{"total_value": 10447, "total_pl": 447, "data.total_value": 10447, "exposures.long.value": 700, "exposures.net.value": 700, "ledger_version": 1, "meta.ledger_version": 1} {
		if got := a.number(path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if got := a.number("exposures.long.pct"); math.Abs(got-700.0/10447*100) > 1e-9 {
		t.Errorf("long is %v percent", got)
	}
	if a.text("id") != id || a.text("name") != "Family" || a.value("success") != true || a.text("meta.calculation_date") != "2024-06-28" {
		t.Errorf("%s", a.body)
	}
	// there is no benchmark: no beta, and it says so
	if a.value("risk_metrics.beta") != nil {
		t.Errorf("beta is %v", a.value("risk_metrics.beta"))
	}
	unknown := a.value("unknown").(map[string]any)
	if why, ok := unknown["risk_metrics.beta"].(string); !ok || why == "" {
		t.Errorf("why there is no beta: %v", unknown)
	}
	for field := range unknown {
		v := a.value("data").(map[string]any)
		path := strings.Split(field, ".")
		for _, step := range path[:len(path)-1] {
			v = v[step].(map[string]any)
		}
		if v[path[len(path)-1]] != nil {
			t.Errorf("%s is said to be unknown and is %v", field, v[path[len(path)-1]])
		}
	}
	reports := ada.get("/api/v1/reports/portfolios").is(200)
	if reports.text("items.0.id") != id || reports.number("total") != 1 {
		t.Errorf("%s", reports.body)
	}
	ada.get(reports.text("portfolios.0.content.json")).is(200)
}

func TestSeedDashboard(t *testing.T) {
	ada, _ := fundedStory(t)
	lean := ada.get("/api/v1/dashboard").is(200)
	full := ada.get("/api/dashboard").is(200)
	for _, path := range []string{"summary.value.value", "name", "largest.0.symbol", "as_of"} {
		if lean.text(path) != full.text(path) {
			t.Errorf("%s: %s and %s", path, lean.text(path), full.text(path))
		}
	}
	for path, want := range map[string]float64{"portfolio_data.total_value": 10447, "portfolio_data.total_gain_loss": 99.5, "portfolio_data.total_cost": 600.5, "portfolio_data.holdings.0.quantity": 5,
		"portfolio_data.holdings.0.current_price": 140, "portfolio_data.holdings.0.current_value": 700, "allocation_data.number_of_positions": 1, "metadata.priced": 1} {
		if got := full.number(path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if got := full.number("performance_data.total_return_percent"); math.Abs(got-4.47) > 1e-9 { // one inflow, at the start
		t.Errorf("return %v percent, want 4.47", got)
	}
	if got := full.text("top_gainers.0.symbol"); got != "ACME" {
		t.Errorf("%s rose most", got)
	}
	h := open(t)
	h.owner().get("/api/dashboard").problem(404, "not-found")
}

func TestSeedLogin(t *testing.T) {
	h := open(t)
	h.owner()
	nobody := client{house: h}
	form := func(fields ...string) string {
		v := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			v.Set(fields[i], fields[i+1])
		}
		return v.Encode()
	}
	const kind = "application/x-www-form-urlencoded"
	a := nobody.send("POST", "/api/v1/auth/login", kind, form("username", "ada@example.org", "password", "a sentence is easiest", "grant_type", "password")).is(200)
	if a.text("token") == "" {
		t.Errorf("%s", a.body)
	}
	nobody.send("POST", "/api/v1/auth/login", kind, form("email", "ada@example.org", "password", "wrong")).problem(401, "wrong-credentials")
	nobody.send("POST", "/api/v1/auth/login", kind, form("username", "ada@example.org")).problem(422, "invalid")
	nobody.send("POST", "/api/v1/auth/login", kind, "%zz").problem(400, "unreadable")
	if got := (client{house: h, token: a.text("token")}).send("POST", "/api/v1/portfolios", kind, form("name", "X")).StatusCode; got < 400 {
		t.Errorf("a form made a portfolio: %d", got)
	}
}

func TestSeedHealth(t *testing.T) {
	a := client{house: open(t)}.get("/api/health").is(200)
	if a.text("status") != "healthy" || a.text("backend_connectivity") != "connected" || a.text("database") != "connected" || a.text("timestamp") != "2025-07-01T12:00:00Z" || a.text("version") != "test" {
		t.Errorf("%s", a.body)
	}
}
