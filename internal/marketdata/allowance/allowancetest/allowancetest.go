// Package allowancetest states what every Allowance does. The one of this process and the
// one of the store both run it.
package allowancetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata" // the zones whose midnights are tested

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
)

// Open returns an allowance without any calls, and what is told each time that the tests
// go by, for one that has a clock of its own.
type Open func(t *testing.T) (allowance.Allowance, func(time.Time))

// clocked tells the time before everything that is done.
type clocked struct {
	allowance.Allowance
	set func(time.Time)
}

func (c clocked) Take(ctx context.Context, call allowance.Call) (allowance.Taken, error) {
	c.set(call.At)
	return c.Allowance.Take(ctx, call)
}

// Run states what an Allowance does. sequences is how many random histories it goes
// through, each of 250 moments.
func Run(t *testing.T, sequences int, opened Open) {
	open := func(t *testing.T) allowance.Allowance {
		a, set := opened(t)
		return clocked{a, set}
	}
	t.Run("a rolling window fills and empties", func(t *testing.T) { rolling(t, open(t)) })
	t.Run("take is all or nothing", func(t *testing.T) { allOrNothing(t, open(t)) })
	t.Run("credits are counted apart", func(t *testing.T) { credits(t, open(t)) })
	t.Run("sources are counted apart", func(t *testing.T) { sources(t, open(t)) })
	t.Run("a pause", func(t *testing.T) { pause(t, open(t)) })
	t.Run("what became of calls", func(t *testing.T) { outcomes(t, open(t)) })
	t.Run("takers at once", func(t *testing.T) { atOnce(t, open(t)) })
	t.Run("no window is ever exceeded", func(t *testing.T) {
		for seed := range uint64(sequences) {
			history(t, seed, open(t))
		}
	})
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func take(t *testing.T, a allowance.Allowance, limits []marketdata.Limit, at time.Time, credits int) allowance.Taken {
	t.Helper()
	got, err := a.Take(t.Context(), allowance.Call{Provider: "source", At: at, Latest: at.Add(time.Second), Credits: credits, Windows: allowance.Windows(limits, at)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func rolling(t *testing.T, a allowance.Allowance) {
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 2}}
	first := take(t, a, limits, noon, 0)
	second := take(t, a, limits, noon.Add(10*time.Second), 0)
	if !first.OK || !second.OK || first.ID == second.ID {
		t.Fatalf("%+v %+v", first, second)
	}
	third := take(t, a, limits, noon.Add(20*time.Second), 0)
	// The first may have arrived a second after it was taken.
	if want := noon.Add(61*time.Second + time.Millisecond); third.OK || !third.Free.Equal(want) || third.Full.Name != "2 calls a minute" {
		t.Errorf("the third: %+v, want it free at %s", third, want)
	}
	// Its answer says that it had arrived after half a second.
	if err := a.Done(t.Context(), "source", first.ID, allowance.Outcome{At: noon.Add(500 * time.Millisecond), Answered: true}); err != nil {
		t.Fatal(err)
	}
	again := take(t, a, limits, noon.Add(60*time.Second+501*time.Millisecond), 0)
	if !again.OK {
		t.Errorf("after the first has left: %+v", again)
	}
	// There was no connection for it: it has not gone out, and another may in its place.
	if err := a.Done(t.Context(), "source", again.ID, allowance.Outcome{At: noon.Add(61 * time.Second), Unsent: true, Reason: marketdata.Unreached}); err != nil {
		t.Fatal(err)
	}
	if other := take(t, a, limits, noon.Add(61*time.Second), 0); !other.OK {
		t.Errorf("in place of one that never left: %+v", other)
	}
}

// All or nothing: what one window refuses is not counted in another.
func allOrNothing(t *testing.T, a allowance.Allowance) {
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 1}, {Window: marketdata.Day, Most: 2, Resets: "UTC"}}
	for range 5 {
		take(t, a, limits, noon, 0)
	}
	state, err := a.State(t.Context(), "source", allowance.Windows(limits, noon))
	if err != nil || !slices.Equal(state.Used, []int{1, 1}) {
		t.Errorf("%+v %v", state, err)
	}
	if !take(t, a, limits, noon.Add(2*time.Minute), 0).OK {
		t.Error("the second of the day")
	}
	if got := take(t, a, limits, noon.Add(4*time.Minute), 0); got.OK || !got.Free.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the third of the day: %+v", got)
	}
}

func credits(t *testing.T, a allowance.Allowance) {
	limits := []marketdata.Limit{{Window: marketdata.Day, Most: 10, Credits: true}, {Window: marketdata.Day, Most: 3}}
	if !take(t, a, limits, noon, 6).OK || take(t, a, limits, noon, 5).OK || !take(t, a, limits, noon, 4).OK || !take(t, a, limits, noon, 0).OK {
		t.Error("6 and 4 of 10 credits fit, 5 between them do not")
	}
	if got := take(t, a, limits, noon, 11); got.OK || !got.Free.IsZero() || got.Full.Most != 10 {
		t.Errorf("11 credits never fit into 10: %+v", got)
	}
}

func sources(t *testing.T, a allowance.Allowance) {
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 1}}
	take(t, a, limits, noon, 0)
	got, err := a.Take(t.Context(), allowance.Call{Provider: "another", At: noon, Latest: noon.Add(time.Second), Windows: allowance.Windows(limits, noon)})
	if err != nil || !got.OK {
		t.Errorf("%+v %v", got, err)
	}
}

func pause(t *testing.T, a allowance.Allowance) {
	until := noon.Add(time.Hour)
	for _, p := range []time.Time{until, noon.Add(time.Minute), {}} { // a shorter one does not end a longer one
		if err := a.Done(t.Context(), "source", "", allowance.Outcome{At: noon, Reason: marketdata.Limited, Said: "slow down", Pause: p}); err != nil {
			t.Fatal(err)
		}
	}
	if got := take(t, a, nil, noon.Add(time.Second), 0); got.OK || !got.Free.Equal(until) || got.Why != "slow down" {
		t.Errorf("%+v", got)
	}
	if !take(t, a, nil, until, 0).OK {
		t.Error("after the pause")
	}
}

func outcomes(t *testing.T, a allowance.Allowance) {
	good := allowance.Outcome{At: noon, Answered: true, Endpoint: "daily"}
	bad := allowance.Outcome{At: noon.Add(time.Minute), Endpoint: "splits", Reason: marketdata.Failed, Said: "out of order"}
	for _, o := range []allowance.Outcome{good, bad} {
		if err := a.Done(t.Context(), "source", "", o); err != nil {
			t.Fatal(err)
		}
	}
	s, err := a.State(t.Context(), "source", nil)
	if err != nil || !s.LastSuccess.At.Equal(good.At) || !s.LastRefusal.At.Equal(bad.At) || s.LastRefusal.Said != "out of order" || s.LastRefusal.Reason != marketdata.Failed || len(s.Used) != 0 {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := a.State(t.Context(), "nobody", allowance.Windows([]marketdata.Limit{{Window: marketdata.Minute, Most: 1}}, noon)); err != nil || !s.LastSuccess.At.IsZero() || len(s.Used) != 1 || s.Used[0] != 0 {
		t.Errorf("who was never asked: %+v %v", s, err)
	}
}

// limited is any plan: some rolling and some fixed windows, some of credits.
func limited(r *rand.Rand) (all []marketdata.Limit) {
	some := []marketdata.Limit{
		{Window: marketdata.Second, Most: 1 + r.IntN(3)}, {Window: marketdata.Minute, Most: 1 + r.IntN(8)},
		{Window: 5 * time.Second, Most: 1 + r.IntN(3)}, {Window: marketdata.Day, Most: 5 + r.IntN(30)},
		{Window: marketdata.Day, Most: 5 + r.IntN(30), Resets: "America/New_York"},
		{Window: marketdata.Month, Most: 20 + r.IntN(60), Resets: "UTC"}, {Window: marketdata.Day, Most: 20 + r.IntN(40), Credits: true},
	}
	for _, l := range some {
		if r.IntN(2) == 0 {
			all = append(all, l)
		}
	}
	return append(all, some[r.IntN(len(some))])
}

type arrival struct {
	at      time.Time
	credits int
}

// exceeded looks at the arrivals as the source does: in every span of a rolling window's
// length, and every day or month of its zone.
func exceeded(limits []marketdata.Limit, arrivals []arrival) (marketdata.Limit, bool) {
	slices.SortFunc(arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	for _, l := range limits {
		for i, first := range arrivals {
			end := first.at.Add(l.Window)
			if l.Resets != "" {
				end = allowance.Windows([]marketdata.Limit{l}, first.at)[0].Until
			}
			used := 0
			for _, a := range arrivals[i:] {
				if !a.at.Before(end) {
					break
				}
				if l.Credits {
					used += a.credits
				} else {
					used++
				}
			}
			if used > l.Most {
				return l, true
			}
		}
	}
	return marketdata.Limit{}, false
}

// Whatever the network delays, whoever dies between, in no window of the source arrive
// more calls than it takes; and a call that is told when it fits does fit then.
func history(t *testing.T, seed uint64, a allowance.Allowance) {
	r := rand.New(rand.NewPCG(seed, 1))
	limits := limited(r)
	now := noon.Add(time.Duration(r.IntN(86400)) * time.Second)
	var arrivals []arrival
	for range 250 {
		credits := r.IntN(4)
		c := allowance.Call{Provider: "source", At: now, Latest: now.Add(30 * time.Second), Credits: credits, Windows: allowance.Windows(limits, now)}
		got, err := a.Take(t.Context(), c)
		switch {
		case err != nil:
			t.Fatal(err)
		case got.OK:
			late := time.Duration(r.Int64N(int64(30 * time.Second)))
			if r.IntN(2) == 0 {
				late /= 100
			}
			arrivals = append(arrivals, arrival{now.Add(late), credits})
			if r.IntN(5) > 0 { // else its process died, or it had no answer
				if err := a.Done(t.Context(), "source", got.ID, allowance.Outcome{At: now.Add(late), Answered: true}); err != nil {
					t.Fatal(err)
				}
			}
		case !got.Free.After(now):
			t.Fatalf("seed %d: refused at %s and free at %s", seed, now, got.Free)
		case r.IntN(2) == 0:
			now = got.Free
			c.At, c.Latest, c.Windows = now, now.Add(time.Second), allowance.Windows(limits, now)
			if again, _ := a.Take(t.Context(), c); !again.OK {
				t.Fatalf("seed %d: told to come at %s for %v, and refused then: %+v", seed, now, limits, again)
			} else {
				arrivals = append(arrivals, arrival{now, credits})
			}
		}
		now = now.Add(time.Duration(r.ExpFloat64() * float64([]time.Duration{time.Second / 4, 10 * time.Second, time.Hour}[r.IntN(3)])))
	}
	if l, bad := exceeded(limits, arrivals); bad {
		t.Fatalf("seed %d: %s is exceeded", seed, allowance.Name(l))
	}
}

// Takers at once never share a place.
func atOnce(t *testing.T, a allowance.Allowance) {
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 40}}
	windows := allowance.Windows(limits, noon)
	var all sync.WaitGroup
	var passed atomic.Int32
	for range 8 {
		all.Go(func() {
			for range 20 {
				got, err := a.Take(context.Background(), allowance.Call{Provider: "source", At: noon, Latest: noon.Add(time.Second), Windows: windows})
				if err == nil && got.OK {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := passed.Load(); n != 40 {
		t.Errorf("%d of 40 places were taken", n)
	}
}
