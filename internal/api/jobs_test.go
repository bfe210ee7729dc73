package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// working is a house whose services have a queue, and a process that works.
func working(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var svc *service.Service
	clock := func() time.Time { return now }
	path := filepath.Join(t.TempDir(), "jobs.db")
	st, err := sqlite.Open(ctx, sqlite.Options{Path: path, Now: clock})
	fatal(err)
	t.Cleanup(func() { st.Close() })
	db, err := sqlite.Queue(path)
	fatal(err)
	o := job.Options{DB: db, Poll: 20 * time.Millisecond, Cooldown: 5 * time.Millisecond}
	fatal(job.Migrate(ctx, o))
	q, err := job.Open(o)
	fatal(err)
	svc = service.New(service.Options{Store: st, Now: clock, Queue: q})
	workers, err := q.Start(ctx, job.WorkOptions{Service: svc, Now: clock, NoSchedules: true})
	fatal(err)
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		workers.Stop(stop)
		q.Close()
	})
	h := openOver(t, func(api.Services) api.Services { return svc }, func(o *api.Options) { o.LookEvery = 20 * time.Millisecond })
	h.svc, h.store = svc, st
	return h
}

// An analysis is asked for, followed through its steps, and leaves a snapshot that is
// computed again to the same bytes.
func TestJobAndSnapshot(t *testing.T) {
	h := working(t)
	ada := h.owner()
	address := ada.portfolio("Family")
	ada.post(address+"/transactions", bodies["book"]).is(201)
	id := strings.TrimPrefix(address, "/api/v1/portfolios/")
	made := ada.post("/api/v1/jobs", `{"kind":"analysis","portfolio":"`+id+`","day":"2025-06-30"}`).is(202)
	number := strconv.FormatInt(int64(made.number("id")), 10)

	r, err := http.NewRequest("GET", h.url+"/api/v1/jobs/"+number+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ada.token)
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	var last struct {
		State string
		Steps []struct{ Name, Status, Reason string }
	}
	events := 0
	for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			events++
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				t.Fatal(err)
			}
		}
	}
	if events == 0 || last.State != "done" || len(last.Steps) != len(service.AnalysisSteps()) || last.Steps[len(last.Steps)-1].Reason != "no rules" {
		t.Errorf("%d events, the last %+v", events, last)
	}
	if list := ada.get("/api/v1/jobs?state=done&portfolio=" + id).is(200); !strings.Contains(string(list.body), `"id":`+number) {
		t.Errorf("jobs: %s", list.body)
	}
	if list := ada.get(address + "/snapshots").is(200); !strings.Contains(string(list.body), `"day":"2025-06-30"`) {
		t.Errorf("snapshots: %s", list.body)
	}
	if one := ada.get(address + "/snapshots/2025-06-30").is(200); !strings.Contains(string(one.body), `"cash":[{"account"`) {
		t.Errorf("snapshot: %s", one.body)
	}
	if check := ada.get(address + "/snapshots/2025-06-30/verification").is(200); !strings.Contains(string(check.body), `"same":true`) {
		t.Errorf("verification: %s", check.body)
	}
	ada.get(address+"/snapshots/2025-06-29").problem(404, "not-found")
	ada.post("/api/v1/jobs/"+number+"/retry", "").is(202)
	ada.post("/api/v1/jobs/999999/cancel", "").problem(404, "not-found")
	ada.post("/api/v1/jobs", `{"kind":"analysis","portfolio":"`+id+`","day":"2031-01-01"}`).problem(422, "invalid")

	eve := h.stranger()
	for _, path := range []string{"/api/v1/jobs/" + number, address + "/snapshots", address + "/snapshots/2025-06-30"} {
		eve.get(path).problem(404, "not-found")
	}
	eve.post("/api/v1/jobs/"+number+"/cancel", "").problem(404, "not-found")
	eve.post("/api/v1/jobs", `{"kind":"analysis","portfolio":"`+id+`"}`).problem(404, "not-found")
	eve.post("/api/v1/jobs", `{"kind":"night"}`).problem(403, "not-allowed")
	if list := eve.get("/api/v1/jobs").is(200); strings.Contains(string(list.body), id) {
		t.Errorf("a stranger sees %s", list.body)
	}
}
