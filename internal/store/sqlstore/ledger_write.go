package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// head is the state of a ledger that a change starts from, read under lock.
type head struct {
	version  int64
	sequence int64
	last     time.Time // when the current version was committed
}

func (t *tx) lockLedger(ctx context.Context, portfolio string, expected int64) (head, error) {
	var h head
	err := t.row(ctx, `SELECT version, sequence FROM portfolios WHERE tenant_id = $1 AND id = $2`+t.store.dialect.ForUpdate, t.id.Tenant, portfolio).
		Scan(&h.version, &h.sequence)
	if err != nil {
		return h, err
	}
	if expected != store.AnyVersion && expected != h.version {
		return h, fmt.Errorf("version %d is not the current %d: %w", expected, h.version, store.ErrStale)
	}
	if h.version > 0 {
		err = t.row(ctx, `SELECT committed FROM versions WHERE tenant_id = $1 AND portfolio_id = $2 AND version = $3`, t.id.Tenant, portfolio, h.version).
			Scan(timeOf{&h.last})
	}
	return h, err
}

// Hold implements store.LedgerWriter.
func (t *tx) Hold(ctx context.Context, portfolio string) error {
	return t.write("hold the ledger of "+portfolio, func() error {
		if err := t.access(ctx, portfolio, store.CanTrade); err != nil {
			return err
		}
		_, err := t.lockLedger(ctx, portfolio, store.AnyVersion)
		return err
	})
}

// Append implements store.LedgerWriter.
func (t *tx) Append(ctx context.Context, c store.Change) (v store.Version, err error) {
	err = t.write(fmt.Sprintf("%s in portfolio %s", c.Kind, c.Portfolio), func() error {
		v, err = t.append(ctx, c)
		return err
	})
	return v, err
}

func (t *tx) append(ctx context.Context, c store.Change) (store.Version, error) {
	if err := t.access(ctx, c.Portfolio, store.CanTrade); err != nil {
		return store.Version{}, err
	}
	var faults ledger.Faults
	for i := range c.Enter {
		faults = append(faults, checkBounds(i+1, &c.Enter[i].Transaction)...)
	}
	if len(faults) > 0 {
		return store.Version{}, faults
	}
	h, err := t.lockLedger(ctx, c.Portfolio, c.Expected)
	if err != nil {
		return store.Version{}, err
	}
	closing, err := t.lastClosing(ctx, c.Portfolio)
	if err != nil {
		return store.Version{}, err
	}
	w := &ledgerWrite{tx: t, portfolio: c.Portfolio, head: h, change: c,
		closed:  closedDays{through: closing.Through},
		version: store.Version{Version: h.version + 1, Committed: t.stamp(), User: t.id.User, Kind: c.Kind, Reason: c.Reason, Import: c.Import, FirstDate: date.None}}
	if w.version.Committed.Before(h.last) {
		w.version.Committed = h.last // the clock was put back; versions never are
	}
	return w.run(ctx)
}

// ledgerWrite is one change under way.
type ledgerWrite struct {
	*tx
	portfolio string
	head      head
	change    store.Change
	version   store.Version
	removed   []string             // ids of rows that go out
	replaced  map[string]store.Row // rows that were in force, whose place entries take, until they are asked for
	closed    closedDays
}

func (w *ledgerWrite) run(ctx context.Context) (store.Version, error) {
	before, after := sha256.New(), sha256.New()
	if err := w.takeOutAll(ctx, w.change.Remove); err != nil {
		return w.version, err
	}
	if err := w.makeRoom(ctx); err != nil {
		return w.version, err
	}
	rows := make([][]any, 0, len(w.change.Enter))
	for i := range w.change.Enter {
		w.closed.meet(i+1, "", w.change.Enter[i].Date)
		values, row, err := w.enter(ctx, &w.change.Enter[i])
		if err != nil {
			return w.version, fmt.Errorf("entry %d: %w", i+1, err)
		}
		hashValues(after, values)
		rows = append(rows, row)
	}
	if err := w.insertRows(ctx, `transactions`, insertColumns, rows); err != nil {
		return w.version, err
	}
	if len(w.closed.faults) > 0 {
		return w.version, w.closed.faults
	}
	if w.version.Entered == 0 && w.version.Removed == 0 {
		w.version.Version, w.version.Committed = w.head.version, w.head.last
		return w.version, nil
	}
	for _, id := range w.removed {
		field(before, []byte(id))
	}
	return w.version, w.commit(ctx, before.Sum(nil), after.Sum(nil))
}

// insertColumns are those of a new row, in the order of enter.
var insertColumns = slices.Concat([]string{"tenant_id", "portfolio_id"}, strings.FieldsFunc(bookingColumns, func(r rune) bool { return !unicode.IsLower(r) && r != '_' }),
	[]string{"origin_id", "replaces_id", "sequence", "entered", "import_id"})

// atOnce is how many rows are superseded by one statement.
const atOnce = 5000

// takeOutAll supersedes rows that have no successor.
func (w *ledgerWrite) takeOutAll(ctx context.Context, ids []string) error {
	for part := range slices.Chunk(ids, atOnce) {
		inForce := make(map[string]store.Row, len(part))
		err := w.eachRow(ctx, func(r store.Row) { inForce[r.ID] = r }, w.portfolio, ` AND `+w.store.dialect.in("id", 3), w.store.dialect.list(part))
		if err != nil {
			return err
		}
		for _, id := range part {
			row, found := inForce[id]
			switch {
			case !found:
				return fmt.Errorf("row %s: %w", id, sql.ErrNoRows)
			case row.Superseded != 0:
				return fmt.Errorf("row %s went out in version %d: %w", id, row.Superseded, store.ErrStale)
			}
			w.goesOut(row)
			row.Superseded = w.version.Version
			inForce[id] = row
		}
		if err := w.supersede(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom supersedes the rows in force whose place entries take, many at once:
// predecessor hands them out.
func (w *ledgerWrite) makeRoom(ctx context.Context) error {
	var ids []string
	for i := range w.change.Enter {
		if id := w.change.Enter[i].Replaces; id != "" {
			ids = append(ids, id)
		}
	}
	w.replaced = make(map[string]store.Row, len(ids))
	for part := range slices.Chunk(ids, atOnce) {
		var inForce []string
		err := w.eachRow(ctx, func(r store.Row) {
			if r.Superseded == 0 {
				w.replaced[r.ID] = r
				inForce = append(inForce, r.ID)
			}
		}, w.portfolio, ` AND `+w.store.dialect.in("id", 3), w.store.dialect.list(part))
		if err == nil && len(inForce) > 0 {
			err = w.supersede(ctx, inForce)
		}
		if err != nil {
			return fmt.Errorf("rows that are replaced: %w", err)
		}
	}
	return nil
}

// supersede ends the time of rows in force.
func (w *ledgerWrite) supersede(ctx context.Context, ids []string) error {
	n, err := w.exec(ctx, `UPDATE transactions SET superseded = $3 WHERE tenant_id = $1 AND portfolio_id = $2 AND superseded = 0 AND `+
		w.store.dialect.in("id", 4), w.id.Tenant, w.portfolio, w.version.Version, w.store.dialect.list(ids))
	if err == nil && n != int64(len(ids)) {
		err = fmt.Errorf("%d of %d rows went out meanwhile: %w", int64(len(ids))-n, len(ids), store.ErrStale)
	}
	return err
}

func (w *ledgerWrite) goesOut(row store.Row) {
	w.closed.meet(0, row.ID, row.Date)
	w.touch(row.Date)
	w.removed = append(w.removed, row.ID)
	w.version.Removed++
}

// touch notes a day that the change affects.
func (w *ledgerWrite) touch(day date.Date) {
	if w.version.FirstDate == date.None || day < w.version.FirstDate {
		w.version.FirstDate = day
	}
}

// enter makes the row of an entry, and gives what it says apart.
func (w *ledgerWrite) enter(ctx context.Context, e *store.Entry) (values, row []any, err error) {
	origin, sequence, from := e.ID, w.head.sequence+1, w.change.Import
	if w.change.Kind != store.Imported {
		from = ""
	}
	if e.Replaces != "" {
		old, err := w.predecessor(ctx, e.Replaces)
		if err != nil {
			return nil, nil, err
		}
		origin, sequence, from = old.Origin, old.Sequence, old.Import
	} else {
		w.head.sequence++
	}
	if values, err = bookingValues(&e.Transaction); err != nil {
		return nil, nil, err
	}
	row = append(append(make([]any, 0, len(insertColumns)), w.id.Tenant, w.portfolio), values...)
	row = append(row, origin, orNull(e.Replaces), sequence, w.version.Version, orNull(from))
	w.touch(e.Date)
	w.version.Entered++
	return values, row, nil
}

// predecessor is the row that an entry takes the place of; it goes out if it was in
// force until now.
func (w *ledgerWrite) predecessor(ctx context.Context, id string) (store.Row, error) {
	if row, ok := w.replaced[id]; ok {
		delete(w.replaced, id)
		w.goesOut(row)
		return row, nil
	}
	old, err := w.rowByID(ctx, w.portfolio, id)
	if err != nil {
		return old, fmt.Errorf("row %s: %w", id, err)
	}
	var later int
	err = w.row(ctx, `SELECT COUNT(*) FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2 AND sequence = $3 AND origin_id = $4 AND entered > $5`,
		w.id.Tenant, w.portfolio, old.Sequence, old.Origin, old.Entered).Scan(&later)
	if err != nil {
		return old, err
	}
	if later > 0 {
		return old, fmt.Errorf("row %s was replaced meanwhile: %w", id, store.ErrStale)
	}
	return old, nil
}

// commit raises the version and writes what is known of it.
func (w *ledgerWrite) commit(ctx context.Context, before, after []byte) error {
	v := w.version
	err := w.must(ctx, `UPDATE portfolios SET version = $3, sequence = $4 WHERE tenant_id = $1 AND id = $2 AND version = $5`,
		w.id.Tenant, w.portfolio, v.Version, w.head.sequence, w.head.version)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, `INSERT INTO versions (tenant_id, portfolio_id, version, committed, user_id, kind, reason, import_id, first_date, entered, removed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		w.id.Tenant, w.portfolio, v.Version, formatTime(v.Committed), v.User, string(v.Kind), v.Reason, orNull(v.Import), v.FirstDate.String(), v.Entered, v.Removed)
	if err != nil {
		return err
	}
	if err := w.markImport(ctx); err != nil {
		return err
	}
	e := store.Event{Action: "ledger." + string(v.Kind), Object: fmt.Sprintf("ledger/%s/%d", w.portfolio, v.Version), Portfolio: w.portfolio}
	if v.Removed > 0 {
		e.BeforeHash = before
	}
	if v.Entered > 0 {
		e.AfterHash = after
	}
	return w.noteEvent(ctx, e)
}

// markImport keeps the import's own row in step: booked, undone, or standing again.
func (w *ledgerWrite) markImport(ctx context.Context) error {
	if w.change.Import == "" {
		return nil
	}
	set := ""
	switch w.change.Kind {
	case store.Imported:
		set = `version = $4`
	case store.Undone:
		set = `undone = $4`
	case store.Restored:
		return w.must(ctx, `UPDATE imports SET undone = 0 WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`, w.id.Tenant, w.portfolio, w.change.Import)
	default:
		return nil
	}
	return w.must(ctx, `UPDATE imports SET `+set+` WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`,
		w.id.Tenant, w.portfolio, w.change.Import, w.version.Version)
}

// RecordImport implements store.LedgerWriter.
func (t *tx) RecordImport(ctx context.Context, i store.Import) error {
	return t.write("record import of "+i.File, func() error {
		if err := t.access(ctx, i.Portfolio, store.CanTrade); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO imports (tenant_id, portfolio_id, id, file, sha256, format, rows_read, booked, present, refused, ignored, version, undone, user_id, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, $12, $13)`,
			t.id.Tenant, i.Portfolio, i.ID, i.File, i.SHA256, i.Format, i.Read, i.Booked, i.Present, i.Refused, i.Ignored, t.id.User, formatTime(t.stamp()))
		if err != nil {
			return err
		}
		return t.note(ctx, "import.record", "import/"+i.ID, i.Portfolio, nil, i)
	})
}

// UndoImport implements store.LedgerWriter.
func (t *tx) UndoImport(ctx context.Context, portfolio, id string, expected int64, reason string) (v store.Version, err error) {
	err = t.write("undo import "+id, func() error {
		if err := t.access(ctx, portfolio, store.CanTrade); err != nil {
			return err
		}
		i, err := t.importByID(ctx, portfolio, id)
		if err != nil {
			return err
		}
		if i.Undone != 0 {
			return fmt.Errorf("undone in version %d: %w", i.Undone, store.ErrStale)
		}
		var rows []string
		err = t.each(ctx, func(r *sql.Rows) error {
			var row string
			err := r.Scan(textOf{&row})
			rows = append(rows, row)
			return err
		}, `SELECT id FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2 AND import_id = $3 AND superseded = 0 ORDER BY sequence`,
			t.id.Tenant, portfolio, id)
		if err != nil {
			return err
		}
		v, err = t.append(ctx, store.Change{Portfolio: portfolio, Expected: expected, Kind: store.Undone, Reason: reason, Import: id, Remove: rows})
		return err
	})
	return v, err
}
