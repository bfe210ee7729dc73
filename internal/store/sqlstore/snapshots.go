package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

const snapshotColumns = `day, revision, taken, ledger, market_shared, market_own, settings, engine, format, sha256, size`

// snapshotFields are where the columns of a snapshot go.
func snapshotFields(s *store.Snapshot) []any {
	return []any{dayOf{&s.Day}, &s.Revision, timeOf{&s.Taken}, &s.Ledger, &s.Market.Shared, &s.Market.Own, &s.Settings, &s.Engine, &s.Format, &s.SHA256, &s.Size}
}

// Snapshots implements store.JobReader.
func (t *tx) Snapshots(ctx context.Context, portfolio string, before date.Date, limit int) ([]store.Snapshot, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	if before.IsNone() || before == 0 {
		before = date.MustParse("9999-12-31")
	}
	var all []store.Snapshot
	err := t.each(ctx, func(rows *sql.Rows) error {
		s := store.Snapshot{Portfolio: portfolio}
		err := rows.Scan(snapshotFields(&s)...)
		all = append(all, s)
		return err
	}, `SELECT `+snapshotColumns+` FROM snapshots WHERE tenant_id = $1 AND portfolio_id = $2 AND day < $3 ORDER BY day DESC, revision DESC LIMIT $4`,
		t.id.Tenant, portfolio, before.String(), limit)
	return all, t.named("snapshots", err)
}

// Snapshot implements store.JobReader.
func (t *tx) Snapshot(ctx context.Context, portfolio string, day date.Date, revision int) (store.Snapshot, error) {
	s := store.Snapshot{Portfolio: portfolio}
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return s, err
	}
	err := t.row(ctx, `SELECT `+snapshotColumns+`, body FROM snapshots WHERE tenant_id = $1 AND portfolio_id = $2 AND day = $3
		AND (revision = $4 OR $4 = 0) ORDER BY revision DESC LIMIT 1`, t.id.Tenant, portfolio, day.String(), revision).
		Scan(append(snapshotFields(&s), &s.Body)...)
	return s, t.named(fmt.Sprintf("snapshot of %s", day), err)
}

// KeepSnapshot implements store.JobWriter.
func (t *tx) KeepSnapshot(ctx context.Context, s store.Snapshot) (revision int, err error) {
	err = t.write(fmt.Sprintf("snapshot of %s", s.Day), func() error {
		if err := t.access(ctx, s.Portfolio, store.CanTrade); err != nil {
			return err
		}
		last := store.Snapshot{}
		err := t.row(ctx, `SELECT `+snapshotColumns+` FROM snapshots WHERE tenant_id = $1 AND portfolio_id = $2 AND day = $3 ORDER BY revision DESC LIMIT 1`,
			t.id.Tenant, s.Portfolio, s.Day.String()).Scan(snapshotFields(&last)...)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case last.Basis == s.Basis && last.Settings == s.Settings && last.Format == s.Format:
			revision = last.Revision
			return nil
		}
		revision = last.Revision + 1
		_, err = t.exec(ctx, `INSERT INTO snapshots (tenant_id, portfolio_id, `+snapshotColumns+`, body)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			t.id.Tenant, s.Portfolio, s.Day.String(), revision, formatTime(t.stamp()), s.Ledger, s.Market.Shared, s.Market.Own, s.Settings, s.Engine, s.Format, s.SHA256, len(s.Body), s.Body)
		return err
	})
	return revision, err
}
