package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// inForce is the condition under which a row belongs to a version: $3.
const inForce = ` AND entered <= $3 AND (superseded = 0 OR superseded > $3)`

func (t *tx) inForce(version int64) (condition string, args []any) {
	if version == store.Latest {
		return ` AND superseded = 0`, nil
	}
	return inForce, []any{version}
}

// Transactions implements store.LedgerReader.
func (t *tx) Transactions(ctx context.Context, portfolio string, version int64) ([]ledger.Transaction, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	condition, args := t.inForce(version)
	scanner := newBookingScanner()
	var all []ledger.Transaction
	err := t.each(ctx, func(rows *sql.Rows) error {
		all = append(all, ledger.Transaction{})
		return scanner.scan(rows, &all[len(all)-1])
	}, `SELECT `+bookingColumns+` FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2`+condition+` ORDER BY sequence`,
		append([]any{t.id.Tenant, portfolio}, args...)...)
	return all, t.named("ledger of "+portfolio, err)
}

// Rows implements store.LedgerReader.
func (t *tx) Rows(ctx context.Context, portfolio string, version int64) ([]store.Row, error) {
	condition, args := t.inForce(version)
	return t.selectRows(ctx, portfolio, condition+` ORDER BY sequence`, args...)
}

// History implements store.LedgerReader.
func (t *tx) History(ctx context.Context, portfolio string) ([]store.Row, error) {
	return t.selectRows(ctx, portfolio, ` ORDER BY sequence, entered`)
}

// selectRows are the rows of a portfolio that a condition, from $3 on, selects.
func (t *tx) selectRows(ctx context.Context, portfolio, condition string, args ...any) ([]store.Row, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.Row
	err := t.eachRow(ctx, func(r store.Row) { all = append(all, r) }, portfolio, condition, args...)
	return all, t.named("ledger of "+portfolio, err)
}

func (t *tx) eachRow(ctx context.Context, take func(store.Row), portfolio, condition string, args ...any) error {
	scanner := newBookingScanner()
	return t.each(ctx, func(rows *sql.Rows) error {
		r, err := scanner.scanRow(rows)
		if err == nil {
			take(r)
		}
		return err
	}, `SELECT `+rowColumns+` FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2`+condition,
		append([]any{t.id.Tenant, portfolio}, args...)...)
}

// rowByID is one row; the caller has asked for access.
func (t *tx) rowByID(ctx context.Context, portfolio, id string) (store.Row, error) {
	var found []store.Row
	err := t.eachRow(ctx, func(r store.Row) { found = append(found, r) }, portfolio, ` AND id = $3`, id)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return store.Row{}, err
	}
	return found[0], nil
}

// Row implements store.LedgerReader.
func (t *tx) Row(ctx context.Context, portfolio, id string) (store.Row, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return store.Row{}, err
	}
	r, err := t.rowByID(ctx, portfolio, id)
	return r, t.named("transaction "+id, err)
}

// Booking implements store.LedgerReader.
func (t *tx) Booking(ctx context.Context, portfolio, id string) ([]store.Row, error) {
	one, err := t.Row(ctx, portfolio, id)
	if err != nil {
		return nil, err
	}
	return t.selectRows(ctx, portfolio, ` AND sequence = $3 AND origin_id = $4 ORDER BY sequence, entered`, one.Sequence, one.Origin)
}

// ChangedIn implements store.LedgerReader.
func (t *tx) ChangedIn(ctx context.Context, portfolio string, version int64) (entered, removed []store.Row, err error) {
	if version <= 0 {
		return nil, nil, fmt.Errorf("version %d: %w", version, store.ErrNotFound)
	}
	entered, err = t.selectRows(ctx, portfolio, ` AND entered = $3 ORDER BY entered, sequence`, version)
	if err == nil {
		removed, err = t.selectRows(ctx, portfolio, ` AND superseded > 0 AND superseded = $3 ORDER BY superseded, sequence`, version)
	}
	return entered, removed, err
}

// LedgerVersion implements store.LedgerReader.
func (t *tx) LedgerVersion(ctx context.Context, portfolio string) (int64, error) {
	var v int64
	err := t.row(ctx, `SELECT p.version FROM portfolios p WHERE `+visible+` AND p.id = $3`, t.id.Tenant, t.id.User, portfolio).Scan(&v)
	return v, t.named("portfolio "+portfolio, err)
}

// VersionKnownOn implements store.LedgerReader.
func (t *tx) VersionKnownOn(ctx context.Context, portfolio string, at time.Time) (int64, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return 0, err
	}
	var v int64
	err := t.row(ctx, `SELECT COALESCE(MAX(version), 0) FROM versions WHERE tenant_id = $1 AND portfolio_id = $2 AND committed <= $3`,
		t.id.Tenant, portfolio, formatTime(at)).Scan(&v)
	return v, t.named("versions of "+portfolio, err)
}

// Versions implements store.LedgerReader.
func (t *tx) Versions(ctx context.Context, portfolio string, after int64) ([]store.Version, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.Version
	err := t.each(ctx, func(rows *sql.Rows) error {
		var v store.Version
		err := rows.Scan(&v.Version, timeOf{&v.Committed}, textOf{&v.User}, &v.Kind, &v.Reason, textOf{&v.Import}, dayOf{&v.FirstDate}, &v.Entered, &v.Removed)
		all = append(all, v)
		return err
	}, `SELECT version, committed, user_id, kind, reason, import_id, first_date, entered, removed FROM versions
		WHERE tenant_id = $1 AND portfolio_id = $2 AND version > $3 ORDER BY version`, t.id.Tenant, portfolio, after)
	return all, t.named("versions of "+portfolio, err)
}

const importColumns = `id, file, sha256, format, rows_read, booked, present, refused, ignored, version, undone, user_id, created`

func scanImport(portfolio string, row interface{ Scan(...any) error }) (store.Import, error) {
	i := store.Import{Portfolio: portfolio}
	err := row.Scan(textOf{&i.ID}, &i.File, &i.SHA256, &i.Format, &i.Read, &i.Booked, &i.Present, &i.Refused, &i.Ignored, &i.Version, &i.Undone,
		textOf{&i.User}, timeOf{&i.Created})
	return i, err
}

// Imports implements store.LedgerReader.
func (t *tx) Imports(ctx context.Context, portfolio string) ([]store.Import, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.Import
	err := t.each(ctx, func(rows *sql.Rows) error {
		i, err := scanImport(portfolio, rows)
		all = append(all, i)
		return err
	}, `SELECT `+importColumns+` FROM imports WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY created DESC, id DESC`, t.id.Tenant, portfolio)
	return all, t.named("imports", err)
}

func (t *tx) importByID(ctx context.Context, portfolio, id string) (store.Import, error) {
	return scanImport(portfolio, t.row(ctx, `SELECT `+importColumns+` FROM imports WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`+t.lock(),
		t.id.Tenant, portfolio, id))
}

func (t *tx) lock() string {
	if t.writes {
		return t.store.dialect.ForUpdate
	}
	return ""
}

// Import implements store.LedgerReader.
func (t *tx) Import(ctx context.Context, portfolio, id string) (store.Import, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return store.Import{}, err
	}
	i, err := t.importByID(ctx, portfolio, id)
	return i, t.named("import "+id, err)
}
