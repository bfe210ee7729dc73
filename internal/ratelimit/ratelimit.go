// Package ratelimit counts requests against a limit, in this process or in Redis.
//
// Model: a sliding window made of two fixed ones. Of a key are kept the requests of
// the current window and of the one before; the latter counts with the share of it
// that the sliding window still covers. So at no time are much more than Limit
// requests let through in any Window, and a key costs two numbers. Refused requests
// do not count.
//
// Units: whole requests; times by the clock of whoever asks. Several processes share
// their counts through Redis (Shared); without one each counts for itself (Local).
package ratelimit

import (
	"context"
	"math"
	"time"
)

// Rule is how much is allowed.
type Rule struct {
	Limit  int           // requests
	Window time.Duration // in any stretch of this length
}

// Verdict is the answer to one request.
type Verdict struct {
	Allowed   bool
	Limit     int
	Remaining int           // requests that would be let through now
	Reset     time.Duration // until the current window ends
	Retry     time.Duration // where it was refused: until one is let through; else 0
}

// Counter counts requests by key.
type Counter interface {
	// Take counts one request of a key against a rule, or refuses it.
	Take(ctx context.Context, key string, rule Rule, now time.Time) Verdict
}

// position says which fixed window a moment lies in and how far it has run, 0 to 1.
func position(now time.Time, window time.Duration) (index int64, share float64) {
	n := now.UnixNano()
	index = n / int64(window)
	return index, float64(n-index*int64(window)) / float64(window)
}

// judge decides from the counts before the request: previous and current window.
func judge(rule Rule, previous, current int64, share float64) (v Verdict) {
	window := float64(rule.Window)
	covered := float64(previous)*(1-share) + float64(current)
	free := float64(rule.Limit) - covered
	v = Verdict{Limit: rule.Limit, Reset: time.Duration((1 - share) * window)}
	if v.Allowed = free >= 1-1e-9; v.Allowed {
		v.Remaining = int(math.Floor(free - 1 + 1e-9))
		return v
	}
	// The request fits once the windows that slide out have made room for one.
	room := float64(rule.Limit) - 1
	switch {
	case float64(current) <= room && previous > 0:
		at := 1 - (room-float64(current))/float64(previous) // share of the window by then
		v.Retry = time.Duration((at - share) * window)
	case current > 0: // this window is full by itself: in the next one it is the previous
		at := max(0, 1-room/float64(current))
		v.Retry = time.Duration((1 - share + at) * window)
	default:
		v.Retry = v.Reset
	}
	return v
}
