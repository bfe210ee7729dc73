package tradefeeds

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// unreadable says what an answer is that is no JSON, nil where it may be some.
func (x *answer) unreadable() *marketdata.Refusal {
	b, status := x.bytes(), x.response.Status
	page := len(b) > 0 && b[0] == '<'
	said := ""
	if len(b) > 0 && b[0] != '{' && b[0] != '[' && !page {
		said = string(b[:min(len(b), 2000)])
	}
	start := strings.ToLower(string(b[:min(len(b), 20000)]))
	if (page || said != "" || status == http.StatusAccepted) && strings.Contains(start, "captcha") {
		ref := x.refuse(marketdata.Limited, "it answers a CAPTCHA page: calls are taken for those of a robot; its support can admit the key")
		if ref.Window = marketdata.Minute; ref.RetryAfter == 0 {
			ref.RetryAfter = time.Minute
		}
		return ref
	}
	if said != "" {
		if ref := x.byWords(said); ref != nil {
			return ref
		}
	}
	if len(b) == 0 || page || said != "" {
		if ref := x.byStatus(status, said); ref != nil {
			return ref
		}
		if page {
			said = "a page of HTML"
		}
		return x.garbled("byte 0", said)
	}
	return nil
}

// refused says what a body is that reports a failure: by its words, its own code, the
// status of HTTP.
func (x *answer) refused(b body) *marketdata.Refusal {
	var status struct {
		Code    text `json:"code"`
		Message text `json:"message"`
		Details text `json:"details"`
	}
	_ = json.Unmarshal(b.Status, &status) // a status in another form says nothing
	code, err := strconv.Atoi(string(status.Code))
	if err != nil || code == 0 {
		code = x.response.Status
	}
	said := strings.TrimSpace(string(status.Message) + " " + string(status.Details))
	failure := said
	if e := message(b.Error); e != "" {
		said, failure = e, e
	} else if code == http.StatusOK {
		failure = string(b.Message)
		if failure != "" {
			said = failure
		}
	}
	if ref := x.byWords(failure); failure != "" && ref != nil {
		return ref
	}
	for _, c := range []int{code, x.response.Status} {
		if ref := x.byStatus(c, said); ref != nil {
			return ref
		}
	}
	if message(b.Error) != "" {
		return x.refuse(marketdata.Refused, said)
	}
	return nil
}

// message is the words of an error that is a string or an object.
func message(raw json.RawMessage) string {
	var s text
	if json.Unmarshal(raw, &s) == nil && s != "" {
		return string(s)
	}
	var o struct {
		Message text `json:"message"`
		Info    text `json:"info"`
		Details text `json:"details"`
	}
	if json.Unmarshal(raw, &o) != nil {
		return ""
	}
	return string(first(o.Message, first(o.Info, o.Details)))
}

// byWords recognises what is said. The vendor's own phrases are not known; these are
// the ones that such services use.
func (x *answer) byWords(said string) *marketdata.Refusal {
	s := strings.ToLower(said)
	for _, w := range []struct {
		words  string
		reason marketdata.Reason
		window time.Duration
	}{
		{"credit", marketdata.Limited, marketdata.Month},
		{"quota", marketdata.Limited, marketdata.Month},
		{"too many requests", marketdata.Limited, marketdata.Minute},
		{"rate limit", marketdata.Limited, marketdata.Minute},
		{"api key", marketdata.BadKey, 0},
		{"invalid key", marketdata.BadKey, 0},
		{"unauthorized", marketdata.BadKey, 0},
		{"subscription", marketdata.NotInPlan, 0},
		{"upgrade", marketdata.NotInPlan, 0},
		{"not found", marketdata.NotFound, 0},
		{"no data", marketdata.NotFound, 0},
	} {
		if strings.Contains(s, w.words) {
			ref := x.refuse(w.reason, said)
			ref.Window = w.window
			return ref
		}
	}
	return nil
}

// byStatus is what a status means, nil where it is no failure.
func (x *answer) byStatus(status int, said string) *marketdata.Refusal {
	reason := marketdata.Refused
	switch {
	case status == 0 || status < 300:
		return nil
	case status == http.StatusTooManyRequests:
		reason = marketdata.Limited
	case status == http.StatusUnauthorized:
		reason = marketdata.BadKey
	case status == http.StatusForbidden, status == http.StatusPaymentRequired:
		reason = marketdata.NotInPlan
	case status == http.StatusNotFound:
		reason = marketdata.NotFound
	case status >= 500:
		reason = marketdata.Failed
	}
	return x.refuse(reason, said)
}

// secret finds a key that an answer repeats.
var secret = regexp.MustCompile(`(?i)([?&\s]key=)[^&\s"']+`)

func (x *answer) refuse(reason marketdata.Reason, said string) *marketdata.Refusal {
	ref := &marketdata.Refusal{Provider: Name, Endpoint: x.call.Endpoint, Reason: reason,
		Said: marketdata.Words(secret.ReplaceAllString(said, "$1…"))}
	if reason == marketdata.Limited || reason == marketdata.Failed {
		if n, err := strconv.Atoi(x.response.Header.Get("Retry-After")); err == nil && n > 0 && n < 1<<20 {
			ref.RetryAfter = time.Duration(n) * time.Second
		}
	}
	return ref
}

func (x *answer) garbled(place, said string) *marketdata.Refusal {
	ref := x.refuse(marketdata.Garbled, said)
	ref.Place = place
	return ref
}
