// Package table reads delimited text: records, numbers and dates as people and
// programs write them.
//
// Model: a record is the fields between two line ends outside quotes. A number or a
// date that could be read in two ways is settled over the whole column, never cell by
// cell; where the column does not settle it, the reader of the file must be told.
package table

import "bytes"

// Scanner walks through the records of delimited text (RFC 4180, and what programs
// really write: single line feeds, quotes within a field, text after a closing quote).
type Scanner struct {
	data    []byte
	pos     int
	sep     byte
	line    int // of the next record
	Line    int // where the current record starts, from 1
	Fields  [][]byte
	Broken  bool // a quote was opened in the current record and never closed
	scratch []byte
}

// NewScanner reads data with the given separator.
func NewScanner(data []byte, sep byte) *Scanner {
	return &Scanner{data: data, sep: sep, line: 1, Fields: make([][]byte, 0, 16)}
}

// Next moves to the next record that is not a blank line. The fields are valid until
// the next call; they are parts of the data wherever possible.
func (s *Scanner) Next() bool {
	for s.pos < len(s.data) {
		s.Line, s.Broken = s.line, false
		s.Fields = s.Fields[:0]
		end := bytes.IndexByte(s.data[s.pos:], '\n')
		next := len(s.data)
		if end < 0 {
			end = len(s.data)
		} else {
			end += s.pos
			next = end + 1
		}
		line := s.data[s.pos:end]
		if bytes.IndexByte(line, '"') < 0 {
			s.pos = next
			s.line++
			if n := len(line); n > 0 && line[n-1] == '\r' {
				line = line[:n-1]
			}
			if len(line) == 0 {
				continue
			}
			s.split(line)
		} else {
			s.quoted()
		}
		if len(s.Fields) == 1 && len(bytes.TrimSpace(s.Fields[0])) == 0 {
			continue
		}
		return true
	}
	return false
}

// split cuts a line without quotes.
func (s *Scanner) split(line []byte) {
	start := 0
	for i, c := range line {
		if c == s.sep {
			s.Fields = append(s.Fields, line[start:i:i])
			start = i + 1
		}
	}
	s.Fields = append(s.Fields, line[start:])
}

// quoted reads one record that has quotes; it may span lines.
func (s *Scanner) quoted() {
	s.scratch = s.scratch[:0]
	for {
		var field []byte
		var more bool
		if s.pos < len(s.data) && s.data[s.pos] == '"' {
			field, more = s.quotedField()
		} else {
			field, more = s.plainField(s.pos)
		}
		s.Fields = append(s.Fields, field)
		if !more {
			return
		}
	}
}

// plainField reads to the next separator or line end; more says that a field follows.
func (s *Scanner) plainField(from int) (field []byte, more bool) {
	for i := from; i < len(s.data); i++ {
		switch s.data[i] {
		case s.sep:
			field = s.data[from:i:i]
			s.pos = i + 1
			return field, true
		case '\n':
			field = bytes.TrimSuffix(s.data[from:i:i], []byte{'\r'})
			s.pos = i + 1
			s.line++
			return field, false
		}
	}
	field = s.data[from:]
	s.pos = len(s.data)
	return field, false
}

func (s *Scanner) quotedField() (field []byte, more bool) {
	begin := s.pos
	from := begin + 1
	doubled, lines := false, 0
	for i := from; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '\n':
			lines++
		case c != '"':
		case i+1 < len(s.data) && s.data[i+1] == '"':
			doubled = true
			i++
		default:
			after := i + 1
			if after < len(s.data) && s.data[after] == '\r' {
				after++
			}
			end := after == len(s.data) || s.data[after] == '\n'
			if !end && s.data[i+1] != s.sep {
				continue // a quote within the text
			}
			field = s.data[from:i:i]
			if doubled {
				field = s.undouble(field)
			}
			s.line += lines
			if end {
				s.line++
				s.pos = min(after+1, len(s.data))
				return field, false
			}
			s.pos = i + 2
			return field, true
		}
	}
	// Never closed: the quote is taken as text, so that the rest of the file is not lost.
	s.Broken = true
	return s.plainField(begin)
}

func (s *Scanner) undouble(field []byte) []byte {
	start := len(s.scratch)
	for i := 0; i < len(field); i++ {
		s.scratch = append(s.scratch, field[i])
		if field[i] == '"' && i+1 < len(field) && field[i+1] == '"' {
			i++
		}
	}
	return s.scratch[start:len(s.scratch):len(s.scratch)]
}
