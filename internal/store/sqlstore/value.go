package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// shared marks what belongs to all tenants, or in settings to no single user.
const shared = "00000000-0000-0000-0000-000000000000"

// timeForm sorts as text in the order of time.
const timeForm = "2006-01-02T15:04:05.000000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeForm) }

// orNull keeps an empty text as NULL: rows stay narrow, and an empty id is no id.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return formatTime(t)
}

func decimalOrNull(o money.Optional) any {
	if !o.Known {
		return nil
	}
	return o.Decimal.String()
}

// The scanners read what either driver gives: text, or the driver's own type; NULL is
// the zero value.
type (
	textOf    struct{ to *string }
	timeOf    struct{ to *time.Time }
	dayOf     struct{ to *date.Date }
	decimalOf struct{ to *money.Optional }
	jsonOf    struct{ to any }
)

func text(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case []byte:
		return string(v), true
	case time.Time:
		return v.UTC().Format(timeForm), true
	}
	return fmt.Sprint(v), true
}

// Scan implements sql.Scanner.
func (s textOf) Scan(v any) error {
	*s.to, _ = text(v)
	return nil
}

// Scan implements sql.Scanner.
func (s timeOf) Scan(v any) error {
	if at, ok := v.(time.Time); ok {
		*s.to = at.UTC()
		return nil
	}
	written, ok := text(v)
	if !ok {
		*s.to = time.Time{}
		return nil
	}
	at, err := time.Parse(timeForm, written)
	*s.to = at
	return err
}

// Scan implements sql.Scanner.
func (s dayOf) Scan(v any) error {
	if at, ok := v.(time.Time); ok {
		*s.to = date.FromTime(at)
		return nil
	}
	written, ok := text(v)
	if !ok {
		*s.to = date.None
		return nil
	}
	day, err := date.Parse(written)
	*s.to = day
	return err
}

// Scan implements sql.Scanner.
func (s decimalOf) Scan(v any) error {
	written, ok := text(v)
	if !ok {
		*s.to = money.Optional{}
		return nil
	}
	d, err := money.Parse(written)
	*s.to = money.Some(d)
	return err
}

// Scan implements sql.Scanner.
func (s jsonOf) Scan(v any) error {
	written, ok := text(v)
	if !ok {
		return nil
	}
	return json.Unmarshal([]byte(written), s.to)
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// object is a JSON value to be kept, {} where there is none.
func object(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "{}"
	}
	return string(raw)
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.sql.ExecContext(ctx, t.query(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// must is exec that changes exactly one row, else sql.ErrNoRows.
func (t *tx) must(ctx context.Context, query string, args ...any) error {
	n, err := t.exec(ctx, query, args...)
	if err == nil && n != 1 {
		return sql.ErrNoRows
	}
	return err
}

func (t *tx) row(ctx context.Context, query string, args ...any) *sql.Row {
	return t.sql.QueryRowContext(ctx, t.query(query), args...)
}

// insertRows adds rows of as many values as there are columns.
func (t *tx) insertRows(ctx context.Context, table string, columns []string, rows [][]any) error {
	return t.insertRowsOn(ctx, table, columns, rows, "")
}

// insertRowsOn is insertRows with what is to be done on a conflict.
func (t *tx) insertRowsOn(ctx context.Context, table string, columns []string, rows [][]any, conflict string) error {
	switch d := &t.store.dialect; {
	case len(rows) == 0:
		return nil
	case conflict == "" && d.Insert != nil:
		return d.Insert(ctx, t.sql, table, columns, rows)
	case d.InsertOn != nil:
		return d.InsertOn(ctx, t.sql, table, columns, rows, conflict)
	}
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	insert, err := t.sql.PrepareContext(ctx, `INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`) `+conflict)
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

// each calls scan for every row.
func (t *tx) each(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.sql.QueryContext(ctx, t.query(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
