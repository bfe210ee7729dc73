package performance

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// Database is a database that is looked at and not changed.
type Database struct {
	DB       *sql.DB
	Postgres bool
}

// From which size on a table is worth an index, and how much larger than the whole a scan
// may be.
const (
	largeTable  = 10_000 // rows
	listed      = 10
	wastedIndex = 1 << 20 // bytes of an index that nobody used
)

// newest is the statement of the newest bookings of a portfolio, as the page asks it.
const newest = `SELECT * FROM transactions WHERE tenant_id = '%s' AND portfolio_id = '%s' AND superseded = 0 ORDER BY date DESC, sequence DESC, entered DESC LIMIT 51`

// Statements says which statements take long on average or in all. Their constants are not
// in what PostgreSQL keeps of them.
func (d Database) Statements(ctx context.Context, r *check.Report, threshold time.Duration) {
	const name = "statements"
	if !d.Postgres {
		return // SQLite keeps nothing of statements; requests are timed
	}
	var schema string
	err := d.DB.QueryRowContext(ctx, `SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`).Scan(&schema)
	if err == sql.ErrNoRows {
		r.Unknown(name, "pg_stat_statements is not in this database, so nobody counts statements", "set shared_preload_libraries = 'pg_stat_statements', restart PostgreSQL, and run as a superuser: CREATE EXTENSION pg_stat_statements; GRANT pg_read_all_stats to the role that looks")
		return
	}
	if err != nil {
		r.Unknown(name, err.Error(), "")
		return
	}
	// What other roles ran is there without its text; it is no answer that none of it is slow.
	var hidden int64
	err = d.DB.QueryRowContext(ctx, `SELECT count(*) FROM `+schema+`.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND query = '<insufficient privilege>' AND mean_exec_time >= $1`, float64(threshold)/float64(time.Millisecond)).Scan(&hidden)
	if err != nil {
		r.Unknown(name, err.Error(), "add pg_stat_statements to shared_preload_libraries and restart PostgreSQL")
		return
	}
	if hidden > 0 {
		r.Unknown(name, fmt.Sprintf("%d of other roles take %s or more on average, and this role may not see which", hidden, threshold), "as a superuser: GRANT pg_read_all_stats TO the role of DATABASE_ADMIN_URL, or of DATABASE_URL where there is none")
		return
	}
	rows, err := d.DB.QueryContext(ctx, `SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 160), calls, total_exec_time, mean_exec_time, max_exec_time
		FROM `+schema+`.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND query ~* '^\s*(select|insert|update|delete|with)\M' AND mean_exec_time >= $1
		ORDER BY total_exec_time DESC LIMIT $2`, float64(threshold)/float64(time.Millisecond), listed)
	if err != nil {
		r.Unknown(name, err.Error(), "add pg_stat_statements to shared_preload_libraries and restart PostgreSQL")
		return
	}
	defer rows.Close()
	var slow []string
	for rows.Next() {
		var query string
		var calls int64
		var total, mean, longest float64
		if err := rows.Scan(&query, &calls, &total, &mean, &longest); err != nil {
			r.Unknown(name, err.Error(), "")
			return
		}
		slow = append(slow, fmt.Sprintf("%.0f ms on average, %.0f ms at most, %d times: %s", mean, longest, calls, query))
	}
	if err := rows.Err(); err != nil {
		r.Unknown(name, err.Error(), "")
		return
	}
	if len(slow) == 0 {
		r.Fine(name, fmt.Sprintf("none takes %s or more on average", threshold))
		return
	}
	r.Find(name, fmt.Sprintf("%d take %s or more on average; %s", len(slow), threshold, strings.Join(slow, "; ")), "look at their plans (EXPLAIN), and at the sequential scans and unused indexes of `foliosight perf report`")
}

// Sizes says how large the database is, and its largest tables.
func (d Database) Sizes(ctx context.Context, r *check.Report) []Figure {
	const name = "sizes"
	query := `SELECT relname::text, pg_total_relation_size(relid), n_live_tup FROM pg_stat_user_tables WHERE schemaname = 'foliosight' ORDER BY 2 DESC, 1`
	if !d.Postgres {
		query = `SELECT COALESCE(m.tbl_name, s.name), SUM(s.pgsize), -1 FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC, 1`
	}
	rows, err := d.DB.QueryContext(ctx, query)
	if err != nil {
		r.Unknown(name, err.Error(), "")
		return nil
	}
	defer rows.Close()
	var all []Figure
	var said []string
	whole := int64(0)
	for rows.Next() {
		var table string
		var size, count int64
		if err := rows.Scan(&table, &size, &count); err != nil {
			r.Unknown(name, err.Error(), "")
			return nil
		}
		whole += size
		all = append(all, Figure{"size of " + table, "bytes", float64(size)})
		if len(said) < listed {
			text := table + " " + bytesOf(size)
			if count >= 0 {
				text += fmt.Sprintf(" (some %d rows)", count)
			}
			said = append(said, text)
		}
	}
	if err := rows.Err(); err != nil {
		r.Unknown(name, err.Error(), "")
		return nil
	}
	r.Fine(name, fmt.Sprintf("%s in %d tables with their indexes; the largest: %s", bytesOf(whole), len(all), strings.Join(said, ", ")))
	return all
}

func bytesOf(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
}

// Indexes says which indexes nobody used, and which tables are read from end to end. SQLite
// counts neither, and of it nothing is said.
func (d Database) Indexes(ctx context.Context, r *check.Report) {
	if !d.Postgres {
		return
	}
	d.list(ctx, r, "unused indexes", fmt.Sprintf(`SELECT s.indexrelname || ' of ' || s.relname || ' (' || pg_size_pretty(pg_relation_size(s.indexrelid)) || ')' FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
		WHERE s.schemaname = 'foliosight' AND s.idx_scan = 0 AND NOT i.indisunique AND pg_relation_size(s.indexrelid) >= %d ORDER BY pg_relation_size(s.indexrelid) DESC, 1`, wastedIndex),
		"each index of 1 MiB or more was used since statistics began", "not used since statistics began: ", "statistics that are young say little (SELECT stats_reset FROM pg_stat_database); every index is one that a statement of this program needs")
	d.list(ctx, r, "sequential scans", fmt.Sprintf(`SELECT relname || ' (' || seq_scan || ' scans of ' || seq_tup_read / seq_scan || ' rows each, ' || COALESCE(idx_scan, 0) || ' by index)' FROM pg_stat_user_tables
		WHERE schemaname = 'foliosight' AND n_live_tup >= %d AND seq_scan > COALESCE(idx_scan, 0) AND seq_tup_read / GREATEST(seq_scan, 1) >= %d ORDER BY seq_tup_read DESC, 1`, largeTable, largeTable),
		fmt.Sprintf("no table of %d rows or more is mostly read from end to end", largeTable), "mostly read from end to end: ", "run ANALYZE, then look at the plans; backups and moves read whole tables too")
}

func (d Database) list(ctx context.Context, r *check.Report, name, query, fine, found, cure string) {
	rows, err := d.DB.QueryContext(ctx, query)
	if err != nil {
		r.Unknown(name, err.Error(), "")
		return
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			r.Unknown(name, err.Error(), "")
			return
		}
		all = append(all, one)
	}
	switch err := rows.Err(); {
	case err != nil:
		r.Unknown(name, err.Error(), "")
	case len(all) == 0:
		r.Fine(name, fine)
	default:
		r.Find(name, found+strings.Join(all[:min(len(all), listed)], ", "), cure)
	}
}

// Newest says how the newest bookings of a portfolio are found. On PostgreSQL only the
// plan is asked for; SQLite is also timed on the portfolio with most bookings.
func (d Database) Newest(ctx context.Context, r *check.Report) []Figure {
	const name = "newest bookings"
	tenant, portfolio, count := "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000", int64(0)
	explain := "EXPLAIN "
	if !d.Postgres {
		explain = "EXPLAIN QUERY PLAN "
		err := d.DB.QueryRowContext(ctx, `SELECT tenant_id, portfolio_id, COUNT(*) FROM transactions GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 1`).Scan(&tenant, &portfolio, &count)
		if err != nil && err != sql.ErrNoRows {
			r.Unknown(name, err.Error(), "")
			return nil
		}
	} else if err := d.DB.QueryRowContext(ctx, `SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass('foliosight.transactions')`).Scan(&count); err != nil {
		r.Unknown(name, err.Error(), "")
		return nil
	}
	statement := fmt.Sprintf(newest, tenant, portfolio)
	plan, err := d.plan(ctx, explain+statement)
	if err != nil {
		r.Unknown(name, err.Error(), "")
		return nil
	}
	var figures []Figure
	says := plan
	if !d.Postgres && count > 0 {
		began := time.Now()
		rows, err := d.DB.QueryContext(ctx, statement)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Close()
		}
		if err != nil {
			r.Unknown(name, err.Error(), "")
			return nil
		}
		took := time.Since(began)
		figures = append(figures, Figure{"newest bookings", "ms", float64(took) / float64(time.Millisecond)})
		says = fmt.Sprintf("%s of %d bookings: %s", took.Round(10*time.Microsecond), count, plan)
	}
	whole := strings.Contains(plan, "Seq Scan on transactions") || strings.Contains(plan, "SCAN transactions") && !strings.Contains(plan, "USING INDEX")
	if whole && count >= largeTable {
		r.Find(name, "the whole table is read: "+says, "run `foliosight db verify`: the index transactions_date has to be there; then ANALYZE")
		return figures
	}
	r.Fine(name, says)
	return figures
}

func (d Database) plan(ctx context.Context, explain string) (string, error) {
	rows, err := d.DB.QueryContext(ctx, explain)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var lines []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return "", err
		}
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprint(values[len(values)-1])), " "))
	}
	return strings.Join(lines, "; "), rows.Err()
}
