package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// waiting returns when so many connections to a database wait for a lock.
func waiting(t *testing.T, d pgtest.Database, n int) {
	t.Helper()
	look := pgtest.SQL(t, d.Super)
	for range 200 {
		var waits int
		if err := look.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if waits >= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%d connections do not come to wait", n)
}

// TestAddingHoursWaitsInOneOrder: two processes that add to the same hours, which each
// has in an order of its own, do not wait for each other.
func TestAddingHoursWaitsInOneOrder(t *testing.T) {
	s, d := pgtest.Open(t)
	hour := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	of := func(routes ...string) (all []store.RequestHour) {
		for _, r := range routes {
			all = append(all, store.RequestHour{Hour: hour, Route: r, Method: "GET", Requests: 1})
		}
		return all
	}
	add := func(all []store.RequestHour) error { return s.AddRequestHours(t.Context(), all, hour.Add(-time.Hour)) }
	if err := add(of("a", "b", "c")); err != nil {
		t.Fatal(err)
	}
	between, err := pgtest.SQL(t, d.AdminURL).Begin() // holds both up when each has a row of its own
	if err != nil {
		t.Fatal(err)
	}
	defer between.Rollback()
	if _, err := between.Exec(`SELECT 1 FROM request_hours WHERE route = 'b' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 2)
	go func() { ended <- add(of("a", "b", "c")) }()
	go func() { ended <- add(of("c", "b", "a")) }()
	waiting(t, d, 2)
	if err := between.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(<-ended, <-ended); err != nil {
		t.Error(err)
	}
	all, err := s.RequestHours(t.Context(), hour)
	if err != nil || len(all) != 3 || all[0].Requests != 3 || all[2].Requests != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}
