package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
)

func TestDeleteMany(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	booked := ada.post(p+"/transactions", story).is(201)
	sale, second := booked.text("ids.3"), booked.text("ids.2")
	none := "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"
	remove := p + "/transactions/delete"

	wrong := ada.post(remove, `{"ids":["`+sale+`","`+none+`","`+sale+`"]}`).problem(422, "invalid")
	if len(wrong.Errors) != 2 || wrong.Errors[0].Row != 2 || wrong.Errors[0].ID != none || wrong.Errors[1].Row != 3 || wrong.Errors[1].Cure == "" {
		t.Errorf("%+v", wrong.Errors)
	}
	if got := ada.with("If-Match", `"0"`).post(remove, `{"ids":["`+sale+`"]}`).problem(409, "stale").CurrentVersion; got != 1 {
		t.Errorf("current version is said to be %d", got)
	}
	// Without the purchase of ten more, the sale of fifteen is not possible.
	ada.post(remove, `{"ids":["`+second+`"]}`).problem(422, "invalid")
	gone := ada.with("If-Match", `"1"`).post(remove, `{"ids":["`+second+`","`+sale+`"]}`).is(200)
	if gone.number("removed") != 2 || gone.number("version") != 2 || gone.Header.Get("ETag") != `"2"` {
		t.Errorf("%s", gone.body)
	}
	again := ada.post(remove, `{"ids":["`+sale+`"]}`).problem(422, "invalid")
	if len(again.Errors) != 1 || !strings.Contains(again.Errors[0].Problem, "meanwhile") {
		t.Errorf("%+v", again.Errors)
	}
	h.stranger().post(remove, `{"ids":["`+sale+`"]}`).problem(404, "not-found")
}

func TestDeleteManyPrices(t *testing.T) {
	h := open(t)
	ada := h.owner()
	ada.put("/api/v1/prices/own", `{"items":[{"symbol":"X","date":"2024-01-02","price":"1","currency":"EUR"},{"symbol":"X","date":"2024-01-03","price":"2","currency":"EUR"},{"symbol":"Y","date":"2024-01-02","price":"3","currency":"EUR"}]}`).is(204)
	const remove = "/api/v1/prices/own/delete"
	wrong := ada.post(remove, `{"items":[{"symbol":"X","date":"2024-01-02"},{"symbol":"Z","date":"2024-01-02"},{"symbol":"X","date":"2024-01-02"}]}`).problem(422, "invalid")
	if len(wrong.Errors) != 2 || wrong.Errors[0].Row != 2 || wrong.Errors[1].Row != 3 {
		t.Errorf("%+v", wrong.Errors)
	}
	ada.post(remove, `{"items":[{"symbol":"X","date":"2024-01-02"},{"symbol":"Y","date":"2024-01-02"}]}`).is(204)
	if left := ada.get("/api/v1/prices/own").is(200); left.number("total") != 1 || left.text("items.0.date") != "2024-01-03" {
		t.Errorf("%s", left.body)
	}
}

// TestPages reads lists page by page and finds everything once.
func TestPages(t *testing.T) {
	h := open(t)
	ada := h.owner()
	var names []string
	for i := range 5 {
		names = append(names, "P"+strconv.Itoa(i))
		ada.portfolio(names[i])
		ada.put("/api/v1/instruments/S"+strconv.Itoa(i), `{"symbol":"S`+strconv.Itoa(i)+`","currency":"EUR","type":"etf"}`).is(200)
		ada.put("/api/v1/prices/own", `{"items":[{"symbol":"S`+strconv.Itoa(i)+`","date":"2024-01-02","price":"1","currency":"EUR"}]}`).is(204)
	}
	for path, field := range map[string]string{"/api/v1/portfolios": "name", "/api/v1/instruments": "symbol", "/api/v1/prices/own": "symbol"} {
		whole := ada.get(path).is(200)
		var all, paged []string
		for i := range whole.value("items").([]any) {
			all = append(all, whole.text("items."+strconv.Itoa(i)+"."+field))
		}
		next := ""
		for {
			a := ada.get(path + "?limit=2&cursor=" + next).is(200)
			items := a.value("items").([]any)
			if len(items) == 0 || len(items) > 2 || int(a.number("total")) != len(all) {
				t.Fatalf("%s: %s", path, a.body)
			}
			for i := range items {
				paged = append(paged, a.text("items."+strconv.Itoa(i)+"."+field))
			}
			var more bool
			if next, more = a.value("next").(string); !more {
				break
			}
		}
		if len(all) < 5 || !slices.Equal(all, paged) {
			t.Errorf("%s: %v page by page, %v at once", path, paged, all)
		}
		ada.get(path+"?cursor=bm9uZQ").problem(422, "invalid")
	}
}

func TestInstruments(t *testing.T) {
	h := open(t)
	ada := h.owner()
	ada.get("/api/v1/instruments/HOUSE").problem(404, "not-found")
	ada.put("/api/v1/instruments/HOUSE", `{"symbol":"HOUSE","currency":"EUR","type":"private","name":"Our house"}`).is(200)
	if got := ada.get("/api/v1/instruments/HOUSE").is(200).text("name"); got != "Our house" {
		t.Errorf("it is called %s", got)
	}
	ada.put("/api/v1/instruments/OTHER", `{"symbol":"HOUSE","currency":"EUR"}`).problem(422, "invalid")
	if got := ada.get("/api/v1/instruments?type=etf").is(200).number("total"); got != 0 {
		t.Errorf("%v funds", got)
	}
	h.stranger().get("/api/v1/instruments/HOUSE").problem(404, "not-found")
}

// stages are the stages of a stream of progress, and its last event.
func stages(body []byte) (all []string, last string) {
	for _, block := range strings.Split(string(body), "\n\n") {
		name, data, ok := strings.Cut(strings.TrimPrefix(block, "event: "), "\ndata: ")
		if ok && name == "progress" {
			all = append(all, strings.TrimSuffix(strings.TrimPrefix(data, `{"stage":"`), `"}`))
		} else if ok {
			last = name + " " + data
		}
	}
	return all, last
}

func TestProgress(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	file := map[string]string{"trades.csv": trades}
	got, last := stages(ada.with("If-Match", `"0"`).upload(p+"/imports/progress", file, nil).is(200).body)
	if !slices.Equal(got, []string{"reading", "comparing", "booking"}) || !strings.HasPrefix(last, `done {"file":"trades.csv"`) || !strings.Contains(last, `"booked":4`) {
		t.Errorf("%v %s", got, last)
	}
	if _, last = stages(ada.with("If-Match", `"0"`).upload(p+"/imports/progress", file, nil).is(200).body); !strings.HasPrefix(last, "problem {") || !strings.Contains(last, `"current_version":1`) {
		t.Errorf("%s", last)
	}
	got, last = stages(ada.get(p + "/analysis/progress").is(200).body)
	if !slices.Equal(got, []string{"ledger", "prices", "folding", "figures"}) || !strings.HasPrefix(last, `done {"name":"Family"`) {
		t.Errorf("%v %s", got, last)
	}
	if got, last = stages(ada.get(p + "/analysis/progress").is(200).body); len(got) > 0 || !strings.HasPrefix(last, "done ") {
		t.Errorf("remembered figures have stages: %v %s", got, last)
	}
	h.stranger().get(p+"/analysis/progress").problem(404, "not-found")
}

// TestStreamsPassOn: nothing between the handler and the connection keeps events back.
func TestStreamsPassOn(t *testing.T) {
	h := open(t)
	ada := h.owner()
	handler, err := api.New(h.svc, api.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", ada.portfolio("X")+"/analysis/progress", nil)
	r.Header.Set("Authorization", "Bearer "+ada.token)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !w.Flushed || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d, flushed %v, %v", w.Code, w.Flushed, w.Header())
	}
}
