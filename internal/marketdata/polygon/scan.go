package polygon

import (
	"math"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// scanner reads a body in one pass and knows which row and which key it is at, to say
// where reading stopped.
type scanner struct {
	*jsonscan.Scanner
	row   int    // of the list that is being read, from 1; 0 outside
	field []byte // the last key
}

func scan(body []byte) *scanner { return &scanner{Scanner: jsonscan.New(body)} }

// ok reports whether nothing was wrong so far.
func (s *scanner) ok() bool { return s.Err() == nil }

// place says where reading stopped: "row 17, c: byte 1870: ...".
func (s *scanner) place() string {
	var b strings.Builder
	if s.row > 0 {
		b.WriteString("row " + strconv.Itoa(s.row) + ", ")
	}
	if len(s.field) > 0 && len(s.field) < 64 {
		b.WriteString(strings.ToValidUTF8(string(s.field), "?") + ", ")
	}
	b.WriteString(s.Err().Error())
	return b.String()
}

// object reads an object; null is one without keys. What f leaves unread is skipped.
func (s *scanner) object(f func(key []byte)) {
	if s.Null() {
		return
	}
	s.Object(func(key []byte) {
		s.field = key
		f(key)
	})
}

// array reads an array; null is an empty one.
func (s *scanner) array(f func()) {
	if !s.Null() {
		s.Array(f)
	}
}

// rows is array for the list the answer is about. An object in its place is a list of one.
func (s *scanner) rows(f func()) {
	if s.Peek() == '{' {
		s.row = 1
		f()
	} else {
		s.array(func() { s.row++; f() })
	}
	if s.ok() {
		s.row = 0
	}
}

// words is a text where there is one, as valid UTF-8; a value of another kind is passed
// over.
func words(s *scanner) string {
	if s.Peek() != '"' {
		return ""
	}
	return strings.ToValidUTF8(string(s.Text()), "\uFFFD")
}

// flag reads true or false; nil for null.
func (s *scanner) flag() *bool {
	if s.Null() {
		return nil
	}
	v := s.Bool()
	return &v
}

// literal is the text of the next number, nil for null. A number in quotes is not one.
func (s *scanner) literal() []byte {
	if s.Null() {
		return nil
	}
	return s.Number()
}

// integer is the next number where it is whole, as times are; ok is false for null, a
// fraction and what is too large.
func (s *scanner) integer() (n int64, ok bool) {
	text := s.literal()
	if text == nil {
		return 0, false
	}
	if len(text) <= 18 { // so many digits do not overflow
		for i, c := range text {
			if c < '0' || c > '9' {
				break
			}
			n = n*10 + int64(c-'0')
			if i == len(text)-1 {
				return n, true
			}
		}
	}
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n, true
	}
	f := jsonscan.Float(text)
	if f != math.Trunc(f) || !(math.Abs(f) < 1<<63) {
		return 0, false
	}
	return int64(f), true
}
