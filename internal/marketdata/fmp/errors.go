package fmp

import (
	"bytes"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// refusal says what an answer is that is no data; nil for one that may be. The source
// answers limits, missing plans and wrong keys with different statuses, as JSON or as plain
// text, and at times with 200: the words decide before the status does.
func (x *answer) refusal() *marketdata.Refusal {
	body := bytes.TrimSpace(bytes.TrimPrefix(x.response.Body, []byte("\xef\xbb\xbf")))
	status := x.response.Status
	said, html := x.said(body)
	if said != "" {
		if ref := x.byWords(said); ref != nil {
			return ref
		}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return x.refuse(marketdata.Limited, said)
	case status == http.StatusPaymentRequired:
		return x.refuse(marketdata.NotInPlan, said)
	case status == http.StatusUnauthorized:
		return x.refuse(marketdata.BadKey, said)
	case status >= 500, status == http.StatusForbidden && html:
		return x.refuse(marketdata.Failed, said)
	case status == http.StatusForbidden:
		return x.refuse(marketdata.NotInPlan, said)
	case status == http.StatusNotFound:
		return x.refuse(marketdata.NotFound, said)
	case status >= 400:
		return x.refuse(marketdata.Refused, said)
	case status >= 300, html:
		return x.garbled("the whole body", said)
	case len(body) == 0:
		return x.garbled("byte 0", "the body is empty")
	case body[0] != '[' && body[0] != '{':
		return x.garbled("byte 0", said)
	case said != "":
		return x.refuse(marketdata.Refused, said)
	}
	return nil
}

// longestMessage is more than any object has that holds a message alone.
const longestMessage = 1 << 16

// said is the message in a body: that of {"Error Message"} and its like, or the text
// itself where it is no JSON; html tells whether it is a page. It is empty for data.
func (x *answer) said(body []byte) (said string, html bool) {
	if len(body) == 0 {
		return "", false
	}
	switch body[0] {
	case '<':
		return "a page of HTML", true
	case '[':
		return "", false
	case '{':
		if len(body) > longestMessage {
			return "", false
		}
		s := newScanner(body)
		s.object(func(key []byte, v token) {
			switch strings.ToLower(string(key)) {
			case "error message", "error", "message", "errors", "note", "information":
				if t := v.str(); t != "" && said == "" {
					said = t
				}
			}
		})
		return said, false
	}
	return string(body[:min(len(body), 2000)]), false
}

// byWords recognises the source's own phrases. A limit is looked for first: its notice too
// says "upgrade your plan".
func (x *answer) byWords(said string) *marketdata.Refusal {
	s := strings.ToLower(said)
	has := func(phrases ...string) bool {
		for _, p := range phrases {
			if strings.Contains(s, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("bandwidth limit"):
		ref := x.refuse(marketdata.Limited, said)
		ref.Window = marketdata.Month
		return ref
	case has("limit reach", "too many requests", "rate limit", "requests per minute", "calls per minute", "daily limit"):
		ref := x.refuse(marketdata.Limited, said)
		switch {
		case has("per minute"):
			ref.Window = marketdata.Minute
		case has("per day", "daily"):
			ref.Window = marketdata.Day
		}
		return ref
	case has("invalid api key", "api key is missing", "no api key", "missing api key", "please provide an api key", "api key is not valid", "suspended", "account is inactive"):
		return x.refuse(marketdata.BadKey, said)
	case has("current subscription", "premium query parameter", "special endpoint", "exclusive endpoint", "restricted endpoint",
		"legacy endpoint", "premium endpoint", "upgrade your plan", "upgrade to a"):
		ref := x.refuse(marketdata.NotInPlan, said)
		if m := parameter.FindStringSubmatch(said); m != nil {
			ref.Parameter = m[1]
		}
		return ref
	case has("symbol not found", "no data found", "not a valid symbol", "invalid symbol", "unknown symbol"):
		return x.refuse(marketdata.NotFound, said)
	}
	return nil
}

// parameter finds which parameter's value is outside the plan.
var parameter = regexp.MustCompile(`(?i)value set for\s*['"]?([A-Za-z_]+)`)

// secret finds a key that the source repeats in its message.
var secret = regexp.MustCompile(`(?i)(api_?key=)[^&\s"']+`)

func (x *answer) refuse(reason marketdata.Reason, said string) *marketdata.Refusal {
	ref := &marketdata.Refusal{Provider: Name, Endpoint: x.call.Endpoint, Reason: reason,
		Said: marketdata.Words(secret.ReplaceAllString(said, "$1…"))}
	if reason == marketdata.Limited || reason == marketdata.Failed {
		ref.RetryAfter = retryAfter(x.response.Header, x.response.At)
	}
	return ref
}

func (x *answer) garbled(place, said string) *marketdata.Refusal {
	ref := x.refuse(marketdata.Garbled, said)
	ref.Place = place
	return ref
}

// retryAfter reads the header in seconds or as a moment.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n > 0 && n < 1<<20 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil && !now.IsZero() && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
