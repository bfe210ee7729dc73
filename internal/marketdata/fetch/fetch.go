// Package fetch asks one source of market data and takes only a whole answer for one.
//
// Model: a Fetcher answers a Request with the Provider of one source. It writes every call
// down in the Allowance before it goes out, so that no limit is exceeded; asks the same
// thing once, however many want it; reads at most so much and so long; follows pages to
// the end or gives nothing; leaves the source alone as long as it asks for; tries again
// what may succeed, a few times, if it fits what the caller can wait; and stops asking a
// source that is out of order (a circuit breaker: after some failures in a row it is left
// alone, then asked once, and left alone for longer when that fails too), and after the first
// failure one to which there is no connection. What a plan does
// not include and a key that is not accepted are remembered until the key changes.
//
// An error is a *marketdata.Refusal, ErrNotOffered (the source cannot be asked for that),
// an error of the count of calls, or that of the caller's context. Neither errors nor the
// log nor a Delivery hold the key or the whole address of a call.
//
// The clock and sleeping are given, so that tests need no time; the time that a connection
// may take is the machine's.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/outbound"
)

// ErrNotOffered reports a request that the source cannot be asked for.
var ErrNotOffered = errors.New("the source does not offer this")

// Source is a provider with what the installation says of it.
type Source struct {
	Provider marketdata.Provider
	Base     string             // address in place of Provider.Base; its host may be a private one
	Key      func() string      // asked before every call; nil: there is none
	Plan     string             // whose limits hold; "" is the usual one
	Limits   []marketdata.Limit // in place of those of the plan
}

// Options are what the fetchers of an installation share. A zero value takes the default.
type Options struct {
	Allowance allowance.Allowance                        // required
	Now       func() time.Time                           // time.Now
	Sleep     func(context.Context, time.Duration) error // until the time is over or the context ends
	Random    func() float64                             // in [0, 1), for jitter
	Log       *slog.Logger
	Timeout   time.Duration // of a call with its answer: 30 s
	Large     time.Duration // of a call whose answer may be large: 5 min
	Connect   time.Duration // until there is a connection: 4 s
	Attempts  int           // of one call, as long as what came back may change: 3
	Backoff   time.Duration // before the second attempt, doubling: 500 ms
	Pages     int           // that are followed of one answer: 500
	Failures  int           // in a row that open the breaker: 5
	Rest      time.Duration // that an open breaker leaves the source alone, doubling up to an hour: 1 min
}

const (
	usualBody = 64 << 20
	largeBody = 512 << 20
	// straggling is how long after it was given up a call may still arrive: it may lie in
	// buffers of this machine.
	straggling = 5 * time.Second
	// longestBackoff is how long is waited at most without having been told to.
	longestBackoff = 8 * time.Second
)

func (o Options) filled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&o.Timeout, 30 * time.Second}, {&o.Large, 5 * time.Minute}, {&o.Connect, 4 * time.Second}, {&o.Backoff, 500 * time.Millisecond}, {&o.Rest, time.Minute}} {
		if *d.value <= 0 {
			*d.value = d.usual
		}
	}
	for _, n := range []struct {
		value *int
		usual int
	}{{&o.Attempts, 3}, {&o.Pages, 500}, {&o.Failures, 5}} {
		if *n.value <= 0 {
			*n.value = n.usual
		}
	}
	return o
}

// sleep waits for real.
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

// Fetcher asks one source. It is safe for concurrent use.
type Fetcher struct {
	source       Source
	options      Options
	provider     marketdata.Provider
	base         *url.URL
	limits       []marketdata.Limit
	usual, large *http.Client
	dial         func(ctx context.Context, network, address string) (net.Conn, error)

	mu      sync.Mutex
	flights map[string]*flight
	breaker breaker
	memory  memory
	// calls that went out from this process, and those of them that were refused
	calls    int64
	refusals map[marketdata.Reason]int64
}

// New returns the fetcher of a source, or says what is wrong with its configuration.
func New(s Source, o Options) (*Fetcher, error) {
	if o.Allowance == nil {
		return nil, errors.New("a fetcher needs an allowance: without it nobody counts the calls")
	}
	name := s.Provider.Name()
	o = o.filled()
	base, hosts := s.Provider.Base(), []string(nil)
	if s.Base != "" {
		base = s.Base
	}
	if _, err := outbound.CheckURL(base); err != nil {
		return nil, fmt.Errorf("base address of %s: %w", name, err)
	}
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil {
		return nil, fmt.Errorf("base address of %s: it is no address", name)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("base address of %s: leave out what comes after ? or #", name)
	}
	if s.Base != "" {
		hosts = []string{u.Hostname()}
	}
	limits := s.Limits
	if limits == nil {
		plans := s.Provider.Limits()
		var known bool
		if limits, known = plans[s.Plan]; !known {
			return nil, fmt.Errorf("plan %q of %s: it has %s", s.Plan, name, planNames(plans))
		}
	}
	if s.Key == nil {
		s.Key = func() string { return "" }
	}
	return &Fetcher{source: s, options: o, provider: s.Provider, base: u, limits: limits,
		usual:   outbound.NewClient(outbound.Options{Hosts: hosts, Timeout: o.Timeout, Connect: o.Connect, Answer: usualBody}),
		large:   outbound.NewClient(outbound.Options{Hosts: hosts, Timeout: o.Large, Connect: o.Connect, Answer: largeBody}),
		dial:    outbound.Dial(outbound.Options{Hosts: hosts, Connect: o.Connect}),
		flights: map[string]*flight{}, refusals: map[marketdata.Reason]int64{}, breaker: breaker{most: o.Failures, rest: o.Rest}}, nil
}

// Name is the source's.
func (f *Fetcher) Name() string { return f.provider.Name() }

// Offers reports whether the source can be asked for that.
func (f *Fetcher) Offers(r marketdata.Request) bool { return f.provider.Offers(r) }

// key is the key as it is now, without what an editor leaves behind it.
func (f *Fetcher) key() string { return strings.TrimSpace(f.source.Key()) }

// Fetch asks the source and returns the whole answer or none. patience is how long it may
// wait in all for a limit to free or for the source to be left alone as it asked; with 0 it
// says at once that it would have to (Limited, with RetryAfter). The deadline of ctx counts
// by the fetcher's clock.
func (f *Fetcher) Fetch(ctx context.Context, r marketdata.Request, patience time.Duration) (marketdata.Delivery, error) {
	d, err := f.fetch(ctx, r, patience)
	if err == nil {
		return d, nil
	}
	if refused := (*marketdata.Refusal)(nil); errors.As(err, &refused) {
		f.options.Log.Info("a source refused", "provider", refused.Provider, "endpoint", refused.Endpoint, "kind", string(r.Kind), "reason", string(refused.Reason), "said", refused.Said, "place", refused.Place)
	}
	return marketdata.Delivery{}, err
}

func (f *Fetcher) fetch(ctx context.Context, r marketdata.Request, patience time.Duration) (whole marketdata.Delivery, err error) {
	if !f.provider.Offers(r) {
		return whole, fmt.Errorf("%s: %s: %w", f.Name(), r.Kind, ErrNotOffered)
	}
	key := f.key()
	if key == "" && f.provider.NeedsKey() {
		return whole, f.refuse("", marketdata.BadKey, "no key is set")
	}
	f.mu.Lock()
	known := f.memory.recall(key, r)
	f.mu.Unlock()
	if known != nil {
		return whole, known
	}
	call, err := f.provider.Ask(r)
	if err != nil {
		return whole, fmt.Errorf("%s: %w (%w)", f.Name(), err, ErrNotOffered)
	}
	w := &waiting{patience: patience}
	seen := map[string]bool{}
	for pages := 1; ; pages++ {
		if id := call.Key() + "\x00" + call.Carry; seen[id] {
			return marketdata.Delivery{}, f.refuse(call.Endpoint, marketdata.Garbled, "the answer says that it continues with itself")
		} else {
			seen[id] = true
		}
		d, next, err := f.page(ctx, r, call, w)
		if err != nil {
			return marketdata.Delivery{}, err
		}
		whole.Join(d)
		if next == nil {
			break
		}
		if pages == f.options.Pages {
			return marketdata.Delivery{}, f.refuse(call.Endpoint, marketdata.Refused, fmt.Sprintf("the answer has more than %d pages; ask for less", pages))
		}
		call = *next
	}
	unite(&whole, r)
	if place := wrong(whole, date.FromTime(f.options.Now().UTC())); place != "" {
		refused := f.refuse(call.Endpoint, marketdata.Garbled, "")
		refused.Place = place
		return marketdata.Delivery{}, refused
	}
	if nothing(whole, r) {
		return marketdata.Delivery{}, f.refuse(call.Endpoint, marketdata.Empty, strings.Join(whole.Left, "; "))
	}
	for i, left := range whole.Left {
		whole.Left[i] = f.scrub(left, key)
	}
	return whole, nil
}

func (f *Fetcher) refuse(endpoint string, reason marketdata.Reason, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Provider: f.Name(), Endpoint: endpoint, Reason: reason, Said: marketdata.Words(said)}
}

// scrub takes the key out of a text, as it is and as it stands in an address.
func (f *Fetcher) scrub(text, key string) string {
	for _, k := range []string{key, url.QueryEscape(key), url.PathEscape(key)} {
		if k != "" && strings.Contains(text, k) {
			text = strings.ReplaceAll(text, k, "…")
		}
	}
	return text
}
