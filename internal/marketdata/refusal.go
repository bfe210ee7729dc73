package marketdata

import (
	"fmt"
	"strings"
	"time"
)

// Reason is why a source did not give what was asked.
type Reason string

// The reasons, and what follows from each.
const (
	// Limited: too many calls. The source is left alone for RetryAfter, or until the
	// window that Window names is over.
	Limited Reason = "limited"
	// NotInPlan: the plan of the key does not have it. That kind is not asked again with
	// this key; others are.
	NotInPlan Reason = "not-in-plan"
	// BadKey: the key is missing, wrong or revoked. The source is not asked again until
	// the key changes.
	BadKey Reason = "bad-key"
	// NotFound: the source does not know the symbol or the series. Another may.
	NotFound Reason = "not-found"
	// Empty: it knows the symbol and has nothing for these days.
	Empty Reason = "empty"
	// Garbled: the body is not what it should be: HTML where JSON was due, a half body,
	// days or prices that cannot be. It may be asked again, a few times.
	Garbled Reason = "garbled"
	// Failed: the source is out of order (5xx) or does not answer. Asked again later.
	Failed Reason = "failed"
	// Unreached: there was no connection to the source: its name is not known, it is refused,
	// or nobody takes it. No call went out. Without a network this is what all of them are.
	Unreached Reason = "unreached"
	// Refused: the source says that the call itself is wrong. Asking again is of no use.
	Refused Reason = "refused"
)

// Refusal is what came instead of data. It holds no key and no whole body.
type Refusal struct {
	Provider   string
	Endpoint   string
	Reason     Reason
	Host       string        // for Unreached: that was tried
	Said       string        // the source's own words, shortened, without keys
	Place      string        // for Garbled: where in the body ("row 17, close")
	RetryAfter time.Duration // for Limited: as the source said, 0 where it did not
	Window     time.Duration // for Limited: which limit was met, 0 where it is not known
	// Parameter, for NotInPlan: only the value that was given to it ("symbol", "period") is
	// outside the plan; the kind may be asked for other values. Empty: the kind is.
	Parameter string
}

func (r *Refusal) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", r.Provider)
	if r.Endpoint != "" {
		fmt.Fprintf(&b, " (%s)", r.Endpoint)
	}
	fmt.Fprintf(&b, ": %s", plainly[r.Reason])
	if r.Place != "" {
		fmt.Fprintf(&b, " at %s", r.Place)
	}
	if r.Said != "" {
		fmt.Fprintf(&b, ": %q", r.Said)
	}
	return b.String()
}

// Plainly is a reason in words that follow the name of a source and a colon; empty where
// it is none of a source.
func (r Reason) Plainly() string { return plainly[r] }

var plainly = map[Reason]string{
	Limited:   "its limit of calls is reached",
	NotInPlan: "the plan of this key does not include it",
	BadKey:    "the key is not accepted",
	NotFound:  "it does not know this symbol",
	Empty:     "it has nothing for these days",
	Garbled:   "the answer cannot be read",
	Failed:    "it is out of order",
	Unreached: "it cannot be reached",
	Refused:   "it refuses the call",
}

// Temporary reports whether the same call may succeed later without anybody's doing.
func (r *Refusal) Temporary() bool {
	return r.Reason == Limited || r.Reason == Failed || r.Reason == Garbled || r.Reason == Unreached
}

// longestSaid is how much of a source's words is kept.
const longestSaid = 300

// Words shortens what a source said for a person to read and takes every one of secrets
// out of it.
func Words(said string, secrets ...string) string {
	said = strings.Join(strings.Fields(strings.ToValidUTF8(said, "")), " ")
	for _, s := range secrets {
		if s != "" {
			said = strings.ReplaceAll(said, s, "…")
		}
	}
	if len(said) > longestSaid {
		cut := longestSaid
		for cut > 0 && said[cut]&0xC0 == 0x80 {
			cut--
		}
		said = said[:cut] + "…"
	}
	return said
}
