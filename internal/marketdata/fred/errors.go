package fred

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

func garbled(place, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Reason: marketdata.Garbled, Place: place, Said: marketdata.Words(said)}
}

// refused says what came instead of data, nil where the body may be data. FRED's errors are
// {"error_code":400,"error_message":"..."}, or <error code="400" message="..."/>.
func refused(a marketdata.Response) *marketdata.Refusal {
	body := bytes.TrimSpace(a.Body)
	status, said := a.Status, ""
	if code, words, ok := failure(body); ok {
		said = words
		if code != 0 {
			status = code
		} else if status < 400 {
			status = http.StatusBadRequest
		}
	}
	low := strings.ToLower(said)
	no := func(reason marketdata.Reason) *marketdata.Refusal {
		return &marketdata.Refusal{Reason: reason, Said: marketdata.Words(said)}
	}
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusLocked || strings.Contains(low, "rate limit") || strings.Contains(low, "too many requests"):
		r := no(marketdata.Limited)
		r.Window, r.RetryAfter = marketdata.Minute, marketdata.RetryAfter(a.Header, a.At)
		return r
	case strings.Contains(low, "api_key") || strings.Contains(low, "api key") || status == http.StatusUnauthorized:
		return no(marketdata.BadKey)
	case strings.Contains(low, "does not exist"), status == http.StatusNotFound:
		return no(marketdata.NotFound)
	case status >= 500 || status == http.StatusForbidden || status >= 300 && status < 400:
		return no(marketdata.Failed)
	case status >= 400:
		return no(marketdata.Refused)
	case len(body) == 0:
		return garbled("an empty body", "")
	case body[0] == '{':
		return nil
	case page(body):
		return garbled("a page where data was due", "")
	case body[0] == '<':
		return nil
	}
	return garbled("a text where data was due", string(body[:min(len(body), 300)]))
}

func page(body []byte) bool {
	head := strings.ToLower(string(body[:min(len(body), 64)]))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// failure looks for FRED's own error. Errors are short; a long body is data.
func failure(body []byte) (code int, words string, ok bool) {
	if len(body) == 0 || len(body) > 1<<13 {
		return 0, "", false
	}
	if body[0] == '<' {
		var e struct {
			XMLName xml.Name `xml:"error"`
			Code    string   `xml:"code,attr"`
			Message string   `xml:"message,attr"`
		}
		if page(body) || xml.Unmarshal(body, &e) != nil {
			return 0, "", false
		}
		code, _ = strconv.Atoi(e.Code)
		return code, e.Message, true
	}
	s := jsonscan.New(body)
	s.Object(func(name []byte) {
		switch string(name) {
		case "error_code":
			ok = true
			if c := s.Peek(); c-'0' <= 9 {
				code, _ = strconv.Atoi(string(s.Number()))
			}
		case "error_message":
			ok = true
			if s.Peek() == '"' {
				words = string(s.Text())
			}
		}
	})
	return code, words, ok
}
