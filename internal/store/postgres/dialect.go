package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Locks that are no rows: numbers of advisory locks.
const (
	lockMigrate  = 7301
	lockFounding = 7302
	lockMarket   = 7303
)

func newDialect() sqlstore.Dialect {
	i := &inserter{}
	return sqlstore.Dialect{
		ReadTx:  &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		WriteTx: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		Acquire: acquireWithin,
		Enter:   enter,
		Assume:  assume,
		// Tenant and user are those that enter_as set; naming them gives them types.
		Access:       `SELECT owner_id, role FROM see_portfolio($3) WHERE $1::uuid IS NOT NULL AND $2::uuid IS NOT NULL`,
		Ask:          ask,
		ForUpdate:    ` FOR UPDATE`,
		LockFounding: fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, lockFounding),
		LockMarket:   fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, lockMarket),
		Unique:       hasCode("23505"),
		Conflict:     hasCode("40001", "40P01"),
		Malformed:    malformed,
		Trouble:      trouble,
		Forbidden:    hasCode("42501"),
		In:           func(column string, n int) string { return fmt.Sprintf("%s = ANY ($%d::uuid[])", column, n) },
		List:         func(ids []string) any { return ids },
		InTexts:      func(column string, n int) string { return fmt.Sprintf("%s = ANY ($%d::text[])", column, n) },
		Insert:       i.insert,
		InsertOn:     i.insertOn,
	}
}

func enter(ctx context.Context, tx *sql.Tx, id store.Identity) (sqlstore.Standing, error) {
	var standing sqlstore.Standing
	err := tx.QueryRowContext(ctx, `SELECT enter_as($1, $2, $3)`, id.Tenant, id.User, id.Operator).Scan(&standing)
	return standing, err
}

func assume(ctx context.Context, tx *sql.Tx, id store.Identity) error {
	_, err := tx.ExecContext(ctx, `SELECT enter_new($1, $2)`, id.Tenant, id.User)
	return err
}

// ask calls the function of a question.
func ask(q sqlstore.Question) string {
	marks := make([]string, len(q.Arguments))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return `SELECT * FROM gate_` + q.Name + `(` + strings.Join(marks, ", ") + `)`
}

func hasCode(codes ...string) func(error) bool {
	return func(err error) bool {
		var e *pgconn.PgError
		if !errors.As(err, &e) {
			return false
		}
		for _, c := range codes {
			if e.Code == c {
				return true
			}
		}
		return false
	}
}

// malformed recognises a text that is no id.
func malformed(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "22P02" && strings.Contains(e.Message, "uuid")
}

// inserter adds rows as arrays of their columns, thousands in a statement. (COPY is
// refused where a table has policies.)
type inserter struct {
	types sync.Map // table.column -> type
}

const rowsAtOnce = 4000

func (i *inserter) insert(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	return i.insertOn(ctx, tx, table, columns, rows, "")
}

func (i *inserter) insertOn(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any, conflict string) error {
	types, err := i.typesOf(ctx, tx, table, columns)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		n := min(len(rows), rowsAtOnce)
		if err := insertPart(ctx, tx, table, columns, types, rows[:n], conflict); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func insertPart(ctx context.Context, tx *sql.Tx, table string, columns, types []string, rows [][]any, conflict string) error {
	var from, to []string
	args := make([]any, len(columns))
	for c := range columns {
		array, form := arrayOf(rows, c)
		args[c] = array
		from = append(from, fmt.Sprintf("$%d::%s[]", c+1, form))
		to = append(to, fmt.Sprintf("r.c%d::%s", c, types[c]))
	}
	names := make([]string, len(columns))
	for c := range names {
		names[c] = fmt.Sprintf("c%d", c)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) SELECT `+strings.Join(to, ", ")+
		` FROM unnest(`+strings.Join(from, ", ")+`) AS r(`+strings.Join(names, ", ")+`) `+conflict, args...)
	return err
}

// arrayOf is one column of rows as an array, and of what: of bytes, numbers or truths
// where all its values are such, else of texts.
func arrayOf(rows [][]any, column int) (array any, form string) {
	if all, ok := gather[[]byte](rows, column); ok {
		return all, "bytea"
	}
	if all, ok := gather[int64](rows, column); ok {
		return all, "bigint"
	}
	if all, ok := gather[bool](rows, column); ok {
		return all, "boolean"
	}
	texts := make([]*string, len(rows))
	for i, row := range rows {
		if row[column] != nil {
			text := fmt.Sprint(row[column])
			texts[i] = &text
		}
	}
	return texts, "text"
}

// gather collects a column whose values are all of one kind, and some are there; one
// that is not is NULL.
func gather[T any](rows [][]any, column int) (all []*T, some bool) {
	all = make([]*T, len(rows))
	for i, row := range rows {
		v, ok := row[column].(T)
		if !ok && row[column] != nil {
			return nil, false
		}
		if ok {
			all[i], some = &v, true
		}
	}
	return all, some
}

// typesOf are the types of columns as the catalogue of the database names them.
func (i *inserter) typesOf(ctx context.Context, tx *sql.Tx, table string, columns []string) ([]string, error) {
	types := make([]string, len(columns))
	for n, c := range columns {
		if known, ok := i.types.Load(table + "." + c); ok {
			types[n] = known.(string)
			continue
		}
		err := tx.QueryRowContext(ctx, `SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2`, table, c).Scan(&types[n])
		if err != nil {
			return nil, fmt.Errorf("column %s.%s: %w", table, c, err)
		}
		i.types.Store(table+"."+c, types[n])
	}
	return types, nil
}
