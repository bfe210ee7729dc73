package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// What is run beside a server is recorded while that holds the file.
func TestBesideAServer(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	if _, _, err := sqlite.Beside(ctx, path); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
	server, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	record, closing, err := sqlite.Beside(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	now := time.Now()
	if err := record.RecordOperation(ctx, store.Operation{ID: store.NewID(), Command: "audit sql", Began: now, Ended: now, Outcome: "fine", Report: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	all, err := server.Operations(ctx, store.OperationFilter{})
	if err != nil || len(all) != 1 {
		t.Errorf("the server sees %d runs, %v", len(all), err)
	}
}
