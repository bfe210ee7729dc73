package fmp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// token is one value of a body: a number 'n', a string 's', null 'z', true 't', false 'f',
// or a whole list or object 'c'.
type token struct {
	kind byte
	text []byte // the number's digits, the string without its quotes, the raw list or object
	code bool   // the string has escapes
}

// scanner goes once through a JSON body and stops at the first fault. It is strict about
// the form and leaves the meaning to the parsers.
type scanner struct {
	body  []byte
	at    int
	row   int    // of the innermost list of rows, from 1
	field string // that is read
	fault string // what is wrong; empty: nothing so far
}

// deepest is how far lists and objects may be nested.
const deepest = 64

func newScanner(body []byte) *scanner {
	return &scanner{body: bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))}
}

func (s *scanner) fail(what string) {
	if s.fault == "" {
		s.fault = what
	}
}

// place says where the fault is.
func (s *scanner) place() string {
	switch {
	case s.row > 0 && s.field != "":
		return fmt.Sprintf("row %d, %s", s.row, s.field)
	case s.row > 0:
		return fmt.Sprintf("row %d", s.row)
	}
	return fmt.Sprintf("byte %d", s.at)
}

// peek is the next byte that is no space, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.body) {
		if c := s.body[s.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.at++
	}
	return 0
}

// end fails unless nothing follows.
func (s *scanner) end() {
	if s.fault == "" && s.peek() != 0 {
		s.row, s.field = 0, ""
		s.fail("something follows the end")
	}
}

// members calls each before every element of the list or object that begins here; each
// has to read it. closing is ']' or '}'.
func (s *scanner) members(opening, closing byte, each func()) {
	if s.peek() != opening {
		s.fail(fmt.Sprintf("a %q is due", opening))
		return
	}
	s.at++
	if s.peek() == closing {
		s.at++
		return
	}
	for s.fault == "" {
		each()
		if s.fault != "" {
			return
		}
		switch s.peek() {
		case ',':
			s.at++
		case closing:
			s.at++
			return
		case 0:
			s.fail("it breaks off")
		default:
			s.fail("a comma is due")
		}
	}
}

// list reads a list of rows.
func (s *scanner) list(row func()) {
	s.row = 0
	s.members('[', ']', func() {
		s.row++
		s.field = ""
		row()
	})
}

// fields calls each with every key of an object; each has to read the value.
func (s *scanner) fields(each func(key []byte)) {
	s.members('{', '}', func() {
		if s.peek() != '"' {
			s.fail("a key is due")
			return
		}
		key := s.value()
		if s.fault == "" && s.peek() != ':' {
			s.fail("a colon is due")
			return
		}
		s.at++
		each(key.text)
	})
}

// object calls each with every key and value of an object.
func (s *scanner) object(each func(key []byte, v token)) {
	s.fields(func(key []byte) {
		v := s.value()
		if s.fault != "" {
			s.field = string(key)
			return
		}
		each(key, v)
	})
}

// value reads what begins here.
func (s *scanner) value() token {
	switch c := s.peek(); c {
	case '"':
		return s.str()
	case '[', '{':
		from := s.at
		s.skip(0)
		return token{kind: 'c', text: s.body[from:s.at]}
	case 'n':
		return s.word("null", 'z')
	case 't':
		return s.word("true", 't')
	case 'f':
		return s.word("false", 'f')
	case 0:
		s.fail("it breaks off")
		return token{}
	default:
		return s.number()
	}
}

// skip passes over a list or object.
func (s *scanner) skip(depth int) {
	if depth > deepest {
		s.fail("it is nested too deeply")
		return
	}
	inner := func() {
		if c := s.peek(); c == '[' || c == '{' {
			s.skip(depth + 1)
		} else {
			s.value()
		}
	}
	if s.peek() == '[' {
		s.members('[', ']', inner)
		return
	}
	s.fields(func([]byte) { inner() })
}

func (s *scanner) word(w string, kind byte) token {
	if !bytes.HasPrefix(s.body[s.at:], []byte(w)) {
		s.fail("it is no value")
		return token{}
	}
	s.at += len(w)
	return token{kind: kind}
}

func (s *scanner) str() token {
	s.at++
	from, code := s.at, false
	for {
		n := bytes.IndexByte(s.body[s.at:], '"')
		if n < 0 {
			s.at = len(s.body)
			s.fail("it breaks off")
			return token{}
		}
		part := s.body[s.at : s.at+n]
		s.at += n + 1
		if bytes.IndexByte(part, '\\') < 0 {
			return token{kind: 's', text: s.body[from : s.at-1], code: code}
		}
		code = true
		slashes := 0
		for slashes < len(part) && part[len(part)-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return token{kind: 's', text: s.body[from : s.at-1], code: code}
		}
	}
}

// number reads a number in the form that JSON allows.
func (s *scanner) number() token {
	b, at := s.body, s.at
	if at < len(b) && b[at] == '-' {
		at++
	}
	whole := at
	at = digits(b, at)
	ok := at > whole && (b[whole] != '0' || at == whole+1)
	if ok && at < len(b) && b[at] == '.' {
		places := at + 1
		at = digits(b, places)
		ok = at > places
	}
	if ok && at < len(b) && b[at]|0x20 == 'e' {
		power := at + 1
		if power < len(b) && (b[power] == '+' || b[power] == '-') {
			power++
		}
		at = digits(b, power)
		ok = at > power
	}
	if !ok {
		s.at = at
		s.fail("it is no value")
		return token{}
	}
	t := token{kind: 'n', text: b[s.at:at]}
	s.at = at
	return t
}

// digits is the place behind the digits that begin at a place.
func digits(b []byte, at int) int {
	for at < len(b) && b[at]-'0' <= 9 {
		at++
	}
	return at
}

// unknown are the words that sources write where they do not know.
func unknown(s string) bool {
	switch s {
	case "", "None", "none", "NONE", "-", "--", "N/A", "n/a", "NA", "null", "NULL", "NaN", "nan", "undefined", "0000-00-00":
		return true
	}
	return false
}

// str is the text of a string or of a number, empty where it is not known.
func (t token) str() string {
	if t.kind != 's' && t.kind != 'n' {
		return ""
	}
	out := string(t.text)
	if t.code {
		quoted := append(append([]byte{'"'}, t.text...), '"')
		if json.Unmarshal(quoted, &out) != nil {
			return ""
		}
	}
	out = strings.TrimSpace(strings.ToValidUTF8(out, ""))
	if unknown(out) {
		return ""
	}
	return out
}

// float is a measured number, NaN where it is not known.
func (t token) float() float64 {
	switch t.kind {
	case 'n':
		if f, err := strconv.ParseFloat(string(t.text), 64); err == nil && !math.IsInf(f, 0) {
			return f
		}
	case 's':
		if f, err := strconv.ParseFloat(t.str(), 64); err == nil && !math.IsInf(f, 0) {
			return f
		}
	}
	return math.NaN()
}

// decimal is an exact number, read from its digits. What has more places than are kept is
// rounded to those; what has more digits before the point is not known.
func (t token) decimal() money.Optional {
	var d money.Decimal
	var err error
	switch t.kind {
	case 'n':
		d, err = money.ParseBytes(t.text)
	case 's':
		d, err = money.Parse(t.str())
	default:
		return money.Optional{}
	}
	if err != nil {
		return money.Optional{}
	}
	if d.CheckBounds() != nil {
		if d = d.Round(money.Places); d.CheckBounds() != nil {
			return money.Optional{}
		}
	}
	return money.Some(d)
}

var hundredth = money.New(1, 2)

// percent is a percentage, with or without its sign, as a fraction.
func (t token) percent() money.Optional {
	if t.kind == 's' {
		t = token{kind: 's', text: []byte(strings.TrimSpace(strings.TrimSuffix(t.str(), "%")))}
	}
	d := t.decimal()
	if d.Known {
		d.Decimal = d.Decimal.Mul(hundredth)
	}
	return d
}

// day is the day that a date or a time of the source names, as it stands there.
func (t token) day() (date.Date, bool) {
	b := t.text
	if t.kind != 's' || len(b) < 10 || b[4] != '-' || b[7] != '-' || len(b) > 10 && b[10] != ' ' && b[10] != 'T' {
		return 0, false
	}
	n := 0
	for i, c := range b[:10] {
		if i == 4 || i == 7 {
			continue
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	d, err := date.New(n/10000, time.Month(n/100%100), n%100)
	return d, err == nil && n/10000 > 1000
}

// dayOr is the day, or zero where it is not known.
func (t token) dayOr() date.Date {
	if d, ok := t.day(); ok {
		return d
	}
	return 0
}

// flag is true or false, nil where it is not said.
func (t token) flag() *bool {
	switch t.kind {
	case 't', 'f':
		b := t.kind == 't'
		return &b
	}
	return nil
}
