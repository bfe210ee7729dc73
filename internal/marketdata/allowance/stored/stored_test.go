package stored_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/allowancetest"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/stored"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

func TestStored(t *testing.T) {
	allowancetest.Run(t, 2, func(t *testing.T) (allowance.Allowance, func(time.Time)) {
		var now atomic.Int64
		now.Store(time.Now().UnixNano())
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: func() time.Time { return time.Unix(0, now.Load()) }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		id := store.Identity{Tenant: store.NewID(), User: store.NewID(), Operator: true}
		if err := s.Found(t.Context(), store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
			t.Fatal(err)
		}
		return stored.New(s, id), func(at time.Time) { now.Store(at.UnixNano()) }
	})
}
