// Package performance says how quick an installation is, from what it keeps itself and
// from what its database knows: statements, tables, indexes, the plan of the newest
// bookings, how requests went by hour, and a baseline that is saved and compared with.
//
// Model: durations are wall time of the server, from the first byte of a request's header
// read to the answer written; streams of events are not counted, as they last as long as
// somebody looks. The server sums an hour, route and method (store.RequestHour), of all
// processes together, and keeps ninety days. Nothing names a user or a portfolio.
package performance

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/store"
)

// Kept is for how long hours are kept.
const Kept = 90 * 24 * time.Hour

// Limits of what is summed between two writes: what is beyond goes under Others.
const (
	mostRoutes = 500
	Others     = "(others)"
	Unrouted   = "(none)" // refused before a route was found
	flushEvery = time.Minute
)

// Recorder sums requests and writes the sums. It is safe for concurrent use.
type Recorder struct {
	into store.RequestGate
	now  func() time.Time
	log  *slog.Logger

	mu   sync.Mutex
	sums map[sumKey]*store.RequestHour
}

type sumKey struct {
	hour          time.Time
	route, method string
}

// NewRecorder writes into a store.
func NewRecorder(into store.RequestGate, now func() time.Time, log *slog.Logger) *Recorder {
	return &Recorder{into: into, now: now, log: log, sums: map[sumKey]*store.RequestHour{}}
}

// methods are those that are told apart: anybody can invent others.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

// Done adds a request.
func (r *Recorder) Done(d request.Done) {
	if d.Stream {
		return
	}
	key := sumKey{r.now().UTC().Truncate(time.Hour), d.Route, d.Method}
	if key.route == "" {
		key.route = Unrouted
	}
	if !methods[key.method] {
		key.method = "other"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sums[key] == nil && len(r.sums) >= mostRoutes {
		key.route = Others
	}
	sum := r.sums[key]
	if sum == nil {
		sum = &store.RequestHour{Hour: key.hour, Route: key.route, Method: key.method}
		r.sums[key] = sum
	}
	sum.Requests++
	switch {
	case d.Status >= 500 || d.Status == 0:
		sum.Failed++
	case d.Status >= 400:
		sum.Refused++
	}
	sum.Total += d.Took
	sum.Longest = max(sum.Longest, d.Took)
	for i, bound := range store.RequestBounds {
		if d.Took >= bound {
			sum.Over[i]++
		}
	}
}

// Flush writes what was summed. What could not be written is kept for the next time.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	sums := r.sums
	r.sums = map[sumKey]*store.RequestHour{}
	r.mu.Unlock()
	if len(sums) == 0 {
		return nil
	}
	all := make([]store.RequestHour, 0, len(sums))
	for _, sum := range sums {
		all = append(all, *sum)
	}
	err := r.into.AddRequestHours(ctx, all, r.now().Add(-Kept))
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, sum := range sums {
		have := r.sums[key]
		switch {
		case have != nil:
			add(have, sum)
		case len(r.sums) < 2*mostRoutes:
			r.sums[key] = sum
		}
	}
	return err
}

func add(to, more *store.RequestHour) {
	to.Requests, to.Refused, to.Failed = to.Requests+more.Requests, to.Refused+more.Refused, to.Failed+more.Failed
	to.Total, to.Longest = to.Total+more.Total, max(to.Longest, more.Longest)
	for i := range to.Over {
		to.Over[i] += more.Over[i]
	}
}

// Run writes every minute until ctx ends, and once more then.
func (r *Recorder) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer stop()
			if err := r.Flush(last); err != nil {
				r.log.Warn("how requests went was not kept", "error", err)
			}
			return
		case <-tick.C:
			if err := r.Flush(ctx); err != nil && ctx.Err() == nil {
				r.log.Warn("how requests went was not kept; it is tried again", "error", err)
			}
		}
	}
}
