package api_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
)

// told is one event that came.
type told struct{ name, id, data string }

// listen opens a stream of events and gives them as they come; closed when it ends.
func (c client) listen(last string) <-chan told {
	c.t.Helper()
	r, err := http.NewRequest("GET", c.url+"/api/v1/events", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != "text/event-stream" {
		c.t.Fatalf("%d %s", response.StatusCode, got)
	}
	out := make(chan told, 100)
	go func() {
		defer close(out)
		var e told
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			case "":
				if strings.HasSuffix(lines.Text(), "alive") {
					out <- told{name: "alive"}
				} else if e.name != "" {
					out <- e
				}
				e = told{}
			}
		}
	}()
	return out
}

// next is the event that comes next; signs of life are not shown.
func next(t *testing.T, from <-chan told) told {
	t.Helper()
	for {
		select {
		case e, ok := <-from:
			if e.name == "alive" {
				continue
			}
			if !ok {
				e.name = "end"
			}
			return e
		case <-time.After(5 * time.Second):
			t.Fatal("nothing comes")
		}
	}
}

func quickly(o *api.Options) { o.LookEvery = 5 * time.Millisecond }

func TestEvents(t *testing.T) {
	h := open(t, quickly)
	ada := h.owner()
	p := ada.portfolio("Family")
	id := strings.TrimPrefix(p, "/api/v1/portfolios/")
	stream, eves := ada.listen(""), h.stranger().listen("")

	first := next(t, stream)
	var state api.StateEvent
	if err := json.Unmarshal([]byte(first.data), &state); err != nil || first.name != "state" || first.id == "" || len(state.Portfolios) != 1 || state.Portfolios[0].ID != id {
		t.Fatalf("%+v %v", first, err)
	}
	if e := next(t, eves); e.name != "state" || strings.Contains(e.data, id) {
		t.Errorf("a stranger is told %+v", e)
	}
	ada.post(p+"/transactions", story).is(201)
	booked := next(t, stream)
	if booked.name != "portfolio" || booked.data != `{"id":"`+id+`","ledger_version":1,"revision":1,"archived":false}` || booked.id == "" || booked.id == first.id {
		t.Errorf("%+v", booked)
	}
	ada.put("/api/v1/prices/own", `{"items":[{"symbol":"X","date":"2024-01-02","price":"1","currency":"EUR"}]}`).is(204)
	priced := next(t, stream)
	if priced.name != "market" || priced.data != `{"market_version":0,"own_version":1}` {
		t.Errorf("%+v", priced)
	}

	// Who comes back is told what it missed, and nothing where it missed nothing.
	back, old := ada.listen(priced.id), ada.listen(booked.id)
	if e := next(t, old); e.name != "state" || e.id != priced.id {
		t.Errorf("%+v", e)
	}
	ada.delete(p + "?confirm=Family").is(204)
	for _, c := range []<-chan told{stream, back, old} {
		if e := next(t, c); e.name != "gone" || e.data != `{"id":"`+id+`"}` {
			t.Errorf("%+v", e)
		}
	}
	select {
	case e := <-eves:
		if e.name != "alive" {
			t.Errorf("a stranger is told %+v", e)
		}
	default:
	}
	ada.post("/api/v1/auth/logout", "").is(204)
	if e := next(t, stream); e.name != "end" {
		t.Errorf("after signing out came %+v", e)
	}
}

func TestEventsEndWithTheServer(t *testing.T) {
	stop := make(chan struct{})
	h := open(t, quickly, func(o *api.Options) { o.Stopping = stop })
	ada := h.owner()
	stream := ada.listen("")
	next(t, stream)
	close(stop)
	if e := next(t, stream); e.name != "end" {
		t.Errorf("%+v", e)
	}
}

func TestStreamsAreFew(t *testing.T) {
	h := open(t, quickly)
	ada := h.owner()
	for range 8 {
		next(t, ada.listen(""))
	}
	ada.get("/api/v1/events").problem(429, "too-many-streams")
}
