package yahoo

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// refused says what came instead of data, nil where the body may be data.
func refused(c marketdata.Call, a marketdata.Response) *marketdata.Refusal {
	no := func(reason marketdata.Reason, said string) *marketdata.Refusal {
		return &marketdata.Refusal{Provider: Name, Endpoint: c.Endpoint, Reason: reason, Said: marketdata.Words(said)}
	}
	body := bytes.TrimSpace(a.Body)
	head := strings.ToLower(string(body[:min(len(body), 4096)]))
	// 999 is what Yahoo answered to too many calls before 429 was agreed on.
	if a.Status == http.StatusTooManyRequests || a.Status == 999 || strings.HasPrefix(head, "too many requests") || strings.HasPrefix(head, "edge: too many requests") {
		r := no(marketdata.Limited, plain(body))
		r.RetryAfter = marketdata.RetryAfter(a.Header, a.At)
		return r
	}
	if len(body) > 0 && body[0] == '{' {
		if code, words, ok := failure(body); ok {
			return no(reasonOf(c, a.Status, code, words), code+": "+words)
		}
	}
	said := plain(body)
	switch {
	case a.Status >= 500:
		return no(marketdata.Failed, said)
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return no(shut(c), said)
	case a.Status == http.StatusNotFound && !strings.HasPrefix(head, "<"):
		return no(marketdata.NotFound, said)
	case len(body) == 0:
		return garbled("an empty body", "")
	case body[0] == '<':
		return garbled("a page where JSON was due", said)
	case body[0] != '{':
		return garbled("a text where JSON was due", said)
	case a.Status >= 300 && a.Status < 400, a.Status == http.StatusNotFound:
		return no(marketdata.Failed, said)
	case a.Status >= 400:
		return no(marketdata.Refused, said)
	}
	return nil
}

// shut is what it means that an endpoint is closed to us: v7 wants a session of a browser,
// the others turn us away for a while.
func shut(c marketdata.Call) marketdata.Reason {
	if c.Endpoint == quoteEndpoint || c.Endpoint == optionsEndpoint {
		return marketdata.NotInPlan
	}
	return marketdata.Failed
}

// reasonOf reads Yahoo's own error: {"chart":{"result":null,"error":{"code":"Not Found",
// "description":"No data found, symbol may be delisted"}}}.
func reasonOf(c marketdata.Call, status int, code, words string) marketdata.Reason {
	code, words = strings.ToLower(code), strings.ToLower(words)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(code, p) || strings.Contains(words, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("too many requests", "rate limit"):
		return marketdata.Limited
	case has("data doesn't exist for startdate", "data doesn’t exist for startdate", "no price data found"):
		return marketdata.Empty
	case has("no data found", "symbol may be delisted", "no fundamentals data found", "quote not found"):
		return marketdata.NotFound
	case has("crumb", "cookie", "unauthorized", "forbidden", "unable to access this feature"):
		return shut(c)
	case has("not found"):
		return marketdata.NotFound
	case has("internal server error", "internal-error", "internal error", "service unavailable", "bad gateway", "timeout", "timed out"):
		return marketdata.Failed
	case status >= 500:
		return marketdata.Failed
	}
	return marketdata.Refused
}

// failure looks for the error of a body, in whatever it is wrapped ("chart", "finance",
// "quoteResponse", "optionChain").
func failure(body []byte) (code, words string, ok bool) {
	// Errors are short; a long body is data, and is not read twice.
	if len(body) > 1<<14 {
		return "", "", false
	}
	s := jsonscan.New(body)
	s.Object(func([]byte) {
		if s.Peek() != '{' {
			return
		}
		s.Object(func(name []byte) {
			if string(name) != "error" || s.Null() {
				return
			}
			ok = true
			if s.Peek() == '"' {
				words = string(s.Text())
				return
			}
			if s.Peek() != '{' {
				return
			}
			s.Object(func(name []byte) {
				switch {
				case string(name) == "code" && s.Peek() == '"':
					code = string(s.Text())
				case string(name) == "description" && s.Peek() == '"':
					words = string(s.Text())
				}
			})
		})
	})
	return code, words, ok
}

// plain is the text of a body for people: the title of a page, the text of anything else.
func plain(body []byte) string {
	low := strings.ToLower(string(body[:min(len(body), 4096)]))
	if from := strings.Index(low, "<title>"); from >= 0 {
		if n := strings.Index(low[from:], "</title>"); n > 0 && from+n <= len(body) {
			return string(body[from+len("<title>") : from+n])
		}
	}
	if len(body) > 0 && body[0] == '<' {
		return "a page without a title"
	}
	return string(body[:min(len(body), 400)])
}

func garbled(place, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Reason: marketdata.Garbled, Place: place, Said: marketdata.Words(said)}
}

func refusal(reason marketdata.Reason, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Reason: reason, Said: said}
}

// named puts the source and the endpoint to what a reader found.
func named(err error, c marketdata.Call) *marketdata.Refusal {
	var r *marketdata.Refusal
	if !errors.As(err, &r) {
		r = garbled(err.Error(), "")
	}
	r.Provider, r.Endpoint = Name, c.Endpoint
	return r
}

// broken is what stopped the scanner, in what was being read.
func broken(s *jsonscan.Scanner, in string) error {
	if err := s.Err(); err != nil {
		return garbled(fmt.Sprintf("%s, %v", in, err), "")
	}
	return nil
}
