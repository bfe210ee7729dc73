package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// Each way to the rows of a ledger has its index, with the policies in force: none
// reads a whole table to find a few rows of it.
func TestAccessPaths(t *testing.T) {
	s, d := pgtest.Open(t)
	var id store.Identity
	var portfolio string
	for range 4 { // others' rows, so that an index is worth it
		id, portfolio = newOwner(t, s)
		change(t, s, id, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: bookings(3000)})
			return err
		})
	}
	admin := pgtest.SQL(t, d.AdminURL)
	for _, statement := range []string{
		`INSERT INTO blocks SELECT app_shared(), 'price', 'S' || s, 'file', 2000 + y, 1, '\x00' FROM generate_series(1, 300) s, generate_series(1, 20) y`,
		`INSERT INTO sessions (tenant_id, id, user_id, token_hash, created, last_seen, expires, agent)
			SELECT tenant_id, gen_random_uuid(), id, sha256(convert_to(id::text || n, 'UTF8')), created, created, created, '' FROM users, generate_series(1, 500) n`,
		`ANALYZE`,
	} {
		if _, err := admin.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	const ofLedger = `SELECT * FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2`
	db := pgtest.SQL(t, d.URL)
	asOwner(t, db, id, func(tx *sql.Tx) {
		if _, err := tx.Exec(`SELECT see_portfolio($1)`, portfolio); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct{ query, index string }{
			"in entry order":       {ofLedger + ` AND superseded = 0 ORDER BY sequence LIMIT 100`, "transactions_order"},
			"what came in":         {ofLedger + ` AND entered = 7 ORDER BY entered, sequence`, "transactions_entered"},
			"what went out":        {ofLedger + ` AND superseded > 0 AND superseded = 7 ORDER BY superseded, sequence`, "transactions_superseded"},
			"of an import":         {ofLedger + ` AND import_id = $2 AND superseded = 0`, "transactions_import"},
			"by id":                {ofLedger + ` AND id = $1`, "transactions_pkey"},
			"some by id":           {ofLedger + ` AND id = ANY (ARRAY[$1, $2]::uuid[])`, "transactions_pkey"},
			"the newest":           {ofLedger + ` AND superseded = 0 ORDER BY date DESC, sequence DESC, entered DESC LIMIT 51`, "transactions_date"},
			"the history of one":   {ofLedger + ` AND sequence = 7 AND origin_id = $2 ORDER BY sequence, entered`, "transactions_order"},
			"versions since":       {`SELECT * FROM versions WHERE tenant_id = $1 AND portfolio_id = $2 AND version > 0 ORDER BY version`, "versions"},
			"blocks of a symbol":   {`SELECT body FROM blocks WHERE tenant_id = app_shared() AND kind = 'price' AND year >= 2001 AND year <= 2005 AND symbol = 'S7' AND source = 'file' ORDER BY year`, "blocks_pkey"},
			"sessions of a user":   {`SELECT * FROM sessions WHERE tenant_id = $1 AND user_id = $3`, "sessions_user"},
			"events after one":     {`SELECT * FROM events e WHERE e.tenant_id = $1 AND e.sequence > 1 ORDER BY e.sequence LIMIT 50`, "events"},
			"portfolios of a user": {`SELECT id FROM portfolios p WHERE p.tenant_id = $1 AND p.owner_id = $3`, "portfolios"},
		} {
			query := strings.NewReplacer("$1", "'"+id.Tenant+"'", "$2", "'"+portfolio+"'", "$3", "'"+id.User+"'").Replace(c.query)
			plan := explain(t, tx, query)
			if !strings.Contains(plan, c.index) || strings.Contains(plan, "Seq Scan on transactions") || strings.Contains(plan, "Seq Scan on blocks") || strings.Contains(plan, "Seq Scan on sessions") {
				t.Errorf("%s: want it to use %s:\n%s", name, c.index, plan)
			}
		}
		// The policy asks for all visible portfolios only where a row is of none that was seen.
		plan := explain(t, tx, strings.NewReplacer("$1", "'"+id.Tenant+"'", "$2", "'"+portfolio+"'").Replace(ofLedger+` AND superseded = 0`), "ANALYZE")
		if !strings.Contains(plan, "never executed") {
			t.Errorf("reading a ledger that was seen asks for every visible portfolio:\n%s", plan)
		}
	})
}

func explain(t *testing.T, tx *sql.Tx, query string, options ...string) string {
	t.Helper()
	how := ""
	if len(options) > 0 {
		how = "(" + strings.Join(options, ", ") + ", COSTS OFF, TIMING OFF, SUMMARY OFF) "
	}
	rows, err := tx.Query(`EXPLAIN ` + how + query)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", query, err))
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "\n")
}
