package polygon

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// refusal makes the refusal of a call, with the source's words shortened and whatever
// looks like a key taken out of them.
func refusal(c marketdata.Call, reason marketdata.Reason, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Provider: Name, Endpoint: c.Endpoint, Reason: reason, Said: marketdata.Words(withoutKeys(said))}
}

func garbled(c marketdata.Call, place string) *marketdata.Refusal {
	r := refusal(c, marketdata.Garbled, "")
	r.Place = place
	return r
}

// refused names a status that is not 200 for what it is, with the help of the body,
// which is an envelope, plain text, a page or nothing.
func refused(c marketdata.Call, a marketdata.Response) *marketdata.Refusal {
	said, status := problemOf(a.Body)
	return withWait(refusal(c, judge(a.Status, status, said, markup(a.Body)), said), a)
}

// refusedWithin names an envelope that says no although its status was 200.
func refusedWithin(c marketdata.Call, a marketdata.Response, e envelope) *marketdata.Refusal {
	return withWait(refusal(c, judge(http.StatusOK, e.status, e.problem, false), e.problem), a)
}

// withWait adds to a limit which one it is and how long to wait, as far as it is said.
func withWait(r *marketdata.Refusal, a marketdata.Response) *marketdata.Refusal {
	if r.Reason == marketdata.Limited {
		r.Window, r.RetryAfter = windowOf(r.Said), marketdata.RetryAfter(a.Header, a.At)
	}
	return r
}

// withParameter says of what a plan lacks whether it is only the days ("Your plan doesn't
// include this data timeframe"), or only this symbol: there are plans for shares, options,
// indices and currencies apart, and where the request does not say the class, the refusal
// of an option would stand for shares too.
func withParameter(refusal *marketdata.Refusal, r marketdata.Request) *marketdata.Refusal {
	if refusal.Reason != marketdata.NotInPlan {
		return refusal
	}
	theirs, _ := ticker(r.Instrument)
	switch {
	case strings.Contains(strings.ToLower(refusal.Said), "timeframe"):
		refusal.Parameter = "from"
	case len(theirs) > 2 && theirs[1] == ':' && r.Instrument.Class == instrument.Unknown:
		refusal.Parameter = "symbol"
	}
	return refusal
}

// judge finds the reason in the words first - they are surer than the numbers - then in
// the status of the envelope, then in the number.
func judge(number int, status, said string, page bool) marketdata.Reason {
	if reason, ok := judgeWords(strings.ToLower(said)); ok && !page {
		return reason
	}
	switch strings.ToUpper(status) {
	case "NOT_AUTHORIZED", "NOT_ENTITLED":
		return marketdata.NotInPlan
	case "NOT_FOUND":
		return marketdata.NotFound
	}
	switch {
	case number == http.StatusTooManyRequests:
		return marketdata.Limited
	case number == http.StatusUnauthorized:
		return marketdata.BadKey
	case number == http.StatusForbidden && page: // a gateway before the source
		return marketdata.Failed
	case number == http.StatusForbidden, number == http.StatusPaymentRequired:
		return marketdata.NotInPlan
	case number == http.StatusRequestTimeout, number >= 500, number < 200, number >= 300 && number < 400:
		return marketdata.Failed
	}
	return marketdata.Refused
}

// judgeWords knows the source's notices by what they have in common.
func judgeWords(said string) (marketdata.Reason, bool) {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(said, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("maximum requests", "rate limit", "too many requests", "request limit", "requests per"):
		return marketdata.Limited, true
	case has("before end of day"):
		// "Attempted to request today's data before end of day": tomorrow the plan has it.
		return marketdata.Empty, true
	case has("entitled", "upgrade", "doesn't include", "does not include", "subscription"):
		return marketdata.NotInPlan, true
	case has("api key", "apikey", "api_key"):
		return marketdata.BadKey, true
	case has("ticker not found", "not found for ticker", "unknown ticker", "invalid ticker", "ticker does not exist"):
		return marketdata.NotFound, true
	case has("data not found", "no data"):
		return marketdata.Empty, true
	}
	return "", false
}

// notice knows a refusal in plain text that came as if it were an answer.
func notice(body []byte) (marketdata.Reason, bool) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || len(body) > 400 || body[0] == '{' || body[0] == '[' {
		return "", false
	}
	return judgeWords(strings.ToLower(string(body)))
}

// problemOf is what a body that is no answer says: its error or message, or its text
// where it is not JSON.
func problemOf(body []byte) (said, status string) {
	body = bytes.TrimSpace(body)
	if len(body) > 1<<16 {
		body = body[:1<<16]
	}
	if len(body) > 0 && body[0] == '{' {
		_, e := whole(body, "", func(s *scanner) { s.Skip() })
		return e.problem, e.status
	}
	if markup(body) {
		return title(body), ""
	}
	return string(body), ""
}

// title is that of a page.
func title(page []byte) string {
	_, rest, ok := bytes.Cut(page, []byte("<title>"))
	if !ok {
		return "a page where data was due"
	}
	text, _, _ := bytes.Cut(rest, []byte("<"))
	return string(text)
}

// gone reports whether the address itself is not there (any more), as against a symbol
// that is not known.
func gone(a marketdata.Response) bool {
	if a.Status == http.StatusGone {
		return true
	}
	if a.Status != http.StatusNotFound {
		return false
	}
	said, status := problemOf(a.Body)
	_, known := judgeWords(strings.ToLower(said))
	return status == "" || !known && !strings.EqualFold(status, "NOT_FOUND")
}

// windowOf is the window of the limit that a notice names, 0 where it names none.
func windowOf(said string) time.Duration {
	said = strings.ToLower(said)
	switch {
	case strings.Contains(said, "minute"):
		return marketdata.Minute
	case strings.Contains(said, "second"):
		return marketdata.Second
	case strings.Contains(said, "day"), strings.Contains(said, "daily"):
		return marketdata.Day
	case strings.Contains(said, "month"):
		return marketdata.Month
	}
	return 0
}

// withoutKeys takes out of a text what may be a key: what stands behind "apiKey=" and
// every unbroken run of 20 or more letters and digits that has both.
func withoutKeys(said string) string {
	var b strings.Builder
	for i := 0; i < len(said); {
		j := i
		letters, digits := false, false
		for ; j < len(said); j++ {
			c := said[j]
			if c >= '0' && c <= '9' {
				digits = true
			} else if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-' {
				letters = true
			} else {
				break
			}
		}
		named := strings.HasSuffix(strings.ToLower(said[:i]), "apikey=")
		switch {
		case j > i && (named || j-i >= 20 && letters && digits):
			b.WriteString("…")
		default:
			b.WriteString(said[i:j])
		}
		if j < len(said) {
			b.WriteByte(said[j])
			j++
		}
		i = j
	}
	return b.String()
}
