package alphavantage

import (
	"bytes"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

func refuse(c marketdata.Call, reason marketdata.Reason, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Provider: name, Endpoint: c.Endpoint, Reason: reason, Said: keyless(said)}
}

func garbled(c marketdata.Call, f *fault) *marketdata.Refusal {
	r := refuse(c, marketdata.Garbled, f.why)
	r.Place = f.place
	return r
}

// keyed finds the key that the source repeats in its notices, and anything of its form:
// sixteen capitals and digits.
var keyed = regexp.MustCompile(`(?i:(api key as|apikey=|api key:)\s*)[^\s&"',]+|\b[A-Z0-9]{16}\b`)

// keyless shortens what the source said and takes the key out of it.
func keyless(said string) string {
	said = keyed.ReplaceAllStringFunc(said, func(m string) string {
		if i := strings.LastIndexAny(m, " =:"); i >= 0 {
			return m[:i+1] + "…"
		}
		return "…"
	})
	return marketdata.Words(said)
}

// refusal recognises what is not data: by its status, by what kind of text it is, and by
// the notices that this source sends as HTTP 200, also where CSV was asked for. nil is
// an answer that may hold data.
func refusal(c marketdata.Call, a marketdata.Response) *marketdata.Refusal {
	body := bytes.TrimSpace(bytes.TrimPrefix(a.Body, []byte("\ufeff")))
	said, named := notice(body)
	if r := byStatus(c, a, body, said); r != nil {
		return r
	}
	switch {
	case len(body) == 0:
		return garbled(c, &fault{"start", "the body is empty"})
	case body[0] == '<':
		return garbled(c, &fault{"start", "HTML or XML where data is due"})
	case named != "":
		r := byWords(c, said, named)
		wait(r, a)
		return r
	case body[0] != '{' && body[0] != '[' && bytes.IndexByte(body, ',') < 0:
		// Not even a CSV header: a sentence, or noise.
		if r := byWords(c, string(body), ""); r.Reason == marketdata.Limited {
			wait(r, a)
			return r
		}
		return garbled(c, &fault{"start", "plain text where data is due: " + string(body[:min(len(body), 80)])})
	}
	return nil
}

func byStatus(c marketdata.Call, a marketdata.Response, body []byte, said string) *marketdata.Refusal {
	if a.Status == 0 || a.Status == http.StatusOK {
		return nil
	}
	if said == "" && len(body) > 0 && body[0] != '<' {
		said = string(body[:min(len(body), 600)])
	}
	if said == "" {
		said = "HTTP " + strconv.Itoa(a.Status)
	}
	reason := marketdata.Refused
	switch {
	case a.Status == http.StatusTooManyRequests:
		reason = marketdata.Limited
	case a.Status >= 500, a.Status == http.StatusRequestTimeout, a.Status == http.StatusForbidden, a.Status < 200, a.Status >= 300 && a.Status < 400:
		// 403 comes from what stands before the source and blocks an address for a while.
		reason = marketdata.Failed
	case a.Status == http.StatusUnauthorized:
		reason = marketdata.BadKey
	case a.Status == http.StatusPaymentRequired:
		reason = marketdata.NotInPlan
	case a.Status < 300:
		return garbled(c, &fault{"start", "HTTP " + strconv.Itoa(a.Status) + " where data is due"})
	}
	r := refuse(c, reason, said)
	if reason == marketdata.Limited {
		r.Window = window(strings.ToLower(said))
	}
	wait(r, a)
	return r
}

// notice is the text of an object that holds nothing but a notice, or a notice before
// data that is said to be artificial.
func notice(body []byte) (said, named string) {
	if len(body) == 0 || body[0] != '{' {
		return "", ""
	}
	data := false
	s := newScanner(body)
	s.Object(func(key []byte) {
		switch k := strings.ToLower(string(key)); k {
		case "note", "information", "error message", "error", "message", "detail":
			if c := s.Peek(); c == '{' || c == '[' {
				s.Skip()
				return
			}
			if text := string(s.text()); said == "" || k != "message" {
				said, named = text, k
			}
		case "endpoint":
			s.Skip()
		default:
			data = true
			s.Stop("", "the rest is for whoever reads data")
		}
	})
	lower := strings.ToLower(said)
	switch {
	case !data && s.end() != nil: // cut, or no JSON
		return "", ""
	case strings.Contains(lower, "artificial"), strings.Contains(lower, "is a premium "):
		return said, named
	case data, strings.HasPrefix(lower, "success"):
		return "", ""
	}
	return said, named
}

// byWords names what a notice means. The order matters: notices of limits end in an
// advertisement for "premium plans" and "premium endpoints".
func byWords(c marketdata.Call, said, named string) *marketdata.Refusal {
	t := strings.ToLower(said)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(t, p) {
				return true
			}
		}
		return false
	}
	limited := func() *marketdata.Refusal {
		r := refuse(c, marketdata.Limited, said)
		r.Window = window(t)
		return r
	}
	switch {
	case has("is a premium ", "premium-only", "premium only", "entitle", "sample data schema"):
		r := refuse(c, marketdata.NotInPlan, said)
		if has("outputsize=full", "outputsize parameter") {
			r.Parameter = "outputsize"
		}
		return r
	case has("burst pattern", "spreading out", "per second", "rate limit", "call frequency", "call volume", "requests per", "calls per", "too many", "higher api call"):
		return limited()
	case has("for demo purposes", "apikey is invalid", "api key is invalid", "invalid api key", "invalid apikey", "apikey is missing", "missing api key", "claim your free api key"):
		return refuse(c, marketdata.BadKey, said)
	case has("no articles", "no data", "no results", "no option"):
		return refuse(c, marketdata.Empty, said)
	case has("invalid api call", "invalid inputs", "invalid symbol", "not found") && about(c):
		return refuse(c, marketdata.NotFound, said)
	case has("maintenance", "temporarily", "unavailable", "try again later", "internal error", "server error"):
		return refuse(c, marketdata.Failed, said)
	case named == "note", has("/premium", "subscribe"):
		// A notice in other words than those known: it is one of limits more often than not.
		return limited()
	}
	return refuse(c, marketdata.Refused, said)
}

// about reports whether a call is about something that the source may not know.
func about(c marketdata.Call) bool {
	return c.Query.Has("symbol") || c.Query.Has("tickers") || c.Query.Has("from_symbol") || c.Query.Has("from_currency")
}

// window is which limit a notice in lower case is about. "5 calls per minute and 500 calls
// per day" is taken for the shorter: if it was the day's, the next call says so again.
func window(t string) time.Duration {
	switch {
	case strings.Contains(t, "second"), strings.Contains(t, "burst pattern"), strings.Contains(t, "spreading out"):
		return marketdata.Second
	case strings.Contains(t, "minute"):
		return marketdata.Minute
	case strings.Contains(t, "per day"), strings.Contains(t, "daily"):
		return marketdata.Day
	}
	return 0
}

// wait keeps how long the source asks to be left alone.
func wait(r *marketdata.Refusal, a marketdata.Response) {
	if r.Temporary() {
		r.RetryAfter = marketdata.RetryAfter(a.Header, a.At)
	}
}
