package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/storetest"
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

// So have the newer tables.
func TestAccessPathsOfMarketData(t *testing.T) {
	s, d := pgtest.Open(t)
	var id store.Identity
	var portfolio string
	for range 4 { // others' rows
		id, portfolio = newOwner(t, s)
	}
	admin := pgtest.SQL(t, d.AdminURL)
	const day = `DATE '2026-01-01' + (n % 300)`
	for _, statement := range []string{
		`INSERT INTO allowances SELECT app_shared(), 'p' || p, 'calls a minute', TIMESTAMPTZ '2026-06-01 00:00Z' + n * interval '1 minute', TIMESTAMPTZ '2026-06-01 00:01Z' + n * interval '1 minute', 1
			FROM generate_series(1, 20) p, generate_series(1, 700) n`,
		`INSERT INTO supplies (tenant_id, kind, symbol, provider, failures, reason, words, due, parts, needed)
			SELECT app_shared(), k, 'S' || n, 'p', 0, '', '', TIMESTAMPTZ '2026-06-01 00:00Z' + n * interval '1 minute', '{}', n % 2 = 0 FROM unnest(ARRAY['bars', 'splits', 'dividends']) k, generate_series(1, 5000) n`,
		`INSERT INTO held_values (tenant_id, id, kind, symbol, source, day, figures, finding, reason, found, decision, note)
			SELECT app_shared(), gen_random_uuid(), 'price', 'S' || n, 'file', ` + day + `, '{}', 'spike', '', now(), CASE WHEN n % 50 = 0 THEN 'open' ELSE 'dropped' END, '' FROM generate_series(1, 5000) n`,
		`INSERT INTO days SELECT app_shared(), k, 'file', DATE '2010-01-01' + n, n, CASE WHEN n > 3990 AND k = 'price' THEN 0 ELSE 5000 END, 0, '\x00' FROM unnest(ARRAY['price', 'fx', 'rate']) k, generate_series(1, 4000) n`,
		`INSERT INTO blocks SELECT app_shared(), 'price', 'S' || s, 'file', 2000 + y, 1, '\x00' FROM generate_series(1, 500) s, generate_series(1, 20) y`,
		`INSERT INTO blocks_history SELECT app_shared(), 'price', 'S' || s, 'file', 2000 + y, 1, 9, '\x00' FROM generate_series(1, 500) s, generate_series(1, 20) y`,
		`INSERT INTO series SELECT app_shared(), 'price', 'S' || n, 'file', 'USD', DATE '2000-01-01', DATE '2020-01-01', 1, 1, now() FROM generate_series(1, 5000) n`,
		`INSERT INTO documents SELECT app_shared(), 'profile', 'S' || n, 'fmp', 'k', DATE '2026-01-01', NULL, now(), '\x00', '{}' FROM generate_series(1, 3000) n`,
		`INSERT INTO documents SELECT app_shared(), 'article', '', 'fmp', 'k' || n, NULL, TIMESTAMPTZ '2026-05-01 00:00Z' + n * interval '1 hour', now(), '\x00', '{}' FROM generate_series(1, 3000) n`,
		`INSERT INTO mentions SELECT app_shared(), 'S' || (n % 500), 'fmp', 'k' || n, TIMESTAMPTZ '2026-05-01 00:00Z' + n * interval '1 hour' FROM generate_series(1, 5000) n`,
		`INSERT INTO aliases SELECT app_shared(), 'ticker', 'V' || n, DATE '1583-01-01', NULL, 'S' || n, 'fmp' FROM generate_series(1, 5000) n`,
		`INSERT INTO watchlists SELECT tenant_id, gen_random_uuid(), id, 'list ' || n, n % 2 = 0, n, 1, now(), now() FROM users, generate_series(1, 300) n`,
		`INSERT INTO watchlist_entries SELECT tenant_id, id, 'S' || n, user_id, shared, n, '', now() FROM watchlists, generate_series(1, 10) n`,
		`INSERT INTO targets SELECT tenant_id, id, 'S' || s, n, 1, 'USD', NULL, '', now() FROM users, generate_series(1, 300) s, generate_series(1, 5) n`,
		`INSERT INTO research_notes SELECT tenant_id, gen_random_uuid(), id, 'S' || n, '', n % 2 = 0, 1, now(), now() FROM users, generate_series(1, 1000) n`,
		`INSERT INTO income_proposals (tenant_id, id, portfolio_id, account, symbol, ex_date, amount, currency, quantity, gross, source, kind, status, note, proposed)
			SELECT tenant_id, gen_random_uuid(), id, 'depot', 'S' || n, ` + day + `, 1, 'USD', 1, 1, 'p', 'dividend', CASE WHEN n % 50 = 0 THEN 'open' ELSE 'rejected' END, '', now() FROM portfolios, generate_series(1, 2000) n`,
		`ANALYZE`,
	} {
		if _, err := admin.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	asOwner(t, pgtest.SQL(t, d.URL), id, func(tx *sql.Tx) {
		if _, err := tx.Exec(`SELECT see_portfolio($1)`, portfolio); err != nil {
			t.Fatal(err)
		}
		for _, p := range storetest.Plans() {
			index := p.Index
			if index == "" {
				index = p.Table + "_pkey"
			}
			plan := explain(t, tx, p.Fill(id.Tenant, id.User, portfolio, store.NewID(), "app_shared()", `{column} = ANY (ARRAY['S7', 'S8'])`))
			if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan on "+p.Table) {
				t.Errorf("%s: want it to use %s:\n%s", p.Name, index, plan)
			}
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
