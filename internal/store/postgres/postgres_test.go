package postgres_test

import (
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

func TestStore(t *testing.T) {
	s, d := pgtest.Open(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		pgtest.Empty(t, d)
		return s
	})
}
