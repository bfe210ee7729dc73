package service

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/formats"
	"github.com/foliosight/foliosight/internal/store"
)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	store    store.Store
	now      func() time.Time
	formats  *importer.Registry
	hashing  chan struct{} // one for each password being hashed
	waiting  chan struct{} // one for each sign-in waiting for that
	sessions time.Duration
	analyses *analyses
	queue    Queue
	alerts   Alerts

	adminMu sync.Mutex
	admin   store.Identity // whoever owns the first tenant, once known
}

// Options are what a Service needs.
type Options struct {
	Store    store.Store
	Now      func() time.Time   // time.Now unless given
	Formats  *importer.Registry // of transaction files; all that we read unless given
	Sessions time.Duration      // how long a session lasts unused; 30 days unless given
	Queue    Queue              // of jobs; nil: there are none
	Alerts   Alerts             // looked at by the nightly analysis; nil: there are none
}

// New returns the use cases over a store.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Formats == nil {
		o.Formats = formats.All
	}
	if o.Sessions == 0 {
		o.Sessions = 30 * 24 * time.Hour
	}
	return &Service{store: o.Store, now: o.Now, formats: o.Formats, sessions: o.Sessions, analyses: newAnalyses(), queue: o.Queue, alerts: o.Alerts,
		hashing: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), waiting: make(chan struct{}, 64)}
}

// today is the latest day that is today anywhere: bookings after it lie in the future.
func (s *Service) today() date.Date { return date.FromTime(s.now().UTC().Add(14 * time.Hour)) }

// as and read run a use case on behalf of the caller.
func (s *Service) as(ctx context.Context, c Caller, fn func(context.Context, store.Tx) error) error {
	return s.store.As(context.WithValue(ctx, writingKey{}, true), c.Identity, fn)
}

// writingKey marks the context of a write transaction. It may yet be rolled back, so
// that what is derived inside it goes into no cache.
type writingKey struct{}

func writing(ctx context.Context) bool { return ctx.Value(writingKey{}) != nil }

func (s *Service) read(ctx context.Context, c Caller, fn func(context.Context, store.View) error) error {
	return s.store.Read(ctx, c.Identity, fn)
}
