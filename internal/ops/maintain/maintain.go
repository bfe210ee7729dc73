// Package maintain is the upkeep of an installation: what is looked at and put in order
// each day, week and month.
//
// Model: a round is a report made of the audits that there are, of whether what has to be
// run beside it was run in time, and of work on the database that changes no row: its
// statistics, its free space, its indexes. Nothing is deleted that anybody entered.
//
// On SQLite the work is done beside a running server, as far as that needs no lock that
// would hold it up for long; what does is left to when the server is stopped, and said.
package maintain

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

const day = 24 * time.Hour

// Daily looks at what changes by itself and whether a backup was made, and renews the
// statistics that queries are planned with.
func Daily(ctx context.Context, i audit.Installation, r *check.Report) {
	i.Monitor(ctx, r)
	i.Recorded(ctx, r, "backup", "backup create", 26*time.Hour, "run `foliosight backup create --verify`")
	i.Recorded(ctx, r, "health", "health", 26*time.Hour, "run `foliosight health --full`")
	work(ctx, i, r, []step{
		{"statistics", `ANALYZE`, `PRAGMA optimize=0x10002`, "renewed"},
	})
}

// Weekly is Daily with the settings, whether backups were verified, and the database's
// free space; on SQLite its pages are read through.
func Weekly(ctx context.Context, i audit.Installation, settings check.Report, r *check.Report) {
	i.Security(ctx, settings, r)
	i.Recorded(ctx, r, "backup", "backup create", 26*time.Hour, "run `foliosight backup create --verify`")
	i.Recorded(ctx, r, "backup verified", "backup verify", 8*day, "run `foliosight backup verify`")
	i.Recorded(ctx, r, "performance", "perf", 8*day, "run `foliosight perf trends --days 7`")
	i.Recorded(ctx, r, "modules", "audit deps", 35*day, "run `foliosight audit deps --db all.zip`")
	work(ctx, i, r, []step{
		{"free space", `VACUUM (ANALYZE)`, `PRAGMA wal_checkpoint(PASSIVE)`, "taken back"},
		{"pages", ``, `PRAGMA quick_check(10)`, "read through, all sound"},
		{"statistics", ``, `PRAGMA optimize=0x10002`, "renewed"},
	})
}

// Monthly is Weekly with the restore drill, and makes indexes anew without locking.
func Monthly(ctx context.Context, i audit.Installation, settings check.Report, r *check.Report) {
	Weekly(ctx, i, settings, r)
	i.Recorded(ctx, r, "restore drill", "drill restore", 35*day, "run `foliosight drill restore`")
	work(ctx, i, r, []step{{"indexes", `REINDEX SCHEMA CONCURRENTLY ` + postgres.Schema, ``, "made anew, nobody was locked out"}})
	if !i.PostgreSQL() {
		r.Fine("indexes", "those of SQLite do not wear out; `foliosight db verify` holds them against their tables when the server is stopped")
	}
}

// step is a piece of work on the database; a statement that is empty is not for it.
type step struct{ name, postgres, sqlite, done string }

// work runs steps one after the other; each stands for itself.
func work(ctx context.Context, i audit.Installation, r *check.Report, steps []step) {
	const what = "database: "
	db, err := open(i)
	if err != nil {
		cure := "see that the database answers"
		if errors.Is(err, errNoOwner) {
			cure = "set DATABASE_ADMIN_URL for this command"
		}
		r.Unknown(what+"upkeep", err.Error(), cure)
		return
	}
	defer db.Close()
	for _, s := range steps {
		statement := s.sqlite
		if i.PostgreSQL() {
			statement = s.postgres
		}
		if statement == "" {
			continue
		}
		began := time.Now()
		said, err := run(ctx, db, statement)
		switch {
		case err != nil:
			r.Unknown(what+s.name, err.Error(), "run it again when less is going on")
		case said != "":
			r.Find(what+s.name, said, "restore the last backup beside it (`foliosight restore FILE --into URL`), and compare")
		default:
			r.Fine(what+s.name, fmt.Sprintf("%s in %s", s.done, time.Since(began).Round(time.Millisecond)))
		}
	}
}

var errNoOwner = errors.New("statistics and indexes belong to the role that owns the schema")

func open(i audit.Installation) (*sql.DB, error) {
	if i.PostgreSQL() {
		if i.Admin == "" {
			return nil, errNoOwner
		}
		return postgres.OwnerPool(i.Admin)
	}
	if _, err := os.Stat(i.SQLite()); err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	return sqlite.Queue(i.SQLite())
}

// run runs one statement and gives back what it complains of: the rows of a look through
// pages that are not "ok". Statements that report numbers complain of nothing.
func run(ctx context.Context, db *sql.DB, statement string) (says string, err error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for k := range values {
			values[k] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return "", err
		}
		if text, ok := (*values[0].(*any)).(string); ok && text != "ok" && len(columns) == 1 {
			says += text + "; "
		}
	}
	return says, rows.Err()
}
