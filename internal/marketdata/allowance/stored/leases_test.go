package stored_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/allowancetest"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/stored"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// counted opens a store with a clock, and counts its transactions that write.
func counted(t *testing.T) (open func(context.Context) (*stored.Allowance, error), set func(time.Time), writes *atomic.Int64) {
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: func() time.Time { return time.Unix(0, now.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	id := store.Identity{Tenant: store.NewID(), User: store.NewID(), Operator: true}
	if err := s.Found(t.Context(), store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
		t.Fatal(err)
	}
	writes = &atomic.Int64{}
	return func(context.Context) (*stored.Allowance, error) { return stored.New(writing{s, writes}, id), nil },
		func(at time.Time) { now.Store(at.UnixNano()) }, writes
}

type writing struct {
	store.Store
	n *atomic.Int64
}

func (w writing) As(ctx context.Context, id store.Identity, fn func(context.Context, store.Tx) error) error {
	w.n.Add(1)
	return w.Store.As(ctx, id, fn)
}

func TestLeases(t *testing.T) {
	allowancetest.Run(t, 1, func(t *testing.T) (allowance.Allowance, func(time.Time)) {
		open, set, _ := counted(t)
		return stored.NewLeases(open), set
	})
}

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// each is what a worker does with the calls of a source until none fits.
func each(t *testing.T, a allowance.Allowance, limits []marketdata.Limit, at time.Time, most int) (ids []string) {
	t.Helper()
	for len(ids) < most {
		got, err := a.Take(t.Context(), allowance.Call{Provider: "source", At: at, Latest: at.Add(30 * time.Second), Windows: allowance.Windows(limits, at)})
		if err != nil {
			t.Fatal(err)
		}
		if !got.OK {
			return ids
		}
		ids = append(ids, got.ID)
	}
	return ids
}

func used(t *testing.T, a allowance.Allowance, limits []marketdata.Limit, at time.Time) int {
	t.Helper()
	state, err := a.State(t.Context(), "source", allowance.Windows(limits, at))
	if err != nil {
		t.Fatal(err)
	}
	return state.Used[0]
}

// Two workers that take many at once together get exactly what the plan has.
func TestLeasesAreExact(t *testing.T) {
	open, set, writes := counted(t)
	set(morning)
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 3000}, {Window: marketdata.Day, Most: 100_000, Resets: "UTC"}}
	one, other := stored.NewLeases(open), stored.NewLeases(open)
	taken := 0
	for turn := 0; ; turn++ {
		n := len(each(t, one, limits, morning, 70)) + len(each(t, other, limits, morning, 90))
		if taken += n; n == 0 {
			break
		}
	}
	if taken != 3000 {
		t.Errorf("%d of 3000 calls a minute were taken", taken)
	}
	if n := writes.Load(); n > 600 {
		t.Errorf("%d transactions for 3000 calls", n)
	}
}

// What is not used is given back, and what arrived counts from then on only.
func TestLeasesAreGivenBack(t *testing.T) {
	open, set, _ := counted(t)
	set(morning)
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 6000}}
	a := stored.NewLeases(open)
	ids := each(t, a, limits, morning, 100)
	if n := used(t, a, limits, morning); n <= 100 || n > 200 {
		t.Fatalf("%d count as used while 100 are out", n)
	}
	arrived := morning.Add(2 * time.Second)
	set(arrived)
	for _, id := range ids[:90] {
		if err := a.Done(t.Context(), "source", id, allowance.Outcome{At: arrived, Answered: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Done(t.Context(), "source", ids[90], allowance.Outcome{At: arrived, Unsent: true, Reason: marketdata.Unreached}); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := used(t, a, limits, arrived); n != 99 {
		t.Errorf("%d count as used of 99 that went out", n)
	}
	// 90 arrived at two seconds past; 9 may have arrived until half a minute later.
	after := arrived.Add(time.Minute + time.Second)
	set(after)
	if n := used(t, a, limits, after); n != 9 {
		t.Errorf("%d count a minute after the answers, 9 had none", n)
	}
	state, err := a.State(t.Context(), "source", nil)
	if err != nil || !state.LastSuccess.At.Equal(arrived) {
		t.Errorf("the last success is %v (%v)", state.LastSuccess.At, err)
	}
}

// A source that asks to be left alone is: what was taken of it already is given back.
func TestLeasesEndWithAPause(t *testing.T) {
	open, set, _ := counted(t)
	set(morning)
	limits := []marketdata.Limit{{Window: marketdata.Minute, Most: 6000}}
	a := stored.NewLeases(open)
	ids := each(t, a, limits, morning, 20)
	err := a.Done(t.Context(), "source", ids[19], allowance.Outcome{At: morning, Answered: true, Reason: marketdata.Limited, Said: "slow down", Pause: morning.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	if n := used(t, a, limits, morning); n != 20 {
		t.Errorf("%d count as used of 20", n)
	}
	if more := each(t, a, limits, morning.Add(time.Second), 1); len(more) > 0 {
		t.Error("it is not left alone")
	}
}
