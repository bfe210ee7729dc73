package incident

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// TestWhoWaitsForWhom on PostgreSQL: a transaction that holds a lock, and one that waits.
func TestWhoWaitsForWhom(t *testing.T) {
	ctx := context.Background()
	d := pgtest.Migrated(t)
	db := pgtest.SQL(t, d.AdminURL)
	r := check.Begin("", noon)
	if err := Waiting(ctx, db, r); err != nil || r.State() != check.Fine {
		t.Fatalf("%v\n%s", err, r.Text())
	}
	holder, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback()
	if _, err := holder.Exec(`SELECT pg_advisory_xact_lock(7)`); err != nil {
		t.Fatal(err)
	}
	waiter, done := context.WithCancel(ctx)
	defer done()
	go func() { _, _ = db.ExecContext(waiter, `SELECT pg_advisory_xact_lock(7)`) }() // ends with the test
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		r = check.Begin("", noon)
		if err := Waiting(ctx, db, r); err != nil {
			t.Fatal(err)
		}
		if text := r.Text(); strings.Contains(text, "waits for") && r.State() == check.Finding {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("nobody is seen to wait:\n%s", r.Text())
		}
	}
}
