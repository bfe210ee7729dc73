package alphavantage

import "fmt"

// record is one flat object of a list or one row of a table, its members in order. It is
// overwritten by the next.
type record struct {
	keys, values [][]byte
}

// get is the text of a member; nil where there is none.
func (r *record) get(names ...string) []byte {
	for _, name := range names {
		for i, k := range r.keys {
			if string(k) == name {
				return r.values[i]
			}
		}
	}
	return nil
}

// record reads an object of plain values; lists and objects in it are passed over.
func (s scanner) record(r *record) {
	r.keys, r.values = r.keys[:0], r.values[:0]
	s.Object(func(key []byte) {
		if c := s.Peek(); c == '{' || c == '[' {
			s.Skip()
			return
		}
		r.keys, r.values = append(r.keys, unnumbered(key)), append(r.values, s.text())
	})
}

// each reads a list of such objects.
func (s scanner) each(r *record, read func() *fault) {
	s.Array(func() {
		s.record(r)
		if s.Err() == nil {
			if bad := read(); bad != nil {
				s.stop(bad)
			}
		}
	})
}

// list reads the records of an answer: those under the member named under of a JSON body,
// or the rows of a CSV one, of which names gives the columns by the names of the JSON members.
// top is called for the other members. found is false where there is no such member.
func list(body []byte, under string, names map[string]string, top func(key, value []byte), read func(*record) *fault) (found bool, bad *fault) {
	r := &record{}
	if isJSON(body) {
		s := newScanner(body)
		s.Object(func(key []byte) {
			switch c := s.Peek(); {
			case string(key) == under && c == '[':
				found = true
				s.each(r, func() *fault { return read(r) })
			case c == '{' || c == '[':
				s.Skip()
			default:
				if value := s.text(); top != nil {
					top(key, value)
				}
			}
		})
		return found, s.end()
	}
	t := newTable(body)
	for _, c := range t.columns {
		if theirs, ok := names[c]; ok {
			c = theirs
		}
		r.keys = append(r.keys, []byte(c))
	}
	for t.next() {
		r.values = t.fields
		if bad := read(r); bad != nil {
			bad.place = fmt.Sprintf("row %d, %s", t.row, bad.place)
			return true, bad
		}
	}
	return true, t.bad
}

// number reads a member as a measured number.
func (r *record) number(into *float64, names ...string) *fault {
	b := r.get(names...)
	v, ok := number(b)
	if !ok {
		return &fault{names[0], fmt.Sprintf("%q is no number", clip(b))}
	}
	*into = v
	return nil
}
