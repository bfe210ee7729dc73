package calc

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/series"
)

// numbers is a list of JSON numbers. Anything else in it (null, text, a nested
// list, a number beyond float64) is remembered and refused by values, which
// knows the name of the field; a null would otherwise silently become 0.
type numbers struct {
	list    []float64
	given   bool
	gaps    bool // some are null, NaN in list
	problem *Error
}

// UnmarshalJSON never fails: what is wrong is told by values.
func (n *numbers) UnmarshalJSON(b []byte) error {
	*n = numbers{}
	if string(b) == "null" {
		return nil
	}
	n.given = true
	if b[0] != '[' {
		n.problem = refuse("bad_request", "want a list of numbers")
		return nil
	}
	n.list, n.gaps, n.problem = parseNumbers(b)
	return nil
}

// parseNumbers reads a JSON array already known to be valid JSON.
func parseNumbers(b []byte) (list []float64, gaps bool, problem *Error) {
	list = make([]float64, 0, bytes.Count(b, []byte{','})+1)
	i := skipSpace(b, 1)
	for b[i] != ']' {
		end := i
		for b[end] != ',' && b[end] != ']' && !isSpace(b[end]) {
			end++
		}
		token := b[i:end]
		switch {
		case string(token) == "null":
			gaps = true
		case token[0] != '-' && (token[0] < '0' || token[0] > '9'):
			return nil, false, refuse("bad_request", "observation %d is not a number", len(list))
		}
		v, err := math.NaN(), error(nil)
		if token[0] != 'n' {
			v, err = strconv.ParseFloat(string(token), 64)
		}
		if err != nil {
			return nil, false, refuse("out_of_range", "observation %d (%s) is beyond the range of float64", len(list), clip(token))
		}
		list = append(list, v)
		if i = skipSpace(b, end); b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return list, gaps, nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func skipSpace(b []byte, i int) int {
	for isSpace(b[i]) {
		i++
	}
	return i
}

func clip(token []byte) string {
	if len(token) > 24 {
		return string(token[:24]) + "…"
	}
	return string(token)
}

// values returns the list, or the refusal that names the field. A field that
// was not given is an empty list.
func (n numbers) values(field string) ([]float64, error) {
	if n.problem != nil {
		return nil, refuse(n.problem.Code, "%s: %s", field, n.problem.Detail)
	}
	if n.gaps {
		return nil, refuse("gap", "%s: observation %d is null: leave the period out of every series, or fill it deliberately", field, series.FirstBad(n.list))
	}
	return n.list, nil
}

// required is values for a field that must hold at least min numbers.
func (n numbers) required(field string, min int) ([]float64, error) {
	list, err := n.values(field)
	if err != nil {
		return nil, err
	}
	if !n.given {
		return nil, refuse("missing_field", "%s: give a list of numbers", field)
	}
	if len(list) < min {
		return nil, refuse("too_short", "%s: %d given, at least %d needed", field, len(list), min)
	}
	return list, nil
}

// matrix is a list of rows of numbers.
type matrix struct {
	rows    [][]float64
	given   bool
	problem *Error
}

// UnmarshalJSON never fails: what is wrong is told by values.
func (m *matrix) UnmarshalJSON(b []byte) error {
	*m = matrix{}
	if string(b) == "null" {
		return nil
	}
	m.given = true
	var rows []numbers
	if err := json.Unmarshal(b, &rows); err != nil {
		m.problem = refuse("bad_request", "want a list of rows of numbers")
		return nil
	}
	m.rows = make([][]float64, len(rows))
	for i, row := range rows {
		if !row.given {
			m.problem = refuse("gap", "row %d is null", i)
			return nil
		}
		list, err := row.values("row " + strconv.Itoa(i))
		if err != nil {
			errors.As(err, &m.problem)
			return nil
		}
		m.rows[i] = list
	}
	return nil
}

// table returns the rows, which must all be of one length, columns if that is not negative.
func (m matrix) table(field string, columns int) ([][]float64, error) {
	if m.problem != nil {
		return nil, refuse(m.problem.Code, "%s: %s", field, m.problem.Detail)
	}
	if !m.given || len(m.rows) == 0 {
		return nil, refuse("missing_field", "%s: give a list of rows", field)
	}
	if columns < 0 {
		columns = len(m.rows[0])
	}
	for i, row := range m.rows {
		if len(row) != columns {
			return nil, refuse("length_mismatch", "%s: row %d has %d columns, want %d", field, i, len(row), columns)
		}
	}
	return m.rows, nil
}

// square returns the rows of a symmetric n by n matrix (any n if negative).
func (m matrix) square(field string, n int) ([][]float64, error) {
	rows, err := m.table(field, n)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(rows[0]) {
		return nil, refuse("length_mismatch", "%s: %d rows of %d columns, want a square", field, len(rows), len(rows[0]))
	}
	largest := 0.0
	for _, row := range rows {
		for _, v := range row {
			largest = math.Max(largest, math.Abs(v))
		}
	}
	for i := range rows {
		for j := range i {
			if math.Abs(rows[i][j]-rows[j][i]) > 1e-9*largest {
				return nil, refuse("not_symmetric", "%s: [%d][%d] and [%d][%d] differ", field, i, j, j, i)
			}
		}
	}
	return rows, nil
}

// finite refuses a computed figure that float64 cannot hold.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
