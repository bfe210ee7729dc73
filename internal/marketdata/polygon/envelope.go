package polygon

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// envelope is what every answer has around its rows.
type envelope struct {
	status   string // OK, DELAYED, ERROR, NOT_AUTHORIZED, NOT_FOUND
	problem  string // "error" or "message"
	ticker   string
	next     string
	adjusted *bool // prices were divided by later splits; nil: it does not say
	listed   bool  // the key of the rows was there
	counted  int64 // rows, as the source counts them; -1 where it does not
}

// read takes a key of the envelope and passes over any other.
func (e *envelope) read(s *scanner, key []byte) {
	switch string(key) {
	case "status":
		e.status = words(s)
	case "error", "message":
		if text := words(s); text != "" {
			e.problem = text
		}
	case "ticker":
		e.ticker = words(s)
	case "next_url":
		e.next = words(s)
	case "adjusted":
		if v := s.flag(); v != nil {
			e.adjusted = v
		}
	case "resultsCount":
		if n, ok := s.integer(); ok {
			e.counted = n
		}
	default:
		s.Skip()
	}
}

func (e *envelope) delayed() bool { return e.status == "DELAYED" }

// refused reports whether the envelope itself says that there is no data.
func (e *envelope) refused() bool {
	switch strings.ToUpper(e.status) {
	case "ERROR", "NOT_AUTHORIZED", "NOT_FOUND", "NOT_ENTITLED", "FAILED":
		return true
	}
	return false
}

// whole reads a body whose rows are under a key; every other key is the envelope's.
func whole(body []byte, rows string, row func(s *scanner)) (*scanner, envelope) {
	s, e := scan(body), envelope{counted: -1}
	s.Object(func(key []byte) {
		if string(key) == rows {
			e.listed = true
			s.rows(func() { row(s) })
			return
		}
		e.read(s, key)
	})
	s.End()
	return s, e
}

// longestNext is how long the address of a next page may be.
const longestNext = 8192

// following is the call of the next page that an answer names, nil where it names none.
// Only its path and its query are taken: the call goes to our own base address, whatever
// host the answer names, and never carries a key in it. It must ask for the same thing.
func following(c marketdata.Call, next string) (*marketdata.Call, error) {
	if next == "" {
		return nil, nil
	}
	u, err := url.Parse(next)
	if err != nil || len(next) > longestNext || u.Opaque != "" {
		return nil, fmt.Errorf("next_url is not an address")
	}
	if path.Clean("/"+u.Path) != u.Path || samePart(u.Path) != samePart(c.Path) {
		return nil, fmt.Errorf("next_url leads to something else")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("next_url has a query that cannot be read")
	}
	for name := range query {
		if strings.EqualFold(name, "apikey") {
			query.Del(name)
		}
	}
	n := c
	n.Path, n.Query = u.Path, query
	if n.Key() == c.Key() {
		return nil, fmt.Errorf("next_url leads back to the same page")
	}
	return &n, nil
}

// samePart is the part of a path that must not change from page to page: all of it, but
// for bars without their days.
func samePart(p string) string {
	if fixed, _, ok := strings.Cut(p, "/range/1/day/"); ok {
		return fixed
	}
	return p
}

// left collects what was left out, the first of it in words.
type left struct {
	said []string
	more int
}

// mostLeft is how many things left out are told one by one.
const mostLeft = 50

func (l *left) out(format string, args ...any) {
	if len(l.said) >= mostLeft {
		l.more++
		return
	}
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

func (l *left) all() []string {
	if l.more > 0 {
		return append(l.said, fmt.Sprintf("and %d more", l.more))
	}
	return l.said
}

// markup reports whether a body is a page for people where data was due.
func markup(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}
