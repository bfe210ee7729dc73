package pricefile

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// grid is a wide file: a value a column and day. The values of a column lie together.
type grid struct {
	dates   []date.Date
	columns int
	values  []float64 // column c, row r at c*stride+r
	stride  int
	check   func(column string, text []byte, v float64) *ledger.Fault
}

func (g *grid) column(c int) []float64 {
	return g.values[c*g.stride : c*g.stride+len(g.dates) : c*g.stride+len(g.dates)]
}

// readWide reads closes, a column a symbol; a benchmark is a file of one such column.
func (f *File) readWide(t *table) ledger.Faults {
	if fault := t.repeatedColumn(); fault != nil {
		return ledger.Faults{fault}
	}
	g, faults := t.readGrid(func(column string, text []byte, v float64) *ledger.Fault {
		if v <= 0 {
			return notPositive(column, text)
		}
		return nil
	})
	if len(faults) > 0 {
		return faults
	}
	f.Rows = len(g.dates)
	f.Series = make([]Series, 0, g.columns)
	for c := range g.columns {
		if values := filled(g.column(c)); values != nil {
			f.Series = append(f.Series, Series{Symbol: t.header[c+1], Dates: g.dates, Close: values})
		} else {
			f.Notes = append(f.Notes, fmt.Sprintf("column %s has no price", t.header[c+1]))
		}
	}
	return nil
}

func (t *table) repeatedColumn() *ledger.Fault {
	seen := make(map[string]bool, len(t.header))
	for _, name := range t.header {
		if seen[name] {
			return &ledger.Fault{Row: t.firstLine - 1, Field: "header", Value: clip(name), Problem: "two columns have this name", Cure: "keep one of them"}
		}
		seen[name] = true
	}
	return nil
}

// readGrid reads a date and a number a column; check refuses numbers that cannot be.
func (t *table) readGrid(check func(column string, text []byte, v float64) *ledger.Fault) (*grid, ledger.Faults) {
	if len(t.body) == 0 {
		return nil, ledger.Faults{noRows()}
	}
	chunks, total := t.chunksOf()
	columns := len(t.header) - 1
	// A row of n columns has n separators at least, so that a header full of columns
	// cannot ask for more memory than the file's own size warrants.
	if total*columns > len(t.body)+columns {
		if fault := t.firstShortRow(); fault != nil {
			return nil, ledger.Faults{fault}
		}
		// What is left are blank lines: read all of it as one chunk, which needs no count.
		total = len(t.body)/columns + 1
		chunks = []chunk{{text: t.body, line: t.firstLine}}
	}
	g := &grid{dates: make([]date.Date, total), columns: columns, stride: total, check: check, values: make([]float64, total*columns)}
	faults := eachChunk(chunks, func(_ int, c *chunk) { c.readGrid(t, g) })
	if len(faults) > 0 {
		return nil, faults
	}
	g.join(chunks)
	if len(g.dates) == 0 {
		return nil, ledger.Faults{noRows()}
	}
	return g, g.order(t)
}

// firstShortRow finds a line with fewer fields than the header, blank lines apart.
func (t *table) firstShortRow() *ledger.Fault {
	body, line := t.body, t.firstLine-1
	for len(body) > 0 {
		var text []byte
		text, body = cutLine(body)
		line++
		if n := bytes.Count(text, []byte{t.separator}) + 1; n < len(t.header) && len(bytes.TrimSpace(text)) > 0 {
			fault := wrongCount(n, len(t.header))
			fault.Row = line
			return fault
		}
	}
	return nil
}

func (c *chunk) readGrid(t *table, g *grid) {
	b, line := c.text, c.line
	for i := skipBlank(b, 0, &line); i < len(b); i = skipBlank(b, i, &line) {
		end, fault := g.readRow(b, i, t, c.row+c.rows)
		if fault != nil {
			if !c.fail(line, fault) {
				return
			}
			end = restOfLine(b, i)
		} else {
			c.rows++
		}
		i = end + 1
		line++
	}
}

// readRow reads the line that starts at b[i] into row r and returns where it ends.
func (g *grid) readRow(b []byte, i int, t *table, r int) (int, *ledger.Fault) {
	text, end, closed := fieldAt(b, i, t.separator)
	d, ok := day(text)
	if !ok || !closed {
		return end, badDate(t.header[0], text)
	}
	g.dates[r] = d
	to := r
	for c := range g.columns {
		if end >= len(b) || b[end] != t.separator {
			return end, wrongCount(c+1, len(t.header))
		}
		i = end + 1
		v, stop, ok := plainNumber(b, i, t.separator)
		if ok && v > 0 {
			end = stop
		} else {
			text, end, closed = fieldAt(b, i, t.separator)
			if v, ok = number(text); !ok || !closed {
				return end, badNumber(t.header[c+1], text)
			}
			if fault := g.check(t.header[c+1], text, v); fault != nil {
				return end, fault
			}
		}
		g.values[to] = v
		to += g.stride
	}
	if !atLineEnd(b, end, t.separator) {
		line := b[end:restOfLine(b, end)]
		return end, wrongCount(len(t.header)+bytes.Count(line, []byte{t.separator}), len(t.header))
	}
	return restOfLine(b, end), nil
}

// join closes the gap that blank lines of the first chunk leave before the second.
func (g *grid) join(chunks []chunk) {
	n := 0
	for _, c := range chunks {
		if c.row != n {
			copy(g.dates[n:], g.dates[c.row:c.row+c.rows])
			for k := range g.columns {
				column := g.values[k*g.stride : (k+1)*g.stride]
				copy(column[n:], column[c.row:c.row+c.rows])
			}
		}
		n += c.rows
	}
	g.dates = g.dates[:n]
}

// order puts the oldest day first and refuses a day that is there twice.
func (g *grid) order(t *table) ledger.Faults {
	if slices.IsSorted(g.dates) {
		return g.repeatedDay(t)
	}
	order := make([]int32, len(g.dates))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int { return int(g.dates[i]) - int(g.dates[j]) })
	g.dates = reordered(g.dates, order)
	buffer := make([]float64, len(g.dates))
	for c := range g.columns {
		column := g.column(c)
		for i, k := range order {
			buffer[i] = column[k]
		}
		copy(column, buffer)
	}
	return g.repeatedDay(t)
}

func (g *grid) repeatedDay(t *table) ledger.Faults {
	for i := 1; i < len(g.dates); i++ {
		if g.dates[i] == g.dates[i-1] {
			return ledger.Faults{{Field: t.header[0], Value: g.dates[i].String(), Problem: "this day is there twice", Cure: "keep one row a day"}}
		}
	}
	return nil
}
