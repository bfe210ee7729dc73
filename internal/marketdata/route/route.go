// Package route chooses which source of market data is asked, and turns to another when
// one refuses.
//
// Model: rules say in which order sources are asked for what: the first rule that fits a
// request holds. Each source of the order is asked in turn until one gives a whole answer;
// those that do not offer it, have no key, are out of order or out of calls say so without
// being called. Answers are never mixed: a Delivery is of one source. When none gives it
// but one will have a call free within the caller's patience, the router waits for it and
// goes through the order once more. It does not wait for a network.
package route

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
)

// NotOffered is the reason of a source that cannot be asked for something. It is not one
// of the source's own.
const NotOffered marketdata.Reason = "not-offered"

// Source is what the router asks: a *fetch.Fetcher.
type Source interface {
	Name() string
	Fetch(ctx context.Context, r marketdata.Request, patience time.Duration) (marketdata.Delivery, error)
	Status(ctx context.Context) (fetch.Status, error)
}

// Options are the clock; a zero value takes the machine's.
type Options struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Router asks sources in an order. It is safe for concurrent use.
type Router struct {
	sources map[string]Source
	names   []string
	rules   []Rule
	options Options

	looking sync.Mutex
	looked  time.Time // when the others were looked for last
}

// New returns a router over sources, in the order of rules; a request that no rule fits
// goes to all of them in the order given. A rule that names a source that is not there is
// an error.
func New(sources []Source, rules []Rule, o Options) (*Router, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	r := &Router{sources: map[string]Source{}, rules: rules, options: o}
	for _, s := range sources {
		if r.sources[s.Name()] != nil {
			return nil, fmt.Errorf("the source %s is given twice", s.Name())
		}
		r.sources[s.Name()] = s
		r.names = append(r.names, s.Name())
	}
	for _, rule := range rules {
		for _, name := range rule.Sources {
			if r.sources[name] == nil {
				return nil, fmt.Errorf("the order %q: there is no source %q; there are %s", rule, name, strings.Join(r.names, ", "))
			}
		}
	}
	return r, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Attempt is what one source said to a request.
type Attempt struct {
	Provider string            `json:"provider"`
	Endpoint string            `json:"endpoint,omitempty"`
	Reason   marketdata.Reason `json:"reason,omitempty"` // empty: it gave the answer
	Said     string            `json:"said,omitempty"`   // in plain words
	Host     string            `json:"host,omitempty"`   // that could not be reached
	At       time.Time         `json:"at"`
	Took     time.Duration     `json:"took"`
	// Retry is when asking it again may succeed; zero: asking again is of no use before
	// something else changes.
	Retry time.Time `json:"retry,omitzero"`
}

// Answer is a whole answer and how it was found.
type Answer struct {
	marketdata.Delivery
	Provider string
	Attempts []Attempt // in the order they were made; the last one is Provider's
}

// Exhausted reports that no source gave an answer.
type Exhausted struct {
	Request  marketdata.Request
	Attempts []Attempt
	Retry    time.Time // the earliest time that one may succeed; zero: none will by waiting
}

func (e *Exhausted) Error() string {
	var b strings.Builder
	var reasons []string
	fmt.Fprintf(&b, "no source has %s", describe(e.Request))
	for i, a := range e.Attempts {
		// Who was asked again is named once, with what it said last.
		if !slices.ContainsFunc(e.Attempts[i+1:], func(later Attempt) bool { return later.Provider == a.Provider }) {
			reasons = append(reasons, a.Said)
		}
	}
	if len(reasons) > 0 {
		b.WriteString(": " + strings.Join(reasons, "; "))
	}
	if len(e.Attempts) == 0 {
		b.WriteString(": none is configured for it")
	}
	if !e.Retry.IsZero() {
		fmt.Fprintf(&b, "; ask again after %s UTC", e.Retry.UTC().Format(time.DateTime))
	}
	return b.String()
}

// Known reports that every source that could be asked knows nothing of it: it is not that
// one could not be asked just now.
func (e *Exhausted) Known() bool {
	asked := false
	for _, a := range e.Attempts {
		switch a.Reason {
		case marketdata.NotFound, marketdata.Empty:
			asked = true
		case NotOffered, marketdata.NotInPlan, marketdata.BadKey:
		default:
			return false
		}
	}
	return asked
}

// Unreached are the hosts that were tried in vain where nobody who could be asked was
// reached; nil where somebody was.
func (e *Exhausted) Unreached() (hosts []string) {
	for _, a := range e.Attempts {
		switch a.Reason {
		case marketdata.Unreached:
			if !slices.Contains(hosts, a.Host) {
				hosts = append(hosts, a.Host)
			}
		case NotOffered, marketdata.NotInPlan, marketdata.BadKey:
		default:
			return nil
		}
	}
	return hosts
}

// describe is a request in words.
func describe(r marketdata.Request) string {
	text := string(r.Kind)
	if r.Part != "" {
		text += " (" + r.Part + ")"
	}
	switch {
	case r.Instrument.Symbol != "":
		text += " of " + r.Instrument.Symbol
	case r.Pair != (marketdata.Pair{}):
		text += " of " + r.Pair.String()
	case r.Series != "":
		text += " of " + r.Series
	case r.Text != "":
		text += fmt.Sprintf(" for %q", r.Text)
	}
	return text
}

// Sources are the names of those that are asked for something, in their order.
func (r *Router) Sources(q marketdata.Request) []string {
	for _, rule := range r.rules {
		if rule.fits(q) {
			return slices.Clone(rule.Sources)
		}
	}
	return slices.Clone(r.names)
}

// Answer asks the sources in their order. patience is how long it may wait in all for a
// limit to free. An error is *Exhausted, or that of the context.
func (r *Router) Answer(ctx context.Context, q marketdata.Request, patience time.Duration) (Answer, error) {
	var attempts []Attempt
	for {
		var retry, free time.Time // worth another attempt, worth waiting for
		for _, name := range r.Sources(q) {
			d, a := r.attempt(ctx, name, q)
			attempts = append(attempts, a)
			if a.Reason == "" {
				return Answer{Delivery: d, Provider: name, Attempts: attempts}, nil
			}
			if err := ctx.Err(); err != nil {
				return Answer{}, fmt.Errorf("%s: %w", describe(q), err)
			}
			if !a.Retry.IsZero() && (retry.IsZero() || a.Retry.Before(retry)) {
				retry = a.Retry
			}
			switch {
			case a.Reason == marketdata.Unreached:
				r.look(ctx, name)
			case !a.Retry.IsZero() && (free.IsZero() || a.Retry.Before(free)):
				free = a.Retry
			}
		}
		wait := max(free.Sub(r.options.Now()), time.Millisecond)
		deadline, bounded := ctx.Deadline()
		if free.IsZero() || wait > patience || bounded && !r.options.Now().Add(wait).Before(deadline) {
			return Answer{}, &Exhausted{Request: q, Attempts: attempts, Retry: retry}
		}
		patience -= wait
		if err := r.options.Sleep(ctx, wait); err != nil {
			return Answer{}, fmt.Errorf("%s: %w", describe(q), err)
		}
	}
}

// attempt asks one source, which does not wait.
func (r *Router) attempt(ctx context.Context, name string, q marketdata.Request) (marketdata.Delivery, Attempt) {
	a := Attempt{Provider: name, At: r.options.Now()}
	d, err := r.sources[name].Fetch(ctx, q, 0)
	now := r.options.Now()
	a.Took = now.Sub(a.At)
	var refused *marketdata.Refusal
	switch {
	case err == nil && q.Kind == marketdata.Search && len(d.Found) == 0: // another may know it
		a.Reason, a.Said = marketdata.Empty, name+" knows nothing like it"
	case err == nil:
		return d, a
	case errors.As(err, &refused):
		a.Endpoint, a.Reason, a.Said, a.Host = refused.Endpoint, refused.Reason, refused.Error(), refused.Host
		if refused.Temporary() {
			a.Retry = now.Add(max(refused.RetryAfter, retryAnyway[refused.Reason]))
		}
	case errors.Is(err, fetch.ErrNotOffered):
		a.Reason, a.Said = NotOffered, err.Error()
	default:
		a.Reason, a.Said = marketdata.Failed, err.Error()
		a.Retry = now.Add(retryAnyway[marketdata.Failed])
	}
	return marketdata.Delivery{}, a
}

// reacher is a source that can look whether there is a way to it.
type reacher interface{ Reach(ctx context.Context) }

// lookAgain is for how long the outcome of a look holds.
const lookAgain = 10 * time.Second

// look looks for all other sources at the same time when one cannot be reached: without a
// network nobody waits for each of them in turn.
func (r *Router) look(ctx context.Context, but string) {
	r.looking.Lock()
	defer r.looking.Unlock()
	now := r.options.Now()
	if !r.looked.IsZero() && now.Sub(r.looked) < lookAgain {
		return
	}
	var all sync.WaitGroup
	for name, s := range r.sources {
		if one, can := s.(reacher); can && name != but {
			all.Go(func() { one.Reach(ctx) })
		}
	}
	all.Wait()
	if ctx.Err() == nil { // else it says nothing
		r.looked = now
	}
}

// retryAnyway is how long to leave a source that failed after several attempts and did
// not say when to come again.
var retryAnyway = map[marketdata.Reason]time.Duration{marketdata.Failed: time.Minute, marketdata.Garbled: time.Minute, marketdata.Unreached: time.Minute}

// Status is how all sources stand, in the order they were given.
func (r *Router) Status(ctx context.Context) ([]fetch.Status, error) {
	var all []fetch.Status
	for _, name := range r.names {
		s, err := r.sources[name].Status(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
