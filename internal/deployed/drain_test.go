package deployed

import (
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// database is the site's own, as the cluster's owner.
func (s *site) database(t *testing.T) *sql.DB {
	t.Helper()
	at, err := url.Parse(pgtest.Cluster(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, variable := range s.processes[0].environment {
		if path, ok := strings.CutPrefix(variable, "DATABASE_URL_FILE="); ok {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			server, err := url.Parse(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			at.Path = server.Path
		}
	}
	db, err := sql.Open("pgx", at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// second has nginx read its list, in which the second process is down or up.
func (s *site) second(t *testing.T, down bool) {
	t.Helper()
	path, line := s.directory+"/upstreams.conf", s.processes[1].address+" max_fails=2 fail_timeout=5s"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list := strings.ReplaceAll(string(text), line+" down;", line+";")
	if down {
		list = strings.ReplaceAll(list, line+";", line+" down;")
	}
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, exec.Command(need(t, "nginx", "nginx-light"), "-s", "reload", "-p", s.directory, "-c", s.directory+"/nginx.conf"))
	time.Sleep(300 * time.Millisecond) // until its new workers are there
}

// soon waits until something is so.
func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("it does not come: %s", what)
			return
		}
	}
}

// underWay: while a booking waits for the database and a stream is open on the first
// process, an update replaces it. The booking ends well, the stream ends as streams do and
// is opened again elsewhere, and who comes meanwhile is answered.
func (s *site) underWay(t *testing.T, signedIn map[string]string, portfolio string) {
	db, first := s.database(t), s.processes[0]
	s.second(t, true) // what follows is the first's

	hold, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Rollback()
	if _, err := hold.Exec(`LOCK TABLE foliosight.transactions IN SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		answer
		err error
	}
	booked := make(chan outcome, 1)
	go func() {
		a, err := s.ask(s.client(true), "POST", "/api/v1/portfolios/"+portfolio+"/transactions", `{"transactions":[{"date":"2025-03-04","type":"deposit","account":"bank","amount":"5","currency":"EUR","note":"under way"}]}`, signedIn)
		booked <- outcome{a, err}
	}()
	soon(t, "the booking waits for the database", func() bool {
		var waiting int
		if err := db.QueryRow(`SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'foliosight.transactions'::regclass`).Scan(&waiting); err != nil {
			t.Error(err)
		}
		return waiting == 1
	})
	stream := func() (*http.Response, error) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "https://"+s.secure+"/api/v1/events", nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", signedIn["Authorization"])
		c := s.client(false)
		c.Timeout = 0
		return c.Do(r)
	}
	open, err := stream()
	if err != nil || open.StatusCode != 200 {
		t.Fatalf("stream: %v %v", err, open)
	}
	streamed := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, open.Body)
		streamed <- err
	}()
	s.second(t, false)

	get := func(path string) int {
		response, err := (&http.Client{Transport: &http.Transport{}, Timeout: 3 * time.Second}).Get("http://" + first.address + path)
		if err != nil {
			return 0
		}
		response.Body.Close()
		return response.StatusCode
	}
	var replaced atomic.Int64
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replaced.Add(1)
		p := s.processes[1]
		if r.URL.Path == "/"+first.name {
			p = first
			ended := make(chan error, 1)
			go func() { ended <- first.stop() }()
			soon(t, "the one that is told to stop is not ready", func() bool { return get("/health/ready") == http.StatusServiceUnavailable })
			if status := get("/health/live"); status != 200 {
				t.Errorf("it lets nobody in at once: %d", status)
			}
			soon(t, "nobody is let in any more", func() bool {
				c, err := net.Dial("tcp", first.address)
				if err == nil {
					c.Close()
				}
				return err != nil
			})
			if err := <-streamed; err != nil {
				t.Errorf("the stream broke off: %v", err)
			}
			if again, err := stream(); err != nil || again.StatusCode != 200 {
				t.Errorf("the stream is not opened again: %v", err)
			} else {
				again.Body.Close()
			}
			for range 10 {
				if a, err := s.ask(s.client(true), "GET", "/sign-in", "", nil); err != nil || a.StatusCode != 200 {
					t.Errorf("who comes meanwhile: %v %v", err, a.Response)
				}
			}
			select {
			case got := <-booked:
				t.Errorf("the booking did not wait: %v %v %s", got.err, got.Response, got.body)
				booked <- got
			case err := <-ended:
				t.Errorf("it ended with a booking under way: %v", err)
				ended <- err
			default:
			}
			if err := hold.Commit(); err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil {
				t.Errorf("it did not stop well: %v", err)
			}
		} else if err := p.stop(); err != nil {
			t.Errorf("%s did not stop well: %v", p.name, err)
		}
		if err := p.start(t); err != nil {
			t.Error(err)
		}
	}))
	defer manager.Close()
	said, err := s.update(t, manager.URL).CombinedOutput()
	if err != nil || replaced.Load() != 2 {
		t.Fatalf("%v, %d replaced\n%s", err, replaced.Load(), said)
	}
	if got := <-booked; got.err != nil || got.StatusCode != 201 {
		t.Errorf("the booking under way: %v %v %s", got.err, got.Response, got.body)
	}
	a, err := s.ask(s.client(true), "GET", "/api/v1/portfolios/"+portfolio+"/transactions?limit=500", "", signedIn)
	if err != nil || strings.Count(a.body, `"under way"`) != 1 {
		t.Errorf("the booking is there %d times: %v", strings.Count(a.body, `"under way"`), err)
	}
}
