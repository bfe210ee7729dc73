package route

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
)

// Sparing asks the same sources in the same orders, but none whose calls are kept for
// something else: spare says why and until when one is left alone, with no words where it is
// not. An answer that a source has begun may wait briefly for its next page.
func (r *Router) Sparing(spare func(source string) (why string, until time.Time), briefly time.Duration) *Router {
	out := &Router{sources: map[string]Source{}, names: r.names, rules: r.rules, options: r.options}
	for name, s := range r.sources {
		out.sources[name] = &spared{Source: s, spare: spare, briefly: briefly, now: r.options.Now}
	}
	return out
}

// spared is a source that is not asked while its calls are kept for something else.
type spared struct {
	Source
	spare   func(string) (string, time.Time)
	briefly time.Duration
	now     func() time.Time
}

// Fetch asks the source, or says why not.
func (s *spared) Fetch(ctx context.Context, q marketdata.Request, patience time.Duration) (marketdata.Delivery, error) {
	if offers, ok := s.Source.(interface{ Offers(marketdata.Request) bool }); ok && !offers.Offers(q) {
		return marketdata.Delivery{}, fetch.ErrNotOffered
	}
	if why, until := s.spare(s.Name()); why != "" {
		return marketdata.Delivery{}, &marketdata.Refusal{Provider: s.Name(), Reason: marketdata.Limited, Said: why, RetryAfter: max(until.Sub(s.now()), time.Second)}
	}
	return s.Source.Fetch(ctx, q, max(patience, s.briefly))
}

// Reach looks whether there is a way to the source.
func (s *spared) Reach(ctx context.Context) {
	if one, can := s.Source.(reacher); can {
		one.Reach(ctx)
	}
}
