package alphavantage

import (
	"bytes"
	"fmt"
)

// table reads CSV: a header, then a line a row, each ended by a line end. A field may be
// quoted. fields is that of the present row and is overwritten by the next.
type table struct {
	b       []byte
	columns []string
	fields  [][]byte
	row     int // counted from 1, the header not counted
	bad     *fault
}

// newTable reads the header.
func newTable(b []byte) *table {
	t := &table{b: bytes.TrimPrefix(b, []byte("\ufeff"))}
	if !t.line() {
		if t.bad == nil {
			t.bad = &fault{"start", "there is no header"}
		}
		return t
	}
	for _, f := range t.fields {
		t.columns = append(t.columns, member(f))
	}
	t.row = 0
	return t
}

// column is where a column is, by the first of its names that there is.
func (t *table) column(names ...string) int {
	for _, name := range names {
		for i, c := range t.columns {
			if c == name {
				return i
			}
		}
	}
	return -1
}

// need is column for one that there must be.
func (t *table) need(names ...string) int {
	i := t.column(names...)
	if i < 0 && t.bad == nil {
		t.bad = &fault{"header", fmt.Sprintf("there is no column %s in %q", names[0], clip(bytes.Join(t.header(), []byte(","))))}
	}
	return i
}

func (t *table) header() (h [][]byte) {
	for _, c := range t.columns {
		h = append(h, []byte(c))
	}
	return h
}

// next reads a row.
func (t *table) next() bool {
	if t.bad != nil || !t.line() {
		return false
	}
	if len(t.fields) != len(t.columns) {
		t.bad = &fault{fmt.Sprintf("row %d", t.row), fmt.Sprintf("%d fields where the header has %d", len(t.fields), len(t.columns))}
		return false
	}
	return true
}

// at is a field of the row; nil where there is no such column.
func (t *table) at(column int) []byte {
	if column < 0 {
		return nil
	}
	return t.fields[column]
}

// fail says what is wrong with a field of the row.
func (t *table) fail(column int, why string) {
	if t.bad == nil {
		t.bad = &fault{fmt.Sprintf("row %d, %s", t.row, t.columns[column]), fmt.Sprintf("%q %s", clip(t.fields[column]), why)}
	}
}

// line splits the next line that is not blank into fields.
func (t *table) line() bool {
	for {
		if len(t.b) == 0 {
			return false
		}
		t.row++
		t.fields = t.fields[:0]
		start, i := 0, 0
	fields:
		for ; i < len(t.b); i++ {
			switch t.b[i] {
			case ',':
				t.fields = append(t.fields, t.b[start:i])
				start = i + 1
			case '\n':
				break fields
			case '"':
				if i == start {
					return t.quoted()
				}
			}
		}
		if i == len(t.b) {
			t.bad = &fault{fmt.Sprintf("row %d", t.row), "the body ends in the middle of a line"}
			return false
		}
		last := bytes.TrimSuffix(t.b[start:i], []byte("\r"))
		t.fields = append(t.fields, last)
		t.b = t.b[i+1:]
		if len(t.fields) > 1 || len(bytes.TrimSpace(last)) > 0 {
			return true
		}
		t.row--
	}
}

// quoted splits a line with quoted fields, whose quotes are doubled.
func (t *table) quoted() bool {
	t.fields = t.fields[:0]
	for i := 0; i <= len(t.b); {
		var field []byte
		if i < len(t.b) && t.b[i] == '"' {
			i++
			for ; i < len(t.b) && (t.b[i] != '"' || i+1 < len(t.b) && t.b[i+1] == '"'); i++ {
				if t.b[i] == '"' {
					i++
				}
				field = append(field, t.b[i])
			}
			if i++; i < len(t.b) && t.b[i] == '\r' {
				i++
			}
		} else {
			n := bytes.IndexAny(t.b[i:], ",\n")
			if n < 0 {
				break
			}
			field = bytes.TrimSuffix(t.b[i:i+n], []byte("\r"))
			i += n
		}
		if i >= len(t.b) {
			break
		}
		t.fields = append(t.fields, field)
		switch t.b[i] {
		case ',':
			i++
		case '\n':
			t.b = t.b[i+1:]
			return true
		default:
			t.bad = &fault{fmt.Sprintf("row %d", t.row), "there is text behind a closing quote"}
			return false
		}
	}
	t.bad = &fault{fmt.Sprintf("row %d", t.row), "the body ends in the middle of a line"}
	return false
}
