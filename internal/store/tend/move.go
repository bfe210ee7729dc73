package tend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/store/postgres"
)

// ErrNotEmpty reports a target that holds something already.
var ErrNotEmpty = errors.New("the target is not empty")

// ErrDiffers reports that what arrived is not what was sent.
var ErrDiffers = errors.New("what arrived differs from what was sent")

// Moved is one table that was moved.
type Moved struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
	// SHA256 is the sum of the hashes of its rows, the same on both sides.
	SHA256 string `json:"sha256"`
}

const rowsAtOnce = 2000

// Move copies everything into an empty database, in one transaction, and reads it back
// before that commits: each table has as many rows and the same contents, to the last
// digit. Then the audit trails are recomputed. The source stays as it is. progress,
// where given, hears of each table.
func Move(ctx context.Context, from, to *Database, progress func(Moved)) ([]Moved, error) {
	for _, d := range []*Database{from, to} {
		if err := d.current(ctx); err != nil {
			return nil, err
		}
	}
	for _, t := range tables() {
		var n int
		if err := to.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+t.Name+` LIMIT 1) one`).Scan(&n); err != nil {
			return nil, err
		}
		if n > 0 {
			return nil, fmt.Errorf("%s: table %s has rows: %w; give one that is new", to.Name, t.Name, ErrNotEmpty)
		}
	}
	options := &sql.TxOptions{}
	if from.Postgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	source, err := from.DB.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	defer source.Rollback() // it only reads
	target, err := to.DB.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer target.Rollback() // does nothing after a commit
	var all []Moved
	for _, t := range tables() {
		m, err := moveTable(ctx, from, to, source, target, t.Name)
		if err != nil {
			return all, fmt.Errorf("table %s: %w", t.Name, err)
		}
		all = append(all, m)
		if progress != nil {
			progress(m)
		}
	}
	if err := target.Commit(); err != nil {
		return all, err
	}
	report, err := Verify(ctx, to)
	if err == nil && len(report.Findings) > 0 {
		err = fmt.Errorf("%s: %s: %w", report.Findings[0].Object, report.Findings[0].Problem, ErrDiffers)
	}
	return all, err
}

func moveTable(ctx context.Context, from, to *Database, source, target *sql.Tx, table string) (Moved, error) {
	m := Moved{Table: table}
	columns, err := columnsOf(ctx, from, to, source, target, table)
	if err != nil {
		return m, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	var rows [][]any
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := to.insert(ctx, target, table, names, rows)
		rows = rows[:0]
		return err
	}
	sent, err := each(ctx, source, table, columns, func(row []any) error {
		if rows = append(rows, row); len(rows) < rowsAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil {
		return m, err
	}
	if err := flush(); err != nil {
		return m, err
	}
	arrived, err := each(ctx, target, table, columns, nil)
	if err != nil {
		return m, err
	}
	if sent != arrived {
		return m, fmt.Errorf("%d rows of hash %x were sent, %d of %x arrived: %w", sent.rows, sent.sum, arrived.rows, arrived.sum, ErrDiffers)
	}
	m.Rows, m.SHA256 = sent.rows, fmt.Sprintf("%016x%016x%016x%016x", sent.sum[0], sent.sum[1], sent.sum[2], sent.sum[3])
	return m, nil
}

// columnsOf are the columns of a table, if both sides have the same.
func columnsOf(ctx context.Context, from, to *Database, source, target *sql.Tx, table string) ([]column, error) {
	a, err := from.columns(ctx, source, table)
	if err != nil {
		return nil, err
	}
	b, err := to.columns(ctx, target, table)
	if err != nil {
		return nil, err
	}
	if fmt.Sprint(a) != fmt.Sprint(b) {
		return nil, fmt.Errorf("columns %v here, %v there: %w", a, b, ErrDiffers)
	}
	return a, nil
}

func (d *Database) insert(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	if d.Postgres {
		return postgres.Insert(ctx, tx, table, columns, rows)
	}
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, row := range rows {
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return nil
}
