package stored

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/store"
)

// Leases is an allowance.Allowance on a store for who calls often. Where a plan allows many
// calls a second it takes those of the next second at once, and says at once what became of
// them: each is counted before it goes out, as it would be by itself, until it can no longer
// have arrived. What is not used is given back with the next that are taken, when a source
// asks to be left alone, and by Settle; a process that dies before costs a little waiting.
// Plans with room for fewer calls are counted call by call.
type Leases struct {
	open func(context.Context) (*Allowance, error)

	mu sync.Mutex
	of map[string]*pile
}

var _ allowance.Allowance = (*Leases)(nil)

// leaseFor is how long calls that were taken are used, mostLeased how many are at most, and
// leaseAfter how many are taken within that time one by one before.
const (
	leaseFor   = time.Second
	mostLeased = 64
	leaseAfter = 8
)

// NewLeases counts in the store that open finds.
func NewLeases(open func(context.Context) (*Allowance, error)) *Leases {
	return &Leases{open: open, of: map[string]*pile{}}
}

// pile are the calls of a source.
type pile struct {
	mu    sync.Mutex
	since time.Time // calls are counted since then
	calls int
	lease *lease
	last  int               // number of the last lease
	owed  map[string]*lease // whose calls have not all ended, by ID
}

// lease are calls that were taken at once.
type lease struct {
	id      string
	call    taken
	left    int
	out     int // that went out and have not ended
	arrived int
	at      time.Time // when the last of them had
}

func (l *Leases) pile(provider string) *pile {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.of[provider]
	if p == nil {
		p = &pile{owed: map[string]*lease{}}
		l.of[provider] = p
	}
	return p
}

// several is how many calls a plan allows within the time of a lease.
func several(c allowance.Call) int {
	n := mostLeased
	for _, w := range c.Windows {
		switch {
		case w.Credits:
			return 1
		case w.Length > time.Hour:
			n = min(n, w.Most/1000)
		default:
			n = min(n, int(float64(w.Most)*leaseFor.Seconds()/max(w.Length, time.Second).Seconds()))
		}
	}
	if len(c.Windows) == 0 {
		return 1
	}
	return n
}

// Take implements allowance.Allowance.
func (l *Leases) Take(ctx context.Context, c allowance.Call) (allowance.Taken, error) {
	a, err := l.open(ctx)
	if err != nil {
		return allowance.Taken{}, err
	}
	n := several(c)
	if n < 2 {
		return a.Take(ctx, c)
	}
	p := l.pile(c.Provider)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lease.fits(c) {
		return p.lease.next(), nil
	}
	if err := p.close(ctx, a, c.Provider); err != nil {
		return allowance.Taken{}, err
	}
	if p.calls++; c.At.Sub(p.since) > leaseFor || c.At.Before(p.since) {
		p.since, p.calls = c.At, 1
	}
	if p.calls <= leaseAfter {
		return a.Take(ctx, c)
	}
	many := c
	many.Latest = c.Latest.Add(leaseFor)
	got, call, err := a.take(ctx, many, n)
	if err != nil || !got.OK { // not so many fit: perhaps one does
		return a.Take(ctx, c)
	}
	p.since = c.At
	p.last++
	p.lease = &lease{id: "lease-" + strconv.Itoa(p.last) + "." + got.ID, call: call, left: n}
	p.owed[p.lease.id] = p.lease
	return p.lease.next(), nil
}

// fits reports whether a call can be one of those that were taken.
func (l *lease) fits(c allowance.Call) bool {
	if l == nil || l.left == 0 || c.Credits != l.call.Credits || c.At.Before(l.call.At) || c.Latest.After(l.call.Latest) || len(c.Windows) != len(l.call.Windows) {
		return false
	}
	for i, w := range c.Windows {
		was := l.call.Windows[i]
		if w.Name != was.Name || w.Most != was.Most || w.Length != was.Length || !w.Until.Equal(was.Until) {
			return false
		}
	}
	return true
}

func (l *lease) next() allowance.Taken {
	l.left--
	l.out++
	return allowance.Taken{OK: true, ID: l.id}
}

// Done implements allowance.Allowance. That a call of several went well is written down with
// the others.
func (l *Leases) Done(ctx context.Context, provider, id string, o allowance.Outcome) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	plain := id
	if strings.HasPrefix(id, "lease-") {
		_, plain, _ = strings.Cut(id, ".")
	}
	if plain == id {
		err = a.Done(ctx, provider, id, o)
		if err != nil || o.Pause.IsZero() {
			return err
		}
	}
	p := l.pile(provider)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !o.Pause.IsZero() {
		err = p.close(ctx, a, provider)
	}
	if plain == id || err != nil {
		return err
	}
	one := p.owed[id]
	if one == nil || o.Reason != "" || !o.Answered { // it is said at once, and by itself
		if err := a.Done(ctx, provider, plain, o); err != nil || one == nil {
			return err
		}
		one.out--
		return p.settle(ctx, a, provider, one, false)
	}
	one.out--
	one.arrived++
	if o.At.After(one.at) {
		one.at = o.At
	}
	return p.settle(ctx, a, provider, one, false)
}

// State implements allowance.Allowance. Calls that were taken at once count as used.
func (l *Leases) State(ctx context.Context, provider string, windows []allowance.Window) (allowance.State, error) {
	a, err := l.open(ctx)
	if err != nil {
		return allowance.State{}, err
	}
	return a.State(ctx, provider, windows)
}

// Settle gives back what is not used and writes down what became of the rest.
func (l *Leases) Settle(ctx context.Context) error {
	l.mu.Lock()
	var names []string
	for name := range l.of {
		names = append(names, name)
	}
	l.mu.Unlock()
	if len(names) == 0 {
		return nil
	}
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		p := l.pile(name)
		p.mu.Lock()
		err := p.close(ctx, a, name)
		for _, one := range p.owed {
			if err == nil {
				err = p.settle(ctx, a, name, one, true)
			}
		}
		p.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// close ends the lease that is used.
func (p *pile) close(ctx context.Context, a *Allowance, provider string) error {
	one := p.lease
	if p.lease = nil; one == nil {
		return nil
	}
	return p.settle(ctx, a, provider, one, one.left > 0)
}

// settle writes down how the calls of a lease ended when all have, or now.
func (p *pile) settle(ctx context.Context, a *Allowance, provider string, one *lease, now bool) error {
	if !now && (one.out > 0 || one.left > 0) {
		return nil
	}
	err := a.settle(ctx, provider, one)
	if err != nil {
		return fmt.Errorf("allowance of %s: %w", provider, err)
	}
	if one.left, one.arrived = 0, 0; one.out == 0 {
		delete(p.owed, one.id)
	}
	return nil
}

// settle moves the calls that arrived to when the last of them had, and gives back those
// that never went out.
func (a *Allowance) settle(ctx context.Context, provider string, l *lease) error {
	if l.arrived+l.left == 0 {
		return nil
	}
	return a.store.As(ctx, a.id, func(ctx context.Context, tx store.Tx) error {
		at := l.call.Latest
		if l.at.Before(at) {
			at = l.at
		}
		for _, part := range []struct {
			n    int
			back bool
		}{{l.arrived, false}, {l.left, true}} {
			if part.n == 0 {
				continue
			}
			was, now := many(l.call.windows(l.call.Latest), part.n), many(l.call.windows(at), part.n)
			if part.back {
				now = many(now, 0)
			}
			if err := tx.SettleAllowance(ctx, provider, was, now); err != nil {
				return err
			}
		}
		if l.arrived == 0 {
			return nil
		}
		_, err := tx.UpdateProvider(ctx, provider, func(p *store.Provider) {
			if l.at.After(p.Succeeded) {
				p.Succeeded = l.at
			}
			if !l.at.Before(p.Refused) {
				p.Failures = 0
			}
		})
		return err
	})
}

// many is what so many calls take of windows.
func many(all []store.Window, n int) []store.Window {
	for i := range all {
		all[i].Cost *= int64(n)
	}
	return all
}
