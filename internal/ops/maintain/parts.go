package maintain

import (
	"context"

	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// Statistics renews the statistics that queries are planned with, and nothing else.
func Statistics(ctx context.Context, i audit.Installation, r *check.Report) {
	work(ctx, i, r, []step{{"statistics", `ANALYZE`, `PRAGMA optimize=0x10002`, "renewed"}})
}

// Pages reads the pages of a SQLite file through, beside its server; of PostgreSQL it says
// nothing.
func Pages(ctx context.Context, i audit.Installation, r *check.Report) {
	if !i.PostgreSQL() {
		work(ctx, i, r, []step{{"pages", ``, `PRAGMA quick_check(10)`, "read through, all sound"}})
	}
}
