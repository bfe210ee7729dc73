package polygon

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// scanner reads JSON in one pass over the body, without a tree: bars, whole markets and
// chains come by the megabyte. It is as strict as the standard says, and its first
// mistake ends everything after it.
type scanner struct {
	b     []byte
	i     int
	depth int
	wrong string // what is wrong, empty while nothing is
	at    int    // where
	row   int    // of the list that is being read, from 1; 0 outside
	field []byte // the last key
}

// deepest is how deep values may be nested, as in encoding/json.
const deepest = 10000

func scan(body []byte) *scanner { return &scanner{b: body} }

// fail notes the first thing that is wrong, and where.
func (s *scanner) fail(what string) {
	if s.wrong == "" {
		s.wrong, s.at = what, s.i
	}
	s.i = len(s.b)
}

// place says where reading stopped: "row 17, c (byte 1870): a number ends too early".
func (s *scanner) place() string {
	var b strings.Builder
	if s.row > 0 {
		b.WriteString("row " + strconv.Itoa(s.row))
	}
	if len(s.field) > 0 && len(s.field) < 64 {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.ToValidUTF8(string(s.field), "?"))
	}
	if b.Len() > 0 {
		b.WriteString(" ")
	}
	b.WriteString("(byte " + strconv.Itoa(s.at) + "): " + s.wrong)
	return b.String()
}

// peek is the first byte of the next value, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take consumes c, or fails.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		if s.i >= len(s.b) {
			s.fail("the body ends too early")
		} else {
			s.fail("no " + strconv.Quote(string(c)) + " where one is due")
		}
		return false
	}
	s.i++
	return true
}

// end checks that nothing but blanks is left.
func (s *scanner) end() {
	if s.wrong == "" && s.peek() != 0 {
		s.fail("there is more after the end")
	} else if s.wrong == "" && s.i < len(s.b) {
		s.fail("there is a zero byte after the end")
	}
}

// object reads an object; f reads or skips the value of each key. A null is an object
// without keys; anything else fails.
func (s *scanner) object(f func(key []byte)) {
	if s.null() {
		return
	}
	if !s.take('{') {
		return
	}
	if s.depth++; s.depth > deepest {
		s.fail("values are nested too deep")
	}
	if s.peek() == '}' {
		s.i++
		s.depth--
		return
	}
	for s.wrong == "" {
		key := s.text()
		s.field = key
		if !s.take(':') {
			return
		}
		f(key)
		if s.peek() == ',' {
			s.i++
			if s.peek() == '}' {
				s.fail("a key is missing")
			}
			continue
		}
		s.take('}')
		break
	}
	s.depth--
}

// array reads an array; f reads or skips each value. A null is an empty array.
func (s *scanner) array(f func(i int)) {
	if s.null() {
		return
	}
	if !s.take('[') {
		return
	}
	if s.depth++; s.depth > deepest {
		s.fail("values are nested too deep")
	}
	if s.peek() == ']' {
		s.i++
		s.depth--
		return
	}
	for i := 0; s.wrong == ""; i++ {
		f(i)
		if s.peek() == ',' {
			s.i++
			continue
		}
		s.take(']')
		break
	}
	s.depth--
}

// rows is array for the list the answer is about: what fails in it is told with its row.
// An object in its place is a list of one.
func (s *scanner) rows(f func()) {
	if s.peek() == '{' {
		s.row = 1
		f()
	} else {
		s.array(func(i int) { s.row = i + 1; f() })
	}
	if s.wrong == "" {
		s.row = 0
	}
}

// null consumes a null, if there is one.
func (s *scanner) null() bool {
	if s.peek() == 'n' {
		s.word("null")
		return true
	}
	return false
}

func (s *scanner) word(w string) {
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		s.fail("a word that JSON does not have")
		return
	}
	s.i += len(w)
}

// text reads a string; its bytes are valid until the body is let go. Only a string with
// escapes is copied.
func (s *scanner) text() []byte {
	if !s.take('"') {
		return nil
	}
	start := s.i
	for i := s.i; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return s.b[start:i]
		case c == '\\':
			return s.escaped(start)
		case c < 0x20:
			s.i = i
			s.fail("a control character in a text")
			return nil
		}
	}
	s.i = len(s.b)
	s.fail("a text does not end")
	return nil
}

// escaped reads the string that begins at start and has escapes in it.
func (s *scanner) escaped(start int) []byte {
	i := start
	for i < len(s.b) && s.b[i] != '"' {
		if s.b[i] == '\\' {
			i++
		}
		i++
	}
	if i >= len(s.b) {
		s.i = len(s.b)
		s.fail("a text does not end")
		return nil
	}
	var text string
	if json.Unmarshal(s.b[start-1:i+1], &text) != nil {
		s.i = start
		s.fail("a text with an escape that JSON does not have")
		return nil
	}
	s.i = i + 1
	return []byte(text)
}

// str is text as a string, empty for null; it is always valid UTF-8.
func (s *scanner) str() string {
	if s.null() {
		return ""
	}
	return strings.ToValidUTF8(string(s.text()), "\uFFFD")
}

// flag reads true or false, and whether it was there: null is not.
func (s *scanner) flag() (value, known bool) {
	switch s.peek() {
	case 't':
		s.word("true")
		return true, true
	case 'f':
		s.word("false")
		return false, true
	case 'n':
		s.word("null")
		return false, false
	}
	s.fail("neither true nor false")
	return false, false
}

// literal is the text of the next number, nil for null. A number in quotes is not one.
func (s *scanner) literal() []byte {
	if s.null() {
		return nil
	}
	b, start, i := s.b, s.i, s.i
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := run(b, i)
	switch {
	case whole == i:
		s.i = start
		s.fail("no number where one is due")
		return nil
	case b[i] == '0': // no digit follows a leading zero
		whole = i + 1
	}
	i = whole
	if i < len(b) && b[i] == '.' {
		end := run(b, i+1)
		if end == i+1 {
			return s.cut(end)
		}
		i = end
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		end := run(b, i)
		if end == i {
			return s.cut(end)
		}
		i = end
	}
	s.i = i
	return b[start:i]
}

// run is where the digits that begin at i end.
func run(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

func (s *scanner) cut(at int) []byte {
	s.i = at
	s.fail("a number ends too early")
	return nil
}

// number is the next number as it is measured; NaN for null and for what no float64
// holds.
func (s *scanner) number() float64 {
	if f, ok := s.short(); ok {
		return f
	}
	text := s.literal()
	if text == nil {
		return math.NaN()
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(f, 0) {
		return math.NaN()
	}
	return f
}

var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// short reads a plain decimal of up to 15 digits in one pass: its digits and the power of
// ten are then exact, so that their quotient is the nearest float64. It leaves anything
// else where it is.
func (s *scanner) short() (float64, bool) {
	s.peek()
	b, i := s.b, s.i
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	var n uint64
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	digits, places := i-first, 0
	if digits == 0 || digits > 15 || digits > 1 && b[first] == '0' {
		return 0, false
	}
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for i < len(b) && b[i]-'0' <= 9 {
			n = n*10 + uint64(b[i]-'0')
			i++
		}
		places = i - point
		if places == 0 || digits+places > 15 {
			return 0, false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		return 0, false
	}
	s.i = i
	f := float64(n) / tens[places]
	if negative {
		f = -f
	}
	return f, true
}

// integer is the next number where it is whole, as times are; ok is false for null, a
// fraction and what is too large.
func (s *scanner) integer() (n int64, ok bool) {
	text := s.literal()
	if text == nil {
		return 0, false
	}
	if len(text) <= 18 && text[0] != '-' { // no sum of 18 digits overflows
		for _, c := range text {
			if c < '0' || c > '9' {
				n = -1
				break
			}
			n = n*10 + int64(c-'0')
		}
		if n >= 0 {
			return n, true
		}
	}
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// skip passes over a value, checking that it is one.
func (s *scanner) skip() {
	switch s.peek() {
	case '{':
		s.object(func([]byte) { s.skip() })
	case '[':
		s.array(func(int) { s.skip() })
	case '"':
		s.text()
	case 't':
		s.word("true")
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.literal()
	}
}
