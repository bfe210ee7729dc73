package incident

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// longNow is from when on a statement that runs is long.
const longNow = 30 * time.Second

// Waiting says which statements of PostgreSQL run for long now, and which wait for a lock
// and for whom. Their text is not said. Without the role of the owner those of other roles
// are not seen.
func Waiting(ctx context.Context, db *sql.DB, r *check.Report) error {
	rows, err := db.QueryContext(ctx, `SELECT pid, COALESCE(application_name, ''), state, EXTRACT(EPOCH FROM now() - COALESCE(xact_start, query_start))::bigint, COALESCE(array_to_string(pg_blocking_pids(pid), ', '), '')
		FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction', 'idle in transaction (aborted)') ORDER BY 4 DESC`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var long, blocked []string
	all := 0
	for rows.Next() {
		var pid, seconds int64
		var name, state, by string
		if err := rows.Scan(&pid, &name, &state, &seconds, &by); err != nil {
			return err
		}
		all++
		if by != "" {
			blocked = append(blocked, fmt.Sprintf("%d (%s) waits for %s", pid, name, by))
		}
		if time.Duration(seconds)*time.Second >= longNow {
			long = append(long, fmt.Sprintf("%d (%s) is %s for %d s", pid, name, state, seconds))
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(long) == 0 {
		r.Fine("running now", fmt.Sprintf("%d statements and transactions, none for %s", all, longNow))
	} else {
		r.Find("running now", strings.Join(long, "; "), "end one that should not run with SELECT pg_terminate_backend(PID) as the owner of the database")
	}
	if len(blocked) == 0 {
		r.Fine("locks", "nobody waits for another")
	} else {
		r.Find("locks", strings.Join(blocked, "; "), "end what they wait for with SELECT pg_terminate_backend(PID) as the owner of the database")
	}
	return nil
}
