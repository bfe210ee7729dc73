package job

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// postgresWorld is a service with a queue over the demonstration's books on PostgreSQL.
func postgresWorld(t testing.TB) *world {
	t.Helper()
	d := pgtest.Migrated(t)
	w := &world{t: t}
	w.store = pgtest.OpenAt(t, postgres.Options{URL: d.URL, Now: now})
	db, err := postgres.Pool(postgres.Options{URL: d.URL, PoolSize: 4})
	w.must(err)
	o := Options{DB: db, Postgres: true, Poll: 20 * time.Millisecond, Cooldown: 5 * time.Millisecond}
	if err := Ready(ctx, o); !errors.Is(err, ErrOlder) {
		t.Fatalf("before it is installed: %v", err)
	}
	role, err := postgres.Role(d.URL, "")
	w.must(err)
	for range 2 { // a second time there is nothing to do
		w.must(postgres.AsOwner(ctx, d.AdminURL, func(ctx context.Context, db *sql.DB) error { return Install(ctx, db, role) }))
	}
	w.must(Ready(ctx, o))
	w.queue, err = Open(o)
	w.must(err)
	t.Cleanup(func() { w.queue.Close() })
	w.fill()
	return w
}

// What holds on SQLite holds on PostgreSQL.
func TestPostgres(t *testing.T) {
	pgtest.Cluster(t)
	for name, test := range map[string]func(*testing.T, func(testing.TB) *world){
		"night": testNight, "enqueued with the change": testEnqueued, "failure": testFailure, "cancel": testCancel, "one effect": testOneEffect,
		"overtaken": testOvertaken, "stuck": testStuck, "apart": testApart, "pieces": testPieces, "mail": testMail, "depths": testDepths,
		"operations": testOperations, "operation killed": testOperationKilled, "operation killed twice": testOperationKilledTwice, "operation stopped": testOperationStopped,
	} {
		t.Run(name, func(t *testing.T) { test(t, postgresWorld) })
	}
}
