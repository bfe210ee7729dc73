package postgres_test

import (
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

func TestStore(t *testing.T) {
	pgtest.Cluster(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		s, _ := pgtest.Open(t)
		return s
	})
}
