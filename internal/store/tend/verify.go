package tend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/block"
	"github.com/foliosight/foliosight/internal/store/migrations"
)

// Finding is something that is not as it has to be.
type Finding struct {
	Object  string `json:"object"`
	Problem string `json:"problem"`
}

// Report is what Verify found.
type Report struct {
	Database   string    `json:"database"`
	Migrations int       `json:"migrations"`
	Tables     int       `json:"tables"`
	Tenants    int       `json:"tenants"`
	Events     int64     `json:"events"`
	Blocks     int       `json:"blocks"`
	Findings   []Finding `json:"findings"`
}

func (r *Report) find(object, problem string, args ...any) {
	r.Findings = append(r.Findings, Finding{object, fmt.Sprintf(problem, args...)})
}

// laws are what holds in every sound database: each query answers with what breaks it.
var laws = []struct{ object, problem, query string }{
	{"portfolios", "the ledger's version is not the last one noted", `SELECT p.id FROM portfolios p WHERE p.version <>
		(SELECT COALESCE(MAX(v.version), 0) FROM versions v WHERE v.tenant_id = p.tenant_id AND v.portfolio_id = p.id)`},
	{"versions", "versions of a ledger have gaps", `SELECT portfolio_id FROM versions GROUP BY tenant_id, portfolio_id HAVING COUNT(*) <> MAX(version) OR MIN(version) <> 1`},
	{"versions", "a version is dated before the one it follows", `SELECT v.portfolio_id FROM versions v JOIN versions w
		ON w.tenant_id = v.tenant_id AND w.portfolio_id = v.portfolio_id AND w.version = v.version + 1 WHERE w.committed < v.committed`},
	{"versions", "a version says that other rows came in than did", `SELECT v.portfolio_id FROM versions v WHERE v.entered <>
		(SELECT COUNT(*) FROM transactions t WHERE t.tenant_id = v.tenant_id AND t.portfolio_id = v.portfolio_id AND t.entered = v.version)`},
	{"versions", "a version says that other rows went out than did", `SELECT v.portfolio_id FROM versions v WHERE v.removed <>
		(SELECT COUNT(*) FROM transactions t WHERE t.tenant_id = v.tenant_id AND t.portfolio_id = v.portfolio_id AND t.superseded > 0 AND t.superseded = v.version)`},
	{"transactions", "a row went out before it came in", `SELECT id FROM transactions WHERE superseded > 0 AND superseded <= entered`},
	{"transactions", "a row is of a version or an order that the ledger has not reached", `SELECT t.id FROM transactions t JOIN portfolios p ON p.tenant_id = t.tenant_id AND p.id = t.portfolio_id
		WHERE t.entered > p.version OR t.superseded > p.version OR t.sequence > p.sequence OR t.entered < 1 OR t.sequence < 1`},
	{"transactions", "a row replaces one that is not there", `SELECT t.id FROM transactions t WHERE t.replaces_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM transactions o WHERE o.tenant_id = t.tenant_id AND o.portfolio_id = t.portfolio_id AND o.id = t.replaces_id AND o.origin_id = t.origin_id AND o.sequence = t.sequence)`},
	{"transactions", "two rows of one booking are in force", `SELECT origin_id FROM transactions WHERE superseded = 0 GROUP BY tenant_id, portfolio_id, origin_id HAVING COUNT(*) > 1`},
	{"transactions", "a row came with an import that is not there", `SELECT t.id FROM transactions t WHERE t.import_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM imports i WHERE i.tenant_id = t.tenant_id AND i.portfolio_id = t.portfolio_id AND i.id = t.import_id)`},
	{"market_versions", "versions of the market have gaps", `SELECT tenant_id FROM market_versions GROUP BY tenant_id HAVING COUNT(*) <> MAX(version) OR MIN(version) <> 1`},
	{"blocks", "a block is of a version that there is not", `SELECT symbol FROM blocks b WHERE NOT EXISTS (SELECT 1 FROM market_versions m WHERE m.tenant_id = b.tenant_id AND m.version = b.version)`},
	{"blocks_history", "a block went out before it came in", `SELECT symbol FROM blocks_history WHERE until <= version`},
	{"days", "a day is of a version that there is not", `SELECT source FROM days d WHERE NOT EXISTS (SELECT 1 FROM market_versions m WHERE m.tenant_id = d.tenant_id AND m.version = d.version)`},
	{"income_proposals", "what was confirmed names no booking", `SELECT i.id FROM income_proposals i WHERE i.status IN ('confirmed', 'edited') AND NOT EXISTS
		(SELECT 1 FROM transactions t WHERE t.tenant_id = i.tenant_id AND t.portfolio_id = i.portfolio_id AND t.origin_id = i.transaction_id)`},
	{"tenants", "the audit trail has other events than its head says", `SELECT t.id FROM tenants t WHERE t.event_sequence <> (SELECT COUNT(*) FROM events e WHERE e.tenant_id = t.id)`},
	{"users", "a tenant has no owner", `SELECT t.id FROM tenants t WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = t.id AND u.role = 'owner')`},
	{"snapshots", "revisions of a day have gaps", `SELECT portfolio_id FROM snapshots GROUP BY tenant_id, portfolio_id, day HAVING COUNT(*) <> MAX(revision)`},
	{"closings", "closings of a portfolio have gaps", `SELECT portfolio_id FROM closings GROUP BY tenant_id, portfolio_id HAVING COUNT(*) <> MAX(sequence)`},
}

// Verify looks through a whole database: the schema and the checksums of its migrations,
// references, the laws of ledgers and versions, the checksum of every block of prices,
// and the audit trail of every tenant. An error says that it could not look.
func Verify(ctx context.Context, d *Database) (Report, error) {
	r := Report{Database: d.Name, Findings: []Finding{}}
	missing, err := d.Plan(ctx)
	switch {
	case errors.Is(err, store.ErrDrift), errors.Is(err, store.ErrNewer):
		r.find("migrations", "%v", err)
		return r, nil
	case err != nil:
		return r, err
	case len(missing) > 0:
		r.find("migrations", "not run: %s", strings.Join(missing, ", "))
		return r, nil
	}
	applied, err := d.Applied(ctx)
	if err != nil {
		return r, err
	}
	r.Migrations = len(applied)
	for _, check := range []func(context.Context, *Database, *Report) error{verifyTables, verifyReferences, verifyLaws, verifyBlocks, verifyTrails} {
		if err := check(ctx, d, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func verifyTables(ctx context.Context, d *Database, r *Report) error {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	if d.Postgres {
		query = `SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`
	}
	there := map[string]bool{}
	if err := list(ctx, d.DB, query, func(name string) { there[name] = true }); err != nil {
		return err
	}
	for _, t := range migrations.Catalogue() {
		if !there[t.Name] {
			r.find(t.Name, "the table is not there")
		}
	}
	r.Tables = len(there)
	return nil
}

// verifyReferences holds references against what they refer to. PostgreSQL keeps them
// itself, unless they were switched off.
func verifyReferences(ctx context.Context, d *Database, r *Report) error {
	query := `SELECT DISTINCT "table" || ' refers to ' || "parent" FROM pragma_foreign_key_check`
	if d.Postgres {
		query = `SELECT conrelid::regclass::text || ': ' || conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND NOT convalidated
			UNION ALL SELECT tgrelid::regclass::text || ': ' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
			WHERE c.relnamespace = current_schema()::regnamespace AND tgisinternal AND tgenabled = 'D'`
	}
	return list(ctx, d.DB, query, func(what string) { r.find("references", "%s is broken or not enforced", what) })
}

func verifyLaws(ctx context.Context, d *Database, r *Report) error {
	const shown = 5
	for _, law := range laws {
		var broken []string
		n := 0
		err := list(ctx, d.DB, law.query, func(what string) {
			if n++; n <= shown {
				broken = append(broken, what)
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", law.object, err)
		}
		if n > 0 {
			r.find(law.object, "%s: %d, such as %s", law.problem, n, strings.Join(broken, ", "))
		}
	}
	return nil
}

// verifyBlocks reads every block of a series.
func verifyBlocks(ctx context.Context, d *Database, r *Report) error {
	for _, table := range []string{"blocks", "blocks_history"} {
		rows, err := d.DB.QueryContext(ctx, `SELECT kind, symbol, source, year, body FROM `+table+` WHERE kind <> 'actions'`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind, symbol, source string
			var year int64
			var body sql.RawBytes
			if err := rows.Scan(&kind, &symbol, &source, &year, &body); err != nil {
				return err
			}
			var b block.Block
			if err := block.Read(&b, body); err != nil {
				r.find(table, "%s of %s from %s in %d: %v", kind, symbol, source, year, err)
			}
			r.Blocks++
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return verifyDays(ctx, d, r)
}

// verifyDays reads every day of many series.
func verifyDays(ctx context.Context, d *Database, r *Report) error {
	rows, err := d.DB.QueryContext(ctx, `SELECT kind, source, version, body FROM days`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, source string
		var version int64
		var body sql.RawBytes
		if err := rows.Scan(&kind, &source, &version, &body); err != nil {
			return err
		}
		if _, err := block.ReadRow(body); err != nil {
			r.find("days", "%s from %s in version %d: %v", kind, source, version, err)
		}
		r.Blocks++
	}
	return rows.Err()
}

// verifyTrails recomputes the audit trail of every tenant.
func verifyTrails(ctx context.Context, d *Database, r *Report) error {
	tenants, err := d.store.Tenants(ctx)
	if err != nil {
		return err
	}
	r.Tenants = len(tenants)
	for _, tenant := range tenants {
		owner, err := d.store.OwnerOf(ctx, tenant)
		if err != nil {
			r.find("tenant "+tenant, "its audit trail was not read: %v", err)
			continue
		}
		err = d.store.Read(ctx, store.Identity{Tenant: tenant, User: owner}, func(ctx context.Context, v store.View) error {
			n, err := v.VerifyEvents(ctx)
			r.Events += n
			return err
		})
		if errors.Is(err, store.ErrDamaged) {
			r.find("tenant "+tenant, "%v", err)
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list gives the first column of every row, as text.
func list(ctx context.Context, q reader, query string, take func(string)) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var what any
		if err := rows.Scan(&what); err != nil {
			return err
		}
		if b, ok := what.([]byte); ok {
			what = string(b)
		}
		take(fmt.Sprint(what))
	}
	return rows.Err()
}
