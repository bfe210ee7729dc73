// Package jsonscan reads JSON front to back without building a tree: for large answers
// whose shape is known and whose prices are wanted as numbers at once.
//
// Model: a Scanner stands before a value; each of Object, Array, Text, Number, Float and
// Skip reads one. The first thing that is wrong stops it: everything read after that is
// empty, and Err says the byte it stood at and the members it lies in. What it accepts is JSON as RFC 8259 writes it;
// texts that are not valid UTF-8 are accepted, the reader of the text decides.
package jsonscan

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// deepest is how far values may lie within each other; the answers of sources reach six.
const deepest = 40

// Error says where a body stopped being what was expected.
type Error struct {
	Offset int
	// Place is what the byte lies in, from the outside in: "data, item 3, value"; empty
	// outside of all members and items.
	Place string
	Want  string // what should have stood there
	Why   string // what is wrong with a value that is JSON, in place of Want
	Ended bool   // the body ended there
}

func (e *Error) Error() string {
	if e.Why != "" {
		return fmt.Sprintf("byte %d: %s", e.Offset, e.Why)
	}
	if e.Ended {
		return fmt.Sprintf("the body ends at byte %d, want %s", e.Offset, e.Want)
	}
	return fmt.Sprintf("byte %d: want %s", e.Offset, e.Want)
}

// Scanner reads the JSON text it was made of.
type Scanner struct {
	b     []byte
	i     int
	depth int
	err   *Error
}

// New returns a scanner before the first value of b.
func New(b []byte) *Scanner { return &Scanner{b: b} }

// Err is what stopped the scanner, nil where nothing did.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Offset is the byte the scanner stands at.
func (s *Scanner) Offset() int { return s.i }

// Fail stops the scanner: want says what should have stood here.
func (s *Scanner) Fail(want string) {
	if s.err == nil {
		s.err = &Error{Offset: s.i, Want: want, Ended: s.i >= len(s.b)}
	}
}

// Stop stops the scanner over what a value says, as against its form: why says what is
// wrong with it, and place which part of the value that was read last; empty: all of it.
func (s *Scanner) Stop(place, why string) {
	if s.err == nil {
		s.err = &Error{Offset: s.i, Place: place, Why: why}
	}
}

// within says that what stopped the scanner lies in a member or an item.
func (e *Error) within(name string) {
	if e.Place != "" {
		name += ", " + e.Place
	}
	e.Place = name
}

// Peek is the first byte of the next value, after white space; 0 at the end and after an
// error. Numbers give their first character.
func (s *Scanner) Peek() byte {
	for s.err == nil && s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\n', '\r', '\t':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// End reads the white space that may follow the last value; anything else is an error.
func (s *Scanner) End() {
	if s.Peek(); s.err == nil && s.i < len(s.b) {
		s.Fail("the end of the body")
	}
}

func (s *Scanner) take(c byte, want string) bool {
	if s.Peek() != c {
		s.Fail(want)
		return false
	}
	s.i++
	return true
}

func (s *Scanner) enter() bool {
	s.depth++
	if s.depth > deepest {
		s.Fail("fewer values within each other")
		return false
	}
	return true
}

// Object reads an object and calls member before the value of each of its names; a value
// that it leaves unread is skipped. The name is valid until the value is read.
func (s *Scanner) Object(member func(name []byte)) {
	if !s.enter() || !s.take('{', "an object") {
		return
	}
	defer func() { s.depth-- }()
	if s.Peek() == '}' {
		s.i++
		return
	}
	for s.err == nil {
		if s.Peek() != '"' {
			s.Fail("a name in quotes")
			return
		}
		name := s.Text()
		if !s.take(':', "a colon") {
			return
		}
		s.Peek()
		before := s.i
		member(name)
		if s.err == nil && s.i == before {
			s.Skip()
		}
		if s.err != nil {
			s.err.within(string(name))
			return
		}
		if s.Peek() == '}' {
			s.i++
			return
		}
		if !s.take(',', "a comma or the end of the object") {
			return
		}
	}
}

// Array reads an array and calls element before each of its values; a value that it leaves
// unread is skipped.
func (s *Scanner) Array(element func()) {
	if !s.enter() || !s.take('[', "a list") {
		return
	}
	defer func() { s.depth-- }()
	if s.Peek() == ']' {
		s.i++
		return
	}
	for n := 1; s.err == nil; n++ {
		s.Peek()
		before := s.i
		element()
		if s.err == nil && s.i == before {
			s.Skip()
		}
		if s.err != nil {
			s.err.within("item " + strconv.Itoa(n))
			return
		}
		if s.Peek() == ']' {
			s.i++
			return
		}
		if !s.take(',', "a comma or the end of the list") {
			return
		}
	}
}

// Null reads null where it stands here, and says whether it did.
func (s *Scanner) Null() bool {
	if s.Peek() != 'n' {
		return false
	}
	s.word("null")
	return s.err == nil
}

// Bool reads true or false.
func (s *Scanner) Bool() bool {
	if s.Peek() == 't' {
		s.word("true")
		return s.err == nil
	}
	s.word("false")
	return false
}

func (s *Scanner) word(w string) {
	if s.Peek() != w[0] || len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		s.Fail(w)
		return
	}
	s.i += len(w)
}

// Text reads a string and gives its characters. They are part of the body where nothing
// in them was escaped.
func (s *Scanner) Text() []byte {
	if !s.take('"', "a text in quotes") {
		return nil
	}
	start := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			text := s.b[start:s.i:s.i]
			s.i++
			return text
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			s.Fail("a text without control characters")
			return nil
		}
		s.i++
	}
	s.Fail("the end of a text")
	return nil
}

func (s *Scanner) escaped(start int) []byte {
	out := append(make([]byte, 0, s.i-start+32), s.b[start:s.i]...)
	for s.i < len(s.b) {
		c := s.b[s.i]
		switch {
		case c == '"':
			s.i++
			return out
		case c < ' ':
			s.Fail("a text without control characters")
			return nil
		case c != '\\':
			out = append(out, c)
			s.i++
			continue
		}
		s.i++
		if s.i >= len(s.b) {
			break
		}
		switch e := s.b[s.i]; e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := s.hex(s.i + 1)
			if !ok {
				s.Fail("four hexadecimal digits")
				return nil
			}
			s.i += 4
			if utf16.IsSurrogate(r) {
				pair := utf8.RuneError
				if second, ok := s.hex(s.i + 3); ok && s.b[s.i+1] == '\\' && s.b[s.i+2] == 'u' {
					if pair = utf16.DecodeRune(r, second); pair != utf8.RuneError {
						s.i += 6
					}
				}
				r = pair
			}
			out = utf8.AppendRune(out, r)
		default:
			s.Fail("an escape that JSON knows")
			return nil
		}
		s.i++
	}
	s.Fail("the end of a text")
	return nil
}

func (s *Scanner) hex(at int) (rune, bool) {
	if at+4 > len(s.b) {
		return 0, false
	}
	var r rune
	for _, c := range s.b[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// Number reads a number and gives its text, for money.ParseBytes and the like.
func (s *Scanner) Number() []byte {
	s.Peek()
	if s.err != nil {
		return nil
	}
	b, start, i := s.b, s.i, s.i
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	ok := i > whole && (b[whole] != '0' || i == whole+1)
	if ok && i < len(b) && b[i] == '.' {
		i++
		part := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		ok = i > part
	}
	if ok && i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		part := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		ok = i > part
	}
	if !ok {
		s.i = i
		s.Fail("a number")
		return nil
	}
	s.i = i
	return b[start:i:i]
}

// Float reads a number; null, and a number beyond what float64 holds, is NaN.
func (s *Scanner) Float() float64 {
	if s.Null() {
		return math.NaN()
	}
	return Float(s.Number())
}

// Skip reads a value and drops it.
func (s *Scanner) Skip() {
	switch c := s.Peek(); c {
	case '{':
		s.Object(func([]byte) {})
	case '[':
		s.Array(func() {})
	case '"':
		s.Text()
	case 't', 'f':
		s.Bool()
	case 'n':
		s.Null()
	default:
		s.Number()
	}
}
