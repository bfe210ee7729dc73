package tend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"math/bits"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/money"
)

// column is one column of a table, with its type as the migrations write it.
type column struct{ name, kind string }

// columns are those of a table, in the order of their names, alike on both databases.
func (d *Database) columns(ctx context.Context, q reader, table string) ([]column, error) {
	query := `SELECT name, lower(type) FROM pragma_table_info($1) ORDER BY name`
	if d.Postgres {
		query = `SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attname COLLATE "C"`
	}
	rows, err := q.QueryContext(ctx, query, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if len(all) == 0 && rows.Err() == nil {
		return nil, fmt.Errorf("table %s: is not there", table)
	}
	return all, rows.Err()
}

const timeForm = "2006-01-02T15:04:05.000000Z"

// canonical is a value as either database takes it, and as text that is the same
// whichever database it came from.
func canonical(kind string, v any) (value any, text string, err error) {
	if v == nil {
		return nil, "", nil
	}
	if b, ok := v.([]byte); ok {
		if kind == "bytes_blob" {
			copied := bytes.Clone(b)
			if copied == nil {
				copied = []byte{}
			}
			return copied, string(b), nil
		}
		v = string(b)
	}
	if at, ok := v.(time.Time); ok {
		form := timeForm
		if kind == "date_text" {
			form = time.DateOnly
		}
		text = at.UTC().Format(form)
		return text, text, nil
	}
	switch kind {
	case "boolean":
		truth := v == true || v == int64(1)
		return truth, fmt.Sprint(truth), nil
	case "bigint":
		n, ok := v.(int64)
		if !ok {
			return nil, "", fmt.Errorf("%T is no whole number", v)
		}
		return n, fmt.Sprint(n), nil
	case "dec_text":
		d, err := money.Parse(fmt.Sprint(v))
		if err != nil {
			return nil, "", err
		}
		return d.String(), d.String(), nil
	case "json_text":
		text, err := canonicalJSON(fmt.Sprint(v))
		return fmt.Sprint(v), text, err
	}
	text = fmt.Sprint(v)
	return text, text, nil
}

// canonicalJSON writes a document with its keys in order and its numbers in one form:
// a database may write either otherwise.
func canonicalJSON(written string) (string, error) {
	decoder := json.NewDecoder(strings.NewReader(written))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return "", err
	}
	b, err := json.Marshal(oneForm(v))
	return string(b), err
}

func oneForm(v any) any {
	switch v := v.(type) {
	case json.Number:
		if r, ok := new(big.Rat).SetString(v.String()); ok {
			return "number " + r.RatString()
		}
		return v.String()
	case map[string]any:
		for k, one := range v {
			v[k] = oneForm(one)
		}
	case []any:
		for i, one := range v {
			v[i] = oneForm(one)
		}
	}
	return v
}

// content is what a table holds: how many rows, and the sum of their hashes, which does
// not depend on their order.
type content struct {
	rows int64
	sum  [4]uint64
}

// add counts a row of canonical texts; nil is no value.
func (c *content) add(texts []*string) {
	h := sha256.New()
	var size [5]byte
	for _, t := range texts {
		if t == nil {
			h.Write([]byte{0, 0, 0, 0, 0})
			continue
		}
		size[0] = 1
		binary.BigEndian.PutUint32(size[1:], uint32(len(*t)))
		h.Write(size[:])
		h.Write([]byte(*t))
	}
	sum := h.Sum(nil)
	var carry uint64
	for i := 3; i >= 0; i-- {
		c.sum[i], carry = bits.Add64(c.sum[i], binary.BigEndian.Uint64(sum[8*i:]), carry)
	}
	c.rows++
}

// reader is a pool or a transaction.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each gives every row of a table, as values for another database, and counts them.
func each(ctx context.Context, from reader, table string, columns []column, take func(row []any) error) (content, error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	var all content
	rows, err := from.QueryContext(ctx, `SELECT `+strings.Join(names, ", ")+` FROM `+table)
	if err != nil {
		return all, err
	}
	defer rows.Close()
	raw, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range raw {
		into[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return all, err
		}
		values, texts := make([]any, len(columns)), make([]*string, len(columns))
		for i, c := range columns {
			value, text, err := canonical(c.kind, raw[i])
			if err != nil {
				return all, fmt.Errorf("row %d, %s: %w", all.rows+1, c.name, err)
			}
			if values[i] = value; value != nil {
				texts[i] = &text
			}
		}
		all.add(texts)
		if take != nil {
			if err := take(values); err != nil {
				return all, err
			}
		}
	}
	return all, rows.Err()
}
