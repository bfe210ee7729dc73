package deployed

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// update is scripts/rolling_update for a site; what it asks of a service manager the
// test does.
func (s *site) update(t *testing.T, manager string, more ...string) *exec.Cmd {
	t.Helper()
	need(t, "curl", "curl")
	args := []string{"--upstreams", s.directory + "/upstreams.conf", "--reload", fmt.Sprintf("%s -s reload -p %s -c %s/nginx.conf", need(t, "nginx", "nginx-light"), s.directory, s.directory),
		"--restart", "curl -fsS --max-time 60 " + manager + "/{name}", "--drain", "1", "--patience", "30"}
	args = append(args, more...)
	for _, p := range s.processes {
		args = append(args, p.name+"="+p.address)
	}
	return exec.Command(root+"/scripts/rolling_update", args...)
}

// manager stops and starts processes as it is asked to.
func (s *site) manager(t *testing.T, replaced *atomic.Int64) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range s.processes {
			if r.URL.Path != "/"+p.name {
				continue
			}
			if err := p.stop(); err != nil {
				t.Errorf("%s did not stop well: %v", p.name, err)
			}
			if err := p.start(t); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			replaced.Add(1)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestRollingUpdate replaces both processes while people read pages, programs ask and
// book, and streams are open; not one request may fail.
func TestRollingUpdate(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute: left out of -short")
	}
	s := open(t, "DRAIN_SECONDS=1")
	signedIn := s.owner(t)
	a, err := s.ask(s.client(true), "POST", "/api/v1/portfolios", `{"name":"Main"}`, signedIn)
	if err != nil || a.StatusCode != 201 {
		t.Fatalf("portfolio: %v %v %s", err, a.Response, a.body)
	}
	var portfolio struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &portfolio); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var people sync.WaitGroup
	var pages, asked, booked atomic.Int64
	load := func(c *http.Client, pause time.Duration, count *atomic.Int64, request func(c *http.Client, n int64) (answer, error)) {
		people.Go(func() {
			for n := int64(0); ctx.Err() == nil; n++ {
				a, err := request(c, n)
				if err != nil || a.StatusCode >= 400 {
					t.Errorf("request %d failed: %v %v %.200s", n, err, a.Response, a.body)
				}
				count.Add(1)
				time.Sleep(pause)
			}
		})
	}
	for i := range 4 { // by both protocols
		load(s.client(i%2 == 0), 5*time.Millisecond, &pages, func(c *http.Client, _ int64) (answer, error) { return s.ask(c, "GET", "/sign-in", "", nil) })
	}
	load(s.client(true), 250*time.Millisecond, &asked, func(c *http.Client, _ int64) (answer, error) {
		return s.ask(c, "GET", "/api/v1/portfolios", "", signedIn)
	})
	notes := make(chan string, 10_000)
	load(s.client(true), 250*time.Millisecond, &booked, func(c *http.Client, n int64) (answer, error) {
		note := fmt.Sprintf("deposit %d", n)
		header := map[string]string{"Authorization": signedIn["Authorization"], "Content-Type": "application/json", "Idempotency-Key": fmt.Sprintf("rolling-%s-%d", portfolio.ID, n)}
		a, err := s.ask(c, "POST", "/api/v1/portfolios/"+portfolio.ID+"/transactions", `{"transactions":[{"date":"2025-03-03","type":"deposit","account":"bank","amount":"1","currency":"EUR","note":"`+note+`"}]}`, header)
		if err == nil && a.StatusCode == 201 {
			notes <- note
		}
		return a, err
	})
	// A stream ends with its process; the browser opens it again.
	var streams atomic.Int64
	people.Go(func() {
		c := s.client(true)
		c.Timeout = 0
		for ctx.Err() == nil {
			r, err := http.NewRequestWithContext(ctx, "GET", "https://"+s.secure+"/api/v1/events", nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", signedIn["Authorization"])
			response, err := c.Do(r)
			if ctx.Err() != nil {
				return
			}
			if err != nil || response.StatusCode != 200 {
				t.Errorf("stream: %v %v", err, response)
				return
			}
			streams.Add(1)
			for buffer := make([]byte, 1024); ; {
				if _, err := response.Body.Read(buffer); err != nil {
					break
				}
			}
			response.Body.Close()
		}
	})

	time.Sleep(500 * time.Millisecond)
	var replaced atomic.Int64
	began := time.Now()
	said, err := s.update(t, s.manager(t, &replaced)).CombinedOutput()
	took := time.Since(began)
	time.Sleep(500 * time.Millisecond)
	stop()
	people.Wait()
	if err != nil || replaced.Load() != 2 || !strings.Contains(string(said), "all replaced") {
		t.Fatalf("%v, %d replaced\n%s", err, replaced.Load(), said)
	}
	if list, err := os.ReadFile(s.directory + "/upstreams.conf"); err != nil || strings.Contains(string(list), " down") {
		t.Errorf("not all are in again: %v\n%s", err, list)
	}
	close(notes)
	there := map[string]int{}
	a, err = s.ask(s.client(true), "GET", "/api/v1/portfolios/"+portfolio.ID+"/transactions?limit=500", "", signedIn)
	if err != nil || a.StatusCode != 200 {
		t.Fatalf("%v %v", err, a.Response)
	}
	var list struct{ Items []struct{ Note string } }
	if err := json.Unmarshal([]byte(a.body), &list); err != nil {
		t.Fatal(err)
	}
	for _, i := range list.Items {
		there[i.Note]++
	}
	for note := range notes {
		if there[note] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", note, there[note])
		}
	}
	t.Logf("two processes replaced in %s: %d pages, %d reads, %d bookings, %d streams, none failed", took.Round(100*time.Millisecond), pages.Load(), asked.Load(), booked.Load(), streams.Load())
	if pages.Load() < 100 || booked.Load() < 5 || streams.Load() < 2 {
		t.Error("too little happened")
	}
	t.Run("what is under way ends well", func(t *testing.T) { s.underWay(t, signedIn, portfolio.ID) })
	t.Run("one that does not come stays out", func(t *testing.T) { s.doesNotCome(t) })
}

// doesNotCome: the first is not replaced by anything that answers; the other goes on.
func (s *site) doesNotCome(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.processes[0].stop(); err != nil {
			t.Error(err)
		}
	}))
	defer broken.Close()
	said, err := s.update(t, broken.URL, "--patience", "1").CombinedOutput()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.Contains(string(said), "stays out") {
		t.Errorf("%v\n%s", err, said)
	}
	list, err := os.ReadFile(s.directory + "/upstreams.conf")
	if err != nil || strings.Count(string(list), s.processes[0].address+" max_fails=2 fail_timeout=5s down;") != 2 || strings.Contains(string(list), s.processes[1].address+" max_fails=2 fail_timeout=5s down;") {
		t.Errorf("%v\n%s", err, list)
	}
	for range 10 {
		if a, err := s.ask(s.client(true), "GET", "/sign-in", "", nil); err != nil || a.StatusCode != 200 {
			t.Errorf("the other does not answer: %v %v", err, a.Response)
		}
	}
	if again, err := s.update(t, broken.URL).CombinedOutput(); err == nil || !strings.Contains(string(again), "is down there") {
		t.Errorf("one that is out is replaced again: %v\n%s", err, again)
	}
}

// TestRollingUpdateRefuses what it could not do without a gap, before it changes anything.
func TestRollingUpdateRefuses(t *testing.T) {
	list := filepath.Join(t.TempDir(), "upstreams.conf")
	text := "upstream api {\n    server 127.0.0.1:1 max_fails=2;\n    server 127.0.0.1:2 down;\n}\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{2, "one after the other", nil},
		{2, "one after the other", []string{"--drain", "soon", "a=127.0.0.1:1"}},
		{2, "one after the other", []string{"--all"}},
		{3, "cannot be written", []string{"--upstreams", list + ".not", "a=127.0.0.1:1"}},
		{3, "is not in", []string{"--upstreams", list, "a=127.0.0.1:3"}},
		{3, "or is down there", []string{"--upstreams", list, "b=127.0.0.1:2"}},
		{3, "does not answer now", []string{"--upstreams", list, "--ready", "false", "a=127.0.0.1:1"}},
		{3, "stands alone", []string{"--upstreams", list, "--ready", "true", "a=127.0.0.1:1"}},
	} {
		said, err := exec.Command(root+"/scripts/rolling_update", c.args...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != c.status || !strings.Contains(string(said), c.says) {
			t.Errorf("%v: %v\n%s", c.args, err, said)
		}
	}
	if now, err := os.ReadFile(list); err != nil || string(now) != text {
		t.Errorf("it changed the list: %v\n%s", err, now)
	}
}
