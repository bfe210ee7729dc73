package alphavantage

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// fault is where and why a body cannot be read.
type fault struct{ place, why string }

func (f *fault) Error() string { return f.place + ": " + f.why }

// scanner reads JSON in one pass, strictly and without building values: the order of
// members is kept and numbers stay the text they were written as. After the first fault
// every method does nothing, so that callers look at it once, at the end. Unlike jsonscan
// it names the place of a fault by its members, and reads a number in quotes, as this
// source writes them, and one without in the same way.
type scanner struct {
	b     []byte
	i     int
	depth int
	bad   *fault
}

// deepest is how deeply values may be nested; the answers of this source reach five.
const deepest = 40

func newScanner(b []byte) *scanner {
	return &scanner{b: bytes.TrimPrefix(b, []byte("\ufeff"))}
}

func (s *scanner) fail(format string, args ...any) {
	if s.bad == nil {
		s.bad = &fault{why: fmt.Sprintf(format, args...) + fmt.Sprintf(" (byte %d of %d)", s.i, len(s.b))}
	}
}

// within names where a fault happened, from the inside out.
func (s *scanner) within(place string) {
	if s.bad.place == "" {
		s.bad.place = place
	} else {
		s.bad.place = place + ", " + s.bad.place
	}
}

// peek is the first byte of the next value, 0 at the end of the body.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\n', '\r', '\t':
			s.i++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) bool {
	if s.bad != nil {
		return false
	}
	switch got := s.peek(); got {
	case c:
		s.i++
		return true
	case 0:
		s.fail("the body ends where %q is due", c)
	default:
		s.fail("%q where %q is due", got, c)
	}
	return false
}

func (s *scanner) enter() bool {
	if s.depth++; s.depth > deepest {
		s.fail("values are nested more than %d deep", deepest)
		return false
	}
	return true
}

// object calls member for every member of an object; member reads its value.
func (s *scanner) object(member func(key []byte)) {
	if !s.expect('{') || !s.enter() {
		return
	}
	defer func() { s.depth-- }()
	if s.peek() == '}' {
		s.i++
		return
	}
	for {
		if s.bad == nil && s.peek() != '"' {
			s.expect('"')
		}
		key := s.quoted()
		if !s.expect(':') {
			return
		}
		if member(key); s.bad != nil {
			s.within(string(key))
			return
		}
		switch s.peek() {
		case ',':
			s.i++
		default:
			s.expect('}')
			return
		}
	}
}

// array calls element for every element of an array, counted from 1; element reads it.
func (s *scanner) array(element func(n int)) {
	if !s.expect('[') || !s.enter() {
		return
	}
	defer func() { s.depth-- }()
	if s.peek() == ']' {
		s.i++
		return
	}
	for n := 1; ; n++ {
		if element(n); s.bad != nil {
			s.within(fmt.Sprintf("item %d", n))
			return
		}
		switch s.peek() {
		case ',':
			s.i++
		default:
			s.expect(']')
			return
		}
	}
}

// text reads a string, a number or a literal as its text; null is the empty text.
func (s *scanner) text() []byte {
	if s.bad != nil {
		return nil
	}
	c := s.peek()
	switch {
	case c == '"':
		return s.quoted()
	case c == '{' || c == '[':
		s.fail("%q where text or a number is due", c)
		return nil
	case c == 0:
		s.fail("the body ends where a value is due")
		return nil
	}
	start := s.i
	for s.i < len(s.b) && bare[s.b[s.i]] {
		s.i++
	}
	word := s.b[start:s.i]
	switch {
	case s.i == len(s.b):
		s.fail("the body ends inside a value")
		return nil
	case len(word) == 0:
		s.fail("%q is no value", c)
		return nil
	case string(word) == "null":
		return nil
	case string(word) == "true", string(word) == "false", c == '-', c >= '0' && c <= '9':
		return word
	}
	s.i = start
	s.fail("%q is no value", clip(word))
	return nil
}

// bare are the bytes of numbers and literals.
var bare = func() (t [256]bool) {
	for _, c := range "0123456789+-.eEtrufalsn" {
		t[c] = true
	}
	return t
}()

// quoted reads the string that starts here, without its quotes and escapes.
func (s *scanner) quoted() []byte {
	if s.bad != nil || !s.expect('"') {
		return nil
	}
	start := s.i
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start : s.i-1]
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			s.fail("a control character inside a text")
			return nil
		}
	}
	s.fail("the body ends inside a text")
	return nil
}

func (s *scanner) escaped(start int) []byte {
	out := append([]byte(nil), s.b[start:s.i]...)
	for s.i < len(s.b) {
		c := s.b[s.i]
		s.i++
		switch {
		case c == '"':
			return out
		case c < ' ':
			s.fail("a control character inside a text")
			return nil
		case c != '\\':
			out = append(out, c)
		case s.i == len(s.b):
		default:
			e := s.b[s.i]
			s.i++
			if e == 'u' {
				out = utf8.AppendRune(out, s.unicode())
			} else if plain := bytes.IndexByte([]byte(`"\/bfnrt`), e); plain >= 0 {
				out = append(out, "\"\\/\b\f\n\r\t"[plain])
			} else {
				s.fail("\\%c is no escape", e)
			}
			if s.bad != nil {
				return nil
			}
		}
	}
	s.fail("the body ends inside a text")
	return nil
}

// unicode reads the four digits after \u, and the second half of a pair.
func (s *scanner) unicode() rune {
	r := s.hex()
	if utf16.IsSurrogate(r) && s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
		s.i += 2
		return utf16.DecodeRune(r, s.hex())
	}
	return r
}

func (s *scanner) hex() (r rune) {
	for range 4 {
		if s.i == len(s.b) {
			s.fail("the body ends inside a text")
			return 0
		}
		c := s.b[s.i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			s.fail("%q is no hexadecimal digit", c)
			return 0
		}
		r = r<<4 | rune(c)
		s.i++
	}
	return r
}

// skip passes over any value.
func (s *scanner) skip() {
	if s.bad != nil {
		return
	}
	switch s.peek() {
	case '{':
		s.object(func([]byte) { s.skip() })
	case '[':
		s.array(func(int) { s.skip() })
	default:
		s.text()
	}
}

// end reports the first fault, or text behind the body.
func (s *scanner) end() *fault {
	if s.bad == nil && s.peek() != 0 {
		s.fail("there is text behind the end")
	}
	if s.bad != nil && s.bad.place == "" {
		s.bad.place = "start"
	}
	return s.bad
}

func clip(b []byte) string {
	if len(b) > 30 {
		return string(b[:30]) + "…"
	}
	return string(b)
}
