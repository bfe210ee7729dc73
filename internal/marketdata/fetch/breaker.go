package fetch

import "time"

// breaker leaves a source alone that fails and fails. After most failures in a row it is
// open for rest; then one call may try (half-open): if it fails as well, the source is
// left alone for twice as long, up to an hour. Each process has one; while it rests the
// others pause as well. One that cannot be reached is left alone after the first time, but
// never for longer: to look whether the network is back costs nothing.
type breaker struct {
	most     int
	rest     time.Duration
	failures int
	opened   int // how often without a success between
	until    time.Time
	trying   bool
	away     bool // the last failure was that it cannot be reached
}

// longestRest is how long a source is left alone at most before it is tried again.
const longestRest = time.Hour

// admit reports whether a call may go out, and else when the next may.
func (b *breaker) admit(now time.Time) (until time.Time, ok bool) {
	switch {
	case b.opened == 0:
		return time.Time{}, true
	case now.Before(b.until):
		return b.until, false
	case b.trying:
		// Somebody tries just now; how it went is known soon.
		return now.Add(time.Second), false
	}
	b.trying = true
	return time.Time{}, true
}

func (b *breaker) release() { b.trying = false }

func (b *breaker) succeed() { *b = breaker{most: b.most, rest: b.rest} }

func (b *breaker) fail(now time.Time, away bool) {
	if b.away && !away && b.trying {
		b.succeed() // there is a way to it again: what fails now is counted from here
	}
	b.failures++
	if b.opened > 0 && !b.trying || b.failures < b.most && !away {
		return // it went out before the breaker opened, or there are too few yet
	}
	rest := b.rest
	for range min(b.opened, 12) {
		if !away {
			rest = min(2*rest, longestRest)
		}
	}
	b.opened, b.away = b.opened+1, away
	b.until, b.trying = now.Add(rest), false
}

// Breaker is the state of a breaker in a word.
type Breaker string

// The states.
const (
	Closed   Breaker = "closed"    // the source is asked
	Open     Breaker = "open"      // it failed several times in a row and is left alone
	HalfOpen Breaker = "half-open" // one call may try
)

func (b *breaker) state(now time.Time) Breaker {
	switch {
	case b.opened == 0:
		return Closed
	case now.Before(b.until):
		return Open
	}
	return HalfOpen
}
