package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// cluster is a PostgreSQL of the test's own, which it may stop.
type cluster struct {
	t                       testing.TB
	home, bin, port, secret string
	options                 string
}

// newCluster makes one and starts it; its changes are written to the disk, as it will be
// ended in their midst.
func newCluster(t testing.TB) *cluster {
	t.Helper()
	pgtest.Cluster(t) // where there is no PostgreSQL this is left out, or fails in CI
	c := &cluster{t: t, secret: strings.ReplaceAll(store.NewID(), "-", "")}
	found, err := exec.Command("bash", "-c", ". ../../../scripts/postgres; find_postgres").Output()
	if err != nil {
		t.Fatalf("where PostgreSQL is: %v", err)
	}
	c.bin = strings.TrimSpace(string(found))
	if c.home, err = os.MkdirTemp("", "foliosight-cluster-"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.home, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.signal(syscall.SIGCONT)
		_, _ = c.control("stop", "-m", "immediate") // it may be stopped
		os.RemoveAll(c.home)
	})
	p := newProgram(t) // for a free port
	_, c.port, _ = strings.Cut(p.address, ":")
	if err := os.WriteFile(filepath.Join(c.home, "password"), []byte(c.secret+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := c.ordinary("initdb", "-D", c.home+"/data", "-U", "foliosight_admin", "--pwfile="+c.home+"/password", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	c.options = "-p " + c.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100 -c shared_buffers=32MB -c jit=off"
	c.start()
	return c
}

// ordinary runs one of PostgreSQL's programs as somebody who is not root.
func (c *cluster) ordinary(program string, args ...string) (string, error) {
	script := `. ../../../scripts/postgres; p=$1; shift; cd /; as_ordinary "$p" "$@"`
	out, err := exec.Command("bash", append([]string{"-c", script, "bash", filepath.Join(c.bin, program)}, args...)...).CombinedOutput()
	return string(out), err
}

func (c *cluster) control(args ...string) (string, error) {
	return c.ordinary("pg_ctl", append([]string{"-D", c.home + "/data", "-w", "-t", "30", "-s"}, args...)...)
}

func (c *cluster) start() {
	c.t.Helper()
	if out, err := c.control("start", "-l", c.home+"/data/log", "-o", c.options); err != nil {
		said, _ := os.ReadFile(c.home + "/data/log")
		c.t.Fatalf("start PostgreSQL: %v\n%s\n%s", err, out, said)
	}
}

// stop ends it in the midst of everything, as a loss of power does.
func (c *cluster) stop() {
	c.t.Helper()
	if out, err := c.control("stop", "-m", "immediate"); err != nil {
		c.t.Fatalf("stop PostgreSQL: %v\n%s", err, out)
	}
}

// signal sends one to every process of the cluster.
func (c *cluster) signal(s syscall.Signal) int {
	text, err := os.ReadFile(c.home + "/data/postmaster.pid")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid <= 1 {
		return 0
	}
	children, err := exec.Command("ps", "-o", "pid=", "--ppid", line).Output()
	if err != nil {
		children = nil
	}
	n := 0
	for _, one := range append(strings.Fields(string(children)), line) {
		if pid, err := strconv.Atoi(one); err == nil && syscall.Kill(pid, s) == nil {
			n++
		}
	}
	return n
}

// database makes an empty database with both roles.
func (c *cluster) database() (server, owner string) {
	c.t.Helper()
	admin := "postgres://foliosight_admin:" + c.secret + "@127.0.0.1:" + c.port + "/postgres?sslmode=disable"
	db := pgtest.SQL(c.t, admin)
	for _, s := range []string{`CREATE ROLE fs_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '` + c.secret + `'`, `CREATE ROLE fs_server LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '` + c.secret + `'`,
		`CREATE DATABASE foliosight OWNER fs_owner TEMPLATE template0`} {
		if _, err := db.Exec(s); err != nil {
			c.t.Fatal(err)
		}
	}
	db.Close()
	as := func(user string) string {
		return (&url.URL{Scheme: "postgres", User: url.UserPassword(user, c.secret), Host: "127.0.0.1:" + c.port, Path: "/foliosight", RawQuery: "sslmode=disable"}).String()
	}
	if _, err := postgres.Up(context.Background(), postgres.MigrateOptions{AdminURL: as("fs_owner"), ServerURL: as("fs_server")}); err != nil {
		c.t.Fatal(err)
	}
	return as("fs_server"), as("fs_owner")
}

// The database is stopped in the midst of everything and started again, and another time
// it stops answering without a word, as one does whose machine is gone. The server lives
// on, refuses what it cannot do, and works again by itself; nothing acknowledged is lost.
// AWAY says for how many seconds (one unless given).
func TestDatabaseAway(t *testing.T) {
	lasting := time.Duration(number(t, "AWAY", 1)) * time.Second
	pg := newCluster(t)
	server, owner := pg.database()
	p := newProgram(t, "DATABASE_URL="+server, "DATABASE_ADMIN_URL="+owner, "FOLIOSIGHT_DATA="+t.TempDir())
	p.start()
	c := p.client()
	books := c.found(t)
	before, pid := p.gauge(t, "go_goroutines"), p.pid()

	var acknowledged sync.Map
	var booked, refused atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var people sync.WaitGroup
	faults, slowest := make(chan string, 50), atomic.Int64{}
	for person := range 4 {
		people.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				note, key := fmt.Sprintf("%d/%d", person, n), store.NewID()
				body, _ := json.Marshal(deposit(note)) // of texts and numbers: always possible
				for ctx.Err() == nil {
					a, err := c.send(context.Background(), "POST", "/api/v1/portfolios/"+books+"/transactions", "application/json", body, key)
					if took := int64(a.took); took > slowest.Load() {
						slowest.Store(took)
					}
					if err == nil && a.status == 201 {
						acknowledged.Store(note, true)
						booked.Add(1)
						break
					}
					if refused.Add(1); err != nil || a.status != 503 && a.field("type") != "/docs#problem-in-progress" || a.status == 503 && a.header.Get("Retry-After") == "" {
						select {
						case faults <- fmt.Sprintf("booking %s: %s %v", note, a, err):
						default:
						}
					}
					time.Sleep(20 * time.Millisecond)
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	wait := func(what string, within time.Duration, is func() bool) {
		t.Helper()
		began := time.Now()
		for !is() {
			if time.Since(began) > within {
				t.Errorf("%s: not after %s", what, within)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Logf("%s after %s", what, time.Since(began).Round(10*time.Millisecond))
	}
	status := func(path string) int {
		a, err := c.send(context.Background(), "GET", path, "", nil, "")
		if err != nil || a.took > 3*time.Second {
			t.Errorf("%s: %v after %s", path, err, a.took)
		}
		return a.status
	}
	for _, fault := range []struct {
		name       string
		gone, back func()
	}{
		{"stopped", pg.stop, pg.start},
		{"silent", func() {
			if pg.signal(syscall.SIGSTOP) < 3 {
				t.Fatal("the processes of PostgreSQL were not found")
			}
		}, func() { pg.signal(syscall.SIGCONT) }},
	} {
		time.Sleep(300 * time.Millisecond)
		fault.gone()
		slowest.Store(0)
		wait(fault.name+": a request is refused", 8*time.Second, func() bool {
			return refused.Swap(0) > 0
		})
		wait(fault.name+": requests are refused at once", 8*time.Second, func() bool {
			a, err := c.ask(context.Background(), "GET", "/portfolios", nil, "")
			return err == nil && a.status == 503 && a.field("type") == "/docs#problem-database-away" && a.header.Get("Retry-After") == "5" && a.took < 100*time.Millisecond
		})
		if live, ready := status("/health/live"), status("/health/ready"); live != 200 || ready != 503 {
			t.Errorf("%s: live %d, ready %d", fault.name, live, ready)
		}
		if up := p.gauge(t, "foliosight_database_up"); up != 0 {
			t.Errorf("%s: foliosight_database_up is %g, on which DatabaseConnectionFailure rests", fault.name, up)
		}
		if page, err := c.send(context.Background(), "GET", "/sign-in", "", nil, ""); err != nil || page.status != 503 || !strings.Contains(page.text, "does not answer") {
			t.Errorf("%s: a page: %s %v", fault.name, page, err)
		}
		time.Sleep(lasting)
		if during := p.gauge(t, "go_goroutines"); during > before+200 {
			t.Errorf("%s: %g goroutines, %g before", fault.name, during, before)
		}
		had := booked.Load()
		fault.back()
		wait(fault.name+": bookings are made again", 10*time.Second, func() bool { return booked.Load() > had+4 })
		wait(fault.name+": it is ready", 10*time.Second, func() bool { return status("/health/ready") == 200 })
		if longest := time.Duration(slowest.Load()); longest > 8*time.Second {
			t.Errorf("%s: a request took %s", fault.name, longest)
		}
		job := c.must(t, 202, "POST", "/jobs", map[string]string{"kind": "analysis", "portfolio": books, "day": "2025-03-04"})
		id, _ := job.body["id"].(float64)
		wait(fault.name+": a job is done", 60*time.Second, func() bool {
			a, err := c.ask(context.Background(), "GET", fmt.Sprintf("/jobs/%.0f", id), nil, "")
			return err == nil && a.field("state") == "done"
		})
	}
	stop()
	people.Wait()
	close(faults)
	for fault := range faults {
		t.Error(fault)
	}
	there := c.notes(t, books)
	acknowledged.Range(func(note, _ any) bool {
		if there[note.(string)] != 1 {
			t.Errorf("booking %s was acknowledged and is there %d times", note, there[note.(string)])
		}
		return true
	})
	if p.pid() != pid {
		t.Error("it is another process")
	}
	p.stop()
	p.fine("db", "verify")
	t.Logf("%d bookings acknowledged, all there once; the slowest request took %s; %g goroutines before, %g bookings a person", booked.Load(), time.Duration(slowest.Load()).Round(time.Millisecond), before, float64(booked.Load())/4)
}

// gauge is a figure of /metrics without labels.
func (p *program) gauge(t testing.TB, name string) float64 {
	t.Helper()
	a, err := p.client().send(context.Background(), "GET", "/metrics", "", nil, "")
	if err != nil || a.status != 200 {
		t.Fatalf("/metrics: %s %v", a, err)
	}
	for _, line := range strings.Split(a.text, "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(errors.Join(err, fmt.Errorf("%s", line)))
			}
			return n
		}
	}
	t.Fatalf("/metrics has no %s", name)
	return 0
}
