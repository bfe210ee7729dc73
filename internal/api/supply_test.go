package api_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/fred"
	"github.com/foliosight/foliosight/internal/marketdata/polygon"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/marketdata/yahoo"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// asked are sources that nobody reaches: a request that asked them would fail the test.
type asked struct {
	t    *testing.T
	desk *service.Desk
}

func (a asked) Answer(context.Context, marketdata.Request, time.Duration) (route.Answer, error) {
	a.t.Error("a request asked a source")
	return route.Answer{}, errors.New("nobody is there")
}

func (a asked) Sources(marketdata.Request) []string { return []string{"yahoo"} }

func (a asked) Status(context.Context) ([]fetch.Status, error) {
	return []fetch.Status{
		{Provider: "fred", Host: "api.stlouisfed.org", NeedsKey: true, KeyPresent: a.desk.Key("fred")() != "", Breaker: fetch.Closed,
			Windows:     []fetch.Window{{Name: "120 calls a minute", Used: 121, Most: 120}, {Name: "500 calls a day", Used: 20, Most: 500, Resets: now.Add(time.Hour)}},
			LastSuccess: now.Add(-2 * time.Hour), LastRefusal: now.Add(-time.Hour), Refused: "the series does not exist"},
		{Provider: "yahoo", Host: "query1.finance.yahoo.com", Breaker: fetch.Closed, Ready: true, LastSuccess: now.Add(-time.Hour)},
	}, nil
}

// supplied is a house with sources and a queue of jobs that nobody works through.
func supplied(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := func() time.Time { return now }
	path := filepath.Join(t.TempDir(), "supply.db")
	st, err := sqlite.Open(ctx, sqlite.Options{Path: path, Now: clock})
	fatal(err)
	t.Cleanup(func() { st.Close() })
	db, err := sqlite.Queue(path)
	fatal(err)
	o := job.Options{DB: db}
	fatal(job.Migrate(ctx, o))
	q, err := job.Open(o)
	fatal(err)
	t.Cleanup(func() { q.Close() })
	secrets, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	fatal(err)
	desk := service.NewDesk([]marketdata.Provider{fred.New(), polygon.New(), yahoo.New()}, map[string]string{"polygon": "OF-THE-ENVIRONMENT"})
	svc := service.New(service.Options{Store: st, Now: clock, Queue: q, Accounts: service.Accounts{Secrets: secrets}, Market: service.Market{Sources: asked{t, desk}, Desk: desk}})
	h := openOver(t, func(api.Services) api.Services { return svc })
	h.svc, h.store = svc, st
	return h
}

// TestProviders sets the key of a source and takes it away again: who runs the installation
// may, and nobody is ever shown it.
func TestProviders(t *testing.T) {
	h := supplied(t)
	ada, eve := h.owner(), h.stranger()
	list := ada.get("/api/v1/providers").is(200)
	if list.text("items.0.provider") != "fred" || list.value("items.0.key.set") != false || list.value("items.0.ready") != false || list.text("items.0.error") != "the series does not exist" {
		t.Errorf("%s", list.body)
	}
	for path, want := range map[string]float64{"0.used": 121, "0.left": 0, "1.used": 20, "1.most": 500, "1.left": 480} {
		if got := list.number("items.0.limits." + path); got != want {
			t.Errorf("limits.%s is %v, want %v", path, got, want)
		}
	}
	if list.value("items.1.key.needed") != false || list.value("items.1.ready") != true || len(list.value("items.1.limits").([]any)) != 0 {
		t.Errorf("%s", list.body)
	}

	const key, body = "/api/v1/providers/fred/key", `{"key":"top-secret-key"}`
	eve.put(key, body).problem(403, "not-allowed")
	eve.delete(key).problem(403, "not-allowed")
	if p := ada.put("/api/v1/providers/bloomberg/key", body).problem(404, "no-such-source"); !strings.Contains(p.Detail, "/api/v1/providers") {
		t.Errorf("%+v", p)
	}
	for _, provider := range []string{"yahoo", "polygon"} { // one needs none, the other has one of the environment
		if p := ada.put("/api/v1/providers/"+provider+"/key", body).problem(422, "invalid"); len(p.Errors) != 1 || p.Errors[0].Field != "key" || p.Errors[0].Cure == "" || p.Errors[0].Value != "" {
			t.Errorf("%s: %+v", provider, p)
		}
	}
	ada.delete(key).problem(404, "not-found")
	ada.put(key, body).is(204)
	list = ada.get("/api/v1/providers").is(200)
	if list.value("items.0.key.set") != true || list.text("items.0.key.from") != "page" || list.text("items.0.key.set_at") != now.Format(time.RFC3339) {
		t.Errorf("%s", list.body)
	}
	others := eve.get("/api/v1/providers").is(200)
	if others.value("items.0.key.set") != true || others.value("items.0.key.from") != nil {
		t.Errorf("another sees %s", others.body)
	}
	for _, answer := range [][]byte{list.body, others.body, ada.get("/api/v1/audit").body, h.logs.Bytes()} {
		if bytes.Contains(answer, []byte("top-secret")) || bytes.Contains(answer, []byte("OF-THE-ENV")) {
			t.Errorf("a key is shown: %s", answer)
		}
	}
	ada.delete(key).is(204)
	if got := ada.get("/api/v1/providers").is(200).value("items.0.key.set"); got != false {
		t.Errorf("after it was forgotten the key is set: %v", got)
	}
}

// TestSupply lists what a portfolio needs and what is asked for, page by page.
func TestSupply(t *testing.T) {
	h := supplied(t)
	ada, eve := h.owner(), h.stranger()
	address := ada.portfolio("Family")
	ada.post(address+"/transactions", `{"transactions":[{"date":"2025-01-02","type":"deposit","amount":"1000","account":"ib","currency":"USD"},
		{"date":"2025-01-03","type":"buy","symbol":"AAA","quantity":"1","price":"10","account":"ib","currency":"USD"}]}`).is(201)
	portfolio := strings.TrimPrefix(address, "/api/v1/portfolios/")
	if list := ada.get("/api/v1/supply").is(200); len(list.value("items").([]any)) != 0 {
		t.Errorf("nobody was asked yet: %s", list.body)
	}
	needed := ada.get("/api/v1/supply?portfolio=" + portfolio).is(200)
	if needed.text("items.0.symbol") != "AAA" || needed.text("items.0.use") != "held" || needed.text("items.0.state") != "never" || needed.text("items.0.reason") == "" ||
		needed.value("items.0.age") != nil || needed.value("items.0.score") != nil {
		t.Errorf("%s", needed.body)
	}
	eve.get("/api/v1/supply?portfolio="+portfolio).problem(404, "not-found")

	if items := eve.get("/api/v1/supply?portfolio=all").is(200).value("items").([]any); len(items) != 0 {
		t.Errorf("without a portfolio it lists %v", items)
	}

	owner, err := h.svc.Owner(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	as, score := owner.Identity, 97
	as.Operator = true
	day := date.Must(2025, 6, 30)
	err = h.store.As(context.Background(), as, func(ctx context.Context, tx store.Tx) error {
		if err := tx.NeedSupplies(ctx, []store.Need{{Kind: "bars", Symbol: "AAA"}, {Kind: "bars", Symbol: "ZZZ"}, {Kind: "fx", Symbol: "EUR/USD"}}); err != nil {
			return err
		}
		return tx.PutSupplies(ctx, []store.Supply{
			{Kind: "bars", Symbol: "AAA", Provider: "yahoo", Asked: now, Succeeded: now, First: day - 100, Last: day, Score: &score, Due: now.Add(time.Hour)},
			{Kind: "bars", Symbol: "ZZZ", Provider: "yahoo", Asked: now, Failures: 2, Reason: "unknown-symbol", Words: "nobody knows it", First: date.None, Last: date.None},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for cursor, pages := "", 0; ; pages++ {
		page := ada.get("/api/v1/supply?limit=1&cursor=" + cursor).is(200)
		got = append(got, page.text("items.0.kind")+" "+page.text("items.0.symbol")+" "+page.text("items.0.state"))
		next, more := page.value("next").(string)
		if !more || pages > 5 {
			break
		}
		cursor = next
	}
	if want := "bars AAA current, bars ZZZ refused, fx EUR/USD never"; strings.Join(got, ", ") != want {
		t.Errorf("page by page %v, want %s", got, want)
	}
	for query, want := range map[string]string{"state=refused": "ZZZ", "state=current": "AAA", "state=never": "EUR/USD", "kind=fx": "EUR/USD", "symbol=Z": "ZZZ", "state=late": "", "kind=rates": ""} {
		var symbols []string
		for _, one := range ada.get("/api/v1/supply?" + query).is(200).value("items").([]any) {
			symbols = append(symbols, one.(map[string]any)["symbol"].(string))
		}
		if strings.Join(symbols, " ") != want {
			t.Errorf("%s: %v, want %s", query, symbols, want)
		}
	}
	one := ada.get("/api/v1/supply?symbol=AAA").is(200)
	if one.number("items.0.age") != 0 || one.number("items.0.score") != 97 || one.text("items.0.last") != "2025-06-30" || one.text("items.0.provider") != "yahoo" {
		t.Errorf("%s", one.body)
	}
	if refused := ada.get("/api/v1/supply?symbol=ZZZ").is(200); refused.text("items.0.reason") != "nobody knows it" || refused.text("items.0.refusal") != "unknown-symbol" || refused.value("items.0.age") != nil {
		t.Errorf("%s", refused.body)
	}
	if items := eve.get("/api/v1/supply").is(200).value("items").([]any); len(items) != 0 {
		t.Errorf("another sees %v", items)
	}
	for _, query := range []string{"", "portfolio=" + portfolio + "&"} {
		if p := ada.get("/api/v1/supply?"+query+"cursor=none").problem(422, "invalid"); len(p.Errors) != 1 || p.Errors[0].Field != "cursor" || p.Errors[0].Cure == "" {
			t.Errorf("%q: %+v", query, p)
		}
	}
	first := ada.get("/api/v1/supply?limit=1&portfolio=all").is(200)
	if second := ada.get("/api/v1/supply?limit=500&portfolio=all&cursor=" + first.text("next")).is(200); second.text("items.0.symbol") == first.text("items.0.symbol") || second.value("next") != nil {
		t.Errorf("%s", second.body)
	}
}

// TestSync has market data asked for: twice is once, and nobody is asked by the request.
func TestSync(t *testing.T) {
	h := supplied(t)
	ada, eve := h.owner(), h.stranger()
	address := ada.portfolio("Family")
	ada.post(address+"/transactions", `{"transactions":[{"date":"2025-01-02","type":"deposit","amount":"1000","account":"ib","currency":"EUR"},
		{"date":"2025-01-03","type":"buy","symbol":"AAA","quantity":"1","price":"10","account":"ib","currency":"EUR"}]}`).is(201)
	portfolio := strings.TrimPrefix(address, "/api/v1/portfolios/")

	first := ada.post("/api/v1/sync", "").is(202)
	if first.text("kind") != "sync" || first.text("state") != "queued" {
		t.Errorf("%s", first.body)
	}
	owner, err := h.svc.Owner(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	as, day := owner.Identity, date.Must(2025, 6, 30)
	as.Operator = true
	err = h.store.As(context.Background(), as, func(ctx context.Context, tx store.Tx) error {
		return tx.PutSupplies(ctx, []store.Supply{{Kind: "bars", Symbol: "AAA", Provider: "yahoo", Asked: now, Succeeded: now, First: day - 100, Last: day, Due: now.Add(24 * time.Hour)}})
	})
	if err != nil {
		t.Fatal(err)
	}
	own := strings.TrimPrefix(eve.portfolio("Hers"), "/api/v1/portfolios/")
	for _, again := range []answer{ada.post("/api/v1/sync", `{}`), ada.post("/api/v1/sync", `{"portfolio":"`+portfolio+`"}`), ada.post("/api/v1/sync", `{"symbols":["AAA"]}`), eve.post("/api/v1/sync", `{"portfolio":"`+own+`"}`)} {
		if again.is(202).number("id") != first.number("id") {
			t.Errorf("asked again it is another job: %s", again.body)
		}
	}
	// What was named is due now, also where it was to be asked for later.
	if due := ada.get("/api/v1/supply?kind=bars&symbol=AAA").is(200).text("items.0.due"); due != now.Format(time.RFC3339) {
		t.Errorf("due at %s", due)
	}
	if p := ada.post("/api/v1/sync", `{"symbols":["NOBODYS"]}`).problem(422, "invalid"); len(p.Errors) != 1 || p.Errors[0].Value != "NOBODYS" || p.Errors[0].Cure == "" {
		t.Errorf("%+v", p)
	}
	eve.post("/api/v1/sync", "").problem(403, "not-allowed")
	eve.post("/api/v1/sync", `{"symbols":["AAA"]}`).problem(403, "not-allowed")
	eve.post("/api/v1/sync", `{"portfolio":"`+portfolio+`"}`).problem(404, "not-found")
	if limit := first.Header.Get("RateLimit-Limit"); limit != "10" {
		t.Errorf("the limit is %s", limit)
	}

	without := working(t)
	bob := without.owner()
	if p := bob.post("/api/v1/sync", "").problem(503, "nobody-asked"); !strings.Contains(p.Detail, "no source of market data is set up") || !strings.Contains(p.Detail, "MARKET_DATA") {
		t.Errorf("%+v", p)
	}
	bob.put("/api/v1/providers/fred/key", `{"key":"x"}`).problem(404, "no-such-source")
}
