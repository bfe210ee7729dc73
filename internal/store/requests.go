package store

import (
	"context"
	"time"
)

// RequestHour is how the requests of one route went in one hour, of all processes
// together. It names nobody: a route is a pattern of addresses.
type RequestHour struct {
	Hour     time.Time // its beginning
	Route    string    // "/api/v1/portfolios/{portfolio}"
	Method   string
	Requests int64
	Refused  int64 // answered 4xx
	Failed   int64 // answered 5xx, or not at all
	Total    time.Duration
	Longest  time.Duration
	Over     [len(RequestBounds)]int64 // took as long as RequestBounds or longer
}

// RequestBounds are the durations that requests are counted by.
var RequestBounds = [...]time.Duration{100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second}

// Baseline is what was measured when somebody said that it was well.
type Baseline struct {
	ID       string
	Taken    time.Time
	By       string // account and machine
	Contents []byte // JSON
}

// RequestGate keeps how requests went, and what that is compared with.
type RequestGate interface {
	// AddRequestHours adds to what is kept of the same hours, routes and methods, and
	// forgets hours before keep.
	AddRequestHours(ctx context.Context, all []RequestHour, keep time.Time) error
	// RequestHours are the hours since a time, the earliest first, then by route.
	RequestHours(ctx context.Context, since time.Time) ([]RequestHour, error)
	// SaveBaseline keeps one; earlier ones stay.
	SaveBaseline(ctx context.Context, b Baseline) error
	// NewestBaseline is the one saved last; without one it is ErrNotFound.
	NewestBaseline(ctx context.Context) (Baseline, error)
}
