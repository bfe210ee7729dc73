package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

var ctx = context.Background()

// The server never migrates by itself, and takes no role that could bypass the policies.
func TestServerRole(t *testing.T) {
	d := pgtest.New(t)
	if _, err := postgres.Open(ctx, postgres.Options{URL: d.URL}); !errors.Is(err, store.ErrOlder) || !strings.Contains(err.Error(), "foliosight migrate up") {
		t.Errorf("an empty database: %v", err)
	}
	if _, err := postgres.Up(ctx, postgres.MigrateOptions{AdminURL: d.AdminURL, ServerURL: d.AdminURL}); err == nil || !strings.Contains(err.Error(), "own nothing") {
		t.Errorf("one role for both: %v", err)
	}
	d = pgtest.Migrated(t)
	for name, address := range map[string]string{"owner": d.AdminURL, "superuser": d.Super} {
		if _, err := postgres.Open(ctx, postgres.Options{URL: address}); !errors.Is(err, postgres.ErrUnsafeRole) {
			t.Errorf("%s: %v", name, err)
		}
	}
	db := pgtest.SQL(t, d.AdminURL)
	if _, err := db.Exec(`DELETE FROM migrations WHERE name = '0011_answers.sql'`); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Open(ctx, postgres.Options{URL: d.URL})
	if !errors.Is(err, store.ErrOlder) || !strings.Contains(err.Error(), "0011_answers.sql") {
		t.Errorf("a migration is missing: %v", err)
	}
	db.Exec(`INSERT INTO migrations VALUES ('9999_later.sql', 'x', '2030-01-01T00:00:00Z')`)
	if _, err := postgres.Open(ctx, postgres.Options{URL: d.URL}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("a newer schema: %v", err)
	}
}

// Other programs' ways to write the address.
func TestAddresses(t *testing.T) {
	d := pgtest.Migrated(t)
	_, rest, _ := strings.Cut(d.URL, "://")
	for _, scheme := range []string{"postgres://", "postgresql://", "postgresql+asyncpg://"} {
		s, err := postgres.Open(ctx, postgres.Options{URL: scheme + rest, PoolSize: 2})
		if err != nil {
			t.Errorf("%s: %v", scheme, err)
			continue
		}
		s.Close()
	}
	for _, bad := range []string{"mysql://a@b/c", "postgres://a:p%ZZ@b/c", ""} {
		_, err := postgres.Open(ctx, postgres.Options{URL: bad})
		if err == nil || strings.Contains(err.Error(), "p%ZZ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got := postgres.Redacted("postgresql+asyncpg://ada:secret@db:5432/x?sslmode=disable"); got != "postgres://ada@db:5432/x" {
		t.Errorf("redacted %q", got)
	}
}

// Replicas that start at once: one migrates, all find it done.
func TestStartingAtOnce(t *testing.T) {
	d := pgtest.New(t)
	var wait sync.WaitGroup
	ran := make([]int, 4)
	for i := range ran {
		wait.Go(func() {
			did, err := postgres.Up(ctx, postgres.MigrateOptions{AdminURL: d.AdminURL, ServerURL: d.URL})
			if err != nil {
				t.Error(err)
			}
			ran[i] = len(did.Ran)
		})
	}
	wait.Wait()
	total := 0
	for _, n := range ran {
		total += n
	}
	applied, err := migrations.Status(ctx, pgtest.SQL(t, d.AdminURL))
	if err != nil || total != len(applied) {
		t.Errorf("%v migrations were run, %d are noted, %v", ran, len(applied), err)
	}
}

// Each migration is taken back and run again; afterwards all is protected as before.
func TestDownAndUp(t *testing.T) {
	d := pgtest.Migrated(t)
	o := postgres.MigrateOptions{AdminURL: d.AdminURL, ServerURL: d.URL}
	applied, err := migrations.Status(ctx, pgtest.SQL(t, d.AdminURL))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(applied) - 2; i >= -1; i-- {
		to := ""
		if i >= 0 {
			to = applied[i].Name
		}
		undone, err := postgres.Down(ctx, o, to)
		if err != nil || len(undone) != 1 {
			t.Fatalf("down to %q: %v, %v", to, undone, err)
		}
		if i == len(applied)/2 {
			if _, err := postgres.Open(ctx, postgres.Options{URL: d.URL}); !errors.Is(err, store.ErrOlder) {
				t.Errorf("after going down to %q the server opens: %v", to, err)
			}
			if did, err := postgres.Up(ctx, o); err != nil || len(did.Ran) != len(applied)-1-i || !did.Secured {
				t.Fatalf("up from %q: %+v, %v", to, did, err)
			}
			clean(t, d)
			if undone, err = postgres.Down(ctx, o, to); err != nil || len(undone) != len(applied)-1-i {
				t.Fatalf("down to %q again: %v, %v", to, undone, err)
			}
		}
	}
	if did, err := postgres.Up(ctx, o); err != nil || len(did.Ran) != len(applied) {
		t.Fatalf("up from nothing: %+v, %v", did, err)
	}
	clean(t, d)
	if _, err := postgres.Down(ctx, o, "0000_never.sql"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("down to what was never run: %v", err)
	}
}

// Where every connection is taken, a transaction waits as long as it may and says why.
func TestNestedReadsInASmallPool(t *testing.T) {
	d := pgtest.Migrated(t)
	s := pgtest.OpenAt(t, postgres.Options{URL: d.URL, PoolSize: 2})
	id := store.Identity{Tenant: store.NewID(), User: store.NewID()}
	if err := s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	err := s.Read(ctx, id, func(context.Context, store.View) error {
		return s.Read(ctx, id, func(context.Context, store.View) error {
			return s.Read(limited, id, func(context.Context, store.View) error { return nil })
		})
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third transaction of two connections: %v", err)
	}
}
