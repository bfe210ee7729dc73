package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// TestNothingOfATenantIsLeft looks into every table that knows tenants, also those that
// are added later.
func TestNothingOfATenantIsLeft(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	id := store.Identity{Tenant: store.NewID(), User: store.NewID()}
	err = s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "home"}, store.User{ID: id.User, Email: "ada@example.org", Name: "Ada", BaseCurrency: "EUR"}, true)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	do := func(fn func(ctx context.Context, tx store.Tx) error) {
		t.Helper()
		if err := s.As(ctx, id, fn); err != nil {
			t.Fatal(err)
		}
	}
	do(func(ctx context.Context, tx store.Tx) error {
		for _, err := range []error{
			tx.CreatePortfolio(ctx, store.Portfolio{ID: store.NewID(), Name: "Main", Base: "EUR"}),
			tx.KeepAnswer(ctx, store.Answer{Key: "k", Method: "POST", Path: "/", Expires: now.Add(time.Hour)}),
			tx.PutSetting(ctx, store.OfUser, "theme", json.RawMessage(`"dark"`)),
			tx.CreateInvite(ctx, store.Invite{ID: store.NewID(), Role: store.Member, TokenHash: []byte{1}, Created: now, Expires: now}),
		} {
			if err != nil {
				return err
			}
		}
		for range 2 { // the second writes history
			if _, err := tx.WriteMarket(ctx, store.Batch{Own: true, Source: "file", Instruments: []instrument.Instrument{{Symbol: "X", Currency: "EUR", Name: store.NewID()}}}); err != nil {
				return err
			}
		}
		_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{{Symbol: "X", Date: date.MustParse("2025-01-02"), Price: money.One, Currency: "EUR"}})
		return err
	})
	do(func(ctx context.Context, tx store.Tx) error { return tx.DeleteTenant(ctx) })

	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'tenant_id'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	tables := 0
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		tables++
		var left int
		if err := db.QueryRow(`SELECT COUNT(*) FROM `+table+` WHERE tenant_id = $1`, id.Tenant).Scan(&left); err != nil || left > 0 {
			t.Errorf("%d rows are left in %s, %v", left, table, err)
		}
	}
	if tables < 25 {
		t.Errorf("only %d tables know tenants", tables)
	}
}
