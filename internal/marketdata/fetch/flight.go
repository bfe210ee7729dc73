package fetch

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
)

// flight is one call on its way, for all that wait for it. It goes on as long as anybody
// does, whoever began it.
type flight struct {
	request  marketdata.Request // of who began it; others read the answer themselves
	call     marketdata.Call
	begins   time.Time           // it goes out then; zero: at once
	why      *marketdata.Refusal // that it waits for
	waiters  int
	cancel   context.CancelFunc
	done     chan struct{}
	response *marketdata.Response // set when done, nil where none came
	outcome  outcome
	claimed  bool
}

// outcome is what a call came to.
type outcome struct {
	delivery marketdata.Delivery
	next     *marketdata.Call
	err      error
	asked    bool // a call went out
	final    bool // to try again is of no use to this caller
}

// join waits for the answer to a call, which it sends unless it is on its way already.
func (f *Fetcher) join(ctx context.Context, r marketdata.Request, call marketdata.Call, begins time.Time, why *marketdata.Refusal, patience time.Duration) (outcome, error) {
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	id := call.Key()
	f.mu.Lock()
	l := f.flights[id]
	if l != nil && !l.begins.IsZero() {
		// It waits to be tried again: whoever cannot wait that long hears why.
		wait := l.begins.Sub(f.options.Now())
		if why == nil && wait > max(patience, longestBackoff) || !f.fits(ctx, wait) {
			refused := *l.why
			refused.RetryAfter = max(wait, refused.RetryAfter)
			f.mu.Unlock()
			return outcome{err: &refused, final: true}, nil
		}
	}
	if l == nil {
		var own context.Context
		l = &flight{request: r, call: call, begins: begins, why: why, done: make(chan struct{})}
		own, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
		f.flights[id] = l
		go f.fly(own, id, l)
	}
	l.waiters++
	f.mu.Unlock()
	select {
	case <-l.done:
		return f.taken(l, r, call), nil
	case <-ctx.Done():
		f.leave(id, l)
		return outcome{}, ctx.Err()
	}
}

// leave gives up waiting. The last one to leave ends the flight.
func (f *Fetcher) leave(id string, l *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l.waiters--; l.waiters > 0 {
		return
	}
	l.cancel()
	if f.flights[id] == l {
		delete(f.flights, id)
	}
}

// taken is the outcome for one of those that waited. The Delivery is given away once;
// everybody else reads the answer anew, also because the request may be another.
func (f *Fetcher) taken(l *flight, r marketdata.Request, call marketdata.Call) outcome {
	o := l.outcome
	if l.response == nil || o.err != nil && reflect.DeepEqual(l.request, r) && l.call.Carry == call.Carry {
		return o
	}
	f.mu.Lock()
	mine := !l.claimed && reflect.DeepEqual(l.request, r) && l.call.Carry == call.Carry && l.call.Endpoint == call.Endpoint
	l.claimed = l.claimed || mine
	f.mu.Unlock()
	if mine {
		return o
	}
	o.delivery, o.next, o.err = f.read(r, call, *l.response, f.key())
	return o
}

// fly waits until a flight begins, sends its call and keeps what came of it.
func (f *Fetcher) fly(ctx context.Context, id string, l *flight) {
	defer l.cancel()
	if wait := l.begins.Sub(f.options.Now()); !l.begins.IsZero() && wait > 0 {
		if f.options.Sleep(ctx, wait) != nil {
			f.land(id, l, outcome{err: context.Canceled})
			return
		}
	}
	f.mu.Lock()
	l.begins = time.Time{}
	f.mu.Unlock()
	f.land(id, l, f.exchange(ctx, l))
}

func (f *Fetcher) land(id string, l *flight, o outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l.outcome = o
	if f.flights[id] == l {
		delete(f.flights, id)
	}
	close(l.done)
}

// exchange asks the breaker and the allowance, sends the call and says to both what came
// of it.
func (f *Fetcher) exchange(ctx context.Context, l *flight) outcome {
	key, now := f.key(), f.options.Now()
	endpoint := l.call.Endpoint
	f.mu.Lock()
	known := f.memory.recall(key, l.request) // it may have been learnt meanwhile
	until, admitted, away := time.Time{}, false, false
	if known == nil {
		until, admitted = f.breaker.admit(now)
		away = f.breaker.away
	}
	f.mu.Unlock()
	switch {
	case known != nil:
		return outcome{err: known}
	case !admitted && away:
		refused := f.refuse(endpoint, marketdata.Unreached, "")
		refused.Host, refused.RetryAfter = f.base.Host, until.Sub(now)
		return outcome{err: refused}
	case !admitted:
		refused := f.refuse(endpoint, marketdata.Failed, "it failed several times in a row and is left alone until "+until.UTC().Format(time.DateTime)+" UTC")
		refused.RetryAfter = until.Sub(now)
		return outcome{err: refused}
	}
	timeout := f.options.Timeout
	if l.call.Large {
		timeout = f.options.Large
	}
	taken, err := f.options.Allowance.Take(ctx, allowance.Call{Provider: f.Name(), At: now, Latest: now.Add(timeout + straggling),
		Credits: l.call.Credits, Windows: allowance.Windows(f.limits, now)})
	if err != nil || !taken.OK {
		f.mu.Lock()
		f.breaker.release()
		f.mu.Unlock()
		if err != nil {
			return outcome{err: fmt.Errorf("%s: the count of its calls: %w", f.Name(), err)}
		}
		return outcome{err: f.full(endpoint, taken, now)}
	}
	response, refused := f.send(ctx, l.call, key)
	o := outcome{asked: true}
	if refused == nil {
		l.response = response
		o.delivery, o.next, o.err = f.read(l.request, l.call, *response, key)
		refused = asRefusal(o.err)
	} else {
		o.err = refused
	}
	f.learn(ctx, l, key, taken.ID, response != nil, refused)
	return o
}

// full is the refusal of our own count.
func (f *Fetcher) full(endpoint string, t allowance.Taken, now time.Time) *marketdata.Refusal {
	refused := f.refuse(endpoint, marketdata.Limited, "")
	switch {
	case t.Free.IsZero():
		refused.Reason = marketdata.NotInPlan
		refused.Said = "one such call costs more than its limit of " + t.Full.Name
		refused.Parameter = "credits"
		return refused
	case t.Why != "":
		refused.Said = marketdata.Words("it is left alone until " + moment(t.Free) + ": " + t.Why)
	default:
		refused.Said = "by our own count " + t.Full.Name + " are used"
		refused.Window = t.Full.Length
	}
	refused.RetryAfter = t.Free.Sub(now)
	return refused
}

// learn keeps what an outcome says of the source: in the breaker, the memory of the key
// and the shared log.
func (f *Fetcher) learn(ctx context.Context, l *flight, key, id string, answered bool, refused *marketdata.Refusal) {
	now := f.options.Now()
	o := allowance.Outcome{At: now, Answered: answered, Endpoint: l.call.Endpoint}
	f.mu.Lock()
	if refused == nil || refused.Reason != marketdata.Unreached { // else no call went out
		f.calls++
	}
	if refused != nil {
		f.refusals[refused.Reason]++
	}
	before := f.breaker.opened
	switch {
	case refused == nil:
		f.breaker.succeed()
	case ctx.Err() != nil && !answered:
		f.breaker.release() // nobody waited for it any more: it says nothing of the source
	case refused.Reason == marketdata.Failed || refused.Reason == marketdata.Garbled || refused.Reason == marketdata.Unreached:
		f.breaker.fail(now, refused.Reason == marketdata.Unreached)
	default:
		f.breaker.succeed() // it answers, if only to say no
	}
	if refused != nil {
		f.memory.keep(key, l.request, refused)
	}
	o.Unsent = refused != nil && refused.Reason == marketdata.Unreached
	if f.breaker.opened > before && !o.Unsent { // others may have another way to it
		o.Pause = f.breaker.until // for the other processes, and the next
	}
	f.mu.Unlock()
	if ctx.Err() != nil && !answered {
		o.Reason, o.Said = marketdata.Failed, "given up before an answer came"
	}
	if refused != nil && o.Reason == "" {
		o.Reason, o.Said = refused.Reason, refused.Error()
		if refused.Reason == marketdata.Limited {
			refused.RetryAfter = f.alone(refused, now)
		}
		if refused.Reason == marketdata.Limited || refused.RetryAfter > 0 {
			if asked := now.Add(refused.RetryAfter); asked.After(o.Pause) {
				o.Pause = asked
			}
		}
	}
	// What was learnt is kept also when nobody waits any more.
	if err := f.options.Allowance.Done(context.WithoutCancel(ctx), f.Name(), id, o); err != nil {
		f.options.Log.Warn("what became of a call is not kept", "provider", f.Name(), "error", err)
	}
}

// alone is how long a source that met its limit is left alone: as it said, else until the
// window is over that it named, else a minute.
func (f *Fetcher) alone(refused *marketdata.Refusal, now time.Time) time.Duration {
	if refused.RetryAfter > 0 {
		return refused.RetryAfter
	}
	if refused.Window == 0 {
		return time.Minute
	}
	for _, w := range allowance.Windows(f.limits, now) {
		if !w.Until.IsZero() && (w.Length == refused.Window || refused.Window == marketdata.Day && w.Length > 22*time.Hour && w.Length < 26*time.Hour ||
			refused.Window == marketdata.Month && w.Length > 27*marketdata.Day && w.Length < 32*marketdata.Day) {
			return w.Until.Sub(now)
		}
	}
	return refused.Window
}

func asRefusal(err error) *marketdata.Refusal {
	var refused *marketdata.Refusal
	errors.As(err, &refused)
	return refused
}
