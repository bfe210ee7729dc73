// Package stored keeps the count of calls to the sources of market data in the store, where
// all processes share it and restarts leave it.
//
// Model: the store counts what is taken of a window until a time. A call of a rolling limit
// counts until its Latest and the limit's length are over; a call of a day until the day's
// end, and until the end of the next where it may arrive after midnight. When an answer says
// that it has arrived, the count is moved to the time that follows from that.
//
// The store goes by its own clock; it must be the one that calls are dated with.
package stored

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/store"
)

// Allowance implements allowance.Allowance on a store.
type Allowance struct {
	store store.Store
	id    store.Identity
}

// New counts in a store on behalf of an operator.
func New(s store.Store, operator store.Identity) *Allowance { return &Allowance{s, operator} }

// taken is what is needed to settle a call: its ID is this as text.
type taken struct {
	At      time.Time
	Latest  time.Time
	Credits int
	Windows []allowance.Window
}

// step is the smallest time after which a window is asked again.
const step = time.Millisecond

// name is a limit without its height, so that what was taken counts also when the plan
// changes: "calls a minute".
func name(w allowance.Window) string {
	what := "calls"
	if w.Credits {
		what = "credits"
	}
	_, rest, _ := strings.Cut(w.Name, " ")
	_, length, _ := strings.Cut(rest, " ")
	return what + " " + length
}

// windows are those of the store for a call that can arrive until latest.
func (t taken) windows(latest time.Time) []store.Window {
	all := make([]store.Window, len(t.Windows))
	for i, w := range t.Windows {
		s := store.Window{Name: name(w), Begun: t.At, Until: latest.Add(w.Length + step), Most: int64(w.Most), Cost: int64(w.Cost(t.Credits))}
		if !w.Until.IsZero() {
			s.Begun, s.Until = w.Begun, w.Until
			if !latest.Before(w.Until) {
				s.Until = w.Until.Add(w.Length)
			}
		}
		all[i] = s
	}
	return all
}

// Take implements allowance.Allowance.
func (a *Allowance) Take(ctx context.Context, c allowance.Call) (allowance.Taken, error) {
	answer, _, err := a.take(ctx, c, 1)
	return answer, err
}

// take takes several calls like one, all or none. The ID is that of each.
func (a *Allowance) take(ctx context.Context, c allowance.Call, n int) (answer allowance.Taken, call taken, err error) {
	for _, w := range c.Windows {
		if w.Cost(c.Credits)*n > w.Most {
			return allowance.Taken{Full: w}, call, nil
		}
	}
	call = taken{At: c.At, Latest: c.Latest, Credits: c.Credits, Windows: c.Windows}
	err = a.store.As(ctx, a.id, func(ctx context.Context, tx store.Tx) error {
		p, err := known(ctx, tx, c.Provider)
		if err != nil {
			return err
		}
		if p.OpenUntil.After(c.At) {
			answer = allowance.Taken{Free: p.OpenUntil, Why: p.Words}
			return nil
		}
		answer = allowance.Taken{}
		if answer.OK, answer.Free, err = tx.TakeAllowance(ctx, c.Provider, many(call.windows(c.Latest), n)); err != nil || answer.OK {
			return err
		}
		answer.Full, err = full(ctx, tx, c)
		return err
	})
	if err != nil {
		return allowance.Taken{}, call, fmt.Errorf("allowance of %s: %w", c.Provider, err)
	}
	if answer.OK {
		answer.Free = time.Time{}
		text, err := json.Marshal(call)
		if err != nil {
			return allowance.Taken{}, call, fmt.Errorf("allowance of %s: %w", c.Provider, err)
		}
		answer.ID = base64.RawURLEncoding.EncodeToString(text)
	}
	return answer, call, nil
}

// full is the window that a call does not fit into, the longest of several.
func full(ctx context.Context, v store.View, c allowance.Call) (w allowance.Window, err error) {
	used, err := counts(ctx, v, c.Provider)
	for _, one := range c.Windows {
		if used[name(one)]+one.Cost(c.Credits) > one.Most && one.Length > w.Length {
			w = one
		}
	}
	return w, err
}

func counts(ctx context.Context, v store.View, provider string) (map[string]int, error) {
	all, err := v.Allowances(ctx)
	used := map[string]int{}
	for _, a := range all {
		if a.Provider == provider {
			used[a.Name] = int(a.Used)
		}
	}
	return used, err
}

func known(ctx context.Context, v store.View, provider string) (store.Provider, error) {
	all, err := v.Providers(ctx)
	for _, p := range all {
		if p.Name == provider {
			return p, err
		}
	}
	return store.Provider{Name: provider}, err
}

// Done implements allowance.Allowance.
func (a *Allowance) Done(ctx context.Context, provider, id string, o allowance.Outcome) error {
	var call taken
	if id != "" {
		text, err := base64.RawURLEncoding.DecodeString(id)
		if err == nil {
			err = json.Unmarshal(text, &call)
		}
		if err != nil {
			return fmt.Errorf("allowance of %s: the call %q is none of this store: %w", provider, id, err)
		}
	}
	err := a.store.As(ctx, a.id, func(ctx context.Context, tx store.Tx) error {
		if id != "" && (o.Unsent || o.Answered && o.At.Before(call.Latest)) {
			now := call.windows(o.At)
			for i := range now {
				if o.Unsent {
					now[i].Cost = 0 // it is given back
				}
			}
			if err := tx.SettleAllowance(ctx, provider, call.windows(call.Latest), now); err != nil {
				return err
			}
		}
		_, err := tx.UpdateProvider(ctx, provider, func(p *store.Provider) { note(p, o) })
		return err
	})
	if err != nil {
		return fmt.Errorf("allowance of %s: %w", provider, err)
	}
	return nil
}

// note takes an outcome into what is known; a pause is only ever made longer.
func note(p *store.Provider, o allowance.Outcome) {
	if o.Reason == "" {
		p.Succeeded, p.Failures = o.At, 0
		return
	}
	if o.Reason == marketdata.Unreached && p.OpenUntil.After(o.At) {
		return // why it is left alone stays known
	}
	p.Refused, p.Endpoint, p.Reason, p.Words = o.At, o.Endpoint, string(o.Reason), o.Said
	if o.Reason == marketdata.Failed || o.Reason == marketdata.Garbled {
		p.Failures++
	}
	if o.Pause.After(p.OpenUntil) {
		p.OpenUntil = o.Pause
	}
}

// State implements allowance.Allowance. The endpoint of the last success is not kept.
func (a *Allowance) State(ctx context.Context, provider string, windows []allowance.Window) (s allowance.State, err error) {
	err = a.store.Read(ctx, a.id, func(ctx context.Context, v store.View) error {
		used, err := counts(ctx, v, provider)
		if err != nil {
			return err
		}
		p, err := known(ctx, v, provider)
		if err != nil {
			return err
		}
		s = allowance.State{Used: make([]int, len(windows)), Pause: p.OpenUntil, Why: p.Words,
			LastSuccess: allowance.Outcome{At: p.Succeeded, Answered: !p.Succeeded.IsZero()},
			LastRefusal: allowance.Outcome{At: p.Refused, Endpoint: p.Endpoint, Reason: marketdata.Reason(p.Reason), Said: p.Words}}
		for i, w := range windows {
			s.Used[i] = used[name(w)]
		}
		return nil
	})
	if err != nil {
		return allowance.State{}, fmt.Errorf("state of %s: %w", provider, err)
	}
	return s, nil
}
