package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store/storetest"
)

// Each way to the rows of a ledger has its index: none reads the whole ledger to find
// a few rows of it.
func TestAccessPaths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "books.db")
	s, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const ofLedger = `SELECT * FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2`
	for name, c := range map[string]struct{ query, index string }{
		"in entry order":       {ofLedger + ` AND superseded = 0 ORDER BY sequence`, "transactions_order"},
		"what came in":         {ofLedger + ` AND entered = $3 ORDER BY entered, sequence`, "transactions_entered"},
		"what went out":        {ofLedger + ` AND superseded > 0 AND superseded = $3 ORDER BY superseded, sequence`, "transactions_superseded"},
		"of an import":         {ofLedger + ` AND import_id = $3 AND superseded = 0`, "transactions_import"},
		"by id":                {ofLedger + ` AND id = $3`, "sqlite_autoindex_transactions_1"},
		"the newest":           {ofLedger + ` AND superseded = 0 ORDER BY date DESC, sequence DESC, entered DESC LIMIT 51`, "transactions_date"},
		"how many":             {`SELECT COUNT(*) FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2 AND superseded = 0`, "COVERING INDEX transactions_date"},
		"the history of one":   {ofLedger + ` AND sequence = $3 AND origin_id = $4 ORDER BY sequence, entered`, "transactions_order"},
		"blocks of a symbol":   {`SELECT body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND year >= $3 AND year <= $4 AND symbol = $5 AND source = $6 ORDER BY year`, "sqlite_autoindex_blocks_1"},
		"a session by token":   {`SELECT id FROM sessions WHERE token_hash = $1`, "sessions_token"},
		"portfolios of a user": {`SELECT id FROM portfolios p WHERE p.tenant_id = $1 AND p.owner_id = $2`, "portfolios"},
	} {
		plan := explain(t, db, c.query)
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "SCAN") {
			t.Errorf("%s: plan %s, want it to use %s", name, plan, c.index)
		}
	}
}

// So have the newer tables.
func TestAccessPathsOfMarketData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "books.db")
	s, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, p := range storetest.Plans() {
		index := p.Index
		if index == "" {
			index = "sqlite_autoindex_" + p.Table + "_1"
		}
		plan := explain(t, db, p.Fill("t", "u", "p", "i", "'s'", `{column} IN (SELECT value FROM json_each('["S7", "S8"]'))`))
		if !strings.Contains(plan, index) || scans(plan, p.Table) {
			t.Errorf("%s: plan %s, want it to use %s", p.Name, plan, index)
		}
	}
}

// scans reports whether a plan reads a table from its beginning to its end.
func scans(plan, table string) bool {
	for step := range strings.SplitSeq(plan, "; ") {
		if strings.HasPrefix(step, "SCAN "+table) || strings.HasPrefix(step, "SCAN g") {
			return true
		}
	}
	return false
}

func explain(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	given := []any{"t", "p", "x", "y", "z", "s"}[:strings.Count(query, "$")]
	rows, err := db.Query(`EXPLAIN QUERY PLAN `+query, given...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	return strings.Join(steps, "; ")
}
