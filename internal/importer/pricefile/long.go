package pricefile

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// What a column of a long file is; the first six index longRows.values.
const (
	openColumn = iota
	highColumn
	lowColumn
	closeColumn
	volumeColumn
	adjCloseColumn
	valueColumns
	dateColumn
	symbolColumn
	otherColumn
)

// longRows are all rows of a long file, a column each.
type longRows struct {
	dates   []date.Date
	symbols []int32 // index into names
	values  [valueColumns][]float64
	lines   []int32
	names   []string
}

// readLong reads bars of many symbols, or of one that the file's name tells.
func (f *File) readLong(t *table) ledger.Faults {
	if len(t.body) == 0 {
		return ledger.Faults{noRows()}
	}
	chunks, total := t.chunksOf()
	rows := longRows{dates: make([]date.Date, total), symbols: make([]int32, total), lines: make([]int32, total)}
	roles := t.roles()
	for _, role := range roles {
		if role < valueColumns {
			rows.values[role] = make([]float64, total)
		}
	}
	found := make([]*names, len(chunks))
	faults := eachChunk(chunks, func(i int, c *chunk) {
		found[i] = &names{index: map[string]int32{}}
		if !slices.Contains(roles, symbolColumn) {
			found[i].of([]byte(symbolOfName(f.Name)))
		}
		c.readLong(t, roles, &rows, found[i])
	})
	if len(faults) > 0 {
		return faults
	}
	rows.join(chunks, found)
	f.Rows = len(rows.dates)
	if f.Rows == 0 {
		return ledger.Faults{noRows()}
	}
	rows.group()
	return f.cutSeries(&rows)
}

func noRows() *ledger.Fault {
	return &ledger.Fault{Problem: "has a header and no rows", Cure: "give a file with rows"}
}

// roles says what each column is.
func (t *table) roles() []int {
	roles := make([]int, len(t.columns))
	for i, name := range t.columns {
		roles[i] = otherColumn
		if k := slices.Index(bars, name); k >= 0 && slices.Index(t.columns, name) == i {
			roles[i] = k
		}
	}
	if i := t.column("date"); i >= 0 {
		roles[i] = dateColumn
	}
	if i := t.column("symbol"); i >= 0 {
		roles[i] = symbolColumn
	}
	return roles
}

// names numbers symbols in order of appearance.
type names struct {
	index map[string]int32
	list  []string
	last  []byte
	at    int32
}

func (n *names) of(symbol []byte) int32 {
	if n.last != nil && bytes.Equal(symbol, n.last) {
		return n.at
	}
	at, ok := n.index[string(symbol)]
	if !ok {
		at = int32(len(n.list))
		n.list = append(n.list, string(symbol))
		n.index[n.list[at]] = at
	}
	n.last, n.at = symbol, at
	return at
}

func (c *chunk) readLong(t *table, roles []int, rows *longRows, found *names) {
	b, line := c.text, c.line
	for i := skipBlank(b, 0, &line); i < len(b); i = skipBlank(b, i, &line) {
		at := c.row + c.rows
		end, fault := readBar(b, i, t, roles, rows, found, at)
		if fault != nil {
			if !c.fail(line, fault) {
				return
			}
			end = restOfLine(b, i)
		} else {
			rows.lines[at] = int32(line)
			c.rows++
		}
		i = end + 1
		line++
	}
}

// readBar reads the line that starts at b[i] into row at and returns where it ends.
func readBar(b []byte, i int, t *table, roles []int, rows *longRows, found *names, at int) (int, *ledger.Fault) {
	for k, role := range roles {
		var text []byte
		end, closed := i, true
		if role < valueColumns {
			v, stop, ok := plainNumber(b, i, t.separator)
			if ok && (v > 0 || role == volumeColumn) {
				rows.values[role][at] = v
				end = stop
			} else {
				text, end, closed = fieldAt(b, i, t.separator)
				if fault := putValue(t.header[k], text, role, &rows.values[role][at]); fault != nil && closed {
					return end, fault
				}
			}
		} else {
			text, end, closed = fieldAt(b, i, t.separator)
			if fault := putName(t.header[k], text, role, rows, found, at); fault != nil && closed {
				return end, fault
			}
		}
		if !closed {
			return end, &ledger.Fault{Field: t.header[k], Problem: "a quotation mark is not closed", Cure: "close it"}
		}
		if k == len(roles)-1 {
			if !atLineEnd(b, end, t.separator) {
				return end, wrongCount(len(roles)+1+bytes.Count(b[end+1:restOfLine(b, end+1)], []byte{t.separator}), len(roles))
			}
			return restOfLine(b, end), nil
		}
		if end >= len(b) || b[end] != t.separator {
			return end, wrongCount(k+1, len(roles))
		}
		i = end + 1
	}
	return i, nil
}

func putValue(column string, text []byte, role int, to *float64) *ledger.Fault {
	v, ok := number(text)
	switch {
	case !ok:
		return badNumber(column, text)
	case role == volumeColumn && v < 0:
		return &ledger.Fault{Field: column, Value: clip(string(text)), Problem: "is a negative volume", Cure: "leave it empty where it is not known"}
	case role != volumeColumn && v <= 0:
		return notPositive(column, text)
	}
	*to = v
	return nil
}

func putName(column string, text []byte, role int, rows *longRows, found *names, at int) *ledger.Fault {
	switch role {
	case dateColumn:
		d, ok := day(text)
		if !ok {
			return badDate(column, text)
		}
		rows.dates[at] = d
	case symbolColumn:
		if len(text) == 0 || len(text) > 64 {
			return &ledger.Fault{Field: column, Value: clip(string(text)), Problem: "is not a symbol", Cure: "name the symbol the price is of"}
		}
		rows.symbols[at] = found.of(text)
	}
	return nil
}

// join brings the chunks' rows together without gaps and numbers symbols alike.
func (r *longRows) join(chunks []chunk, found []*names) {
	n := 0
	all := found[0]
	for i, c := range chunks {
		from, to := c.row, c.row+c.rows
		if i > 0 {
			all.last = nil
			same := make([]int32, len(found[i].list))
			for k, name := range found[i].list {
				same[k] = all.of([]byte(name))
			}
			for k := from; k < to; k++ {
				r.symbols[k] = same[r.symbols[k]]
			}
		}
		if from != n {
			copy(r.dates[n:], r.dates[from:to])
			copy(r.symbols[n:], r.symbols[from:to])
			copy(r.lines[n:], r.lines[from:to])
			for _, v := range r.values {
				if v != nil {
					copy(v[n:], v[from:to])
				}
			}
		}
		n += c.rows
	}
	r.names = all.list
	r.dates, r.symbols, r.lines = r.dates[:n], r.symbols[:n], r.lines[:n]
	for i, v := range r.values {
		if v != nil {
			r.values[i] = v[:n]
		}
	}
}

// group sorts the rows by symbol and date, where the file has not done so.
func (r *longRows) group() {
	before := func(i, j int) bool {
		return r.symbols[i] < r.symbols[j] || r.symbols[i] == r.symbols[j] && r.dates[i] <= r.dates[j]
	}
	sorted := true
	for i := 1; i < len(r.dates) && sorted; i++ {
		sorted = before(i-1, i)
	}
	if sorted {
		return
	}
	keys := make([]uint64, len(r.dates)) // symbol, date; the row is looked up beside it
	order := make([]int32, len(r.dates))
	for i := range order {
		order[i] = int32(i)
		keys[i] = uint64(r.symbols[i])<<32 | uint64(uint32(r.dates[i])^1<<31)
	}
	slices.SortStableFunc(order, func(i, j int32) int {
		if keys[i] < keys[j] {
			return -1
		} else if keys[i] > keys[j] {
			return 1
		}
		return 0
	})
	r.dates = reordered(r.dates, order)
	r.symbols = reordered(r.symbols, order)
	r.lines = reordered(r.lines, order)
	for i, v := range r.values {
		if v != nil {
			r.values[i] = reordered(v, order)
		}
	}
}

func reordered[T any](from []T, order []int32) []T {
	to := make([]T, len(from))
	for i, k := range order {
		to[i] = from[k]
	}
	return to
}

// cutSeries makes one series of each symbol's rows. A day that is there twice is a
// fault unless both rows say the same.
func (f *File) cutSeries(r *longRows) ledger.Faults {
	var faults ledger.Faults
	kept, same := 0, 0
	for i := range r.dates {
		if i > 0 && kept > 0 && r.symbols[i] == r.symbols[kept-1] && r.dates[i] == r.dates[kept-1] {
			if column := r.difference(kept-1, i); column >= 0 && len(faults) < maxFaults {
				faults = append(faults, &ledger.Fault{Row: int(r.lines[i]), Field: bars[column], Value: fmt.Sprint(r.values[column][i]),
					Problem: fmt.Sprintf("%s has another price for %s on line %d", r.names[r.symbols[i]], r.dates[i], r.lines[kept-1]),
					Cure:    "keep one row a symbol and day"})
			}
			same++
			continue
		}
		if kept != i {
			r.move(kept, i)
		}
		kept++
	}
	if len(faults) > 0 {
		return faults
	}
	if same > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d rows repeat another row and are left out", same))
	}
	for from := 0; from < kept; {
		to := from
		for to < kept && r.symbols[to] == r.symbols[from] {
			to++
		}
		f.Series = append(f.Series, r.series(from, to))
		from = to
	}
	return nil
}

func (r *longRows) difference(i, j int) int {
	for k, v := range r.values {
		if v != nil && v[i] != v[j] && !(math.IsNaN(v[i]) && math.IsNaN(v[j])) {
			return k
		}
	}
	return -1
}

func (r *longRows) move(to, from int) {
	r.dates[to], r.symbols[to], r.lines[to] = r.dates[from], r.symbols[from], r.lines[from]
	for _, v := range r.values {
		if v != nil {
			v[to] = v[from]
		}
	}
}

func (r *longRows) series(from, to int) Series {
	column := func(k int) []float64 {
		if r.values[k] == nil {
			return nil
		}
		return filled(r.values[k][from:to:to])
	}
	return Series{
		Symbol: r.names[r.symbols[from]], Dates: r.dates[from:to:to],
		Open: column(openColumn), High: column(highColumn), Low: column(lowColumn), Close: column(closeColumn),
		Volume: column(volumeColumn), AdjClose: column(adjCloseColumn),
	}
}

// filled is the column, or nil where nothing in it is known.
func filled(v []float64) []float64 {
	for _, x := range v {
		if !math.IsNaN(x) {
			return v
		}
	}
	return nil
}
