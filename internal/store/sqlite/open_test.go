package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
)

// A directory with awkward letters, made when it is not there; opened again it is as it was.
func TestOpenAgain(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a b#c?%41", "bücher.db")
	for range 3 {
		s, err := Open(ctx, Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.HasOwner(ctx); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v, %v: others may read it", info, err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	first, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, Options{Path: path}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second opening: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	second.Close()
}

// A schema this program does not know, or knows otherwise, is refused.
func TestForeignSchemaIsRefused(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		statement string
		want      error
	}{
		"newer":   {`INSERT INTO migrations (name, sha256, applied) VALUES ('9999_later.sql', 'x', '2030-01-01T00:00:00Z')`, store.ErrNewer},
		"drifted": {`UPDATE migrations SET sha256 = 'x' WHERE name = '0002_ledger.sql'`, store.ErrDrift},
	} {
		path := filepath.Join(t.TempDir(), "books.db")
		s, err := Open(ctx, Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		change(t, path, c.statement)
		if _, err := Open(ctx, Options{Path: path}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		// The refusal let go of the lock.
		change(t, path, `DELETE FROM migrations WHERE name = '9999_later.sql'`)
	}
}

// A process that died between a migration and its note finds the migration done.
func TestMissingNoteIsWritten(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	change(t, path, `DELETE FROM migrations WHERE name = '0004_records.sql'`)
	if s, err = Open(ctx, Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestDamageIsNoticed(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	id := store.Identity{Tenant: store.NewID(), User: store.NewID(), Operator: true}
	if err := s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
		t.Fatal(err)
	}
	err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Series: []store.Series{{Kind: store.Prices, Symbol: "A", Currency: "USD", Dates: dates(20000, 20001), Close: []float64{1, 2}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	change(t, path, `UPDATE blocks SET body = x'46534201020000'`)
	change(t, path, `UPDATE event_contents SET after = '{}' WHERE sequence = 2`)
	if s, err = Open(ctx, Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Read(ctx, id, func(ctx context.Context, v store.View) error {
		if _, err := v.VerifyEvents(ctx); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("a changed event: %v", err)
		}
		_, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Version: store.LatestMarket})
		return err
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a changed block: %v", err)
	}
}

func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
