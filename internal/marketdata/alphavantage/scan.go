package alphavantage

import (
	"bytes"

	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// fault is where and why a body cannot be read.
type fault struct{ place, why string }

func (f *fault) Error() string { return f.place + ": " + f.why }

// scanner reads a number in quotes, as this source writes them, and one without in the
// same way.
type scanner struct{ *jsonscan.Scanner }

func newScanner(b []byte) scanner {
	return scanner{jsonscan.New(bytes.TrimPrefix(b, []byte("\ufeff")))}
}

// stop says what is wrong with what was read last.
func (s scanner) stop(f *fault) { s.Stop(f.place, f.why) }

// text reads a string, a number or a literal as its text; null is the empty text.
func (s scanner) text() []byte {
	switch s.Peek() {
	case '"':
		return s.Text()
	case '{', '[':
		s.Fail("a text or a number")
		return nil
	case 'n':
		s.Null()
		return nil
	case 't', 'f':
		if s.Bool() {
			return []byte("true")
		}
		return []byte("false")
	}
	return s.Number()
}

// end is what stopped the reading, or text behind the body; nil where nothing did.
func (s scanner) end() *fault {
	s.End()
	e, stopped := s.Err().(*jsonscan.Error)
	if !stopped {
		return nil
	}
	f := &fault{e.Place, e.Error()}
	if f.place == "" {
		f.place = "start"
	}
	return f
}

func clip(b []byte) string {
	if len(b) > 30 {
		return string(b[:30]) + "…"
	}
	return string(b)
}
