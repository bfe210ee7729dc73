package load

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // asks PostgreSQL where it runs
)

// TestALittleLoad is a run of seconds: at any speed nothing fails and nothing is lost.
func TestALittleLoad(t *testing.T) {
	for i, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			f := run(t, i, plan{people: 6, writers: 3, rate: 60, bookings: 12, lasts: 2 * time.Second})
			if f.failures() > 0 || len(f.statuses) != 2 || f.statuses[http.StatusOK] != 120 || f.statuses[http.StatusCreated] != 24 {
				t.Errorf("answers by status: %s", f.said())
			}
			if f.lost > 0 || f.bookings != 24 {
				t.Errorf("%d bookings acknowledged, %d of them are not there", f.bookings, f.lost)
			}
			if f.reads.n != 120 || f.reads.p50 <= 0 || f.reads.p99 < f.reads.p50 || f.reached <= 0 {
				t.Errorf("the figures: %+v", f)
			}
		})
	}
}

// TestLoad is the whole of it, for `make load`: the figures are printed, and written
// into the document that LOAD_WRITE names.
func TestLoad(t *testing.T) {
	if os.Getenv("LOAD") == "" {
		t.Skip("LOAD is not set: left out; `make load` runs it")
	}
	number := func(name string, usual float64) float64 {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || n <= 0 {
				t.Fatalf("%s=%q is no number above zero", name, text)
			}
			return n
		}
		return usual
	}
	p := plan{people: int(number("LOAD_USERS", 1000)), writers: int(number("LOAD_WRITERS", 200)), rate: number("LOAD_RATE", 1500), bookings: number("LOAD_BOOKINGS", 20),
		lasts: time.Duration(number("LOAD_SECONDS", 30) * float64(time.Second))}
	p.writers = min(p.writers, p.people)
	var all []*figures
	for i, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			if only := os.Getenv("LOAD_ON"); only != "" && !strings.EqualFold(only, e.name) {
				t.Skip("LOAD_ON names another")
			}
			f := run(t, i, p)
			f.idle = idle(t, i, 1000)
			all = append(all, f)
			if f.lost > 0 || f.failures() > 0 {
				t.Errorf("answers by status: %s; of %d bookings acknowledged %d are lost", f.said(), f.bookings, f.lost)
			}
		})
	}
	if len(all) == 0 {
		return
	}
	text := table(all)
	fmt.Println(text)
	if path := os.Getenv("LOAD_WRITE"); path != "" && !t.Failed() {
		write(t, path, text)
	}
}

// run makes the people, signs them in, lets everybody look once, and then drives the plan.
func run(t *testing.T, engine int, p plan) *figures {
	t.Helper()
	crowd := gather(t, engine, p.people)
	f := &figures{engine: crowd.engine, plan: p, statuses: map[int]int{}}
	crowd.start(t, "").stop() // what only the first start does: the queue's tables
	profile := os.Getenv("LOAD_PROFILE")
	if profile != "" {
		profile = filepath.Join(profile, crowd.engine+".pprof")
	}
	s := crowd.start(t, profile)
	f.ready = s.ready
	s.signIn(t, crowd.people)
	s.warm(t, crowd)
	if profile != "" {
		s.process.Signal(syscall.SIGUSR1)
	}
	reads, writes := p.schedule()
	database := crowd.postmaster(t)
	const underWay = 128
	at := counted(s, database)
	from := time.Now().Add(100 * time.Millisecond)
	var wait sync.WaitGroup
	wait.Go(func() { s.drive(crowd, reads, from, underWay) })
	wait.Go(func() { s.drive(crowd, writes, from, underWay/8) })
	wait.Wait()
	f.lasted = time.Since(from)
	then := counted(s, database)
	f.server, f.database, f.ours, f.machine = then[0]-at[0], then[1]-at[1], then[2]-at[2], then[3]-at[3]
	f.reached = float64(len(reads)+len(writes)) / f.lasted.Seconds()
	f.resident = s.memory()
	all := append(reads, writes...)
	f.add(all)
	for _, a := range all {
		if a.status == 0 || a.status >= 500 {
			t.Logf("the first failure: %s of person %d: %d %v\n%s", a.kind, a.person, a.status, a.why, s.said)
			break
		}
	}
	f.lost = s.missing(t, crowd, all)
	s.stop()
	return f
}

// warm lets everybody look once, as people do when they have signed in.
func (s *server) warm(t *testing.T, crowd *crowd) {
	t.Helper()
	c := client(2)
	defer c.CloseIdleConnections()
	var wait sync.WaitGroup
	for turn := range 2 {
		wait.Go(func() {
			for i := turn; i < len(crowd.people); i += 2 {
				for _, k := range []kind{dashboard, holdings} {
					a := asked{kind: k, person: i, due: time.Now()}
					if s.ask(c, crowd, &a); a.status != http.StatusOK {
						t.Errorf("%s of person %d: %d %v", k, i, a.status, a.why)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// counted is the processors' time of the server, the database, whoever asks, and all.
func counted(s *server, database int) [4]time.Duration {
	var of [4]time.Duration
	of[0], of[2], of[3] = processors(s.process.Pid), processors(os.Getpid()), machine()
	if database > 0 {
		of[1] = processors(family(database)...)
	}
	return of
}

// postmaster is the first process of PostgreSQL; 0 on SQLite, or where it runs elsewhere.
func (c *crowd) postmaster(t *testing.T) int {
	t.Helper()
	if c.cluster == "" {
		return 0
	}
	db, err := sql.Open("pgx", c.cluster)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var backend int
	if err := db.QueryRow(`SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(statOf(backend)[1]) // the parent
	return pid
}

// missing counts bookings that were acknowledged and are not there. A booking without an
// answer may be there or not.
func (s *server) missing(t *testing.T, crowd *crowd, all []asked) (lost int) {
	t.Helper()
	acknowledged, open := map[int]int{}, map[int]int{}
	for _, a := range all {
		switch {
		case a.kind == booking && a.status == http.StatusCreated:
			acknowledged[a.person]++
		case a.kind == booking && (a.status == 0 || a.status >= 500):
			open[a.person]++
		}
	}
	c := client(1)
	defer c.CloseIdleConnections()
	for i, n := range acknowledged {
		p := &crowd.people[i]
		request, err := http.NewRequest("GET", s.url+"/api/v1/portfolios/"+p.portfolio+"/transactions?limit=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+p.token)
		response, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var page struct{ Total int }
		err = json.NewDecoder(response.Body).Decode(&page)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("transactions of person %d: %s %v", i, response.Status, err)
		}
		there := page.Total - 1 - positions
		lost += max(0, n-there)
		if there > n+open[i] {
			t.Errorf("person %d has %d bookings more than were acknowledged", i, there-n-open[i])
		}
	}
	return lost
}
