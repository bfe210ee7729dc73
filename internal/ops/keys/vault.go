package keys

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/secret"
)

// Vault is a database with what is sealed in it, and the keys. It is opened beside those
// who use it: on PostgreSQL as the role that owns the tables, which sees everybody's rows.
type Vault struct {
	DB    *sql.DB
	Keys  *secret.Keys // nil: there are none
	Close func() error

	between func() // for tests: after a row was read, before it is written
}

// Lost is a row that none of the keys opens. It is left as it is.
type Lost struct {
	Row  string // its key, as far as it may be shown
	Why  string
	Cure string
}

// Tally is what came of the rows of a table.
type Tally struct {
	Table   string
	Rows    int // that hold something sealed
	Earlier int // of them, left under an earlier key
	Sealed  int // anew
	Lost    []Lost
}

// rowsAtOnce is how many rows are read at once. Each is written by itself: whoever is
// stopped half-way has lost nothing, holds nobody up, and goes on where it is not done.
const rowsAtOnce = 100

// attempts is how often a row is tried that others change meanwhile.
const attempts = 10

// Count looks through everything that is sealed, and opens it.
func (v *Vault) Count(ctx context.Context) ([]Tally, error) { return v.walk(ctx, false) }

// Reseal seals with the current key whatever an earlier one sealed. A row is read, opened,
// sealed, opened again and compared; it is written if it still is what was read, and read
// once more before that stands. What it did before an error stays done, and is told.
func (v *Vault) Reseal(ctx context.Context) ([]Tally, error) {
	if v.Keys == nil {
		return nil, secret.ErrNoKey
	}
	return v.walk(ctx, true)
}

func (v *Vault) walk(ctx context.Context, reseal bool) ([]Tally, error) {
	var all []Tally
	for _, c := range secret.Columns() {
		t, err := v.table(ctx, c, reseal)
		all = append(all, t)
		if err != nil {
			return all, fmt.Errorf("table %s: %w", c.Table, err)
		}
	}
	return all, nil
}

func (v *Vault) table(ctx context.Context, c secret.Column, reseal bool) (Tally, error) {
	t := Tally{Table: c.Table}
	for last := []any(nil); ; {
		page, err := v.page(ctx, c, last)
		if err != nil {
			return t, err
		}
		for _, row := range page {
			if err := v.row(ctx, c, row, reseal, &t); err != nil {
				return t, fmt.Errorf("row %s: %w", c.RowOf(row.key), err)
			}
		}
		if len(page) < rowsAtOnce {
			return t, nil
		}
		last = page[len(page)-1].arguments()
	}
}

// row looks at one row, and seals it anew where that is asked for and needed.
func (v *Vault) row(ctx context.Context, c secret.Column, row sealed, reseal bool, t *Tally) error {
	place := c.PlaceOf(row.key)
	for try := 0; ; try++ {
		if len(row.blob) == 0 { // a message that went out, say
			return nil
		}
		plain, err := v.Keys.Open(place, row.blob)
		if err != nil {
			t.Rows++
			t.Lost = append(t.Lost, lost(c, row, err))
			return nil
		}
		earlier := secret.SealedWith(row.blob) != v.Keys.ID()
		if !earlier || !reseal || try == attempts {
			if t.Rows++; earlier {
				t.Earlier++
			}
			return nil
		}
		fresh, err := v.seal(place, plain)
		if err != nil {
			return err
		}
		if v.between != nil {
			v.between()
		}
		done, err := v.swap(ctx, c, row, fresh)
		if err != nil {
			return err
		}
		if done {
			t.Rows++
			t.Sealed++
			return nil
		}
		// Somebody wrote or removed it meanwhile: what lies there now is looked at anew.
		if row.blob, err = v.read(ctx, v.DB, c, row.key); err != nil {
			return err
		}
	}
}

// seal seals with the current key, and opens it again with that key alone.
func (v *Vault) seal(place secret.Place, plain []byte) ([]byte, error) {
	fresh, err := v.Keys.Seal(place, plain)
	if err != nil {
		return nil, err
	}
	again, err := v.Keys.Alone().Open(place, fresh)
	if err == nil && !bytes.Equal(again, plain) {
		err = secret.ErrDamaged
	}
	return fresh, err
}

func lost(c secret.Column, row sealed, err error) Lost {
	l := Lost{Row: c.RowOf(row.key), Why: err.Error(), Cure: c.Lost}
	if errors.Is(err, secret.ErrUnknown) {
		l.Cure = "give the key it was sealed with as ENCRYPTION_KEY_PREVIOUS; if that is lost: " + c.Lost
	}
	return l
}

// sealed is what lies in one row, with the values of its primary key.
type sealed struct {
	key  []string
	blob []byte
}

func (s sealed) arguments() []any {
	all := make([]any, len(s.key))
	for i, k := range s.key {
		all[i] = k
	}
	return all
}

// numbered are the parameters from the n-th on.
func numbered(n, count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", n+i)
	}
	return all
}

// one is the condition that selects the row of a primary key, whose parameters begin at n.
func one(c secret.Column, n int) string {
	parts := make([]string, len(c.Key))
	for i, p := range numbered(n, len(c.Key)) {
		parts[i] = c.Key[i] + " = " + p
	}
	return strings.Join(parts, " AND ")
}

// page are the rows after one, in the order of the primary key.
func (v *Vault) page(ctx context.Context, c secret.Column, last []any) ([]sealed, error) {
	key := strings.Join(c.Key, ", ")
	after := ""
	if last != nil {
		after = " AND (" + key + ") > (" + strings.Join(numbered(1, len(c.Key)), ", ") + ")"
	}
	rows, err := v.DB.QueryContext(ctx, `SELECT `+key+`, `+c.Name+` FROM `+c.Table+` WHERE `+c.Name+` IS NOT NULL`+after+` ORDER BY `+key+fmt.Sprintf(` LIMIT %d`, rowsAtOnce), last...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []sealed
	for rows.Next() {
		s := sealed{key: make([]string, len(c.Key))}
		into := make([]any, 0, len(c.Key)+1)
		for i := range s.key {
			into = append(into, &s.key[i])
		}
		if err := rows.Scan(append(into, &s.blob)...); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// read is what lies in a row now; nil where there is none.
func (v *Vault) read(ctx context.Context, from interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}, c secret.Column, key []string) (blob []byte, err error) {
	err = from.QueryRowContext(ctx, `SELECT `+c.Name+` FROM `+c.Table+` WHERE `+one(c, 1), sealed{key: key}.arguments()...).Scan(&blob)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return blob, err
}

// swap writes a row that still is what was read; done is false where it is not. What was
// written is read back before it stands.
func (v *Vault) swap(ctx context.Context, c secret.Column, row sealed, fresh []byte) (done bool, err error) {
	tx, err := v.DB.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() // does nothing after a commit
	did, err := tx.ExecContext(ctx, `UPDATE `+c.Table+` SET `+c.Name+` = $1 WHERE `+c.Name+` = $2 AND `+one(c, 3), append([]any{fresh, row.blob}, row.arguments()...)...)
	if err != nil {
		return false, err
	}
	if n, err := did.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	there, err := v.read(ctx, tx, c, row.key)
	if err != nil {
		return false, err
	}
	if !bytes.Equal(there, fresh) {
		return false, errors.New("what was written is not what is read back; it was taken back: look at the database's log and disk")
	}
	return true, tx.Commit()
}
