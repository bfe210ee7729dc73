package postgres_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// TestAClaimWaitsForNobody: while one process has claimed a message and has not committed
// yet, another gets the next one at once.
func TestAClaimWaitsForNobody(t *testing.T) {
	s, d := pgtest.Open(t)
	pgtest.Empty(t, d)
	at := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	id := store.Identity{Tenant: store.NewID(), User: store.NewID()}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Found(t.Context(), store.Tenant{ID: id.Tenant, Name: "Ada"}, store.User{ID: id.User, Email: "ada@example.org", Name: "Ada", Role: store.Owner, BaseCurrency: "EUR", Locale: "en", TimeZone: "UTC"}, true))
	var ids []string
	must(s.As(t.Context(), id, func(ctx context.Context, tx store.Tx) error {
		for i := range 3 {
			m := store.Sending{ID: store.NewID(), Channel: "mail", Purpose: "test", Message: []byte("x"), Created: at, Expires: at.Add(time.Hour), Due: at.Add(time.Duration(i) * time.Second)}
			ids = append(ids, m.ID)
			if err := tx.Send(ctx, m); err != nil {
				return err
			}
		}
		return nil
	}))
	slow, err := pgtest.SQL(t, d.URL).Begin()
	must(err)
	defer slow.Rollback()
	var first string
	must(slow.QueryRow(`SELECT id FROM foliosight.gate_claim_outbox('2026-01-05T12:00:10.000000Z', '2026-01-05T12:01:10.000000Z', 1)`).Scan(&first))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	got, err := s.ClaimOutbox(ctx, at.Add(10*time.Second), time.Minute, 10)
	must(err)
	if len(got) != 2 || first != ids[0] || got[0].ID == first || got[1].ID == first || !slices.Contains(ids, got[0].ID) {
		t.Errorf("the other gets %d messages, the first has %s of %v", len(got), first, ids)
	}
}
