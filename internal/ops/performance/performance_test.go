package performance_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/performance"
	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)
)

func found(t *testing.T, r *check.Report, name string) check.Check {
	t.Helper()
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %q in %+v", name, r.Checks)
	return check.Check{}
}

func want(t *testing.T, r *check.Report, name string, state check.State, words ...string) {
	t.Helper()
	c := found(t, r, name)
	if c.State != state {
		t.Errorf("%s is %s: %s", name, c.State, c.Says)
	}
	for _, w := range words {
		if !strings.Contains(c.Says, w) {
			t.Errorf("%s does not say %q: %s", name, w, c.Says)
		}
	}
}

// What two processes served in an hour is one sum; old hours go; streams do not count; what
// a stranger invents takes no room.
func TestRecorder(t *testing.T) {
	stores := map[string]func(t *testing.T) store.Store{
		"sqlite": func(t *testing.T) store.Store {
			s, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		},
		"postgres": func(t *testing.T) store.Store { s, _ := pgtest.Open(t); return s },
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			clock := now.Add(-100 * 24 * time.Hour)
			tick := func() time.Time { return clock }
			a, b := performance.NewRecorder(s, tick, slog.New(slog.DiscardHandler)), performance.NewRecorder(s, tick, slog.New(slog.DiscardHandler))
			flush := func() {
				t.Helper()
				for _, r := range []*performance.Recorder{a, b} {
					if err := r.Flush(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			a.Done(request.Done{Method: "GET", Route: "/old", Status: 200})
			flush()
			clock = now
			a.Done(request.Done{Method: "GET", Route: "/p/{portfolio}", Status: 200, Took: 90 * time.Millisecond})
			a.Done(request.Done{Method: "GET", Route: "/p/{portfolio}", Status: 404, Took: 300 * time.Millisecond})
			b.Done(request.Done{Method: "GET", Route: "/p/{portfolio}", Status: 503, Took: 6 * time.Second})
			b.Done(request.Done{Method: "GET", Route: "/p/{portfolio}", Status: 200, Took: time.Hour, Stream: true})
			for n := range 700 {
				b.Done(request.Done{Method: fmt.Sprintf("M%d", n), Status: 405})
				b.Done(request.Done{Method: "GET", Route: fmt.Sprintf("/made/up/%d", n), Status: 404})
			}
			flush()
			flush() // there is nothing more
			hours, err := s.RequestHours(ctx, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if len(hours) > 503 {
				t.Errorf("%d routes are kept of one hour", len(hours))
			}
			seen := map[string]store.RequestHour{}
			for _, h := range hours {
				seen[h.Method+" "+h.Route] = h
			}
			if seen["GET /old"].Requests != 0 {
				t.Error("an hour of a hundred days ago is kept")
			}
			p := store.RequestHour{Hour: now.Truncate(time.Hour), Method: "GET", Route: "/p/{portfolio}", Requests: 3, Refused: 1, Failed: 1, Total: 6390 * time.Millisecond, Longest: 6 * time.Second}
			p.Over = [5]int64{2, 2, 1, 1, 1}
			if got := seen["GET /p/{portfolio}"]; got != p {
				t.Errorf("got %+v\nwant %+v", got, p)
			}
			if got := seen["other "+performance.Unrouted].Requests; got != 700 {
				t.Errorf("%d requests without a route, want 700", got)
			}
			if got := seen["GET "+performance.Others].Requests; got < 190 {
				t.Errorf("%d requests under others", got)
			}
		})
	}
}

// What could not be written is written the next time.
func TestRecorderTriesAgain(t *testing.T) {
	s := &broken{fail: true}
	r := performance.NewRecorder(s, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	one := request.Done{Method: "GET", Route: "/a", Status: 200, Took: time.Millisecond}
	r.Done(one)
	if err := r.Flush(ctx); err == nil {
		t.Fatal("nothing was said")
	}
	r.Done(one)
	s.fail = false
	if err := r.Flush(ctx); err != nil || len(s.all) != 1 || s.all[0].Requests != 2 || s.all[0].Total != 2*time.Millisecond {
		t.Errorf("%+v, %v", s.all, err)
	}
}

type broken struct {
	store.RequestGate
	fail bool
	all  []store.RequestHour
}

func (b *broken) AddRequestHours(_ context.Context, all []store.RequestHour, _ time.Time) error {
	if b.fail {
		return errors.New("the disk is full")
	}
	b.all = append(b.all, all...)
	return nil
}

// hour is one in which a route had n requests of some duration.
func hour(ago time.Duration, route string, n int64, each time.Duration, failed int64) store.RequestHour {
	h := store.RequestHour{Hour: now.Add(-ago).Truncate(time.Hour), Method: "GET", Route: route, Requests: n, Failed: failed, Total: time.Duration(n) * each, Longest: each}
	for i, b := range store.RequestBounds {
		if each >= b {
			h.Over[i] = n
		}
	}
	return h
}

func TestSlow(t *testing.T) {
	hours := []store.RequestHour{hour(3*time.Hour, "/quick", 90, 20*time.Millisecond, 0), hour(3*time.Hour, "/slow", 7, 700*time.Millisecond, 0)}
	r := check.Begin("perf slow", now)
	performance.Slow(r, hours, 500*time.Millisecond, now)
	want(t, r, "requests", check.Finding, "7 of 97 took 500ms or more", "/slow")
	r = check.Begin("perf slow", now)
	performance.Slow(r, hours, time.Second, now)
	want(t, r, "requests", check.Fine, "none of 97 took 1s")
	r = check.Begin("perf slow", now)
	performance.Slow(r, nil, time.Second, now)
	want(t, r, "requests", check.Unknown, "no requests are kept")
}

func TestTrends(t *testing.T) {
	steady := []store.RequestHour{hour(50*time.Hour, "/a", 100, 40*time.Millisecond, 0), hour(2*time.Hour, "/a", 100, 42*time.Millisecond, 0)}
	r := check.Begin("perf trends", now)
	performance.Trends(r, steady, 7, now)
	want(t, r, "trend", check.Fine)
	want(t, r, "days", check.Fine, "2026-03-02 100 requests, 40ms", "2026-02-28 nothing kept")
	want(t, r, "errors", check.Fine, "0 of 100")
	worse := []store.RequestHour{steady[0], hour(2*time.Hour, "/a", 100, 90*time.Millisecond, 3)}
	r = check.Begin("perf trends", now)
	performance.Trends(r, worse, 7, now)
	want(t, r, "trend", check.Finding, "GET /a from 40ms to 90ms")
	want(t, r, "errors", check.Finding, "3 of 100 failed")
	r = check.Begin("perf trends", now)
	performance.Trends(r, worse[1:], 7, now)
	want(t, r, "trend", check.Unknown, "too few")
}

func TestBaseline(t *testing.T) {
	s, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.NewestBaseline(ctx); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("without one: %v", err)
	}
	for n, value := range []float64{500, 40} {
		b, err := performance.Save([]performance.Figure{{Name: "average of GET /a", Unit: "ms", Value: value}, {Name: "size of t", Unit: "bytes", Value: 3 << 20}}, "ops@db1", now.Add(time.Duration(n)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveBaseline(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	b, err := s.NewestBaseline(ctx)
	if err != nil || b.By != "ops@db1" || !b.Taken.Equal(now.Add(time.Hour)) {
		t.Fatalf("%+v, %v", b, err)
	}
	for value, state := range map[float64]check.State{50: check.Fine, 100: check.Finding} {
		r := check.Begin("perf baseline", now)
		performance.Compare(r, b, []performance.Figure{{Name: "average of GET /a", Unit: "ms", Value: value}, {Name: "size of t", Unit: "bytes", Value: 9 << 20}})
		want(t, r, "baseline", state, "of 2 figures")
		want(t, r, "growth", check.Fine, "size of t from 3.0 MiB to 9.0 MiB")
	}
	r := check.Begin("perf baseline", now)
	performance.Compare(r, b, nil)
	want(t, r, "baseline", check.Unknown)
}

// A database that a server holds is looked at, and cannot be changed through what looks.
func TestDatabaseSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "books.db")
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	storetest.Fill(t, s)
	db, err := sqlite.Look(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DELETE FROM operations`); err == nil {
		t.Error("what looks can write")
	}
	d := performance.Database{DB: db}
	r := check.Begin("perf report", now)
	sizes, newest := d.Sizes(ctx, r), d.Newest(ctx, r)
	d.Statements(ctx, r, time.Millisecond)
	d.Indexes(ctx, r)
	want(t, r, "sizes", check.Fine, "tables with their indexes")
	want(t, r, "newest bookings", check.Fine, "transactions_date")
	if len(sizes) < 30 || len(newest) != 1 || newest[0].Value <= 0 || len(r.Checks) != 2 {
		t.Errorf("%d sizes, newest %v, %+v", len(sizes), newest, r.Checks)
	}
	if _, err := sqlite.Look(path + ".no"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no file: %v", err)
	}
}

func TestDatabasePostgreSQL(t *testing.T) {
	p := pgtest.Migrated(t)
	db, err := postgres.Look(p.AdminURL, "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DELETE FROM foliosight.operations`); err == nil {
		t.Error("what looks can write")
	}
	d := performance.Database{DB: db, Postgres: true}
	r := check.Begin("perf report", now)
	if sizes := d.Sizes(ctx, r); len(sizes) < 30 {
		t.Errorf("%d sizes", len(sizes))
	}
	d.Statements(ctx, r, time.Millisecond)
	d.Indexes(ctx, r)
	d.Newest(ctx, r)
	want(t, r, "sizes", check.Fine)
	want(t, r, "statements", check.Unknown, "pg_stat_statements")
	want(t, r, "unused indexes", check.Fine)
	want(t, r, "sequential scans", check.Fine)
	want(t, r, "newest bookings", check.Fine, "transactions")
	if c := found(t, r, "statements"); !strings.Contains(c.Cure, "shared_preload_libraries") {
		t.Errorf("the cure is %q", c.Cure)
	}
	super := pgtest.SQL(t, p.Super)
	if _, err := super.Exec(`CREATE EXTENSION pg_stat_statements`); err != nil {
		t.Skipf("the extension is not installed here: %v", err)
	}
	// With the extension but not the library PostgreSQL says so itself.
	var loaded string
	if err := super.QueryRow(`SHOW shared_preload_libraries`).Scan(&loaded); err != nil {
		t.Fatal(err)
	}
	statements := func(of performance.Database, threshold time.Duration) *check.Report {
		r := check.Begin("perf slow", now)
		of.Statements(ctx, r, threshold)
		return r
	}
	if !strings.Contains(loaded, "pg_stat_statements") {
		want(t, statements(d, 0), "statements", check.Unknown, "shared_preload_libraries")
		return
	}
	// What the server ran is counted; a role that may not read it is not told that all is well.
	if _, err := pgtest.SQL(t, p.URL).Exec(`SELECT pg_sleep($1), 'secret-7351'`, 0.5); err != nil {
		t.Fatal(err)
	}
	want(t, statements(d, 400*time.Millisecond), "statements", check.Unknown, "of other roles", "400ms")
	want(t, statements(d, time.Hour), "statements", check.Fine, "none takes 1h0m0s")
	all, err := postgres.Look(p.Super, "")
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	r = statements(performance.Database{DB: all, Postgres: true}, 400*time.Millisecond)
	want(t, r, "statements", check.Finding, "1 take 400ms or more on average", "1 times: SELECT pg_sleep($1), $2")
	if strings.Contains(found(t, r, "statements").Says, "secret-7351") {
		t.Error("a constant of a statement is shown")
	}
}
