package calc

import (
	"bytes"
	"encoding/json"
)

// namedSeries is an object of lists of numbers, {"ACME": [...]}, in the order
// in which the request gives the names.
type namedSeries struct {
	names   []string
	lists   []numbers
	given   bool
	problem *Error
}

// UnmarshalJSON never fails: what is wrong is told by columns.
func (s *namedSeries) UnmarshalJSON(b []byte) error {
	*s = namedSeries{}
	if string(b) == "null" {
		return nil
	}
	s.given = true
	s.problem = eachKey(b, func(name string, raw json.RawMessage) *Error {
		var list numbers
		if err := list.UnmarshalJSON(bytes.TrimSpace(raw)); err != nil {
			return refuse("bad_request", "%s: %v", name, err)
		}
		s.names, s.lists = append(s.names, name), append(s.lists, list)
		return nil
	})
	return nil
}

// eachKey walks the keys of a JSON object in their order; a key given twice is refused.
func eachKey(b []byte, f func(name string, raw json.RawMessage) *Error) *Error {
	d := json.NewDecoder(bytes.NewReader(b))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return refuse("bad_request", "want an object")
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return refuse("bad_request", "want an object")
		}
		if seen[name] {
			return refuse("bad_request", "%q is given twice", name)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return refuse("bad_request", "%q: %v", name, err)
		}
		if problem := f(name, raw); problem != nil {
			return problem
		}
	}
	return nil
}

// columns returns the lists, all of one length; gaps are NaN where they are allowed.
func (s namedSeries) columns(field string, gaps bool) (names []string, columns [][]float64, err error) {
	switch {
	case s.problem != nil:
		return nil, nil, refuse(s.problem.Code, "%s: %s", field, s.problem.Detail)
	case !s.given || len(s.names) == 0:
		return nil, nil, refuse("missing_field", "%s: give a list of numbers for each name", field)
	}
	columns = make([][]float64, len(s.lists))
	for i, list := range s.lists {
		label := field + "." + s.names[i]
		if !list.given {
			return nil, nil, refuse("missing_field", "%s: give a list of numbers", label)
		}
		if gaps {
			list.gaps = false
		}
		if columns[i], err = list.values(label); err != nil {
			return nil, nil, err
		}
		if len(columns[i]) != len(columns[0]) {
			return nil, nil, refuse("length_mismatch", "%s: %d periods, %s has %d", label, len(columns[i]), s.names[0], len(columns[0]))
		}
	}
	return s.names, columns, nil
}
